#!/usr/bin/env bats
# `check` on databases that the real drizzle-kit has built: with a snapshot of format 7, 8 and 9 there is no difference.

# shellcheck disable=SC2154 # status, stdout, DATABASE: what is loaded
load ../lib/cluster
load ../lib/entrypoint
load ../lib/assert
load ../lib/folder
load interop
load project

setup_file() {
    tests/interop/install >&2
    tests/interop/install 1.0.0-rc.4 >&2
    tests/interop/install 1.0.0-rc.5 >&2
    cluster_create
    cluster_start
}

teardown_file() {
    cluster_destroy
}

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    fresh_database
}

teardown() {
    clean_up
}

check() {
    run_entrypoint DATABASE_URL="$DATABASE_URL" -- check --dirs drizzle --strict
}

# Generate, let drizzle-kit migrate, check; then once more with another column: real_history KIT FORMAT
real_history() {
    project . "$1"
    kit . generate --name first
    kit . migrate
    check
    assert_status 0
    assert_has "$stdout" 'no differences; 2 tables compared'
    schema . "nick: text('nick').notNull().default('x'), more: integer('more').array(),"
    kit . generate --name second
    assert_equal "$(find drizzle -name '*snapshot.json' -exec jq -r .version {} + | sort -u)" "$2" "format"

    # What is not applied yet is not missed.
    check
    assert_status 0
    assert_has "$stdout" '1 pending migration'
    kit . migrate
    check
    assert_status 0
    assert_has "$stdout" 'no differences; 2 tables compared'
    assert_matches "$stdout" 'the snapshot of [0-9]+_second$'

    cluster_sql "$DATABASE" 'ALTER TABLE people ALTER COLUMN nick DROP DEFAULT, ALTER COLUMN more TYPE bigint[]'
    check
    assert_status 1
    assert_has "$stdout" '  ~ column nick: default: no in the database, yes in the snapshot'
    assert_has "$stdout" '  ~ column more: type: bigint[] in the database, integer[] in the snapshot'
}

@test "drizzle-kit 0.31, format 7" {
    real_history . 7
}

@test "drizzle-kit 1.0.0-rc.4, format 8" {
    real_history 1.0.0-rc.4 8
}

@test "drizzle-kit 1.0.0-rc.5, format 9" {
    real_history 1.0.0-rc.5 9
}
