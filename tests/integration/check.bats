#!/usr/bin/env bats
# `check`: the catalogs against the snapshot of the newest applied migration, and folders against themselves.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets the rest
load ../lib/integration

fixtures=$PWD/tests/fixtures

# As the superuser: drizzle-kit's folders create roles.
setup() {
    fresh_database
    as_superuser
    folder=$BATS_TEST_TMPDIR/drizzle
}

as_superuser() {
    DATABASE_URL=$(cluster_url "$DATABASE" postgres "$CLUSTER_PASSWORD")
}

# check [NAME=VALUE...] [--] [OPTION...]
check() {
    local environment=()
    while [ $# -gt 0 ] && [[ $1 == *=* ]]; do
        environment+=("$1")
        shift
    done
    run_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$folder" "${environment[@]}" -- check "$@"
}

# The differences of the last run, sorted: each as "group, mark, text" on one line.
differences() {
    awk '/^[^ ]/ { group = $0 } /^  [-+~] / { print "    " group " " substr($0, 3) }' <<<"$stdout" | LC_ALL=C sort
}

# No database of the cluster may use the roles of a folder that is migrated again.
drop_roles() {
    local name
    for name in $(cluster_sql postgres "SELECT datname FROM pg_database WHERE datname ~ '^t[0-9]'"); do
        cluster_sql postgres "DROP DATABASE \"$name\""
    done
    cluster_sql postgres 'SET client_min_messages = error; DROP ROLE IF EXISTS reader_role, ro_role'
}

no_differences() {
    assert_status 0
    assert_equal "$(differences)" ""
    assert_has "$stdout" "no differences"
}

@test "a database that was just migrated shows nothing: snapshots of format 5, 6, 7, 8 and 9" {
    for name in kit-0.16.9 kit-0.17.6 kit-0.20.14 kit-0.21.4 kit-0.23.2 kit-0.30.6 v0 v1-rc4-snapshot8 v1-rc5-snapshot9; do
        drop_roles
        fresh_database
        as_superuser
        folder=$(fixture "$name")
        migrate
        assert_status 0
        check --strict
        no_differences
        assert_matches "$stdout" "compared with .*/$name/.*snapshot.json, the snapshot of "
    done
}

@test "each state on the way is described by the snapshot of its own newest migration" {
    for name in v0 v1-rc5-snapshot9; do
        for count in 1 2; do
            drop_roles
            fresh_database
            as_superuser
            rm -rf "$folder"
            cp -r "$(fixture "$name")" "$folder"
            if [ -e "$folder/meta" ]; then
                folder_first "$(fixture "$name")" "$count" "$folder"
            else
                find "$folder" -mindepth 2 -name migration.sql | LC_ALL=C sort | tail -n +$((count + 1)) | xargs rm
            fi
            migrate
            assert_status 0
            rm -rf "$folder"
            cp -r "$(fixture "$name")" "$folder"
            check --strict
            no_differences
            assert_has "$stdout" "pending migration"
        done
    done
}

@test "every single alteration is found, and named with both sides" {
    local alteration='' expected='' before='' line count=0
    drop_roles
    fresh_database
    as_superuser
    folder=$(fixture v0)
    migrate
    assert_status 0
    cluster_sql postgres "ALTER DATABASE \"$DATABASE\" RENAME TO t1_original"

    verify_alteration() {
        [ -n "$alteration" ] || return 0
        cluster_psql -d t1_altered -c 'SET allow_system_table_mods = on' -c "$alteration"
        check
        found=$(differences)
        count=$((count + 1))
        appeared=$(LC_ALL=C comm -13 <(echo "$before") <(echo "$found"))
        vanished=$(LC_ALL=C comm -23 <(echo "$before") <(echo "$found"))
        assert_equal "$vanished" "" "differences that were gone after: $alteration"
        assert_equal "$appeared" "$(LC_ALL=C sort <<<"$expected")" "differences after: $alteration"
        # What is only in the database is a note, everything else a reason to exit with 1.
        if grep -q '^    [^ ]* [-~]' <<<"$found"; then
            assert_status 1
        else
            assert_status 0
        fi
        before=$found
    }
    start_anew() {
        cluster_psql -d postgres -c 'SET client_min_messages = error' -c 'DROP DATABASE IF EXISTS t1_altered' \
            -c 'CREATE DATABASE t1_altered TEMPLATE t1_original'
        before=
    }

    DATABASE=t1_altered
    as_superuser
    start_anew
    while IFS= read -r line; do
        case $line in
            '    '*) expected+=${expected:+$'\n'}$line ;;
            *)
                verify_alteration
                alteration=$line
                expected=
                if [ "$line" = '== fresh' ]; then
                    start_anew
                    alteration=
                fi
                ;;
        esac
    done < <(alterations)
    assert_equal "$count" "$(alterations | grep -c '^[^ =]')" "alterations that were tried"
    [ "$count" -ge 98 ]
}

@test "random schemas show nothing, and what is altered in them at random is found" {
    command -v node >/dev/null || skip "no node to make them"
    local alteration expected part count=0
    for seed in 1 2 3 4 5 6 7 8; do
        fresh_database
        as_superuser
        folder=$BATS_TEST_TMPDIR/random.$seed
        node "$BATS_TEST_DIRNAME/random_schema.js" "$seed" "$folder" "$(cluster_version)" >"$folder.alterations"
        migrate ENTRYPOINT_VERIFY_SNAPSHOT=fail
        assert_status 0
        check --strict
        no_differences
        # Each in a session of its own but all in one database: what was found before may only be joined by more.
        while IFS=$'\t' read -r alteration expected; do
            printf '%s;\n' "$alteration" >>"$folder.sql"
            printf '%s\n' "${expected//; /$'\n'}" >>"$folder.expected"
            count=$((count + 1))
        done < <(shuf --random-source="$folder.alterations" -n 4 "$folder.alterations")
        cluster_psql -d "$DATABASE" -f "$folder.sql"
        check
        assert_status 1
        while IFS= read -r part; do
            grep -Fxq "    $part" <<<"$(differences)" || fail "seed $seed, not found: $part" "$(<"$folder.sql")" "$stdout"
        done <"$folder.expected"
    done
    [ "$count" -ge 30 ]
}

# A folder of one table "a" with columns id and name, and its snapshot.
small() {
    folder_new "$folder"
    folder_add "$folder" 0000_init 'CREATE TABLE a (id integer PRIMARY KEY, name text NOT NULL);'
    snapshot 0000 1 0
}

# snapshot PREFIX ID PARENT [MORE COLUMNS]: the snapshot of "a"; ID and PARENT are digits
snapshot() {
    cat >"$folder/meta/$1_snapshot.json" <<END
{"id": "00000000-0000-0000-0000-00000000000$2", "prevId": "00000000-0000-0000-0000-00000000000$3", "version": "7",
 "dialect": "postgresql", "tables": {"public.a": {"name": "a", "schema": "", "columns": {
   "id": {"name": "id", "type": "integer", "primaryKey": true, "notNull": true},
   "name": {"name": "name", "type": "text", "primaryKey": false, "notNull": true}${4:-}},
  "indexes": {}, "foreignKeys": {}, "compositePrimaryKeys": {}, "uniqueConstraints": {}, "policies": {},
  "checkConstraints": {}, "isRLSEnabled": false}}, "enums": {}, "schemas": {}, "sequences": {}, "roles": {}, "policies": {},
 "views": {}, "_meta": {"schemas": {}, "tables": {}, "columns": {}}}
END
}

@test "the newest applied migration has no snapshot: it cannot be checked, an older one is not taken" {
    small
    folder_add "$folder" 0001_by_hand 'ALTER TABLE a ADD COLUMN b integer;'
    migrate
    assert_status 0
    check
    assert_status 66
    assert_has "$stdout" 'cannot check: 0001_by_hand, the newest applied, has no snapshot'
    assert_has "$stderr" 'cannot check'
    assert_equal "$(differences)" ""
}

@test "a snapshot that does not know of all applied migrations is stale: it cannot be checked" {
    small
    folder_add "$folder" 0001_theirs 'ALTER TABLE a ADD COLUMN b integer;'
    snapshot 0001 2 1 ', "b": {"name": "b", "type": "integer", "primaryKey": false, "notNull": false}'
    folder_add "$folder" 0002_ours 'ALTER TABLE a ADD COLUMN c integer;'
    snapshot 0002 3 1 ', "c": {"name": "c", "type": "integer", "primaryKey": false, "notNull": false}'
    migrate
    assert_status 0
    check
    assert_status 66
    assert_matches "$stdout" 'cannot check: .*0002_snapshot.json does not know what .*0001_snapshot.json describes'

    # Two migrations of one prefix have one file for two snapshots.
    folder_add "$folder" 0002_more 'SELECT 1;'
    snapshot 0002 3 2
    migrate
    check
    assert_status 66
    assert_has "$stdout" 'may be the snapshot of 0002_ours or of 0002_more'
}

@test "nothing is applied yet: there is nothing to compare, and that is said" {
    small
    check
    assert_status 0
    assert_has "$stdout" 'nothing is applied yet'
}

@test "pending migrations are not looked at" {
    small
    migrate
    folder_add "$folder" 0001_more 'ALTER TABLE a ADD COLUMN b integer;'
    snapshot 0001 2 1 ', "b": {"name": "b", "type": "integer", "primaryKey": false, "notNull": false}'
    check
    no_differences
    assert_has "$stdout" '1 pending migration not looked at'
}

@test "what is only in the database is a note; with --strict it counts" {
    small
    migrate
    cluster_sql "$DATABASE" 'ALTER TABLE a ADD COLUMN extra integer; CREATE TABLE more (); CREATE SCHEMA other; CREATE TABLE other.t ()'
    check
    assert_status 0
    assert_equal "$(differences)" '    public.a + column extra
    public.more + table'
    assert_has "$stdout" 'no differences, 2 notes; 1 table compared'
    check --strict
    assert_status 1
    assert_has "$stdout" '2 differences; 1 table compared'
}

@test "what belongs to something else is not extra: partitions, sequences of columns, extensions, the tracking table" {
    small
    folder_add "$folder" 0001_more "CREATE TABLE p (id serial, at date NOT NULL) PARTITION BY RANGE (at);
        CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');"
    snapshot 0001 2 1
    sed -i -e 's/"public.a": {/"public.p": {"name": "p", "schema": "", "columns": {"id": {"name": "id", "type": "serial", "primaryKey": false, "notNull": true}, "at": {"name": "at", "type": "date", "primaryKey": false, "notNull": true}}, "indexes": {}, "foreignKeys": {}, "compositePrimaryKeys": {}, "uniqueConstraints": {}, "policies": {}, "checkConstraints": {}, "isRLSEnabled": false}, &/' "$folder/meta/0001_snapshot.json"
    migrate ENTRYPOINT_DRIZZLE_SCHEMA=public
    assert_status 0
    cluster_sql "$DATABASE" 'CREATE EXTENSION IF NOT EXISTS pg_stat_statements' || true
    check ENTRYPOINT_DRIZZLE_SCHEMA=public --strict
    no_differences
}

@test "names are cut as PostgreSQL cuts them, at 63 bytes and between characters" {
    long=$(printf 'x%.0s' {1..62})éé
    small
    folder_add "$folder" 0001_long "ALTER TABLE a ADD COLUMN \"$long\" integer;"
    snapshot 0001 2 1 ", \"$long\": {\"name\": \"$long\", \"type\": \"integer\", \"primaryKey\": false, \"notNull\": false}"
    migrate
    assert_status 0
    check --strict
    no_differences
}

@test "a type that no database knows is told, and does not keep others from being compared" {
    small
    folder_add "$folder" 0001_types 'ALTER TABLE a ADD COLUMN b integer, ADD COLUMN c integer;'
    snapshot 0001 2 1 ', "b": {"name": "b", "type": "vector(3)", "primaryKey": false, "notNull": false},
 "c": {"name": "c", "type": "integer; DROP TABLE a", "primaryKey": false, "notNull": false}'
    migrate
    cluster_sql "$DATABASE" 'ALTER TABLE a ALTER COLUMN name TYPE varchar(3)'
    check
    assert_status 1
    assert_equal "$(differences)" '    public.a ~ column b: type: integer in the database, vector(3) (unknown to the database) in the snapshot
    public.a ~ column c: type: integer in the database, integer; DROP TABLE a (unknown to the database) in the snapshot
    public.a ~ column name: type: character varying(3) in the database, text in the snapshot'
    assert_table "$DATABASE" a
}

@test "a name that drizzle-kit chose itself may be another in the database" {
    mkdir -p "$folder/20240131235959_init"
    echo 'CREATE TABLE a (x integer UNIQUE, y integer CONSTRAINT named UNIQUE); CREATE INDEX other ON a (x)' >"$folder/20240131235959_init/migration.sql"
    cat >"$folder/20240131235959_init/snapshot.json" <<'END'
{"version": "8", "dialect": "postgres", "id": "1", "prevIds": ["00000000-0000-0000-0000-000000000000"], "ddl": [
 {"entityType": "tables", "schema": "public", "name": "a", "isRlsEnabled": false},
 {"entityType": "columns", "schema": "public", "table": "a", "name": "x", "type": "integer", "typeSchema": null, "notNull": false, "dimensions": 0, "default": null, "generated": null, "identity": null},
 {"entityType": "columns", "schema": "public", "table": "a", "name": "y", "type": "integer", "typeSchema": null, "notNull": false, "dimensions": 0, "default": null, "generated": null, "identity": null},
 {"entityType": "uniques", "schema": "public", "table": "a", "name": "a_x_unique", "nameExplicit": false, "columns": ["x"], "nullsNotDistinct": false},
 {"entityType": "uniques", "schema": "public", "table": "a", "name": "renamed", "nameExplicit": true, "columns": ["y"], "nullsNotDistinct": false},
 {"entityType": "indexes", "schema": "public", "table": "a", "name": "a_x_index", "nameExplicit": false, "columns": [{"value": "x", "isExpression": false, "asc": true, "nullsFirst": false, "opclass": null}], "isUnique": false, "where": null, "with": "", "method": "btree", "concurrently": false}
], "renames": []}
END
    migrate
    assert_status 0
    check
    assert_status 1
    assert_equal "$(differences)" '    public.a + unique named
    public.a - unique renamed'
}

@test "JSON has the documented members, and is all there is on standard output" {
    small
    migrate
    cluster_sql "$DATABASE" 'ALTER TABLE a ADD COLUMN extra integer, ALTER COLUMN name DROP NOT NULL; CREATE TYPE mood AS ENUM ()'
    check --json
    assert_status 1
    assert_equal "$(jq -c 'keys_unsorted' <<<"$stdout")" \
        '["faults","notes","findings","folders","tables","types_refused","differences"]'
    assert_equal "$(jq -c '.differences[]' <<<"$stdout")" \
        '{"kind":"changed","table":"public.a","object":"column name","property":"not null","snapshot":"yes","database":"no","note":false}
{"kind":"extra","table":"public.a","object":"column extra","property":null,"snapshot":null,"database":null,"note":true}'
    assert_equal "$(jq -c '[.faults, .notes, .tables, .folders[0].newest, .folders[0].reason]' <<<"$stdout")" '[1,1,1,"0000_init",null]'
}

@test "nothing is written, and SELECT on the tracking table is enough" {
    small
    migrate
    cluster_role checker "$APP_PASSWORD"
    cluster_sql "$DATABASE" 'GRANT USAGE ON SCHEMA drizzle TO checker; GRANT SELECT ON drizzle.__drizzle_migrations TO checker'
    DATABASE_URL=$(cluster_url "$DATABASE" checker)
    cluster_sql "$DATABASE" "ALTER ROLE checker SET default_transaction_read_only = on"
    check --strict
    no_differences
    cluster_sql "$DATABASE" 'DROP OWNED BY checker; DROP ROLE checker'
}

@test "a folder alone is checked without a database" {
    small
    DATABASE_URL=postgresql://app@127.0.0.1:1/nowhere
    check --folder
    assert_status 0
    assert_equal "$stdout" 'no differences'

    folder_add "$folder" 0001_theirs 'SELECT 1;'
    snapshot 0001 2 1
    folder_add "$folder" 0002_ours 'SELECT 2;'
    snapshot 0002 3 1
    folder_add "$folder" 0003_future 'SELECT 3;' 99999999999000
    folder_add "$folder" 0004_same_time 'SELECT 4;' 99999999999000
    folder_add "$folder" 0005_bare 'SELECT 5;'
    echo 'SELECT 6;' >"$folder/seed.sql"
    echo '{' >"$folder/meta/0003_snapshot.json"
    snapshot 0004 9 8
    snapshot 0009 7 3
    check --folder
    assert_status 1
    assert_matches "$stdout" '0002_snapshot.json: it follows the same snapshot as .*0001_snapshot.json \(prevId\)'
    assert_matches "$stdout" '0003_future.sql: its time 99999999999000 is in the future'
    assert_matches "$stdout" 'entries\[3\] .* and entries\[4\] .* have the same "when"'
    assert_has "$stdout" '8 problems with the folders, 1 note'
    assert_matches "$stdout" 'seed.sql'
    assert_matches "$stdout" 'snapshot ".*0003_snapshot.json"|0003_snapshot.json" is not valid JSON'
    assert_matches "$stdout" '0004_snapshot.json: the snapshot that it follows, 0.*8, is missing'
    assert_matches "$stdout" '0009_snapshot.json: a snapshot without a migration'
    assert_matches "$stdout" '^note: .*no snapshot for 0005_bare'
    check --folder --json
    assert_equal "$(jq -c '[.notes, (.findings | map(select(.note)) | length), has("differences")]' <<<"$stdout")" '[1,1,false]'
}

@test "two snapshots of one id, and branches of Drizzle 1.x that nothing joins, are told" {
    small
    folder_add "$folder" 0001_more 'SELECT 1;'
    snapshot 0001 1 0
    check --folder
    assert_status 1
    assert_matches "$stdout" '0001_snapshot.json: it has the id of .*0000_snapshot.json'

    rm -rf "$folder"
    cp -r "$fixtures/drizzle/v1-rc5-snapshot9" "$folder"
    last=$(find "$folder" -name snapshot.json | sort | tail -n 1)
    mkdir "$folder/20261220000000_branch"
    echo 'SELECT 1;' >"$folder/20261220000000_branch/migration.sql"
    jq '.id = "99999999-9999-4999-8999-999999999999"' "$last" >"$folder/20261220000000_branch/snapshot.json"
    check --folder
    assert_status 1
    assert_matches "$stdout" 'no snapshot follows it, and none follows .*: branches were merged'
}

@test "beside a folder that cannot be checked, what only the database has is not extra" {
    small
    migrate
    assert_status 0
    other=$BATS_TEST_TMPDIR/other
    folder_new "$other"
    folder_add "$other" 0000_theirs 'CREATE TABLE theirs ();'
    run_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$folder $other=public.theirs_done" -- migrate
    assert_status 0
    run_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$folder $other=public.theirs_done" -- check
    assert_has "$stdout" '0000_theirs, the newest applied, has no snapshot'
    assert_equal "$(differences)" ""
    run_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$folder" -- check
    assert_matches "$(differences)" 'theirs'
}

@test "verify.snapshot: a table or column of the newest snapshot that is missing is told at every start, or stops it" {
    small
    migrate
    assert_status 0
    assert_lacks "$stderr" 'missing'
    cluster_sql "$DATABASE" 'ALTER TABLE a DROP COLUMN name'
    given=()
    serve_traced
    assert_status 0
    assert_matches "$stderr" 'warning: missing, though the newest snapshot has it: column public.a.name$'
    [ -e "$BATS_TEST_TMPDIR/server-was-started" ]
    rm "$BATS_TEST_TMPDIR/server-was-started"

    given=(ENTRYPOINT_VERIFY_SNAPSHOT=fail)
    serve_traced
    assert_status 69
    assert_has "$stderr" 'what the newest snapshot has is missing: column public.a.name'
    refute_server_started

    given=(ENTRYPOINT_VERIFY_SNAPSHOT=off)
    serve_traced
    assert_status 0
    assert_lacks "$stderr" 'missing'

    # ... and after a migration, by what is there then.
    folder_add "$folder" 0001_more 'ALTER TABLE a ADD COLUMN name text; CREATE TABLE b ();'
    snapshot 0001 2 1
    migrate ENTRYPOINT_VERIFY_SNAPSHOT=fail
    assert_status 0
    cluster_sql "$DATABASE" 'DROP TABLE a'
    migrate ENTRYPOINT_VERIFY_SNAPSHOT=fail
    assert_status 69
    assert_has "$stderr" 'table public.a'
}

@test "verify.snapshot: a snapshot that cannot be read is told, and stops the start only where that is wanted" {
    small
    echo '{"version": "7", ' >"$folder/meta/0000_snapshot.json"
    migrate
    assert_status 0
    assert_matches "$stderr" 'warning: .*0000_snapshot.json" is not valid JSON'
    migrate ENTRYPOINT_VERIFY_SNAPSHOT=fail
    assert_status 66
}

@test "a thousand tables take no longer than a moment" {
    folder_new "$folder"
    folder_add "$folder" 0000_init "$(for ((i = 0; i < 1000; i++)); do
        echo "CREATE TABLE t$i (id serial PRIMARY KEY, a text NOT NULL, b varchar(20), c timestamp(3) DEFAULT now(), d numeric(10, 2), e jsonb, f uuid, g text[], h integer, CONSTRAINT t${i}_u UNIQUE (b)); CREATE INDEX t${i}_i ON t$i (h, f);"
    done)"
    jq -n '{id: "1", prevId: "00000000-0000-0000-0000-000000000000", version: "7", dialect: "postgresql", enums: {}, schemas: {}, sequences: {}, roles: {}, policies: {},
        views: {}, _meta: {}, tables: ([range(1000) | "t\(.)" as $t | {key: "public.\($t)", value: {name: $t, schema: "", columns: ([
            ["id", "serial", true], ["a", "text", true], ["b", "varchar(20)", false], ["c", "timestamp (3)", false],
            ["d", "numeric(10, 2)", false], ["e", "jsonb", false], ["f", "uuid", false], ["g", "text[]", false], ["h", "integer", false]] |
            map({key: .[0], value: ({name: .[0], type: .[1], primaryKey: (.[0] == "id"), notNull: .[2]} +
                (if .[0] == "c" then {default: "now()"} else {} end))}) | from_entries),
        indexes: {"\($t)_i": {name: "\($t)_i", columns: [{expression: "h", isExpression: false}, {expression: "f", isExpression: false}], isUnique: false, method: "btree", with: {}}},
        foreignKeys: {}, compositePrimaryKeys: {}, policies: {}, checkConstraints: {}, isRLSEnabled: false,
        uniqueConstraints: {"\($t)_u": {name: "\($t)_u", columns: ["b"], nullsNotDistinct: false}}}}] | from_entries)}' >"$folder/meta/0000_snapshot.json"
    migrate ENTRYPOINT_VERIFY_SNAPSHOT=fail
    assert_status 0
    start=$(date +%s%N)
    check --strict
    echo "# a check of 1,000 tables and 9,000 columns: $((($(date +%s%N) - start) / 1000000)) ms" >&3
    no_differences
    assert_has "$stdout" '1000 tables compared'
    cluster_sql "$DATABASE" 'ALTER TABLE t777 ALTER COLUMN d TYPE numeric(10, 3)'
    check
    assert_equal "$(differences)" '    public.t777 ~ column d: type: numeric(10,3) in the database, numeric(10,2) in the snapshot'
    migrate ENTRYPOINT_VERIFY_SNAPSHOT=fail
    assert_status 0
}
