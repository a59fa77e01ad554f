#!/usr/bin/env bats
# examples/compose.yaml and examples/compose.one-shot.yaml, run by docker-compose over podman's socket.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration
load ../lib/containers

setup_file() {
    command -v docker-compose >/dev/null || containers_impossible "no docker-compose: tests/setup.sh containers"
    containers_create
    containers_present || return 0
    containers_need_network
    containers_present || return 0
    image_postgres
    image_app
}

setup() {
    containers_or_skip
    port=$(free_port)
    password=$(new_password)
    export PORT=$port POSTGRES_PASSWORD=$password COMPOSE_PROJECT_NAME=ep$BATS_TEST_NUMBER$RANDOM
    export DOCKER_HOST=unix://$BATS_TEST_TMPDIR/podman.sock COMPOSE_HTTP_TIMEOUT=$CONTAINER_DEADLINE
    command podman system service --time=0 "$DOCKER_HOST" </dev/null >"$BATS_TEST_TMPDIR/service.log" 2>&1 3>&- 4>&- &
    service=$!
    poll 60 test -S "$BATS_TEST_TMPDIR/podman.sock"
}

teardown() {
    containers_present || return 0
    local id
    for id in $(project); do
        podman logs --names "$id" >>"$BATS_TEST_TMPDIR/containers.log" 2>&1 || true
    done
    [ ! -e "$BATS_TEST_TMPDIR/containers.log" ] || log_output "$BATS_TEST_TMPDIR/containers.log"
    if [ -z "${BATS_TEST_COMPLETED:-}" ]; then
        podman ps -a --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" >&2
        tail -n 100 "$BATS_TEST_TMPDIR/containers.log" "$BATS_TEST_TMPDIR/compose.log" >&2
    fi
    compose down -v -t 0 || true
    kill "$service" 2>/dev/null || true
    clean_up
}


# The containers of this test: project [SERVICE]
project() {
    podman ps -aq --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" ${1:+--filter "label=com.docker.compose.service=$1"}
}

# Detached, so that nothing ends with the terminal of `up`; the images are there.
up() {
    compose up -d --no-build
}

compose() {
    docker-compose --ansi never -f "examples/$file" "$@" </dev/null >>"$BATS_TEST_TMPDIR/compose.log" 2>&1 3>&- 4>&-
}

# Whoever is the service at that moment has printed it: a container may have been replaced, or restarted.
await_service() {
    poll "$CONTAINER_DEADLINE" service_printed "$1" "$2" || fail "never printed by $1: $2"
}

service_printed() {
    local id
    for id in $(project "$1"); do
        ! container_log "$id" | grep -Eq -e "$2" || return 0
    done
    return 1
}

healthy() {
    curl -fsS "http://127.0.0.1:$port/health" 2>/dev/null | grep -q '"status":"ok"'
}

@test "compose.yaml: the server waits for its database, migrates, answers; SIGTERM ends it" {
    file=compose.yaml
    up
    await_service app 'Migrations complete: 5 applied'
    await_service app 'listening on port'
    poll "$CONTAINER_DEADLINE" healthy || fail "it does not answer"
    container_stop --time 15 "$(project app)"
    assert_equal "$status" 0 "exit status"
}

@test "compose.one-shot.yaml: the server starts when the service that migrates has succeeded" {
    file=compose.one-shot.yaml
    up
    await_service app 'listening on port'
    assert_equal "$(container_state "$(project migrate)" Status) $(container_state "$(project migrate)" ExitCode)" 'exited 0'
    service_printed migrate 'Migrations complete: 5 applied'
    service_printed app 'nothing to migrate'
    poll "$CONTAINER_DEADLINE" healthy || fail "it does not answer"
}

@test "compose.one-shot.yaml: a migration that fails keeps the server from starting, and up fails" {
    file=compose.one-shot.yaml
    folder_new "$BATS_TEST_TMPDIR/bad"
    folder_add "$BATS_TEST_TMPDIR/bad" 0000_bad 'CREATE TABEL a ();'
    chmod -R a+rX "$BATS_TEST_TMPDIR"
    if MIGRATIONS=$BATS_TEST_TMPDIR/bad up; then fail "up succeeded"; fi
    service_printed migrate 'drizzle/0000_bad.sql:1'
    assert_equal "$(container_state "$(project migrate)" ExitCode)" 65 "exit status"
    assert_equal "$(for id in $(project app); do container_log "$id"; done)" '' "the server's output"
}
