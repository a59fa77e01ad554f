// drizzle.js DRIVER FOLDER [SCHEMA TABLE]: what an application does that migrates at its start with drizzle-orm.
// DRIVER is pg or postgres-js. With --wait FILE in front it connects, then waits until FILE exists: for races.
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const args = process.argv.slice(2);
const waitFor = args[0] === '--wait' ? args.splice(0, 2)[1] : undefined;
const [driver, migrationsFolder, migrationsSchema, migrationsTable] = args;
const url = process.env.DATABASE_URL;

async function open() {
  if (driver === 'pg') {
    const { default: pg } = await import('pg');
    const { drizzle } = await import('drizzle-orm/node-postgres');
    const { migrate } = await import('drizzle-orm/node-postgres/migrator');
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return { db: drizzle(client), migrate, close: () => client.end() };
  }
  const { default: postgres } = await import('postgres');
  const { drizzle } = await import('drizzle-orm/postgres-js');
  const { migrate } = await import('drizzle-orm/postgres-js/migrator');
  const client = postgres(url, { max: 1, onnotice: () => {} });
  await client`select 1`;
  return { db: drizzle(client), migrate, close: () => client.end() };
}

const { db, migrate, close } = await open();
while (waitFor && !existsSync(waitFor)) {
  await sleep(1);
}
try {
  await migrate(db, { migrationsFolder, migrationsSchema, migrationsTable });
} catch (error) {
  console.error(`${error.cause?.code ?? ''} ${error.cause?.message ?? error.message}`.trim());
  process.exitCode = 1;
} finally {
  await close();
}
