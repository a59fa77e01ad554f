#!/usr/bin/env bats
# Whole runs, line for line, as text and as JSON: what a deploy log shows.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

setup() {
    given=()
    fresh_database
    cd "$BATS_TEST_TMPDIR" || return
    folder_new drizzle
    folder_add drizzle 0000_users 'CREATE TABLE users (id serial PRIMARY KEY, name text);'
    folder_add drizzle 0001_posts "CREATE TABLE posts (id serial PRIMARY KEY);--> statement-breakpoint
INSERT INTO users (name) VALUES ('Ada');"
    mkdir migrations
    echo 'CREATE TABLE report_queue (id serial PRIMARY KEY);' >migrations/001_report_queue.sql
    echo 'ALTER TABLE users ADD COLUMN language text;' >migrations/002_language.sql
}

# What differs from run to run is made equal.
normalized() {
    sed -E -e 's/[0-9]+ ms/N ms/g' -e 's/PostgreSQL [0-9.]+( \([^)]*\))?/PostgreSQL V/' -e "s/127\.0\.0\.1:$CLUSTER_PORT/HOST/g" -e "s/$DATABASE/DATABASE/g" <<<"$1"
}

# Of each line of JSON: its members, but for the time, in one order.
normalized_json() {
    jq -cS 'del(.time) | with_entries(if .key | endswith("_ms") then .value = 0 else . end)' <<<"$1" |
        sed -E -e 's/[0-9]+ ms/N ms/g' -e 's/PostgreSQL [0-9.]+( \([^)]*\))?/PostgreSQL V/' -e 's/"server_version":"[^"]*"/"server_version":"V"/' \
            -e "s/127\.0\.0\.1:$CLUSTER_PORT/HOST/g" -e "s/$DATABASE/DATABASE/g"
}

start() {
    run_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS='drizzle migrations' ENTRYPOINT_VERIFY_TABLES='users public.report_queue' "$@"
}

@test "a first start, as text: found, applying, applied, totals, each table" {
    start -- sh -c 'echo served'
    assert_status 0
    assert_equal "$stdout" served
    assert_equal "$(normalized "$stderr")" 'entrypoint: database DATABASE at HOST as app (from DATABASE_URL)
entrypoint: found 2 migrations in drizzle (journal)
entrypoint: found 2 migrations in migrations (numbered)
entrypoint: connected to PostgreSQL V at HOST in N ms
entrypoint: Running database migrations: 4 pending
entrypoint: applying 0000_users
entrypoint: applying 0001_posts
entrypoint: applied 0000_users in N ms
entrypoint: applied 0001_posts in N ms
entrypoint: applying 001_report_queue
entrypoint: applying 002_language
entrypoint: applied 001_report_queue in N ms
entrypoint: applied 002_language in N ms
entrypoint: Migrations complete: 4 applied in N ms, 4 in all
entrypoint: table users: present
entrypoint: table public.report_queue: present
entrypoint: starting sh'
}

@test "the second start: nothing to migrate; a later one skips what is applied" {
    start -- true
    start -- true
    assert_status 0
    assert_equal "$(normalized "$stderr" | tail -n +4)" 'entrypoint: connected to PostgreSQL V at HOST in N ms
entrypoint: nothing to migrate: 4 migrations applied, none pending
entrypoint: table users: present
entrypoint: table public.report_queue: present
entrypoint: starting true'

    echo 'CREATE TABLE later ();' >migrations/003_later.sql
    start ENTRYPOINT_VERIFY_TABLES= ENTRYPOINT_LOG_LEVEL=debug -- migrate
    assert_equal "$(normalized "$stderr" | grep -E 'skipped|Running|appl|complete')" 'entrypoint: debug: skipped 0000_users: applied already
entrypoint: debug: skipped 0001_posts: applied already
entrypoint: debug: skipped 001_report_queue: applied already
entrypoint: debug: skipped 002_language: applied already
entrypoint: skipped 4 migrations that are applied already
entrypoint: Running database migrations: 1 pending
entrypoint: applying 003_later
entrypoint: applied 003_later in N ms
entrypoint: Migrations complete: 1 applied in N ms, 5 in all'
}

@test "a failure, as text: the file, the line, what was undone" {
    start -- true
    echo 'SELECT oops;' >migrations/003_bad.sql
    start -- true
    assert_status 65
    assert_equal "$(normalized "$stderr" | tail -n +5)" 'entrypoint: skipped 4 migrations that are applied already
entrypoint: Running database migrations: 1 pending
entrypoint: applying 003_bad
entrypoint: error: column "oops" does not exist
  migrations/003_bad.sql:1:8
     1 | SELECT oops;
       |        ^
  STATEMENT: 1 of 1 of migration 003_bad
  RESULT: The transaction was rolled back. 0 of 1 pending migrations were applied.
  SQLSTATE: 42703 undefined_column'
}

@test "a first start, as JSON: the same, with the fields" {
    start ENTRYPOINT_LOG_FORMAT=json -- sh -c 'echo served'
    assert_status 0
    assert_equal "$(normalized_json "$stderr")" '{"address":"HOST","database":"DATABASE","event":"database","level":"info","message":"database DATABASE at HOST as app (from DATABASE_URL)","user":"app","variable":"DATABASE_URL"}
{"count":2,"event":"source","folder":"drizzle","layout":"journal","level":"info","message":"found 2 migrations in drizzle (journal)"}
{"count":2,"event":"source","folder":"migrations","layout":"numbered","level":"info","message":"found 2 migrations in migrations (numbered)"}
{"address":"HOST","elapsed_ms":0,"event":"connected","level":"info","message":"connected to PostgreSQL V at HOST in N ms","server_version":"V"}
{"event":"migrating","level":"info","message":"Running database migrations: 4 pending","pending":4}
{"event":"applying","level":"info","message":"applying 0000_users","tag":"0000_users"}
{"event":"applying","level":"info","message":"applying 0001_posts","tag":"0001_posts"}
{"elapsed_ms":0,"event":"applied","level":"info","message":"applied 0000_users in N ms","tag":"0000_users"}
{"elapsed_ms":0,"event":"applied","level":"info","message":"applied 0001_posts in N ms","tag":"0001_posts"}
{"event":"applying","level":"info","message":"applying 001_report_queue","tag":"001_report_queue"}
{"event":"applying","level":"info","message":"applying 002_language","tag":"002_language"}
{"elapsed_ms":0,"event":"applied","level":"info","message":"applied 001_report_queue in N ms","tag":"001_report_queue"}
{"elapsed_ms":0,"event":"applied","level":"info","message":"applied 002_language in N ms","tag":"002_language"}
{"applied":4,"elapsed_ms":0,"event":"complete","level":"info","message":"Migrations complete: 4 applied in N ms, 4 in all","total":4}
{"event":"table_present","level":"info","message":"table users: present","table":"users"}
{"event":"table_present","level":"info","message":"table public.report_queue: present","table":"public.report_queue"}
{"event":"start_server","level":"info","message":"starting sh","server":"sh"}'
}

@test "the second start and a missing table, as JSON" {
    start -- migrate
    start ENTRYPOINT_LOG_FORMAT=json ENTRYPOINT_VERIFY_TABLES=nope -- migrate
    assert_status 69
    assert_equal "$(normalized_json "$stderr" | tail -n +5)" '{"applied":4,"event":"up_to_date","level":"info","message":"nothing to migrate: 4 migrations applied, none pending"}
{"event":"table_missing","level":"error","message":"table nope: missing","table":"nope"}
{"event":"failed","exit_status":69,"fault":"verify","hint":"The migrations of this image do not create them, or they are in a schema that is not in the search path: write schema.name.","level":"error","message":"1 of 1 critical tables is missing"}'
}
