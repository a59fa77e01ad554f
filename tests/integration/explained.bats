#!/usr/bin/env bats
# What an error of a migration's SQL says: the statement, the place, the condition's name, what was undone, what to do.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

# fails SQL [NAME=VALUE...]: a migration 0001_x that is the second one, refused with status 65
fails() {
    local sql=$1
    shift
    folder_add "$folder" 0000_first 'CREATE TABLE first ();'
    folder_add "$folder" 0001_x "$sql"
    migrate "$@"
    assert_status "${expected_status:-65}"
}

@test "several statements in one chunk and no position: the statement that failed is the place" {
    fails $'CREATE TABLE a (n int PRIMARY KEY);\nINSERT INTO a VALUES (1);\n-- again\nINSERT INTO a VALUES (1);\nCREATE TABLE b ();\n--> statement-breakpoint\nSELECT 1;'
    assert_has "$stderr" '0001_x.sql:4:1'
    assert_has "$stderr" 'INSERT INTO a VALUES (1);'
    assert_has "$stderr" 'STATEMENT: 3 of 5 of migration 0001_x'
    assert_has "$stderr" 'SQLSTATE: 23505 unique_violation'
    assert_has "$stderr" 'DETAIL: Key (n)=(1) already exists.'
    assert_has "$stderr" 'RESULT: The transaction was rolled back. 0 of 2 pending migrations were applied.'
    assert_untouched
}

@test "statements that answer with rows are counted like any other" {
    fails $'SELECT generate_series(1, 1000); SELECT 1 WHERE false; ; DO $$BEGIN END$$; SELECT 1 / 0; SELECT 2;'
    assert_has "$stderr" 'STATEMENT: 4 of 5 of migration 0001_x'
    assert_matches "$stderr" '0001_x\.sql:1:76'
}

@test "an error in a function: where in it, and the statement that called it" {
    fails $'CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$\nBEGIN\n  EXECUTE $q$SELECT 1 / 0$q$;\nEND $$;\n--> statement-breakpoint\nSELECT f();'
    assert_has "$stderr" '0001_x.sql:6:1'
    assert_has "$stderr" 'CONTEXT: SQL statement "SELECT 1 / 0"'
    assert_has "$stderr" 'PL/pgSQL function f() line 3 at EXECUTE'
    assert_has "$stderr" 'SQLSTATE: 22012 division_by_zero'
}

@test "log.format = json: the same as fields" {
    fails $'CREATE TABLE a (n int);\nINSERT INTO a (m) VALUES (1);' ENTRYPOINT_LOG_FORMAT=json
    error=$(jq -c 'select(.level == "error")' "$output_folder/stderr")
    assert_equal "$(jq -r '[.sqlstate, .condition, (.line | tostring), (.column | tostring), .migration, (.statement | tostring),
        (.statement_count | tostring), .source_line] | join("|")' <<<"$error")" \
        '42703|undefined_column|2|16|0001_x|2|2|INSERT INTO a (m) VALUES (1);'
    assert_has "$(jq -r .outcome <<<"$error")" 'rolled back'
}

@test "log.format = github: an annotation at the line, and nothing else that looks like a command" {
    cd "$BATS_TEST_TMPDIR"
    folder=drizzle
    fails $'CREATE TABLE a (n int);\nDO $$ BEGIN RAISE EXCEPTION \'100%% wrong\' USING DETAIL = E\'x\\n::warning::forged\\n##[group]forged\'; END $$;' \
        ENTRYPOINT_LOG_FORMAT=github
    assert_matches "$stderr" '^::error file=drizzle/0001_x\.sql,line=2,col=1::100%25 wrong \(P0001 raise_exception\)%0ADETAIL: x%0A::warning::forged%0A'
    assert_equal "$(grep -c '^ *::' <<<"$stderr")" 1 'commands'
    assert_lacks "$(grep -v '^::error' <<<"$stderr")" '##['
    assert_has "$stderr" 'entrypoint: error: 100% wrong'
}

@test "trap: what exists already, with the way to record it" {
    cluster_sql "$DATABASE" 'CREATE TABLE a (n int)'
    fails 'CREATE TABLE a (n int);'
    assert_has "$stderr" 'SQLSTATE: 42P07 duplicate_table'
    assert_has "$stderr" 'entrypoint mark 0001_x'
    # And it works as it says.
    run_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$folder" -- mark 0001_x
    assert_status 0
    migrate
    assert_status 0
}

@test "trap: a column and a type that exist already" {
    fails 'CREATE TABLE a (n int); ALTER TABLE a ADD COLUMN n int;'
    assert_has "$stderr" 'SQLSTATE: 42701 duplicate_column'
    assert_has "$stderr" 'entrypoint mark 0001_x'
    folder_new "$BATS_TEST_TMPDIR/other"
    folder=$BATS_TEST_TMPDIR/other
    fails $'CREATE TYPE e AS ENUM (\'a\');\n--> statement-breakpoint\nCREATE TYPE e AS ENUM (\'a\');'
    assert_has "$stderr" 'SQLSTATE: 42710 duplicate_object'
    assert_has "$stderr" 'entrypoint mark 0001_x'
}

@test "trap: an enum value used before its commit" {
    fails $'CREATE TABLE a (); CREATE TYPE e AS ENUM (\'a\');\n--> statement-breakpoint\nCOMMIT;\n--> statement-breakpoint\nBEGIN; ALTER TYPE e ADD VALUE \'b\';\nSELECT \'b\'::e;' ENTRYPOINT_MIGRATE_TRANSACTION=all
    assert_has "$stderr" 'SQLSTATE: 55P04 unsafe_new_enum_value_usage'
    assert_has "$stderr" 'transaction = auto'
}

@test "trap: a statement that no function may hold" {
    fails $'CREATE TABLE a (n int);\n--> statement-breakpoint\nDO $$ BEGIN EXECUTE \'VACUUM a\'; END $$;'
    assert_has "$stderr" 'SQLSTATE: 25001 active_sql_transaction'
    assert_has "$stderr" 'HINT: Written as a statement of its own, in no function and no DO block'
    assert_has "$stderr" '0001_x.sql:3:1'
}

@test "trap: CREATE SCHEMA without the permission" {
    cluster_role "guest_$DATABASE" "$APP_PASSWORD"
    cluster_sql "$DATABASE" "CREATE SCHEMA drizzle AUTHORIZATION \"guest_$DATABASE\""
    cluster_sql "$DATABASE" "GRANT CREATE ON SCHEMA public TO \"guest_$DATABASE\""
    DATABASE_URL=$(cluster_url "$DATABASE" "guest_$DATABASE")
    expected_status=77
    fails 'CREATE SCHEMA IF NOT EXISTS auth;'
    assert_has "$stderr" 'SQLSTATE: 42501 insufficient_privilege'
    assert_has "$stderr" 'GRANT CREATE ON DATABASE'
}

@test "trap: search_path emptied as pg_dump does" {
    fails $'SELECT pg_catalog.set_config(\'search_path\', \'\', false);\nCREATE TABLE a ();'
    assert_has "$stderr" 'SQLSTATE: 3F000 invalid_schema_name'
    assert_has "$stderr" 'as pg_dump does'
}

@test "trap: the first migration of drizzle-kit pull, commented out" {
    fails $'-- Current sql file was generated after introspecting the database\n-- If you want to run this migration please uncomment this code before executing migrations\n/*\nCREATE TABLE "a" ();\n--> statement-breakpoint\nCREATE TABLE "b" ();\n*/'
    assert_has "$stderr" '0001_x.sql:3:1'
    assert_has "$stderr" 'entrypoint mark 0001_x'
    assert_has "$stderr" 'take /* and */ out of the file'
}

@test "psql commands and COPY FROM stdin are refused before anything is sent" {
    mark=$(cluster_log_mark)
    cluster_log_statements "$DATABASE"
    fails $'CREATE TABLE a (n int);\n\\connect other\nSELECT 1;'
    assert_has "$stderr" '"\connect" is a command of psql'
    assert_has "$stderr" '0001_x.sql:2:1'
    assert_untouched
    printf 'CREATE TABLE a (n int);\nCOPY public.a (n) FROM stdin;\n1\n\\.\n' >"$folder/0001_x.sql"
    migrate
    assert_status 65
    assert_has "$stderr" 'cannot COPY FROM STDIN'
    assert_has "$stderr" '0001_x.sql:2:1'
    assert_has "$stderr" 'INSERT'
    assert_untouched
    refute_matches "$(cluster_statements "$DATABASE" "$mark")" 'CREATE TABLE a'
}

@test "passwords in SQL: neither in the excerpt, nor in the context, nor in notices" {
    secret=$(new_password)
    for format in text json github; do
        folder_new "$BATS_TEST_TMPDIR/$format"
        folder=$BATS_TEST_TMPDIR/$format
        fails $'DO $$ BEGIN RAISE NOTICE \'%\', $q$CREATE ROLE r PASSWORD \''"$secret"$'\'$q$; END $$;\n--> statement-breakpoint
            CREATE ROLE r LOGIN PASSWORD\n  \''"$secret"$'\' NOLOGGIN;' ENTRYPOINT_LOG_FORMAT=$format
        assert_has "$stderr" 42601
        assert_has "$stderr" "NOTICE: CREATE ROLE r PASSWORD '***"
        assert_has "$stderr" "*' NOLOGGIN;"
        assert_lacks "$stderr" "$(secret_marker)"
        printf '%s' 'DO $$ BEGIN EXECUTE $q$CREATE ROLE r PASSWORD '"'$secret'"'$q$; END $$;' >"$folder/0001_x.sql"
        migrate ENTRYPOINT_LOG_FORMAT=$format
        [ "$status" -ne 0 ] || fail 'app may create roles?'
        assert_lacks "$stderr" "$(secret_marker)"
    done
}
