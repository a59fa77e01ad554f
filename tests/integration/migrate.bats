#!/usr/bin/env bats
# The main job: pending migrations are applied once, in the journal's order, and nothing pending costs nothing.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

two_migrations() {
    folder_add "$folder" 0000_init $'CREATE TABLE a (n int);\n--> statement-breakpoint\nINSERT INTO a VALUES (1);'
    folder_add "$folder" 0001_more 'CREATE TABLE b (n int);'
}

@test "the sample folder: applied, then nothing pending" {
    folder=migrations
    migrate
    assert_status 0
    assert_has "$stderr" 'Running database migrations'
    for tag in 0000_init 0001_message_logs 0002_touch_updated_at 0003_seed_groups 0004_contact_language; do
        assert_has "$stderr" "applied $tag"
    done
    assert_has "$stderr" 'Migrations complete'
    assert_equal "$stdout" '' 'standard output'
    expected=$(jq -r '.entries[].when' migrations/meta/_journal.json | nl -s '|' -w 1)
    assert_equal "$(ledger "$DATABASE" | cut -d '|' -f 1,3)" "$expected" 'ledger'
    for tag in $(jq -r '.entries[].tag' migrations/meta/_journal.json); do
        sha256sum "migrations/$tag.sql" | cut -d ' ' -f 1
    done >"$BATS_TEST_TMPDIR/hashes"
    assert_equal "$(ledger "$DATABASE" | cut -d '|' -f 2)" "$(<"$BATS_TEST_TMPDIR/hashes")" 'hashes'
    assert_equal "$(cluster_sql "$DATABASE" 'SELECT count(*) FROM groups')" 3

    rows=$(ledger "$DATABASE")
    migrate
    assert_status 0
    assert_lacks "$stderr" 'Running database migrations'
    assert_lacks "$stderr" 'applied 0000_init'
    assert_has "$stderr" 'none pending'
    assert_equal "$(ledger "$DATABASE")" "$rows" 'ledger'
    assert_equal "$(cluster_sql "$DATABASE" 'SELECT count(*) FROM groups')" 3
}

@test "only what is new runs" {
    two_migrations
    migrate
    assert_status 0
    folder_add "$folder" 0002_new 'INSERT INTO a VALUES (2);'
    migrate
    assert_status 0
    assert_has "$stderr" 'applied 0002_new'
    assert_lacks "$stderr" 'applied 0001_more'
    assert_equal "$(cluster_sql "$DATABASE" 'SELECT string_agg(n::text, $$,$$ ORDER BY n) FROM a')" 1,2
    assert_equal "$(ledger_count "$DATABASE")" 3
}

@test "apply is migrate" {
    two_migrations
    run_entrypoint DATABASE_URL="$DATABASE_URL" -- apply --dirs "$folder"
    assert_status 0
    assert_equal "$(ledger_count "$DATABASE")" 2
}

@test "an empty journal is nothing to do" {
    migrate
    assert_status 0
    assert_has "$stderr" 'none pending'
}

@test "several folders run in the order given" {
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int);'
    folder_new "$BATS_TEST_TMPDIR/second"
    folder_add "$BATS_TEST_TMPDIR/second" 0000_b 'INSERT INTO a VALUES (1);' 1600000000000
    migrate ENTRYPOINT_MIGRATE_DIRS="$folder $BATS_TEST_TMPDIR/second"
    assert_status 0
    assert_equal "$(cluster_sql "$DATABASE" 'SELECT n FROM a')" 1
    assert_equal "$(ledger_count "$DATABASE")" 2
}

@test "the folder drizzle in the working directory is found" {
    two_migrations
    cd "$BATS_TEST_TMPDIR"
    run_entrypoint DATABASE_URL="$DATABASE_URL" -- migrate
    assert_status 0
    assert_equal "$(ledger_count "$DATABASE")" 2
}

@test "the meta folder may be called _meta" {
    two_migrations
    mv "$folder/meta" "$folder/_meta"
    migrate
    assert_status 0
    assert_equal "$(ledger_count "$DATABASE")" 2
}

@test "settings from entrypoint.ini" {
    two_migrations
    cat >"$BATS_TEST_TMPDIR/entrypoint.ini" <<INI
[migrate]
dirs = $folder
[drizzle]
schema = other
table = applied
INI
    cd "$BATS_TEST_TMPDIR"
    run_entrypoint DATABASE_URL="$DATABASE_URL" -- migrate
    assert_status 0
    assert_equal "$(ledger_count "$DATABASE" other.applied)" 2
}

@test "schema and table names with quotes in them" {
    two_migrations
    migrate ENTRYPOINT_DRIZZLE_SCHEMA='Sch"ema; --' ENTRYPOINT_DRIZZLE_TABLE="My\"Mig'ration"
    assert_status 0
    assert_equal "$(ledger_count "$DATABASE" '"Sch""ema; --"."My""Mig'\''ration"')" 2
    migrate ENTRYPOINT_DRIZZLE_SCHEMA='Sch"ema; --' ENTRYPOINT_DRIZZLE_TABLE="My\"Mig'ration"
    assert_status 0
    assert_equal "$(ledger_count "$DATABASE" '"Sch""ema; --"."My""Mig'\''ration"')" 2
}

@test "a database with another client encoding gets UTF-8" {
    folder_add "$folder" 0000_text "CREATE TABLE a AS SELECT 'žluťoučký 🐘'::text AS t;"
    cluster_sql postgres "ALTER DATABASE \"$DATABASE\" SET client_encoding = 'LATIN1'"
    migrate
    assert_status 0
    assert_equal "$(cluster_sql "$DATABASE" 'SELECT t FROM a')" 'žluťoučký 🐘'
}

@test "the ledger is found whatever the search_path" {
    two_migrations
    cluster_sql "$DATABASE" "CREATE SCHEMA app AUTHORIZATION app; ALTER DATABASE \"$DATABASE\" SET search_path = app"
    migrate
    assert_status 0
    assert_table "$DATABASE" app.a
    migrate
    assert_status 0
    assert_equal "$(ledger_count "$DATABASE")" 2
}

@test "NOTICE messages of a migration are passed on" {
    folder_add "$folder" 0000_notice "DO \$\$ BEGIN RAISE NOTICE 'look at this'; RAISE WARNING 'and this'; END \$\$;"
    migrate
    assert_status 0
    assert_has "$stderr" 'look at this'
    assert_has "$stderr" 'and this'
}

@test "nothing pending: only SELECTs, no transaction, no lock" {
    two_migrations
    migrate
    assert_status 0
    cluster_log_statements "$DATABASE"
    mark=$(cluster_log_mark)
    migrate ENTRYPOINT_VERIFY_TABLES='a b'
    assert_status 0
    statements=$(cluster_statements "$DATABASE" "$mark")
    echo "$statements"
    # These four, in this order, and nothing else.
    assert_equal "$(sed -E -e 's/^SELECT .*pg_backend_pid.*/session/' -e 's/^SELECT pg_catalog.to_regnamespace.*/ledger table/' \
        -e 's/^SELECT EXISTS .* wanted .*/critical tables/' -e 's/^SELECT .*"drizzle"."__drizzle_migrations".*/ledger rows/' <<<"$statements")" \
        $'session\nledger table\ncritical tables\nledger rows' 'statements'
    for word in BEGIN COMMIT LOCK advisory FOR nextval; do
        refute_matches "$statements" "(^|[^a-zA-Z_])$word"
    done
}

@test "nothing pending needs USAGE and SELECT only" {
    two_migrations
    migrate
    assert_status 0
    cluster_role "reader_$DATABASE" "$APP_PASSWORD"
    cluster_sql "$DATABASE" "GRANT USAGE ON SCHEMA drizzle TO \"reader_$DATABASE\"; GRANT SELECT ON drizzle.__drizzle_migrations TO \"reader_$DATABASE\""
    DATABASE_URL=$(cluster_url "$DATABASE" "reader_$DATABASE")
    migrate ENTRYPOINT_VERIFY_TABLES='a b'
    assert_status 0

    folder_add "$folder" 0002_new 'CREATE TABLE c ();'
    serve_traced
    assert_status 77
    assert_has "$stderr" 42501
    refute_server_started
    refute_table "$DATABASE" c
}

@test "CREATE on the database is not needed where schema and table exist" {
    two_migrations
    cluster_role "writer_$DATABASE" "$APP_PASSWORD"
    cluster_sql "$DATABASE" "
        CREATE SCHEMA drizzle;
        CREATE TABLE drizzle.__drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint);
        ALTER TABLE drizzle.__drizzle_migrations OWNER TO \"writer_$DATABASE\";
        GRANT USAGE ON SCHEMA drizzle TO \"writer_$DATABASE\";
        GRANT ALL ON SCHEMA public TO \"writer_$DATABASE\""
    DATABASE_URL=$(cluster_url "$DATABASE" "writer_$DATABASE")
    migrate
    assert_status 0
    assert_equal "$(ledger_count "$DATABASE")" 2
}

@test "a role that may write the ledger and not lock it: exit 77 with what to grant" {
    two_migrations
    migrate
    assert_status 0
    folder_add "$folder" 0002_new 'SELECT 1;'
    cluster_role "writer_$DATABASE" "$APP_PASSWORD"
    cluster_sql "$DATABASE" "GRANT USAGE ON SCHEMA drizzle TO \"writer_$DATABASE\";
        GRANT SELECT, INSERT ON drizzle.__drizzle_migrations TO \"writer_$DATABASE\";
        GRANT USAGE ON SEQUENCE drizzle.__drizzle_migrations_id_seq TO \"writer_$DATABASE\""
    DATABASE_URL=$(cluster_url "$DATABASE" "writer_$DATABASE")
    migrate
    assert_status 77
    assert_has "$stderr" 'GRANT UPDATE ON "drizzle"."__drizzle_migrations"'
    cluster_sql "$DATABASE" "GRANT UPDATE ON drizzle.__drizzle_migrations TO \"writer_$DATABASE\""
    migrate
    assert_status 0
    assert_equal "$(ledger_count "$DATABASE")" 3
}

@test "a read-only database: nothing pending is fine, something pending is refused" {
    two_migrations
    migrate
    assert_status 0
    cluster_sql postgres "ALTER DATABASE \"$DATABASE\" SET default_transaction_read_only = on"
    migrate ENTRYPOINT_VERIFY_TABLES='a b'
    assert_status 0
    folder_add "$folder" 0002_new 'CREATE TABLE c ();'
    serve_traced
    assert_status 77
    assert_matches "$stderr" 'read-only'
    refute_server_started
    refute_table "$DATABASE" c
}

@test "search_path set by a migration stays for the rest of the run, as with Drizzle" {
    folder_add "$folder" 0000_path $'CREATE SCHEMA other;--> statement-breakpoint\nSET search_path = other;'
    folder_add "$folder" 0001_table 'CREATE TABLE a ();'
    migrate
    assert_status 0
    assert_table "$DATABASE" other.a
    assert_equal "$(ledger_count "$DATABASE")" 2
}

@test "a migration of 4 MB with 20,000 statements" {
    folder_add "$folder" 0000_init 'CREATE TABLE a (n int, t text);'
    folder_add "$folder" 0001_seed "$(for ((n = 0; n < 20000; n++)); do echo "INSERT INTO a VALUES ($n, repeat('x', 10) || '${n}aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa');"; done)"
    migrate
    assert_status 0
    assert_equal "$(cluster_sql "$DATABASE" 'SELECT count(*), min(n), max(n) FROM a')" '20000|0|19999'
}

@test "a million rows that a migration selects are not kept in memory" {
    ! grep -aq __asan_init "$ENTRYPOINT_BINARY" || skip "a sanitizer's memory has no limit"
    folder_add "$folder" 0000_select "SELECT repeat('x', 100) FROM generate_series(1, 1000000);"
    launcher=(sh -c 'ulimit -v 65536; exec "$@"' sh)
    migrate
    assert_status 0
}

@test "five hundred migrations" {
    for ((n = 0; n < 500; n++)); do
        printf 'INSERT INTO drizzle_order SELECT %d;' "$n" >"$folder/$n.sql"
        printf '{"idx": %d, "when": %d, "tag": "%d"}\n' "$n" $((1700000000000 + n)) "$n"
    done | jq -s '{version: "7", dialect: "postgresql", entries: .}' >"$folder/meta/_journal.json"
    cluster_sql "$DATABASE" 'CREATE TABLE drizzle_order (n int, at serial); ALTER TABLE drizzle_order OWNER TO app'
    migrate
    assert_status 0
    assert_equal "$(ledger_count "$DATABASE")" 500
    assert_equal "$(cluster_sql "$DATABASE" 'SELECT count(*) FROM drizzle_order WHERE n + 1 <> at')" 0
}
