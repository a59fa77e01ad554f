// A small HTTP server as an application would have it: it trusts that the schema is up to date, because `entrypoint`
// applied the migrations before it became this process. No drizzle-kit and no migration code is needed here.
import { createServer } from 'node:http';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 5 });
pool.on('error', (error) => console.error(`database connection lost: ${error.message}`));
const db = drizzle(pool);

const tables = ['contacts', 'groups', 'group_members', 'message_logs', 'auth_credentials'];

async function health() {
  const counts = {};
  for (const table of tables) {
    const { rows } = await db.execute(sql`select count(*)::int as count from ${sql.identifier(table)}`);
    counts[table] = rows[0].count;
  }
  return { status: 'ok', pid: process.pid, counts };
}

const server = createServer(async (request, response) => {
  const answer = (status, body) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(`${JSON.stringify(body)}\n`);
  };
  if (request.method !== 'GET' || request.url !== '/health') {
    answer(404, { status: 'not found' });
    return;
  }
  try {
    answer(200, await health());
  } catch (error) {
    answer(503, { status: 'unavailable', reason: error.cause?.message ?? error.message });
  }
});

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    console.log(`${signal}: closing`);
    server.close(async () => {
      await pool.end();
      process.exit(0);
    });
    server.closeIdleConnections();
  });
}

server.listen(Number(process.env.PORT ?? 3000), process.env.HOST, () => {
  console.log(`listening on port ${server.address().port}`);
});
