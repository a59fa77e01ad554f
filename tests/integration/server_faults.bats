#!/usr/bin/env bats
# What happens to servers: sessions ended, restarts, disks and connections that are full, failovers. Each time the right
# exit status with the reason, nothing half-applied, and the next start applies what is left.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration
load ../lib/pgbouncer
load ../lib/standby

setup_file() {
    cluster_create wal_level=replica max_wal_senders=4 hot_standby=on max_prepared_transactions=2
    cluster_start
}

teardown() {
    locks_release
    pgbouncer_stop
    clean_up
    cluster_is_running || cluster_start_server
}

# A migration that stops in its middle until it is let go: the advisory lock 77 is the test's.
halting() {
    folder_add "$folder" 0000_a $'CREATE TABLE a (n int);\n--> statement-breakpoint\nINSERT INTO a VALUES (1);'
    folder_add "$folder" 0001_b $'CREATE TABLE b (n int);\n--> statement-breakpoint\nSELECT pg_advisory_xact_lock(77);\n--> statement-breakpoint\nINSERT INTO a VALUES (2);'
}

hold() {
    lock_held 'SELECT pg_advisory_lock(77)'
}

halted() {
    poll 60 session_runs 'pg_advisory_xact_lock(77)'
}

assert_whole() {
    assert_equal "$(cluster_sql "$DATABASE" "SELECT string_agg(n::text, ',' ORDER BY n) FROM a")" 1,2 'the seeds'
    assert_equal "$(ledger_count "$DATABASE")" 2
}

backend_of() { # backend_of TEXT: the process that executes it
    cluster_sql postgres "SELECT pid FROM pg_stat_activity WHERE datname = '$DATABASE' AND strpos(query, '$1') > 0 AND application_name <> 'lock-holder' AND state = 'active'"
}

@test "the session is terminated in the middle: tried again, applied once" {
    halting
    hold
    migrate_start ENTRYPOINT_MIGRATE_LOCK_TIMEOUT=0s
    halted
    cluster_sql postgres "SELECT pg_terminate_backend($(backend_of 'pg_advisory_xact_lock(77)'))" >/dev/null
    locks_release
    wait_entrypoint
    assert_status 0
    assert_has "$stderr" 'terminating connection due to administrator command'
    assert_whole
}

@test "the backend is killed, and the server recovers: tried again, applied once" {
    halting
    hold
    migrate_start ENTRYPOINT_MIGRATE_LOCK_TIMEOUT=0s
    halted
    kill -9 "$(backend_of 'pg_advisory_xact_lock(77)')"
    wait_entrypoint
    assert_status 0
    assert_has "$stderr" 'connection lost'
    assert_whole
}

@test "the server is restarted in the middle, fast and immediately: tried again, applied once" {
    for mode in fast immediate; do
        fresh_database
        rm -rf "$folder"
        folder_new "$folder"
        halting
        hold
        migrate_start ENTRYPOINT_MIGRATE_LOCK_TIMEOUT=0s
        halted
        cluster_restart "$mode"
        wait_entrypoint
        assert_status 0
        assert_whole
    done
}

@test "the server stops in the middle and does not come back: exit 75; the next start applies everything" {
    halting
    hold
    given=(ENTRYPOINT_MIGRATE_LOCK_TIMEOUT=0s ENTRYPOINT_WAIT_TIMEOUT=2s)
    serve_start "${trace[@]}" "$BATS_TEST_TMPDIR/server-was-started"
    halted
    cluster_stop immediate
    wait_entrypoint
    assert_status 75
    assert_has "$stderr" 'refused'
    refute_server_started
    cluster_start_server
    assert_untouched
    migrate
    assert_status 0
    assert_whole
}

@test "the server stops while COMMIT runs: nothing is lost, nothing is twice" {
    folder_add "$folder" 0000_a $'CREATE TABLE a (n int);
--> statement-breakpoint
CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(77); RETURN NULL; END $$;
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER slowly AFTER INSERT ON a DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slowly();
--> statement-breakpoint
INSERT INTO a VALUES (1), (2);'
    hold
    migrate_start ENTRYPOINT_MIGRATE_LOCK_TIMEOUT=0s
    poll 60 session_runs COMMIT
    cluster_restart immediate
    wait_entrypoint
    assert_status 0
    assert_equal "$(cluster_sql "$DATABASE" "SELECT count(*) FROM a")" 2
    assert_equal "$(ledger_count "$DATABASE")" 1
}

@test "the disk is full: exit 75 with 53100, nothing stays; with more room the next start applies" {
    local disk=$CLUSTER_DIR/disk
    mkdir -p "$disk"
    mount -t tmpfs -o size=2m none "$disk" 2>/dev/null || skip "this machine does not let us mount a small disk"
    chown "${CLUSTER_OS_USER:-postgres}" "$disk"
    cluster_sql postgres "CREATE TABLESPACE small LOCATION '$disk'" >/dev/null
    cluster_sql postgres "GRANT CREATE ON TABLESPACE small TO app" >/dev/null
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int, filler text) TABLESPACE small;'
    folder_add "$folder" 0001_rows "INSERT INTO a SELECT n, repeat('x', 500) FROM generate_series(1, 20000) n;"
    serve_traced
    assert_status 75
    assert_has "$stderr" 53100
    refute_server_started
    assert_untouched
    mount -o remount,size=64m none "$disk"
    migrate
    assert_status 0
    assert_equal "$(cluster_sql "$DATABASE" 'SELECT count(*) FROM a')" 20000
    cluster_sql postgres "DROP DATABASE \"$DATABASE\" WITH (FORCE)"
    cluster_sql postgres 'DROP TABLESPACE small'
    umount "$disk"
}

@test "default_transaction_read_only: exit 77 with what to do; off again, the next start applies" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    cluster_sql postgres "ALTER DATABASE \"$DATABASE\" SET default_transaction_read_only = on"
    serve_traced
    assert_status 77
    assert_has "$stderr" 'read-only'
    refute_server_started
    cluster_sql postgres "ALTER DATABASE \"$DATABASE\" RESET default_transaction_read_only"
    migrate
    assert_status 0
    assert_table "$DATABASE" a
}

@test "no connection is left: waited for, 75 at the deadline; with one free, applied" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    cluster_sql postgres 'ALTER ROLE app CONNECTION LIMIT 0'
    migrate ENTRYPOINT_WAIT_TIMEOUT=1s
    assert_status 75
    assert_has "$stderr" 'too many connections'
    migrate_start
    await_stderr 'too many connections'
    cluster_sql postgres 'ALTER ROLE app CONNECTION LIMIT -1'
    wait_entrypoint
    assert_status 0
    assert_table "$DATABASE" a
}

@test "the pooler is restarted in the middle: 0 or 75, never half, and the next start is whole" {
    for mode in session transaction; do
        fresh_database
        rm -rf "$folder"
        folder_new "$folder"
        halting
        pgbouncer_start "$mode"
        hold
        start_entrypoint DATABASE_URL="$(pgbouncer_url "$DATABASE")" ENTRYPOINT_MIGRATE_DIRS="$folder" ENTRYPOINT_MIGRATE_LOCK_TIMEOUT=0s migrate
        halted
        kill -9 "$(cat "$CLUSTER_DIR/pgbouncer.pid")"
        poll 20 process_is_gone "$(cat "$CLUSTER_DIR/pgbouncer.pid")"
        PGBOUNCER_SAME_PORT=1 pgbouncer_start "$mode"
        locks_release
        wait_entrypoint
        case $status in 0 | 75) ;; *) fail "exit status $status" "$stderr" ;; esac
        migrate
        assert_status 0
        assert_whole
        pgbouncer_stop
    done
}

@test "through a pooler, the connection that holds the lock is terminated: begun anew, nothing is done twice" {
    folder_add "$folder" 0000_a $'CREATE TABLE a (n int);
--> statement-breakpoint
INSERT INTO a VALUES (1);
--> statement-breakpoint
SELECT pg_advisory_xact_lock(77);
--> statement-breakpoint
CREATE INDEX CONCURRENTLY a_n ON a (n);
--> statement-breakpoint
INSERT INTO a VALUES (2);'
    folder_add "$folder" 0001_b 'CREATE TABLE b ();'
    pgbouncer_start transaction
    hold
    start_entrypoint DATABASE_URL="$(pgbouncer_url "$DATABASE")" ENTRYPOINT_MIGRATE_DIRS="$folder" ENTRYPOINT_MIGRATE_LOCK_TIMEOUT=0s migrate
    halted
    holder=$(cluster_sql postgres "SELECT l.pid FROM pg_locks l JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND granted AND objid <> 77 AND state = 'idle in transaction'")
    cluster_sql postgres "SELECT pg_terminate_backend($holder)" >/dev/null
    locks_release
    wait_entrypoint
    assert_status 0
    assert_has "$stderr" 'connection that holds the lock was lost'
    assert_whole
}

@test "the database is dropped in the middle: exit 78 or 75 with its name, and no server" {
    halting
    hold
    given=(ENTRYPOINT_MIGRATE_LOCK_TIMEOUT=0s ENTRYPOINT_WAIT_TIMEOUT=3s)
    serve_start "${trace[@]}" "$BATS_TEST_TMPDIR/server-was-started"
    halted
    cluster_sql postgres "DROP DATABASE \"$DATABASE\" WITH (FORCE)"
    wait_entrypoint
    case $status in 75 | 78) ;; *) fail "exit status $status" "$stderr" ;; esac
    assert_has "$stderr" 'does not exist'
    refute_server_started
}

@test "failover: of two hosts the one that becomes writable is waited for, and applied once" {
    folder_add "$folder" 0000_a $'CREATE TABLE a (n int);\n--> statement-breakpoint\nINSERT INTO a VALUES (1);'
    migrate
    assert_status 0
    standby_start
    standby_follows
    cluster_stop immediate
    folder_add "$folder" 0001_b $'CREATE TABLE b (n int);\n--> statement-breakpoint\nINSERT INTO a VALUES (2);'
    DATABASE_URL="postgresql://app:$APP_PASSWORD@127.0.0.1:$CLUSTER_PORT,127.0.0.1:$STANDBY_PORT/$DATABASE?target_session_attrs=read-write"
    migrate_start
    await_stderr 'waiting for'
    standby_promote
    wait_entrypoint
    assert_status 0
    assert_equal "$(standby_sql "SELECT 1" >/dev/null; PGPASSWORD=$CLUSTER_PASSWORD psql -X -At -h 127.0.0.1 -p "$STANDBY_PORT" -U postgres -d "$DATABASE" -c "SELECT string_agg(n::text, ',' ORDER BY n) FROM a")" 1,2
}
