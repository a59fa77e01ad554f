#!/usr/bin/env bats
# Stopped at any instant: at once, with the right status, and never with anything half-applied.
# "At once" is well under a second by contract; the checks allow 3 s for a machine that is busy.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

teardown() {
    cluster_resume
    locks_release
    clean_up
}

# A server that is not there.
unreachable() {
    DATABASE_URL="postgresql://app:$APP_PASSWORD@127.0.0.1:$(free_port)/$DATABASE"
}

# SIGNAL ends the running program at once with STATUS.
assert_ends() {
    kill -s "$1" "${signalled_pid:-$entrypoint_pid}"
    poll 3 process_is_gone "$entrypoint_pid" || fail "still running 3 s after SIG$1" "$(<"$output_folder/stderr")"
    wait_entrypoint
    assert_status "$2"
}

# Sleeps for as long as there is a table "slow".
slow_migration() {
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int);'
    folder_add "$folder" 0001_slow $'CREATE TABLE b ();\n--> statement-breakpoint
DO $$ BEGIN IF to_regclass(\'slow\') IS NOT NULL THEN PERFORM pg_sleep(120); END IF; END $$;
--> statement-breakpoint\nINSERT INTO a VALUES (1);'
    cluster_sql "$DATABASE" 'CREATE TABLE slow ()'
}

assert_rolled_back_and_next_start_works() {
    poll 3 no_sessions || fail "the session is still there"
    assert_equal "$(row_counts "$DATABASE" | grep -v '^drizzle.__drizzle_migrations|0$')" 'public.slow|0' tables
    cluster_sql "$DATABASE" 'DROP TABLE slow'
    migrate
    assert_status 0
    assert_equal "$(cluster_sql "$DATABASE" 'SELECT count(*) FROM a')" 1
    assert_equal "$(ledger_count "$DATABASE")" 2
}

@test "SIGTERM while waiting: 143, at once" {
    unreachable
    migrate_start
    await_stderr 'waiting for'
    assert_ends TERM 143
}

@test "SIGINT while waiting: 130, at once" {
    unreachable
    migrate_start
    await_stderr 'waiting for'
    assert_ends INT 130
}

@test "SIGTERM while a server accepts the connection and says nothing: 143, at once" {
    cluster_pause
    migrate_start
    poll 20 cluster_has_client
    assert_ends TERM 143
}

@test "SIGTERM while migrating: cancelled, rolled back, 143, and the next start applies" {
    slow_migration
    migrate_start
    poll 20 session_runs pg_sleep
    assert_ends TERM 143
    assert_matches "$stderr" 'rolled back'
    assert_rolled_back_and_next_start_works
}

@test "SIGINT while migrating: cancelled, rolled back, 130" {
    slow_migration
    migrate_start
    poll 20 session_runs pg_sleep
    assert_ends INT 130
    assert_rolled_back_and_next_start_works
}

@test "SIGTERM while a statement waits for a lock: 143, at once" {
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int);'
    migrate
    assert_status 0
    folder_add "$folder" 0001_alter $'CREATE TABLE b ();\n--> statement-breakpoint\nALTER TABLE a ADD COLUMN x int;'
    lock_held 'LOCK TABLE a IN ACCESS SHARE MODE'
    migrate_start ENTRYPOINT_MIGRATE_LOCK_TIMEOUT=60s
    poll 20 session_waits_for_lock
    assert_ends TERM 143
    refute_table "$DATABASE" b
}

@test "SIGTERM between two tries for a lock: 143, at once" {
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int);'
    migrate
    assert_status 0
    folder_add "$folder" 0001_alter 'ALTER TABLE a ADD COLUMN x int;'
    lock_held 'LOCK TABLE a IN ACCESS SHARE MODE'
    migrate_start ENTRYPOINT_MIGRATE_LOCK_TIMEOUT=50ms ENTRYPOINT_MIGRATE_LOCK_RETRIES=1000
    await_stderr 'retry 3 of 1000'
    assert_ends TERM 143
}

@test "SIGTERM twice while migrating: ended, and the next start applies" {
    slow_migration
    migrate_start
    poll 20 session_runs pg_sleep
    kill -TERM "$entrypoint_pid"
    assert_ends TERM 143
    assert_rolled_back_and_next_start_works
}

@test "as PID 1: SIGTERM while waiting, SIGTERM while migrating" {
    unshare --pid --fork --mount-proc true 2>/dev/null || skip "unshare --pid is not permitted here"
    launcher=(unshare --pid --fork --mount-proc --kill-child)
    reachable_url=$DATABASE_URL
    unreachable
    migrate_start
    await_stderr 'waiting for'
    poll 20 init_of_launcher
    assert_ends TERM 143

    DATABASE_URL=$reachable_url
    slow_migration
    migrate_start
    poll 20 session_runs pg_sleep
    poll 20 init_of_launcher
    assert_ends TERM 143
    launcher=()
    assert_rolled_back_and_next_start_works
}

init_of_launcher() {
    signalled_pid=$(cat "/proc/$entrypoint_pid/task/$entrypoint_pid/children") && [ -n "${signalled_pid// /}" ]
}

@test "as PID 1: the server that is started gets SIGTERM" {
    unshare --pid --fork --mount-proc true 2>/dev/null || skip "unshare --pid is not permitted here"
    launcher=(unshare --pid --fork --mount-proc --kill-child)
    serve_start sh -c 'trap "exit 7" TERM; echo ready; while :; do sleep 0.05; done'
    await_stdout ready
    poll 20 init_of_launcher
    assert_ends TERM 7
}

@test "SIGHUP that was ignored stays ignored, as nohup expects" {
    unreachable
    launcher=(env --ignore-signal=HUP)
    migrate_start
    await_stderr 'waiting for'
    kill -HUP "$entrypoint_pid"
    kill -HUP "$entrypoint_pid"
    ! poll 1 process_is_gone "$entrypoint_pid" || fail "SIGHUP ended it"
    assert_ends TERM 143
}

@test "a closed standard error does not end a migration" {
    slow_migration
    cluster_sql "$DATABASE" 'DROP TABLE slow'
    launcher=(sh -c 'exec "$@" 2>&-' sh)
    migrate
    assert_status 0
    assert_equal "$(ledger_count "$DATABASE")" 2
}

@test "a log that nobody reads any more does not end a migration" {
    slow_migration
    # `true` ends at once, so that every write to the pipe fails with EPIPE.
    launcher=(bash -c 'exec "$@" 2> >(exec true)' bash)
    cluster_sql "$DATABASE" 'DROP TABLE slow'
    migrate
    assert_status 0
    assert_equal "$(ledger_count "$DATABASE")" 2
}

@test "SIGTERM while COMMIT runs: 143, and rows and tables agree" {
    folder_add "$folder" 0000_a $'CREATE TABLE a (n int);
--> statement-breakpoint
CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(120); RETURN NULL; END $$;
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER slowly AFTER INSERT ON a DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slowly();
--> statement-breakpoint
INSERT INTO a VALUES (1);'
    migrate_start
    poll 20 session_runs COMMIT
    assert_ends TERM 143
    poll 3 no_sessions || fail "the session is still there"
    assert_untouched
}

@test "SIGTERM while COPY TO STDOUT sends rows: 143, at once" {
    folder_add "$folder" 0000_a $'CREATE TABLE a (n int);
--> statement-breakpoint
COPY (SELECT n, pg_sleep(0.05) FROM generate_series(1, 2400) n) TO STDOUT;'
    migrate_start
    poll 20 session_runs COPY
    assert_ends TERM 143
    poll 3 no_sessions || fail "the session is still there"
    assert_untouched
}

@test "SIGTERM while a migration sends rows that nobody reads: 143, at once" {
    folder_add "$folder" 0000_a $'CREATE TABLE a (n int);
--> statement-breakpoint
SELECT repeat(n::text, 1000), pg_sleep(0.01) FROM generate_series(1, 12000) n;'
    migrate_start
    poll 20 session_runs repeat
    assert_ends TERM 143
    poll 3 no_sessions || fail "the session is still there"
    assert_untouched
}

@test "SIGTERM while the server's own DATABASE_URL does not answer: 143, at once, and no server" {
    reachable_url=$DATABASE_URL
    unreachable
    given=(DATABASE_URL_UNPOOLED="$reachable_url")
    serve_start "${trace[@]}" "$BATS_TEST_TMPDIR/server-was-started"
    await_stderr 'waiting for'
    assert_ends TERM 143
    refute_server_started
}

@test "SIGKILL while migrating: the server notices by itself and rolls back" {
    needs_server 14 "client_connection_check_interval"
    slow_migration
    migrate_start
    poll 20 session_runs pg_sleep
    kill -KILL "$entrypoint_pid"
    wait_entrypoint
    poll 10 no_sessions || fail "the session is still there"
    assert_rolled_back_and_next_start_works
}

@test "SIGKILL while migrating: nothing half-applied, the next start applies" {
    slow_migration
    migrate_start
    poll 20 session_runs pg_sleep
    kill -KILL "$entrypoint_pid"
    wait_entrypoint
    assert_status 137
    # The server notices the loss when the statement ends, or when it looks (client_connection_check_interval).
    cluster_sql postgres "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '$DATABASE'" >/dev/null
    assert_rolled_back_and_next_start_works
}

@test "SIGKILL at twenty instants of a run: rows and tables always agree, and the last start completes" {
    for n in 0 1 2 3 4 5 6 7 8 9; do
        folder_add "$folder" "000${n}_step" "CREATE TABLE t$n ();
--> statement-breakpoint
SELECT pg_sleep(0.03);
--> statement-breakpoint
CREATE TABLE u$n ();"
    done
    for delay in 0.00 0.02 0.04 0.06 0.08 0.10 0.12 0.14 0.16 0.18 0.20 0.22 0.24 0.26 0.28 0.30 0.32 0.34 0.36 0.38; do
        migrate_start
        poll 60 test -e "$output_folder/stderr"
        sleep "$delay"
        kill -KILL "$entrypoint_pid" 2>/dev/null || true
        wait_entrypoint
        rows=$(ledger_count "$DATABASE" 2>/dev/null || echo 0)
        assert_equal "$(cluster_sql "$DATABASE" "SELECT count(*) FROM pg_class WHERE relname ~ '^u[0-9]$'")" "$rows"
    done
    migrate
    assert_status 0
    assert_equal "$(ledger_count "$DATABASE")" 10
    assert_equal "$(cluster_sql "$DATABASE" "SELECT count(*) FROM pg_class WHERE relname ~ '^[tu][0-9]$'")" 20
}

@test "transaction = each, SIGKILL at many instants: a row exactly where there is a table" {
    for n in 0 1 2 3 4 5 6 7 8 9; do
        folder_add "$folder" "000${n}_step" "CREATE TABLE t$n (); SELECT pg_sleep(0.02);"
    done
    for delay in 0.00 0.02 0.04 0.06 0.08 0.10 0.12 0.14 0.16 0.18; do
        migrate_start ENTRYPOINT_MIGRATE_TRANSACTION=each
        poll 60 test -e "$output_folder/stderr"
        sleep "$delay"
        kill -KILL "$entrypoint_pid" 2>/dev/null || true
        wait_entrypoint
        poll 20 no_sessions
        rows=$(ledger_count "$DATABASE" 2>/dev/null || echo 0)
        assert_equal "$(cluster_sql "$DATABASE" "SELECT count(*) FROM pg_class WHERE relname ~ '^t[0-9]$'")" "$rows"
    done
    migrate ENTRYPOINT_MIGRATE_TRANSACTION=each
    assert_status 0
    assert_equal "$(ledger_count "$DATABASE")" 10
}
