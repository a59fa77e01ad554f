#!/usr/bin/env bats
# The critical tables are there before the server starts, one line each.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

critical='contacts message_logs auth_credentials groups group_members'

@test "all present: a line for each, and the server starts" {
    folder=migrations
    given=(ENTRYPOINT_VERIFY_TABLES="$critical")
    serve_traced
    assert_status 0
    for table in $critical; do
        assert_matches "$stderr" "table (public\.)?$table: present"
    done
    [ -e "$BATS_TEST_TMPDIR/server-was-started" ]
}

@test "one missing: exit 69, all of them are reported, the server is not started" {
    folder=migrations
    migrate
    assert_status 0
    cluster_sql "$DATABASE" 'DROP TABLE message_logs'
    given=(ENTRYPOINT_VERIFY_TABLES="$critical")
    serve_traced
    assert_status 69
    assert_matches "$stderr" 'table (public\.)?message_logs: missing'
    for table in contacts auth_credentials groups group_members; do
        assert_matches "$stderr" "table (public\.)?$table: present"
    done
    refute_server_started
}

@test "migrate verifies too: exit 69" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    migrate ENTRYPOINT_VERIFY_TABLES='a b'
    assert_status 69
    assert_equal "$(ledger_count "$DATABASE")" 1
}

@test "the command verify: --tables, schema.name, nothing else is touched" {
    cluster_sql "$DATABASE" 'CREATE TABLE a (); CREATE SCHEMA other; CREATE TABLE other.b ()'
    cluster_log_statements "$DATABASE"
    mark=$(cluster_log_mark)
    run_entrypoint DATABASE_URL="$DATABASE_URL" -- verify --tables a,public.a,other.b
    assert_status 0
    assert_has "$stderr" 'table other.b: present'
    assert_equal "$(cluster_statements "$DATABASE" "$mark" | grep -v '^SELECT ')" '' 'statements that are no SELECT'

    run_entrypoint DATABASE_URL="$DATABASE_URL" -- verify --tables a,b,other.a
    assert_status 69
    assert_matches "$stderr" 'table a: present'
    assert_matches "$stderr" 'table b: missing'
    assert_matches "$stderr" 'table other\.a: missing'
}

@test "no migration folder is needed to verify" {
    cluster_sql "$DATABASE" 'CREATE TABLE a ()'
    cd "$BATS_TEST_TMPDIR"
    rm -r "$folder"
    run_entrypoint DATABASE_URL="$DATABASE_URL" -- verify --tables a
    assert_status 0
    assert_has "$stderr" 'table a: present'
}

@test "names are taken as written: capitals, spaces, quotes" {
    cluster_sql "$DATABASE" 'CREATE TABLE "Weird" (); CREATE TABLE "it'\''s" ()'
    run_entrypoint DATABASE_URL="$DATABASE_URL" -- verify --tables "Weird,it's"
    assert_status 0
    run_entrypoint DATABASE_URL="$DATABASE_URL" -- verify --tables "weird"
    assert_status 69
    run_entrypoint DATABASE_URL="$DATABASE_URL" -- verify --tables "a'; DROP TABLE Weird; --"
    assert_status 69
    assert_table "$DATABASE" '"Weird"'
}

@test "a partitioned table and a view count; an index and a sequence do not" {
    cluster_sql "$DATABASE" 'CREATE TABLE parts (n int) PARTITION BY LIST (n); CREATE VIEW v AS SELECT 1; CREATE SEQUENCE s; CREATE INDEX i ON parts (n)'
    run_entrypoint DATABASE_URL="$DATABASE_URL" -- verify --tables parts,v
    assert_status 0
    run_entrypoint DATABASE_URL="$DATABASE_URL" -- verify --tables s
    assert_status 69
    run_entrypoint DATABASE_URL="$DATABASE_URL" -- verify --tables i
    assert_status 69
}

@test "a table without any privilege for us is present" {
    cluster_sql "$DATABASE" 'CREATE TABLE secret (); REVOKE ALL ON secret FROM PUBLIC'
    run_entrypoint DATABASE_URL="$DATABASE_URL" -- verify --tables secret
    assert_status 0
    assert_has "$stderr" 'table secret: present'
}

@test "a server that is down: verify waits for it, then exit 75" {
    run_entrypoint DATABASE_URL="postgresql://app:$APP_PASSWORD@127.0.0.1:$(free_port)/x" ENTRYPOINT_WAIT_TIMEOUT=1s -- verify --tables a
    assert_status 75
}
