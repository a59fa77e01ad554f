#!/usr/bin/env bats
# More pending migrations than the locks of one transaction have room for, on a server that was made small.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

setup_file() {
    cluster_create max_locks_per_transaction=10 max_connections=20
    cluster_start
}

# 60 migrations, each with eight tables: about 2,900 locks, where the server has room for 200 and some.
many_tables() {
    local n m sql
    for n in {10..69}; do
        sql=
        for m in {1..8}; do
            sql+="CREATE TABLE t${n}_$m (n serial PRIMARY KEY, t text);"
        done
        folder_add "$folder" "00${n}_tables" "$sql"
    done
}

@test "a fresh database comes up by itself: the plan cuts before the locks run out, and says so" {
    many_tables
    migrate
    assert_status 0
    assert_has "$stderr" 'max_locks_per_transaction'
    assert_has "$stderr" 'Migrations complete: 60 applied'
    assert_equal "$(ledger_count "$DATABASE")" 60
    assert_equal "$(cluster_sql "$DATABASE" "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relname ~ '^t[0-9]'")" 480
    # Still few transactions: not one for each.
    [ "$(cluster_sql "$DATABASE" 'SELECT count(DISTINCT xmin::text) FROM drizzle.__drizzle_migrations')" -lt 60 ]
}

@test "all or nothing is demanded: it fails with the server's reason and a hint, and nothing stays" {
    many_tables
    migrate ENTRYPOINT_MIGRATE_TRANSACTION=all ENTRYPOINT_WAIT_TIMEOUT=1s
    assert_status 75
    assert_has "$stderr" 'out of shared memory'
    assert_has "$stderr" 'transaction = auto'
    assert_equal "$(ledger_count "$DATABASE")" 0
    assert_untouched
}
