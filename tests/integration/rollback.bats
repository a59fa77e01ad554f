#!/usr/bin/env bats
# Undoing the newest migrations with the SQL that somebody wrote for that.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

rollback() {
    run_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="${dirs:-$folder}" -- rollback "$@"
}

# drizzle: 0000_a, 0001_b, 0002_c with companions
three() {
    local name
    for name in 0000_a 0001_b 0002_c; do
        folder_add "$folder" "$name" "CREATE TABLE ${name#*_} ();"
        echo "DROP TABLE ${name#*_};" >"$folder/$name.down.sql"
    done
    migrate
    assert_status 0
}

@test "A5: --steps undoes the newest, newest first, and their rows go; the next start applies them again" {
    three
    rollback --steps 2
    assert_status 0
    assert_equal "$(grep -oE 'rolled back 000._.' <<<"$stderr")" $'rolled back 0002_c\nrolled back 0001_b'
    assert_has "$stderr" 'Rollback complete: 2 rolled back'
    assert_table "$DATABASE" a
    refute_table "$DATABASE" b
    assert_equal "$(ledger_count "$DATABASE")" 1
    migrate
    assert_status 0
    assert_has "$stderr" 'Migrations complete: 2 applied'
    assert_table "$DATABASE" c
}

@test "--to undoes what is behind a migration, which stays; nothing behind it is no error" {
    three
    rollback --to 0000_a
    assert_status 0
    assert_equal "$(ledger_count "$DATABASE")" 1
    rollback --to 0000_a
    assert_status 0
    assert_has "$stderr" '0 rolled back'
    rollback --to 0001_b
    assert_status 64
    assert_has "$stderr" 'no applied migration is called "0001_b"'
}

@test "one companion is missing: refused whole, with the file to write, before anything is touched" {
    three
    rm "$folder/0001_b.down.sql"
    rollback --steps 3
    assert_status 66
    assert_has "$stderr" '0001_b.down.sql'
    assert_has "$stderr" 'Nothing was rolled back'
    assert_table "$DATABASE" c
    assert_equal "$(ledger_count "$DATABASE")" 3
}

@test "a statement that cannot be in a transaction, or ends it: refused whole, with its place" {
    three
    for statement in 'DROP INDEX CONCURRENTLY i' COMMIT ROLLBACK 'VACUUM' "\\\\i other.sql"; do
        printf 'SELECT 1;\n%b;\n' "$statement" >"$folder/0001_b.down.sql"
        rollback --steps 2
        [ "$status" -eq 66 ] || [ "$status" -eq 65 ] || fail "status $status for $statement" "$stderr"
        assert_has "$stderr" '0001_b.down.sql:2:1'
        assert_table "$DATABASE" c
        assert_equal "$(ledger_count "$DATABASE")" 3
    done
}

@test "one that fails: all of it is undone, status 65, with the place" {
    three
    printf 'DROP TABLE a;\nDROP TABLE nonsense;\n' >"$folder/0000_a.down.sql"
    rollback --steps 3
    assert_status 65
    assert_has "$stderr" '0000_a.down.sql:2'
    assert_table "$DATABASE" c
    assert_equal "$(ledger_count "$DATABASE")" 3
}

@test "folders of Drizzle 1.x: down.sql beside migration.sql" {
    folder=$BATS_TEST_TMPDIR/v1
    mkdir -p "$folder/20240131235959_a"
    echo 'CREATE TABLE a ();' >"$folder/20240131235959_a/migration.sql"
    echo 'DROP TABLE a;' >"$folder/20240131235959_a/down.sql"
    migrate
    assert_status 0
    rollback --steps 1
    assert_status 0
    refute_table "$DATABASE" a
    assert_equal "$(ledger_count "$DATABASE")" 0
}

@test "numbered files: companions, parts of the file itself, and a table that goes with the first of them" {
    folder=$BATS_TEST_TMPDIR/migrations
    mkdir "$folder"
    echo 'CREATE TABLE schema_migrations (version text PRIMARY KEY);' >"$folder/000_init.sql"
    echo 'DROP TABLE schema_migrations;' >"$folder/000_init.down.sql"
    printf -- '-- migrate:up\nCREATE TABLE a ();\n-- migrate:down\nDROP TABLE a;\n' >"$folder/001_a.sql"
    echo 'CREATE TABLE b ();' >"$folder/002_b.up.sql"
    echo 'DROP TABLE b;' >"$folder/002_b.down.sql"
    migrate
    assert_status 0
    rollback --steps 2
    assert_status 0
    refute_table "$DATABASE" a
    refute_table "$DATABASE" b
    assert_equal "$(cluster_sql "$DATABASE" 'SELECT version FROM schema_migrations')" 000
    rollback --steps 1
    assert_status 0
    refute_table "$DATABASE" schema_migrations
}

@test "two tiers: the later one's are the newest, and both tables change together" {
    three
    mkdir "$BATS_TEST_TMPDIR/manual"
    echo 'CREATE TABLE m ();' >"$BATS_TEST_TMPDIR/manual/1.sql"
    echo 'DROP TABLE m;' >"$BATS_TEST_TMPDIR/manual/1.down.sql"
    dirs="$folder $BATS_TEST_TMPDIR/manual"
    migrate ENTRYPOINT_MIGRATE_DIRS="$dirs"
    assert_status 0
    echo 'SELECT 1/0;' >"$folder/0002_c.down.sql"
    rollback --steps 2
    assert_status 65
    assert_table "$DATABASE" m
    rollback --steps 1
    assert_status 0
    refute_table "$DATABASE" m
    assert_table "$DATABASE" c
}

@test "a database with newer migrations than the image: refused" {
    three
    folder_first "$folder" 2 "$BATS_TEST_TMPDIR/older"
    dirs=$BATS_TEST_TMPDIR/older
    rollback --steps 1
    assert_status 66
    assert_has "$stderr" 'not in this image'
    assert_table "$DATABASE" b
}

@test "while another migrates it waits, and gives up after replica_timeout" {
    three
    lock_held 'SELECT pg_advisory_lock(1); LOCK TABLE drizzle.__drizzle_migrations IN ACCESS EXCLUSIVE MODE'
    run_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$folder" ENTRYPOINT_MIGRATE_REPLICA_TIMEOUT=0s -- rollback --steps 1
    assert_status 75
    assert_table "$DATABASE" c
}

@test "a companion that cannot be read, and one that wants no transaction: refused whole" {
    three
    printf 'DROP TABLE caf\xe9;' >"$folder/0002_c.down.sql"
    rollback --steps 1
    assert_status 66
    assert_has "$stderr" 'is not UTF-8'
    assert_has "$stderr" 'Nothing was rolled back.'
    fresh_database
    dirs=$BATS_TEST_TMPDIR/numbered
    mkdir "$dirs"
    printf -- '-- migrate:up\nCREATE TABLE a ();\n-- migrate:down transaction:false\nDROP TABLE a;\n' >"$dirs/001_a.sql"
    run_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$dirs" -- migrate
    assert_status 0
    rollback --steps 1
    assert_status 66
    assert_has "$stderr" 'what undoes 001_a asks for no transaction'
    assert_table "$DATABASE" a
}

@test "what is asked for is checked before connecting" {
    three
    for arguments in '' '--steps 0' '--steps x' '--steps 1 --to 0000_a' '--steps 1234567'; do
        # shellcheck disable=SC2086
        rollback $arguments
        assert_status 64
        assert_lacks "$stderr" connected
    done
    rollback --steps 4
    assert_status 64
    assert_has "$stderr" 'there are 3 applied migrations, not 4'
}
