#!/usr/bin/env bats
# What may not be in a transaction is found and runs outside of one; everything else shares one, or as the setting says.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

break_=$'\n--> statement-breakpoint\n'

# The transactions in which the migrations ran, by the number that each left behind: assert_transactions "a b" "c"
# The tables named in one argument were made in one transaction, those of different arguments in different ones.
assert_transactions() {
    local group table first number seen=
    for group; do
        first=
        for table in $group; do
            number=$(cluster_sql "$DATABASE" "SELECT xmin FROM pg_class WHERE oid = '$table'::regclass")
            first=${first:-$number}
            assert_equal "$number" "$first" "transaction of $table"
        done
        [[ " $seen " != *" $first "* ]] || fail "$group: not in a transaction of its own"
        seen="$seen $first"
    done
}

index_is_valid() {
    [ "$(cluster_sql "$DATABASE" "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('$1')")" = t ]
}

progress_count() {
    cluster_sql "$DATABASE" 'SELECT count(*) FROM drizzle.entrypoint_progress'
}

@test "CREATE INDEX CONCURRENTLY: alone, between two transactions, and nothing is left of its progress" {
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int);'
    folder_add "$folder" 0001_b 'CREATE TABLE b (n int);'
    folder_add "$folder" 0002_index "CREATE TABLE c (n int);${break_}CREATE TABLE d (n int);${break_}CREATE INDEX CONCURRENTLY i ON a (n);${break_}CREATE TABLE e (n int); CREATE TABLE f (n int);"
    folder_add "$folder" 0003_g 'CREATE TABLE g (n int);'
    migrate
    assert_status 0
    assert_has "$stderr" '0002_index: runs statement by statement: CREATE INDEX CONCURRENTLY'
    assert_transactions 'a b' 'c d' 'e f' g
    index_is_valid i
    assert_equal "$(ledger_count "$DATABASE")" 4
    assert_equal "$(progress_count)" 0
    assert_has "$stderr" 'Migrations complete: 4 applied'
    migrate
    assert_status 0
    assert_has "$stderr" 'none pending'
}

@test "several statements in one chunk, CONCURRENTLY among them" {
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int, m int); CREATE INDEX CONCURRENTLY i ON a (n); CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "J" ON "a" (m); CREATE TABLE b (n int);'
    migrate
    assert_status 0
    index_is_valid i
    index_is_valid '"J"'
    assert_table "$DATABASE" b
    assert_equal "$(ledger_count "$DATABASE")" 1
}

@test "without a need everything pending is one transaction; transaction = each gives each its own" {
    for mode in auto all each; do
        fresh_database
        folder_new "$folder"
        folder_add "$folder" 0000_a 'CREATE TABLE a (n int);'
        folder_add "$folder" 0001_b 'CREATE TABLE b (n int);'
        folder_add "$folder" 0002_c 'CREATE TABLE c (n int);'
        migrate ENTRYPOINT_MIGRATE_TRANSACTION=$mode
        assert_status 0
        if [ $mode = each ]; then
            assert_transactions a b c
        else
            assert_transactions 'a b c'
        fi
        refute_table "$DATABASE" drizzle.entrypoint_progress
    done
}

@test "transaction = each: what was committed before a failure stays, with its rows" {
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int);'
    folder_add "$folder" 0001_b "CREATE TABLE b (n int);${break_}SELECT 1/0;"
    migrate ENTRYPOINT_MIGRATE_TRANSACTION=each
    assert_status 65
    assert_has "$stderr" '1 of 2 pending migrations were applied'
    assert_table "$DATABASE" a
    refute_table "$DATABASE" b
    assert_equal "$(ledger_count "$DATABASE")" 1
}

@test "transaction = all: a statement that cannot be in one is refused before anything is sent" {
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int);'
    folder_add "$folder" 0001_index $'-- an index\nCREATE INDEX i1 ON a (n);\n  CREATE INDEX CONCURRENTLY i ON a (n);'
    migrate ENTRYPOINT_MIGRATE_TRANSACTION=all
    assert_status 66
    assert_has "$stderr" 'CREATE INDEX CONCURRENTLY cannot run in a transaction'
    assert_matches "$stderr" '0001_index\.sql:3:3'
    assert_has "$stderr" 'transaction = auto'
    refute_table "$DATABASE" a
}

@test "directives: transaction refuses what cannot be in one, no-transaction commits each statement" {
    folder_add "$folder" 0000_a $'-- entrypoint: no-transaction\nCREATE TABLE a (n int); CREATE TABLE b (n int);\nDO $$ BEGIN INSERT INTO a VALUES (1); COMMIT; INSERT INTO a VALUES (2); ROLLBACK; END $$;'
    migrate
    assert_status 0
    assert_transactions a b
    assert_equal "$(cluster_sql "$DATABASE" 'SELECT array_agg(n) FROM a')" '{1}'

    folder_add "$folder" 0001_index $'-- entrypoint: transaction\nCREATE INDEX CONCURRENTLY i ON a (n);'
    migrate
    assert_status 66
    assert_matches "$stderr" '0001_index\.sql:2:1'
    assert_has "$stderr" 'Take "-- entrypoint: transaction" out of the file'

    printf -- '-- entrypoint: no transaction\nSELECT 1;' >"$folder/0001_index.sql"
    migrate
    assert_status 66
    assert_has "$stderr" 'unknown directive "no transaction"'
    assert_matches "$stderr" '0001_index\.sql:1:16'

    printf -- '-- entrypoint: no-transaction\nSELECT 1;' >"$folder/0001_index.sql"
    migrate ENTRYPOINT_MIGRATE_TRANSACTION=all
    assert_status 66
    assert_has "$stderr" 'the file asks for no transaction'
}

@test "ALTER TYPE ADD VALUE is committed before a later migration uses the value" {
    folder_add "$folder" 0000_type "CREATE TYPE state AS ENUM ('old'); CREATE TABLE a (s state);"
    migrate
    assert_status 0
    folder_add "$folder" 0001_value "CREATE TABLE b (n int);${break_}ALTER TYPE \"public\".\"state\" ADD VALUE 'new';"
    folder_add "$folder" 0002_other 'CREATE TABLE c (n int);'
    folder_add "$folder" 0003_use "CREATE TABLE d (n int);${break_}ALTER TABLE a ALTER COLUMN s SET DEFAULT 'new';"
    folder_add "$folder" 0004_last 'CREATE TABLE e (n int);'
    migrate
    assert_status 0
    assert_has "$stderr" 'committing before 0003_use: it uses an enum value'
    assert_transactions 'b c' 'd e'
    assert_equal "$(ledger_count "$DATABASE")" 5
}

@test "ALTER TYPE ADD VALUE and its use in one migration: a commit between, and none without a use" {
    folder_add "$folder" 0000_type "CREATE TYPE state AS ENUM ('old'); CREATE TABLE a (s state);"
    migrate
    assert_status 0
    folder_add "$folder" 0001_use "CREATE TABLE b (n int);${break_}ALTER TYPE state ADD VALUE 'new';${break_}CREATE TABLE c (n int);${break_}INSERT INTO a VALUES ('new');${break_}CREATE TABLE d (n int);"
    folder_add "$folder" 0002_values "ALTER TYPE state ADD VALUE 'x' BEFORE 'new';${break_}ALTER TYPE state ADD VALUE 'y' AFTER 'x';${break_}CREATE TABLE e (n int);"
    migrate
    assert_status 0
    assert_has "$stderr" '0001_use: runs statement by statement: a use of the enum value that it adds'
    assert_transactions 'b c' d e
    assert_lacks "$stderr" '0002_values: runs'
    assert_equal "$(cluster_sql "$DATABASE" 'SELECT s FROM a')" new
    assert_equal "$(ledger_count "$DATABASE")" 3
}

@test "Drizzle's workaround, COMMIT; before CONCURRENTLY: works and is told" {
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int);'
    folder_add "$folder" 0001_index "COMMIT;${break_}CREATE INDEX CONCURRENTLY i ON a (n);"
    folder_add "$folder" 0002_index "CREATE TABLE b (n int);${break_}COMMIT;${break_}CREATE INDEX CONCURRENTLY j ON b (n);${break_}BEGIN;${break_}CREATE TABLE c (n int);"
    migrate
    assert_status 0
    assert_has "$stderr" '0001_index: its own BEGIN and COMMIT are not sent'
    index_is_valid i
    index_is_valid j
    assert_table "$DATABASE" c
    assert_equal "$(ledger_count "$DATABASE")" 3
    assert_lacks "$stderr" 'there is no transaction in progress'
}

@test "BEGIN; ... COMMIT; around a file are left out: it is one with the others, and told" {
    folder_add "$folder" 0000_a $'-- wrapped\nBEGIN;\nCREATE TABLE a (n int);\nCOMMIT;\n'
    folder_add "$folder" 0001_b "BEGIN;${break_}CREATE TABLE b (n int);${break_}COMMIT;"
    folder_add "$folder" 0002_c 'CREATE TABLE c (n int);'
    migrate
    assert_status 0
    assert_has "$stderr" '0000_a: its own BEGIN and COMMIT are not sent; it runs in our transaction'
    assert_transactions 'a b c'
    assert_lacks "$stderr" 'already a transaction'
    folder_add "$folder" 0003_bad $'BEGIN;\nCREATE TABLE d (n int);\nSELECT 1 / 0;\nCOMMIT;'
    migrate
    assert_status 65
    assert_matches "$stderr" '0003_bad\.sql:[0-9]'
    refute_table "$DATABASE" d
}

@test "COPY TO STDOUT: what it sends goes nowhere, and the statements behind it are run" {
    folder_add "$folder" 0000_a $'CREATE TABLE a (n int);
INSERT INTO a SELECT generate_series(1, 20000);
COPY a TO STDOUT;
INSERT INTO a VALUES (0);'
    folder_add "$folder" 0001_b $'CREATE INDEX CONCURRENTLY a_n ON a (n);\nCOPY a TO STDOUT;\nINSERT INTO a VALUES (-1);'
    migrate
    assert_status 0
    assert_equal "$stdout" ""
    assert_equal "$(cluster_sql "$DATABASE" 'SELECT count(*), min(n) FROM a')" '20002|-1'
    assert_equal "$(ledger_count "$DATABASE")" 2
}

@test "every other kind that is refused in a transaction runs" {
    local reindex='REINDEX (CONCURRENTLY) TABLE a' detach='ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY'
    if [ "$(cluster_version)" -lt 14 ]; then # which has the one in an older spelling only, and not the other
        reindex='REINDEX TABLE CONCURRENTLY a' detach='ALTER TABLE p DETACH PARTITION p1'
    fi
    cluster_sql postgres "GRANT SET ON PARAMETER work_mem TO app" 2>/dev/null || true
    DATABASE_URL=$(cluster_url "$DATABASE" postgres "$CLUSTER_PASSWORD")
    location=$CLUSTER_DIR/space$RANDOM
    as_server_user mkdir "$location"
    other=other$RANDOM
    folder_add "$folder" 0000_a 'CREATE TABLE a (n int); CREATE INDEX i ON a (n); CREATE TABLE p (n int) PARTITION BY LIST (n);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); CREATE INDEX pi ON p (n);'
    folder_add "$folder" 0001_all "VACUUM a;${break_}VACUUM (ANALYZE) a;${break_}REINDEX INDEX CONCURRENTLY i;${break_}$reindex;
REINDEX SCHEMA public;${break_}REINDEX TABLE p;${break_}CLUSTER;${break_}CLUSTER a USING i;${break_}DROP INDEX CONCURRENTLY i;${break_}$detach;
CREATE DATABASE $other;${break_}CREATE TABLESPACE $other LOCATION '$location';${break_}ALTER DATABASE $other SET TABLESPACE $other;${break_}DROP DATABASE $other;
DROP TABLESPACE $other;${break_}ALTER SYSTEM SET work_mem = '5MB';${break_}ALTER SYSTEM RESET work_mem;
CREATE SUBSCRIPTION s_$other CONNECTION 'dbname=none' PUBLICATION none WITH (connect = false);${break_}ALTER SUBSCRIPTION s_$other SET (slot_name = NONE);${break_}DROP SUBSCRIPTION s_$other;${break_}DISCARD ALL;"
    migrate
    assert_status 0
    assert_equal "$(ledger_count "$DATABASE")" 2
    assert_equal "$(progress_count)" 0
    assert_equal "$(cluster_sql "$DATABASE" "SELECT count(*) FROM pg_inherits WHERE inhparent = 'p'::regclass")" 0
}
