# shellcheck shell=bash
# entrypoint.bash - run the program under test.
#
#     run_entrypoint DATABASE_URL="$DATABASE_URL" -- migrate --dirs migrations
#     assert_status 0
#     assert_has "$stderr" 'Migrations complete'
#
# The environment is empty but for what is given, PATH, and what sanitizers and coverage need. stdout, stderr and status
# are kept apart. ENTRYPOINT_BINARY is the program (build/entrypoint).
#
# Everything the program ever prints is appended to OUTPUT_LOG (build/test-output/entrypoint-output.log), where
# zz_secrets.bats looks for passwords. The log of a failed test and of its server are kept beside it.

ENTRYPOINT_BINARY=$(realpath -m "${ENTRYPOINT_BINARY:-build/entrypoint}")
TEST_OUTPUT=$(realpath -m "${TEST_OUTPUT:-build/test-output}")
OUTPUT_LOG=$(realpath -m "${OUTPUT_LOG:-$TEST_OUTPUT/entrypoint-output.log}")
export ENTRYPOINT_BINARY TEST_OUTPUT OUTPUT_LOG
launcher=()
: "${RUN_DEADLINE:=60}" # seconds; a run that takes longer is killed, status 137

# The environment to run in, as arguments for env(1), in the array `environment`; what is left, in `arguments`.
split_arguments() {
    local name
    environment=("PATH=${ENTRYPOINT_PATH:-$PATH}")
    for name in ASAN_OPTIONS LSAN_OPTIONS UBSAN_OPTIONS TSAN_OPTIONS LLVM_PROFILE_FILE GCOV_PREFIX GCOV_PREFIX_STRIP; do
        [ -z "${!name:-}" ] || environment+=("$name=${!name}")
    done
    while [ $# -gt 0 ] && [[ $1 =~ ^[A-Za-z_][A-Za-z0-9_]*= ]]; do
        environment+=("$1")
        shift
    done
    [ "${1:-}" != -- ] || shift
    arguments=("$@")
}

# run_entrypoint [NAME=VALUE...] [--] [ARGUMENT...]: sets stdout, stderr and status
run_entrypoint() {
    start_entrypoint "$@"
    wait_entrypoint
}

# The same without waiting for its end: sets entrypoint_pid. Signals are at their defaults, as in a container. Standard
# input is /dev/null. A test may set launcher=(COMMAND...), which then starts the program.
start_entrypoint() {
    local environment arguments
    split_arguments "$@"
    output_folder=$(mktemp -d "${BATS_TEST_TMPDIR:-${TMPDIR:-/tmp}}/run.XXXXXX")
    env -i --default-signal "${environment[@]}" "${launcher[@]}" "$ENTRYPOINT_BINARY" "${arguments[@]}" \
        </dev/null >"$output_folder/stdout" 2>"$output_folder/stderr" 3>&- 4>&- &
    entrypoint_pid=$!
}

# Wait for the end of the last start_entrypoint: sets stdout, stderr and status.
wait_entrypoint() {
    if ! poll "$RUN_DEADLINE" process_is_gone "$entrypoint_pid"; then
        echo "killed: it ran for more than $RUN_DEADLINE s" >>"$output_folder/stderr"
        kill -9 "$entrypoint_pid"
    fi
    status=0
    wait "$entrypoint_pid" || status=$?
    stdout=$(<"$output_folder/stdout")
    stderr=$(<"$output_folder/stderr")
    log_output "$output_folder/stdout" "$output_folder/stderr"
}

# Add files to what zz_secrets.bats will search.
log_output() {
    mkdir -p "$(dirname "$OUTPUT_LOG")"
    {
        echo "== ${BATS_TEST_FILENAME:-$0}: ${BATS_TEST_DESCRIPTION:-}"
        cat "$@"
    } >>"$OUTPUT_LOG"
}

# Wait until the running program has printed a line that matches: await_stderr REGEX
await_stderr() {
    await_line stderr "$1"
}

await_stdout() {
    await_line stdout "$1"
}

await_line() {
    poll "$RUN_DEADLINE" line_or_end "$output_folder/$1" "$2"
    grep -Eq -e "$2" "$output_folder/$1" ||
        fail "never printed on $1: $2" "--- standard output" "$(<"$output_folder/stdout")" \
            "--- standard error" "$(<"$output_folder/stderr")" "---"
}

line_or_end() {
    grep -Eq -e "$2" "$1" || process_is_gone "$entrypoint_pid"
}

assert_status() {
    [ "$status" -eq "$1" ] || fail "exit status $status instead of $1" "--- standard output" "$stdout" \
        "--- standard error" "$stderr" "---"
}

# For teardown(): end what still runs, and after a failure keep what it and the server wrote.
clean_up() {
    local kept
    if [ -n "${entrypoint_pid:-}" ] && ! process_is_gone "$entrypoint_pid"; then
        kill -9 "$entrypoint_pid"
        log_output "$output_folder/stdout" "$output_folder/stderr"
    fi
    [ -z "${BATS_TEST_COMPLETED:-}" ] || return 0
    kept=$TEST_OUTPUT/$(basename "$(dirname "$ENTRYPOINT_BINARY")")-$(basename "$BATS_TEST_FILENAME" .bats)-$BATS_TEST_NUMBER
    rm -rf "$kept"
    mkdir -p "$kept"
    cp -r "$BATS_TEST_TMPDIR/." "$kept/" 2>/dev/null || true
    [ ! -e "${CLUSTER_DIR:-}/log" ] || cp "$CLUSTER_DIR/log" "$kept/postgresql.log"
    echo "# kept: $kept" >&2
}
