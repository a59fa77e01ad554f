#!/usr/bin/env bats
# What `plan` shows, as text, SQL and JSON, and that it changes nothing.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

# show [NAME=VALUE...] [--] [OPTION...]
show() {
    local given=()
    while [[ ${1:-} =~ ^[A-Z_]+= ]]; do
        given+=("$1")
        shift
    done
    run_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$folder" "${given[@]}" -- plan "$@"
}

# One migration of each kind, after one that is applied.
several() {
    folder_add "$folder" 0000_init "CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE users (id int, email text);
INSERT INTO users VALUES (1, 'a');"
    migrate
    assert_status 0
    folder_add "$folder" 0001_plain 'CREATE TABLE a (id int);
--> statement-breakpoint
ALTER TABLE users DROP COLUMN email -- for good'
    folder_add "$folder" 0002_value "ALTER TYPE mood ADD VALUE 'ok'; CREATE TABLE b (m mood);"
    folder_add "$folder" 0003_use "INSERT INTO b VALUES ('ok');"
    folder_add "$folder" 0004_index 'ALTER TABLE users ADD c int;
CREATE INDEX CONCURRENTLY c ON users (c);
CREATE TABLE d (id int);'
    folder_add "$folder" 0005_wrapped 'BEGIN; CREATE TABLE e (id int); COMMIT;'
}

@test "each migration, its transactions and why, and its hazards with their places" {
    several
    show
    assert_status 0
    assert_equal "$stdout" "\"drizzle\".\"__drizzle_migrations\": 1 applied, 5 pending
BEGIN
  0001_plain: 2 statements
    danger: $folder/0001_plain.sql:3:1: column email of users is dropped with its values, 8192 bytes; servers that still name it fail (drop-column)
        Release servers that do not name the column first, and drop it with the next release.
  0002_value: 2 statements
COMMIT
BEGIN (it uses an enum value that has to be committed before)
  0003_use: 1 statement
COMMIT
  0004_index: 3 statements, in parts: CREATE INDEX CONCURRENTLY
    statement 1 in a transaction
    statement 2 outside of a transaction
    statement 3 in a transaction
BEGIN
  0005_wrapped: 3 statements
COMMIT

5 migrations, 11 statements, 6 transactions; 1 danger, 0 warnings, 0 notes"
}

@test "nothing is written or locked: USAGE and SELECT suffice, on a standby's read-only session, too" {
    several
    cluster_role reader "$APP_PASSWORD"
    cluster_sql "$DATABASE" 'GRANT USAGE ON SCHEMA drizzle TO reader; GRANT SELECT ON ALL TABLES IN SCHEMA drizzle TO reader;
        ALTER ROLE reader SET default_transaction_read_only = on'
    DATABASE_URL=$(cluster_url "$DATABASE" reader)
    show
    assert_status 0
    assert_has "$stdout" '5 migrations, 11 statements'
    assert_has "$stdout" '(drop-column)'
    assert_equal "$(ledger_count "$DATABASE")" 1
    refute_table "$DATABASE" drizzle.entrypoint_progress
}

@test "no tracking table yet, and nothing pending" {
    folder_add "$folder" 0000_init 'CREATE TABLE a (id int);'
    show
    assert_status 0
    assert_equal "$stdout" '"drizzle"."__drizzle_migrations": 0 applied, 1 pending, the table is made first
BEGIN
  0000_init: 1 statement
COMMIT

1 migration, 1 statement, 1 transaction; 0 dangers, 0 warnings, 0 notes'
    refute_table "$DATABASE" drizzle.__drizzle_migrations
    migrate
    show
    assert_status 0
    assert_equal "$stdout" '"drizzle"."__drizzle_migrations": 1 applied, 0 pending

nothing is pending'
    show --sql
    assert_equal "$stdout" ''
    show --json
    assert_equal "$(jq -c '[.pending, .statements, .tiers[0].steps, .hazards]' <<<"$stdout")" '[0,0,[],[]]'
}

@test "--sql through psql gives the schema that migrate gives" {
    several
    show --sql
    assert_status 0
    printf '%s' "$stdout" >"$BATS_TEST_TMPDIR/plan.sql"
    PGPASSWORD=$APP_PASSWORD psql -X -q -h 127.0.0.1 -p "$CLUSTER_PORT" -U app -d "$DATABASE" -f "$BATS_TEST_TMPDIR/plan.sql"
    by_psql=$(cluster_dump "$DATABASE" --exclude-schema=drizzle)
    rows=$(cluster_sql "$DATABASE" 'SELECT * FROM b')

    fresh_database
    migrate
    assert_status 0
    assert_equal "$by_psql" "$(cluster_dump "$DATABASE" --exclude-schema=drizzle)"
    assert_equal "$rows" "$(cluster_sql "$DATABASE" 'SELECT * FROM b')"
}

@test "--json says the same" {
    several
    show --json
    assert_status 0
    assert_equal "$(jq -c '[.pending, .statements, .transactions, .dangers, .warnings, .notes, .accepted]' <<<"$stdout")" '[5,11,6,1,0,0,0]'
    assert_equal "$(jq -c '[.tiers[0].steps[] | .kind]' <<<"$stdout")" \
        '["begin","run","record","run","record","commit","begin","run","record","commit","apart","begin","run","record","commit"]'
    assert_equal "$(jq -c '.tiers[0].steps[10] | [.tag, .statements, [.parts[] | [.first, .count, .alone]]]' <<<"$stdout")" \
        '["0004_index",3,[[1,1,false],[2,1,true],[3,1,false]]]'
    assert_equal "$(jq -c '.hazards[0] | [.hazard, .class, .severity, .accepted, .tag, .line, .column, .object]' <<<"$stdout")" \
        '["drop-column","data loss","danger",false,"0001_plain",3,1,"users"]'
    show --json --sql
    assert_status 64
}

@test "hazards = fail makes it a check: status 66 after the plan, unless they are accepted" {
    several
    show ENTRYPOINT_MIGRATE_HAZARDS=fail
    assert_status 66
    assert_has "$stdout" '(drop-column)'
    assert_has "$stderr" 'what is pending holds 1 hazard'
    printf '%s' 'CREATE TABLE a (id int);
--> statement-breakpoint
ALTER TABLE users DROP COLUMN email -- entrypoint: accept drop-column' >"$folder/0001_plain.sql"
    show ENTRYPOINT_MIGRATE_HAZARDS=fail
    assert_status 0
    assert_has "$stdout" 'accepted danger: '
    assert_has "$stdout" '0 notes, 1 accepted'
}

@test "on GitHub hazards are shown beside their lines" {
    several
    show ENTRYPOINT_LOG_FORMAT=github GITHUB_WORKSPACE="$BATS_TEST_TMPDIR"
    assert_status 0
    assert_matches "$stderr" '^::warning file=drizzle/0001_plain.sql,line=3,col=1::.*column email of users is dropped'
}

@test "what migrating would refuse is shown, not refused" {
    several
    printf '%s' 'CREATE TABLE other ();' >"$folder/0000_init.sql"
    show ENTRYPOINT_MIGRATE_EDITED=fail
    assert_status 0
    assert_matches "$stdout" '^0000_init: the file was changed after it was applied'
    assert_has "$stdout" '5 migrations'
}

@test "notes: an index that a foreign key has not, in the same run, too" {
    folder_add "$folder" 0000_init 'CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (a int REFERENCES a, c int REFERENCES a);
CREATE INDEX ON b (c);'
    show
    assert_status 0
    assert_equal "$(grep -c 'note: ' <<<"$stdout")" 1
    assert_has "$stdout" 'no index of b begins with a, which refers to a'
}
