#!/usr/bin/env bats
# Several folders in one run: those that share a table are one tier, the others come one after the other.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

billing=

two_drizzles() {
    billing=$BATS_TEST_TMPDIR/billing
    folder_new "$billing"
    folder_add "$folder" 0000_users 'CREATE TABLE users (id int PRIMARY KEY);' 1700000009000
    folder_add "$billing" 0000_bills 'CREATE TABLE bills (owner int REFERENCES users);' 1700000001000
    dirs=(ENTRYPOINT_MIGRATE_DIRS="$folder $billing=billing.__drizzle_migrations")
}

@test "two folders with tables of their own: both in order, one run, one report" {
    two_drizzles
    folder_add "$billing" 0001_more 'CREATE TABLE more ();'
    migrate "${dirs[@]}"
    assert_status 0
    assert_equal "$(ledger_count "$DATABASE")" 1
    assert_equal "$(ledger_count "$DATABASE" billing.__drizzle_migrations)" 2
    assert_equal "$(grep -c 'Running database migrations: 3 pending' <<<"$stderr")" 1
    assert_has "$stderr" 'Migrations complete: 3 applied'
    assert_has "$stderr" '3 in all'
    migrate "${dirs[@]}"
    assert_status 0
    assert_has "$stderr" 'nothing to migrate: 3 migrations applied, none pending'
}

@test "folders that share a table are one tier, in one transaction" {
    other=$BATS_TEST_TMPDIR/other
    folder_new "$other"
    folder_add "$folder" 0000_a 'CREATE TABLE a ();' 1700000001000
    folder_add "$other" 0000_b 'CREATE TABLE b (); SELECT 1/0;' 1700000002000
    migrate ENTRYPOINT_MIGRATE_DIRS="$folder $other"
    assert_status 65
    refute_table "$DATABASE" a
}

@test "a tier that fails: those before it stay applied, those behind it are not begun" {
    two_drizzles
    last=$BATS_TEST_TMPDIR/last
    folder_new "$last"
    folder_add "$last" 0000_last 'CREATE TABLE last ();'
    folder_add "$billing" 0001_broken 'SELECT 1/0;'
    migrate ENTRYPOINT_MIGRATE_DIRS="$folder $billing=billing.m $last=last.m"
    assert_status 65
    assert_has "$stderr" '1 of 4 pending migrations were applied'
    assert_table "$DATABASE" users
    refute_table "$DATABASE" bills
    refute_table "$DATABASE" last
    refute_table "$DATABASE" last.m
}

@test "what one tier sets in the session is not there in the next" {
    two_drizzles
    folder_add "$folder" 0001_path 'CREATE SCHEMA elsewhere; SET search_path = elsewhere;'
    folder_add "$billing" 0001_here 'CREATE TABLE here ();'
    migrate "${dirs[@]}"
    assert_status 0
    assert_table "$DATABASE" public.here
}

@test "a table that comes again behind another is refused before connecting" {
    two_drizzles
    folder_new "$BATS_TEST_TMPDIR/third"
    folder_add "$BATS_TEST_TMPDIR/third" 0000_x 'SELECT 1;'
    migrate ENTRYPOINT_MIGRATE_DIRS="$folder $billing=billing.m $BATS_TEST_TMPDIR/third"
    assert_status 78
    assert_has "$stderr" 'side by side'
    assert_lacks "$stderr" connected
    migrate ENTRYPOINT_MIGRATE_DIRS="$folder="
    assert_status 78
    assert_has "$stderr" 'folder=schema.table'
}

@test "status and mark know all the tables; a lock on one is told" {
    two_drizzles
    run_entrypoint DATABASE_URL="$DATABASE_URL" "${dirs[@]}" mark 0000_users
    assert_status 0
    refute_table "$DATABASE" billing.__drizzle_migrations
    run_entrypoint DATABASE_URL="$DATABASE_URL" "${dirs[@]}" status
    assert_status 0
    assert_has "$stdout" '1 applied, 1 pending in 2 tables'
    run_entrypoint DATABASE_URL="$DATABASE_URL" "${dirs[@]}" -- status --json
    assert_equal "$(jq -c '[.applied, .pending, .skipped, (.tiers[] | [.table, .exists, .applied])]' <<<"$stdout")" \
        '[1,1,0,["\"drizzle\".\"__drizzle_migrations\"",true,1],["\"billing\".\"__drizzle_migrations\"",false,0]]'
    run_entrypoint DATABASE_URL="$DATABASE_URL" "${dirs[@]}" -- mark --all
    assert_status 0
    assert_equal "$(ledger_count "$DATABASE" billing.__drizzle_migrations)" 1
    lock_held 'LOCK TABLE billing.__drizzle_migrations IN ACCESS EXCLUSIVE MODE'
    run_entrypoint DATABASE_URL="$DATABASE_URL" "${dirs[@]}" status
    assert_status 75
}

drizzle_then_numbered() {
    manual=$BATS_TEST_TMPDIR/manual
    mkdir "$manual"
    folder_add "$folder" 0000_users 'CREATE TABLE users (id int PRIMARY KEY);'
    echo 'CREATE TABLE notes (owner int REFERENCES users);' >"$manual/001_notes.sql"
    dirs=(ENTRYPOINT_MIGRATE_DIRS="$folder,$manual")
}

@test "C2 C3: Drizzle's folder first, then the manual one, each with its table; one report with totals" {
    drizzle_then_numbered
    migrate "${dirs[@]}"
    assert_status 0
    assert_has "$stderr" 'Running database migrations: 2 pending'
    assert_has "$stderr" 'Migrations complete: 2 applied'
    assert_equal "$(ledger_count "$DATABASE")" 1
    assert_equal "$(ledger_count "$DATABASE" schema_migrations)" 1
    migrate "${dirs[@]}"
    assert_status 0
    assert_has "$stderr" 'nothing to migrate: 2 migrations applied, none pending'
    run_entrypoint DATABASE_URL="$DATABASE_URL" "${dirs[@]}" -- status
    assert_has "$stdout" '1 applied, 0 pending; table "public"."schema_migrations"'
}

@test "the numbered tier first, when the setting has it so" {
    drizzle_then_numbered
    migrate ENTRYPOINT_MIGRATE_DIRS="$manual $folder"
    assert_status 65
    assert_has "$stderr" 001_notes
    refute_table "$DATABASE" users
}

@test "a Drizzle migration that fails: the numbered files are not begun" {
    drizzle_then_numbered
    folder_add "$folder" 0001_broken 'SELECT 1/0;'
    echo 'CREATE TABLE free ();' >"$manual/000_free.sql"
    migrate "${dirs[@]}"
    assert_status 65
    refute_table "$DATABASE" free
    refute_table "$DATABASE" schema_migrations
}

@test "one table for Drizzle's and numbered files is refused" {
    drizzle_then_numbered
    migrate ENTRYPOINT_MIGRATE_DIRS="$folder $manual=drizzle.__drizzle_migrations"
    assert_status 78
    assert_has "$stderr" 'a table of its own'
}
