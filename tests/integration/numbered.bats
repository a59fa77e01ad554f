#!/usr/bin/env bats
# Folders of SQL files without a journal, and the tables that record them: ours, and those that exist already.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

setup() {
    given=()
    fresh_database
    folder=$BATS_TEST_TMPDIR/migrations
    mkdir "$folder"
}

# numbered NAME SQL
numbered() {
    printf '%s\n' "$2" >"$folder/$1"
}

sql() {
    cluster_sql "$DATABASE" "$1"
}

# As the application's role, which owns what it creates.
app_sql() {
    cluster_sql "$DATABASE" "SET ROLE app; $1"
}

recorded() {
    sql "SELECT string_agg(${1:-filename}::text, ' ' ORDER BY ${1:-filename}::text) FROM ${2:-schema_migrations}"
}

@test "A1 A3: all .sql files of a folder in the order of their names, gaps and files without a number too; told what is done" {
    numbered 0000_a.sql 'CREATE TABLE log (n serial, what text); INSERT INTO log (what) VALUES ($$0000$$);'
    numbered 0008_fix.sql 'INSERT INTO log (what) VALUES ($$0008$$);'
    numbered create_report_queue.sql 'INSERT INTO log (what) VALUES ($$create$$);'
    numbered 0003_b.sql 'INSERT INTO log (what) VALUES ($$0003$$);'
    numbered 0003_b.down.sql 'SELECT 1/0;'
    numbered .hidden.sql 'SELECT 1/0;'
    numbered README.md 'no SQL'
    migrate
    assert_status 0
    assert_equal "$(sql "SELECT string_agg(what, ' ' ORDER BY n) FROM log")" '0000 0003 0008 create'
    assert_has "$stderr" "found 4 migrations in $folder (numbered)"
    assert_has "$stderr" 'Running database migrations: 4 pending'
    assert_has "$stderr" 'applied 0008_fix in'
    assert_has "$stderr" 'Migrations complete: 4 applied'
    assert_lacks "$stderr" ': two files'
}

@test "A2: schema_migrations says which are applied: name, SHA-256, when and how long; only new ones run" {
    numbered 001_a.sql 'CREATE TABLE a ();'
    migrate
    assert_status 0
    assert_equal "$(sql 'SELECT filename, hash, applied_at > now() - interval $$1 hour$$, duration_ms >= 0 FROM public.schema_migrations')" \
        "001_a.sql|$(sha256sum <"$folder/001_a.sql" | cut -d ' ' -f 1)|t|t"
    numbered 002_b.sql 'CREATE TABLE b ();'
    migrate
    assert_status 0
    assert_has "$stderr" '1 pending'
    assert_equal "$(recorded)" '001_a.sql 002_b.sql'
    migrate
    assert_status 0
    assert_has "$stderr" 'nothing to migrate: 2 migrations applied, none pending'
}

@test "A2: the first file creates the table itself, and all are recorded in its shape" {
    numbered 0000_init_migrations_table.sql 'CREATE TABLE schema_migrations (id serial PRIMARY KEY, migration_name varchar(255) NOT NULL UNIQUE, executed_at timestamptz NOT NULL);'
    numbered 0001_a.sql 'CREATE TABLE a ();'
    migrate
    assert_status 0
    assert_equal "$(recorded migration_name)" '0000_init_migrations_table.sql 0001_a.sql'
    migrate
    assert_status 0
    assert_has "$stderr" 'none pending'
}

@test "A2: the first file creates the table and fails: nothing stays, and the next start does all of it" {
    numbered 0000_init.sql $'CREATE TABLE IF NOT EXISTS "public"."schema_migrations" (version text PRIMARY KEY);\nSELECT 1/0;'
    numbered 0001_a.sql 'CREATE TABLE a ();'
    migrate
    assert_status 65
    refute_table "$DATABASE" schema_migrations
    numbered 0000_init.sql $'CREATE TABLE IF NOT EXISTS "public"."schema_migrations" (version text PRIMARY KEY);\nINSERT INTO schema_migrations VALUES (\'0000\');'
    migrate
    assert_status 0
    assert_equal "$(recorded version)" '0000 0001'
}

@test "a first file that creates the table in another schema: ours is made, and recorded there" {
    numbered 0000_init.sql 'CREATE SCHEMA s; SET search_path = s; CREATE TABLE schema_migrations (filename text);'
    migrate
    assert_status 0
    assert_equal "$(recorded filename public.schema_migrations)" 0000_init.sql
    assert_equal "$(sql 'SELECT count(*) FROM s.schema_migrations')" 0
}

@test "A4: a file that fails: status 65, nothing of it stays, the server is not started" {
    numbered 001_a.sql 'CREATE TABLE a ();'
    numbered 002_b.sql $'CREATE TABLE b ();\nSELECT nonsense;'
    serve_traced
    assert_status 65
    assert_has "$stderr" '002_b.sql:2:8'
    refute_server_started
    refute_table "$DATABASE" b
}

@test "existing tables of one column of names are read and written as they are" {
    numbered 001_a.sql 'SELECT 1/0;'
    numbered 002_b.sql 'CREATE TABLE b ();'
    while IFS='|' read -r columns column values expected; do
        fresh_database
        app_sql "CREATE TABLE schema_migrations ($columns); INSERT INTO schema_migrations ($column) VALUES ($values)"
        migrate
        assert_status 0
        assert_equal "$(recorded "${column%%,*}")" "$expected" "$columns"
        migrate
        assert_status 0
        assert_has "$stderr" 'none pending'
    done <<'TABLE'
filename text PRIMARY KEY|filename|'001_a.sql'|001_a.sql 002_b.sql
name varchar(255) NOT NULL, id serial, run_on timestamp NOT NULL|name, run_on|'001_a', now()|001_a 002_b
migration text, batch int|migration|'migrations/001_a.sql'|002_b.sql migrations/001_a.sql
version varchar(128) PRIMARY KEY|version|'001'|001 002
version character varying NOT NULL PRIMARY KEY, note text DEFAULT 'x'|version|'001_a'|001_a 002_b
TABLE
}

@test "tables that are not understood are refused, with their columns named, and nothing is changed" {
    numbered 001_a.sql 'CREATE TABLE a ();'
    while IFS='|' read -r columns reason; do
        fresh_database
        app_sql "CREATE TABLE schema_migrations ($columns)"
        migrate
        assert_status 78
        assert_has "$stderr" "$reason"
        assert_has "$stderr" '[numbered] schema and table'
        refute_table "$DATABASE" a
        assert_equal "$(sql 'SELECT count(*) FROM schema_migrations')" 0
    done <<'TABLE'
version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL|golang-migrate's
version_id bigint, is_applied boolean|version_id, is_applied
name text, filename text|filename and name
filename text, checksum text NOT NULL|checksum must be given
TABLE
    fresh_database
    app_sql "CREATE VIEW schema_migrations AS SELECT 'x'::text AS filename"
    migrate
    assert_status 78
    assert_has "$stderr" 'It is no table'
}

@test "a table of numbers cannot record two files of one number" {
    app_sql 'CREATE TABLE schema_migrations (version text PRIMARY KEY)'
    numbered 001_a.sql 'CREATE TABLE a ();'
    numbered 001_b.sql 'CREATE TABLE b ();'
    migrate
    assert_status 66
    assert_has "$stderr" 'have the same number'
    refute_table "$DATABASE" a
}

@test "two files of one number, and numbers of different lengths, are told" {
    numbered 003_a.sql 'SELECT 1;'
    numbered 003_b.sql 'SELECT 1;'
    numbered 10_c.sql 'SELECT 1;'
    numbered 9_d.sql 'SELECT 1;'
    numbered gone.down.sql 'SELECT 1;'
    migrate
    assert_status 0
    assert_has "$stderr" 'two files have the number 003: 003_a runs before 003_b'
    refute_matches "$stderr" '003_b runs before 10_c'
    assert_has "$stderr" 'belongs to no migration: gone.down.sql'
}

@test "numbers that the order of the names does not follow are told" {
    numbered 2_b.sql 'SELECT 1;'
    numbered 10_c.sql 'SELECT 1;'
    migrate
    assert_status 0
    assert_has "$stderr" '10_c runs before 2_b'
}

@test "a renamed file is told and not run again" {
    numbered 001_a.sql 'CREATE TABLE a ();'
    migrate
    mv "$folder/001_a.sql" "$folder/002_better.sql"
    migrate
    assert_status 0
    assert_has "$stderr" '002_better: is applied, under the name 001_a: the file was renamed'
    assert_equal "$(recorded)" 001_a.sql
    run_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$folder" -- status --json
    assert_equal "$(jq -c '.migrations[] | [.tag, .state, .renamed, .created_at]' <<<"$stdout")" '["002_better","applied",true,null]'
}

@test "edited, out of order and ahead are noticed as with Drizzle's; line endings do not count" {
    numbered 001_a.sql $'CREATE TABLE a (\n);'
    numbered 003_c.sql 'CREATE TABLE c ();'
    migrate
    sed -i 's/$/\r/' "$folder/001_a.sql"
    migrate ENTRYPOINT_MIGRATE_EDITED=fail
    assert_status 0
    numbered 001_a.sql 'CREATE TABLE a (n int);'
    migrate ENTRYPOINT_MIGRATE_EDITED=fail
    assert_status 66
    assert_has "$stderr" 001_a
    numbered 002_b.sql 'CREATE TABLE b ();'
    migrate ENTRYPOINT_MIGRATE_OUT_OF_ORDER=skip
    assert_status 0
    assert_has "$stderr" '002_b: was never applied although later migrations were'
    refute_table "$DATABASE" b
    rm "$folder/003_c.sql"
    migrate ENTRYPOINT_MIGRATE_AHEAD=fail
    assert_status 66
    migrate
    assert_status 0
    assert_has "$stderr" 'newest from 003_c'
    assert_table "$DATABASE" b
}

@test "mark records files without running them; status shows them" {
    numbered 001_a.sql 'SELECT 1/0;'
    numbered 002_b.sql 'CREATE TABLE b ();'
    run_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$folder" -- mark 001_a
    assert_status 0
    migrate
    assert_status 0
    run_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$folder" -- status
    assert_status 0
    assert_matches "$stdout" '^applied  001_a +- '
    assert_has "$stdout" '2 applied, 0 pending; table "public"."schema_migrations"'
}

@test "files of dbmate, goose and sql-migrate: the part that goes up is run, the other is not" {
    numbered 001_dbmate.sql $'-- migrate:up\nCREATE TABLE a ();\n-- migrate:down\nDROP TABLE a;'
    numbered 002_goose.sql $'-- +goose Up\n-- +goose StatementBegin\nCREATE TABLE b ();\n-- +goose StatementEnd\n-- +goose Down\nDROP TABLE b;'
    numbered 003_sql_migrate.sql $'-- +migrate Up\nCREATE TABLE c ();\n-- +migrate Down\nDROP TABLE c;'
    migrate
    assert_status 0
    for table in a b c; do assert_table "$DATABASE" "$table"; done
}

@test "what such a file says about transactions holds" {
    numbered 001_a.sql 'CREATE TABLE a (n int);'
    numbered 002_b.sql $'-- migrate:up transaction:false\nCREATE TABLE b ();\nSELECT 1/0;\n-- migrate:down\nDROP TABLE b;'
    migrate
    assert_status 65
    assert_table "$DATABASE" b
    rm "$folder/002_b.sql"
    numbered 003_c.sql $'-- +goose NO TRANSACTION\n-- +goose Up\nCREATE INDEX CONCURRENTLY i ON a (n);\n-- +goose Down\nDROP INDEX i;'
    migrate
    assert_status 0
    assert_table "$DATABASE" i
}

@test "a divided file that cannot be run safely is refused with its line" {
    numbered 001_a.sql $'-- +goose ENVSUB ON\n-- +goose Up\nCREATE TABLE ${NAME} ();'
    migrate
    assert_status 66
    assert_has "$stderr" 'as a file of goose'
    assert_has "$stderr" '001_a.sql:1'
    numbered 001_a.sql $'-- +migrate Down\nDROP TABLE a;'
    migrate
    assert_status 66
    assert_has "$stderr" 'as a file of sql-migrate'
    assert_has "$stderr" 'no part that goes up'
    numbered 001_a.sql $'-- migrate:down\nDROP TABLE a;'
    migrate
    assert_status 66
    assert_has "$stderr" 'as a file of dbmate'
}

@test "a name or a text that is not UTF-8 is refused, printably" {
    numbered $'001_\xff.sql' 'CREATE TABLE a ();'
    migrate
    assert_status 66
    assert_matches "$stderr" 'the name of file ".*/001_.*\.sql" is not UTF-8'
    assert_lacks "$stderr" $'\xff'
    rm "$folder"/*
    numbered 001_a.sql $'CREATE TABLE caf\xe9 ();'
    migrate
    assert_status 66
    assert_has "$stderr" 'is not UTF-8: invalid byte 0xE9'
    rm "$folder"/*
    mkfifo "$folder/001_a.sql"
    migrate
    assert_status 66
    assert_has "$stderr" 'a device, FIFO or socket'
    assert_has "$stderr" 'migration 001_a'
}

@test "drizzle-kit's files without their journal are not taken for numbered ones" {
    numbered 0000_a.sql $'CREATE TABLE a ();\n--> statement-breakpoint\nCREATE TABLE b ();'
    migrate
    assert_status 66
    assert_has "$stderr" 'copy meta into the image'
    mkdir "$BATS_TEST_TMPDIR/drizzle"
    echo 'CREATE TABLE a ();' >"$BATS_TEST_TMPDIR/drizzle/0000_a.sql"
    migrate ENTRYPOINT_MIGRATE_DIRS="$BATS_TEST_TMPDIR/drizzle"
    assert_status 66
    refute_table "$DATABASE" a
}

@test "schema and table of the ledger are settings; the schema is created" {
    numbered 001_a.sql 'CREATE TABLE a ();'
    migrate ENTRYPOINT_NUMBERED_SCHEMA='an "odd" one' ENTRYPOINT_NUMBERED_TABLE='Done'
    assert_status 0
    assert_equal "$(recorded filename '"an ""odd"" one"."Done"')" 001_a.sql
}

@test "two folders of numbered files with one table: the same name twice is refused" {
    mkdir "$BATS_TEST_TMPDIR/other"
    numbered 001_a.sql 'CREATE TABLE a ();'
    cp "$folder/001_a.sql" "$BATS_TEST_TMPDIR/other"
    migrate ENTRYPOINT_MIGRATE_DIRS="$folder $BATS_TEST_TMPDIR/other"
    assert_status 66
    assert_has "$stderr" 'have the same name'
    migrate ENTRYPOINT_MIGRATE_DIRS="$folder $BATS_TEST_TMPDIR/other=public.other_migrations"
    assert_status 65 # it really is the same
    assert_equal "$(recorded)" 001_a.sql
}

@test "replicas of numbered files: each is applied once, also where the first creates the table" {
    numbered 0000_init.sql 'CREATE TABLE schema_migrations (filename text);'
    numbered 0001_a.sql 'CREATE TABLE a (); SELECT pg_sleep(0.5);'
    migrate_start
    first=$entrypoint_pid first_folder=$output_folder
    migrate
    assert_status 0
    wait "$first"
    assert_equal "$(recorded)" '0000_init.sql 0001_a.sql'
}
