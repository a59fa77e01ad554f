#!/usr/bin/env bats
# As the first process of a real container: an application's image, made as examples/node-server/Dockerfile says.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration
load ../lib/containers

setup_file() {
    containers_create
    containers_present || return 0
    image_app
    # shellcheck disable=SC2119
    cluster_create
    cluster_start
}

setup() {
    containers_or_skip
    fresh_database
    folder=$BATS_TEST_TMPDIR/drizzle
    folder_new "$folder"
    port=$(free_port)
    given=(--network host --env DATABASE_URL="$DATABASE_URL" --env PORT="$port")
}

teardown() {
    containers_present || return 0
    cluster_is_running || cluster_start_server
    containers_clean
    clean_up
}

# The folder of the test instead of the image's.
own_folder() {
    chmod -R a+rX "$folder"
    given+=(--volume "$folder:/app/drizzle:ro")
}

health() {
    curl -fsS "http://127.0.0.1:$port/health" 2>/dev/null
}

# A migration that sleeps for as long as there is a table "slow".
slow_migration() {
    folder_add "$folder" 0000_slow $'CREATE TABLE a ();\n--> statement-breakpoint
DO $$ BEGIN IF to_regclass(\'slow\') IS NOT NULL THEN PERFORM pg_sleep(600); END IF; END $$;'
    own_folder
    cluster_sql "$DATABASE" 'CREATE TABLE slow ()'
}

# "Under a second" is the contract. A busy machine may need longer for the engine's own work, so the fastest of three
# tries counts: assert_stops_at_once STATUS FUNCTION, which starts the container "app" and waits until it is in its phase.
assert_stops_at_once() {
    local try
    for try in 1 2 3; do
        "$2"
        container_stop --time 30 app
        assert_equal "$status" "$1" "exit status"
        [ "$elapsed_ms" -ge 1000 ] || return 0
        podman rm app >/dev/null
    done
    fail "podman stop took $elapsed_ms ms"
}

start_waiting() {
    container_start app "${given[@]}" entrypoint-example
    await_log app 'waiting for'
}

start_migrating() {
    container_start app "${given[@]}" entrypoint-example
    poll "$CONTAINER_DEADLINE" session_runs 'pg_sleep'
}

start_serving() {
    container_start app "${given[@]}" entrypoint-example
    await_log app 'listening on port'
}

@test "ENTRYPOINT and CMD: migrates, then the server is process 1 and answers" {
    start_serving
    assert_has "$(container_log app)" 'Migrations complete: 5 applied'
    assert_has "$(health)" '"pid":1,'
    assert_equal "$(podman top app pid comm | tail -n +2 | tr -s ' \t' ' ')" '1 node' "the container's processes"
}

@test "podman stop while it waits: 143, under a second" {
    cluster_stop
    assert_stops_at_once 143 start_waiting
}

@test "podman stop while it migrates: 143, under a second, and nothing is left of it" {
    slow_migration
    assert_stops_at_once 143 start_migrating
    poll 60 no_sessions
    assert_equal "$(row_counts "$DATABASE" | grep -v '^drizzle.__drizzle_migrations|0$')" 'public.slow|0' tables
}

@test "podman stop while the server runs: the server's own status, under a second" {
    assert_stops_at_once 0 start_serving
    assert_has "$(container_log app)" 'SIGTERM: closing'
}

@test "killed without grace while it migrates: the next start migrates at once" {
    slow_migration
    start_migrating
    podman kill --signal KILL app >/dev/null
    container_wait app
    assert_equal "$status" 137 "exit status"
    cluster_sql "$DATABASE" 'DROP TABLE slow'
    container_run "${given[@]}" entrypoint-example migrate
    assert_status 0
    assert_equal "$(ledger_count "$DATABASE")" 1
}

# assert_ends STATUS TEXT ARGUMENT...: podman run with these ends so, and says TEXT.
assert_ends() {
    local expected=$1 text=$2
    shift 2
    container_run "${given[@]}" "$@"
    assert_status "$expected"
    assert_has "$stdout$stderr" "$text"
}

@test "exit statuses reach the engine" {
    assert_ends 64 'unknown' entrypoint-example --no-such-flag
    assert_ends 66 'nowhere' --env ENTRYPOINT_MIGRATE_DIRS=nowhere entrypoint-example
    assert_ends 69 'no_such_table' --env ENTRYPOINT_VERIFY_TABLES=no_such_table entrypoint-example
    assert_ends 75 '127.0.0.1' --env ENTRYPOINT_WAIT_TIMEOUT=0s --env DATABASE_URL=postgresql://app@127.0.0.1:1/app entrypoint-example
    assert_ends 77 'password' --env DATABASE_URL="${DATABASE_URL/$APP_PASSWORD/$(new_password)}" entrypoint-example
    assert_ends 78 'DATABASE_URL' --env DATABASE_URL=mysql://db/app entrypoint-example
    assert_ends 126 'package.json' entrypoint-example ./package.json
    assert_ends 127 'no-such-server' entrypoint-example no-such-server
    assert_ends 7 'starting sh' entrypoint-example sh -c 'exit 7'
}

@test "SQL that fails is status 65, with file and line" {
    folder_add "$folder" 0000_bad 'CREATE TABEL a ();'
    own_folder
    assert_ends 65 'drizzle/0000_bad.sql:1' entrypoint-example
}

@test "any user, nothing to write to, no capabilities, no new privileges, 32 MB" {
    given+=(--user 1000650000:0 --read-only --read-only-tmpfs=false --cap-drop all --security-opt no-new-privileges
        --memory 32m --pids-limit 8 --volume "$PWD/migrations:/app/drizzle:ro")
    assert_ends 0 'Migrations complete: 5 applied' entrypoint migrate
    assert_ends 0 'nothing to migrate' entrypoint migrate
}

@test "the server with a user that has no name, read-only, without capabilities" {
    given+=(--user 1000650000:0 --read-only --cap-drop all --security-opt no-new-privileges)
    start_serving
    assert_has "$(health)" '"status":"ok"'
}

@test "without any network it waits, and says for what" {
    container_run --network none --env DATABASE_URL=postgresql://app@db:5432/app --env ENTRYPOINT_WAIT_TIMEOUT=1s entrypoint-example
    assert_status 75
    assert_has "$stderr" 'could not connect to db:5432'
    assert_has "$stderr" "check the container's network"
}

@test "the database is started after the container" {
    cluster_stop
    start_waiting
    cluster_start_server
    await_log app 'listening on port'
    assert_has "$(health)" '"status":"ok"'
}

@test "three replicas at once: one migrates, all serve" {
    local name
    for name in a b c; do
        container_start "$name" "${given[@]}" --env PORT=0 entrypoint-example
    done
    for name in a b c; do
        await_log "$name" 'listening on port'
    done
    assert_equal "$(for name in a b c; do container_log "$name"; done | grep -c 'Migrations complete: 5 applied')" 1 "replicas that migrated"
    assert_equal "$(ledger_count "$DATABASE")" 5
}

@test "restart on failure: a start that cannot succeed ends as it failed, after as many as are allowed" {
    given+=(--restart on-failure:2 --env ENTRYPOINT_VERIFY_TABLES=no_such_table)
    container_start app "${given[@]}" entrypoint-example
    poll "$CONTAINER_DEADLINE" restarted_for_good
    container_wait app
    assert_equal "$status" 69 "exit status"
}

restarted_for_good() {
    [ "$(podman inspect --format '{{.RestartCount}}' app)" = 2 ]
}

@test "restart always: it comes back until the database is there, and serves" {
    cluster_stop
    given+=(--restart always --env ENTRYPOINT_WAIT_TIMEOUT=0s)
    container_start app "${given[@]}" entrypoint-example
    poll "$CONTAINER_DEADLINE" restarted
    cluster_start_server
    poll "$CONTAINER_DEADLINE" health >/dev/null || fail "it does not serve" "$(container_log app)"
}

restarted() {
    [ "$(podman inspect --format '{{.RestartCount}}' app)" -ge 1 ]
}

@test "the termination message is the last failure, and is empty once the server runs" {
    local message=$BATS_TEST_TMPDIR/termination-log
    : >"$message"
    chmod 666 "$message"
    given+=(--volume "$message:/dev/termination-log")
    assert_ends 69 'no_such_table' --env ENTRYPOINT_VERIFY_TABLES=no_such_table entrypoint-example
    assert_has "$(<"$message")" 'exit status 69'
    start_serving
    assert_equal "$(<"$message")" '' "the termination message"
}
