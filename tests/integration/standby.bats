#!/usr/bin/env bats
# A hot standby: nothing pending is fine there, something pending is the primary's business.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

setup_file() {
    cluster_create wal_level=replica max_wal_senders=4 hot_standby=on
    cluster_start
    standby_start
}

# A copy of the cluster that follows it, on port STANDBY_PORT.
standby_start() {
    STANDBY_PORT=$(free_port)
    export STANDBY_PORT
    cluster_hba 'local replication postgres trust'
    as_server_user "$(cluster_bin)/pg_basebackup" -h "$CLUSTER_SOCKET" -p "$CLUSTER_PORT" -U postgres -D "$CLUSTER_DIR/standby" \
        -R --checkpoint=fast --wal-method=stream >"$CLUSTER_DIR/basebackup.log" 2>&1
    as_server_user "$(cluster_bin)/pg_ctl" -D "$CLUSTER_DIR/standby" -o "-c port=$STANDBY_PORT" -l "$CLUSTER_DIR/standby.log" -w -t 60 \
        start </dev/null >"$CLUSTER_DIR/pg_ctl.log" 2>&1
    head -n 1 "$CLUSTER_DIR/standby/postmaster.pid" >"$CLUSTER_DIR/standby.pid"
}

# The standby has all that the primary has; its address becomes DATABASE_URL.
standby_follows() {
    DATABASE_URL="postgresql://app:$APP_PASSWORD@127.0.0.1:$STANDBY_PORT/$DATABASE"
    poll 20 standby_has "$(cluster_sql postgres 'SELECT pg_current_wal_lsn()')"
}

standby_has() {
    [ "$(standby_sql "SELECT pg_last_wal_replay_lsn() >= '$1'")" = t ]
}

standby_sql() {
    PGPASSWORD=$CLUSTER_PASSWORD psql -X -At -h 127.0.0.1 -p "$STANDBY_PORT" -U postgres -d postgres -c "$1"
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
