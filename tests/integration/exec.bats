#!/usr/bin/env bats
# After exec we were never there: the server has its arguments, its environment, its descriptors, its signals, its status.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

@test "arguments reach the server byte for byte" {
    server=(sh -c 'cat /proc/$$/cmdline' sh '' ' ' $'a\nb' 'žluť' $'\xff\x80' '--help' '--dirs' '--' '$HOME' '*')
    printf '%s\0' "${server[@]}" >"$BATS_TEST_TMPDIR/expected"
    serve "${server[@]}"
    assert_status 0
    cmp "$output_folder/stdout" "$BATS_TEST_TMPDIR/expected"
}

@test "the first word that is no command is the server" {
    run_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$folder" -- sh -c 'echo "$0 $1"' --help migrate
    assert_status 0
    assert_equal "$stdout" '--help migrate'
}

@test "-- ends all doubt: a server called like a command of ours" {
    mkdir "$BATS_TEST_TMPDIR/bin"
    printf '#!/bin/sh\necho "server $*"\n' >"$BATS_TEST_TMPDIR/bin/status"
    chmod +x "$BATS_TEST_TMPDIR/bin/status"
    ENTRYPOINT_PATH=$BATS_TEST_TMPDIR/bin:$PATH
    run_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$folder" -- -- status --json
    assert_status 0
    assert_equal "$stdout" 'server --json'
}

@test "options of ours stand before the server" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    run_entrypoint DATABASE_URL="$DATABASE_URL" -- --dirs "$folder" sh -c 'echo served'
    assert_status 0
    assert_equal "$stdout" served
    assert_table "$DATABASE" a
}

@test "the environment is as given, byte for byte, in its order" {
    # The password is in a file, so that what the server prints may be kept.
    echo "*:*:*:app:$APP_PASSWORD" >"$BATS_TEST_TMPDIR/pgpass"
    chmod 600 "$BATS_TEST_TMPDIR/pgpass"
    DATABASE_URL="postgresql://app@127.0.0.1:$CLUSTER_PORT/$DATABASE"
    given=(A=1 EMPTY= $'LINES=a\nb' $'BYTES=\xff' PGPASSFILE="$BATS_TEST_TMPDIR/pgpass" PGHOST=elsewhere.invalid Z=2)
    serve cat /proc/self/environ
    assert_status 0
    printf '%s\0' "PATH=$PATH" "DATABASE_URL=$DATABASE_URL" "ENTRYPOINT_MIGRATE_DIRS=$folder" "${given[@]}" >"$BATS_TEST_TMPDIR/expected"
    cmp "$output_folder/stdout" "$BATS_TEST_TMPDIR/expected"
}

@test "ENTRYPOINT_DATABASE_URL is ours: the server does not see it" {
    run_entrypoint ENTRYPOINT_DATABASE_URL="$DATABASE_URL" DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$folder" -- \
        sh -c 'echo "${ENTRYPOINT_DATABASE_URL-unset}, ${DATABASE_URL:+set}"'
    assert_status 0
    assert_equal "$stdout" 'unset, set'
}

@test "server.unset_env names what else the server must not see" {
    given=(ENTRYPOINT_SERVER_UNSET_ENV='SECRET OTHER' SECRET=1 OTHER=2 KEPT=3)
    serve sh -c 'echo "${SECRET-unset} ${OTHER-unset} ${KEPT-unset}"'
    assert_status 0
    assert_equal "$stdout" 'unset unset 3'
}

@test "the exit status is the server's" {
    for code in 0 1 42 64 75 127 255; do
        serve sh -c "exit $code"
        assert_status "$code"
    done
    serve sh -c 'kill -TERM $$'
    assert_status 143
}

@test "standard input, output and error are the server's" {
    serve sh -c 'cat; echo out; echo err >&2'
    assert_status 0
    assert_equal "$stdout" out
    assert_matches "$stderr" '^err$'
}

@test "the process is the same: no child, no parent of ours in between" {
    serve_start sh -c 'echo $$; exec sleep 60'
    await_stdout '^[0-9]+$'
    assert_equal "$(<"$output_folder/stdout")" "$entrypoint_pid"
    kill "$entrypoint_pid"
}

@test "no descriptors but 0, 1 and 2" {
    # One that was open before us must not reach the server either; without sleep's own there are three.
    launcher=(sh -c 'exec "$@" 7</dev/null' sh)
    serve_start sleep 60
    poll 20 server_is sleep
    assert_equal "$(cd "/proc/$entrypoint_pid/fd" && echo *)" '0 1 2'
    kill "$entrypoint_pid"
}

server_is() {
    [ "$(cat "/proc/$entrypoint_pid/comm")" = "$1" ]
}

@test "descriptors passed by LISTEN_FDS reach the server" {
    launcher=(sh -c 'export LISTEN_FDS=1 LISTEN_PID=$$; exec "$@" 3</dev/null 4</dev/null' sh)
    serve_start sleep 60
    poll 20 server_is sleep
    assert_equal "$(cd "/proc/$entrypoint_pid/fd" && echo *)" '0 1 2 3'
    kill "$entrypoint_pid"
}

signal_state() {
    grep -E '^Sig(Blk|Ign|Cgt):' "$1"
}

@test "signal mask and dispositions are as inherited" {
    env -i --default-signal PATH="$PATH" cat /proc/self/status >"$BATS_TEST_TMPDIR/direct"
    serve cat /proc/self/status
    assert_status 0
    assert_equal "$(signal_state "$output_folder/stdout")" "$(signal_state "$BATS_TEST_TMPDIR/direct")"
}

@test "signals that were ignored or blocked before us still are" {
    launcher=(env --ignore-signal=HUP --ignore-signal=PIPE --block-signal=USR1 --block-signal=TERM)
    env -i --default-signal PATH="$PATH" "${launcher[@]}" cat /proc/self/status >"$BATS_TEST_TMPDIR/direct"
    serve cat /proc/self/status
    assert_status 0
    assert_equal "$(signal_state "$output_folder/stdout")" "$(signal_state "$BATS_TEST_TMPDIR/direct")"
}

@test "limits, umask, working directory and nice value are as inherited" {
    launcher=(sh -c 'umask 027; ulimit -n 512; cd /tmp; exec nice -n 3 "$@"' sh)
    serve sh -c 'ulimit -n; umask; pwd; nice'
    assert_status 0
    assert_equal "$stdout" $'512\n0027\n/tmp\n'$(($(nice) + 3))
}

@test "the database sees no session of ours once the server runs" {
    serve_start sleep 60
    poll 20 server_is sleep
    poll 20 no_sessions
    kill "$entrypoint_pid"
}

@test "the server is not found: 127 with a hint" {
    serve no-such-program-anywhere
    assert_status 127
    assert_has "$stderr" no-such-program-anywhere
    serve /no/such/path
    assert_status 127
    assert_has "$stderr" /no/such/path
}

# program CONTENT: a file to be the server
program() {
    program=$BATS_TEST_TMPDIR/program
    printf '%b' "$1" >"$program"
    chmod "${2:-755}" "$program"
}

@test "the server has no x bit: 126 with a hint" {
    program '#!/bin/sh\n' 644
    serve "$program"
    assert_status 126
    assert_matches "$stderr" 'chmod|execut'
}

@test "the server is a folder: 126" {
    serve "$BATS_TEST_TMPDIR"
    assert_status 126
}

@test "a script without #!: 126 with a hint" {
    program 'echo hello\n'
    serve "$program"
    assert_status 126
    assert_has "$stderr" '#!'
}

@test "a script with Windows line endings: 126 or 127 with a hint" {
    program '#!/bin/sh\r\necho hello\r\n'
    serve "$program"
    [ "$status" -eq 126 ] || assert_status 127
    assert_matches "$stderr" 'CRLF|line ending|carriage return'
}

@test "a script whose interpreter is missing: 127 with its name" {
    program '#!/no/such/interpreter\n'
    serve "$program"
    [ "$status" -eq 126 ] || assert_status 127
    assert_has "$stderr" /no/such/interpreter
}

@test "an executable of another architecture: 126" {
    # An ELF header for a machine that does not exist.
    program '\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\xff\xff\x01\0\0\0'
    head -c 200 /dev/zero >>"$program"
    serve "$program"
    assert_status 126
    assert_matches "$stderr" 'another machine'
}

@test "a server that cannot be found is told before anything is migrated" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    serve no-such-program-anywhere
    assert_status 127
    refute_table "$DATABASE" a
}

@test "run without a server: exit 64 with the usage" {
    run_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$folder" -- run
    assert_status 64
    run_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$folder"
    assert_status 64
}

@test "an unknown flag: exit 64 with a suggestion" {
    run_entrypoint DATABASE_URL="$DATABASE_URL" -- migrate --dir "$folder"
    assert_status 64
    assert_has "$stderr" --dirs
}

@test "any user, read-only files: a uid without a name and a folder that cannot be written" {
    [ "$(id -u)" -eq 0 ] || skip "needs root"
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    chmod -R a+rX "$BATS_TEST_TMPDIR" "$BATS_RUN_TMPDIR"
    runuser -u nobody -- test -r "$folder/0000_a.sql" || skip "the temporary folder is closed to other users"
    runuser -u nobody -- test -x "$ENTRYPOINT_BINARY" || skip "the binary is closed to other users"
    launcher=(setpriv --reuid=65532 --regid=65532 --clear-groups --)
    serve id -u
    assert_status 0
    assert_equal "$stdout" 65532
    assert_table "$DATABASE" a
}
