#!/usr/bin/env bats
# What goes over the wire, seen by a proxy in between: the round trips of a start, and what travels with what.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

setup() {
    given=()
    fresh_database
    folder=$BATS_TEST_TMPDIR/drizzle
    folder_new "$folder"
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    folder_add "$folder" 0001_b $'CREATE TABLE b ();\n--> statement-breakpoint\nCREATE TABLE c ();'
    command -v node >/dev/null || skip "no node for the proxy"
    proxy_port=$(free_port)
    node "$lib/wire.js" "$proxy_port" "$CLUSTER_PORT" "$BATS_TEST_TMPDIR/flights" >"$BATS_TEST_TMPDIR/proxy" 2>&1 3>&- 4>&- &
    proxy_pid=$!
    poll 20 grep -q listening "$BATS_TEST_TMPDIR/proxy"
    DATABASE_URL="postgresql://app:$APP_PASSWORD@127.0.0.1:$proxy_port/$DATABASE?sslmode=disable"
}

teardown() {
    [ -z "${proxy_pid:-}" ] || kill "$proxy_pid"
    clean_up
}

# What the program sent in its last run, a line for each flight.
flights() {
    sleep 0.2 # the proxy writes the last line when the connection closes
    cat "$BATS_TEST_TMPDIR/flights"
    rm "$BATS_TEST_TMPDIR/flights"
}

# Without what names the session after the migration: it travels with the others.
without_names() {
    sed -E "s/( ; )?SET LOCAL application_name = E'entrypoint: applying [^']*'$//; s/SET LOCAL application_name = E'entrypoint: applying [^']*' ; //g"
}

@test "nothing pending: one round trip after the login" {
    migrate
    assert_status 0
    flights >/dev/null
    migrate
    assert_status 0
    assert_has "$stderr" 'none pending'
    sent=$(flights)
    assert_equal "$(wc -l <<<"$sent")" 1 "flights: $sent"
}

@test "nothing pending in three tables: one round trip after the login" {
    mkdir "$BATS_TEST_TMPDIR/manual"
    echo 'CREATE TABLE manual ();' >"$BATS_TEST_TMPDIR/manual/1.sql"
    dirs="$folder $BATS_TEST_TMPDIR/manual"
    migrate ENTRYPOINT_MIGRATE_DIRS="$dirs"
    assert_status 0
    cp -r "$BATS_TEST_TMPDIR/manual" "$BATS_TEST_TMPDIR/more"
    run_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$BATS_TEST_TMPDIR/more=more.done" -- mark --all
    assert_status 0
    flights >/dev/null
    migrate ENTRYPOINT_MIGRATE_DIRS="$dirs $BATS_TEST_TMPDIR/more=more.done"
    assert_status 0
    assert_has "$stderr" '4 migrations applied, none pending'
    sent=$(flights)
    assert_equal "$(wc -l <<<"$sent")" 1 "flights: $sent"
}

@test "nothing pending, critical tables, then a server: one round trip after the login" {
    migrate
    assert_status 0
    flights >/dev/null
    given=(ENTRYPOINT_VERIFY_TABLES='a b c')
    serve true
    assert_status 0
    assert_has "$stderr" 'table c: present'
    sent=$(flights)
    assert_equal "$(wc -l <<<"$sent")" 1 "flights: $sent"
    assert_has "$sent" __drizzle_migrations
    assert_has "$sent" pg_class
}

@test "something pending: the statements and rows of all migrations are one flight, COMMIT is another" {
    migrate
    assert_status 0
    sent=$(flights | without_names)
    grep -Eqx 'CREATE TABLE a \(\); ; INSERT [^;]* ; CREATE TABLE b \(\); ; CREATE TABLE c \(\); ; INSERT [^;]*' <<<"$sent" ||
        fail "not in one flight, in order" "$sent"
    grep -Fxq COMMIT <<<"$sent" || fail "COMMIT is not alone in its flight" "$sent"
}

@test "a first start with 100 migrations of 300 statements: six round trips after the login" {
    folder_new "$folder"
    for n in {100..199}; do
        folder_add "$folder" "0${n}_t" "CREATE TABLE t$n (n int);
--> statement-breakpoint
CREATE INDEX i$n ON t$n (n); INSERT INTO t$n VALUES (1);"
    done
    migrate
    assert_status 0
    assert_has "$stderr" 'Migrations complete: 100 applied'
    sent=$(flights)
    assert_equal "$(wc -l <<<"$sent")" 6 "flights: $(cut -c1-200 <<<"$sent")"
}

@test "what cannot travel with others goes alone, in the same transaction and in order" {
    folder_add "$folder" 0002_select $'SELECT 1; SAVEPOINT s;\n--> statement-breakpoint\nROLLBACK TO s;'
    folder_add "$folder" 0003_d 'CREATE TABLE d ();'
    migrate
    assert_status 0
    sent=$(flights | without_names | grep -E 'CREATE TABLE .( |;)|SAVEPOINT|ROLLBACK|^INSERT|^COMMIT')
    assert_equal "$(sed -E 's/INSERT INTO[^;]*/INSERT /g; s/ +$//' <<<"$sent")" "$(printf '%s\n' \
        'CREATE TABLE a (); ; INSERT ; CREATE TABLE b (); ; CREATE TABLE c (); ; INSERT' \
        'SELECT 1; SAVEPOINT s;' 'ROLLBACK TO s;' INSERT 'CREATE TABLE d (); ; INSERT' COMMIT | sed 's/ $//')"
}

@test "check: two round trips after the login, the ledger and the catalogs" {
    folder=$PWD/tests/fixtures/drizzle/kit-0.23.2
    migrate
    assert_status 0
    flights >/dev/null
    run_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$folder" -- check
    assert_status 0
    sent=$(flights)
    assert_equal "$(wc -l <<<"$sent")" 2 "flights: $sent"
}

@test "nothing pending, with a snapshot: its tables are looked for in the same round trip" {
    folder=$PWD/tests/fixtures/drizzle/kit-0.23.2
    migrate
    assert_status 0
    flights >/dev/null
    migrate
    assert_status 0
    sent=$(flights)
    assert_equal "$(wc -l <<<"$sent")" 1 "flights: $sent"
    assert_has "$sent" pg_attribute
}
