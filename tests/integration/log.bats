#!/usr/bin/env bats
# What is printed: to the right stream, in the right form, and where Kubernetes reads it.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

setup() {
    given=()
    fresh_database
    folder=$BATS_TEST_TMPDIR/drizzle
    folder_new "$folder"
    folder_add "$folder" 0000_a $'CREATE TABLE a ();\n--> statement-breakpoint\nDO $$ BEGIN RAISE NOTICE \'"quoted" \\ and\ttab\'; END $$;'
}

# Every line of a file is one JSON object with the fields that each event has.
assert_json_lines() {
    [ -s "$1" ] || fail "nothing was printed"
    while IFS= read -r line; do
        jq -e 'type == "object" and (.level | type == "string") and (.message | type == "string") and (.time | type == "string")' \
            <<<"$line" >/dev/null || fail "no JSON event: $line"
    done <"$1"
    assert_equal "$(jq -s length "$1")" "$(wc -l <"$1")" 'events and lines'
}

@test "log.format = json: every line is an event, of a good run and of a failure" {
    migrate ENTRYPOINT_LOG_FORMAT=json
    assert_status 0
    assert_json_lines "$output_folder/stderr"
    assert_equal "$(jq -r 'select(.message | startswith("applied ")) | .tag' "$output_folder/stderr")" 0000_a
    assert_matches "$(jq -r .time "$output_folder/stderr")" '^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z$'

    folder_add "$folder" 0001_bad $'-- žluťoučký "quoted"\nCREATE TABEL b ();'
    migrate ENTRYPOINT_LOG_FORMAT=json
    assert_status 65
    assert_json_lines "$output_folder/stderr"
    assert_equal "$(jq -r 'select(.level == "error") | .sqlstate' "$output_folder/stderr" | head -n 1)" 42601
    assert_has "$(jq -r 'select(.level == "error") | tostring' "$output_folder/stderr")" 0001_bad.sql
}

@test "log.format = json: mistakes in settings and folders are events too" {
    migrate ENTRYPOINT_LOG_FORMAT=json ENTRYPOINT_WAIT_TIMEOUT=soon
    assert_status 78
    assert_json_lines "$output_folder/stderr"
    rm -r "$folder/meta"
    migrate ENTRYPOINT_LOG_FORMAT=json
    assert_status 66
    assert_json_lines "$output_folder/stderr"
}

@test "on Railway: JSON on standard output" {
    migrate RAILWAY_ENVIRONMENT=production RAILWAY_ENVIRONMENT_NAME=production RAILWAY_PROJECT_ID=x RAILWAY_SERVICE_ID=y
    assert_status 0
    assert_equal "$stderr" ''
    assert_json_lines "$output_folder/stdout"
}

@test "log.stream = stdout" {
    migrate ENTRYPOINT_LOG_STREAM=stdout
    assert_status 0
    assert_equal "$stderr" ''
    assert_has "$stdout" 'Migrations complete'
}

@test "log.level = error: a good run is silent" {
    migrate ENTRYPOINT_LOG_LEVEL=error
    assert_status 0
    assert_equal "$stderr" ''
}

@test "not a terminal: no escape sequences" {
    migrate
    assert_status 0
    assert_lacks "$stderr" $'\e'
    migrate NO_COLOR=1
    assert_lacks "$stderr" $'\e'
}

# on_terminal NAME=VALUE...: sets output to what a terminal would get
on_terminal() {
    output=$(script -qefc "env -i PATH='$PATH' TERM=xterm DATABASE_URL='$DATABASE_URL' ENTRYPOINT_MIGRATE_DIRS='$folder' $* '$ENTRYPOINT_BINARY' migrate" /dev/null </dev/null)
    printf '%s\n' "$output" >"$BATS_TEST_TMPDIR/terminal"
    log_output "$BATS_TEST_TMPDIR/terminal"
}

@test "a terminal: NO_COLOR means no escape sequences" {
    command -v script >/dev/null || skip "no script(1)"
    folder_add "$folder" 0001_bad 'CREATE TABEL b ();'
    on_terminal NO_COLOR=1 || true
    assert_has "$output" 'syntax error'
    assert_lacks "$output" $'\e'
}

@test "control characters of a message do not reach the terminal" {
    folder_add "$folder" 0001_escape $'DO $$ BEGIN RAISE NOTICE E\'\\033[31mred\\007 \\r\\nsecond line\'; END $$;'
    migrate
    assert_status 0
    assert_lacks "$stderr" $'\e'
    assert_lacks "$stderr" $'\a'
    assert_has "$stderr" red
}

# in_pod COMMAND...: with a /dev/termination-log of one's own, in its own mount namespace
in_pod() {
    local dev=$BATS_TEST_TMPDIR/dev
    mkdir -p "$dev"
    touch "$dev/null" "$dev/urandom" "$dev/random" "$dev/termination-log"
    launcher=(unshare --mount sh -c '
        dev=$1; shift
        for name in null urandom random; do mount --bind /dev/$name "$dev/$name" || exit 99; done
        mount --bind "$dev" /dev || exit 99
        exec "$@"' sh "$dev")
    "${launcher[@]}" true 2>/dev/null || skip "mount namespaces are not permitted here"
    termination_log=$dev/termination-log
}

@test "a failure leaves one line in /dev/termination-log" {
    in_pod
    folder_add "$folder" 0001_bad 'CREATE TABEL b ();'
    migrate
    assert_status 65
    assert_equal "$(wc -l <"$termination_log")" 1
    assert_has "$(<"$termination_log")" 0001_bad
    log_output "$termination_log"
}

@test "a failure without a server leaves one line in /dev/termination-log" {
    in_pod
    DATABASE_URL="postgresql://app:$APP_PASSWORD@127.0.0.1:$(free_port)/x"
    migrate ENTRYPOINT_WAIT_TIMEOUT=1s
    assert_status 75
    assert_equal "$(wc -l <"$termination_log")" 1
    log_output "$termination_log"
}

@test "/dev/termination-log is empty when the server starts" {
    in_pod
    echo 'of the start before' >"$termination_log"
    serve true
    assert_status 0
    assert_equal "$(<"$termination_log")" ''
}

@test "standard output that is full: exit 71" {
    launcher=(sh -c 'exec "$@" >/dev/full' sh)
    run_entrypoint -- config
    assert_status 71
    assert_has "$stderr" 'No space left on device'
}

@test "the list of processes shows no password" {
    DATABASE_URL="postgresql://app:$APP_PASSWORD@127.0.0.1:$(free_port)/x"
    migrate_start
    await_stderr 'waiting for'
    assert_lacks "$(tr '\0' ' ' <"/proc/$entrypoint_pid/cmdline") $(<"/proc/$entrypoint_pid/comm")" "$(secret_marker)"
    kill "$entrypoint_pid"
    wait_entrypoint
}
