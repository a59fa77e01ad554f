# shellcheck shell=bash
# project.bash - projects in which a real drizzle-kit generates migrations; to be loaded after interop.bash.

# project DIR KIT: a folder to run a drizzle-kit in; KIT is its place below build/interop, "." for 0.31
project() {
    mkdir -p "$1"
    ln -sfn "$INTEROP/$2/node_modules" "$1/node_modules"
    echo '{"type": "module"}' >"$1/package.json"
    cat >"$1/drizzle.config.ts" <<'TS'
export default { dialect: 'postgresql', schema: './schema.ts', out: './drizzle', dbCredentials: { url: process.env.DATABASE_URL ?? 'postgres://none' } };
TS
    schema "$1"
}

# schema DIR [MORE]: MORE is another column of the table "people". What a server before 15 does not have is left out for it.
schema() {
    local distinct='.nullsNotDistinct()'
    [ "$(cluster_version)" -ge 15 ] || distinct=
    cat >"$1/schema.ts" <<TS
import { sql } from 'drizzle-orm';
import { check, index, integer, pgEnum, pgSequence, pgTable, pgView, primaryKey, serial, text, timestamp, unique, uniqueIndex } from 'drizzle-orm/pg-core';
export const mood = pgEnum('mood', ['sad', 'ok "quoted"', 'žluťoučký 🐘']);
export const numbers = pgSequence('numbers', { startWith: 17, increment: 3 });
export const people = pgTable('people', {
    id: serial('id').primaryKey(),
    name: text('name').notNull().default('žluťoučký "x" \\\\ 🐘'),
    age: integer('age').default(5),
    next: integer('next').generatedAlwaysAs(sql\`age + 1\`),
    number: integer('number').generatedAlwaysAsIdentity({ startWith: 1000 }),
    mood: mood('mood').default('sad'),
    since: timestamp('since', { precision: 6, withTimezone: true }).defaultNow(),
    ${2:-}
}, (t) => [uniqueIndex('people_lower').on(sql\`lower(name)\`), index('people_age').on(t.age.desc()), check('people_age_check', sql\`age > 0\`)]);
export const friends = pgTable('friends', {
    one: integer('one').references(() => people.id, { onDelete: 'cascade' }),
    other: integer('other').references(() => people.id),
    '17': text('17').unique(),
}, (t) => [primaryKey({ columns: [t.one, t.other] }), unique('friends_both').on(t.other, t.one)$distinct]);
export const grown = pgView('grown').as((q) => q.select({ id: people.id }).from(people).where(sql\`age > 17\`));
TS
}

# kit DIR ARGUMENT...: the real drizzle-kit in a project; its exit status is often 0 whatever happens
kit() {
    (cd "$1" && DATABASE_URL=${DATABASE_URL:-} node_modules/.bin/drizzle-kit "${@:2}" 2>&1)
}
