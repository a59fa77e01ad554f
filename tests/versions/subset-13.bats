#!/usr/bin/env bats
# The main job on the PostgreSQL that the file's name ends in, from tests/versions/servers; `make versions` runs everything
# on all of them.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

setup_file() {
    SERVER=$(basename "$BATS_TEST_FILENAME" .bats)
    export SERVER=${SERVER#subset-}
    [ "$(uname -m)" = x86_64 ] || skip "the pinned servers are for x86_64"
    command -v npm >/dev/null || skip "no npm to fetch the server with"
    PG_BIN=$(tests/versions/install "$SERVER")
    export PG_BIN
    cluster_create
    cluster_start
    cluster_tls_on
}

sql() {
    cluster_sql "$DATABASE" "$1"
}

# command NAME ARGUMENT...: on the folder of the test
command() {
    run_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$folder" -- "$@"
}

# The folder of the test is applied; a second time there is nothing to do.
applied_once() {
    migrate
    assert_status 0
    assert_has "$stderr" "connected to PostgreSQL $SERVER."
    migrate
    assert_status 0
    assert_has "$stderr" 'none pending'
}

@test "a server that starts later is waited for" {
    cluster_stop
    start_entrypoint DATABASE_URL="$DATABASE_URL" -- wait
    await_stderr 'waiting for'
    cluster_start
    wait_entrypoint
    assert_status 0
}

@test "SCRAM over TLS, bound to the channel; a wrong password" {
    parameters="sslmode=verify-full&sslrootcert=$CLUSTER_DIR/tls/ca.crt&channel_binding=require"
    run_entrypoint DATABASE_URL="$DATABASE_URL?$parameters" -- wait --timeout 0s
    assert_status 0
    run_entrypoint DATABASE_URL="${DATABASE_URL/"$APP_PASSWORD"/$(new_password)}?$parameters" -- wait --timeout 0s
    assert_status 77
}

@test "folders of both Drizzles: applied once, and the catalogs are what their snapshots say" {
    for name in v0 v1-rc5-snapshot9; do
        folder=$(fixture "$name")
        cluster_sql postgres 'SET client_min_messages = error; DROP ROLE IF EXISTS reader_role, ro_role'
        fresh_database
        DATABASE_URL=$(cluster_url "$DATABASE" postgres "$CLUSTER_PASSWORD") # they create roles
        applied_once
        command check --strict
        assert_status 0
        assert_has "$stdout" 'no differences'
        sql 'CREATE TABLE nobody_expects_me ()'
        command check --strict
        assert_status 1
        assert_has "$stdout" nobody_expects_me
        cluster_sql postgres "DROP DATABASE \"$DATABASE\""
    done
}

@test "numbered files: applied once, in the order of their names" {
    folder=$BATS_TEST_TMPDIR/numbered
    mkdir "$folder"
    echo 'CREATE TABLE log (n serial, what text); INSERT INTO log (what) VALUES (1);' >"$folder/001_a.sql"
    echo 'INSERT INTO log (what) VALUES (2);' >"$folder/002_b.sql"
    applied_once
    assert_equal "$(sql "SELECT string_agg(what, ' ' ORDER BY n) FROM log")" '1 2'
}

@test "statements that no transaction takes, values of an enumeration, and going on where one failed" {
    local break_=$'\n--> statement-breakpoint\n'
    folder_add "$folder" 0000_a "CREATE TYPE mood AS ENUM ('ok'); CREATE TABLE a (n int, m mood DEFAULT 'ok'); INSERT INTO a VALUES (1), (1);"
    folder_add "$folder" 0001_b "ALTER TYPE mood ADD VALUE 'fine';${break_}UPDATE a SET m = 'fine';"
    migrate
    assert_status 0
    folder_add "$folder" 0002_c "CREATE TABLE b (n int);${break_}INSERT INTO b VALUES (1);${break_}CREATE UNIQUE INDEX CONCURRENTLY i ON a (n);${break_}VACUUM a;${break_}INSERT INTO b VALUES (2);"
    migrate
    assert_status 65
    assert_has "$stderr" 23505
    assert_equal "$(ledger_count "$DATABASE")" 2
    sql 'DELETE FROM a WHERE ctid = (SELECT min(ctid) FROM a)'
    applied_once
    assert_equal "$(sql "SELECT (SELECT string_agg(n::text, ' ' ORDER BY n) FROM b), (SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass)")" '1 2|t'
}

@test "a migration that fails leaves nothing" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    folder_add "$folder" 0001_b 'CREATE TABLE b (); SELECT 1/0;'
    migrate
    assert_status 65
    assert_has "$stderr" 22012
    refute_table "$DATABASE" b
}

@test "two at once: each migration is applied once" {
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int); SELECT pg_sleep(0.3); INSERT INTO a VALUES (1);'
    migrate_start
    first=$entrypoint_pid
    migrate
    assert_status 0
    wait "$first"
    assert_equal "$(sql 'SELECT count(*) FROM a')" 1
}

@test "verify: a table that is not there is 69" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    migrate ENTRYPOINT_VERIFY_TABLES=a
    assert_status 0
    migrate ENTRYPOINT_VERIFY_TABLES='a b'
    assert_status 69
}

@test "rollback: the newest is undone, and applied again" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    folder_add "$folder" 0001_b 'CREATE TABLE b ();'
    echo 'DROP TABLE b;' >"$folder/0001_b.down.sql"
    migrate
    assert_status 0
    command rollback --steps 1
    assert_status 0
    refute_table "$DATABASE" b
    applied_once
    assert_table "$DATABASE" b
}

# What tells two databases apart in the other tests, where no pg_dump reads this server.
@test "catalogs.sql tells a database from its copy with any single alteration of tests/fixtures/check" {
    local alteration before after count=0
    cluster_sql postgres 'SET client_min_messages = error; DROP ROLE IF EXISTS reader_role, ro_role'
    folder=$(fixture v0)
    DATABASE_URL=$(cluster_url "$DATABASE" postgres "$CLUSTER_PASSWORD")
    migrate
    assert_status 0
    pg_dump_reads() { false; }
    before=$(cluster_dump "$DATABASE")
    assert_equal "$(cluster_dump "$DATABASE")" "$before" "a second look"
    while IFS= read -r alteration; do
        # The end of the connection undoes it.
        after=$(cluster_psql -At -d "$DATABASE" -v only= -v but= -c 'SET allow_system_table_mods = on' -c BEGIN -c "$alteration" -f "$lib/catalogs.sql")
        [ "$after" != "$before" ] || fail "not told: $alteration"
        count=$((count + 1))
    done < <(alterations | grep -vE '^( |==|$)')
    [ "$count" -ge 98 ] || fail "$count alterations"
    assert_equal "$(cluster_dump "$DATABASE")" "$before" "all of it undone"
    [ "$(cluster_dump "$DATABASE" --exclude-schema=drizzle)" != "$before" ]
    assert_equal "$(cluster_dump "$DATABASE" -n drizzle | cut -d '|' -f 1 | sort -u | tr '\n' ' ')" 'column constraint index relation schema sequence '
    cluster_sql postgres "DROP DATABASE \"$DATABASE\""
}
