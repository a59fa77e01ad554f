#!/usr/bin/env bats
# What is taken from libpq's own variables, and who one is where nothing says so.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

teardown() {
    launcher=()
    clean_up
}

@test "PGHOST and PGPORT are lists, part by part" {
    run_entrypoint DATABASE_URL="postgresql:///$DATABASE" PGHOST=127.0.0.1,localhost PGPORT="1,$CLUSTER_PORT" PGUSER=app \
        PGPASSWORD="$APP_PASSWORD" -- wait
    assert_status 0
    assert_has "$stderr" "127.0.0.1:1, localhost:$CLUSTER_PORT"
    run_entrypoint DATABASE_URL="postgresql:///$DATABASE" PGHOST=localhost,127.0.0.1 PGPORT="$CLUSTER_PORT" PGUSER=app \
        PGPASSWORD="$APP_PASSWORD" -- wait
    assert_status 0
    assert_has "$stderr" "localhost:$CLUSTER_PORT, 127.0.0.1:$CLUSTER_PORT"
}

@test "no user in the connection string: the process's own, and without a name status 78" {
    local url=postgresql://127.0.0.1:$CLUSTER_PORT/$DATABASE
    run_entrypoint DATABASE_URL="$url" PGPASSWORD="$APP_PASSWORD" -- wait --timeout 0s
    assert_status 77
    assert_has "$stderr" "$(id -un)"
    [ "$(id -u)" -eq 0 ] || skip "needs root"
    runuser -u nobody -- test -x "$ENTRYPOINT_BINARY" || skip "the binary is closed to other users"
    launcher=(setpriv --reuid=65532 --regid=65532 --clear-groups --)
    run_entrypoint DATABASE_URL="$url" PGPASSWORD="$APP_PASSWORD" -- wait --timeout 0s
    assert_status 78
    assert_has "$stderr" 'the connection string names no user'
    assert_has "$stderr" 'User id 65532 has no name in this container either.'
    run_entrypoint DATABASE_URL="$url" PGUSER=app PGPASSWORD="$APP_PASSWORD" -- wait
    assert_status 0
}
