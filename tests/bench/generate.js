// generate.js - folders of N equal migrations (a table and two indexes each), as each tool wants them.
'use strict'

const fs = require('node:fs')
const path = require('node:path')

function write(file, text) {
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, text)
}

function statements(i) {
  const table = `t_${String(i).padStart(5, '0')}`
  return [
    `CREATE TABLE "${table}" (\n\t"id" serial PRIMARY KEY NOT NULL,\n\t"name" text NOT NULL,\n\t"email" varchar(255) NOT NULL,\n` +
      '\t"status" varchar(32) DEFAULT \'active\' NOT NULL,\n\t"amount" numeric(12, 2) DEFAULT \'0\' NOT NULL,\n\t"payload" jsonb,\n' +
      '\t"created_at" timestamp with time zone DEFAULT now() NOT NULL,\n\t"updated_at" timestamp with time zone\n);',
    `CREATE INDEX "${table}_name_idx" ON "${table}" USING btree ("name");`,
    `CREATE UNIQUE INDEX "${table}_email_idx" ON "${table}" USING btree ("email");`,
  ]
}

// Writes below folder, unless it is there: drizzle/, dbmate/, node-pg-migrate/, sqitch/, and all.sql, which is one query.
function generate(folder, count) {
  if (fs.existsSync(`${folder}/done`)) return
  const entries = []
  const all = []
  const plan = ['%syntax-version=1.0.0', '%project=bench', '']
  for (let i = 0; i < count; i++) {
    const parts = statements(i)
    const sql = `${parts.join('\n')}\n`
    const tag = `${String(i).padStart(4, '0')}_quick_hawk_${i}`
    const when = 1700000000000 + i * 60000
    const date = new Date(when)
    const stamp = date.toISOString().replace(/\D/g, '').slice(0, 14)
    write(`${folder}/drizzle/${tag}.sql`, parts.join('\n--> statement-breakpoint\n'))
    entries.push({ idx: i, version: '7', when, tag, breakpoints: true })
    write(`${folder}/dbmate/${stamp}_m${i}.sql`, `-- migrate:up\n${sql}\n-- migrate:down\n`)
    write(`${folder}/node-pg-migrate/${when}_m${i}.sql`, `-- Up Migration\n${sql}\n-- Down Migration\n`)
    write(`${folder}/sqitch/deploy/m${i}.sql`, `BEGIN;\n${sql}COMMIT;\n`)
    plan.push(`m${i} ${date.toISOString().slice(0, 19)}Z Bench <bench@example.com> # m${i}`)
    all.push(sql)
  }
  write(`${folder}/drizzle/meta/_journal.json`, JSON.stringify({ version: '7', dialect: 'postgresql', entries }, null, 2))
  write(`${folder}/sqitch/sqitch.plan`, `${plan.join('\n')}\n`)
  write(`${folder}/sqitch/sqitch.conf`, '[core]\n\tengine = pg\n[user]\n\tname = Bench\n\temail = bench@example.com\n')
  write(`${folder}/all.sql`, `BEGIN;\nCREATE SCHEMA drizzle;\nCREATE TABLE drizzle.__drizzle_migrations (id serial PRIMARY KEY, hash text NOT NULL, created_at bigint);\n${all.join('')}` +
    `INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ${entries.map((entry) => `('${'0'.repeat(64)}', ${entry.when})`).join(',')};\nCOMMIT;\n`)
  write(`${folder}/done`, '')
}

// One migration with a file of so many bytes, as pg_dump --inserts writes them: rows, and a SELECT that sets a sequence.
function generateLarge(folder, bytes) {
  if (fs.existsSync(`${folder}/done`)) return
  const row = `(DEFAULT, '${'x'.repeat(190)}')`
  const line = `INSERT INTO large VALUES ${Array(10).fill(row).join(', ')};\n`
  write(`${folder}/0000_large.sql`, `CREATE TABLE large (id serial PRIMARY KEY, name text NOT NULL);\n${line.repeat(Math.floor(bytes / line.length))}SELECT pg_catalog.setval('large_id_seq', 1000000, true);\n`)
  write(`${folder}/meta/_journal.json`, JSON.stringify({ version: '7', dialect: 'postgresql', entries: [{ idx: 0, version: '7', when: 1700000000000, tag: '0000_large', breakpoints: true }] }))
  write(`${folder}/done`, '')
}

module.exports = { generate, generateLarge }
