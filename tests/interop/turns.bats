#!/usr/bin/env bats
# One database, migrated by the real Drizzle and by ours in turns, and by both at once.

# shellcheck disable=SC2154 # status, stdout, stderr: entrypoint.bash
load ../lib/cluster
load ../lib/entrypoint
load ../lib/assert
load ../lib/folder
load interop

setup_file() {
    tests/interop/install >&2
    cluster_create
    cluster_start
}

teardown_file() {
    cluster_destroy
}

setup() {
    folder=$BATS_TEST_TMPDIR/drizzle
    folder_new "$folder"
}

teardown() {
    clean_up
    if [ -n "${theirs_pid:-}" ]; then
        kill "$theirs_pid" 2>/dev/null || true
    fi
}

# theirs_start FOLDER: drizzle-orm in the background; theirs_end waits for it and sets theirs_status.
theirs_start() {
    DATABASE_URL=$DATABASE_URL node "$INTEROP/drizzle.js" "${@:2}" pg "$1" >"$BATS_TEST_TMPDIR/theirs" 2>&1 3>&- &
    theirs_pid=$!
}

theirs_end() {
    theirs_status=0
    wait "$theirs_pid" || theirs_status=$?
    unset theirs_pid
}

# A session that runs a query which matches.
runs() {
    [ "$(cluster_sql postgres "SELECT count(*) FROM pg_stat_activity WHERE datname = '$DATABASE' AND state = 'active' AND query LIKE '%$1%'")" -gt 0 ]
}

waits_for_a_lock() {
    [ "$(cluster_sql postgres "SELECT count(*) FROM pg_stat_activity WHERE datname = '$DATABASE' AND wait_event_type = 'Lock'")" -gt 0 ]
}

@test "sample folder: one applies the first n, the other the rest, for every n" {
    every_split migrations
}

@test "four migrations with seeds: one applies the first n, the other the rest, for every n" {
    folder_add "$folder" 0000_a 'CREATE TABLE a (n serial PRIMARY KEY, t text);'
    folder_add "$folder" 0001_seed "INSERT INTO a (t) VALUES ('one'), ('two');"
    folder_add "$folder" 0002_index $'CREATE INDEX a_t ON a (t);--> statement-breakpoint\nINSERT INTO a (t) VALUES (\'three\');'
    folder_add "$folder" 0003_column "ALTER TABLE a ADD COLUMN x int DEFAULT 7;"
    every_split "$folder"
}

@test "turn by turn: each adds one migration to what the other left" {
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int); INSERT INTO a VALUES (1);'
    new_database
    for n in 1 2 3 4 5 6; do
        if ((n % 2)); then
            ours_works "$folder"
        else
            theirs_works "$folder"
        fi
        assert_equal "$(ledger_count "$DATABASE")" "$n"
        assert_equal "$(cluster_sql "$DATABASE" 'SELECT count(*) FROM a')" "$n"
        folder_add "$folder" "000${n}_more" "INSERT INTO a VALUES ($((n + 1)));"
    done
}

@test "drizzle-kit migrate: the same rows and schema, and nothing to do behind ours" {
    cat >"$BATS_TEST_TMPDIR/drizzle.config.json" <<JSON
{"dialect": "postgresql", "out": "$PWD/migrations", "dbCredentials": {"url": "URL"}}
JSON
    kit() {
        sed "s|URL|$DATABASE_URL|" "$BATS_TEST_TMPDIR/drizzle.config.json" >"$INTEROP/drizzle.config.json"
        run sh -c "cd '$INTEROP' && node_modules/.bin/drizzle-kit migrate --config drizzle.config.json"
        rm "$INTEROP/drizzle.config.json"
        [ "$status" -eq 0 ] || fail "drizzle-kit failed: $output"
    }
    new_database
    kit
    expected=$(state "$DATABASE")
    before=$(content "$DATABASE")
    ours_works migrations
    assert_equal "$(content "$DATABASE")" "$before" "the database after ours ran behind drizzle-kit"

    new_database
    ours_works migrations
    assert_equal "$(state "$DATABASE")" "$expected" "ours compared with drizzle-kit"
    before=$(content "$DATABASE")
    kit
    assert_equal "$(content "$DATABASE")" "$before" "the database after drizzle-kit ran behind ours"
}

@test "an entry older than what drizzle-orm has applied: ours applies it, drizzle-orm then has nothing to do" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();' 1700000001000
    folder_add "$folder" 0002_c 'CREATE TABLE c ();' 1700000003000
    new_database
    theirs_works "$folder"
    folder_new "$folder"
    folder_add "$folder" 0000_a 'CREATE TABLE a ();' 1700000001000
    folder_add "$folder" 0001_b 'CREATE TABLE b ();' 1700000002000
    folder_add "$folder" 0002_c 'CREATE TABLE c ();' 1700000003000
    theirs_works "$folder"
    refute_table "$DATABASE" b # the silent skip of drizzle-orm
    ours_works "$folder"
    assert_table "$DATABASE" b
    assert_equal "$(ledger "$DATABASE" | cut -d '|' -f 1,3)" $'1|1700000001000\n2|1700000003000\n3|1700000002000'
    before=$(content "$DATABASE")
    theirs_works "$folder"
    ours_works "$folder"
    assert_equal "$(content "$DATABASE")" "$before"
}

@test "a ledger with duplicate rows, as drizzle-orm's races leave it, has nothing pending" {
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int);'
    folder_add "$folder" 0001_seed 'INSERT INTO a VALUES (1);'
    new_database
    theirs_works "$folder"
    cluster_sql "$DATABASE" 'INSERT INTO drizzle.__drizzle_migrations (hash, created_at)
        SELECT hash, created_at FROM drizzle.__drizzle_migrations, generate_series(1, 3)'
    before=$(content "$DATABASE")
    ours_works "$folder"
    assert_equal "$(content "$DATABASE")" "$before"
}

@test "a ledger with numeric created_at (pg-proxy) is read and continued" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    folder_add "$folder" 0001_b 'CREATE TABLE b ();'
    folder_first "$folder" 1 "$BATS_TEST_TMPDIR/first"
    new_database
    theirs_works "$BATS_TEST_TMPDIR/first"
    cluster_sql "$DATABASE" 'ALTER TABLE drizzle.__drizzle_migrations ALTER COLUMN created_at TYPE numeric'
    ours_works "$folder"
    before=$(content "$DATABASE")
    theirs_works "$folder"
    ours_works "$folder"
    assert_equal "$(content "$DATABASE")" "$before"
    assert_equal "$(ledger_count "$DATABASE")" 2
}

@test "ten of ours at once, behind drizzle-orm: applied once, all succeed" {
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int);'
    new_database
    theirs_works "$folder"
    folder_add "$folder" 0001_seed $'SELECT pg_sleep(1);--> statement-breakpoint\nINSERT INTO a VALUES (1);'
    for n in 1 2 3 4 5 6 7 8 9 10; do
        env -i PATH="$PATH" DATABASE_URL="$DATABASE_URL" "$ENTRYPOINT_BINARY" migrate --dirs "$folder" \
            >"$BATS_TEST_TMPDIR/ours.$n" 2>&1 3>&- &
        pids[n]=$!
    done
    failed=0
    for n in 1 2 3 4 5 6 7 8 9 10; do
        wait "${pids[n]}" || failed=$((failed + 1))
    done
    log_output "$BATS_TEST_TMPDIR"/ours.*
    assert_equal "$failed" 0 "how many of ten failed"
    assert_equal "$(cluster_sql "$DATABASE" 'SELECT count(*) FROM a')" 1
    assert_equal "$(ledger_count "$DATABASE")" 2
    theirs_works "$folder"
    assert_equal "$(ledger_count "$DATABASE")" 2
}

@test "drizzle-orm started while ours migrates waits, then has nothing to do" {
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int);'
    new_database
    theirs_works "$folder"
    folder_add "$folder" 0001_slow $'SELECT pg_sleep(2);--> statement-breakpoint\nINSERT INTO a VALUES (1);'
    start_entrypoint DATABASE_URL="$DATABASE_URL" -- migrate --dirs "$folder"
    poll 30 runs pg_sleep
    theirs_start "$folder"
    poll 30 waits_for_a_lock
    theirs_end
    wait_entrypoint
    assert_status 0
    assert_equal "$theirs_status" 0
    assert_equal "$(cluster_sql "$DATABASE" 'SELECT count(*) FROM a')" 1
    assert_equal "$(ledger_count "$DATABASE")" 2
}

@test "ours started while drizzle-orm migrates waits, then has nothing to do" {
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int);'
    new_database
    theirs_works "$folder"
    # The second migration sleeps: the row of the first is written, so drizzle-orm holds a lock on its table.
    folder_add "$folder" 0001_seed 'INSERT INTO a VALUES (1);'
    folder_add "$folder" 0002_slow $'SELECT pg_sleep(2);--> statement-breakpoint\nINSERT INTO a VALUES (2);'
    theirs_start "$folder"
    poll 30 runs pg_sleep
    start_entrypoint DATABASE_URL="$DATABASE_URL" -- migrate --dirs "$folder"
    theirs_end
    wait_entrypoint
    assert_equal "$theirs_status" 0
    assert_status 0
    assert_equal "$(cluster_sql "$DATABASE" 'SELECT count(*) FROM a')" 2
    assert_equal "$(ledger_count "$DATABASE")" 3
}

# drizzle-orm reads its table before its transaction begins and takes no lock, so one of the two may fail when they start
# in the same instant; but their transactions exclude each other as soon as there is DDL. What must hold in every case:
# nothing is applied twice, one of them succeeds, and the next start finds nothing to do.
@test "ours and drizzle-orm in the same instant, ten times: never applied twice" {
    folder_add "$folder" 0000_ledger 'SELECT 1;'
    folder_add "$folder" 0001_a $'CREATE TABLE a (n int);--> statement-breakpoint\nINSERT INTO a VALUES (1);'
    folder_first "$folder" 1 "$BATS_TEST_TMPDIR/first"
    for n in 1 2 3 4 5 6 7 8 9 10; do
        new_database
        theirs_works "$BATS_TEST_TMPDIR/first"
        theirs_start "$folder" --wait "$BATS_TEST_TMPDIR/go.$n"
        poll 30 connected_once
        touch "$BATS_TEST_TMPDIR/go.$n"
        start_entrypoint DATABASE_URL="$DATABASE_URL" -- migrate --dirs "$folder"
        theirs_end
        wait_entrypoint
        [ "$status" -eq 0 ] || [ "$theirs_status" -eq 0 ] || fail "both failed" "$stderr" "$(<"$BATS_TEST_TMPDIR/theirs")"
        assert_equal "$(ledger_count "$DATABASE")" 2 "rows, run $n"
        assert_equal "$(cluster_sql "$DATABASE" 'SELECT count(*) FROM a')" 1 "seeds, run $n"
        ours_works "$folder"
        assert_equal "$(ledger_count "$DATABASE")" 2 "rows, run $n"
    done
}

connected_once() {
    [ "$(cluster_sql postgres "SELECT count(*) FROM pg_stat_activity WHERE datname = '$DATABASE' AND state = 'idle'")" -eq 1 ]
}
