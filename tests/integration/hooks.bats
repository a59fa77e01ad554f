#!/usr/bin/env bats
# [hooks]: the operator's programs around a migration.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

# A hook that notes what it was given: its words and its variables.
note_hook() {
    printf '#!/bin/sh\nprintf "%%s|" "$@" >>"%s"\nenv | grep -E "^(ENTRYPOINT|PG)" | sort >>"%s"\n' "$BATS_TEST_TMPDIR/$1" "$BATS_TEST_TMPDIR/$1" >"$BATS_TEST_TMPDIR/$1.sh"
    chmod +x "$BATS_TEST_TMPDIR/$1.sh"
    echo "$BATS_TEST_TMPDIR/$1.sh"
}

noted() {
    sed "s/$APP_PASSWORD/(the password)/" "$BATS_TEST_TMPDIR/$1"
}

@test "hooks run around a migration, without a shell, with its facts and the same database" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    folder_add "$folder" 0001_b 'CREATE TABLE b ();'
    migrate ENTRYPOINT_HOOKS_BEFORE_MIGRATE="$(note_hook before) 'one  word' \"\$HOME\" *" ENTRYPOINT_HOOKS_AFTER_MIGRATE="$(note_hook after)" \
        ENTRYPOINT_HOOKS_ON_FAILURE="$(note_hook failure)" PGHOST=elsewhere
    assert_status 0
    assert_equal "$(noted before | grep -v -e HOOKS -e MIGRATE_)" "one  word|\$HOME|*|ENTRYPOINT_APPLIED=0
ENTRYPOINT_HOOK=before_migrate
ENTRYPOINT_PENDING=2
ENTRYPOINT_PENDING_TAGS=0000_a 0001_b
PGDATABASE=$DATABASE
PGHOST=127.0.0.1
PGPASSWORD=(the password)
PGPORT=$CLUSTER_PORT
PGUSER=app"
    assert_has "$(noted after)" 'ENTRYPOINT_APPLIED=2
ENTRYPOINT_APPLIED_TAGS=0000_a 0001_b'
    [ ! -e "$BATS_TEST_TMPDIR/failure" ]
}

@test "hooks do not run when nothing is pending" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    migrate
    migrate ENTRYPOINT_HOOKS_BEFORE_MIGRATE=false ENTRYPOINT_HOOKS_AFTER_MIGRATE="$(note_hook after)" ENTRYPOINT_HOOKS_ON_FAILURE="$(note_hook failure)"
    assert_status 0
    [ ! -e "$BATS_TEST_TMPDIR/after" ] && [ ! -e "$BATS_TEST_TMPDIR/failure" ]
}

@test "a failing before_migrate stops the run before anything is changed" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    given=(ENTRYPOINT_HOOKS_BEFORE_MIGRATE="sh -c 'echo the disk is full >&2; exit 3'" ENTRYPOINT_HOOKS_ON_FAILURE="$(note_hook failure)")
    serve_traced
    assert_status 73
    refute_server_started
    refute_table "$DATABASE" a
    refute_table "$DATABASE" drizzle.__drizzle_migrations
    assert_has "$stderr" 'before_migrate: the disk is full'
    assert_has "$stderr" 'hook before_migrate failed with exit status 3'
    assert_has "$stderr" 'HINT:'
    assert_has "$(noted failure)" 'ENTRYPOINT_EXIT_STATUS=73'
}

@test "before_migrate runs under the lock: of replicas that start together one runs it" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    hook="sh -c 'echo x >>$BATS_TEST_TMPDIR/runs; sleep 0.3'"
    for _ in 1 2 3; do
        env -i PATH="$PATH" DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$folder" ENTRYPOINT_HOOKS_BEFORE_MIGRATE="$hook" \
            "$ENTRYPOINT_BINARY" migrate >>"$OUTPUT_LOG" 2>&1 3>&- 4>&- &
    done
    wait
    assert_equal "$(cat "$BATS_TEST_TMPDIR/runs")" x
    assert_equal "$(ledger_count "$DATABASE")" 1
}

@test "on_failure learns which migration failed and why; the exit status stays" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    folder_add "$folder" 0001_bad 'SELECT no_such_column FROM a;'
    migrate ENTRYPOINT_HOOKS_ON_FAILURE="$(note_hook failure)"
    assert_status 65
    assert_has "$(noted failure)" 'ENTRYPOINT_FAILED_TAG=0001_bad'
    assert_has "$(noted failure)" 'ENTRYPOINT_SQLSTATE=42703'
    assert_has "$(noted failure)" 'ENTRYPOINT_EXIT_STATUS=65'
    assert_has "$(noted failure)" 'no_such_column'
    migrate ENTRYPOINT_HOOKS_ON_FAILURE=false
    assert_status 65
    assert_has "$stderr" 'hook on_failure failed with exit status 1'
}

@test "a failing after_migrate is a warning: what was applied stays" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    migrate ENTRYPOINT_HOOKS_AFTER_MIGRATE='sh -c "kill -9 $$"'
    assert_status 0
    assert_has "$stderr" 'warning: hook after_migrate was killed by signal 9'
    assert_table "$DATABASE" a
}

@test "a hook that takes too long is ended, with all that it has started" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    migrate ENTRYPOINT_HOOKS_BEFORE_MIGRATE="sh -c 'sleep 777 & echo \$! >$BATS_TEST_TMPDIR/pid; trap \"\" TERM; sleep 778'" ENTRYPOINT_HOOKS_TIMEOUT=300ms
    assert_status 73
    assert_has "$stderr" 'took longer than 300 ms'
    poll 10 process_is_gone "$(cat "$BATS_TEST_TMPDIR/pid")"
    refute_table "$DATABASE" a
}

@test "what a hook leaves running is ended with it" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    migrate ENTRYPOINT_HOOKS_BEFORE_MIGRATE="sh -c 'sleep 777 & echo \$! >$BATS_TEST_TMPDIR/pid'"
    assert_status 0
    poll 10 process_is_gone "$(cat "$BATS_TEST_TMPDIR/pid")"
}

@test "a signal ends the hook and the run" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    migrate_start ENTRYPOINT_HOOKS_BEFORE_MIGRATE="sh -c 'echo \$\$ >$BATS_TEST_TMPDIR/pid; exec sleep 777'" ENTRYPOINT_HOOKS_ON_FAILURE="$(note_hook failure)"
    poll 60 test -s "$BATS_TEST_TMPDIR/pid"
    kill -TERM "$entrypoint_pid"
    wait_entrypoint
    assert_status 143
    poll 10 process_is_gone "$(cat "$BATS_TEST_TMPDIR/pid")"
    refute_table "$DATABASE" a
    [ ! -e "$BATS_TEST_TMPDIR/failure" ]
}

@test "output goes to the log, without the password, as text and as JSON" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    migrate ENTRYPOINT_HOOKS_BEFORE_MIGRATE='sh -c "echo with $PGPASSWORD in it; echo; printf no-end >&2"'
    assert_status 0
    assert_matches "$stderr" '^entrypoint: before_migrate: with \*\*\* in it$'
    assert_matches "$stderr" '^entrypoint: before_migrate: no-end$'
    fresh_database
    migrate ENTRYPOINT_HOOKS_BEFORE_MIGRATE='echo line' ENTRYPOINT_LOG_FORMAT=json
    assert_equal "$(jq -r 'select(.event == "hook_output") | "\(.hook) \(.line)"' <<<"$stderr")" 'before_migrate line'
}

@test "a hook that does not exist is a mistake in the configuration, before the database is touched" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    for variable in BEFORE_MIGRATE AFTER_MIGRATE ON_FAILURE; do
        run_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$folder" "ENTRYPOINT_HOOKS_$variable=no-such-program" -- migrate
        assert_status 78
        assert_has "$stderr" "[hooks] ${variable,,}"
    done
    run_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_HOOKS_ON_FAILURE="sh -c 'x" -- migrate
    assert_status 78
    assert_has "$stderr" 'single quote is not closed'
    refute_table "$DATABASE" a
}

@test "in entrypoint.ini a hook is written as it is, quotes too" {
    cd "$BATS_TEST_TMPDIR"
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    printf '[hooks]\nbefore_migrate = "sh" -c "echo it runs"\n' >entrypoint.ini
    migrate
    assert_status 0
    assert_has "$stderr" 'before_migrate: it runs'
}
