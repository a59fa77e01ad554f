# shellcheck shell=bash
# shellcheck disable=SC2154 # status, stderr: entrypoint.bash
# versions.bash - one history in both layouts, and clients of many versions that apply parts of it; after interop.bash.
#
# A client is 0.29 or 0.45 (the real drizzle-orm, which reads journals), rc.4 or rc.5 (reads folders), or journal or folders
# (ours, with that layout). A history is a folder with journal.N and folders.N for its first N migrations, of which each
# inserts its number into "seeds": what ran twice, or never, can be counted.

migrators_start() {
    coproc MIGRATORS { exec node "$INTEROP/versions.js" 2>"$BATS_TEST_TMPDIR/migrators" 3>&- 4>&-; }
}

migrators_stop() {
    [ -z "${MIGRATORS_PID:-}" ] || kill "$MIGRATORS_PID" 2>/dev/null || true
}

# real VERSION FOLDER [SCHEMA TABLE]: a real migrator on DATABASE_URL; sets answer
real() {
    local version=$1 IFS=$'\t'
    case $1 in
        0.29) version=0.29.5 ;;
        0.45) version=. ;;
        rc.*) version=1.0.0-$1 ;;
    esac
    [ -n "${MIGRATORS_PID:-}" ] || migrators_start
    printf '%s\n' "$version"$'\t'"$2"$'\t'"$DATABASE_URL${3+$'\t'}${*:3}" >&"${MIGRATORS[1]}"
    IFS= read -r -t 60 answer <&"${MIGRATORS[0]}" || fail "no answer from the migrators" "$(<"$BATS_TEST_TMPDIR/migrators")"
}

real_works() {
    real "$@"
    [ "$answer" = ok ] || fail "drizzle-orm $1 failed with $2: $answer"
}

# up VERSION FOLDER: the real drizzle-kit converts it in place; sets output and status
up() {
    run sh -c 'cd "${2%/*}" && "$1/node_modules/.bin/drizzle-kit" up --dialect postgresql --out "${2##*/}"' sh "$INTEROP/1.0.0-$1" "$2"
}

up_works() {
    up "$@"
    [ "$status" -eq 0 ] || fail "drizzle-kit $1 failed: $output"
    [ ! -e "$2/meta/_journal.json" ] || fail "drizzle-kit $1 left the journal: $output"
}

# add FOLDER TAG SQL WHEN: folder_add, with the snapshot that drizzle-kit needs for its "up"
add() {
    local index previous=0 prefix=${2%%_*}
    index=$(grep -c '^{"idx"' "$1/meta/_journal.json" || true)
    folder_add "$@"
    [ "$index" -eq 0 ] || previous=$((index + 1))
    printf '{"id": "%s%d", "prevId": "%s%d", %s' 00000000-0000-0000-0000-00000000000 $((index + 2)) \
        00000000-0000-0000-0000-00000000000 "$((previous))" '"version": "7", "dialect": "postgresql", "tables": {},
"enums": {}, "schemas": {}, "sequences": {}, "roles": {}, "policies": {}, "views": {},
"_meta": {"schemas": {}, "tables": {}, "columns": {}}}' >"$1/meta/${prefix}_snapshot.json"
}

# The first COUNT folders of a folder, as another: folders_first FOLDER COUNT INTO
folders_first() {
    local name
    rm -rf "$3"
    mkdir "$3"
    find "$1" -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | LC_ALL=C sort | head -n "$2" | while IFS= read -r name; do
        cp -r "$1/$name" "$3/"
    done
}

# history_split HISTORY COUNT: journal.N and folders.N of journal.COUNT and folders.COUNT
history_split() {
    local n
    for ((n = 0; n < $2; n++)); do
        folder_first "$1/journal.$2" "$n" "$1/journal.$n"
        folders_first "$1/folders.$2" "$n" "$1/folders.$n"
    done
}

# apply CLIENT COUNT: the first COUNT migrations of $history. Ours sets stderr.
apply() {
    case $1 in
        0.*) real_works "$1" "$history/journal.$2" ;;
        rc.*) real_works "$1" "$history/folders.$2" ;;
        *) ours_works "$history/$1.$2" ;;
    esac
}

# As new_database, but the same one: much faster.
empty_database() {
    cluster_sql "$DATABASE" 'SET client_min_messages = error; DROP OWNED BY app CASCADE'
}

# The ledger with its names, and whether it is known when each was applied: ledger_v1 DATABASE [TABLE]
ledger_v1() {
    cluster_sql "$1" "SELECT id, hash, created_at, name, applied_at IS NOT NULL FROM ${2:-drizzle.__drizzle_migrations} ORDER BY id"
}

# assert_once COUNT WHAT: each of the first COUNT migrations has run once and has one row
assert_once() {
    local expected
    expected=$(seq -s ' ' 0 $(($1 - 1)))
    assert_equal "$(cluster_sql "$DATABASE" "SELECT string_agg(n::text, ' ' ORDER BY n), (SELECT count(*) FROM
        drizzle.__drizzle_migrations) FROM seeds")" "$expected|$1" "$2: seeds and rows"
}

# agree COUNT WHAT [OURS...]: ours, with both layouts, find nothing pending and say so; then so do the real ones. Only a
# drizzle-orm 0.x of which ours says that it would run something again is left out, and that must be true of it.
agree() {
    local client count=$1 what=$2 baseline last
    shift 2
    [ $# -gt 0 ] || set -- journal folders
    last=$(jq '.entries[-1].when' "$history/journal.$count/meta/_journal.json")
    for client; do
        apply "$client" "$count"
        refute_matches "$stderr" ': applied '
    done
    apply journal "$count"
    assert_has "$stderr" "nothing to migrate: $count migrations applied, none pending"
    baseline=$(cluster_sql "$DATABASE" 'SELECT max(created_at)::bigint FROM drizzle.__drizzle_migrations')
    if [ "$baseline" -lt "$last" ]; then
        assert_has "$stderr" 'Drizzle 0.x would run it again'
    else
        assert_lacks "$stderr" 'would run it again'
        apply 0.45 "$count"
        apply 0.29 "$count"
    fi
    apply rc.5 "$count"
    apply rc.4 "$count"
    assert_once "$count" "$what, then every client"
}
