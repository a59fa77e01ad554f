#!/usr/bin/env bats
# A fault after each message of the wire protocol, and SIGKILL at any other instant: the next start succeeds, and nothing is lost
# or done twice. campaign.js says what the faults are. Here only some of the messages are tried; SOAK=1 tries every one.
# POINTS=transactional|apart|mixed takes one kind of migrations, FAULTS="gone kill" some of the faults (tests/faults/soak).

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

setup() {
    command -v node >/dev/null || skip "no node for the proxy"
    [[ $BATS_TEST_DESCRIPTION == "${POINTS:-}"* ]] || skip "only $POINTS was asked for"
    fresh_database
    folder=$BATS_TEST_TMPDIR/drizzle
    folder_new "$folder"
}

transactional() {
    folder_add "$folder" 0000_seeds $'CREATE TABLE seeds (n int, what text);\n--> statement-breakpoint\nINSERT INTO seeds VALUES (1, \'first\');'
    folder_add "$folder" 0001_mood $'CREATE TYPE mood AS ENUM (\'sad\');\n--> statement-breakpoint\nCREATE TABLE people (n int, mood mood);'
    folder_add "$folder" 0002_more $'INSERT INTO seeds SELECT n + 1, \'second\' FROM seeds;\n--> statement-breakpoint\nALTER TABLE people ADD COLUMN name text;'
}

# Nothing of the last three shares a transaction with anything, and most can be in none.
apart() {
    local detach=$'\n--> statement-breakpoint\nALTER TABLE parts DETACH PARTITION part CONCURRENTLY;'
    [ "$(cluster_version)" -ge 14 ] || detach= # a server before 14 has none
    folder_add "$folder" 0000_tables $'CREATE TABLE seeds (n int, what text);\nCREATE TABLE parts (n int) PARTITION BY LIST (n);\nCREATE TABLE part PARTITION OF parts FOR VALUES IN (1);'
    folder_add "$folder" 0001_seeds $'-- entrypoint: no-transaction\nINSERT INTO seeds VALUES (1, \'first\');\nINSERT INTO seeds SELECT n + 1, \'second\' FROM seeds;'
    folder_add "$folder" 0002_index $'CREATE UNIQUE INDEX CONCURRENTLY seeds_n ON seeds (n);'
    folder_add "$folder" 0003_others $'REINDEX TABLE CONCURRENTLY seeds;'"$detach"$'\n--> statement-breakpoint\nDROP INDEX CONCURRENTLY seeds_n;'
}

# What cannot be in a transaction, before and behind what can.
mixed() {
    transactional
    folder_add "$folder" 0003_index $'INSERT INTO seeds VALUES (3, \'third\');\n--> statement-breakpoint\nCREATE INDEX CONCURRENTLY people_n ON people (n);\n--> statement-breakpoint\nINSERT INTO seeds VALUES (4, \'fourth\');'
    folder_add "$folder" 0004_value $'ALTER TYPE mood ADD VALUE \'glad\';\n--> statement-breakpoint\nINSERT INTO people VALUES (1, \'glad\');'
    folder_add "$folder" 0005_last $'CREATE TABLE last (n int);\n--> statement-breakpoint\nINSERT INTO seeds VALUES (5, \'fifth\');'
}

# campaign EVERY INSTANTS FAULT...
campaign() {
    local every=$1 instants=$2 fault faults=()
    shift 2
    for fault; do
        [[ " ${FAULTS:-$*} " != *" $fault "* ]] || faults+=("$fault")
    done
    [ ${#faults[@]} -gt 0 ] || skip "only $FAULTS was asked for"
    [ -z "${SOAK:-}" ] || every=1 instants=$((instants * 100))
    PGPASSWORD=$CLUSTER_PASSWORD BINARY=$ENTRYPOINT_BINARY FOLDER=$folder PORT=$CLUSTER_PORT SOCKET=$CLUSTER_SOCKET DATABASE=$DATABASE \
        EVERY=$every INSTANTS=$instants SEED=${SEED:-$RANDOM} node "$lib/../faults/campaign.js" "${faults[@]}" >"$BATS_TEST_TMPDIR/campaign" ||
        fail "$(cat "$BATS_TEST_TMPDIR/campaign")"
    sed 's/^/# /' "$BATS_TEST_TMPDIR/campaign" >&3
}

connection=(gone reset delay)
process=(kill stall terminate orphan random)

@test "transactional: the connection ends, is reset, or is slow after a message" {
    transactional
    campaign 30 0 "${connection[@]}"
}

@test "transactional: the program is killed, the backend terminated, the server hears of it late" {
    transactional
    campaign 40 5 "${process[@]}"
}

@test "apart, each statement by itself: the connection ends, is reset, or is slow after a message" {
    apart
    campaign 70 0 "${connection[@]}"
}

@test "apart, each statement by itself: the program is killed, the backend terminated, the server hears of it late" {
    apart
    campaign 90 5 "${process[@]}"
}

@test "mixed, outside of transactions, too: the connection ends, is reset, or is slow after a message" {
    mixed
    campaign 70 0 "${connection[@]}"
}

@test "mixed, outside of transactions, too: the program is killed, the backend terminated, the server hears of it late" {
    mixed
    campaign 90 5 "${process[@]}"
}
