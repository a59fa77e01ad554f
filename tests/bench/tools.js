// tools.js - who is measured: for each tool the command and its environment, for a database and a folder of generate.js.
'use strict'

const fs = require('node:fs')
const path = require('node:path')

const env = process.env
const built = path.resolve('build/bench')
const peers = `${built}/peers`
const entrypoint = path.resolve(env.ENTRYPOINT_BENCH || 'build/static/entrypoint')

function url(database, port = env.CLUSTER_PORT, query = '?sslmode=disable') {
  return `postgresql://app:${env.APP_PASSWORD}@127.0.0.1:${port}/${database}${query}`
}

const newest = 'SELECT hash, created_at FROM drizzle.__drizzle_migrations ORDER BY created_at DESC LIMIT 1'

// name -> (database, folder, port) -> {command, env, cwd}
const tools = {
  entrypoint: (database, folder, port) => ({ command: [entrypoint, 'run', '--', '/bin/true'], env: { DATABASE_URL: url(database, port), ENTRYPOINT_MIGRATE_DIRS: `${folder}/drizzle` } }),
  'floor: dynamic libpq': (database) => ({ command: [`${built}/floor-dynamic`, newest], env: { DATABASE_URL: url(database) } }),
  'floor: static libpq': (database, folder, port) => ({ command: [`${built}/floor-static`, newest], env: { DATABASE_URL: url(database, port) } }),
  'floor: protocol': (database) => ({ command: [`${built}/raw`, env.CLUSTER_PORT, 'app', database, newest], env: { PGPASSWORD: env.APP_PASSWORD } }),
  'psql -c': (database) => ({ command: [`${env.CLUSTER_BIN}/psql`, '-X', '-qAt', '-c', newest, url(database)] }),
  pg_isready: (database) => ({ command: [`${env.CLUSTER_BIN}/pg_isready`, '-q', '-d', url(database)] }),
  dbmate: (database, folder) => ({ command: [`${peers}/node_modules/@dbmate/linux-x64/bin/dbmate`, '--url', url(database), '-d', `${folder}/dbmate`, '--no-dump-schema', 'up'] }),
  'drizzle-orm, pg': (database, folder, port) => ({ command: ['node', `${peers}/drizzle.js`, 'pg', `${folder}/drizzle`], env: { DATABASE_URL: url(database, port, '') } }),
  'drizzle-orm, postgres-js': (database, folder) => ({ command: ['node', `${peers}/drizzle.js`, 'postgres-js', `${folder}/drizzle`], env: { DATABASE_URL: url(database, undefined, '') } }),
  'drizzle-kit, node': (database, folder) => kit(['node', 'node_modules/drizzle-kit/bin.cjs'], database, folder),
  'drizzle-kit, npx': (database, folder) => kit(['npx', 'drizzle-kit'], database, folder),
  'node-pg-migrate': (database, folder) => ({ command: ['node', `${peers}/node_modules/node-pg-migrate/bin/node-pg-migrate.js`, 'up', '--no-verbose', '-m', `${folder}/node-pg-migrate`], env: { DATABASE_URL: url(database, undefined, '') }, cwd: peers }),
  sqitch: (database, folder) => ({ command: ['sqitch', 'deploy', '--quiet', `db:pg://app:${env.APP_PASSWORD}@127.0.0.1:${env.CLUSTER_PORT}/${database}`], cwd: `${folder}/sqitch` }),
  'one query, static libpq': (database, folder, port) => ({ command: [`${built}/floor-static`, '-f', `${folder}/all.sql`], env: { DATABASE_URL: url(database, port) } }),
  'psql -1 -f': (database, folder, port) => ({ command: [`${env.CLUSTER_BIN}/psql`, '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', `${folder}/all.sql`, url(database, port)] }),
}

function kit(command, database, folder) {
  const config = `${built}/scratch/kit-${database}.json`
  fs.writeFileSync(config, JSON.stringify({ dialect: 'postgresql', out: `${folder}/drizzle`, dbCredentials: { url: url(database, undefined, '') } }))
  return { command: [...command, 'migrate', `--config=${path.relative(peers, config)}`], cwd: peers }
}

// Tools that find the same ledger can share a database that somebody else has filled.
function owner(tool) {
  return ['dbmate', 'node-pg-migrate', 'sqitch'].includes(tool) ? tool : 'entrypoint'
}

module.exports = { tools, owner, url, entrypoint, built }
