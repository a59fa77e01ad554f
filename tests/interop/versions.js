// versions.js: many migrators of many versions in one process, since it is node's start that takes time.
//
// A line of standard input is VERSION, FOLDER, DATABASE_URL, and with other names SCHEMA and TABLE, with tabs between them;
// the line that answers is "ok", or the SQLSTATE, if any, and message of the failure. VERSION is a folder beside this file.
import { createInterface } from 'node:readline';
import { join } from 'node:path';

const loaded = new Map();

async function load(version) {
  if (!loaded.has(version)) {
    const orm = join(import.meta.dirname, version, 'node_modules/drizzle-orm/node-postgres');
    const { drizzle } = await import(join(orm, 'index.js'));
    const { migrate } = await import(join(orm, 'migrator.js'));
    loaded.set(version, { open: (client) => (version.startsWith('1.') ? drizzle({ client }) : drizzle(client)), migrate });
  }
  return loaded.get(version);
}

async function run(version, migrationsFolder, connectionString, migrationsSchema, migrationsTable) {
  const { default: pg } = await import('pg');
  const { open, migrate } = await load(version);
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await migrate(open(client), { migrationsFolder, migrationsSchema, migrationsTable });
  } finally {
    await client.end();
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  try {
    await run(...line.split('\t'));
    console.log('ok');
  } catch (error) {
    console.log(`${error.cause?.code ?? error.code ?? ''} ${error.cause?.message ?? error.message}`.trim().replace(/\s+/g, ' '));
  }
}
