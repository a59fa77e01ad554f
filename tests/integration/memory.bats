#!/usr/bin/env bats
# How much memory a start takes at most: README.md states it. The figures are those of the binary that ships.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration
load ../lib/measure

# As many migrations, each of one statement: many COUNT
many() {
    seq -f '%05.0f' 0 $(($1 - 1)) | while read -r number; do
        echo "INSERT INTO numbers VALUES ($number);" >"$folder/${number}_one_more.sql"
    done
    echo 'CREATE TABLE numbers (n int);' >"$folder/00000_one_more.sql"
    awk -v count="$1" 'BEGIN {
        print "{\"version\": \"7\", \"dialect\": \"postgresql\", \"entries\": ["
        for (i = 0; i < count; i++)
            printf "{\"idx\": %d, \"version\": \"7\", \"when\": 17%08d000, \"tag\": \"%05d_one_more\", \"breakpoints\": true}%s\n",
                i, i, i, i < count - 1 ? "," : ""
        print "]}"
    }' >"$folder/meta/_journal.json"
}

# Statements of a kilobyte up to the most that a file may have, 64 MiB.
large_file() {
    { echo 'CREATE TABLE large (line text);'; yes "INSERT INTO large VALUES ('$(printf '%0990d' 0)');"; } | head -c $((64 * 1024 * 1024 - 1)) |
        sed '$d' >"$folder/$1.sql"
}

tell_peak() {
    echo "# $1: $peak KiB at its peak" >&3
}

@test "10,000 migrations, applied and then with nothing pending" {
    many 10000
    run_measured
    assert_status 0
    assert_equal "$(ledger_count "$DATABASE")" 10000
    tell_peak '10,000 migrations pending'
    assert_peak $((16 * 1024))
    run_measured
    assert_status 0
    assert_has "$stderr" 'none pending'
    tell_peak '10,000 migrations, nothing pending'
    assert_peak $((12 * 1024))
}

@test "a file of 64 MiB, of many statements and of one" {
    folder_add "$folder" 0000_large ''
    large_file 0000_large
    run_measured
    assert_status 0
    tell_peak '64 MiB of statements, applied'
    assert_peak $((72 * 1024))
    run_measured
    assert_status 0
    tell_peak '64 MiB of statements, nothing pending'
    assert_peak $((72 * 1024))

    folder_add "$folder" 0001_one ''
    { printf "INSERT INTO large VALUES ('"; head -c $((64 * 1024 * 1024 - 64)) /dev/zero | tr '\0' x; echo "');"; } >"$folder/0001_one.sql"
    run_measured
    assert_status 0
    tell_peak '64 MiB in one statement, applied'
    assert_peak $((200 * 1024)) # libpq has it once more to send it
    assert_equal "$(cluster_sql "$DATABASE" "SELECT count(*) FROM large WHERE length(line) = $((64 * 1024 * 1024 - 64))")" 1
}
