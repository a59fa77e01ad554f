#!/usr/bin/env bash
# demo.sh - the main job on real input, from the repository root (`make demo` builds first): the container starts before
# its database is up, waits, migrates, verifies, becomes the Node server; SIGTERM; and a second start with nothing to do.
# Exit status 0 means that all of it worked.
set -euo pipefail

source tests/lib/cluster.bash

entrypoint=${ENTRYPOINT_BINARY:-build/entrypoint}
server=build/demo/server.js
tables='contacts message_logs auth_credentials groups group_members'
output=$(mktemp)
pid=

heading() {
    if [ -t 1 ]; then
        printf '\n\033[1m== %s\033[0m\n' "$*"
    else
        printf '\n== %s\n' "$*"
    fi
}

finish() {
    local status=$?
    [ -z "$pid" ] || kill -9 "$pid" 2>/dev/null || true
    cluster_destroy
    rm -f "$output"
    [ "$status" -eq 0 ] || echo "the demo failed" >&2
}
trap finish EXIT
trap 'exit 130' INT TERM

give_up() {
    echo "$*" >&2
    exit 1
}

# The container's start: entrypoint's and the server's output is shown as it comes.
start() {
    : >"$output"
    env -i PATH="$PATH" DATABASE_URL="$url" PORT="$port" ENTRYPOINT_VERIFY_TABLES="$tables" \
        "$entrypoint" node "$server" > >(tee -a "$output" | sed -u 's/^/    /') 2>&1 &
    pid=$!
}

printed() {
    grep -q "$1" "$output" || { process_is_gone "$pid" && give_up "it ended instead of printing \"$1\""; }
}

healthy() {
    health=$(curl -fsS "http://127.0.0.1:$port/health" 2>/dev/null) ||
        { process_is_gone "$pid" && give_up "it ended instead of serving"; }
}

stop() {
    local status=0
    kill -TERM "$pid"
    wait "$pid" || status=$?
    pid=
    sleep 0.2 # for the last lines of its output
    echo "the server ended with status $status"
    [ "$status" -eq 0 ]
}

await_health() {
    poll 60 healthy
    echo "GET /health: $health"
    [[ $health == *"\"pid\":$pid,"* ]] || give_up "/health is answered by another process than $pid"
    echo "process $pid, which was entrypoint, is $(cat "/proc/$pid/comm") now"
}

heading "Preparing: the example's packages, an empty PostgreSQL (stopped)"
mkdir -p build/demo
cp examples/node-server/package.json examples/node-server/package-lock.json examples/node-server/*.js build/demo/
if ! cmp -s build/demo/package-lock.json build/demo/installed; then
    (cd build/demo && npm ci --omit=dev --no-audit --no-fund --loglevel=error)
    cp build/demo/package-lock.json build/demo/installed
fi
# shellcheck disable=SC2119
cluster_create
cluster_start
cluster_database demo
cluster_stop
url=$(cluster_url demo)
port=$(free_port)

heading "1. The container starts; its database is not up yet"
start
poll 30 printed 'waiting for'

heading "2. The database comes up: migrations/ is applied, the critical tables are verified, the server starts"
cluster_start
poll 60 printed 'Migrations complete'
poll 60 printed 'listening on port'

heading "3. The server answers its health check"
await_health

heading "4. Drizzle's own table of what was applied"
cluster_psql -d demo -c "SELECT id, left(hash, 12) || '…' AS hash, to_timestamp(created_at / 1000.0) AS created_at FROM drizzle.__drizzle_migrations ORDER BY id"

heading "5. SIGTERM reaches the server itself"
stop

heading "6. The second start: nothing is pending"
start
poll 60 printed 'listening on port'
await_health
stop
for _ in 1 2 3; do
    began=${EPOCHREALTIME/[.,]/}
    env -i PATH="$PATH" DATABASE_URL="$url" ENTRYPOINT_VERIFY_TABLES="$tables" ENTRYPOINT_LOG_LEVEL=error "$entrypoint" true
    ended=${EPOCHREALTIME/[.,]/}
    echo "from start to the server's exec, nothing pending: $(((ended - began) / 1000)) ms"
done

heading "All of it worked"
