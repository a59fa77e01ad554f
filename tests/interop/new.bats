#!/usr/bin/env bats
# Migrations that `new` writes, beside those of the real drizzle-kit's "generate --custom": the same bytes, but for ids and
# times; and drizzle-kit goes on from them.

# shellcheck disable=SC2154 # status, stdout, stderr, DATABASE: what is loaded
load ../lib/cluster
load ../lib/entrypoint
load ../lib/assert
load ../lib/folder
load interop
load project

fixtures=$PWD/tests/fixtures/drizzle

setup_file() {
    tests/interop/install >&2
    tests/interop/install 1.0.0-rc.4 >&2
    tests/interop/install 1.0.0-rc.5 >&2
    cluster_create
    cluster_start
}

teardown_file() {
    cluster_destroy
}

setup() {
    cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
    clean_up
}

# ours DIR NAME: `new` in the same place
ours_new() {
    run_entrypoint -- new --dirs "$1/drizzle" "$2"
    assert_status 0
}

# Everything in a folder: names and contents, with the ids numbered and the times masked.
masked() {
    local file
    (
        cd "$1" || exit
        find . -type f | LC_ALL=C sort | while IFS= read -r file; do
            printf '== %s\n' "$file"
            cat "$file"
            printf '\n-- end\n'
        done
    ) | perl -0777 -pe '
        s/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/$ids{$&} \/\/= "id " . ++$count/ge;
        s/(?<!\d)\d{13,14}(?!\d)/TIME/g;
        s/((^== \.\/(meta\/)?)|"tag": ")\d{10}_/${1}TIME_/mg;'
}

# Both add migrations with these names to what is in the project DIR: the same bytes.
same_bytes() {
    local dir=$1 name
    shift
    rm -rf "$dir.ours"
    cp -r "$dir" "$dir.ours"
    for name in "$@"; do
        kit "$dir" generate --custom --name "$name" ${prefix:+--prefix "$prefix"} >"$BATS_TEST_TMPDIR/said"
        ours_new "$dir.ours" "$name"
        sleep 1.1 # drizzle-kit gives two of one second the same prefix
    done
    assert_equal "$(masked "$dir.ours/drizzle")" "$(masked "$dir/drizzle")" "the folder of ours, compared with that of drizzle-kit,"
    [ "$(find "$dir/drizzle" -name '*.sql' | wc -l)" -ge $# ] || fail "drizzle-kit wrote nothing: $(<"$BATS_TEST_TMPDIR/said")"
}

# same_as_fixture KIT FIXTURE
same_as_fixture() {
    project p "$1"
    cp -r "$fixtures/$2" p/drizzle
    same_bytes p custom
}

# The whole way with one KIT: ours begins or goes on, drizzle-kit changes the schema, checks and migrates.
goes_on() {
    local changed
    project p "$1"
    kit p generate --name init
    ours_new p 'first of ours'
    ours_new p second
    schema p "email: text('email'),"
    kit p generate --name email
    changed=$(find p/drizzle -name '*email*.sql' -o -path '*_email/migration.sql')
    assert_equal "$(<"$changed")" 'ALTER TABLE "people" ADD COLUMN "email" text;' "what drizzle-kit generated behind ours"
    ours_new p third
    run kit p check
    assert_equal "$status" 0
    assert_has "$output" "Everything's fine"
    run kit p generate --name nothing
    assert_has "$output" 'nothing to migrate'

    find p/drizzle -path '*ours*.sql' -o -path '*ours/migration.sql' | while IFS= read -r file; do
        echo 'CREATE TABLE by_hand (n int);' >"$file"
    done
    fresh_database
    run kit p migrate
    assert_equal "$status" 0
    assert_table "$DATABASE" by_hand
    assert_equal "$(ledger_count "$DATABASE")" 5
    before=$(content "$DATABASE")
    run_entrypoint DATABASE_URL="$DATABASE_URL" -- migrate --dirs p/drizzle
    assert_status 0
    assert_equal "$(content "$DATABASE")" "$before" "the database after ours ran behind drizzle-kit"
}

@test "drizzle-kit 0.31 generates, checks and migrates behind ours" {
    goes_on .
}

@test "drizzle-kit 1.0.0-rc.4 generates, checks and migrates behind ours" {
    goes_on 1.0.0-rc.4
}

@test "drizzle-kit 1.0.0-rc.5 generates, checks and migrates behind ours" {
    goes_on 1.0.0-rc.5
}

@test "drizzle-kit 0.31 goes on from a folder that ours has begun" {
    project p .
    ours_new p extensions
    assert_equal "$stdout" $'p/drizzle/0000_extensions.sql\np/drizzle/meta/0000_snapshot.json\np/drizzle/meta/_journal.json'
    kit p generate --name init
    run kit p check
    assert_has "$output" "Everything's fine"
    fresh_database
    run kit p migrate
    assert_equal "$status" 0
    assert_table "$DATABASE" people
    assert_equal "$(ledger_count "$DATABASE")" 2
}

@test "the same bytes: drizzle-kit 0.31, an empty folder, then odd names" {
    project p .
    same_bytes p first ' two  blanks ' 'quotes "x" and '\''y'\''' 'žluťoučký 🐘 %s'
}

@test "the same bytes: drizzle-kit 0.31, a schema with everything" {
    project p .
    kit p generate --name init
    same_bytes p one two
}

@test "the same bytes: drizzle-kit 0.31 with --prefix timestamp, supabase, unix" {
    for style in timestamp supabase unix; do
        rm -rf p
        project p .
        kit p generate --name init --prefix $style
        sleep 1.1
        prefix=$style same_bytes p one two
    done
}

@test "the same bytes: drizzle-kit 0.31 without breakpoints" {
    project p .
    sed -i 's/dialect:/breakpoints: false, dialect:/' p/drizzle.config.ts
    kit p generate --name init
    same_bytes p one
    assert_has "$(<p/drizzle/meta/_journal.json)" '"breakpoints": false'
}

@test "the same bytes: drizzle-kit 0.31, after a dropped migration and without the last snapshot" {
    project p .
    cp -r "$fixtures/v0" p/drizzle
    rm p/drizzle/meta/0002_snapshot.json
    same_bytes p one
    folder_only p/drizzle '^000[03]' q
    rm -rf p
    project p .
    mv q p/drizzle
    same_bytes p two
}

@test "the same bytes: folders of drizzle-kit 0.23, 0.30, 0.31" {
    for fixture in kit-0.23.2 kit-0.30.6 v0 v0-quirks; do
        rm -rf p
        same_as_fixture . $fixture
    done
}

@test "the same bytes: drizzle-kit 1.0.0-rc.4" {
    project p 1.0.0-rc.4
    kit p generate --name init
    sleep 1.1
    same_bytes p one ' two  blanks ' 'žluťoučký 🐘 %s'
    rm -rf p
    same_as_fixture 1.0.0-rc.4 v1-rc4-snapshot8
}

@test "the same bytes: drizzle-kit 1.0.0-rc.5" {
    project p 1.0.0-rc.5
    kit p generate --name init
    sleep 1.1
    same_bytes p one ' two  blanks ' 'žluťoučký 🐘 %s'
    rm -rf p
    same_as_fixture 1.0.0-rc.5 v1-rc5-snapshot9
}

@test "what JSON.parse() and JSON.stringify() make of an odd journal" {
    project p .
    kit p generate --name init
    jq -c '{"10": 1, "note": "ž\u0001\u007f\u2028 /", "2": [], "n": [1e21, 1.50, 1e-7, 123456789012345680000, -0.0]} + .' p/drizzle/meta/_journal.json >j
    mv j p/drizzle/meta/_journal.json
    same_bytes p one
}

@test "snapshots of an older format: both refuse, nothing is changed" {
    for fixture in kit-0.20.14 kit-0.16.9; do
        rm -rf p
        project p .
        cp -r "$fixtures/$fixture" p/drizzle
        before=$(masked p/drizzle)
        kit p generate --custom --name x
        assert_equal "$(masked p/drizzle)" "$before" "the folder after drizzle-kit"
        run_entrypoint -- new --dirs p/drizzle x
        assert_status 66
        assert_has "$stderr" 'drizzle-kit up'
        assert_equal "$(masked p/drizzle)" "$before" "the folder after ours"
    done
}

@test "two snapshots that follow the same one: drizzle-kit 0.31 and ours refuse" {
    project p .
    cp -r "$fixtures/v0" p/drizzle
    sed "s/\"id\": \".*\"/\"id\": \"00000000-0000-4000-8000-000000000000\"/" p/drizzle/meta/0002_snapshot.json >p/drizzle/meta/0003_snapshot.json
    before=$(masked p/drizzle)
    kit p generate --custom --name x
    assert_equal "$(masked p/drizzle)" "$before" "the folder after drizzle-kit"
    run_entrypoint -- new --dirs p/drizzle x
    assert_status 66
    assert_has "$stderr" 'follow the same one'
    assert_equal "$(masked p/drizzle)" "$before" "the folder after ours"
}

@test "ten at once: ten migrations in one history" {
    for kit in . 1.0.0-rc.4 1.0.0-rc.5; do
        rm -rf p
        project p $kit
        kit p generate --name init
        for n in 0 1 2 3 4 5 6 7 8 9; do
            "$ENTRYPOINT_BINARY" new --dirs p/drizzle "n$n" >"said.$n" 2>&1 3>&- &
            pids[n]=$!
        done
        for n in 0 1 2 3 4 5 6 7 8 9; do
            wait "${pids[n]}" || fail "$(<"said.$n")"
        done
        assert_equal "$(find p/drizzle -name '*.sql' | wc -l)" 11
        run kit p check
        assert_has "$output" "Everything's fine"
        run kit p generate --name nothing
        assert_has "$output" 'nothing to migrate'
        assert_equal "$(find p/drizzle -name '*.new' | wc -l)" 0
    done
}
