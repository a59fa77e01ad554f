#!/usr/bin/env bats
# One history, applied by Drizzle of several versions and by ours in turns: every migration runs once, and every client
# agrees in the end that nothing is pending. Where a real Drizzle alone would go wrong, ours has said so before.

# shellcheck disable=SC2154 # stderr, answer, output: the libraries
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
