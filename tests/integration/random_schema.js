// A random schema as a Drizzle folder, and random alterations of it: node random_schema.js SEED FOLDER SERVER-VERSION
//
// Writes FOLDER with one migration and its snapshot (format 7), and prints a line for each alteration: its SQL, a tab, and
// what `check` has to say about it.
import { mkdirSync, writeFileSync } from 'node:fs';

const [seed, folder, server] = [Number(process.argv[2]), process.argv[3], Number(process.argv[4])];

// mulberry32: the same numbers everywhere for one seed
let state = seed;
const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
const below = (n) => Math.floor(random() * n);
const pick = (list) => list[below(list.length)];
const maybe = (p) => random() < p;
const quote = (name) => `"${name.replaceAll('"', '""')}"`;

// The type as drizzle-kit writes it, as format_type() has it, a default, and another type with what that is called.
const types = [
    ['text', 'text', "'x'", 'varchar(7)', 'character varying(7)'],
    ['integer', 'integer', '5', 'bigint', 'bigint'],
    ['varchar(40)', 'character varying(40)', "'y'", 'varchar(41)', 'character varying(41)'],
    ['numeric(10, 2)', 'numeric(10,2)', "'1.5'", 'numeric(10, 3)', 'numeric(10,3)'],
    ['timestamp (3) with time zone', 'timestamp(3) with time zone', 'now()', 'timestamp(3)', 'timestamp(3) without time zone'],
    ['timestamp', 'timestamp without time zone', 'now()', 'date', 'date'],
    ['boolean', 'boolean', 'true', 'text', 'text'],
    ['jsonb', 'jsonb', "'{}'::jsonb", 'json', 'json'],
    ['uuid', 'uuid', 'gen_random_uuid()', 'text', 'text'],
    ['text[]', 'text[]', "'{}'::text[]", 'varchar(3)[]', 'character varying(3)[]'],
    ['integer[][3]', 'integer[]', "'{}'::integer[]", 'bigint[]', 'bigint[]'],
    ['char(5)', 'character(5)', "'z'", 'char(6)', 'character(6)'],
];
const words = ['id', 'Name', 'a b', 'user', '"q"', 'straße', 'x', 'created_at', 'order', 'z1', 'žluť', 'y'.repeat(70)];
const cut = (name) => {
    let bytes = Buffer.from(name).subarray(0, 63);
    while (Buffer.from(bytes.toString()).length !== bytes.length) bytes = bytes.subarray(0, -1);
    return bytes.toString();
};

const sql = [], alterations = [], tables = {}, schemas = {};
const alter = (statement, ...lines) => alterations.push(`${statement}\t${lines.join('; ')}`);

for (const name of ['app', 'Other'].filter(() => maybe(0.5))) {
    schemas[name] = name;
    sql.push(`CREATE SCHEMA ${quote(name)};`);
}
for (let t = 0; t < 2 + below(4); t++) {
    const schema = pick(['', ...Object.keys(schemas)]), name = `${pick(words.slice(0, 10))}_${t}`;
    const qualified = `${quote(schema || 'public')}.${quote(name)}`, group = `${schema || 'public'}.${name}`;
    const table = { name, schema, columns: {}, indexes: {}, foreignKeys: {}, compositePrimaryKeys: {}, uniqueConstraints: {},
        policies: {}, checkConstraints: {}, isRLSEnabled: maybe(0.3) };
    const parts = [], later = [];
    const names = words.filter(() => maybe(0.6)).slice(0, 8);
    for (const column of names.length > 0 ? names : ['only']) {
        const [type, real, value, other, otherReal] = pick(types);
        const entry = table.columns[column] = { name: column, type, primaryKey: false, notNull: maybe(0.4) };
        if (maybe(0.4)) entry.default = value;
        parts.push(`${quote(column)} ${type}${entry.default ? ` DEFAULT ${value}` : ''}${entry.notNull ? ' NOT NULL' : ''}`);
        const alterColumn = `ALTER TABLE ${qualified} ALTER COLUMN ${quote(cut(column))}`, about = `${group} ~ column ${cut(column)}`;
        switch (below(5)) {
        case 0:
            alter(`ALTER TABLE ${qualified} DROP COLUMN ${quote(cut(column))} CASCADE`, `${group} - column ${cut(column)}`);
            break;
        case 1:
            if (entry.default === undefined)
                alter(`${alterColumn} TYPE ${other} USING NULL`, `${about}: type: ${otherReal} in the database, ${real} in the snapshot`);
            break;
        case 2:
            alter(`${alterColumn} ${entry.notNull ? 'DROP' : 'SET'} NOT NULL`,
                `${about}: not null: ${entry.notNull ? 'no' : 'yes'} in the database, ${entry.notNull ? 'yes' : 'no'} in the snapshot`);
            break;
        case 3:
            alter(`${alterColumn} ${entry.default ? 'DROP DEFAULT' : `SET DEFAULT ${value}`}`,
                `${about}: default: ${entry.default ? 'no' : 'yes'} in the database, ${entry.default ? 'yes' : 'no'} in the snapshot`);
            break;
        default:
            alter(`ALTER TABLE ${qualified} RENAME COLUMN ${quote(cut(column))} TO ${quote(`new_${t}`)}`,
                `${group} - column ${cut(column)}`, `${group} + column new_${t}`);
        }
    }
    const columns = Object.values(table.columns).filter((c) => !c.type.startsWith('json')).map((c) => c.name);
    if (columns.length > 0 && maybe(0.7)) {
        const index = `${cut(name).slice(0, 20)} index ${t}`, unique = maybe(0.5), where = maybe(0.3);
        table.indexes[index] = { name: index, columns: [{ expression: columns[0], isExpression: false, asc: true, nulls: 'last' }],
            isUnique: unique, concurrently: false, method: 'btree', with: {}, ...(where ? { where: `${quote(columns[0])} is not null` } : {}) };
        later.push(`CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${quote(index)} ON ${qualified} (${quote(columns[0])})${where ? ` WHERE ${quote(columns[0])} IS NOT NULL` : ''};`);
        alter(`DROP INDEX IF EXISTS ${quote(schema || 'public')}.${quote(index)}`, `${group} - index ${index}`);
    }
    if (columns.length > 1 && maybe(0.6)) {
        const unique = `unique_${t}`, on = columns.slice(0, 2), distinct = maybe(0.3) && server >= 15;
        table.uniqueConstraints[unique] = { name: unique, columns: on, nullsNotDistinct: distinct };
        parts.push(`CONSTRAINT ${quote(unique)} UNIQUE ${distinct ? 'NULLS NOT DISTINCT ' : ''}(${on.map(quote).join(', ')})`);
        alter(`ALTER TABLE ${qualified} DROP CONSTRAINT IF EXISTS ${quote(unique)}`, `${group} - unique ${unique}`);
    }
    if (table.isRLSEnabled) later.push(`ALTER TABLE ${qualified} ENABLE ROW LEVEL SECURITY;`);
    alter(`ALTER TABLE ${qualified} ${table.isRLSEnabled ? 'DISABLE' : 'ENABLE'} ROW LEVEL SECURITY`,
        `${group} ~ row level security: enabled: ${table.isRLSEnabled ? 'no' : 'yes'} in the database, ${table.isRLSEnabled ? 'yes' : 'no'} in the snapshot`);
    tables[`${schema || 'public'}.${name}`] = table;
    sql.push(`CREATE TABLE ${qualified} (${parts.join(', ')});`, ...later);
}

mkdirSync(`${folder}/meta`, { recursive: true });
writeFileSync(`${folder}/0000_random.sql`, sql.join('\n--> statement-breakpoint\n'));
writeFileSync(`${folder}/meta/_journal.json`, JSON.stringify({ version: '7', dialect: 'postgresql', entries: [{ idx: 0, version: '7', when: 1700000000123, tag: '0000_random', breakpoints: true }] }));
writeFileSync(`${folder}/meta/0000_snapshot.json`, JSON.stringify({ id: String(seed), prevId: '00000000-0000-0000-0000-000000000000',
    version: '7', dialect: 'postgresql', tables, enums: {}, schemas, sequences: {}, roles: {}, policies: {}, views: {},
    _meta: { columns: {}, schemas: {}, tables: {} } }, null, 2));
console.log(alterations.join('\n'));
