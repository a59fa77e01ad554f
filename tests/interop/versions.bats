#!/usr/bin/env bats
# One history, applied by Drizzle of several versions and by ours in turns: every migration runs once, and every client
# agrees in the end that nothing is pending. Where a real Drizzle alone would go wrong, ours has said so before.

# shellcheck disable=SC2154 # stderr, answer, output: the libraries
# shellcheck disable=SC2016,SC2030,SC2031 # dollars in names; every test sets folder anew
load ../lib/cluster
load ../lib/entrypoint
load ../lib/assert
load ../lib/folder
load interop
load versions

setup_file() {
    tests/interop/install 0.29.5 1.0.0-rc.4 1.0.0-rc.5 >&2
    cluster_create
    cluster_start
    history_make "$BATS_FILE_TMPDIR/history" >&2
}

teardown_file() {
    cluster_destroy
}

setup() {
    history=$BATS_FILE_TMPDIR/history
    folder=$BATS_TEST_TMPDIR/drizzle
    folder_new "$folder"
}

teardown() {
    migrators_stop
    clean_up
}

# Four migrations, the last two in the same second; journal.4 is converted by drizzle-kit rc.5 and rc.4.
history_make() {
    local journal=$1/journal.4
    mkdir "$1"
    folder_new "$journal"
    add "$journal" 0000_apples 'CREATE TABLE seeds (n int);--> statement-breakpoint
INSERT INTO seeds VALUES (0);' 1700000000123
    add "$journal" 0001_bananas 'INSERT INTO seeds VALUES (1);' 1700000100456
    add "$journal" 0002_carrots 'INSERT INTO seeds VALUES (2);' 1700000200111
    add "$journal" 0003_dates 'INSERT INTO seeds VALUES (3);' 1700000200789
    cp -r "$journal" "$1/folders.4"
    cp -r "$journal" "$1/rc.4"
    up_works rc.5 "$1/folders.4"
    up_works rc.4 "$1/rc.4"
    history_split "$1" 4
}

# matrix FIRST: that client applies the first n, any client the rest. What real Drizzles alone are known to get wrong has
# ours in between: 0.x behind rows of 1.x needs one row that is as precise as a journal.
matrix() {
    local second n what turn=0
    new_database
    for second in 0.29 0.45 rc.4 rc.5 journal folders; do
        for n in 0 1 3; do
            [ "$n" -gt 0 ] || [[ $1 =~ [0-9] ]] || continue # nothing to do is no table for ours
            what="$1 the first $n, $second the rest"
            apply "$1" "$n"
            if [ "$n" -gt 0 ] && [[ $1 =~ ^(rc|folders) && $second == 0.* ]]; then
                apply journal "$n"
                assert_has "$stderr" 'Drizzle 0.x would run it again'
                assert_once "$n" "$1 the first $n"
                apply journal $((n + 1))
            fi
            apply "$second" 4
            assert_once 4 "$what"
            if ((++turn % 2)); then
                agree 4 "$what" folders
            else
                agree 4 "$what" journal folders
            fi
            empty_database
        done
    done
}

@test "drizzle-kit up: rc.4 and rc.5 make the same folders, with the names that ours gives" {
    assert_equal "$(cd "$history/rc.4" && sha256sum ./*/migration.sql)" "$(cd "$history/folders.4" && sha256sum ./*/migration.sql)"
    new_database
    real_works rc.5 "$history/folders.0"
    apply journal 4
    assert_equal "$(cluster_sql "$DATABASE" 'SELECT name FROM drizzle.__drizzle_migrations ORDER BY id')" \
        "$(find "$history/folders.4" -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | LC_ALL=C sort)"
}

@test "matrix: drizzle-orm 0.29 first" {
    matrix 0.29
}

@test "matrix: drizzle-orm 0.45 first" {
    matrix 0.45
}

@test "matrix: drizzle-orm rc.4 first" {
    matrix rc.4
}

@test "matrix: drizzle-orm rc.5 first" {
    matrix rc.5
}

@test "matrix: ours with a journal first" {
    matrix journal
}

@test "matrix: ours with folders first" {
    matrix folders
}

@test "what ours warns of is true: drizzle-orm 0.x runs again what 1.x, or ours with folders, has applied" {
    new_database
    for first in rc.5 folders; do
        for client in 0.29 0.45; do
            apply "$first" 3
            apply journal 3
            assert_matches "$stderr" 'warning: 0002_carrots: is applied, but Drizzle 0.x would run it again: .* created_at 1700000200000, its "when" is 1700000200111'
            assert_once 3 "ours warned only"
            apply "$client" 3
            assert_equal "$(cluster_sql "$DATABASE" 'SELECT count(*) FROM seeds WHERE n = 2')" 2 "seeds that $client alone leaves"
            empty_database
        done
    done
}

@test "a row of drizzle-orm 0.x in a table of 1.x has no name, and 1.x runs it again: ours in between gives it one" {
    new_database
    for client in 0.29 0.45; do
        for repairer in none journal folders; do
            apply "$client" 1
            apply rc.5 1 # upgrades the table
            apply "$client" 3
            assert_equal "$(cluster_sql "$DATABASE" 'SELECT count(*) FROM drizzle.__drizzle_migrations WHERE name IS NULL')" 2
            if [ "$repairer" = none ]; then
                apply rc.5 3
                assert_equal "$(cluster_sql "$DATABASE" 'SELECT string_agg(n::text, $$ $$ ORDER BY n) FROM seeds')" '0 1 1 2 2' \
                    "seeds that rc.5 alone leaves"
            else
                apply "$repairer" 3
                assert_once 3 "$client behind rc.5, then ours with $repairer"
                assert_equal "$(ledger_v1 "$DATABASE" | cut -d '|' -f 1,3,4)" '1|1700000000123|20231114221320_apples
2|1700000100456|20231114221500_bananas
3|1700000200111|20231114221640_carrots'
                apply rc.5 4
                assert_once 4 "$client behind rc.5, ours with $repairer, then rc.5"
                agree 4 "$client behind rc.5, ours with $repairer, then rc.5"
            fi
            empty_database
        done
    done
}

# twins COMMAND...: the command, then rc.5; and the same from the start, but then ours with folders
twins() {
    [ -n "${twin_database:-}" ] || new_database
    twin_database=$DATABASE
    empty_database
    "$@"
    real_works rc.5 "$folder"
    theirs_ledger=$(ledger_v1 "$DATABASE")
    theirs_table=$(cluster_dump "$DATABASE" -n drizzle)
    theirs_rows=$(row_counts "$DATABASE")
    empty_database
    "$@"
    ours_works "$folder"
    assert_equal "$(ledger_v1 "$DATABASE")" "$theirs_ledger" "the rows of ours, compared with rc.5"
    assert_equal "$(cluster_dump "$DATABASE" -n drizzle)" "$theirs_table" "the table of ours, compared with rc.5"
    assert_equal "$(row_counts "$DATABASE")" "$theirs_rows" "rows of ours, compared with rc.5"
    real_works rc.5 "$folder"
    real_works rc.4 "$folder"
    ours_works "$folder"
    assert_equal "$(ledger_v1 "$DATABASE")" "$theirs_ledger" "the rows after all have run again"
    assert_equal "$(row_counts "$DATABASE")" "$theirs_rows" "rows after all have run again"
}

sql() {
    cluster_sql "$DATABASE" "$1"
}

sql_behind() {
    apply 0.45 "$1"
    sql "$2"
}

@test "twins: a new table, and a table of each age upgraded, are those of rc.5" {
    folder=$history/folders.4
    twins true
    assert_equal "$(cut -d '|' -f 5 <<<"$theirs_ledger" | sort -u)" t
    for n in 1 2 3; do
        twins apply 0.45 "$n"
        assert_equal "$(cut -d '|' -f 5 <<<"$theirs_ledger" | tr -d '\n')" "$(printf 'ffff' | cut -c "1-$n")$(printf 'tttt' | cut -c "$((n + 1))-4")"
    done
    twins apply 0.29 0
    twins apply rc.4 2
}

@test "twins: an upgrade with rows that are odd" {
    folder=$history/folders.4
    # as drizzle-orm 1.0.0-beta.2 to 15 wrote them: in whole seconds
    twins sql_behind 2 'UPDATE drizzle.__drizzle_migrations SET created_at = created_at / 1000 * 1000'
    # known by the time alone, by the hash alone, twice
    twins sql_behind 2 "UPDATE drizzle.__drizzle_migrations SET hash = 'edited' WHERE id = 2"
    twins sql_behind 3 'UPDATE drizzle.__drizzle_migrations SET created_at = 1234567890123 WHERE id = 3'
    twins sql_behind 2 'UPDATE drizzle.__drizzle_migrations SET created_at = NULL WHERE id = 1'
    twins sql_behind 2 'INSERT INTO drizzle.__drizzle_migrations (hash, created_at) SELECT hash, created_at FROM drizzle.__drizzle_migrations'
    # columns of one's own, rows that were deleted, ids that do not start at 1
    twins sql_behind 2 'ALTER TABLE drizzle.__drizzle_migrations ADD note text; UPDATE drizzle.__drizzle_migrations SET id = id + 40'
    # numeric created_at: drizzle-orm's pg-proxy
    twins sql_behind 2 'ALTER TABLE drizzle.__drizzle_migrations ALTER COLUMN created_at TYPE numeric'
}

@test "an upgrade with rows that no folder explains: both refuse, and nothing changes" {
    folder=$history/folders.4
    for change in "UPDATE drizzle.__drizzle_migrations SET created_at = 1234567890123, hash = 'other' WHERE id = 2" \
        "UPDATE drizzle.__drizzle_migrations SET created_at = NULL, hash = 'other'" \
        "UPDATE drizzle.__drizzle_migrations SET hash = 'edited' WHERE id = 3" \
        "INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('other', 1600000000000)"; do
        new_database
        apply 0.45 3
        cluster_sql "$DATABASE" "$change"
        before=$(content "$DATABASE")
        real rc.5 "$folder"
        assert_has "$answer" 'do not match any local migration'
        assert_equal "$(content "$DATABASE")" "$before" "the database after rc.5 refused"
        ours "$folder"
        assert_status 66
        assert_has "$stderr" 'the ledger cannot be upgraded to Drizzle 1.x'
        assert_equal "$(content "$DATABASE")" "$before" "the database after ours refused"
    done
}

@test "numeric created_at, in a table of each version: every client goes on" {
    new_database
    apply 0.45 1
    cluster_sql "$DATABASE" 'ALTER TABLE drizzle.__drizzle_migrations ALTER COLUMN created_at TYPE numeric(20, 3)'
    apply journal 2
    apply folders 3
    apply rc.5 4
    agree 4 "numeric in version 0"
    empty_database
    apply rc.5 1
    cluster_sql "$DATABASE" 'ALTER TABLE drizzle.__drizzle_migrations ALTER COLUMN created_at TYPE numeric'
    apply folders 2
    apply journal 3
    apply rc.4 4
    agree 4 "numeric in version 1"
}

@test "other names for the table, with quotes in them, in both layouts" {
    local schema='Sch"ema $1' table="My\"Mig'ration\\ x" quoted='"Sch""ema $1"."My""Mig'\''ration\ x"' expected
    local names=("$schema" "$table") given=(ENTRYPOINT_DRIZZLE_SCHEMA="$schema" ENTRYPOINT_DRIZZLE_TABLE="$table")
    new_database
    real_works 0.45 "$history/journal.1" "${names[@]}"
    real_works rc.5 "$history/folders.4" "${names[@]}"
    expected=$(ledger_v1 "$DATABASE" "$quoted")
    for first in 0.45 journal; do # 0.29 does not escape the quotes
        new_database
        if [ $first = journal ]; then
            ours_works "$history/journal.1" "${given[@]}"
        else
            real_works $first "$history/journal.1" "${names[@]}"
        fi
        ours_works "$history/folders.4" "${given[@]}"
        assert_equal "$(ledger_v1 "$DATABASE" "$quoted")" "$expected"
        ours_works "$history/journal.4" "${given[@]}"
        assert_has "$stderr" 'none pending'
        real_works rc.4 "$history/folders.4" "${names[@]}"
        real_works rc.5 "$history/folders.4" "${names[@]}"
        assert_equal "$(ledger_v1 "$DATABASE" "$quoted")" "$expected"
        refute_table "$DATABASE" drizzle.__drizzle_migrations
    done
    new_database
    ours_works "$history/folders.2" "${given[@]}"
    real_works rc.5 "$history/folders.4" "${names[@]}"
    ours_works "$history/folders.4" "${given[@]}"
    assert_has "$stderr" 'none pending'
    assert_equal "$(ledger_v1 "$DATABASE" "$quoted" | wc -l)" 4
}

# v1 FOLDER NAME SQL: a migration that has a folder of its own
v1() {
    mkdir -p "$1/$2"
    printf '%s' "$3" >"$1/$2/migration.sql"
}

@test "equal times: ours has the order of rc.5, which is that of ICU" {
    folder=$BATS_TEST_TMPDIR/ties
    v1 "$folder" 20240101000000 'CREATE TABLE seeds (n serial, name text);'
    for name in _b _B _a _A _a_ _a-b _ab _aB _Ab _AB _a1 _a10 _a2 '_a b' _a.b '_a~' "_a'b" '_a"b' '_a$b' '_a&b' '_a(b' '_a@b' \
        '_a%b' '_a+b' '_a=b' '_a#b' '_a!b' '_a,b' '_a;b' '_a{b' '_a[b' '_a^b' '_a`b' '_a|b' '_a\b' '_a*b' '_a?b' '_a<b' '_a>b' '_a:b' \
        __ _z _Z a A -x ' x'; do
        v1 "$folder" "20240101000001$name" "INSERT INTO seeds (name) VALUES (\$x\$$name\$x\$);"
    done
    twins true
    assert_equal "$(wc -l <<<"$theirs_ledger")" 48
    assert_equal "$(cluster_sql "$DATABASE" "SELECT '20240101000001' || name FROM seeds ORDER BY n")" \
        "$(tail -n +2 <<<"$theirs_ledger" | cut -d '|' -f 4- | sed 's/|t$//')"
}

@test "times that roll over, tolerate letters, or lie in the first century: the rows of rc.5" {
    folder=$BATS_TEST_TMPDIR/times
    v1 "$folder" 20240230256199_rolls 'CREATE TABLE a ();'
    v1 "$folder" 2024010100000x_z 'CREATE TABLE b ();'
    v1 "$folder" 00500101000000_early 'CREATE TABLE c ();'
    v1 "$folder" 20221120230832 'CREATE TABLE d ();' # of 2022: no name
    v1 "$folder" 20240101000000_žluťoučký 'CREATE TABLE e ();'
    twins true
}

@test "folders without a time: refused without a server, where rc.5 fails at it" {
    for name in foo 0000_init 2024010_short; do
        rm -rf "$folder"
        v1 "$folder" 20240101000000_a 'CREATE TABLE a ();'
        v1 "$folder" "$name" 'CREATE TABLE b ();'
        new_database
        real rc.5 "$folder"
        assert_has "$answer" 22P02
        run_entrypoint DATABASE_URL=postgresql://nobody@127.0.0.1:1/nothing -- migrate --dirs "$folder"
        assert_status 66
        assert_has "$stderr" "$name"
        refute_matches "$stderr" '127\.0\.0\.1.*(refused|waiting)'
        assert_equal "$(user_tables "$DATABASE")" ''
    done
}

@test "journals that drizzle-kit has written as 5, 6 and 7, converted by drizzle-kit in the middle" {
    history=$BATS_TEST_TMPDIR/history
    for kit in 0.16.9 0.17.6 0.20.14 0.21.4 0.23.2 0.30.6; do
        rm -rf "$history"
        mkdir "$history"
        cp -r "tests/fixtures/drizzle/kit-$kit" "$history/journal.1"
        cp -r "$history/journal.1" "$history/folders.1"
        case $kit in
            0.16.* | 0.17.* | 0.20.*) up_works rc.4 "$history/folders.1" ;; # rc.5 cannot convert their snapshots
            *) up_works rc.5 "$history/folders.1" ;;
        esac
        cp -r "$history/folders.1" "$history/folders.2"
        v1 "$history/folders.2" 20300101000000_seeds 'CREATE TABLE seeds (n int); INSERT INTO seeds VALUES (0);'
        folder=$history/folders.2
        twins apply 0.45 1
        assert_equal "$(cut -d '|' -f 5 <<<"$theirs_ledger" | tr '\n' ' ')" 'f t '
        ours_works "$history/journal.1" # the image before
        assert_has "$stderr" '1 applied'
        assert_equal "$(ledger_v1 "$DATABASE")" "$theirs_ledger"
    done
}

@test "drizzle-kit up in the middle, then turn by turn: real 0.x, ours, rc.4, ours, rc.5, ours" {
    local client n=4
    new_database
    apply 0.29 1
    apply journal 2
    apply 0.45 3
    apply journal 4
    folder=$BATS_TEST_TMPDIR/converted
    cp -r "$history/journal.4" "$folder"
    ours_works "$folder"
    up_works rc.5 "$folder"
    ours_works "$folder"
    assert_has "$stderr" 'none pending'
    for client in rc.4 ours rc.5 ours ours rc.5; do
        v1 "$folder" "2024010100000${n}_more" "INSERT INTO seeds VALUES ($n);"
        n=$((n + 1))
        if [ $client = ours ]; then
            ours_works "$folder"
        else
            real_works $client "$folder"
        fi
        assert_once $n "$client, migration $n"
    done
    real_works rc.4 "$folder"
    real_works 0.45 "$history/journal.4" # the image before
    ours_works "$history/journal.4"
    assert_lacks "$stderr" 'would run it again'
    assert_once $n 'all'
}

@test "drizzle-kit up of rc.4 at New Year, west of Greenwich: a folder of another year is known by its hash" {
    history=$BATS_TEST_TMPDIR/history
    mkdir "$history"
    folder_new "$history/journal.2"
    add "$history/journal.2" 0000_apples 'CREATE TABLE seeds (n int); INSERT INTO seeds VALUES (0);' 1672531200123
    add "$history/journal.2" 0001_bananas 'INSERT INTO seeds VALUES (1);' 1704074400456 # 2024-01-01 02:00 UTC
    cp -r "$history/journal.2" "$history/folders.2"
    TZ=America/New_York up_works rc.4 "$history/folders.2"
    [ -e "$history/folders.2/20230101020000_bananas" ] || fail "$(ls "$history/folders.2")"
    folder=$history/folders.3
    cp -r "$history/folders.2" "$folder"
    v1 "$folder" 20240201000000_cherries 'INSERT INTO seeds VALUES (2);'
    twins apply 0.45 2
    assert_once 3 "rows of 0.45 behind a wrong year"
    ours_works "$history/journal.2"
    assert_once 3 "the image before"
    twins apply journal 2
}

@test "drizzle-kit up of rc.4 that stops half-way: ours explains it without a server, rc.5 refuses" {
    add "$folder" 0000_apples 'CREATE TABLE apples ();' 1700000000123
    folder_add "$folder" 0001_bananas 'CREATE TABLE bananas ();' 1700000100456 # without a snapshot
    new_database
    up rc.4 "$folder"
    [ -e "$folder/20231114221320_apples/migration.sql" ] && [ -e "$folder/meta/_journal.json" ] || fail "not half converted: $output"
    real rc.5 "$folder"
    assert_has "$answer" 'old drizzle-kit migration folders'
    run_entrypoint DATABASE_URL=postgresql://nobody@127.0.0.1:1/nothing -- migrate --dirs "$folder"
    assert_status 66
    assert_has "$stderr" 0000_apples
    assert_has "$stderr" 0001_bananas
}
