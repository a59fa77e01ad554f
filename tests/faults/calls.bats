#!/usr/bin/env bats
# The N-th call of a kind fails, once: memory, files, sockets. Whatever the program makes of it, it ends in time with an exit
# status that is none of a bug, says why, and has not said 0 with something undone; the next start puts everything right.
# Here only some calls are tried; SOAK=1 tries every one (make soak).

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
    points=0
    declare -gA ended=()
}

# run_it [NAME=VALUE...] -- ARGUMENT...: sets status; what it says is in $BATS_TEST_TMPDIR/said
run_it() {
    local environment arguments
    split_arguments "$@"
    status=0
    timeout -s KILL 60 env -i "${environment[@]}" DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$folder" \
        ENTRYPOINT_WAIT_TIMEOUT=20s "$DISTURBED" "${arguments[@]}" </dev/null >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- 4>&- || status=$?
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

# The hook of every point, before and after: what the program's exit status must be true of.
prepare() { :; }
check_done() { :; }
check_next() { :; }

# at_point KIND ERRNO N ARGUMENT...
at_point() {
    local kind=$1 error=$2 at=$3
    shift 3
    prepare
    run_it LD_PRELOAD="$CALLS" CALLS_KIND="$kind" CALLS_ERROR="$error" CALLS_AT="$at" -- "$@"
    points=$((points + 1))
    told=$status
    ended[$status]=$((${ended[$status]:-0} + 1))
    case $status in
    0) check_done || fail "$kind $at fails with errno $error: status 0, but it is not done" "$(cat "$BATS_TEST_TMPDIR/said")" ;;
    # check reports a snapshot that it cannot read among what is wrong with the folders.
    1) grep -q 'problem.* with the folders' "$BATS_TEST_TMPDIR/said" ||
        fail "$kind $at fails with errno $error: status 1" "$(cat "$BATS_TEST_TMPDIR/said")" ;;
    65 | 66 | 71 | 75 | 77 | 78)
        # What cannot be written cannot be said.
        [ "$kind" = write ] || grep -Eq '(^| )error:|"level":"error"|ERROR' "$BATS_TEST_TMPDIR/said" ||
            fail "$kind $at fails with errno $error: status $status without a word" "$(cat "$BATS_TEST_TMPDIR/said")"
        ;;
    *) fail "$kind $at fails with errno $error: status $status" "$(cat "$BATS_TEST_TMPDIR/said")" ;;
    esac
    check_next || fail "$kind $at fails with errno $error: status $told; and then" "$(cat "$BATS_TEST_TMPDIR/said")" "$(fingerprint)"
}

# each_call MOST KIND:ERRNO... -- ARGUMENT...: at most so many points of each kind
each_call() {
    local most=$1 kinds=() kind count step at
    shift
    while [ "$1" != -- ]; do
        kinds+=("$1")
        shift
    done
    shift
    for kind in "${kinds[@]}"; do
        prepare
        run_it LD_PRELOAD="$CALLS" CALLS_KIND="${kind%:*}" CALLS_COUNT="$BATS_TEST_TMPDIR/count" -- "$@"
        assert_equal "$status" 0 "the undisturbed run's status: $(cat "$BATS_TEST_TMPDIR/said")"
        count=$(cat "$BATS_TEST_TMPDIR/count")
        step=1
        [ -n "${SOAK:-}" ] || step=$(((count + most - 1) / most))
        [ "$step" -gt 0 ] || continue
        for ((at = (step + 1) / 2; at <= count; at += step)); do
            at_point "${kind%:*}" "${kind#*:}" "$at" "$@"
        done
    done
    for status in "${!ended[@]}"; do
        echo "# status $status: ${ended[$status]} of $points" >&3
    done
    [ "$points" -gt 0 ]
}

# ENOMEM 12, EIO 5, ENOSPC 28, EMFILE 24, EINTR 4, ECONNRESET 104
files=(read:5 open:24 close:5 fstat:5)
network=(poll:4 poll:12 socket:24 connect:104 recv:104 recv:4 send:104 send:4)

@test "migrate: a call fails, and the next start puts it right" {
    prepare() { empty; }
    check_done() { [ "$(fingerprint)" = "$reference" ]; }
    check_next() {
        run_it -- migrate
        [ "$status" = 0 ] && [ "$(fingerprint)" = "$reference" ]
    }
    run_it -- migrate
    assert_equal "$status" 0
    reference=$(fingerprint)
    each_call 4 memory:12 -- migrate
    each_call 1 "${files[@]}" write:28 pipe2:24 "${network[@]}" -- migrate
}

@test "status and check: a call fails, and nothing is changed" {
    run_it -- migrate
    assert_equal "$status" 0
    reference=$(fingerprint)
    check_done() { grep -q 0002_last "$BATS_TEST_TMPDIR/said"; }
    each_call 4 memory:12 -- status
    each_call 1 "${files[@]}" poll:4 recv:104 -- status
    check_done() { :; }
    each_call 4 memory:12 -- check
    each_call 1 "${files[@]}" send:104 -- check
    assert_equal "$(fingerprint)" "$reference"
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
    each_call 4 memory:12 -- new add
    each_call 1 "${files[@]}" write:28 rename:28 mkdir:28 -- new add
}
