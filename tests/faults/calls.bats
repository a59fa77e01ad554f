#!/usr/bin/env bats
# The N-th call of a kind fails, once: memory, files, sockets. Whatever the program makes of it, it ends in time with an exit
# status that is none of a bug, says why, and has not said 0 with something undone; the next start puts everything right.
# Here only some calls are tried; SOAK=1 tries every one, COMMAND=migrate|run|init|status|plan|check|new|rollback|mark only those of one
# command (tests/faults/soak). calls.c has every function that can fail: what is not there is named below with the reason.

# shellcheck disable=SC2030,SC2031,SC2154,SC2317 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

# The library can only be preloaded into a program with shared libraries: that of developers, or another (DISTURBED).
setup_file() {
    root=$(realpath "$BATS_TEST_DIRNAME/../..")
    export DISTURBED=${DISTURBED:-$root/build/dev/entrypoint} CALLS=$BATS_FILE_TMPDIR/calls.so
    cluster_create
    cluster_start
    gcc -std=c17 -O1 -fPIC -shared -Wall -Wextra -Werror -o "$CALLS" "$BATS_TEST_DIRNAME/calls.c"
}

setup() {
    [ -x "$DISTURBED" ] || skip "no $DISTURBED: make"
    fresh_database
    folder=$BATS_TEST_TMPDIR/drizzle
    folder_new "$folder"
    folder_add "$folder" 0000_seeds $'CREATE TABLE seeds (n int);\n--> statement-breakpoint\nINSERT INTO seeds VALUES (1);'
    folder_add "$folder" 0001_index $'CREATE INDEX CONCURRENTLY seeds_n ON seeds (n);\n--> statement-breakpoint\nINSERT INTO seeds VALUES (2);'
    folder_add "$folder" 0002_last $'INSERT INTO seeds SELECT n + 2 FROM seeds;'
    cat >"$folder/meta/0002_snapshot.json" <<'JSON'
{"id": "11111111-1111-4111-8111-111111111111", "prevId": "00000000-0000-0000-0000-000000000000", "version": "7",
 "dialect": "postgresql", "tables": {"public.seeds": {"name": "seeds", "schema": "",
 "columns": {"n": {"name": "n", "type": "integer", "primaryKey": false, "notNull": false}},
 "indexes": {"seeds_n": {"name": "seeds_n", "columns": [{"expression": "n", "isExpression": false, "asc": true, "nulls": "last"}],
 "isUnique": false, "concurrently": true, "method": "btree", "with": {}}},
 "foreignKeys": {}, "compositePrimaryKeys": {}, "uniqueConstraints": {}}},
 "enums": {}, "schemas": {}, "sequences": {}, "_meta": {"columns": {}, "schemas": {}, "tables": {}}}
JSON
    given=()
    points=0
    declare -gA ended=()
}

# run_it [NAME=VALUE...] -- ARGUMENT...: sets status; what it says is in $BATS_TEST_TMPDIR/said
run_it() {
    local environment arguments
    split_arguments "$@"
    status=0
    timeout -s KILL 60 env -i "${environment[@]}" "${given[@]}" DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$folder" \
        ENTRYPOINT_WAIT_TIMEOUT=20s "$DISTURBED" "${arguments[@]}" </dev/null >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- 4>&- 5>&- || status=$?
    log_output "$BATS_TEST_TMPDIR/said"
}

psql_as_owner() {
    cluster_sql "$DATABASE" "$1"
}

empty() {
    psql_as_owner 'DROP OWNED BY app CASCADE; GRANT CREATE ON SCHEMA public TO app' >/dev/null 2>&1
}

# All that a run leaves behind.
fingerprint() {
    psql_as_owner "SELECT string_agg(n::text, ',' ORDER BY n) FROM seeds;
        SELECT count(*), count(DISTINCT created_at) FROM drizzle.__drizzle_migrations;
        SELECT indexrelid::regclass, indisvalid FROM pg_index WHERE indrelid = 'seeds'::regclass" 2>&1
}

# Around every point: what the program's exit status must be true of.
prepare() { :; }
check_done() { :; }
check_not_done() { :; }
check_next() { :; }

# at_point KIND ERRNO N ARGUMENT...; without ERRNO the kind's own
at_point() {
    local kind=$1 error=$2 at=$3 point
    shift 3
    point="$1: $kind $at of $count fails${error:+ with errno $error}"
    prepare
    run_it LD_PRELOAD="$CALLS" CALLS_KIND="$kind" CALLS_AT="$at" ${error:+CALLS_ERROR="$error"} -- "$@"
    points=$((points + 1))
    told=$status
    ended[$status]=$((${ended[$status]:-0} + 1))
    case $status in
    0) check_done || fail "$point: status 0, but it is not done" "$(cat "$BATS_TEST_TMPDIR/said")" ;;
    # check reports a snapshot that it cannot read among what is wrong with the folders.
    1) grep -q 'problem.* with the folders' "$BATS_TEST_TMPDIR/said" || fail "$point: status 1" "$(cat "$BATS_TEST_TMPDIR/said")" ;;
    65 | 66 | 69 | 71 | 73 | 75 | 77 | 78 | 126 | 127)
        # What cannot be written cannot be said.
        [ "$kind" = write ] || grep -Eq '(^| )error:|"level":"error"|ERROR' "$BATS_TEST_TMPDIR/said" ||
            fail "$point: status $status without a word" "$(cat "$BATS_TEST_TMPDIR/said")"
        check_not_done || fail "$point: status $status, but it is done" "$(cat "$BATS_TEST_TMPDIR/said")"
        ;;
    *) fail "$point: status $status" "$(cat "$BATS_TEST_TMPDIR/said")" ;;
    esac
    check_next || fail "$point: status $told; and then" "$(cat "$BATS_TEST_TMPDIR/said")" "$(fingerprint)"
}

# The errors that a kind is tried with, where it is not only the one of calls.c: ENOMEM 12, EINTR 4, ECONNRESET 104.
errors_of() {
    case $1 in
    poll) echo 4 12 ;;
    recv | send) echo 104 4 ;;
    *) echo own ;;
    esac
}

# How many of the calls of other libraries than libpq and jansson: each is OpenSSL's, and it has tests of its own.
others=4
[ -z "${SOAK:-}" ] || others=200

# each_call ARGUMENT...: the calls of every kind that the program makes, one after the other; without SOAK some of them
each_call() {
    local kind count step at error
    if [ -n "${COMMAND:-}" ] && [ "$COMMAND" != "${name:-$1}" ]; then
        skip "only $COMMAND was asked for"
    fi
    prepare
    run_it LD_PRELOAD="$CALLS" CALLS_COUNT="$BATS_TEST_TMPDIR/count" -- "$@"
    assert_equal "$status" 0 "the undisturbed run's status: $(cat "$BATS_TEST_TMPDIR/said")"
    check_done || fail "the undisturbed run" "$(cat "$BATS_TEST_TMPDIR/said")"
    while read -r kind count <&5; do
        step=$count # the one in the middle
        [ "$kind" != memory ] || step=$(((count + 3) / 4))
        [ -z "${SOAK:-}" ] || step=1
        [ "$kind" != others ] || step=$(((count + others - 1) / others))
        for error in $(errors_of "$kind"); do
            for ((at = (step + 1) / 2; at <= count; at += step)); do
                at_point "$kind" "${error#own}" "$at" "$@"
            done
        done
    done 5<"$BATS_TEST_TMPDIR/count"
    echo "# ${name:-$1}: $(tr '\n' ' ' <"$BATS_TEST_TMPDIR/count")" >&3
    for status in "${!ended[@]}"; do
        echo "# ${name:-$1}: status $status: ${ended[$status]} of $points" >&3
    done
    echo "# figures: $points calls failed" >&3
    [ "$points" -gt 0 ]
}

# A function of libc that is called, and that calls.c does not make fail, cannot fail: not at all (the first lines), only if it
# is called with what it must not be called with (sig..., pthread_...), or as an answer that is not an error.
@test "every function of libc that can fail is made to" {
    ! nm "$DISTURBED" | grep -q __gcov_dump || skip "a build that counts calls functions of its own"
    cat >"$BATS_TEST_TMPDIR/cannot" <<'NAMES'
__cxa_finalize __libc_start_main __stack_chk_fail
__ctype_b_loc __ctype_tolower_loc __ctype_toupper_loc __errno_location getenv getegid geteuid getgid getpgrp getpid getuid
free freeaddrinfo gai_strerror strerror qsort inet_pton
memchr memcmp memcpy memmem memmove memset stpcpy strcasecmp strchr strcmp strcspn strlen strncasecmp strncmp strnlen strrchr strspn strstr
strtod strtoimax strtol strtoll strtoul
__fprintf_chk __snprintf_chk __vsnprintf_chk snprintf strftime gmtime_r clock_gettime
sigaction sigaddset sigdelset sigemptyset sigfillset sigprocmask
pthread_attr_destroy pthread_attr_init pthread_attr_setdetachstate pthread_attr_setstacksize pthread_cond_destroy pthread_cond_init
pthread_cond_signal pthread_cond_timedwait pthread_condattr_destroy pthread_condattr_init pthread_condattr_setclock pthread_join
pthread_mutex_destroy pthread_mutex_init pthread_mutex_lock pthread_mutex_unlock pthread_once pthread_sigmask
closedir fclose
NAMES
    {
        tr ' ' '\n' <"$BATS_TEST_TMPDIR/cannot"
        nm -D --defined-only "$CALLS" | awk '{ print $3 }'
    } | sort -u >"$BATS_TEST_TMPDIR/known"
    nm -D --undefined-only "$DISTURBED" | awk '{ print $2 }' | sed -n 's/@GLIBC_.*//p' | sort -u >"$BATS_TEST_TMPDIR/called"
    [ -s "$BATS_TEST_TMPDIR/called" ]
    assert_equal "$(comm -23 "$BATS_TEST_TMPDIR/called" "$BATS_TEST_TMPDIR/known")" '' 'neither made to fail nor known not to'
}

check_reference() { [ "$(fingerprint)" = "$reference" ]; }

# The next start puts everything right.
next_migrates() {
    run_it -- migrate
    [ "$status" = 0 ] && check_reference
}

migrated() {
    run_it -- migrate
    assert_equal "$status" 0
    reference=$(fingerprint)
}

@test "migrate: a call fails, and the next start puts it right" {
    prepare() { empty; }
    check_done() { check_reference; }
    check_next() { next_migrates; }
    migrated
    each_call migrate
}

# A program that notes that it ran: noting FILE, with the status to end with
noting() {
    printf '#!/bin/sh\necho ran >>"%s"\n' "$BATS_TEST_TMPDIR/$1.ran" >"$BATS_TEST_TMPDIR/$1"
    chmod +x "$BATS_TEST_TMPDIR/$1"
    echo "$BATS_TEST_TMPDIR/$1"
}

times() {
    grep -c ran "$BATS_TEST_TMPDIR/$1.ran" 2>/dev/null || [ $? = 1 ] || echo 0
}

# run: what is 0 became the server, once, behind a migration that is whole; what is not did not. The hook runs again when the
# connection was lost and migrations are still pending.
serves() {
    prepare() {
        empty
        rm -f "$BATS_TEST_TMPDIR"/*.ran
    }
    check_done() { [ "$(times server)" = 1 ] && [ "$(times before)" -ge 1 ] && check_reference; }
    check_not_done() { [ "$(times server)" = 0 ]; }
    check_next() { next_migrates; }
    migrated
    given=(ENTRYPOINT_HOOKS_BEFORE_MIGRATE="$(noting before)" ENTRYPOINT_HOOKS_AFTER_MIGRATE="$(noting after)"
        ENTRYPOINT_VERIFY_TABLES=seeds "$@")
    each_call run -- "$(noting server)"
}

@test "run: a call fails, and the server starts behind all that must be, or not" {
    name=run serves
}

@test "run with init = yes: a call fails, and the server starts behind all that must be, or not" {
    name=init serves ENTRYPOINT_SERVER_INIT=yes
}

@test "status: a call fails, and nothing is changed" {
    migrated
    check_done() { grep -q 0002_last "$BATS_TEST_TMPDIR/said"; }
    each_call status
    check_reference
}

@test "plan: a call fails, and nothing is changed" {
    folder_add "$folder" 0003_pending 'CREATE INDEX pending ON seeds (n);'
    folder_first "$folder" 3 "$BATS_TEST_TMPDIR/first"
    folder=$BATS_TEST_TMPDIR/first migrated
    check_done() { grep -q 0003_pending "$BATS_TEST_TMPDIR/said"; }
    each_call plan
    check_reference
}

@test "check: a call fails, and nothing is changed" {
    migrated
    each_call check
    check_reference
}

@test "new: a call fails, and the folder is whole" {
    mkdir "$BATS_TEST_TMPDIR/kept"
    cp -r "$folder" "$BATS_TEST_TMPDIR/kept/"
    entries() { jq '.entries | length' "$folder/meta/_journal.json"; }
    prepare() {
        rm -rf "$folder"
        cp -r "$BATS_TEST_TMPDIR/kept/drizzle" "$folder"
    }
    check_done() { [ "$(entries)" = 4 ] && [ -e "$folder/0003_add.sql" ]; }
    # Half of it may not have been written; whole or not at all is what the journal says.
    check_next() {
        local before
        before=$(entries) && run_it -- new more && [ "$status" = 0 ] && [ "$(entries)" = $((before + 1)) ] || return 1
        run_it -- plan --sql
        [ "$status" = 0 ]
    }
    each_call new add
}

@test "rollback: a call fails, and what is not undone is undone by the next" {
    echo 'DELETE FROM seeds WHERE n > 2;' >"$folder/0002_last.down.sql"
    undone=$'1,2\n2|2\nseeds_n|t'
    prepare() {
        empty
        run_it -- migrate
        [ "$status" = 0 ]
    }
    check_done() { [ "$(fingerprint)" = "$undone" ]; }
    check_next() {
        run_it -- rollback --to 0001_index
        [ "$status" = 0 ] && check_done
    }
    each_call rollback --to 0001_index
}

@test "mark: a call fails, and what is not recorded is recorded by the next" {
    prepare() { empty; }
    check_done() { [ "$(ledger_count "$DATABASE")" = 3 ]; }
    check_next() {
        run_it -- mark --all
        [ "$status" = 0 ] && check_done
    }
    each_call mark --all
}
