#!/usr/bin/env bats
# Many at once, locks of other sessions, poolers: applied exactly once, and nobody waits without saying why.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration
load ../lib/pgbouncer

# ten_at_once URL: starts ten; sets failed to how many did not exit with 0
ten_at_once() {
    local n pids=()
    for n in 0 1 2 3 4 5 6 7 8 9; do
        env -i PATH="$PATH" DATABASE_URL="$1" "$ENTRYPOINT_BINARY" migrate --dirs "$folder" \
            >"$BATS_TEST_TMPDIR/replica.$n" 2>&1 3>&- 4>&- &
        pids+=($!)
    done
    failed=0
    for n in "${pids[@]}"; do
        wait "$n" || failed=$((failed + 1))
    done
    log_output "$BATS_TEST_TMPDIR"/replica.*
    cat "$BATS_TEST_TMPDIR"/replica.*
}

seeds() {
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int);'
    folder_add "$folder" 0001_seed $'SELECT pg_sleep(1);\n--> statement-breakpoint\nINSERT INTO a VALUES (1);'
}

assert_seeded_once() {
    assert_equal "$failed" 0 'how many of ten failed'
    assert_equal "$(cluster_sql "$DATABASE" 'SELECT count(*) FROM a')" 1
    assert_equal "$(ledger_count "$DATABASE")" 2
}

@test "ten at once on a fresh database: applied once, all succeed" {
    seeds
    ten_at_once "$DATABASE_URL"
    assert_seeded_once
    assert_equal "$(grep -l 'applied 0001_seed' "$BATS_TEST_TMPDIR"/replica.* | wc -l)" 1 'who applied'
    assert_has "$(cat "$BATS_TEST_TMPDIR"/replica.*)" 'another replica is migrating'
}

@test "ten at once with seeds pending only: applied once, all succeed" {
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int);'
    migrate
    assert_status 0
    folder_add "$folder" 0001_seed $'SELECT pg_sleep(1);\n--> statement-breakpoint\nINSERT INTO a VALUES (1);'
    ten_at_once "$DATABASE_URL"
    assert_seeded_once
}

@test "ten at once with nothing pending: all succeed" {
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int);'
    folder_add "$folder" 0001_seed 'INSERT INTO a VALUES (1);'
    migrate
    assert_status 0
    ten_at_once "$DATABASE_URL"
    assert_seeded_once
}

@test "ten at once through PgBouncer, pool_mode = session" {
    seeds
    pgbouncer_start session default_pool_size=12
    ten_at_once "$(pgbouncer_url "$DATABASE")"
    pgbouncer_stop
    assert_seeded_once
}

@test "ten at once through PgBouncer, pool_mode = transaction" {
    seeds
    pgbouncer_start transaction default_pool_size=12
    ten_at_once "$(pgbouncer_url "$DATABASE")"
    assert_seeded_once
    # No lock stays behind on a pooled connection.
    assert_equal "$(cluster_sql postgres "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")" 0
    pgbouncer_stop
}

@test "a failing migration in ten at once: all fail with its reason, nothing stays" {
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int);'
    folder_add "$folder" 0001_bad 'CREATE TABEL b ();'
    ten_at_once "$DATABASE_URL"
    assert_equal "$failed" 10
    assert_untouched
}

@test "waiting for another replica ends with replica_timeout: exit 75, saying for whom" {
    seeds
    sed -i 's/pg_sleep(1)/pg_sleep(8)/' "$folder/0001_seed.sql"
    migrate_start
    poll 20 session_runs pg_sleep
    first_pid=$entrypoint_pid first_folder=$output_folder
    migrate ENTRYPOINT_MIGRATE_REPLICA_TIMEOUT=500ms
    assert_status 75
    assert_has "$stderr" 'another replica is migrating'
    entrypoint_pid=$first_pid output_folder=$first_folder
    wait_entrypoint
    assert_status 0
}

@test "SIGTERM while waiting for another replica: exit 143 at once, the other goes on" {
    seeds
    sed -i 's/pg_sleep(1)/pg_sleep(4)/' "$folder/0001_seed.sql"
    migrate_start
    poll 20 session_runs pg_sleep
    first_pid=$entrypoint_pid first_folder=$output_folder
    migrate_start
    await_stderr 'another replica is migrating'
    kill -TERM "$entrypoint_pid"
    poll 3 process_is_gone "$entrypoint_pid" # at once; 3 s is for a machine that is busy
    wait_entrypoint
    assert_status 143
    entrypoint_pid=$first_pid output_folder=$first_folder
    wait_entrypoint
    assert_status 0
    assert_equal "$(cluster_sql "$DATABASE" 'SELECT count(*) FROM a')" 1
}

locked_table() {
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int);'
    migrate
    assert_status 0
    folder_add "$folder" 0001_alter $'CREATE TABLE b ();\n--> statement-breakpoint\nALTER TABLE a ADD COLUMN x int;'
    lock_held 'LOCK TABLE a IN ACCESS SHARE MODE'
}

@test "a table that another session uses: tried again, then exit 75 with the lock as the reason" {
    locked_table
    given=(ENTRYPOINT_MIGRATE_LOCK_TIMEOUT=100ms ENTRYPOINT_MIGRATE_LOCK_RETRIES=2)
    serve_traced
    assert_status 75
    assert_has "$stderr" 55P03
    assert_has "$stderr" 'retry 2 of 2'
    assert_matches "$stderr" '0001_alter\.sql:3'
    refute_server_started
    refute_table "$DATABASE" b
    assert_equal "$(ledger_count "$DATABASE")" 1
}

@test "a table that another session releases in time: applied by a later try" {
    locked_table
    migrate_start ENTRYPOINT_MIGRATE_LOCK_TIMEOUT=200ms ENTRYPOINT_MIGRATE_LOCK_RETRIES=50
    await_stderr 'retry 1 of 50'
    locks_release
    wait_entrypoint
    assert_status 0
    assert_equal "$(ledger_count "$DATABASE")" 2
    assert_table "$DATABASE" b
}

@test "default_transaction_isolation = repeatable read: what another committed meanwhile is seen" {
    cluster_sql postgres "ALTER DATABASE \"$DATABASE\" SET default_transaction_isolation = 'repeatable read'"
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int);'
    migrate
    assert_status 0
    folder_add "$folder" 0001_seed 'INSERT INTO a VALUES (1);'
    # As drizzle-orm does it: a transaction with the seed and its row, and no lock.
    hash=$(sha256sum "$folder/0001_seed.sql" | cut -d ' ' -f 1)
    PGPASSWORD=$APP_PASSWORD psql -X -q -h 127.0.0.1 -p "$CLUSTER_PORT" -U app -d "$DATABASE" -c 'BEGIN' -c 'INSERT INTO a VALUES (1)' \
        -c "INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('$hash', 1700000001123)" -c 'SELECT pg_sleep(2)' -c 'COMMIT' \
        >"$BATS_TEST_TMPDIR/other" 2>&1 3>&- 4>&- &
    poll 20 session_runs pg_sleep
    migrate
    assert_status 0
    assert_equal "$(cluster_sql "$DATABASE" 'SELECT count(*) FROM a')" 1
    assert_equal "$(ledger_count "$DATABASE")" 2
}

@test "statement_timeout: exit 65 with 57014, nothing stays" {
    folder_add "$folder" 0000_slow $'CREATE TABLE a ();\n--> statement-breakpoint\nSELECT pg_sleep(30);'
    migrate ENTRYPOINT_MIGRATE_STATEMENT_TIMEOUT=200ms
    assert_status 65
    assert_has "$stderr" 57014
    assert_untouched
}
