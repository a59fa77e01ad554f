# shellcheck shell=bash
# integration.bash - what every .bats file starts with: the other libraries, one cluster per file, one database and one
# empty Drizzle folder per test.
#
#     load ../lib/integration
#
#     @test "..." {
#         folder_add "$folder" 0000_init 'CREATE TABLE a ();'
#         migrate
#         assert_status 0
#     }
#
# A file that needs more redefines setup_file() and calls cluster_create and cluster_start itself.

lib=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=tests/lib/cluster.bash
source "$lib/cluster.bash"
# shellcheck source=tests/lib/entrypoint.bash
source "$lib/entrypoint.bash"
# shellcheck source=tests/lib/assert.bash
source "$lib/assert.bash"
# shellcheck source=tests/lib/folder.bash
source "$lib/folder.bash"

setup_file() {
    [ -x "$ENTRYPOINT_BINARY" ] || fail "there is no $ENTRYPOINT_BINARY: run make, or set ENTRYPOINT_BINARY"
    # shellcheck disable=SC2119
    cluster_create
    cluster_start
}

teardown_file() {
    cluster_destroy
}

setup() {
    given=()
    fresh_database
    folder=$BATS_TEST_TMPDIR/drizzle
    folder_new "$folder"
}

teardown() {
    locks_release
    clean_up
}

# Migrate "$folder": migrate [NAME=VALUE...]
migrate() {
    run_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$folder" "$@" migrate
}

# The same in the background; see start_entrypoint.
migrate_start() {
    start_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$folder" "$@" migrate
}

# Everything, then a server: serve SERVER ARGUMENT..., with the environment `given=(NAME=VALUE...)` added.
serve() {
    run_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$folder" "${given[@]}" -- run -- "$@"
}

serve_start() {
    start_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$folder" "${given[@]}" -- run -- "$@"
}

# Skip a test of what older servers do not have: needs_server VERSION WHAT
needs_server() {
    [ "$(cluster_version)" -ge "$1" ] || skip "PostgreSQL $(cluster_version) has no $2"
}

# Skip a test of what pg_dump itself does, where this machine's is older than the server, which it then refuses.
needs_pg_dump() {
    pg_dump_reads || skip "$(pg_dump --version) does not read PostgreSQL $(cluster_version)"
}

# A server that would leave a trace, and the check that it was not started.
# shellcheck disable=SC2016
trace=(sh -c 'touch "$0"')

serve_traced() {
    serve "${trace[@]}" "$BATS_TEST_TMPDIR/server-was-started"
}

refute_server_started() {
    [ ! -e "$BATS_TEST_TMPDIR/server-was-started" ] || fail "the server was started"
}

# Another session holds what SQL locks, until locks_release or the end of the test: lock_held SQL
lock_held() {
    PGPASSWORD=$APP_PASSWORD PGAPPNAME=lock-holder psql -X -q -h 127.0.0.1 -p "$CLUSTER_PORT" -U app -d "$DATABASE" \
        -c 'BEGIN' -c "$1" -c 'SELECT pg_sleep(600)' >"$BATS_TEST_TMPDIR/lock-holder" 2>&1 3>&- 4>&- &
    poll 20 session_runs 'SELECT pg_sleep(600)'
}

locks_release() {
    if cluster_is_running; then
        cluster_sql postgres "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lock-holder'" >/dev/null || true
    fi
}

# A session of the test's database executes a query that contains TEXT.
session_runs() {
    [ "$(cluster_sql postgres "SELECT count(*) FROM pg_stat_activity WHERE datname = '$DATABASE' AND state = 'active' AND strpos(query, \$q\$$1\$q\$) > 0")" -gt 0 ]
}

session_waits_for_lock() {
    [ "$(cluster_sql postgres "SELECT count(*) FROM pg_stat_activity WHERE datname = '$DATABASE' AND wait_event_type = 'Lock'")" -gt 0 ]
}

no_sessions() {
    [ "$(cluster_sql postgres "SELECT count(*) FROM pg_stat_activity WHERE datname = '$DATABASE'")" -eq 0 ]
}

# Nothing of the folder is in the database: no table and no row.
assert_untouched() {
    assert_equal "$(row_counts "$DATABASE" | grep -v '^drizzle.__drizzle_migrations|0$')" "" "tables"
}
