# shellcheck shell=bash
# folder.bash - write Drizzle journal folders, odd ones too, one entry per line of the journal.
#
#     folder_new "$BATS_TEST_TMPDIR/drizzle"
#     folder_add "$BATS_TEST_TMPDIR/drizzle" 0000_init 'CREATE TABLE a ();'
#     folder_add "$BATS_TEST_TMPDIR/drizzle" 0001_more 'CREATE TABLE b ();' 1.7e12

folder_new() {
    mkdir -p "$1/meta"
    printf '%s\n' '{"version": "7", "dialect": "postgresql", "entries": [' ']}' >"$1/meta/_journal.json"
}

# folder_add FOLDER TAG SQL [WHEN [BREAKPOINTS]]: SQL is written as it is; WHEN is any JSON value, unset a second later
# than the entry before.
folder_add() {
    local journal=$1/meta/_journal.json file=$1/$2.sql index comma=
    index=$(grep -c '^{"idx"' "$journal" || true)
    [ "$index" -eq 0 ] || comma=,
    mkdir -p "$(dirname "$file")"
    printf '%s' "$3" >"$file"
    sed -i -e "\$d" "$journal"
    [ -z "$comma" ] || sed -i -e "\$s/\$/,/" "$journal"
    printf '{"idx": %d, "version": "7", "when": %s, "tag": "%s", "breakpoints": %s}\n]}\n' \
        "$index" "${4:-$((1700000000123 + index * 1000))}" "$2" "${5:-true}" >>"$journal"
}

# The first COUNT entries of a folder, as another: folder_first FOLDER COUNT INTO. Needs jq.
folder_first() {
    rm -rf "$3"
    cp -r "$1" "$3"
    jq --argjson count "$2" '.entries |= .[:$count]' "$1/meta/_journal.json" >"$3/meta/_journal.json"
}

# Only the entries whose tag matches a regular expression: folder_only FOLDER REGEX INTO
folder_only() {
    rm -rf "$3"
    cp -r "$1" "$3"
    jq --arg regex "$2" '.entries |= map(select(.tag | test($regex)))' "$1/meta/_journal.json" >"$3/meta/_journal.json"
}

# The path of a Drizzle folder of tests/fixtures, or of a copy that servers before 15 can take: fixture NAME
fixture() {
    local original=$PWD/tests/fixtures/drizzle/$1 copy=$BATS_TEST_TMPDIR/fixtures/$1
    if [ "$(cluster_version)" -ge 15 ]; then
        echo "$original"
        return
    fi
    rm -rf "$copy"
    mkdir -p "${copy%/*}"
    cp -r "$original" "$copy"
    find "$copy" -name '*.sql' -exec sed -i -e 's/ NULLS NOT DISTINCT//g' -e 's/, security_invoker = true//g' {} +
    find "$copy" -name '*.json' -exec sed -i -E 's/("(nullsNotDistinct|securityInvoker)": *)true/\1false/g' {} +
    echo "$copy"
}

# The alterations of the fixture v0 and what `check` says of each, but for those of what a server before 15 does not have.
alterations() {
    local without='^$'
    [ "$(cluster_version)" -ge 15 ] || without='nulls not distinct'
    awk -v without="$without" '
        function flush() { if (tolower(block) !~ without) printf "%s", block; block = "" }
        /^[^ ]/ { flush() }
        { block = block $0 "\n" }
        END { flush() }' "$PWD/tests/fixtures/check/alterations"
    echo '== fresh'
}

# The rows of Drizzle's table, as they are, in the order of their insertion: ledger DATABASE [TABLE]
ledger() {
    cluster_sql "$1" "SELECT id, hash, created_at FROM ${2:-drizzle.__drizzle_migrations} ORDER BY id"
}

ledger_count() {
    cluster_sql "$1" "SELECT count(*) FROM ${2:-drizzle.__drizzle_migrations}"
}

assert_table() {
    [ "$(cluster_sql "$1" "SELECT to_regclass('$2') IS NOT NULL")" = t ] || fail "table $2 does not exist"
}

refute_table() {
    [ "$(cluster_sql "$1" "SELECT to_regclass('$2') IS NULL")" = t ] || fail "table $2 exists"
}

# How many rows each table has: row_counts DATABASE
row_counts() {
    cluster_sql "$1" "
        SELECT format('%I.%I', nspname, relname),
               (xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %I.%I', nspname, relname), false, true, '')))[1]
        FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
        WHERE relkind IN ('r', 'p') AND nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY 1"
}
