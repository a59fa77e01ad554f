#!/usr/bin/env bats
# What is wrong is said, with the place; nothing is half-applied; the server is not started.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

# The mark under a quoted line of SQL stands under TEXT: assert_caret LINE TEXT
assert_caret() {
    local quoted mark before
    quoted=$(grep -F -A 1 -e "$1" <<<"$stderr" | head -n 1)
    mark=$(grep -F -A 1 -e "$1" <<<"$stderr" | sed -n 2p)
    [ -n "$quoted" ] || fail "the line is not shown: $1" "$stderr"
    before=${quoted%%"$2"*}
    [[ $mark =~ ^([^^]*)\^ ]] || fail "no caret below: $quoted" "$stderr"
    assert_equal "${#BASH_REMATCH[1]}" "${#before}" "column of the caret in: $quoted / $mark"
}

@test "failing SQL: the place, the line, the SQLSTATE; nothing stays" {
    folder_add "$folder" 0000_good 'CREATE TABLE a ();'
    folder_add "$folder" 0001_bad $'CREATE TABLE b (id int);\n--> statement-breakpoint\n\nCREATE TABEL c (id int);\n'
    serve_traced
    assert_status 65
    assert_has "$stderr" "0001_bad.sql:4:8"
    assert_caret 'CREATE TABEL c (id int);' TABEL
    assert_has "$stderr" 42601
    assert_has "$stderr" 'syntax error'
    assert_matches "$stderr" 'rolled back'
    refute_server_started
    assert_untouched
}

@test "the column counts characters, not bytes" {
    folder_add "$folder" 0000_bad $'-- řádek\n/* žluťoučký 🐘 */ SELEC 1;'
    migrate
    assert_status 65
    assert_has "$stderr" "0000_bad.sql:2:19"
    assert_caret '/* žluťoučký 🐘 */ SELEC 1;' SELEC
}

@test "several statements in one chunk: the one that failed is shown" {
    folder_add "$folder" 0000_bad $'CREATE TABLE a ();\nCREATE TABLE b ();\nINSERT INTO nowhere VALUES (1);\nCREATE TABLE c ();'
    migrate
    assert_status 65
    assert_has "$stderr" "0000_bad.sql:3:13"
    assert_caret 'INSERT INTO nowhere VALUES (1);' nowhere
    assert_has "$stderr" 42P01
    assert_untouched
}

@test "an error without a position is placed at its chunk" {
    folder_add "$folder" 0000_bad $'CREATE TABLE a ();\n--> statement-breakpoint\nSELECT 1 / 0;'
    migrate
    assert_status 65
    assert_matches "$stderr" '0000_bad\.sql:[23]'
    assert_has "$stderr" 22012
    assert_has "$stderr" 'division by zero'
    assert_untouched
}

@test "detail and hint of PostgreSQL are shown" {
    folder_add "$folder" 0000_bad $'CREATE TABLE a (n int PRIMARY KEY);\n--> statement-breakpoint\nINSERT INTO a VALUES (1), (1);'
    folder_add "$folder" 0001_none 'CREATE TABLE b ();'
    migrate
    assert_status 65
    assert_has "$stderr" 23505
    assert_has "$stderr" 'Key (n)=(1) already exists.'
    folder_new "$folder"
    folder_add "$folder" 0000_bad 'SELECT lower(1);'
    migrate
    assert_status 65
    assert_has "$stderr" 'You might need to add explicit type casts.'
}

@test "an error inside a function names the function's line too" {
    folder_add "$folder" 0000_bad $'CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$\nBEGIN\n\tPERFORM 1 / 0;\nEND $$;\n--> statement-breakpoint\nSELECT f();'
    migrate
    assert_status 65
    assert_has "$stderr" 'PL/pgSQL function f() line 3'
}

@test "a deferred constraint that fails at COMMIT: exit 65, nothing stays" {
    folder_add "$folder" 0000_init 'CREATE TABLE a (n int PRIMARY KEY); CREATE TABLE b (n int REFERENCES a DEFERRABLE INITIALLY DEFERRED);'
    folder_add "$folder" 0001_bad 'INSERT INTO b VALUES (7);'
    serve_traced
    assert_status 65
    assert_has "$stderr" 23503
    refute_server_started
    assert_untouched
}

@test "after the mistake is mended the next start applies everything" {
    folder_add "$folder" 0000_good 'CREATE TABLE a ();'
    folder_add "$folder" 0001_bad 'CREATE TABEL b ();'
    migrate
    assert_status 65
    echo 'CREATE TABLE b ();' >"$folder/0001_bad.sql"
    migrate
    assert_status 0
    assert_equal "$(ledger_count "$DATABASE")" 2
}

@test "transaction = each: what came before stays, with its row" {
    needs_setting transaction
    folder_add "$folder" 0000_good 'CREATE TABLE a ();'
    folder_add "$folder" 0001_bad $'CREATE TABLE b ();\n--> statement-breakpoint\nCREATE TABEL c ();'
    migrate ENTRYPOINT_MIGRATE_TRANSACTION=each
    assert_status 65
    assert_table "$DATABASE" a
    refute_table "$DATABASE" b
    assert_equal "$(ledger_count "$DATABASE")" 1
}

@test "COPY ... FROM stdin is refused, not waited for" {
    folder_add "$folder" 0000_copy $'CREATE TABLE a (n int);\n--> statement-breakpoint\nCOPY a FROM stdin;'
    migrate
    assert_status 65
    assert_matches "$stderr" '0000_copy\.sql:[23]'
    assert_untouched
}

@test "a missing journal: exit 66, at once, without a server" {
    rm -r "$folder/meta"
    DATABASE_URL="postgresql://app:$APP_PASSWORD@127.0.0.1:$(free_port)/nowhere"
    serve_traced
    assert_status 66
    assert_has "$stderr" 'meta/_journal.json'
    assert_lacks "$stderr" waiting
    refute_server_started
}

@test "a missing folder: exit 66" {
    folder=$BATS_TEST_TMPDIR/nowhere
    serve_traced
    assert_status 66
    assert_has "$stderr" "$folder"
    refute_server_started
}

@test "no folder at all: exit 66, unless dirs is set empty" {
    mkdir "$BATS_TEST_TMPDIR/empty"
    cd "$BATS_TEST_TMPDIR/empty"
    run_entrypoint DATABASE_URL="$DATABASE_URL" -- run -- true
    assert_status 66
    run_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS= -- run -- true
    assert_status 0
}

@test "drizzle and migrations both there and dirs unset: exit 78 with the line to add" {
    mkdir "$BATS_TEST_TMPDIR/both"
    cp -r "$folder" "$BATS_TEST_TMPDIR/both/drizzle"
    cp -r "$folder" "$BATS_TEST_TMPDIR/both/migrations"
    cd "$BATS_TEST_TMPDIR/both"
    run_entrypoint DATABASE_URL="$DATABASE_URL" -- migrate
    assert_status 78
    assert_has "$stderr" 'dirs = drizzle migrations'
}

@test "a journal that is no JSON: exit 66 with the place" {
    printf '{\n  "entries": [\n    {"tag": "a" "when": 1}\n  ]\n}\n' >"$folder/meta/_journal.json"
    migrate
    assert_status 66
    assert_has "$stderr" '_journal.json:3'
}

@test "a journal without entries: exit 66" {
    echo '{"version": "7"}' >"$folder/meta/_journal.json"
    migrate
    assert_status 66
    assert_has "$stderr" entries
}

@test "a journal with a byte order mark: exit 66" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    sed -i $'1s/^/\xef\xbb\xbf/' "$folder/meta/_journal.json"
    migrate
    assert_status 66
    assert_untouched
}

@test "an entry without \"when\": exit 66" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();' null
    migrate
    assert_status 66
    assert_has "$stderr" when
}

@test "a tag that leaves the folder: exit 66" {
    echo 'CREATE TABLE a ();' >"$BATS_TEST_TMPDIR/outside.sql"
    folder_add "$folder" 0000_good 'CREATE TABLE b ();'
    sed -i 's/0000_good/..\/outside/' "$folder/meta/_journal.json"
    migrate
    assert_status 66
    assert_untouched
}

@test "a file that the journal lists and that is missing: exit 66, even if it was applied" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    folder_add "$folder" 0001_b 'CREATE TABLE b ();'
    migrate
    assert_status 0
    rm "$folder/0000_a.sql"
    serve_traced
    assert_status 66
    assert_has "$stderr" 0000_a.sql
    refute_server_started
}

@test "a byte order mark in a migration: exit 66, named" {
    folder_add "$folder" 0000_bom $'\xef\xbb\xbfCREATE TABLE a ();'
    migrate
    assert_status 66
    assert_has "$stderr" 0000_bom.sql
    assert_matches "$stderr" '[Bb]yte order mark|BOM'
    assert_untouched
}

@test "a NUL byte in a migration: exit 66 with its line" {
    folder_add "$folder" 0000_nul ''
    printf 'CREATE TABLE a ();\nCREATE \0TABLE b ();' >"$folder/0000_nul.sql"
    migrate
    assert_status 66
    assert_has "$stderr" 0000_nul.sql:2
    assert_untouched
}

@test "invalid UTF-8 in a migration: exit 66 with its line" {
    folder_add "$folder" 0000_latin1 $'CREATE TABLE a ();\nCOMMENT ON TABLE a IS \'caf\xe9\';'
    migrate
    assert_status 66
    assert_has "$stderr" 0000_latin1.sql:2
    assert_untouched
}

@test "a defect in a file that is applied already is no reason to stop" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    migrate
    assert_status 0
    printf '\xef\xbb\xbfCREATE TABLE a ();' >"$folder/0000_a.sql"
    migrate
    assert_status 0
    assert_has "$stderr" 'none pending'
    assert_equal "$(ledger_count "$DATABASE")" 1
}

@test "own COMMIT: told, and the row is there" {
    folder_add "$folder" 0000_init 'CREATE TABLE a ();'
    folder_add "$folder" 0001_commit $'CREATE TABLE b ();\n--> statement-breakpoint\nCOMMIT;\n--> statement-breakpoint\nCREATE TABLE c ();'
    folder_add "$folder" 0002_last 'CREATE TABLE d ();'
    migrate
    assert_status 0
    assert_matches "$stderr" '0001_commit.*commits? by itself'
    for table in a b c d; do
        assert_table "$DATABASE" "$table"
    done
    assert_equal "$(ledger_count "$DATABASE")" 3
}

@test "BEGIN and COMMIT around a migration are told, and the row is there" {
    folder_add "$folder" 0000_wrapped 'BEGIN; CREATE TABLE a (); COMMIT;'
    migrate
    assert_status 0
    assert_table "$DATABASE" a
    assert_equal "$(ledger_count "$DATABASE")" 1
}

@test "own COMMIT, then a failure: no row, and the error says that a part stays" {
    folder_add "$folder" 0000_commit $'CREATE TABLE a ();\n--> statement-breakpoint\nCOMMIT;\n--> statement-breakpoint\nSELECT 1 / 0;'
    serve_traced
    assert_status 65
    assert_has "$stderr" 22012
    refute_server_started
    assert_equal "$(ledger_count "$DATABASE" 2>/dev/null || echo 0)" 0
}

@test "own ROLLBACK: exit 65, never a row" {
    folder_add "$folder" 0000_init 'CREATE TABLE a ();'
    folder_add "$folder" 0001_rollback $'CREATE TABLE b ();\n--> statement-breakpoint\nROLLBACK;\n--> statement-breakpoint\nCREATE TABLE c ();'
    serve_traced
    assert_status 65
    assert_has "$stderr" 0001_rollback
    assert_matches "$stderr" 'ROLLBACK|rolled back|rolls back'
    refute_server_started
    refute_table "$DATABASE" b
    assert_untouched
}

@test "own ROLLBACK as the last statement of a file: exit 65, never a row" {
    folder_add "$folder" 0000_rollback $'CREATE TABLE a ();\n--> statement-breakpoint\nROLLBACK;'
    migrate
    assert_status 65
    assert_untouched
}

@test "own ROLLBACK and BEGIN within one chunk: exit 65, never a row" {
    folder_add "$folder" 0000_rollback $'CREATE TABLE a ();\n--> statement-breakpoint\nROLLBACK; BEGIN;'
    migrate
    assert_status 65
    assert_untouched
}

@test "ROLLBACK TO a savepoint is the migration's own business" {
    folder_add "$folder" 0000_savepoint 'CREATE TABLE a (); SAVEPOINT s; CREATE TABLE b (); ROLLBACK TO s; RELEASE s;'
    migrate
    assert_status 0
    assert_table "$DATABASE" a
    refute_table "$DATABASE" b
    assert_equal "$(ledger_count "$DATABASE")" 1
}

@test "a wrong password: exit 77, at once" {
    DATABASE_URL="postgresql://app:$(new_password)@127.0.0.1:$CLUSTER_PORT/$DATABASE"
    serve_traced
    assert_status 77
    assert_has "$stderr" 28P01
    refute_server_started
}

@test "a connection string that cannot be read: exit 78, and it is not shown" {
    DATABASE_URL="postgresql://app:$APP_PASSWORD@[::1/$DATABASE"
    serve_traced
    assert_status 78
    assert_has "$stderr" DATABASE_URL
    assert_lacks "$stderr" "$(secret_marker)"
    refute_server_started
}

@test "no connection string at all: exit 78 with the variables that would be read" {
    run_entrypoint ENTRYPOINT_MIGRATE_DIRS="$folder" -- migrate
    assert_status 78
    assert_has "$stderr" DATABASE_URL
}

@test "a server that is down: exit 75 after wait.timeout" {
    DATABASE_URL="postgresql://app:$APP_PASSWORD@127.0.0.1:$(free_port)/$DATABASE"
    given=(ENTRYPOINT_WAIT_TIMEOUT=1s)
    serve_traced
    assert_status 75
    assert_matches "$stderr" 'refused'
    refute_server_started
}

@test "the server goes away in the middle: 75 or a new try, and never half" {
    folder_add "$folder" 0000_init $'CREATE TABLE a ();\n--> statement-breakpoint\nSELECT pg_sleep(2);\n--> statement-breakpoint\nCREATE TABLE b ();'
    migrate_start ENTRYPOINT_WAIT_TIMEOUT=20s
    poll 20 session_runs pg_sleep
    cluster_restart immediate
    wait_entrypoint
    case $status in
    0) assert_equal "$(ledger_count "$DATABASE")" 1 ;;
    75) assert_untouched ;;
    *) fail "exit status $status" "$stderr" ;;
    esac
    migrate
    assert_status 0
    assert_table "$DATABASE" b
    assert_equal "$(ledger_count "$DATABASE")" 1
}
