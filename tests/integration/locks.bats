#!/usr/bin/env bats
# A lock that another session has: who it is, and that everything that can works through a pooler.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration
load ../lib/pgbouncer

# A table that another session uses, and a migration that wants it alone.
locked_table() {
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int);'
    migrate
    assert_status 0
    folder_add "$folder" 0001_alter $'CREATE TABLE b ();\n--> statement-breakpoint\nALTER TABLE a ADD COLUMN x int;'
    lock_held 'LOCK TABLE a IN ACCESS SHARE MODE'
}

holder_pid() {
    cluster_sql postgres "SELECT pid FROM pg_stat_activity WHERE application_name = 'lock-holder'"
}

@test "each retry names the blocker: pid, user, application, state, age, query" {
    locked_table
    migrate_start ENTRYPOINT_MIGRATE_LOCK_TIMEOUT=2s ENTRYPOINT_MIGRATE_LOCK_RETRIES=50
    await_stderr 'retry 1 of 50'
    pid=$(holder_pid)
    locks_release
    wait_entrypoint
    assert_status 0
    assert_matches "$stderr" "blocked by pid $pid \(app, lock-holder, active for [0-9]+ s\): SELECT pg_sleep\(600\): 55P03 .*retry 1 of 50"
    assert_table "$DATABASE" b
}

@test "a lock_timeout too short for a second connection: who has the table afterwards" {
    locked_table
    migrate ENTRYPOINT_MIGRATE_LOCK_TIMEOUT=1ms ENTRYPOINT_MIGRATE_LOCK_RETRIES=1
    assert_status 75
    assert_matches "$stderr" "blocked by pid $(holder_pid) \(app, lock-holder, active"
    assert_matches "$stderr" "DETAIL: Blocked by pid $(holder_pid) "
    assert_has "$stderr" 'SQLSTATE: 55P03 lock_not_available'
    assert_has "$stderr" 'RESULT: The transaction was rolled back.'
    assert_matches "$stderr" '0001_alter\.sql:3'
}

@test "the tracking table itself is locked: by whom" {
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int);'
    migrate
    assert_status 0
    folder_add "$folder" 0001_b 'CREATE TABLE b ();'
    lock_held 'LOCK TABLE drizzle.__drizzle_migrations IN SHARE MODE'
    migrate ENTRYPOINT_MIGRATE_LOCK_TIMEOUT=100ms ENTRYPOINT_MIGRATE_LOCK_RETRIES=1
    assert_status 75
    assert_matches "$stderr" "blocked by pid $(holder_pid) \(app, lock-holder"
}

@test "the query of a blocker: its first line, without a password" {
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int);'
    migrate
    assert_status 0
    folder_add "$folder" 0001_alter 'ALTER TABLE a ADD COLUMN x int;'
    PGAPPNAME=lock-holder cluster_psql -d "$DATABASE" -c "BEGIN; LOCK TABLE a; SELECT '
        ', \$\$PASSWORD '$(new_password)'\$\$, pg_sleep(600)" >"$BATS_TEST_TMPDIR/lock-holder" 2>&1 3>&- 4>&- &
    poll 20 session_runs 'pg_sleep(600)'
    cluster_sql postgres "GRANT pg_read_all_stats TO app"
    migrate ENTRYPOINT_MIGRATE_LOCK_TIMEOUT=100ms ENTRYPOINT_MIGRATE_LOCK_RETRIES=1
    cluster_sql postgres "REVOKE pg_read_all_stats FROM app"
    assert_status 75
    assert_has "$stderr" "lock-holder"
    assert_has "$stderr" "): BEGIN; LOCK TABLE a; SELECT ' ..."
    assert_lacks "$stderr" "$(secret_marker)"
}

@test "a blocker of another role: what the server shows of it" {
    locked_table
    locks_release
    PGAPPNAME=lock-holder cluster_psql -d "$DATABASE" -c "BEGIN; LOCK TABLE a; SELECT pg_sleep(600)" >"$BATS_TEST_TMPDIR/lock-holder" 2>&1 3>&- 4>&- &
    poll 20 session_runs 'pg_sleep(600)'
    migrate ENTRYPOINT_MIGRATE_LOCK_TIMEOUT=100ms ENTRYPOINT_MIGRATE_LOCK_RETRIES=1
    assert_status 75
    assert_matches "$stderr" "blocked by pid $(holder_pid) \(postgres, lock-holder\): 55P03"
    assert_lacks "$stderr" 'insufficient privilege'
}

@test "a deadlock: tried again whole, naming the other side" {
    folder_add "$folder" 0000_ab 'CREATE TABLE a (n int); CREATE TABLE b (n int);'
    migrate
    assert_status 0
    folder_add "$folder" 0001_both $'ALTER TABLE a ADD COLUMN x int;\n--> statement-breakpoint\nSELECT pg_advisory_xact_lock(42);\n--> statement-breakpoint\nALTER TABLE b ADD COLUMN x int;'
    lock_held 'SELECT pg_advisory_lock(42)'
    migrate_start ENTRYPOINT_MIGRATE_LOCK_TIMEOUT=60s
    poll 20 session_waits_for_lock
    # The other one has b and wants a. It would wait for an hour before it looks for a deadlock, so it is ours that finds it.
    PGAPPNAME=other-side cluster_psql -d "$DATABASE" -c "SET deadlock_timeout = '1h'" -c BEGIN -c 'LOCK TABLE b' -c 'LOCK TABLE a' -c 'SELECT pg_sleep(600)' \
        >"$BATS_TEST_TMPDIR/other" 2>&1 3>&- 4>&- &
    poll 20 session_runs 'LOCK TABLE a'
    locks_release
    await_stderr 'retry 1 of'
    cluster_sql postgres "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'other-side'" >/dev/null
    wait_entrypoint
    assert_status 0
    assert_matches "$stderr" 'blocked by pid [0-9]+ \(postgres, other-side\): 40P01 deadlock detected; rolled back, trying again'
    assert_equal "$(ledger_count "$DATABASE")" 2
}

@test "through PgBouncer, pool_mode = transaction: the blocker is named all the same" {
    locked_table
    pgbouncer_start transaction
    DATABASE_URL=$(pgbouncer_url "$DATABASE")
    migrate_start ENTRYPOINT_MIGRATE_LOCK_TIMEOUT=2s ENTRYPOINT_MIGRATE_LOCK_RETRIES=50
    await_stderr 'retry 1 of 50'
    pid=$(holder_pid)
    locks_release
    wait_entrypoint
    pgbouncer_stop
    assert_status 0
    assert_matches "$stderr" "blocked by pid $pid \(app, lock-holder"
    assert_table "$DATABASE" b
}
