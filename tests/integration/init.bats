#!/usr/bin/env bats
# [server] init: being the server's init process. What it does is compared with what tini does.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

setup_file() {
    [ -x "$ENTRYPOINT_BINARY" ] || fail "there is no $ENTRYPOINT_BINARY: run make, or set ENTRYPOINT_BINARY"
}

teardown_file() {
    :
}

setup() {
    export ENTRYPOINT_DATABASE_REQUIRED=no
    ours=("$ENTRYPOINT_BINARY" --init yes run --)
    ours_group=("$ENTRYPOINT_BINARY" --init group run --)
    tini=(tini -s --)
    tini_group=(tini -s -g --)
    started=
}

teardown() {
    [ -z "$started" ] || kill -9 -- "$started" 2>/dev/null || true
}

needs_tini() {
    command -v tini >/dev/null || skip "there is no tini"
}

# start COMMAND...: in the background, its output in $output
start() {
    output=$(mktemp "$BATS_TEST_TMPDIR/output.XXXXXX")
    env --default-signal "$@" </dev/null >"$output" 2>>"$OUTPUT_LOG" 3>&- 4>&- &
    started=$!
}

finish() {
    status=0
    wait "$started" || status=$?
    started=
}

says() {
    grep -Fxq -- "$1" "$output"
}

@test "all 256 exit statuses are the server's, as with tini" {
    needs_tini
    for code in {0..255}; do
        expected=0
        "${tini[@]}" sh -c "exit $code" || expected=$?
        assert_equal "$expected" "$code"
        got=0
        "${ours[@]}" sh -c "exit $code" 2>>"$OUTPUT_LOG" || got=$?
        assert_equal "$got" "$expected" "exit status $code"
    done
}

@test "a server that a signal ends is 128 + n, as with tini" {
    needs_tini
    ulimit -c 0
    for signal in {1..7} {9..16} {24..27} {29..31} {34..64..10}; do
        expected=0
        env --default-signal "${tini[@]}" perl -e 'kill @ARGV, $$; sleep 9' "$signal" || expected=$?
        got=0
        env --default-signal "${ours[@]}" perl -e 'kill @ARGV, $$; sleep 9' "$signal" 2>>"$OUTPUT_LOG" || got=$?
        assert_equal "$got" "$expected" "exit status after $signal"
        assert_equal "$got" "$((128 + signal))" "exit status after signal $signal"
    done
}

# Say which of the signals a server gets when its init process is sent each of them.
signals_that_arrive() {
    local signal
    start "$@" bash -c '
        for signal; do trap "echo $signal" "$signal"; done
        echo ready
        while :; do sleep 0.02; done
    ' bash "${signals[@]}"
    poll 60 says ready
    for signal in "${signals[@]}"; do
        kill "-$signal" "$started"
        poll 60 says "$signal" || fail "$signal did not arrive"
    done
    kill -KILL "$(pgrep -P "$started")"
    finish
    echo "$status"
}

@test "every signal that can be passed on arrives, as with tini" {
    needs_tini
    # musl keeps signal 34, the RTMIN of bash, for itself.
    signals=(HUP INT QUIT USR1 USR2 PIPE ALRM TERM STKFLT CONT URG XCPU XFSZ VTALRM PROF WINCH IO PWR RTMIN+1 64)
    assert_equal "$(signals_that_arrive "${tini[@]}")" 137
    assert_equal "$(signals_that_arrive "${ours[@]}")" 137
}

# A server with a process of its own; which of them a signal reaches.
reached_by_a_signal() {
    start "$@" bash -c '
        bash -c "trap \"echo child; exit\" USR1; echo child is ready; while :; do sleep 0.02; done" &
        trap "echo server" USR1
        echo server is ready
        wait; wait
    '
    poll 60 says 'child is ready'
    poll 60 says 'server is ready'
    kill -USR1 "$started"
    poll 60 says server
    sleep 0.3
    pkill -9 -P "$(pgrep -P "$started")" || true
    finish
    grep -v ready "$output" | sort | paste -sd ' '
}

@test "init = group passes signals on to the whole process group, as tini -g" {
    needs_tini
    for _ in 1 2; do
        assert_equal "$(reached_by_a_signal "${tini_group[@]}")" 'child server'
        assert_equal "$(reached_by_a_signal "${ours_group[@]}")" 'child server'
    done
    assert_equal "$(reached_by_a_signal "${tini[@]}")" server
    assert_equal "$(reached_by_a_signal "${ours[@]}")" server
}

# Orphans whose end nobody awaits: the server prints their process ids.
orphans='for i in 1 2 3; do sh -c "sleep 0.0$i & echo \$!"; done; echo made; exec sleep 60'

@test "orphans are reaped where we are not process 1: as tini -s, a subreaper" {
    start "${ours[@]}" sh -c "$orphans"
    poll 60 says made
    while read -r orphan; do
        poll 60 test ! -e "/proc/$orphan"
    done < <(grep -E '^[0-9]+$' "$output")
    kill -TERM "$started"
    finish
    assert_equal "$status" 143
}

@test "as process 1 of a namespace: orphans are reaped, signals passed on, the status is the server's" {
    unshare --pid --fork --mount-proc true 2>/dev/null || skip "no process namespaces here"
    start unshare --pid --fork --mount-proc --kill-child "${ours[@]}" sh -c '
        trap "exit 9" USR1
        for i in 1 2 3; do sh -c "sleep 0.0$i &"; done
        sleep 0.2
        ps -eo stat= | grep -c Z
        echo ready
        while :; do sleep 0.02; done'
    poll 60 says ready
    says 0 || fail "zombies: $(cat "$output")"
    kill -USR1 "$(pgrep -P "$started")"
    finish
    assert_equal "$status" 9
}

# What a server has from its parent: signals, descriptors, arguments, environment.
inheritance='grep -E "^Sig(Blk|Ign|Cgt)" /proc/self/status; ls /proc/self/fd; env; pwd; umask'

@test "the server's signals, descriptors and environment are as without init" {
    for launcher in "env --default-signal" "env --ignore-signal=HUP,CHLD,TTOU" "env --default-signal --block-signal=USR1,TERM"; do
        # shellcheck disable=SC2086 # words
        with=$($launcher "${ours[@]}" sh -c "$inheritance" 9</dev/null 2>>"$OUTPUT_LOG")
        # shellcheck disable=SC2086
        without=$($launcher "$ENTRYPOINT_BINARY" run -- sh -c "$inheritance" 9</dev/null 2>>"$OUTPUT_LOG")
        assert_equal "$with" "$without"
        assert_has "$with" SigIgn
    done
}

# on_terminal COMMAND: on a terminal of its own, as the leader of its session
on_terminal() {
    command -v script >/dev/null || skip "there is no script(1)"
    script -qec "$1" /dev/null </dev/null | tr -d '\r'
}

@test "on a terminal the server is in the foreground, and afterwards who was there before" {
    command=$(printf '%q ' "${ours[@]}")
    seen=$(on_terminal "sh -c 'ps -o tpgid= -p \$\$; $command sh -c \"ps -o pid=,pgid=,tpgid= -p \\\$\\\$\" 2>/dev/null; ps -o tpgid= -p \$\$'")
    read -r before server group foreground after <<<"$(tr -s ' \n' ' ' <<<"$seen")"
    assert_equal "$group" "$server" "the server's process group"
    assert_equal "$foreground" "$server" "the foreground while it runs"
    assert_equal "$after" "$before" "the foreground afterwards"
}

@test "a server that cannot be started is told as without init" {
    printf 'echo no interpreter line\n' >"$BATS_TEST_TMPDIR/server"
    chmod +x "$BATS_TEST_TMPDIR/server"
    run_entrypoint ENTRYPOINT_DATABASE_REQUIRED=no ENTRYPOINT_SERVER_INIT=yes -- "$BATS_TEST_TMPDIR/server"
    assert_status 126
    assert_has "$stderr" 'HINT:'
    run_entrypoint ENTRYPOINT_DATABASE_REQUIRED=no ENTRYPOINT_SERVER_INIT=yes -- no-such-server
    assert_status 127
}

@test "a signal that comes while the server is being started is not lost" {
    for _ in {1..30}; do
        start "${ours[@]}" sleep 60
        poll 60 test -s "$OUTPUT_LOG"
        sleep "0.0$((RANDOM % 10))"
        kill -TERM "$started"
        finish
        assert_equal "$status" 143
    done
}
