#!/usr/bin/env bats
# The same folders through the real drizzle-orm and through ours: equal ledger rows, equal schemas, and neither ever runs
# again what the other has applied.

# shellcheck disable=SC2034 # as_superuser: interop.bash
load ../lib/cluster
load ../lib/entrypoint
load ../lib/assert
load ../lib/folder
load interop

fixtures=tests/fixtures/drizzle

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
}

@test "sample folder: migrations/" {
    same_result migrations
    same_result_postgres_js migrations
}

@test "drizzle-kit 0.31: schemas, enums, sequences, roles, views, policies, seed" {
    as_superuser=1
    v0=$(fixture v0)
    same_result "$v0"
    same_result_postgres_js "$v0"
}

@test "drizzle-kit 0.16: journal version 5 without breakpoints keys" {
    same_result $fixtures/kit-0.16.9
}

@test "drizzle-kit 0.17: breakpoints false" {
    same_result $fixtures/kit-0.17.6
}

@test "drizzle-kit 0.20: DO blocks" {
    same_result $fixtures/kit-0.20.14
}

@test "drizzle-kit 0.23" {
    same_result $fixtures/kit-0.23.2
}

@test "drizzle-kit 0.30" {
    same_result $fixtures/kit-0.30.6
}

@test "SQL that drizzle-kit 0.31 gets wrong fails in both, and nothing stays" {
    as_superuser=1
    same_failure "$(fixture v0-quirks)" 65
}

@test "vectors: every file that PostgreSQL accepts" {
    folder_only $fixtures/vectors '^00(00|01|02|04|05|06|07|08|12|13)_' "$folder"
    same_result "$folder"
}

@test "vectors: a byte order mark fails in both" {
    folder_only $fixtures/vectors '_bom$' "$folder"
    same_failure "$folder" 66
}

@test "vectors: a marker inside a string splits, which fails in both" {
    folder_only $fixtures/vectors '_instring$' "$folder"
    same_failure "$folder" 65
}

@test "vectors: text behind a marker belongs to the next chunk, which fails in both" {
    folder_only $fixtures/vectors '_suffix$' "$folder"
    same_failure "$folder" 65
}

@test "vectors: invalid UTF-8 that drizzle-orm has applied is known by its hash" {
    folder_only $fixtures/vectors '^00(00|11)_' "$folder"
    new_database
    theirs_works "$folder"
    ours_works "$folder" ENTRYPOINT_MIGRATE_EDITED=fail
    assert_equal "$(ledger_count "$DATABASE")" 2
}

@test "tags with a folder, spaces, quotes and letters of many alphabets" {
    folder_add "$folder" 'sub/0000_a' 'CREATE TABLE a ();'
    folder_add "$folder" 'sub/deeper/0001 b' 'CREATE TABLE b ();'
    folder_add "$folder" 'with space' 'CREATE TABLE c ();'
    folder_add "$folder" "it's 100% \$HOME" 'CREATE TABLE d ();'
    folder_add "$folder" 'žluťoučký 🐘' 'CREATE TABLE e ();'
    folder_add "$folder" '_' 'CREATE TABLE f ();'
    same_result "$folder"
}

@test "line endings of Windows" {
    folder_add "$folder" 0000_crlf $'CREATE TABLE a (\r\n\t"id" int\r\n);\r\n--> statement-breakpoint\r\nINSERT INTO a VALUES (1);\r\n'
    folder_add "$folder" 0001_cr $'CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT \'x\r\ny\' $$;\r\n'
    same_result "$folder"
}

@test "empty files, empty chunks, chunks with comments only" {
    folder_add "$folder" 0000_empty ''
    folder_add "$folder" 0001_blank $'\n\n'
    folder_add "$folder" 0002_marker '--> statement-breakpoint'
    folder_add "$folder" 0003_markers '--> statement-breakpoint--> statement-breakpoint'
    folder_add "$folder" 0004_comment '-- nothing /* to do'
    folder_add "$folder" 0005_ends $'CREATE TABLE a ();--> statement-breakpoint\n/* a comment */--> statement-breakpoint\n;;\n--> statement-breakpoint'
    same_result "$folder"
}

@test "files without breakpoints: several statements in one chunk" {
    folder_add "$folder" 0000_all $'CREATE TABLE a (n int);\nINSERT INTO a VALUES (1);\nCREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $x$ BEGIN PERFORM 1; END; $x$;' 1700000000000 false
    folder_add "$folder" 0001_marker $'CREATE TABLE b ();\n--> statement-breakpoint\nCREATE TABLE c ();' 1700000001000 false
    same_result "$folder"
}

@test "\"when\" as an exponent, a string, zero, negative, and above 2^53" {
    folder_add "$folder" 0000_negative 'CREATE TABLE a ();' -5
    folder_add "$folder" 0001_zero 'CREATE TABLE b ();' 0
    folder_add "$folder" 0002_exponent 'CREATE TABLE c ();' 1.7e12
    folder_add "$folder" 0003_string 'CREATE TABLE d ();' '"1700000001000"'
    folder_add "$folder" 0004_fraction 'CREATE TABLE e ();' 1700000002000.0
    folder_add "$folder" 0005_large 'CREATE TABLE f ();' 9007199254740993
    same_result "$folder"
}

@test "\"when\" that is no integer fails in both" {
    folder_add "$folder" 0000_fraction 'CREATE TABLE a ();' 1700000002000.5
    same_failure "$folder" 66
}

@test "\"when\" out of order, all in one run: the order of the journal" {
    folder_add "$folder" 0000_third 'CREATE TABLE a (n serial, t text);' 1700000003000
    folder_add "$folder" 0001_first "INSERT INTO a (t) VALUES ('first');" 1700000001000
    folder_add "$folder" 0002_second "INSERT INTO a (t) VALUES ('second');" 1700000002000
    same_result "$folder"
}

@test "equal \"when\", all in one run" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();' 1700000001000
    folder_add "$folder" 0001_b 'CREATE TABLE b ();' 1700000001000
    folder_add "$folder" 0002_c 'CREATE TABLE c ();' 1700000002000
    same_result "$folder"
}

@test "equal files: migrations that share one hash" {
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int);'
    folder_add "$folder" 0001_same 'INSERT INTO a VALUES (1);'
    folder_add "$folder" 0002_same 'INSERT INTO a VALUES (1);'
    folder_add "$folder" 0003_custom '-- Custom SQL migration file, put your code below! --'
    folder_add "$folder" 0004_custom '-- Custom SQL migration file, put your code below! --'
    same_result "$folder"
    every_split "$folder"
}

@test "SQL files that the journal does not list are left alone" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    echo 'CREATE TABLE stray ();' >"$folder/0001_stray.sql"
    same_result "$folder"
}

@test "other names for the table, with quotes in them" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    folder_add "$folder" 0001_b 'CREATE TABLE b ();'
    local schema='Sch"ema' table="My\"Mig'ration" quoted='"Sch""ema"."My""Mig'\''ration"'
    new_database
    theirs_works "$folder" pg "$schema" "$table"
    expected=$(state "$DATABASE" "$quoted")
    ours_works "$folder" ENTRYPOINT_DRIZZLE_SCHEMA="$schema" ENTRYPOINT_DRIZZLE_TABLE="$table"
    assert_equal "$(state "$DATABASE" "$quoted")" "$expected"
    new_database
    ours_works "$folder" ENTRYPOINT_DRIZZLE_SCHEMA="$schema" ENTRYPOINT_DRIZZLE_TABLE="$table"
    assert_equal "$(state "$DATABASE" "$quoted")" "$expected"
    theirs_works "$folder" pg "$schema" "$table"
    assert_equal "$(state "$DATABASE" "$quoted")" "$expected"
}

@test "the ledger in schema public" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    new_database
    theirs_works "$folder" pg public applied
    expected=$(state "$DATABASE" public.applied)
    new_database
    ours_works "$folder" ENTRYPOINT_DRIZZLE_SCHEMA=public ENTRYPOINT_DRIZZLE_TABLE=applied
    assert_equal "$(state "$DATABASE" public.applied)" "$expected"
}
