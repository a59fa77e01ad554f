#!/usr/bin/env bats
# What `status` shows, to people and as JSON, and that it changes nothing.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

# show [NAME=VALUE...] [--] [OPTION...]
show() {
    local given=()
    while [[ ${1:-} =~ ^[A-Z_]+= ]]; do
        given+=("$1")
        shift
    done
    run_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$folder" "${given[@]}" -- status "$@"
}

two_of_three() {
    folder_add "$folder" 0000_init 'CREATE TABLE a ();'
    folder_add "$folder" 0001_more 'CREATE TABLE b ();'
    migrate
    assert_status 0
    folder_add "$folder" 0002_last 'CREATE TABLE c ();'
}

@test "no tracking table yet: everything is pending, and none is made" {
    folder_add "$folder" 0000_init 'CREATE TABLE a ();'
    show
    assert_status 0
    assert_equal "$stdout" "STATE    MIGRATION  CREATED              APPLIED  NOTES
pending  0000_init  2023-11-14 22:13:20  -

0 applied, 1 pending; table \"drizzle\".\"__drizzle_migrations\", which does not exist yet"
    refute_table "$DATABASE" drizzle.__drizzle_migrations
    show --json
    assert_equal "$(jq -c '[.exists, .applied, .pending]' <<<"$stdout")" '[false,0,1]'
}

@test "applied and pending, in the folder's order" {
    two_of_three
    show
    assert_status 0
    assert_equal "$stdout" 'STATE    MIGRATION  CREATED              APPLIED  NOTES
applied  0000_init  2023-11-14 22:13:20  -
applied  0001_more  2023-11-14 22:13:21  -
pending  0002_last  2023-11-14 22:13:22  -

2 applied, 1 pending; table "drizzle"."__drizzle_migrations"'
    refute_table "$DATABASE" c
}

@test "--exit-code: 1 while something is pending, without a word of error; else 0" {
    two_of_three
    show --exit-code
    assert_status 1
    assert_has "$stdout" '2 applied, 1 pending'
    assert_lacks "$stderr" error
    show --json --exit-code
    assert_status 1
    assert_equal "$(jq .pending <<<"$stdout")" 1
    migrate
    show --exit-code
    assert_status 0
    assert_has "$stdout" '3 applied, 0 pending'
}

@test "USAGE and SELECT suffice, and nothing is locked" {
    two_of_three
    cluster_role reader "$APP_PASSWORD" || true
    cluster_sql "$DATABASE" 'GRANT USAGE ON SCHEMA drizzle TO reader; GRANT SELECT ON drizzle.__drizzle_migrations TO reader'
    lock_held 'LOCK TABLE drizzle.__drizzle_migrations IN EXCLUSIVE MODE'
    DATABASE_URL=$(cluster_url "$DATABASE" reader)
    show
    assert_status 0
    assert_has "$stdout" '2 applied, 1 pending'
}

@test "without SELECT: status 77" {
    two_of_three
    cluster_role nobody "$APP_PASSWORD" || true
    DATABASE_URL=$(cluster_url "$DATABASE" nobody)
    show
    assert_status 77
    assert_equal "$stdout" ''
}

@test "a table locked by who is migrating: status 75, and nothing is made up" {
    two_of_three
    lock_held 'LOCK TABLE drizzle.__drizzle_migrations IN ACCESS EXCLUSIVE MODE'
    show
    assert_status 75
    assert_equal "$stdout" ''
    assert_has "$stderr" 'a replica is migrating now'
}

@test "edited, other line endings, out of order: a mark in the line and the reason below" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();' 1700000001000
    folder_add "$folder" 0002_c $'CREATE TABLE\nc ();' 1700000003000
    migrate
    assert_status 0
    folder_new "$folder"
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int);' 1700000001000
    folder_add "$folder" 0001_b 'CREATE TABLE b ();' 1700000002000
    folder_add "$folder" 0002_c $'CREATE TABLE\r\nc ();' 1700000003000
    show ENTRYPOINT_MIGRATE_EDITED=fail ENTRYPOINT_MIGRATE_OUT_OF_ORDER=fail
    assert_status 0
    assert_matches "$stdout" '^applied  0000_a .*  edited$'
    assert_matches "$stdout" '^pending  0001_b .*  out of order$'
    assert_matches "$stdout" '^applied  0002_c .*  other line endings$'
    assert_matches "$stdout" '^0000_a: the file was changed after it was applied'
    assert_matches "$stdout" '^0001_b: .*; migrating refuses it \(\[migrate\] out_of_order = fail\)$'

    show ENTRYPOINT_MIGRATE_EDITED=ignore
    assert_matches "$stdout" '^0000_a: the file was changed'
    assert_matches "$stdout" '^0001_b: .*; migrating applies it$'

    show ENTRYPOINT_MIGRATE_OUT_OF_ORDER=skip --exit-code
    assert_status 0
    assert_matches "$stdout" '^skipped  0001_b '
    assert_has "$stdout" '2 applied, 0 pending, 1 skipped;'

    show --json
    assert_equal "$(jq -c '.migrations[] | [.tag, .state, .edited, .out_of_order, .line_endings_differ, (.notes | length)]' <<<"$stdout")" \
        '["0000_a","applied",true,false,false,1]
["0001_b","pending",false,true,false,1]
["0002_c","applied",false,false,true,0]'
}

@test "rows that belong to no migration here are lines too" {
    two_of_three
    migrate
    folder_first "$folder" 1 "$BATS_TEST_TMPDIR/older"
    folder=$BATS_TEST_TMPDIR/older
    show ENTRYPOINT_MIGRATE_AHEAD=fail
    assert_status 0
    assert_matches "$stdout" '^unknown  -          2023-11-14 22:13:22  -        not in this image: row 3, hash [0-9a-f]{12}$'
    assert_has "$stdout" '1 applied, 0 pending, 2 not in this image;'
    show --json
    assert_equal "$(jq -c '.unknown[] | [.id, .name, .created_at]' <<<"$stdout")" \
        '["2",null,1700000001123]
["3",null,1700000002123]'
}

@test "a table of Drizzle 1.x says when: in UTC, whatever the session's time zone and style" {
    mkdir -p "$folder.v1/20240131235959_init"
    folder=$folder.v1
    echo 'CREATE TABLE a ();' >"$folder/20240131235959_init/migration.sql"
    migrate
    assert_status 0
    cluster_sql "$DATABASE" "UPDATE drizzle.__drizzle_migrations SET applied_at = '2026-01-02 03:04:05.678+00'"
    cluster_sql "$DATABASE" "ALTER DATABASE \"$DATABASE\" SET timezone = 'Asia/Tokyo'"
    cluster_sql "$DATABASE" "ALTER DATABASE \"$DATABASE\" SET datestyle = 'German'"
    show
    assert_matches "$stdout" '^applied  20240131235959_init  2024-01-31 23:59:59  2026-01-02 03:04:05$'
    show --json
    assert_equal "$(jq -c '.migrations[0] | [.tag, .applied_at, .hash == .recorded_hash]' <<<"$stdout")" \
        '["20240131235959_init","2026-01-02T03:04:05.678Z",true]'
}

@test "JSON has the documented members, and is all there is on standard output" {
    two_of_three
    show --json
    assert_status 0
    assert_equal "$(jq -c 'keys_unsorted' <<<"$stdout")" \
        '["table","exists","applied","pending","skipped","migrations","unknown","notes"]'
    assert_equal "$(jq -c '.migrations[2] | del(.hash)' <<<"$stdout")" \
        '{"tag":"0002_last","state":"pending","created_at":1700000002123,"applied_at":null,"recorded_hash":null,"edited":false,"line_endings_differ":false,"out_of_order":false,"drizzle_runs_again":false,"in_future":false,"renamed":false,"notes":[]}'
    assert_equal "$(jq -r '.migrations[2].hash' <<<"$stdout")" "$(sha256sum <"$folder/0002_last.sql" | cut -d ' ' -f 1)"
}

@test "on Railway, too, where the log goes to standard output: the document stays one" {
    two_of_three
    show RAILWAY_ENVIRONMENT=production --json
    assert_status 0
    assert_equal "$(jq -s length <<<"$stdout")" 1
    assert_has "$stderr" '"message"'
}

@test "nothing is written: not a row, not a table" {
    two_of_three
    rows=$(ledger "$DATABASE")
    tables=$(row_counts "$DATABASE")
    show
    show --json
    assert_equal "$(ledger "$DATABASE")" "$rows"
    assert_equal "$(row_counts "$DATABASE")" "$tables"
}

# A tracking table of drizzle's name with these columns, and one row of each value: ledger_of COLUMNS ROWS
ledger_of() {
    cluster_sql "$DATABASE" "SET ROLE app; CREATE SCHEMA drizzle; CREATE TABLE drizzle.__drizzle_migrations ($1);
        INSERT INTO drizzle.__drizzle_migrations VALUES $2" >/dev/null
}

@test "a table of that name that is not Drizzle's: status 78, and nothing is touched" {
    folder_add "$folder" 0000_init 'CREATE TABLE a ();'
    ledger_of 'version int, dirty bool' '(1, false)'
    for command in status migrate; do
        run_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$folder" -- "$command"
        assert_status 78
        assert_has "$stderr" '"drizzle"."__drizzle_migrations" is not a Drizzle tracking table'
        assert_has "$stderr" 'It has no columns id, hash and created_at.'
    done
    refute_table "$DATABASE" a
    assert_equal "$(cluster_sql "$DATABASE" 'SELECT count(*) FROM drizzle.__drizzle_migrations')" 1
}

@test "times as other drivers have stored them: with decimals, and none at all" {
    folder_add "$folder" 0000_init 'CREATE TABLE a ();'
    ledger_of 'id serial, hash text, created_at text' \
        "(1, '$(sha256sum <"$folder/0000_init.sql" | cut -d ' ' -f 1)', '1700000000123.00'), (2, 'x', 'soon'), (3, 'y', '17.5'), (4, 'z', NULL)"
    show --json
    assert_status 0
    assert_equal "$(jq -r '.migrations[] | select(.name == "0000_init" or .tag == "0000_init") | .state' <<<"$stdout")" applied
    migrate
    assert_status 0
    refute_table "$DATABASE" a
}
