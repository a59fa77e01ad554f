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

# A file of 6,000 SELECTs, about 700 KB; that on line $1 divides by zero.
large_file() {
    seq 6000 | awk -v bad="$1" '{ printf "SELECT \047%0100d\047, 1 / (%d - %d);\n", 0, $1, bad }'
}

@test "a large chunk is sent in portions: the statement that failed, its line, and nothing stays" {
    folder_add "$folder" 0000_good 'CREATE TABLE a ();'
    folder_add "$folder" 0001_large "$(large_file 5555)"
    migrate
    assert_status 65
    assert_has "$stderr" "0001_large.sql:5555:1"
    assert_has "$stderr" "5555 of 6000"
    assert_has "$stderr" 22012
    assert_untouched

    large_file 6001 >"$folder/0001_large.sql"
    migrate
    assert_status 0
}

@test "an error without a position is placed at its chunk" {
    folder_add "$folder" 0000_bad $'CREATE TABLE a ();\n--> statement-breakpoint\nSELECT 1 / 0;'
    migrate
    assert_status 65
    assert_matches "$stderr" '0000_bad\.sql:[23]'
    assert_has "$stderr" 22012
    assert_has "$stderr" 'division by zero'
    assert_untouched

    fresh_database
    folder_new "$folder"
    folder_add "$folder" 0000_bad $'-- Custom SQL migration file, put your code below! --\n\n  SELECT 1 / 0;'
    migrate
    assert_status 65
    assert_has "$stderr" "0000_bad.sql:3:3"
    assert_caret '  SELECT 1 / 0;' SELECT
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

@test "own COMMIT: what another applied before our next transaction is not applied again" {
    folder_add "$folder" 0001_seed 'INSERT INTO a VALUES (1);' 1700000002000
    hash=$(sha256sum "$folder/0001_seed.sql" | cut -d ' ' -f 1)
    folder_new "$folder"
    # Behind its COMMIT the migration does what a Drizzle would do that was waiting for our lock.
    folder_add "$folder" 0000_commit $'CREATE TABLE a (n int);\n--> statement-breakpoint\nCOMMIT;\n--> statement-breakpoint\n'"
        INSERT INTO a VALUES (1); INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('$hash', 1700000002000)" 1700000001000
    folder_add "$folder" 0001_seed 'INSERT INTO a VALUES (1);' 1700000002000
    folder_add "$folder" 0002_last 'CREATE TABLE b ();' 1700000003000
    migrate
    assert_status 0
    assert_equal "$(cluster_sql "$DATABASE" 'SELECT count(*) FROM a')" 1
    assert_equal "$(ledger_count "$DATABASE")" 3
    assert_has "$stderr" 'Migrations complete: 2 applied'
}

@test "own COMMIT, then a failure in the next migration: how many were applied of how many" {
    folder_add "$folder" 0000_commit 'CREATE TABLE a (); COMMIT;'
    folder_add "$folder" 0001_bad 'SELECT 1 / 0;'
    migrate
    assert_status 65
    assert_has "$stderr" '1 of 2 pending migrations were applied.'
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

# own_end SQL: a migration that makes a table and then ends our transaction in some way
own_end() {
    folder_add "$folder" 0000_init 'CREATE TABLE a ();'
    folder_add "$folder" 0001_end $'CREATE TABLE b ();\n--> statement-breakpoint\n'"$1"
}

@test "END, COMMIT AND CHAIN, COMMIT among other statements: told, everything stays, with its row" {
    for sql in 'END;' 'COMMIT AND CHAIN;' 'CREATE TABLE c (); COMMIT; CREATE TABLE d ();' $'COMMIT; BEGIN; CREATE TABLE c ();' \
        'SAVEPOINT s; COMMIT;' '/* first */ commit work;'; do
        fresh_database
        folder_new "$folder"
        own_end "$sql"$'\n--> statement-breakpoint\nCREATE TABLE e ();'
        folder_add "$folder" 0002_last 'CREATE TABLE f ();'
        migrate
        assert_status 0
        assert_matches "$stderr" '0001_end.*commits? by itself'
        for table in a b e f; do
            assert_table "$DATABASE" "$table"
        done
        assert_equal "$(ledger_count "$DATABASE")" 3
        migrate
        assert_status 0
        assert_has "$stderr" 'none pending'
    done
}

@test "ABORT, ROLLBACK AND CHAIN, ROLLBACK among other statements: exit 65, never a row" {
    for sql in 'ABORT;' 'ROLLBACK AND CHAIN;' 'CREATE TABLE c (); ROLLBACK; CREATE TABLE d ();' 'SAVEPOINT s; ROLLBACK;' \
        'COMMIT; BEGIN; CREATE TABLE c (); ROLLBACK;'; do
        fresh_database
        folder_new "$folder"
        own_end "$sql"
        serve_traced
        assert_status 65
        assert_matches "$stderr" '0001_end\.sql:3'
        refute_server_started
        # A row stands only for what is there: after an own COMMIT the first migration is committed, with its row.
        assert_equal "$(ledger_count "$DATABASE")" "$(cluster_sql "$DATABASE" "SELECT count(*) FROM pg_class WHERE relname = 'a'")"
        assert_equal "$(cluster_sql "$DATABASE" "SELECT count(*) FROM drizzle.__drizzle_migrations WHERE created_at = 1700000001123")" 0
    done
}

@test "PREPARE TRANSACTION: exit 65, never a row, and the error says what is left and how to end it" {
    cluster_set max_prepared_transactions=5
    cluster_restart
    own_end "PREPARE TRANSACTION 'theirs_$DATABASE';"
    serve_traced
    assert_status 65
    refute_server_started
    assert_lacks "$stderr" 'was rolled back'
    assert_has "$stderr" 'ROLLBACK PREPARED'
    cluster_sql "$DATABASE" "ROLLBACK PREPARED 'theirs_$DATABASE'"
    assert_untouched
}

@test "a failure says how many were applied and that the transaction was rolled back" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    folder_add "$folder" 0001_bad 'SELECT 1 / 0;'
    migrate
    assert_status 65
    assert_has "$stderr" 'The transaction was rolled back.'
    assert_has "$stderr" '0 of 2 pending migrations were applied.'
}

@test "a failure at COMMIT says that everything was rolled back" {
    folder_add "$folder" 0000_init 'CREATE TABLE a (n int PRIMARY KEY); CREATE TABLE b (n int REFERENCES a DEFERRABLE INITIALLY DEFERRED);'
    folder_add "$folder" 0001_bad 'INSERT INTO b VALUES (7);'
    migrate
    assert_status 65
    assert_has "$stderr" 'The transaction was rolled back.'
    assert_has "$stderr" '0 of 2 pending migrations were applied.'
}

@test "the transaction has the limits of the settings, and a client that dies is noticed, where the server can" {
    folder_add "$folder" 0000_limits 'DO $$ BEGIN RAISE NOTICE $f$%, %, %$f$, current_setting($f$lock_timeout$f$),
        current_setting($f$statement_timeout$f$), current_setting($f$client_connection_check_interval$f$, true); END $$;'
    migrate ENTRYPOINT_MIGRATE_LOCK_TIMEOUT=7s ENTRYPOINT_MIGRATE_STATEMENT_TIMEOUT=90s
    assert_status 0
    if [ "$(cluster_version)" -ge 14 ]; then
        assert_has "$stderr" 'NOTICE: 7s, 90s, 2s'
    else
        assert_has "$stderr" 'NOTICE: 7s, 90s, <NULL>'
    fi
}

@test "the database of DATABASE_URL_UNPOOLED and of DATABASE_URL must be one: exit 78" {
    run_entrypoint DATABASE_URL_UNPOOLED="$DATABASE_URL" DATABASE_URL="$(cluster_url postgres)" ENTRYPOINT_MIGRATE_DIRS="$folder" -- run -- true
    assert_status 78
    assert_has "$stderr" "DATABASE_URL_UNPOOLED names database \"$DATABASE\", but DATABASE_URL names \"postgres\""
}

@test "migrated by DATABASE_URL_UNPOOLED, then DATABASE_URL must answer before the server starts" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    url=$DATABASE_URL
    given=(DATABASE_URL_UNPOOLED="$url" ENTRYPOINT_WAIT_TIMEOUT=1s)
    DATABASE_URL="postgresql://app:$APP_PASSWORD@127.0.0.1:$(free_port)/$DATABASE"
    serve_traced
    assert_status 75
    assert_has "$stderr" '(from DATABASE_URL_UNPOOLED)'
    assert_has "$stderr" "the server's own DATABASE_URL"
    refute_server_started
    assert_table "$DATABASE" a
    DATABASE_URL=$url
    serve true
    assert_status 0
}

@test "dirs set empty: the ledger is no business of ours" {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    migrate
    assert_status 0
    cluster_role "stranger_$DATABASE" "$APP_PASSWORD"
    DATABASE_URL=$(cluster_url "$DATABASE" "stranger_$DATABASE")
    run_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS= ENTRYPOINT_VERIFY_TABLES=a -- run -- true
    assert_status 0
    assert_has "$stderr" 'table a: present'
    assert_lacks "$stderr" 'older image'
}

@test "a connection string in the place of something else: refused, and its password is not shown" {
    mkdir "$BATS_TEST_TMPDIR/leak"
    cd "$BATS_TEST_TMPDIR/leak"
    refused() {
        local format
        for format in text json; do
            run_entrypoint ENTRYPOINT_LOG_FORMAT=$format "$@"
            [ "$status" -ne 0 ] || fail "accepted: $*"
            assert_has "$stderr" error
            assert_lacks "$stdout$stderr" "$(secret_marker)"
        done
    }
    refused -- "$DATABASE_URL"
    refused -- run -- "$DATABASE_URL"
    refused -- migrate "$DATABASE_URL"
    refused -- wait --timeout "$DATABASE_URL"
    refused -- wait --url "$DATABASE_URL"
    refused -- wait "--database-url=$DATABASE_URL"
    refused ENTRYPOINT_MIGRATE_DIRS="$DATABASE_URL" DATABASE_URL="$DATABASE_URL" -- migrate
    refused ENTRYPOINT_VERIFY_TABLES="$DATABASE_URL" DATABASE_URL="$DATABASE_URL" -- verify
    refused ENTRYPOINT_LOG_LEVEL="host=h password=$APP_PASSWORD" DATABASE_URL="$DATABASE_URL" -- verify
    printf '[wait]\ntimeout = %s\n' "$DATABASE_URL" >entrypoint.ini
    refused -- wait
    printf '[database]\nurl %s\n' "$DATABASE_URL" >entrypoint.ini
    refused -- wait
    printf '%s\n' "$DATABASE_URL" >entrypoint.ini
    refused -- wait
}

@test "config: the connection string is only said to be set" {
    run_entrypoint DATABASE_URL="$DATABASE_URL" -- config
    assert_status 0
    assert_matches "$stdout" 'database.url +\(set\) +environment DATABASE_URL'
    assert_lacks "$stdout$stderr" "$(secret_marker)"
}
