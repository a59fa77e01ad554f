// waiting.js - how long after the server's "ready" the program goes on, what waiting costs, and that it is never early.
'use strict'

const fs = require('node:fs')
const { spawn, spawnSync } = require('node:child_process')
const { median, quantile, round, table } = require('./report.js')
const { url, entrypoint, built } = require('./tools.js')

const env = process.env

function control(...args) {
  const command = [`${env.CLUSTER_BIN}/pg_ctl`, '-D', `${env.CLUSTER_DIR}/data`, '-l', `${env.CLUSTER_DIR}/log`, ...args]
  const as = process.getuid() === 0 ? ['runuser', '-u', 'postgres', '--', ...command] : command
  const result = spawnSync(as[0], as.slice(1), { cwd: '/', stdio: 'ignore' })
  if (result.status !== 0) throw new Error(`pg_ctl ${args.join(' ')} failed`)
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

// Milliseconds since 1970 of the log's last "ready" line behind an offset.
async function readyAt(offset) {
  for (;;) {
    const log = fs.readFileSync(`${env.CLUSTER_DIR}/log`).subarray(offset).toString()
    const found = log.match(/^(\d+-\d+-\d+) (\d+:\d+:\d+\.\d+) UTC .*database system is ready to accept connections/m)
    if (found) return Date.parse(`${found[1]}T${found[2]}Z`)
    await sleep(20)
  }
}

// Start a waiter, then the server; by how much the waiter's end is behind "ready", ms.
async function oneStart(command, variables) {
  const file = `${built}/scratch/waited`
  const offset = fs.statSync(`${env.CLUSTER_DIR}/log`).size
  const waiter = spawn(`${built}/measure`, [file, ...command], { env: { PATH: env.PATH, ...variables }, stdio: 'ignore' })
  const ended = new Promise((resolve) => waiter.once('exit', resolve))
  await sleep(500 + Math.random() * 700)
  control('-W', 'start')
  const status = await ended
  if (status !== 0) throw new Error(`the waiter ended with ${status}`)
  const ready = await readyAt(offset)
  return Number(fs.readFileSync(file, 'utf8').split(' ')[5]) - ready
}

async function measure({ quick, psql, createDatabase }) {
  const database = createDatabase('waiting')
  const variables = { DATABASE_URL: url(database), PGPASSWORD: env.APP_PASSWORD }
  const waiters = {
    '**entrypoint wait**': [entrypoint, 'wait', '--log-level', 'error'],
    'pg_isready every 100 ms': ['sh', '-c', `until ${env.CLUSTER_BIN}/pg_isready -q -h 127.0.0.1 -p ${env.CLUSTER_PORT}; do sleep 0.1; done`],
    'psql every second': ['sh', '-c', `until ${env.CLUSTER_BIN}/psql -XqAtc 'SELECT 1' -h 127.0.0.1 -p ${env.CLUSTER_PORT} -U app ${database} >/dev/null 2>&1; do sleep 1; done`],
  }
  const behind = Object.fromEntries(Object.keys(waiters).map((name) => [name, []]))
  for (let i = 0; i < 20; i++) {
    for (const name of Object.keys(waiters).slice(0, quick ? 1 : 3)) {
      control('-m', 'fast', '-w', 'stop')
      behind[name].push(await oneStart(waiters[name], variables))
    }
  }
  const crashes = []
  for (let i = 0; i < (quick ? 2 : 10); i++) {
    psql(database, 'CREATE TABLE filler AS SELECT n, md5(n::text) AS text FROM generate_series(1, 10) n; CHECKPOINT')
    psql(database, "INSERT INTO filler SELECT n, md5(n::text) FROM generate_series(1, 1500000) n; UPDATE filler SET text = text || 'x' WHERE n % 3 = 0")
    control('-m', 'immediate', '-w', 'stop')
    crashes.push(await oneStart(waiters['**entrypoint wait**'], variables))
    psql(database, 'DROP TABLE filler')
  }
  const idle = `${built}/scratch/idle`
  const seconds = quick ? 10 : 20
  spawnSync(`${built}/measure`, [idle, entrypoint, 'wait', '--log-level', 'error', '--timeout', `${seconds}s`],
    { env: { PATH: env.PATH, DATABASE_URL: url(database, 9) }, stdio: 'ignore' })
  const [wall, user, system] = fs.readFileSync(idle, 'utf8').split(' ').map(Number)
  const ours = behind['**entrypoint wait**']
  const rows = Object.entries(behind).filter(([, all]) => all.length > 0).map(([name, all]) => [name, round(median(all)), round(quantile(all, 0.9)), round(Math.min(...all))])
  rows.push(['**entrypoint wait**, the server recovers from a crash', round(median(crashes)), round(quantile(crashes, 0.9)), round(Math.min(...crashes))])
  return {
    text: `\n## Waiting\n\nFrom the server's line "ready to accept connections" to the end of who waits, ms; less than 0 would be too early.\n\n` +
      table(['', 'median', '90 %', 'least'], rows) + `\nCPU while nothing listens, over ${seconds} s: ${round((100 * (user + system)) / wall)} %.\n`,
    limits: [
      ['ready to exit, median', median(ours), 45, ' ms'],
      ['ready to exit, 90 %', quantile(ours, 0.9), 70, ' ms'],
      ['earlier than ready, also in crash recovery', -Math.min(...ours, ...crashes), 1, ' ms'],
      ['CPU while waiting', (100 * (user + system)) / wall, 2, ' %'],
    ],
  }
}

module.exports = { measure }
