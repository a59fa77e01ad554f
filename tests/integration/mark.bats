#!/usr/bin/env bats
# `mark`: recorded without being run, as Drizzle would record it, all of it or nothing.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

mark() {
    run_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$folder" -- mark "$@"
}

three() {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    folder_add "$folder" 0001_b 'CREATE TABLE b ();'
    folder_add "$folder" 0002_c 'CREATE TABLE c ();'
}

folders() {
    folder=$BATS_TEST_TMPDIR/folders
    mkdir -p "$folder/20240101000000_a" "$folder/20240102000000_b"
    echo 'CREATE TABLE fa ();' >"$folder/20240101000000_a/migration.sql"
    echo 'CREATE TABLE fb ();' >"$folder/20240102000000_b/migration.sql"
}

@test "--all adopts a database built by push: the rows are those that migrating writes" {
    three
    migrate
    assert_status 0
    rows=$(ledger "$DATABASE")
    shape=$(cluster_dump "$DATABASE" -n drizzle)

    fresh_database
    cluster_sql "$DATABASE" 'CREATE TABLE a (); CREATE TABLE b (); CREATE TABLE c ()'
    mark --all
    assert_status 0
    assert_equal "$(ledger "$DATABASE")" "$rows"
    assert_equal "$(cluster_dump "$DATABASE" -n drizzle)" "$shape"
    assert_equal "$(head -n 1 <<<"$stdout")" \
        "asserted without running: 0000_a (hash $(sha256sum <"$folder/0000_a.sql" | cut -d ' ' -f 1), created_at 1700000000123)"
    assert_equal "$(wc -l <<<"$stdout")" 3
    migrate
    assert_status 0
    assert_has "$stderr" 'none pending'
}

@test "--all with nothing to mark: says so, and creates nothing" {
    mark --all
    assert_status 0
    assert_has "$stdout" 'nothing to mark'
    refute_table "$DATABASE" drizzle.__drizzle_migrations
    three
    migrate
    mark --all
    assert_status 0
    assert_has "$stdout" 'nothing to mark'
    assert_equal "$(ledger_count "$DATABASE")" 3
}

@test "catch-up: one that fails because its change is there is marked, the next one runs" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    migrate
    assert_status 0
    cluster_sql "$DATABASE" 'CREATE TABLE b ()'
    folder_add "$folder" 0001_b 'CREATE TABLE b ();'
    folder_add "$folder" 0002_c 'CREATE TABLE c ();'
    migrate
    assert_status 65
    mark 0001_b
    assert_status 0
    assert_equal "$(ledger_count "$DATABASE")" 2
    refute_table "$DATABASE" c
    migrate
    assert_status 0
    assert_table "$DATABASE" c
    assert_equal "$(ledger_count "$DATABASE")" 3
}

@test "several are recorded in the folder's order, whatever that of the words" {
    three
    mark 0002_c 0000_a
    assert_status 0
    assert_equal "$(ledger "$DATABASE" | cut -d '|' -f 3)" $'1700000000123\n1700000002123'
    refute_table "$DATABASE" a
}

@test "a tag that no migration has is refused before connecting, with the nearest one" {
    three
    DATABASE_URL=postgresql://app:x@127.0.0.1:1/nowhere
    mark 0000_a 0001_bb
    assert_status 64
    assert_has "$stderr" 'there is no migration "0001_bb"'
    assert_has "$stderr" 'Did you mean "0001_b"?'
}

@test "a tag that is recorded already is refused, and so are the others with it" {
    three
    mark 0001_b
    assert_status 0
    mark 0000_a 0001_b 0002_c
    assert_status 64
    assert_has "$stderr" 'migration "0001_b" is recorded already'
    assert_equal "$stdout" ''
    assert_equal "$(ledger_count "$DATABASE")" 1
}

@test "folders of Drizzle 1.x: name and applied_at as by migrating; a table of version 0 is upgraded first" {
    columns='SELECT hash, created_at, name, applied_at IS NOT NULL FROM drizzle.__drizzle_migrations ORDER BY id'
    folders
    migrate
    assert_status 0
    rows=$(cluster_sql "$DATABASE" "$columns")
    fresh_database
    mark --all
    assert_status 0
    assert_equal "$(cluster_sql "$DATABASE" "$columns")" "$rows"
    refute_table "$DATABASE" fa

    fresh_database
    cluster_sql "$DATABASE" "CREATE SCHEMA drizzle AUTHORIZATION app; SET ROLE app;
        CREATE TABLE drizzle.__drizzle_migrations (id serial PRIMARY KEY, hash text NOT NULL, created_at bigint);
        INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('$(head -n 1 <<<"$rows" | cut -d '|' -f 1)', 1704067200000)"
    mark 20240102000000_b
    assert_status 0
    assert_equal "$(cluster_sql "$DATABASE" "$columns" | cut -d '|' -f 3,4)" $'20240101000000_a|f\n20240102000000_b|t'
}

@test "policies that stop migrating do not stop marking" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();' 1700000001000
    folder_add "$folder" 0002_c 'CREATE TABLE c ();' 1700000003000
    migrate
    folder_new "$folder"
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int);' 1700000001000
    folder_add "$folder" 0001_b 'CREATE TABLE b ();' 1700000002000
    folder_add "$folder" 0002_c 'CREATE TABLE c ();' 1700000003000
    run_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$folder" ENTRYPOINT_MIGRATE_EDITED=fail \
        ENTRYPOINT_MIGRATE_OUT_OF_ORDER=fail -- mark 0001_b
    assert_status 0
    assert_equal "$(ledger "$DATABASE" | cut -d '|' -f 1,3)" $'1|1700000001000\n2|1700000003000\n3|1700000002000'
}

@test "several at once: each is recorded once" {
    three
    pids=()
    for _ in 1 2 3 4; do
        env -i PATH="$PATH" DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$folder" "$ENTRYPOINT_BINARY" mark --all \
            >>"$BATS_TEST_TMPDIR/output" 2>&1 3>&- &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do
        wait "$pid"
    done
    log_output "$BATS_TEST_TMPDIR/output"
    assert_equal "$(ledger_count "$DATABASE")" 3
    assert_equal "$(grep -c '^asserted' "$BATS_TEST_TMPDIR/output")" 3
    assert_equal "$(grep -c '^nothing to mark' "$BATS_TEST_TMPDIR/output")" 3
}

@test "a row that is refused undoes all of them" {
    three
    mark 0001_b
    cluster_sql "$DATABASE" "ALTER TABLE drizzle.__drizzle_migrations ADD CHECK (created_at <> 1700000002123)"
    mark --all
    [ "$status" -ne 0 ]
    assert_has "$stderr" 'recording it in'
    assert_equal "$(ledger_count "$DATABASE")" 1
}
