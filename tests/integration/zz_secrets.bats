#!/usr/bin/env bats
# The last of all: in everything that the program has printed in all other tests there is no password. Every password of
# the tests holds the same odd word, so that a piece of one is enough to be found.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

setup_file() { :; }
teardown_file() { :; }
setup() { :; }
teardown() { :; }

@test "no password in any output of any test" {
    [ -s "$OUTPUT_LOG" ] || fail "$OUTPUT_LOG is empty: run the other tests first"
    printed=$(grep -cv '^== ' "$OUTPUT_LOG" || true)
    [ "$printed" -gt 0 ] || fail "$OUTPUT_LOG holds no output"
    found=$(grep -n -i -a -e "$(secret_marker)" "$OUTPUT_LOG" || true)
    [ -z "$found" ] || fail "passwords were printed:" "$found" "by these tests:" \
        "$(awk -v marker="$(secret_marker)" '/^== / { test = $0 } index($0, marker) { print test }' "$OUTPUT_LOG" | sort -u)"
}
