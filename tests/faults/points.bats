#!/usr/bin/env bats
# A fault after each message of the wire protocol: the next start succeeds, and nothing is lost or done twice. campaign.js
# says what the kinds are. Here only some of the messages are tried; SOAK=1 tries every one (make soak).

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

setup() {
    command -v node >/dev/null || skip "no node for the proxy"
    fresh_database
    folder=$BATS_TEST_TMPDIR/drizzle
    folder_new "$folder"
}

transactional() {
    folder_add "$folder" 0000_seeds $'CREATE TABLE seeds (n int, what text);\n--> statement-breakpoint\nINSERT INTO seeds VALUES (1, \'first\');'
    folder_add "$folder" 0001_mood $'CREATE TYPE mood AS ENUM (\'sad\');\n--> statement-breakpoint\nCREATE TABLE people (n int, mood mood);'
    folder_add "$folder" 0002_more $'INSERT INTO seeds SELECT n + 1, \'second\' FROM seeds;\n--> statement-breakpoint\nALTER TABLE people ADD COLUMN name text;'
}

# What cannot be in a transaction, before and behind what can.
mixed() {
    transactional
    folder_add "$folder" 0003_index $'INSERT INTO seeds VALUES (3, \'third\');\n--> statement-breakpoint\nCREATE INDEX CONCURRENTLY people_n ON people (n);\n--> statement-breakpoint\nINSERT INTO seeds VALUES (4, \'fourth\');'
    folder_add "$folder" 0004_value $'ALTER TYPE mood ADD VALUE \'glad\';\n--> statement-breakpoint\nINSERT INTO people VALUES (1, \'glad\');'
    folder_add "$folder" 0005_last $'CREATE TABLE last (n int);\n--> statement-breakpoint\nINSERT INTO seeds VALUES (5, \'fifth\');'
}

# campaign EVERY KIND...
campaign() {
    local every=$1
    shift
    [ -z "${SOAK:-}" ] || every=1
    PGPASSWORD=$CLUSTER_PASSWORD BINARY=$ENTRYPOINT_BINARY FOLDER=$folder PORT=$CLUSTER_PORT SOCKET=$CLUSTER_SOCKET \
        DATABASE=$DATABASE EVERY=$every SEED=${SEED:-$RANDOM} node "$lib/../faults/campaign.js" "$@" >"$BATS_TEST_TMPDIR/campaign" ||
        fail "$(cat "$BATS_TEST_TMPDIR/campaign")"
    sed 's/^/# /' "$BATS_TEST_TMPDIR/campaign" >&3
}

@test "transactions: the connection ends, is reset, or is slow after a message" {
    transactional
    campaign 30 gone reset delay
}

@test "transactions: the program is killed, the backend terminated, the server hears of it late" {
    transactional
    campaign 40 kill stall terminate orphan
}

@test "statements outside of transactions, too: the connection ends, is reset, or is slow after a message" {
    mixed
    campaign 70 gone reset delay
}

@test "statements outside of transactions, too: the program is killed, the backend terminated, the server hears of it late" {
    mixed
    campaign 90 kill stall terminate orphan
}
