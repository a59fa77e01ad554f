// campaign.js KIND... - one run of entrypoint for each message of the wire protocol and each kind of fault there; after each,
// an undisturbed start must succeed, and schema, ledger and seed data must be those of a run that nothing disturbed.
//
//   gone       the connection ends after message N, for both sides
//   reset      the server's side is reset, the client's ends
//   stall      nothing is forwarded any more; after a while the program is killed, and the connection ends
//   delay      message N+1 comes 30 ms late: the run itself must succeed
//   kill       the program gets SIGKILL, the connection ends
//   orphan     the program gets SIGKILL, and the server does not learn of it for a second
//   terminate  pg_terminate_backend() of the session, after message N
//
// Messages are counted over all of a run's connections, for each direction. From the environment: BINARY, FOLDER, PORT (the
// server's), SOCKET (its folder), DATABASE, APP_PASSWORD, PGPASSWORD (of "postgres"); EVERY: only each so many-th message, from a
// random one on; SEED. The last line is of figures; exit status 1 if anything was lost or done twice.
'use strict'

const net = require('node:net')
const { spawn, spawnSync } = require('node:child_process')
const { splitMessages } = require('../lib/messages.js')

const { BINARY, FOLDER, PORT, SOCKET, DATABASE, APP_PASSWORD, EVERY = '1', SEED = '1' } = process.env
const kinds = process.argv.slice(2)
const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms) })

let random = Number(SEED)
function below(limit) { // a linear congruential generator: the same seed, the same points
  random = (random * 1103515245 + 12345) % 2147483648
  return Math.floor(random / 65536) % limit
}

function psql(database, sql) {
  const run = spawnSync('psql', ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-h', SOCKET, '-p', PORT, '-U', 'postgres', '-d', database],
    { input: sql, encoding: 'utf8' })
  if (run.status !== 0) throw new Error(`psql: ${run.stderr}`)
  return run.stdout
}

// Nothing of a run before is left: dropping and creating a database takes ten times as long.
const EMPTY = 'DROP OWNED BY app CASCADE; GRANT CREATE ON SCHEMA public TO app'

// Everything that a run leaves behind, as text.
const FINGERPRINT = `
SELECT 'ledger', hash, created_at FROM drizzle.__drizzle_migrations ORDER BY created_at, hash;
SELECT 'column', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull
  FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
  WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND relkind = 'r' ORDER BY 2, 3;
SELECT 'index', indexrelid::regclass, indisvalid, indisready FROM pg_index JOIN pg_class c ON c.oid = indrelid
  WHERE relnamespace = 'public'::regnamespace ORDER BY 2::text;
SELECT 'enum', enumtypid::regtype, enumlabel FROM pg_enum ORDER BY enumtypid, enumsortorder;
SELECT 'seed', n, what FROM seeds ORDER BY n, what;
SELECT 'prepared', count(*) FROM pg_prepared_xacts;
SELECT 'memory', count(*) FROM pg_class WHERE relname = 'entrypoint_progress'
  AND (xpath('/row/n/text()', query_to_xml('SELECT count(*) AS n FROM ' || oid::regclass, false, true, '')))[1]::text <> '0';
`

let point = null // { kind, direction, at, count, hit(relay) }

function relay(client) {
  const server = net.connect(Number(PORT), '127.0.0.1')
  client.setNoDelay(true)
  server.setNoDelay(true)
  const sides = { client, server }
  let stopped = false
  let release = Promise.resolve()
  let backend = 0

  const end = () => { client.destroy(); server.destroy() }
  const forward = (direction, target) => (type, body, whole) => {
    if (direction === 'server' && type === 'K') backend = body.readInt32BE(0)
    const write = () => {
      if (stopped || target.destroyed) return
      target.write(whole)
      if (point === null || point.direction !== direction) return
      point.count++
      if (point.count !== point.at) return
      release = point.hit({ ...sides, end, backend, stop: () => { stopped = true } }) ?? release
    }
    release = release.then(write)
  }
  const sent = splitMessages(false, forward('client', server))
  const received = splitMessages(true, forward('server', client))
  client.on('data', sent)
  server.on('data', received)
  // What is still to be forwarded goes first.
  client.on('close', () => { if (!stopped) release.then(() => server.destroy()) })
  server.on('close', () => { if (!stopped) release.then(() => client.destroy()) })
  client.on('error', () => {})
  server.on('error', () => {})
}

function start(port) {
  const child = spawn(BINARY, ['migrate'], {
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: `postgresql://app:${APP_PASSWORD}@127.0.0.1:${port}/${DATABASE}?sslmode=disable`,
      ENTRYPOINT_MIGRATE_DIRS: FOLDER,
      ENTRYPOINT_WAIT_TIMEOUT: '30s',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const run = { child, said: '' }
  child.stderr.on('data', (data) => { run.said += data })
  run.ended = new Promise((resolve) => {
    const watchdog = setTimeout(() => { run.said += 'killed: it ran for 120 s\n'; child.kill('SIGKILL') }, 120000)
    child.on('close', (status, signal) => { clearTimeout(watchdog); resolve(signal ?? status) })
  })
  return run
}

const figures = { points: 0, kills: 0, lost: 0 }
const statuses = {}

// What happens at the point, and with which statuses the run may end.
const faults = {
  gone: { may: [0, 75], hit: (_, sides) => { sides.stop(); sides.end() } },
  reset: { may: [0, 75], hit: (_, sides) => { sides.stop(); sides.server.resetAndDestroy(); sides.client.destroy() } },
  stall: {
    may: ['SIGKILL'],
    hit: (run, sides) => {
      sides.stop()
      setTimeout(() => { run.child.kill('SIGKILL'); setTimeout(sides.end, 20) }, 100)
    },
  },
  delay: { may: [0], hit: () => sleep(30) },
  kill: { may: ['SIGKILL'], hit: (run, sides) => { sides.stop(); run.child.kill('SIGKILL'); setTimeout(sides.end, 5) } },
  orphan: { may: ['SIGKILL'], hit: (run, sides) => { sides.stop(); run.child.kill('SIGKILL'); setTimeout(sides.end, 1000) } },
  terminate: {
    may: [0, 75],
    hit: (_, sides) => { if (sides.backend !== 0) psql('postgres', `SELECT pg_terminate_backend(${sides.backend})`) },
  },
}

async function disturbed(kind, direction, at, port, reference) {
  let run = null
  let reached = false
  const fault = faults[kind]

  psql(DATABASE, EMPTY)
  point = { kind, direction, at, count: 0, hit: (sides) => { reached = true; return fault.hit(run, sides) } }
  run = start(port)
  const status = await run.ended
  point = null
  const next = start(port)
  const after = await next.ended
  const found = after === 0 ? psql(DATABASE, FINGERPRINT) : ''

  figures.points++
  figures.kills += status === 'SIGKILL'
  statuses[`${kind} ${status}`] = (statuses[`${kind} ${status}`] ?? 0) + 1
  const allowed = fault.may.includes(status) || (!reached && status === 0)
  if (!allowed || after !== 0 || found !== reference) {
    figures.lost++
    console.log(`FAILED ${kind} after message ${at} of the ${direction}: status ${status}, next start ${after}`)
    console.log(run.said, '--- next start\n', next.said, '--- expected\n', reference, '--- found\n', found)
  }
}

async function main() {
  const listener = net.createServer(relay)
  await new Promise((resolve) => { listener.listen(0, '127.0.0.1', resolve) })
  const { port } = listener.address()
  const counts = {}
  let reference = ''

  // An undisturbed run: how many messages there are, and what it leaves behind.
  for (const direction of ['client', 'server']) {
    psql(DATABASE, EMPTY)
    point = { direction, at: -1, count: 0 }
    const run = start(port)
    if (await run.ended !== 0) throw new Error(run.said)
    counts[direction] = point.count
    reference = psql(DATABASE, FINGERPRINT)
  }
  point = null
  console.log(`${counts.client} messages of the client, ${counts.server} of the server`)
  for (const kind of kinds) {
    for (const direction of ['client', 'server']) {
      for (let at = 1 + below(Number(EVERY)); at <= counts[direction]; at += Number(EVERY)) {
        await disturbed(kind, direction, at, port, reference)
      }
    }
  }
  console.log(Object.entries(statuses).map(([name, count]) => `${name}: ${count}`).join(', '))
  console.log(`${figures.points} points, ${figures.kills} kills, ${figures.lost} lost or twice`)
  process.exit(figures.lost === 0 && figures.points > 0 ? 0 : 1)
}

main().catch((error) => { console.error(error); process.exit(2) })
