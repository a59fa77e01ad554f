#!/usr/bin/env bats
# B5: a backup before migrating, and the way back. The scripts are those of examples/backup.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

setup() {
    needs_pg_dump
    fresh_database
    backup=$BATS_TEST_TMPDIR/backup
    scripts=$BATS_TEST_DIRNAME/../../examples/backup
    mkdir "$backup"
    folder=$BATS_TEST_TMPDIR/drizzle
    folder_new "$folder"
    folder_add "$folder" 0000_users "CREATE TABLE users (id serial PRIMARY KEY, name text); INSERT INTO users (name) VALUES ('Ada'), ('Grace');"
    hook=(BACKUP_DIR="$backup" BACKUP_KEEP=2 ENTRYPOINT_HOOKS_BEFORE_MIGRATE="$scripts/before-migrate.sh")
}

# Everything in the database, as pg_dump tells it.
contents() {
    cluster_pg_dump "$DATABASE" --inserts
}

restore() {
    PGHOST=127.0.0.1 PGPORT=$CLUSTER_PORT PGUSER=app PGPASSWORD=$APP_PASSWORD PGDATABASE=$DATABASE "$scripts/restore.sh" "$1"
}

@test "B5: a dump is made before migrating, and restores what was there" {
    migrate
    assert_status 0
    before=$(contents)

    folder_add "$folder" 0001_drop_names 'ALTER TABLE users DROP COLUMN name; CREATE TABLE later ();'
    migrate "${hook[@]}"
    assert_status 0
    assert_matches "$stderr" '^entrypoint: before_migrate: wrote .*-before-0001_drop_names\.dump, [0-9]+ bytes$'
    assert_table "$DATABASE" later
    assert_equal "$(ledger_count "$DATABASE")" 2

    restore "$backup"/*-before-0001_drop_names.dump
    assert_equal "$(contents)" "$before"

    # From there everything goes on: the same migration is pending again.
    migrate "${hook[@]}"
    assert_status 0
    assert_table "$DATABASE" later
}

@test "a dump that fails stops the migration" {
    migrate "${hook[@]}" BACKUP_DIR=/no/such/folder
    assert_status 73
    assert_has "$stderr" '/no/such/folder'
    refute_table "$DATABASE" users
}

@test "the newest dumps stay" {
    for number in 1 2 3; do
        : >"$backup/2000010${number}T000000Z-before-0000_old.dump"
    done
    migrate "${hook[@]}"
    assert_status 0
    [ "$(find "$backup" -type f | wc -l)" -eq 2 ]
    [ -e "$backup/20000103T000000Z-before-0000_old.dump" ]
}

@test "a restore that fails changes nothing" {
    migrate
    before=$(contents)
    head -c 200 /dev/urandom >"$backup/broken.dump"
    run restore "$backup/broken.dump"
    [ "$status" -ne 0 ]
    assert_equal "$(contents)" "$before"
}
