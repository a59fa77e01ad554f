#!/usr/bin/env bats
# The login of the static binary: the keys that its libpq derives from a password, and the round trips that it takes.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

setup_file() {
    cluster_create
    cluster_start
    cluster_tls_on
}

setup() {
    fresh_database
}

teardown() {
    [ -z "${proxy_pid:-}" ] || kill "$proxy_pid"
    clean_up
}

# Start a server of tests/lib in the background, at $proxy_port: proxy_start FILE ARGUMENT...
proxy_start() {
    local script=$1
    shift
    command -v node >/dev/null || skip "no node for the proxy"
    proxy_port=$(free_port)
    node "$lib/$script" "$proxy_port" "$@" >"$BATS_TEST_TMPDIR/proxy" 2>&1 3>&- 4>&- &
    proxy_pid=$!
    poll 20 grep -q listening "$BATS_TEST_TMPDIR/proxy"
}

# Log in as a role with a password (as in SQL, and as in a URL) and QUERY: login PASSWORD ENCODED [QUERY]
login() {
    local role=r$RANDOM$RANDOM
    cluster_role "$role" "$1"
    run_entrypoint DATABASE_URL="postgresql://$role:$2@127.0.0.1:$CLUSTER_PORT/$DATABASE?${3:-sslmode=disable}" -- wait --timeout 20s
}

# How often a `wait` spoke to the server, with QUERY in its URL; the goodbye is one of them: turns QUERY
turns() {
    rm -f "$BATS_TEST_TMPDIR/turns"
    run_entrypoint DATABASE_URL="postgresql://app:$APP_PASSWORD@127.0.0.1:$proxy_port/$DATABASE?$1" -- wait --timeout 20s
    assert_status 0
    poll 20 test -s "$BATS_TEST_TMPDIR/turns"
    cat "$BATS_TEST_TMPDIR/turns"
}

@test "the derived keys are those of RFC 4231, RFC 7677 and libcrypto" {
    local deps=$PWD/build/static/deps
    [ -x "$deps/bin/cc" ] || skip "no static build"
    "$deps/bin/cc" -std=c17 -O1 -static -I "$deps/include" -o "$BATS_TEST_TMPDIR/scram" tests/lib/scram.c -L "$deps/lib" -lpq -lssl -lcrypto
    run "$BATS_TEST_TMPDIR/scram"
    assert_equal "$status" 0 "$output"
}

@test "passwords of every kind are accepted, and only the right one" {
    local word
    word=$(secret_marker)
    login "$word" "$word"
    assert_status 0
    login "$(printf "$word%0200d" 7)" "$(printf "$word%0200d" 7)"
    assert_status 0
    login "${word}ü€😀" "$word%C3%BC%E2%82%AC%F0%9F%98%80"
    assert_status 0
    login "${word}x" "$word"
    assert_status 77
    assert_has "$stderr" 28P01
}

@test "channel binding is done where the URL demands it" {
    local word
    word=$(secret_marker)
    login "$word" "$word" 'sslmode=require&channel_binding=require'
    assert_status 0
    login "$word" "${word}x" 'sslmode=require&channel_binding=require'
    assert_status 77
}

@test "a server that asks for two thousand million iterations is refused at once" {
    proxy_start scram_server.js 2000000000
    run_entrypoint DATABASE_URL="postgresql://app:$APP_PASSWORD@127.0.0.1:$proxy_port/app?sslmode=disable" -- wait --timeout 20s
    assert_status 78
    assert_has "$stderr" 'asks for 2000000000 SCRAM iterations'
    assert_has "$stderr" '1 login.'
    refute_matches "$(cat "$BATS_TEST_TMPDIR/proxy")" proof
}

@test "a server that asks for a hundred thousand iterations gets its answer" {
    proxy_start scram_server.js 100000
    run_entrypoint DATABASE_URL="postgresql://app:$APP_PASSWORD@127.0.0.1:$proxy_port/app?sslmode=disable" -- wait --timeout 0s
    assert_matches "$(cat "$BATS_TEST_TMPDIR/proxy")" proof
}

@test "a login takes four round trips, and two more with TLS" {
    proxy_start turns.js "$CLUSTER_PORT" "$BATS_TEST_TMPDIR/turns"
    # start-up, name, proof, SELECT 1, goodbye
    assert_equal "$(turns sslmode=disable)" 5 "turns without TLS"
    # before them the wish for TLS and the client's hello; its last message travels with the start-up
    assert_equal "$(turns sslmode=require)" 7 "turns with TLS"
}
