#!/usr/bin/env bats
# A migration that is not one transaction goes on where it stopped, whatever stopped it, and does nothing twice.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration
load ../lib/pgbouncer

teardown() {
    pgbouncer_stop
    locks_release
    clean_up
}

break_=$'\n--> statement-breakpoint\n'

index_is_valid() {
    [ "$(cluster_sql "$DATABASE" "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('$1')")" = t ]
}

index_is_invalid() {
    [ "$(cluster_sql "$DATABASE" "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('$1')")" = f ]
}

# A table with two rows that are equal, applied.
table_with_duplicates() {
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int); INSERT INTO a VALUES (1), (1);'
    migrate
    assert_status 0
}

# Without a row in the ledger, so that the last migration of the folder is pending with what it has recorded of itself:
# statement NUMBER was about to run.
as_if_interrupted_at() {
    cluster_sql "$DATABASE" "UPDATE drizzle.entrypoint_progress SET done_at = NULL WHERE statement = $1;
        DELETE FROM drizzle.entrypoint_progress WHERE statement > $1"
}

@test "a statement that fails: what was done stays, the next start goes on there, and drops the invalid index first" {
    table_with_duplicates
    folder_add "$folder" 0001_index "CREATE TABLE b (n int);${break_}INSERT INTO b VALUES (1);${break_}CREATE UNIQUE INDEX CONCURRENTLY i ON a (n);${break_}INSERT INTO b VALUES (2);"
    migrate
    assert_status 65
    assert_has "$stderr" 23505
    assert_matches "$stderr" '0001_index\.sql:5:1'
    assert_has "$stderr" '3 of 4 of migration 0001_index'
    assert_has "$stderr" 'goes on at its statement 3'
    assert_has "$stderr" 'may be left invalid'
    index_is_invalid i
    assert_equal "$(ledger_count "$DATABASE")" 1
    for command in status verify; do
        run_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$folder" -- $command
        assert_status 0
        assert_has "$stderr" 'index i of table a is invalid'
    done
    cluster_sql "$DATABASE" 'DELETE FROM a WHERE ctid = (SELECT min(ctid) FROM a)'
    migrate
    assert_status 0
    assert_has "$stderr" '0001_index: going on at statement 3 of 4'
    assert_has "$stderr" 'dropping the invalid index public.i'
    index_is_valid i
    assert_equal "$(cluster_sql "$DATABASE" 'SELECT array_agg(n ORDER BY n) FROM b')" '{1,2}'
    assert_equal "$(ledger_count "$DATABASE")" 2
    assert_equal "$(cluster_sql "$DATABASE" 'SELECT count(*) FROM drizzle.entrypoint_progress')" 0
}

@test "an invalid index of the same name does not pass for one that exists, left by whomever" {
    table_with_duplicates
    cluster_sql "$DATABASE" 'CREATE UNIQUE INDEX CONCURRENTLY i ON a (n)' 2>/dev/null || true
    index_is_invalid i
    cluster_sql "$DATABASE" 'DELETE FROM a WHERE ctid = (SELECT min(ctid) FROM a)'
    cluster_sql "$DATABASE" 'ALTER INDEX i OWNER TO app' 2>/dev/null || true
    folder_add "$folder" 0001_index 'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON a (n);'
    migrate
    assert_status 0
    assert_has "$stderr" 'dropping the invalid index public.i'
    index_is_valid i
}

@test "statements behind the one that failed may be changed; one that is done may not" {
    table_with_duplicates
    folder_add "$folder" 0001_index "CREATE TABLE b (n int);${break_}CREATE UNIQUE INDEX CONCURRENTLY i ON a (n);"
    cp "$folder/0001_index.sql" "$BATS_TEST_TMPDIR/first"
    migrate
    assert_status 65

    printf '%s' "CREATE TABLE b (n int, m int);${break_}CREATE INDEX CONCURRENTLY i ON a (n);" >"$folder/0001_index.sql"
    migrate
    assert_status 66
    assert_has "$stderr" 'statement 1 of migration 0001_index was changed after it was done'
    assert_matches "$stderr" '0001_index\.sql:1:1'
    assert_has "$stderr" 'entrypoint_progress'

    printf -- '-- entrypoint: no-transaction' >"$folder/0001_index.sql"
    migrate
    assert_status 66
    assert_has "$stderr" 'were removed'

    printf '%s' "CREATE TABLE b (n int);${break_}DELETE FROM a;${break_}CREATE UNIQUE INDEX CONCURRENTLY i ON a (n);" >"$folder/0001_index.sql"
    migrate
    assert_status 0
    index_is_valid i
}

@test "SIGKILL while an index is built: the next start waits for the server, drops what is left and builds it" {
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int);'
    migrate
    folder_add "$folder" 0001_index "CREATE TABLE b (n int);${break_}CREATE INDEX CONCURRENTLY i ON a (n);${break_}CREATE TABLE c (n int);"
    lock_held 'INSERT INTO a VALUES (1)'
    migrate_start
    poll 60 session_runs 'CREATE INDEX CONCURRENTLY i'
    poll 60 session_waits_for_lock
    kill -KILL "$entrypoint_pid"
    wait_entrypoint
    assert_equal "$(ledger_count "$DATABASE")" 1
    migrate_start
    # Also where the server does not notice that its client is gone.
    locks_release
    wait_entrypoint
    assert_status 0
    index_is_valid i
    for table in b c; do
        assert_table "$DATABASE" "$table"
    done
    assert_equal "$(ledger_count "$DATABASE")" 2
}

@test "SIGTERM while an index is built: 143 at once, the lock is free, and the next start builds it" {
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int);'
    migrate
    folder_add "$folder" 0001_index 'CREATE INDEX CONCURRENTLY i ON a (n);'
    lock_held 'INSERT INTO a VALUES (1)'
    migrate_start
    poll 60 session_waits_for_lock
    kill -TERM "$entrypoint_pid"
    poll 5 process_is_gone "$entrypoint_pid" || fail "still running after SIGTERM"
    wait_entrypoint
    assert_status 143
    assert_equal "$(cluster_sql "$DATABASE" "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")" 0
    locks_release
    migrate
    assert_status 0
    index_is_valid i
}

@test "SIGTERM during REINDEX CONCURRENTLY: the next start drops the copies that it left, and nobody else's" {
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int, t text); CREATE INDEX i ON a (n); CREATE INDEX j ON a (t);'
    migrate
    folder_add "$folder" 0001_again 'REINDEX TABLE CONCURRENTLY a;'
    lock_held 'INSERT INTO a VALUES (1)'
    migrate_start
    poll 60 session_waits_for_lock
    kill -TERM "$entrypoint_pid"
    wait_entrypoint
    assert_status 143
    locks_release
    poll 20 no_sessions
    index_is_invalid i_ccnew
    cluster_sql "$DATABASE" "CREATE TABLE b (n int); INSERT INTO b VALUES (1), (1);"
    cluster_sql "$DATABASE" 'CREATE UNIQUE INDEX CONCURRENTLY b_ccnew ON b (n)' 2>/dev/null || true
    migrate
    assert_status 0
    assert_has "$stderr" 'dropping the invalid index public.i_ccnew'
    assert_equal "$(cluster_sql "$DATABASE" "SELECT indexrelid::regclass FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE NOT indisvalid AND relnamespace = 'public'::regnamespace")" b_ccnew
}

@test "SIGKILL within a transaction of it: nothing half-done, nothing twice" {
    needs_server 14 "client_connection_check_interval"
    folder_add "$folder" 0000_a "CREATE TABLE a (n int);${break_}CREATE INDEX CONCURRENTLY i ON a (n);${break_}INSERT INTO a VALUES (1);${break_}
DO \$\$ BEGIN IF to_regclass('slow') IS NOT NULL THEN PERFORM pg_sleep(120); END IF; END \$\$;${break_}CREATE INDEX CONCURRENTLY j ON a (n);"
    cluster_sql "$DATABASE" 'CREATE TABLE slow ()'
    migrate_start
    poll 60 session_runs pg_sleep
    kill -KILL "$entrypoint_pid"
    wait_entrypoint
    poll 60 no_sessions
    cluster_sql "$DATABASE" 'DROP TABLE slow'
    migrate
    assert_status 0
    assert_has "$stderr" 'going on at statement 3 of 5'
    assert_equal "$(cluster_sql "$DATABASE" 'SELECT array_agg(n) FROM a')" '{1}'
    index_is_valid j
    assert_equal "$(ledger_count "$DATABASE")" 1
}

@test "interrupted behind the statement's end: the catalogs tell that it is done" {
    # The last statement fails, so that what was recorded stays.
    local other=other$RANDOM statements
    statements=('CREATE INDEX CONCURRENTLY i ON a (n);' 'DROP INDEX CONCURRENTLY old;' "CREATE DATABASE $other;" "DROP DATABASE $other;")
    [ "$(cluster_version)" -lt 14 ] || statements+=('ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY;')
    folder_add "$folder" 0000_a "CREATE TABLE a (n int); CREATE INDEX old ON a (n);
CREATE TABLE p (n int) PARTITION BY LIST (n); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);"
    DATABASE_URL=$(cluster_url "$DATABASE" postgres "$CLUSTER_PASSWORD")
    migrate
    assert_status 0
    for sql in "${statements[@]}"; do
        printf '%s' "$sql SELECT 1 / 0;" >"$BATS_TEST_TMPDIR/sql"
        rm -f "$folder/0001_last.sql"
        folder_new "$folder"
        folder_add "$folder" 0000_a "$(cat "$folder/0000_a.sql")"
        folder_add "$folder" 0001_last "$(<"$BATS_TEST_TMPDIR/sql")"
        migrate
        assert_status 65
        as_if_interrupted_at 1
        migrate
        assert_status 65
        assert_has "$stderr" '0001_last: statement 1 of 2 was done: its effect is there'
        cluster_sql "$DATABASE" 'DELETE FROM drizzle.entrypoint_progress'
    done
}

@test "a second replica waits while an index is built, and builds nothing" {
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int);'
    migrate
    folder_add "$folder" 0001_index 'CREATE INDEX CONCURRENTLY i ON a (n);'
    lock_held 'INSERT INTO a VALUES (1)'
    migrate_start
    first=$entrypoint_pid
    poll 60 session_waits_for_lock
    migrate_start
    await_stderr 'another replica is migrating'
    locks_release
    wait_entrypoint
    assert_status 0
    assert_has "$stderr" 'Migrations complete: 0 applied'
    poll 60 process_is_gone "$first"
    index_is_valid i
    assert_equal "$(ledger_count "$DATABASE")" 2
}

@test "through PgBouncer in transaction mode: CONCURRENTLY works, and so does going on" {
    command -v pgbouncer >/dev/null || skip "no pgbouncer"
    table_with_duplicates
    pgbouncer_start transaction
    DATABASE_URL=$(pgbouncer_url "$DATABASE")
    folder_add "$folder" 0001_index "CREATE TABLE b (n int);${break_}CREATE UNIQUE INDEX CONCURRENTLY i ON a (n);${break_}VACUUM a;${break_}CREATE TABLE c (n int);"
    migrate
    assert_status 65
    assert_has "$stderr" 23505
    cluster_sql "$DATABASE" 'DELETE FROM a WHERE ctid = (SELECT min(ctid) FROM a)'
    migrate
    assert_status 0
    assert_has "$stderr" 'connected through a pooler'
    assert_has "$stderr" '0001_index: going on at statement 2 of 4'
    index_is_valid i
    assert_table "$DATABASE" c
    assert_equal "$(ledger_count "$DATABASE")" 2
}

@test "through PgBouncer in transaction mode: a second replica does not build or drop what the first is building" {
    command -v pgbouncer >/dev/null || skip "no pgbouncer"
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int);'
    migrate
    pgbouncer_start transaction
    DATABASE_URL=$(pgbouncer_url "$DATABASE")
    folder_add "$folder" 0001_index 'CREATE INDEX CONCURRENTLY i ON a (n);'
    lock_held 'INSERT INTO a VALUES (1)'
    migrate_start
    first=$entrypoint_pid first_folder=$output_folder
    poll 60 session_waits_for_lock
    migrate_start
    await_stderr 'another replica is migrating'
    locks_release
    wait_entrypoint
    assert_status 0
    poll 60 process_is_gone "$first"
    assert_lacks "$(cat "$first_folder/stderr" "$output_folder/stderr")" dropping
    index_is_valid i
    assert_equal "$(ledger_count "$DATABASE")" 2
}
