#!/usr/bin/env bats
# What to do when folder and ledger disagree: edited, out_of_order, ahead.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

# 0000_a and 0002_c are applied; 0001_b, older than 0002_c, came later, as from a merged branch.
merged_branch() {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();' 1700000001000
    folder_add "$folder" 0002_c 'CREATE TABLE c ();' 1700000003000
    migrate
    assert_status 0
    folder_new "$folder"
    folder_add "$folder" 0000_a 'CREATE TABLE a ();' 1700000001000
    folder_add "$folder" 0001_b 'CREATE TABLE b ();' 1700000002000
    folder_add "$folder" 0002_c 'CREATE TABLE c ();' 1700000003000
}

@test "out_of_order, by default: applied with a warning, with its own created_at" {
    merged_branch
    migrate
    assert_status 0
    assert_has "$stderr" 0001_b
    assert_table "$DATABASE" b
    assert_equal "$(ledger "$DATABASE" | cut -d '|' -f 1,3)" $'1|1700000001000\n2|1700000003000\n3|1700000002000'
    migrate
    assert_status 0
    assert_equal "$(ledger_count "$DATABASE")" 3
    assert_lacks "$stderr" 0001_b
}

@test "out_of_order = skip: left out, and told at every start" {
    merged_branch
    for _ in first second; do
        migrate ENTRYPOINT_MIGRATE_OUT_OF_ORDER=skip
        assert_status 0
        assert_has "$stderr" 0001_b
        refute_table "$DATABASE" b
        assert_equal "$(ledger_count "$DATABASE")" 2
    done
}

@test "out_of_order = fail: the server is not started, nothing is applied" {
    merged_branch
    folder_add "$folder" 0003_d 'CREATE TABLE d ();' 1700000004000
    given=(ENTRYPOINT_MIGRATE_OUT_OF_ORDER=fail)
    serve_traced
    assert_status 66
    assert_has "$stderr" 0001_b
    refute_server_started
    refute_table "$DATABASE" b
    refute_table "$DATABASE" d
    assert_equal "$(ledger_count "$DATABASE")" 2
}

@test "a \"when\" far in the future hides nothing" {
    folder_add "$folder" 0000_future 'CREATE TABLE a ();' 4000000000000
    migrate
    assert_status 0
    folder_add "$folder" 0001_now 'CREATE TABLE b ();' 1700000002000
    migrate
    assert_status 0
    assert_table "$DATABASE" b
}

edited_migration() {
    folder_add "$folder" 0000_a $'CREATE TABLE a (\n  n int\n);\n'
    folder_add "$folder" 0001_b 'CREATE TABLE b ();'
    migrate
    assert_status 0
    rows=$(ledger "$DATABASE")
}

@test "edited, by default: a warning that names the file; nothing runs, no row changes" {
    edited_migration
    echo 'CREATE TABLE a (n bigint);' >"$folder/0000_a.sql"
    migrate
    assert_status 0
    assert_has "$stderr" 0000_a
    assert_equal "$(ledger "$DATABASE")" "$rows"
}

@test "edited = ignore: not a word" {
    edited_migration
    echo 'CREATE TABLE a (n bigint);' >"$folder/0000_a.sql"
    migrate ENTRYPOINT_MIGRATE_EDITED=ignore
    assert_status 0
    assert_lacks "$stderr" 0000_a
}

@test "edited = fail: the server is not started, nothing is applied" {
    edited_migration
    echo 'CREATE TABLE a (n bigint);' >"$folder/0000_a.sql"
    folder_add "$folder" 0002_c 'CREATE TABLE c ();'
    given=(ENTRYPOINT_MIGRATE_EDITED=fail)
    serve_traced
    assert_status 66
    assert_has "$stderr" 0000_a
    refute_server_started
    refute_table "$DATABASE" c
    assert_equal "$(ledger "$DATABASE")" "$rows"
}

@test "edited = fail: an edit of line endings only is none, in both directions" {
    edited_migration
    sed -i 's/$/\r/' "$folder/0000_a.sql"
    migrate ENTRYPOINT_MIGRATE_EDITED=fail
    assert_status 0
    assert_lacks "$stderr" 0000_a

    folder_add "$folder" 0002_crlf $'CREATE TABLE c (\r\n  n int\r\n);\r\n'
    migrate ENTRYPOINT_MIGRATE_EDITED=fail
    assert_status 0
    sed -i 's/\r$//' "$folder/0002_crlf.sql"
    migrate ENTRYPOINT_MIGRATE_EDITED=fail
    assert_status 0
    assert_lacks "$stderr" 0002_crlf
}

# The database is one migration further than the folder: an older image was started.
older_image() {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    folder_add "$folder" 0001_b 'CREATE TABLE b ();'
    migrate
    assert_status 0
    folder_first "$folder" 1 "$BATS_TEST_TMPDIR/older"
    folder=$BATS_TEST_TMPDIR/older
}

@test "ahead, by default: a warning, and the server starts" {
    older_image
    serve_traced
    assert_status 0
    assert_matches "$stderr" 'older image|not in this image'
    [ -e "$BATS_TEST_TMPDIR/server-was-started" ]
    assert_equal "$(ledger_count "$DATABASE")" 2
}

@test "ahead = ignore: not a word" {
    older_image
    migrate ENTRYPOINT_MIGRATE_AHEAD=ignore
    assert_status 0
    assert_has "$stderr" 'none pending'
    refute_matches "$stderr" 'older image|not in this image'
}

@test "ahead = fail: the server is not started" {
    older_image
    given=(ENTRYPOINT_MIGRATE_AHEAD=fail)
    serve_traced
    assert_status 66
    assert_matches "$stderr" 'not in this image'
    refute_server_started
}

@test "a row that somebody inserted with now() as created_at hides nothing" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    migrate
    assert_status 0
    cluster_sql "$DATABASE" "INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('by hand', extract(epoch FROM now()) * 1000)"
    folder_add "$folder" 0001_b 'CREATE TABLE b ();'
    migrate
    assert_status 0
    assert_table "$DATABASE" b
}

@test "a row with created_at NULL does not make anything run again" {
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int); INSERT INTO a VALUES (1);'
    folder_add "$folder" 0001_b 'INSERT INTO a VALUES (2);'
    migrate
    assert_status 0
    cluster_sql "$DATABASE" "INSERT INTO drizzle.__drizzle_migrations (hash) VALUES ('by hand')"
    migrate
    assert_status 0
    assert_equal "$(cluster_sql "$DATABASE" 'SELECT count(*) FROM a')" 2
    assert_equal "$(ledger_count "$DATABASE")" 3
}
