// report.js - what bench.js prints: tables in Markdown, limits that hold or do not, and a plot.
'use strict'

function median(values) {
  return quantile(values, 0.5)
}

function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = part * (sorted.length - 1)
  const low = sorted[Math.floor(at)]
  return low + (sorted[Math.ceil(at)] - low) * (at - Math.floor(at))
}

function round(value) {
  if (value === undefined || Number.isNaN(value)) return ''
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |\n`
  return line(head) + line(head.map((_, i) => (i === 0 ? '---' : '---:'))) + rows.map(line).join('')
}

// A limit of the issue: what it is about, the figure, and what it may be at most.
class Limits {
  constructor() {
    this.rows = []
  }

  most(what, value, limit, unit = '') {
    const known = value !== undefined && !Number.isNaN(value)
    this.rows.push({ what, value: known ? `${round(value)}${unit}` : 'not measured', limit: `≤ ${limit}${unit}`, holds: known ? value <= limit : null })
  }

  table() {
    const word = (holds) => (holds === null ? 'not measured' : holds ? 'holds' : '**over**')
    return table(['limit', 'measured', 'at most', ''], this.rows.map((row) => [row.what, row.value, row.limit, word(row.holds)]))
  }

  get over() {
    return this.rows.filter((row) => row.holds === false)
  }
}

const colours = ['#c0392b', '#2c3e50', '#2980b9', '#27ae60', '#8e44ad', '#d35400', '#7f8c8d', '#16a085', '#b7950b', '#5d6d7e']

// Lines of {name, points: [[x, y], ...]} in a plot with two logarithmic axes, as an SVG.
function plot(title, xTitle, yTitle, lines) {
  const width = 860, height = 480, left = 70, right = 200, top = 40, bottom = 50
  const all = lines.flatMap((line) => line.points)
  if (all.length === 0) return ''
  const bounds = (index) => [Math.floor(Math.log10(Math.min(...all.map((p) => p[index])))), Math.ceil(Math.log10(Math.max(...all.map((p) => p[index]))))]
  const [x0, x1] = bounds(0)
  const [y0, y1] = bounds(1)
  const x = (value) => left + ((Math.log10(value) - x0) / Math.max(x1 - x0, 1)) * (width - left - right)
  const y = (value) => height - bottom - ((Math.log10(value) - y0) / Math.max(y1 - y0, 1)) * (height - top - bottom)
  const out = [`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="white"/>`, `<text x="${left}" y="22" font-size="15">${title}</text>`]
  for (let i = x0; i <= x1; i++) {
    out.push(`<line x1="${x(10 ** i)}" y1="${top}" x2="${x(10 ** i)}" y2="${height - bottom}" stroke="#ddd"/>`,
      `<text x="${x(10 ** i)}" y="${height - bottom + 18}" text-anchor="middle">${(10 ** i).toLocaleString('en')}</text>`)
  }
  for (let i = y0; i <= y1; i++) {
    out.push(`<line x1="${left}" y1="${y(10 ** i)}" x2="${width - right}" y2="${y(10 ** i)}" stroke="#ddd"/>`,
      `<text x="${left - 8}" y="${y(10 ** i) + 4}" text-anchor="end">${Number((10 ** i).toPrecision(3)).toLocaleString('en')}</text>`)
  }
  out.push(`<text x="${(left + width - right) / 2}" y="${height - 10}" text-anchor="middle">${xTitle}</text>`,
    `<text transform="translate(16 ${height / 2}) rotate(-90)" text-anchor="middle">${yTitle}</text>`)
  const labels = []
  lines.forEach((line, i) => {
    const colour = colours[i % colours.length]
    const points = line.points.map((p) => `${x(p[0]).toFixed(1)},${y(p[1]).toFixed(1)}`)
    out.push(`<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="${line.bold ? 3 : 1.5}"/>`)
    labels.push({ name: line.name, colour, y: y(line.points.at(-1)[1]), x: x(line.points.at(-1)[0]) })
  })
  labels.sort((a, b) => a.y - b.y)
  labels.forEach((label, i) => {
    label.at = Math.max(label.y + 4, i === 0 ? top : labels[i - 1].at + 15)
    out.push(`<line x1="${label.x + 3}" y1="${label.y}" x2="${width - right + 12}" y2="${label.at - 4}" stroke="${label.colour}" stroke-width="0.5"/>`,
      `<text x="${width - right + 15}" y="${label.at}" fill="${label.colour}">${label.name}</text>`)
  })
  return `${out.join('\n')}\n</svg>\n`
}

module.exports = { median, quantile, round, table, Limits, plot }
