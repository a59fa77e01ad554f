#!/usr/bin/env bats
# [migrate] on_exists = skip, on_missing = defer: numbered files of which not everything has to work.

# shellcheck disable=SC2119,SC2120,SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

setup() {
    given=()
    fresh_database
    folder=$BATS_TEST_TMPDIR/migrations
    mkdir "$folder"
}

sql() {
    cluster_sql "$DATABASE" "$1"
}

app_sql() {
    cluster_sql "$DATABASE" "SET ROLE app; $1"
}

tolerate() {
    migrate ENTRYPOINT_MIGRATE_ON_EXISTS=skip ENTRYPOINT_MIGRATE_ON_MISSING=defer "$@"
}

recorded() {
    sql 'SELECT count(*) FROM schema_migrations'
}

# One object of each kind, to exist already.
objects() {
    app_sql "CREATE TABLE t (n int, m int, CONSTRAINT u UNIQUE (n), CONSTRAINT k CHECK (n > 0)); CREATE INDEX i ON t (n);
        CREATE VIEW v AS SELECT 1 AS n; CREATE MATERIALIZED VIEW mv AS SELECT 1 AS n; CREATE SEQUENCE s;
        CREATE TYPE e AS ENUM ('a'); CREATE DOMAIN d AS int; CREATE SCHEMA sch;
        CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE PROCEDURE p() LANGUAGE sql AS 'SELECT 1';
        CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION tf(); CREATE POLICY po ON t"
}

@test "skip: every SQLSTATE of the table, provoked by what exists already; the rest of the file runs" {
    objects
    while IFS='|' read -r sqlstate statement; do
        printf '%s;\n' "$statement" >>"$folder/001_all.sql"
        # That it is this SQLSTATE, the server says.
        got=$(sql "DO \$do\$ BEGIN EXECUTE \$q\$$statement\$q\$; RAISE 'none'; EXCEPTION WHEN OTHERS THEN RAISE EXCEPTION 'got %', SQLSTATE; END \$do\$" 2>&1 || true)
        assert_has "$got" "got $sqlstate"
    done <<'TABLE'
42P07|CREATE TABLE t (other int)
42P07|CREATE TABLE public."t" (other int)
42P07|CREATE INDEX i ON t (n)
42P07|CREATE VIEW v AS SELECT 1 AS n
42P07|CREATE MATERIALIZED VIEW mv AS SELECT 1 AS n
42P07|CREATE SEQUENCE s
42P07|ALTER TABLE t ADD CONSTRAINT u UNIQUE (n)
42701|ALTER TABLE t ADD COLUMN n text
42701|ALTER TABLE ONLY public.t ADD n text
42710|ALTER TABLE t ADD CONSTRAINT k CHECK (n > 0)
42710|CREATE TYPE e AS ENUM ('a')
42710|CREATE DOMAIN d AS int
42710|CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION tf()
42710|CREATE POLICY po ON t
42723|CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1'
42723|CREATE PROCEDURE p() LANGUAGE sql AS 'SELECT 1'
42P06|CREATE SCHEMA sch
TABLE
    echo 'CREATE TABLE last ();' >>"$folder/001_all.sql"
    tolerate
    assert_status 0
    assert_equal "$(grep -c 'is skipped' <<<"$stderr")" 17
    assert_has "$stderr" '001_all: statement 1 of 18 is skipped'
    assert_has "$stderr" 'relation "t" already exists'
    assert_table "$DATABASE" last
    assert_equal "$(recorded)" 1
    assert_equal "$(sql "SELECT to_regclass('entrypoint_progress') IS NULL")" t
}

@test "skip only where it loses nothing: other statements fail, with their place, and nothing of the file stays" {
    objects
    app_sql 'CREATE TABLE other (n int); CREATE INDEX oi ON other (n)'
    while IFS= read -r statement; do
        printf 'CREATE TABLE before ();\n%s;\n' "$statement" >"$folder/001_a.sql"
        tolerate
        [ "$status" -eq 65 ] || fail "status $status for: $statement" "$stderr"
        assert_has "$stderr" '001_a.sql:2'
        refute_table "$DATABASE" before
    done <<'LINES'
ALTER TABLE t ADD COLUMN n int, ADD COLUMN new int
DO $$ BEGIN CREATE TABLE t (); END $$
CREATE TABLE fresh (x int, CONSTRAINT u PRIMARY KEY (x))
CREATE TABLE x (x int, x int)
CREATE TABLE v (n int)
CREATE TABLE e (n int)
CREATE VIEW t AS SELECT 1
CREATE INDEX oi ON t (n)
CREATE SCHEMA sch CREATE TABLE within ()
ALTER TABLE other RENAME TO t
ALTER TABLE t RENAME COLUMN n TO m
SELECT f(1), CREATE
LINES
}

@test "defer: every SQLSTATE of the table, provoked by what is missing; the rest runs, and the next start tries again" {
    app_sql 'CREATE TABLE t (n int)'
    while IFS='|' read -r sqlstate statement; do
        printf '%s;\n' "$statement" >>"$folder/001_all.sql"
        got=$(sql "DO \$do\$ BEGIN EXECUTE \$q\$$statement\$q\$; RAISE 'none'; EXCEPTION WHEN OTHERS THEN RAISE EXCEPTION 'got %', SQLSTATE; END \$do\$" 2>&1 || true)
        assert_has "$got" "got $sqlstate"
    done <<'TABLE'
42P01|CREATE TABLE r (n int REFERENCES missing)
42703|CREATE INDEX ON t (m)
42704|ALTER TABLE t ADD COLUMN kind missing_type
42883|CREATE VIEW v AS SELECT missing_function(n) AS x FROM t
3F000|CREATE TABLE missing_schema.x ()
3D000|GRANT CONNECT ON DATABASE missing_database TO app
TABLE
    echo 'CREATE TABLE last ();' >>"$folder/001_all.sql"
    tolerate
    assert_status 0
    assert_equal "$(grep -c 'is left to the next start' <<<"$stderr")" 6
    assert_has "$stderr" '001_all: statement 1 of 7 is left to the next start'
    assert_has "$stderr" 'relation "missing" does not exist'
    assert_has "$stderr" '001_all.sql:1'
    assert_has "$stderr" '6 of 7 statements are not done'
    assert_table "$DATABASE" last
    assert_equal "$(recorded)" 0
    run_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$folder" -- status --json
    assert_equal "$(jq -c '[.applied, .pending]' <<<"$stdout")" '[0,1]'
}

@test "C5: a deferred file is tried at each start, only what is left of it, until it is whole; then it is recorded" {
    printf 'CREATE TABLE log (n serial);\nINSERT INTO log DEFAULT VALUES;\nCREATE TABLE a (n int REFERENCES later (n));\nINSERT INTO log DEFAULT VALUES;\n' >"$folder/001_a.sql"
    tolerate
    assert_status 0
    tolerate
    assert_status 0
    assert_has "$stderr" 'relation "later" does not exist'
    assert_equal "$(sql 'SELECT count(*) FROM log')" 2
    assert_equal "$(recorded)" 0
    app_sql 'CREATE TABLE later (n int PRIMARY KEY)'
    tolerate
    assert_status 0
    assert_has "$stderr" 'applied 001_a'
    assert_table "$DATABASE" a
    assert_equal "$(sql 'SELECT count(*) FROM log')" 2
    assert_equal "$(recorded)" 1
    assert_equal "$(sql 'SELECT count(*) FROM entrypoint_progress')" 0
    tolerate
    assert_status 0
    assert_has "$stderr" 'none pending'
}

@test "C5: what one file needs the next one makes: both run, and the server starts" {
    echo 'CREATE TABLE a (n int REFERENCES b (n));' >"$folder/001_a.sql"
    echo 'CREATE TABLE b (n int PRIMARY KEY);' >"$folder/002_b.sql"
    given=(ENTRYPOINT_MIGRATE_ON_MISSING=defer)
    serve echo served
    assert_status 0
    assert_has "$stdout" served
    assert_table "$DATABASE" b
    serve echo served
    assert_status 0
    assert_table "$DATABASE" a
    assert_equal "$(recorded)" 2
}

@test "a deferred file whose statements were moved or mended: what is done stays done" {
    printf 'CREATE TABLE a ();\nCREATE TABLE b (n int REFERENCES mising);\n' >"$folder/001_a.sql"
    tolerate
    assert_status 0
    printf 'CREATE TABLE missing (n int PRIMARY KEY);\nCREATE TABLE b (n int REFERENCES missing);\nCREATE TABLE a ();\n' >"$folder/001_a.sql"
    migrate ENTRYPOINT_MIGRATE_ON_MISSING=defer
    assert_status 0
    assert_table "$DATABASE" b
    assert_equal "$(recorded)" 1
}

@test "C6: syntax and permission errors stop everything, and the server is not started" {
    for statement in 'CREATE TABEL x ()' 'CREATE ROLE somebody' 'SELECT 1/0'; do
        printf 'CREATE TABLE a ();\n%s;\n' "$statement" >"$folder/001_a.sql"
        given=(ENTRYPOINT_MIGRATE_ON_EXISTS=skip ENTRYPOINT_MIGRATE_ON_MISSING=defer)
        serve_traced
        [ "$status" -eq 65 ] || [ "$status" -eq 77 ] || fail "status $status for $statement" "$stderr"
        assert_has "$stderr" '001_a.sql:2'
        refute_server_started
        refute_table "$DATABASE" a
    done
}

@test "by default, and for Drizzle's folders always, nothing is tolerated; each setting is for itself" {
    app_sql 'CREATE TABLE a ()'
    echo 'CREATE TABLE a ();' >"$folder/001_a.sql"
    migrate
    assert_status 65
    migrate ENTRYPOINT_MIGRATE_ON_MISSING=defer
    assert_status 65
    echo 'CREATE TABLE b (n int REFERENCES missing);' >"$folder/001_a.sql"
    migrate ENTRYPOINT_MIGRATE_ON_EXISTS=skip
    assert_status 65
    folder=$BATS_TEST_TMPDIR/drizzle
    folder_new "$folder"
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    tolerate
    assert_status 65
}

@test "files that control their own transactions, or have savepoints, run as without" {
    app_sql 'CREATE TABLE a ()'
    printf 'SAVEPOINT x;\nCREATE TABLE b ();\nRELEASE x;\nCREATE TABLE a ();\n' >"$folder/001_a.sql"
    tolerate
    assert_status 65
    printf 'BEGIN;\nCREATE TABLE b ();\nCREATE TABLE a ();\nCOMMIT;\n' >"$folder/001_a.sql"
    tolerate
    assert_status 0
    assert_has "$stderr" 'is skipped'
    assert_table "$DATABASE" b
}
