#!/usr/bin/env bats
# What a migration that takes its time is doing: told every ten seconds, live on a terminal, and to other replicas.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

# 0001_alter waits as its second statement of three for a lock that another session has.
waits_for_lock() {
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int);'
    migrate
    assert_status 0
    folder_add "$folder" 0001_alter $'CREATE TABLE b ();\n--> statement-breakpoint\nALTER TABLE a ADD COLUMN x int;\nCREATE TABLE c ();'
    lock_held 'LOCK TABLE a IN ACCESS SHARE MODE'
}

@test "after ten seconds: migration, statement k of n, elapsed, whom it waits for; and no second connection before" {
    waits_for_lock
    migrate_start ENTRYPOINT_MIGRATE_LOCK_TIMEOUT=0s ENTRYPOINT_LOG_FORMAT=json
    poll 20 session_waits_for_lock
    assert_equal "$(cluster_sql postgres "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'entrypoint: watching'")" 0
    await_stderr '"event":"progress"'
    pid=$(cluster_sql postgres "SELECT pid FROM pg_stat_activity WHERE application_name = 'lock-holder'")
    locks_release
    wait_entrypoint
    assert_status 0
    line=$(jq -c 'select(.event == "progress")' "$output_folder/stderr" | head -n 1)
    assert_equal "$(jq -r '[.tag, (.statement | tostring), (.statement_count | tostring)] | join("|")' <<<"$line")" '0001_alter|2|3'
    assert_has "$(jq -r .message <<<"$line")" "0001_alter: statement 2 of 3, "
    assert_matches "$(jq -r .message <<<"$line")" "[0-9]+ s, waiting for pid $pid \(app, lock-holder, active for [0-9]+ s\): SELECT pg_sleep\(600\)"
    assert_has "$(jq -r .blocker <<<"$line")" "pid $pid "
    [ "$(jq -r .elapsed_s <<<"$line")" -ge 9 ] || fail "$line"
    poll 20 no_sessions
}

@test "a terminal: one line that is replaced, and erased before the next" {
    command -v script >/dev/null || skip 'there is no script(1)'
    waits_for_lock
    env -i PATH="$PATH" TERM=xterm DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$folder" ENTRYPOINT_MIGRATE_LOCK_TIMEOUT=0s \
        script -qefc "stty cols 200; exec $ENTRYPOINT_BINARY migrate" "$BATS_TEST_TMPDIR/typescript" </dev/null >/dev/null 2>&1 3>&- 4>&- &
    entrypoint_pid=$!
    poll 60 grep -q 'statement 2 of 3, 2 s' "$BATS_TEST_TMPDIR/typescript"
    locks_release
    poll 60 process_is_gone "$entrypoint_pid"
    wait "$entrypoint_pid"
    log_output "$BATS_TEST_TMPDIR/typescript"
    erase=$'\r\e[K'
    output=$(<"$BATS_TEST_TMPDIR/typescript")
    assert_has "$output" "${erase}entrypoint: 0001_alter: statement 2 of 3, 1 s, waiting for pid"
    assert_has "$output" "${erase}entrypoint: 0001_alter: statement 2 of 3, 2 s, waiting for pid"
    assert_has "$output" "${erase}entrypoint: applied 0001_alter in"
    # Shown, not written: no line break behind it.
    assert_equal "$(grep -c 'statement 2 of 3' "$BATS_TEST_TMPDIR/typescript")" 1 'lines'
    output_folder=$BATS_TEST_TMPDIR
}

@test "CREATE INDEX: the percentage that PostgreSQL knows" {
    command -v script >/dev/null || skip 'there is no script(1)'
    # An index over a function that sleeps: it takes as long as the test needs, on any machine.
    folder_add "$folder" 0000_rows $'CREATE TABLE big AS SELECT n, repeat(\'x\', 1000) AS filler FROM generate_series(1, 300) n;
        CREATE FUNCTION slow(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM pg_sleep(0.015); RETURN $1; END $$;'
    migrate
    assert_status 0
    folder_add "$folder" 0001_index 'CREATE INDEX big_slow ON big (slow(n));'
    env -i PATH="$PATH" TERM=xterm DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$folder" \
        script -qefc "stty cols 200; exec $ENTRYPOINT_BINARY migrate" "$BATS_TEST_TMPDIR/typescript" </dev/null >/dev/null 2>&1 3>&- 4>&- &
    entrypoint_pid=$!
    poll 60 process_is_gone "$entrypoint_pid"
    wait "$entrypoint_pid"
    log_output "$BATS_TEST_TMPDIR/typescript"
    output_folder=$BATS_TEST_TMPDIR
    assert_matches "$(tr '\r' '\n' <"$BATS_TEST_TMPDIR/typescript")" '0001_index: statement 1 of 1, [0-9]+ s, building index: scanning table, [0-9]+ %'
}

@test "a server that has no second connection to give: the line says less, the migration runs" {
    waits_for_lock
    cluster_sql postgres "ALTER ROLE app CONNECTION LIMIT 2"
    migrate_start ENTRYPOINT_MIGRATE_LOCK_TIMEOUT=0s
    await_stderr '0001_alter: statement 2 of 3, [0-9]+ s$'
    cluster_sql postgres "ALTER ROLE app CONNECTION LIMIT -1"
    locks_release
    wait_entrypoint
    assert_status 0
}

@test "SIGTERM while it is watched: exit 143 at once, nothing stays" {
    waits_for_lock
    migrate_start ENTRYPOINT_MIGRATE_LOCK_TIMEOUT=4s
    poll 20 session_waits_for_lock
    poll 20 second_session
    kill -TERM "$entrypoint_pid"
    poll 3 process_is_gone "$entrypoint_pid"
    wait_entrypoint
    assert_status 143
    refute_table "$DATABASE" b
}

second_session() {
    [ "$(cluster_sql postgres "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'entrypoint: watching'")" -gt 0 ]
}

@test "another replica says whom it waits for, what that is doing, and whom that waits for" {
    waits_for_lock
    migrate_start ENTRYPOINT_MIGRATE_LOCK_TIMEOUT=0s
    first_pid=$entrypoint_pid first_folder=$output_folder
    poll 20 session_waits_for_lock
    migrate_start
    await_stderr 'another replica is migrating'
    pid=$(cluster_sql postgres "SELECT pid FROM pg_stat_activity WHERE application_name = 'lock-holder'")
    locks_release
    wait_entrypoint
    assert_status 0
    assert_matches "$stderr" "another replica is migrating, waiting for it: pid [0-9]+ entrypoint: applying 0001_alter 1/1 from 127\.0\.0\.1, active for [0-9]+ s, which waits for pid $pid lock-holder"
    entrypoint_pid=$first_pid output_folder=$first_folder
    wait_entrypoint
    assert_status 0
}

@test "NOTICEs are information, with their migration and statement" {
    folder_add "$folder" 0000_a $'CREATE TABLE a ();\n--> statement-breakpoint\nCREATE TABLE IF NOT EXISTS a (); DO $$ BEGIN RAISE WARNING \'careful\'; END $$;'
    migrate ENTRYPOINT_LOG_FORMAT=json
    assert_status 0
    assert_equal "$(jq -r 'select(.event == "statement_notice") | [.level, .tag, (.statement | tostring), (.statement_count | tostring), .severity, .message] | join("|")' "$output_folder/stderr")" \
        'info|0000_a|2|3|NOTICE|0000_a, statement 2 of 3: NOTICE: relation "a" already exists, skipping
info|0000_a|3|3|WARNING|0000_a, statement 3 of 3: WARNING: careful'
}
