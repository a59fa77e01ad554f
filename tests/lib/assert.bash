# shellcheck shell=bash
# assert.bash - what a test expects, with a message that says what it got instead.

fail() {
    printf '%s\n' "$@" >&2
    return 1
}

# assert_equal ACTUAL EXPECTED [WHAT]
assert_equal() {
    [ "$1" = "$2" ] || fail "${3:-value} differs" "--- expected" "$2" "--- got" "$1" "---"
}

# assert_has TEXT PART: PART occurs in TEXT, literally
assert_has() {
    [[ $1 == *"$2"* ]] || fail "not found: $2" "--- in" "$1" "---"
}

assert_lacks() {
    [[ $1 != *"$2"* ]] || fail "not expected: $2" "--- in" "$1" "---"
}

# assert_matches TEXT REGEX: extended, one line of TEXT matches
assert_matches() {
    grep -Eq -e "$2" <<<"$1" || fail "no line matches: $2" "--- in" "$1" "---"
}

refute_matches() {
    ! grep -Eq -e "$2" <<<"$1" || fail "a line matches: $2" "--- in" "$1" "---"
}
