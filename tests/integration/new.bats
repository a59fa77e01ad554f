#!/usr/bin/env bats
# The command `new`: which folder, what is printed, which exit status, and that a failure leaves nothing. What it writes is
# compared with the real drizzle-kit in tests/interop/new.bats.

# shellcheck disable=SC2034,SC2154 # launcher, status, stdout, stderr: entrypoint.bash
load ../lib/entrypoint
load ../lib/assert
load ../lib/cluster
load ../lib/folder

fixtures=$PWD/tests/fixtures/drizzle

setup() {
    cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
    clean_up
}

tree() {
    find "$1" -type f -exec sha256sum {} + | LC_ALL=C sort -k 2
}

@test "new prints the paths that it wrote, and needs no database" {
    folder_new drizzle
    folder_add drizzle 0000_a 'CREATE TABLE a ();'
    run_entrypoint new 'add users'
    assert_status 0
    assert_equal "$stdout" $'drizzle/0001_add users.sql\ndrizzle/meta/0001_snapshot.json\ndrizzle/meta/_journal.json'
    assert_equal "$stderr" ''
    assert_equal "$(<'drizzle/0001_add users.sql')" '-- Custom SQL migration file, put your code below! --'
    assert_equal "$(jq -r '.entries[1].tag' drizzle/meta/_journal.json)" '0001_add users'

    run_entrypoint generate more
    assert_status 0
    assert_equal "$(jq -c '[.entries[].idx]' drizzle/meta/_journal.json)" '[0,1,2]'
    assert_equal "$(jq -r .id drizzle/meta/0001_snapshot.json)" "$(jq -r .prevId drizzle/meta/0002_snapshot.json)"
}

@test "new in a folder of drizzle-kit 1.0" {
    cp -r "$fixtures/v1-rc5-snapshot9" migrations
    run_entrypoint new x
    assert_status 0
    assert_matches "$stdout" '^migrations/[0-9]{14}_x/snapshot.json$'
    assert_matches "$stdout" '^migrations/[0-9]{14}_x/migration.sql$'
    assert_equal "$(jq -c '[.type, .version, .deltas]' migrations/*_x/snapshot.json)" '["diff","9",[]]'
}

@test "new: which folder" {
    run_entrypoint new x
    assert_status 66
    assert_has "$stderr" 'there is no folder "drizzle" or "migrations"'
    assert_has "$stderr" '--dirs drizzle'
    run_entrypoint ENTRYPOINT_MIGRATE_DIRS=other -- new x
    assert_status 66
    run_entrypoint new --dirs other/deeper x
    assert_status 0
    [ -f other/deeper/meta/_journal.json ]

    mkdir drizzle migrations
    run_entrypoint new x
    assert_status 64
    assert_has "$stderr" 'there are two folders of migrations'
    run_entrypoint ENTRYPOINT_MIGRATE_DIRS='drizzle migrations' -- new x
    assert_status 64
    assert_has "$stderr" '"dirs" names 2 folders: "drizzle", "migrations"'
    run_entrypoint ENTRYPOINT_MIGRATE_DIRS='drizzle migrations' -- new x --dirs migrations
    assert_status 0
    run_entrypoint ENTRYPOINT_MIGRATE_DIRS= -- new x
    assert_status 64
    assert_equal "$(find drizzle -type f)" ''
}

@test "new: names that are refused" {
    mkdir drizzle
    for name in '' a/b ../x .. 'a\b' $'a\nb' $'\x7f' $'\xff' "$(printf 'x%.0s' {1..300})"; do
        run_entrypoint new "$name"
        assert_status 64
        assert_has "$stderr" 'the name of a migration'
    done
    run_entrypoint new
    assert_status 64
    run_entrypoint new add users
    assert_status 64
    assert_equal "$(ls -A drizzle)" ''
}

@test "new: a folder that may not be written to is left as it is" {
    cp -r "$fixtures/v0" drizzle
    before=$(tree drizzle)
    chmod 555 drizzle/meta
    if [ "$(id -u)" -eq 0 ]; then
        chmod 777 . drizzle
        chmod 755 "$BATS_RUN_TMPDIR" "$BATS_SUITE_TMPDIR" "$BATS_TEST_TMPDIR/.." 2>/dev/null || true
        launcher=(setpriv --reuid 65534 --regid 65534 --clear-groups)
    fi
    run_entrypoint new x
    assert_status 71
    assert_has "$stderr" 'could not create file "drizzle/meta/0003_snapshot.json": Permission denied'
    assert_equal "$(tree drizzle)" "$before"
}

@test "new: a disk that is full leaves the folder as it is" {
    cp -r "$fixtures/v0" drizzle
    before=$(tree drizzle)
    # SIGXFSZ is ignored, so that write(2) fails as on a full disk
    launcher=(bash -c 'trap "" XFSZ; ulimit -f 4; exec "$@"' bash)
    run_entrypoint new x
    assert_status 71
    assert_has "$stderr" 'could not write file "drizzle/meta/0003_snapshot.json"'
    assert_equal "$(tree drizzle)" "$before"
}

@test "new: ten at once, each its own number" {
    mkdir drizzle
    for n in 0 1 2 3 4 5 6 7 8 9; do
        "$ENTRYPOINT_BINARY" new same >"said.$n" 2>&1 3>&- &
        pids[n]=$!
    done
    for n in 0 1 2 3 4 5 6 7 8 9; do
        wait "${pids[n]}" || fail "$(<"said.$n")"
    done
    assert_equal "$(jq -c '[.entries[].idx]' drizzle/meta/_journal.json)" '[0,1,2,3,4,5,6,7,8,9]'
    assert_equal "$(jq '.entries | [.[].when] | . == (unique)' drizzle/meta/_journal.json)" true
    assert_equal "$(cat drizzle/meta/*_snapshot.json | jq -s '[.[1:][].prevId] == [.[:-1][].id]')" true
}

@test "new in a folder of numbered files: the next number, in as many digits" {
    mkdir migrations
    touch migrations/{0000_a,0008_b,0008_b.down,create_queue}.sql
    run_entrypoint new users
    assert_status 0
    assert_equal "$stdout" 'migrations/0009_users.sql'
    run_entrypoint new more
    assert_equal "$stdout" 'migrations/0010_more.sql'

    rm migrations/0*
    run_entrypoint new first
    assert_equal "$stdout" 'migrations/001_first.sql'

    touch migrations/999_last.sql
    run_entrypoint new none
    assert_status 66
    assert_has "$stderr" 'has no name left behind number 999'

    rm migrations/*
    touch migrations/29991231235958_future.sql
    before=$(date -u +%Y%m%d%H%M%S)
    run_entrypoint new later
    assert_status 66
    mv migrations/29991231235958_future.sql migrations/20240131235959_past.sql
    run_entrypoint new later
    assert_status 0
    assert_matches "$stdout" '^migrations/20[0-9]{12}_later\.sql$'
    [ "${stdout:11:14}" -ge "$before" ]
}
