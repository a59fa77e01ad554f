#!/usr/bin/env bats
# What README.md shows is what is printed.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

teardown() {
    cluster_is_running || cluster_start_server
    clean_up
}

# The block of README.md that has a line with TEXT: readme_block TEXT
readme_block() {
    awk -v text="$1" '
        /^ *```/ { if (inside && index(block, text)) printf "%s", block; inside = !inside; block = ""; next }
        inside { block = block $0 "\n" }' README.md
}

# What differs from machine to machine is made equal.
normalized() {
    sed -E -e 's/[0-9]+ ms/N ms/' -e 's/PostgreSQL [0-9.]+( \([^)]*\))? at/PostgreSQL V at/' -e "s/127.0.0.1:$CLUSTER_PORT/db:5432/" \
        -e "s/$DATABASE/app/" -e '/starting up/d' <<<"$1"
}

@test "a start that waits, migrates, verifies" {
    cp -r migrations "$BATS_TEST_TMPDIR/all"
    folder_first "$BATS_TEST_TMPDIR/all" 3 "$folder"
    migrate
    assert_status 0
    rm -r "$folder"
    cp -r migrations "$folder"
    block=$(readme_block 'Running database migrations')
    cluster_stop
    cd "$BATS_TEST_TMPDIR"
    start_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_VERIFY_TABLES=contacts -- node --version
    await_stderr 'waiting for'
    cluster_start_server
    wait_entrypoint
    assert_status 0
    assert_equal "$(normalized "$stderr")" "$(normalized "$block")"
}

@test "an error" {
    block=$(readme_block 'error: column')
    folder_add "$folder" 0000_init 'CREATE TABLE "users" ("email" text);'
    migrate
    assert_status 0
    sql=$(sed -nE 's/^ +([0-9]+) \| (.*[^ ^].*)$/\2/p' <<<"$block")
    folder_add "$folder" "$(sed -nE 's#^ +drizzle/(.*)\.sql:.*#\1#p' <<<"$block")" $'-- the first user\n\n'"$sql"
    cd "$BATS_TEST_TMPDIR"
    run_entrypoint DATABASE_URL="$DATABASE_URL" -- migrate
    assert_status 65
    assert_equal "$(sed -n '/error:/,$p' <<<"$stderr")" "$block"
}
