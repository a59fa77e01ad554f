#!/usr/bin/env bats
# A hot standby: nothing pending is fine there, something pending is the primary's business.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration
load ../lib/standby

setup_file() {
    cluster_create wal_level=replica max_wal_senders=4 hot_standby=on
    cluster_start
    standby_start
}

@test "nothing pending: verified and started" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    migrate
    assert_status 0
    standby_follows
    given=(ENTRYPOINT_VERIFY_TABLES=a)
    serve_traced
    assert_status 0
    assert_has "$stderr" 'none pending'
    [ -e "$BATS_TEST_TMPDIR/server-was-started" ]
}

@test "something pending, with a ledger and without: exit 77, the primary is named" {
    standby_follows
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    serve_traced
    assert_status 77
    assert_has "$stderr" 'read-only'
    assert_has "$stderr" 'primary'
    refute_server_started
}

# The primary's lock on the ledger is held on the standby too.
ledger_is_locked_there() {
    [ "$(standby_sql "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND locktype = 'relation'")" -gt 0 ]
}

@test "while the primary migrates: waited for, then nothing is pending" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    migrate
    assert_status 0
    standby_follows
    folder_add "$folder" 0001_b $'CREATE TABLE b ();\n--> statement-breakpoint\nSELECT pg_sleep(3);'
    primary=$(cluster_url "$DATABASE")
    start_entrypoint DATABASE_URL="$primary" -- migrate --dirs "$folder"
    first_pid=$entrypoint_pid first_folder=$output_folder
    poll 20 session_runs pg_sleep
    # The lock's record reaches the standby with what else is written.
    cluster_sql postgres 'SELECT pg_switch_wal()' >/dev/null
    poll 20 ledger_is_locked_there
    migrate
    assert_status 0
    assert_has "$stderr" 'another replica is migrating'
    entrypoint_pid=$first_pid output_folder=$first_folder
    wait_entrypoint
    assert_status 0
}
