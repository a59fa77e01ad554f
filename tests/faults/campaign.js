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
//   random     the program gets SIGKILL at an instant that has to do with no message, INSTANTS times
//
// Messages are counted over all of a run's connections, for each direction. From the environment: BINARY, FOLDER, PORT (the
// server's), SOCKET (its folder), DATABASE, APP_PASSWORD, PGPASSWORD (of "postgres"); EVERY: only each so many-th message, from a
// random one on; INSTANTS; SEED. The last line is of figures, which tests/faults/soak adds up. Lost is what an undisturbed run
// leaves behind and this one did not, twice what is there and should not be; a run or next start that ends otherwise than it may
// is failed. Exit status 1 if anything is any of these.
'use strict'

const net = require('node:net')
const { spawn } = require('node:child_process')
const { splitMessages } = require('../lib/messages.js')

const { BINARY, FOLDER, PORT, SOCKET, DATABASE, APP_PASSWORD, EVERY = '1', INSTANTS = '0', SEED = '1' } = process.env
const kinds = process.argv.slice(2)
const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms) })

let random = Number(SEED)
function below(limit) { // a linear congruential generator: the same seed, the same points
  random = (random * 1103515245 + 12345) % 2147483648
  return Math.floor(random / 2147483648 * limit)
}

// One psql for all that is asked of a database: to start one takes longer than most that it is asked.
function ask(database) {
  const child = spawn('psql', ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-h', SOCKET, '-p', PORT, '-U', 'postgres', '-d', database],
    { env: { ...process.env, PGOPTIONS: '-c client_min_messages=warning' }, stdio: ['pipe', 'pipe', 'inherit'] })
  const end = '-- end of the answer\n'
  let said = ''
  let answered = null
  child.stdout.setEncoding('utf8')
  child.stdout.on('data', (text) => {
    said += text
    if (!said.endsWith(end)) return
    const answer = said.slice(0, -end.length)
    said = ''
    answered(answer)
  })
  child.on('close', (status) => { console.error(`psql ended: ${status}`); process.exit(2) })
  return (sql) => new Promise((resolve) => {
    answered = resolve
    child.stdin.write(`${sql}\n;\n\\echo '${end.trimEnd()}'\n`)
  })
}

const inDatabase = ask(DATABASE)
const besides = ask('postgres') // while the other is asked

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
SELECT 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint
  WHERE connamespace = 'public'::regnamespace ORDER BY 2::text, 3;
SELECT 'partition', inhrelid::regclass, inhparent::regclass, to_jsonb(i) ->> 'inhdetachpending' FROM pg_inherits i ORDER BY 2::text;
SELECT 'enum', enumtypid::regtype, enumlabel, enumsortorder FROM pg_enum ORDER BY enumtypid, enumsortorder;
SELECT 'seed', n, what FROM seeds ORDER BY n, what;
SELECT 'prepared', count(*) FROM pg_prepared_xacts;
SELECT 'memory', count(*) FROM pg_class WHERE relname = 'entrypoint_progress'
  AND (xpath('/row/n/text()', query_to_xml('SELECT count(*) AS n FROM ' || oid::regclass, false, true, '')))[1]::text <> '0';
`

let point = null // { direction, at, count, hit(sides) }

function relay(client) {
  const server = net.connect(Number(PORT), '127.0.0.1')
  client.setNoDelay(true)
  server.setNoDelay(true)
  const sides = { client, server }
  let stopped = false
  let release = Promise.resolve() // a fault that takes its time keeps back all that comes after it
  let backend = 0

  const end = () => { client.destroy(); server.destroy() }
  const forward = (direction, target) => (type, body, whole) => {
    if (direction === 'server' && type === 'K') backend = body.readInt32BE(0)
    const write = () => {
      if (stopped || target.destroyed) return undefined
      target.write(whole)
      if (point === null || point.direction !== direction) return undefined
      point.count++
      if (point.count !== point.at) return undefined
      return point.hit({ ...sides, end, backend, stop: () => { stopped = true } })
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

const figures = {
  runs: 0, kills: 0, 'cut points': 0, cuts: 0, stalls: 0, delays: 0, terminations: 0, 'not reached': 0, lost: 0, twice: 0, failed: 0,
}
const statuses = {}

// What happens at the point, what it counts as, and with which statuses the run may end. Behind the last message SIGKILL may come
// to a program that has ended.
const faults = {
  gone: { may: [0, 75], counts: ['cut points', 'cuts'], hit: (_, sides) => { sides.stop(); sides.end() } },
  reset: { may: [0, 75], counts: ['cuts'], hit: (_, sides) => { sides.stop(); sides.server.resetAndDestroy(); sides.client.destroy() } },
  stall: {
    may: ['SIGKILL', 0],
    counts: ['stalls'],
    hit: (run, sides) => {
      sides.stop()
      setTimeout(() => { run.child.kill('SIGKILL'); setTimeout(sides.end, 20) }, 100)
    },
  },
  delay: { may: [0], counts: ['delays'], hit: () => sleep(30) },
  kill: { may: ['SIGKILL', 0], counts: [], hit: (run, sides) => { sides.stop(); run.child.kill('SIGKILL'); setTimeout(sides.end, 5) } },
  orphan: { may: ['SIGKILL', 0], counts: [], hit: (run, sides) => { sides.stop(); run.child.kill('SIGKILL'); setTimeout(sides.end, 1000) } },
  terminate: {
    may: [0, 75],
    counts: ['terminations'],
    hit: async (_, sides) => { if (sides.backend !== 0) await besides(`SELECT pg_terminate_backend(${sides.backend})`) },
  },
  random: { may: [0, 'SIGKILL'], counts: [] },
}

// The lines of one text that another has not, as often as they occur.
function missing(text, from) {
  const there = from.split('\n')
  return text.split('\n').filter((line) => {
    const at = there.indexOf(line)
    if (at >= 0) there.splice(at, 1)
    return at < 0
  })
}

// Start, let the fault happen, start again: whether everything is as if nothing had been. where names the point.
async function disturbed(kind, where, port, reference, prepare) {
  const fault = faults[kind]

  await inDatabase(EMPTY)
  const run = {}
  const reached = prepare(run)
  Object.assign(run, start(port))
  const status = await run.ended
  point = null
  const next = start(port)
  const after = await next.ended
  const found = after === 0 ? await inDatabase(FINGERPRINT) : reference

  figures.runs++
  figures.kills += status === 'SIGKILL'
  if (reached()) fault.counts.forEach((name) => { figures[name]++ })
  else figures['not reached']++
  statuses[`${kind} ${status}`] = (statuses[`${kind} ${status}`] ?? 0) + 1
  const lost = missing(reference, found)
  const twice = missing(found, reference)
  const failed = after !== 0 || !(fault.may.includes(status) || (!reached() && status === 0))
  figures.lost += lost.length > 0
  figures.twice += twice.length > 0
  figures.failed += failed
  if (failed || lost.length > 0 || twice.length > 0) {
    console.log(`FAILED ${kind} ${where}: status ${status}, next start ${after}`)
    console.log(run.said, '--- next start\n', next.said, '--- lost\n', lost.join('\n'), '\n--- twice\n', twice.join('\n'))
  }
}

// The fault happens after a message.
function atMessage(kind, direction, at) {
  return (run) => {
    let reached = false
    point = { direction, at, count: 0, hit: (sides) => { reached = true; return faults[kind].hit(run, sides) } }
    return () => reached
  }
}

// SIGKILL after so many microseconds, by a process of its own: a timer here would fire between messages only.
function atInstant(microseconds) {
  return (run) => {
    let reached = true
    setImmediate(() => {
      const killer = spawn('sh', ['-c', `sleep ${(microseconds / 1e6).toFixed(6)}; kill -KILL ${run.child.pid}`], { stdio: 'ignore' })
      run.ended.then((status) => { reached = status === 'SIGKILL'; killer.kill() })
    })
    return () => reached
  }
}

// Undisturbed runs: how many messages there are, how long it takes, and what it leaves behind.
async function undisturbed(port) {
  const plain = { client: 0, server: 0, microseconds: 0, reference: '' }
  for (const direction of ['client', 'server']) {
    await inDatabase(EMPTY)
    point = { direction, at: -1, count: 0 }
    const begin = process.hrtime.bigint()
    const run = start(port)
    if (await run.ended !== 0) throw new Error(run.said)
    plain.microseconds = Number((process.hrtime.bigint() - begin) / 1000n)
    plain[direction] = point.count
    plain.reference = await inDatabase(FINGERPRINT)
  }
  point = null
  return plain
}

async function main() {
  const listener = net.createServer(relay)
  await new Promise((resolve) => { listener.listen(0, '127.0.0.1', resolve) })
  const { port } = listener.address()
  const plain = await undisturbed(port)

  console.log(`${plain.client} messages of the client, ${plain.server} of the server`)
  for (const kind of kinds.filter((name) => name !== 'random')) {
    for (const direction of ['client', 'server']) {
      for (let at = 1 + below(Number(EVERY)); at <= plain[direction]; at += Number(EVERY)) {
        await disturbed(kind, `after message ${at} of the ${direction}`, port, plain.reference, atMessage(kind, direction, at))
      }
    }
  }
  for (let i = 0; kinds.includes('random') && i < Number(INSTANTS); i++) {
    const at = below(plain.microseconds)
    await disturbed('random', `after ${at} microseconds`, port, plain.reference, atInstant(at))
  }
  console.log(Object.entries(statuses).map(([name, count]) => `${name}: ${count}`).join(', '))
  console.log(`figures: ${Object.entries(figures).map(([name, count]) => `${count} ${name}`).join(', ')}`)
  process.exit(figures.lost + figures.twice + figures.failed === 0 && figures.runs > 0 ? 0 : 1)
}

main().catch((error) => { console.error(error); process.exit(2) })
