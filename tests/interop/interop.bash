# shellcheck shell=bash
# shellcheck disable=SC2154 # status and output: bats
# interop.bash - the same folder through the real Drizzle and through ours; to be loaded after tests/lib.
#
# `theirs` and `ours` migrate DATABASE_URL with one or the other. Two databases are alike when their ledger rows, their
# schemas and their numbers of rows are equal; one is unchanged when all that a dump says of it is.

INTEROP=$PWD/build/interop

# theirs FOLDER [DRIVER [SCHEMA TABLE]]: drizzle-orm's migrator; sets output and status
theirs() {
    run env DATABASE_URL="$DATABASE_URL" node "$INTEROP/drizzle.js" "${2:-pg}" "$1" "${@:3}"
}

# ours FOLDER [NAME=VALUE...]
ours() {
    run_entrypoint DATABASE_URL="$DATABASE_URL" "${@:2}" -- migrate --dirs "$1"
}

theirs_works() {
    theirs "$@"
    [ "$status" -eq 0 ] || fail "drizzle-orm failed: $output"
}

ours_works() {
    ours "$@"
    assert_status 0
}

# Everything by which two databases that were migrated apart are compared.
state() {
    echo "-- ledger"
    ledger "$1" "${2:-}"
    echo "-- rows"
    row_counts "$1"
    echo "-- schema"
    cluster_dump "$1"
}

# Everything in a database: what must not change when nothing is pending.
content() {
    cluster_dump "$1"
    cluster_rows "$1"
}

# as_superuser=1 lets both log in as the superuser, for folders that create roles.
new_database() {
    fresh_database
    if [ -n "${as_superuser:-}" ]; then
        DATABASE_URL=$(cluster_url "$DATABASE" postgres "$CLUSTER_PASSWORD")
    fi
}

# Forget a database and the roles that migrations have made.
drop_database() {
    local role
    cluster_sql postgres "DROP DATABASE \"$1\""
    for role in $(cluster_sql postgres "SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' AND rolname NOT IN ('postgres', 'app')"); do
        cluster_sql postgres "DROP ROLE \"$role\""
    done
}

# Theirs (through pg) and ours, each on a fresh database, come to the same state; then each, and theirs through
# postgres-js too, runs on what the other has left and changes nothing.
same_result() {
    local folder=$1 theirs_state before
    shift

    new_database
    theirs_works "$folder"
    theirs_state=$(state "$DATABASE")
    before=$(content "$DATABASE")
    ours_works "$folder" "$@"
    assert_equal "$(content "$DATABASE")" "$before" "the database after ours ran behind drizzle-orm (pg)"
    drop_database "$DATABASE"

    new_database
    ours_works "$folder" "$@"
    assert_equal "$(state "$DATABASE")" "$theirs_state" "ours compared with drizzle-orm (pg)"
    before=$(content "$DATABASE")
    theirs_works "$folder" pg
    theirs_works "$folder" postgres-js
    ours_works "$folder" "$@"
    assert_equal "$(content "$DATABASE")" "$before" "the database after drizzle-orm ran behind ours"
    drop_database "$DATABASE"
}

# What drizzle-orm does through postgres-js is what ours does, and ours has nothing to do behind it.
same_result_postgres_js() {
    local ours_state before

    new_database
    ours_works "$1"
    ours_state=$(state "$DATABASE")
    drop_database "$DATABASE"

    new_database
    theirs_works "$1" postgres-js
    assert_equal "$(state "$DATABASE")" "$ours_state" "drizzle-orm (postgres-js) compared with ours"
    before=$(content "$DATABASE")
    ours_works "$1"
    assert_equal "$(content "$DATABASE")" "$before" "the database after ours ran behind drizzle-orm (postgres-js)"
    drop_database "$DATABASE"
}

# Both refuse the folder and leave no row and none of its tables: same_failure FOLDER STATUS
same_failure() {
    new_database
    theirs "$1"
    [ "$status" -ne 0 ] || fail "drizzle-orm accepted $1"
    assert_equal "$(user_tables "$DATABASE")" "" "tables after drizzle-orm failed"
    drop_database "$DATABASE"

    new_database
    ours "$1"
    assert_status "$2"
    assert_equal "$(user_tables "$DATABASE")" "" "tables after ours failed"
    drop_database "$DATABASE"
}

# All tables with rows or definitions by migrations; an empty ledger does not count.
user_tables() {
    row_counts "$1" | grep -v -E '^drizzle\.(__drizzle_migrations|entrypoint_progress)[|]0$' || true
}

# For every n: one applies the first n entries and the other the rest, in both orders.
every_split() {
    local folder=$1 count n whole part=$BATS_TEST_TMPDIR/part
    count=$(jq '.entries | length' "$folder/meta/_journal.json")
    new_database
    theirs_works "$folder"
    whole=$(state "$DATABASE")
    drop_database "$DATABASE"
    for ((n = 0; n <= count; n++)); do
        folder_first "$folder" "$n" "$part"

        new_database
        theirs_works "$part"
        ours_works "$folder"
        assert_equal "$(state "$DATABASE")" "$whole" "drizzle-orm the first $n of $count, ours the rest"
        drop_database "$DATABASE"

        new_database
        ours_works "$part"
        theirs_works "$folder"
        assert_equal "$(state "$DATABASE")" "$whole" "ours the first $n of $count, drizzle-orm the rest"
        drop_database "$DATABASE"
    done
}
