#!/usr/bin/env bats
# Many replicas started together: 30 here, 100 with SOAK=1 (make soak). Each migration is applied once, all end with 0, each
# with one connection; how long it took is printed.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration
load ../lib/pgbouncer
load ../interop/interop

crowd=30
[ -z "${SOAK:-}" ] || crowd=100

setup_file() {
    tests/interop/install >&2
    cluster_create max_connections=150 log_connections=on
    cluster_start
}

teardown() {
    pgbouncer_stop
    clean_up
}

# As many at once as a crowd has, of ours; COMMAND... goes along in the background: start_crowd URL [COMMAND...]
start_crowd() {
    local url=$1 n pids=() begin=$EPOCHREALTIME mark other=
    shift
    mark=$(cluster_log_mark)
    if [ $# -gt 0 ]; then
        "$@" >"$BATS_TEST_TMPDIR/other" 2>&1 3>&- 4>&- &
        other=$!
    fi
    for ((n = 0; n < crowd; n++)); do
        env -i PATH="$PATH" DATABASE_URL="$url" ENTRYPOINT_WAIT_TIMEOUT=5m "$ENTRYPOINT_BINARY" migrate --dirs "$folder" \
            >"$BATS_TEST_TMPDIR/replica.$n" 2>&1 3>&- 4>&- &
        pids+=($!)
    done
    failed=0
    for n in "${pids[@]}"; do
        wait "$n" || failed=$((failed + 1))
    done
    log_output "$BATS_TEST_TMPDIR"/replica.*
    [ -z "$other" ] || wait "$other" || fail "the other failed" "$(cat "$BATS_TEST_TMPDIR/other")"
    [ "$failed" = 0 ] || fail "$failed of $crowd failed" "$(grep -h -A4 error: "$BATS_TEST_TMPDIR"/replica.* | head -n 20)"
    connections=$(cluster_log "$mark" | grep -cE "connection authorized: user=app database=$DATABASE( |\$)" || true)
    awk -v n="$crowd" -v begin="$begin" -v end="$EPOCHREALTIME" -v connections="$connections" -v pooled="$(pooled_connections)" \
        'BEGIN { printf "# %d at once: %.1f s, %d connections%s\n", n, end - begin, connections, pooled }' >&3
}

# Those to PgBouncer, where there is one; it was asked for none before.
pooled_connections() {
    [ ! -e "$CLUSTER_DIR/pgbouncer/log" ] || echo ", $(logins) to the pooler"
}

logins() {
    grep -c "login attempt: db=$DATABASE user=app " "$CLUSTER_DIR/pgbouncer/log" || true
}

create() {
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int);'
    folder_add "$folder" 0001_b $'CREATE TABLE b (n int);\n--> statement-breakpoint\nCREATE INDEX b_n ON b (n);'
}

seed() {
    folder_add "$folder" 0002_seed 'INSERT INTO a VALUES (1);'
    folder_add "$folder" 0003_seed 'INSERT INTO a SELECT n + 1 FROM a;'
}

assert_once() {
    assert_equal "$(cluster_sql "$DATABASE" "SELECT string_agg(n::text, ',' ORDER BY n) FROM a")" 1,2
    assert_equal "$(ledger_count "$DATABASE")" 4
    assert_equal "$(cat "$BATS_TEST_TMPDIR"/replica.* | grep -c 'applied 0003_seed')" 1 'who applied'
}

@test "on a fresh database" {
    create
    seed
    start_crowd "$DATABASE_URL"
    assert_once
    assert_equal "$connections" "$crowd" connections
}

@test "with seeds pending" {
    create
    migrate
    assert_status 0
    seed
    start_crowd "$DATABASE_URL"
    assert_once
    assert_equal "$connections" "$crowd" connections
}

@test "with nothing pending" {
    create
    seed
    migrate
    assert_status 0
    start_crowd "$DATABASE_URL"
    assert_equal "$connections" "$crowd" connections
    assert_equal "$(ledger_count "$DATABASE")" 4
}

# drizzle-orm reads its table before it locks anything: those that start before us are not stopped by us, and do what they
# do to each other. Behind the first of ours they wait for its lock.
drizzles() {
    local n pids=()
    poll 60 session_runs entrypoint_goes_on
    for n in 1 2 3; do
        DATABASE_URL=$DATABASE_URL node "$INTEROP/drizzle.js" pg "$folder" &
        pids+=($!)
    done
    poll 60 drizzles_wait
    locks_release
    wait "${pids[@]}"
}

drizzles_wait() {
    [ "$(cluster_sql postgres "SELECT count(*) FROM pg_stat_activity WHERE datname = '$DATABASE' AND wait_event_type = 'Lock' AND query LIKE '%__drizzle_migrations%'")" -ge 3 ]
}

@test "with real Drizzles among them" {
    create
    migrate
    assert_status 0
    seed
    sed -i '1s/^/SELECT pg_advisory_xact_lock(99) -- entrypoint_goes_on\n;\n--> statement-breakpoint\n/' "$folder/0002_seed.sql"
    lock_held 'SELECT pg_advisory_lock(99)'
    start_crowd "$DATABASE_URL?options=-c%20lock_timeout%3D0" drizzles
    assert_once
}

# A migration in parts: what is between two statements outside of transactions is done once, too.
apart() {
    folder_add "$folder" 0004_apart $'INSERT INTO a VALUES (10);
--> statement-breakpoint
CREATE INDEX CONCURRENTLY a_n ON a (n);
--> statement-breakpoint
INSERT INTO a VALUES (11);
--> statement-breakpoint
CREATE INDEX CONCURRENTLY b_n_2 ON b (n);
--> statement-breakpoint
INSERT INTO a VALUES (12);'
}

assert_apart_once() {
    assert_equal "$(cluster_sql "$DATABASE" "SELECT string_agg(n::text, ',' ORDER BY n) FROM a")" 1,2,10,11,12
    assert_equal "$(ledger_count "$DATABASE")" 5
    assert_equal "$(cluster_sql "$DATABASE" "SELECT string_agg(indexrelid::regclass::text, ' ' ORDER BY indexrelid::regclass::text) FROM pg_index WHERE indrelid IN ('a'::regclass, 'b'::regclass) AND indisvalid")" 'a_n b_n b_n_2'
}

@test "with statements outside of transactions" {
    create
    seed
    apart
    start_crowd "$DATABASE_URL"
    assert_apart_once
}

@test "with statements outside of transactions, through PgBouncer with a pool of five" {
    pgbouncer_start transaction default_pool_size=5
    create
    seed
    apart
    start_crowd "$(pgbouncer_url "$DATABASE")"
    assert_apart_once
}

@test "through PgBouncer with a pool of five: fresh, then nothing pending" {
    pgbouncer_start transaction default_pool_size=5
    create
    seed
    start_crowd "$(pgbouncer_url "$DATABASE")"
    assert_once
    [ "$connections" -le 5 ]
    assert_equal "$(logins)" "$crowd" 'connections to the pooler'
    start_crowd "$(pgbouncer_url "$DATABASE")"
    assert_equal "$(ledger_count "$DATABASE")" 4
    assert_equal "$(logins)" $((crowd * 2)) 'connections to the pooler'
    [ "$(cluster_sql postgres "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")" = 0 ]
}
