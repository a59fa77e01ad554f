// bench.js [PART...] - measure, print, and write RESULTS.md and cost.svg. Started by `run`, which has a server ready.
//
// Parts: start (nothing pending), apply, distance (20 ms to the server), wait, memory, size, instructions. QUICK=1 takes fewer
// rounds and sizes. Tools take turns: A B C A B C, so that what disturbs one disturbs all. Medians are compared.
'use strict'

const fs = require('node:fs')
const os = require('node:os')
const { spawn, spawnSync } = require('node:child_process')
const { generate, generateLarge } = require('./generate.js')
const { median, round, table, Limits, plot } = require('./report.js')
const { tools, owner, entrypoint, built } = require('./tools.js')
const waiting = require('./waiting.js')

const quick = process.env.QUICK === '1'
const work = `${built}/scratch`
const limits = new Limits()
const sections = []
const plots = {}

function print(text) {
  process.stdout.write(text)
  sections.push(text)
}

function folderOf(count) {
  const folder = `${work}/${count}`
  generate(folder, count)
  return folder
}

function psql(database, sql) {
  const result = spawnSync(`${process.env.CLUSTER_BIN}/psql`, ['-XqAt', '-v', 'ON_ERROR_STOP=1', '-h', process.env.CLUSTER_SOCKET, '-p', process.env.CLUSTER_PORT, '-U', 'postgres', '-d', database, '-c', sql],
    { env: { ...process.env, PGPASSWORD: process.env.CLUSTER_PASSWORD }, encoding: 'utf8' })
  if (result.status !== 0) throw new Error(`${sql}: ${result.stderr}`)
  return result.stdout.trim()
}

function createDatabase(name) {
  psql('postgres', `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`)
  psql('postgres', `CREATE DATABASE "${name}" OWNER app TEMPLATE template0`)
  return name
}

// Run a tool once: {wall, cpu (ms), memory (MB), status, end (ms since 1970)}.
function run(tool, database, folder, port) {
  const { command, env = {}, cwd } = tools[tool](database, folder, port)
  const file = `${work}/measured`
  fs.rmSync(file, { force: true })
  const result = spawnSync(`${built}/measure`, [file, ...command], {
    cwd, encoding: 'utf8', input: '', timeout: 600000, maxBuffer: 1 << 28,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NO_COLOR: '1', npm_config_update_notifier: 'false', npm_config_yes: 'true', ...env },
  })
  const [wall, user, system, memory, status, end] = fs.readFileSync(file, 'utf8').split(' ').map(Number)
  if (status !== 0) {
    const said = `${result.stdout}${result.stderr}`.replaceAll(process.env.APP_PASSWORD, '***').trim().split('\n').slice(-3).join(' | ')
    throw new Error(`${tool}: exit status ${status}: ${said}`)
  }
  return { wall: wall / 1000, cpu: (user + system) / 1000, memory: memory / 1024, status, end }
}

// Tools that cannot do a round are left out of the rest, and named.
function interleave(names, rounds, once) {
  const measured = Object.fromEntries(names.map((name) => [name, []]))
  const failed = new Map()
  for (let i = 0; i < rounds; i++) {
    for (const name of names.filter((name) => !failed.has(name))) {
      try {
        const result = once(name, i)
        if (result) measured[name].push(result)
      } catch (error) {
        failed.set(name, error.message)
      }
    }
  }
  for (const [name, message] of failed) print(`\nLeft out: ${name} (${message.slice(0, 300)})\n`)
  return Object.fromEntries(names.filter((name) => measured[name].length > 0).map((name) => [name, {
    wall: median(measured[name].map((m) => m.wall)),
    low: Math.min(...measured[name].map((m) => m.wall)),
    cpu: median(measured[name].map((m) => m.cpu)),
    memory: median(measured[name].map((m) => m.memory)),
    count: measured[name].length,
  }]))
}

function ratio(results, name, floor) {
  return results[name] && results[floor] ? results[name].wall / results[floor].wall : NaN
}

function resultTable(results, floors) {
  const names = Object.keys(results).sort((a, b) => results[a].wall - results[b].wall)
  return table(['', 'median ms', 'fastest', 'CPU ms', 'peak MB', ...floors.map((floor) => `× ${floor.replace('floor: ', '')}`)],
    names.map((name) => [name === 'entrypoint' ? '**entrypoint**' : name, round(results[name].wall), round(results[name].low), round(results[name].cpu), round(results[name].memory), ...floors.map((floor) => round(ratio(results, name, floor)))]))
}

const dynamicFloor = 'floor: dynamic libpq'
const staticFloor = 'floor: static libpq'

function startPart() {
  const fast = ['entrypoint', dynamicFloor, staticFloor, 'floor: protocol', 'psql -c', 'pg_isready']
  const slow = ['dbmate', 'drizzle-orm, pg', 'drizzle-orm, postgres-js', 'drizzle-kit, node', 'drizzle-kit, npx', 'node-pg-migrate', 'sqitch']
  const lines = new Map()
  print('\n## Nothing pending\n\nWait, state, verify, become `/bin/true`; each peer as a container would start it. Loopback, SCRAM.\n')
  for (const count of quick ? [10, 100, 1000] : [10, 100, 1000, 10000]) {
    const folder = folderOf(count)
    const databases = new Map()
    for (const tool of count <= 100 || !quick ? ['entrypoint', 'dbmate', 'node-pg-migrate', 'sqitch'] : ['entrypoint']) {
      if (count > 1000 && tool !== 'entrypoint') continue
      if (tool === 'sqitch' && count > 100) continue
      try {
        const database = createDatabase(`start_${tool}_${count}`)
        run(tool, database, folder)
        databases.set(tool, database)
      } catch (error) {
        print(`\nLeft out: ${tool} with ${count} (${error.message.slice(0, 300)})\n`)
      }
    }
    const can = (tool) => databases.has(owner(tool))
    const once = (tool, i) => {
      const result = run(tool, databases.get(owner(tool)), folder)
      return i === 0 ? null : result // the first round warms up
    }
    const results = { ...interleave(fast.filter(can), quick ? 21 : 101, once), ...interleave(slow.filter(can), quick ? 3 : 11, once) }
    print(`\n### ${count.toLocaleString('en')} migrations\n\n${resultTable(results, [dynamicFloor, staticFloor])}`)
    for (const [name, result] of Object.entries(results)) {
      if (!lines.has(name)) lines.set(name, { name, bold: name === 'entrypoint', points: [] })
      lines.get(name).points.push([count, result.wall])
    }
    if (count === 100) {
      limits.most('nothing pending, 100: × dynamic libpq', ratio(results, 'entrypoint', dynamicFloor), 0.70)
      limits.most('nothing pending, 100: × static libpq', ratio(results, 'entrypoint', staticFloor), 1.10)
      limits.most('nothing pending, 100: × dynamic libpq (stretch)', ratio(results, 'entrypoint', dynamicFloor), 0.45)
      limits.most('peak memory, 100', results.entrypoint?.memory, 5, ' MB')
    }
    if (count === 1000) limits.most('nothing pending, 1,000: × static libpq', ratio(results, 'entrypoint', staticFloor), 1.3)
    if (count === 10000) {
      limits.most('nothing pending, 10,000: × drizzle-orm', ratio(results, 'entrypoint', 'drizzle-orm, pg'), 0.20)
      limits.most('peak memory, 10,000', results.entrypoint?.memory, 12, ' MB')
    }
  }
  plots['cost-start'] = plot('Nothing pending', 'migrations', 'ms', [...lines.values()])
}

function applyOnce(folder, port) {
  return (tool) => {
    const database = createDatabase('apply')
    psql('postgres', 'CHECKPOINT')
    return run(tool, database, folder, port)
  }
}

function applyPart() {
  const one = 'one query, static libpq'
  const lines = new Map()
  print('\n## Applying to an empty database\n\nA table and two indexes for each migration.\n')
  for (const count of quick ? [10, 100, 1000] : [10, 100, 1000, 10000]) {
    const peers = count > (quick ? 100 : 1000) ? [] : ['drizzle-orm, pg', 'drizzle-orm, postgres-js', 'drizzle-kit, node', 'dbmate', 'node-pg-migrate', ...(count <= 100 ? ['sqitch'] : [])]
    const once = applyOnce(folderOf(count))
    const results = { ...interleave(['entrypoint', ...(count <= 1000 ? [one, 'psql -1 -f'] : [])], quick || count > 1000 ? 3 : count > 100 ? 7 : 11, once), ...interleave(peers, 3, once) }
    print(`\n### ${count.toLocaleString('en')} migrations\n\n${resultTable(results, count <= 1000 ? [one] : [])}`)
    for (const [name, result] of Object.entries(results)) {
      if (!lines.has(name)) lines.set(name, { name, bold: name === 'entrypoint', points: [] })
      lines.get(name).points.push([count, result.wall / count])
    }
    if (count === 1000) limits.most('applying 1,000: × one query', ratio(results, 'entrypoint', one), 1.10)
  }
  const ours = lines.get('entrypoint')?.points ?? []
  if (ours.length > 2) limits.most(`applying: ms per migration at ${ours.at(-1)[0].toLocaleString('en')} × that at 100`, ours.at(-1)[1] / ours[1][1], 1.25)
  plots['cost-apply'] = plot('Applying', 'migrations', 'ms per migration', [...lines.values()])
}

async function distancePart() {
  const folder = folderOf(100)
  const port = 19000 + (process.pid % 1000)
  const proxy = spawn('node', [`${__dirname}/delay.js`, port, process.env.CLUSTER_PORT, 10], { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise((resolve) => proxy.stdout.once('data', resolve))
  try {
    const database = createDatabase('distance')
    run('entrypoint', database, folder)
    const rounds = quick ? 4 : 12
    const start = interleave(['entrypoint', staticFloor, 'drizzle-orm, pg'], rounds, (tool) => run(tool, database, folder, port))
    const near = interleave(['one query, static libpq'], 3, applyOnce(folder))
    const apply = interleave(['entrypoint', 'one query, static libpq', 'drizzle-orm, pg'], quick ? 2 : 5, applyOnce(folder, port))
    print(`\n## With 20 ms to the server and back\n\nThrough a proxy that keeps each byte back for 10 ms, each way.\n\n### Nothing pending, 100 migrations\n\n${resultTable(start, [staticFloor])}`)
    print(`\n### First apply of 100\n\n${resultTable(apply, ['one query, static libpq'])}`)
    const login = start[staticFloor]?.wall - 20
    limits.most('20 ms away, first apply of 100: beyond the login and the server\'s time', apply.entrypoint?.wall - login - near['one query, static libpq']?.wall, 200, ' ms')
  } finally {
    proxy.kill()
  }
}

function memoryPart() {
  const rows = []
  const cases = [['100 migrations, first apply', folderOf(100)], ...(quick ? [] : [['10,000 migrations, first apply', folderOf(10000)]])]
  for (const [what, folder] of cases) {
    try {
      rows.push([what, round(run('entrypoint', createDatabase('memory'), folder).memory)])
    } catch (error) {
      rows.push([what, error.message.slice(0, 200)])
    }
  }
  generateLarge(`${work}/large/drizzle`, 50 * 1000 * 1000)
  let large
  try {
    large = run('entrypoint', createDatabase('memory'), `${work}/large`).memory
  } catch (error) {
    rows.push(['one file of 50 MB', error.message.slice(0, 200)])
  }
  rows.push(['one file of 50 MB, first apply', round(large)])
  limits.most('peak memory, one file of 50 MB', large, 64, ' MB')
  print(`\n## Peak memory\n\n${table(['', 'MB'], rows)}`)
}

function sizePart() {
  const bytes = fs.statSync(entrypoint).size
  const result = spawnSync(`${__dirname}/size.sh`, { encoding: 'utf8' })
  limits.most('size of the binary', bytes / 1e6, 5, ' MB')
  print(`\n## Size\n\n${bytes.toLocaleString('en')} bytes. What each part brings into the binary, which is what leaving it out would save at most:\n\n`)
  print(result.status === 0 ? table(['part', 'bytes', '%'], result.stdout.trim().split('\n').map((line) => {
    const [size, part] = line.split('\t')
    return [part, Number(size).toLocaleString('en'), round((100 * size) / bytes)]
  })) : `not measured: ${result.stderr}\n`)
}

function instructionsPart() {
  const result = spawnSync(`${__dirname}/instructions.sh`, ['--count'], { encoding: 'utf8' })
  const budget = Number(fs.readFileSync(`${__dirname}/instructions.budget`, 'utf8').replace(/#.*/g, '').trim())
  const count = Number(result.stdout)
  if (result.status !== 0 || !count) {
    print(`\n## Instructions\n\nnot measured: ${result.stderr}\n`)
    return
  }
  limits.most('instructions, of their budget', (100 * count) / budget, 103, ' %')
  print(`\n## Instructions\n\nA start with nothing pending and 100 migrations: ${count.toLocaleString('en')}, with a password of one iteration; budget ${budget.toLocaleString('en')}.\n`)
}

async function waitPart() {
  const result = await waiting.measure({ quick, run, psql, createDatabase })
  print(result.text)
  for (const limit of result.limits) limits.most(...limit)
}

function versions() {
  const say = (command, ...args) => (spawnSync(command, args, { encoding: 'utf8' }).stdout ?? '').trim().split('\n')[0]
  const peer = (name) => `${name} ${JSON.parse(fs.readFileSync(`${built}/peers/node_modules/${name}/package.json`, 'utf8')).version}`
  return table(['', ''], [
    ['date', new Date().toISOString().slice(0, 10)],
    ['machine', `${os.cpus().length} × ${os.cpus()[0].model.trim()}, ${Math.round(os.totalmem() / 2 ** 30)} GB, ${os.type()} ${os.release()}`],
    ['load at the start', os.loadavg().map((load) => load.toFixed(2)).join(' ')],
    ['server', say(`${process.env.CLUSTER_BIN}/postgres`, '--version')],
    ['entrypoint', say(entrypoint, 'version')],
    ['peers', [...['drizzle-orm', 'drizzle-kit', 'pg', 'postgres', 'dbmate', 'node-pg-migrate'].map(peer), say('sqitch', '--version'), `node ${process.version}`].join(', ')],
  ])
}

const parts = { start: startPart, apply: applyPart, distance: distancePart, wait: waitPart, memory: memoryPart, size: sizePart, instructions: instructionsPart }

async function main() {
  const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(parts)
  print(`# What it costs\n\nWritten by \`make bench\`${quick ? ' (QUICK=1: few rounds)' : ''}: medians of runs that took turns.\n\n${versions()}`)
  for (const part of wanted) {
    try {
      await parts[part]()
    } catch (error) {
      print(`\nThe part "${part}" failed: ${error.message.replaceAll(process.env.APP_PASSWORD, '***')}\n`)
    }
  }
  const summary = `\n## Limits\n\n${limits.table()}`
  print(summary)
  if (!quick && process.argv.length === 2) {
    const images = Object.keys(plots).filter((name) => plots[name])
    for (const name of images) fs.writeFileSync(`${__dirname}/${name}.svg`, plots[name])
    const text = [sections[0], summary, ...images.map((name) => `\n![${name}](${name}.svg)\n`), ...sections.slice(1, -1)]
    fs.writeFileSync(`${__dirname}/RESULTS.md`, text.join(''))
  } else {
    for (const [name, svg] of Object.entries(plots)) fs.writeFileSync(`${work}/${name}.svg`, svg)
  }
  process.stdout.write(limits.over.length === 0 ? '\nno limit is over\n' : `\n${limits.over.length} over the limit\n`)
}

main()
