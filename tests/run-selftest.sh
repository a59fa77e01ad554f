#!/bin/bash
# run-selftest.sh: tests/run must see a failure for what it is. TAP.
set -u
run=$PWD/tests/run
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
count=0

producer() { # producer NAME: an executable from stdin
    { echo '#!/bin/bash'; cat; } >"$1"
    chmod +x "$1"
}

sums_up() { # sums_up DESCRIPTION EXIT-STATUS LAST-TWO-LINES ARGUMENT...
    local description=$1 want_status=$2 want=$3 status=0
    shift 3
    TEST_OUTPUT=$scratch/output TEST_TIMEOUT=2 "$run" "$@" >said 2>&1 || status=$?
    count=$((count + 1))
    if [ "$status" = "$want_status" ] && [ "$(tail -n 2 said | paste -sd ' ')" = "$want" ] &&
        [ "$(grep -c ' passed, [0-9]* failed$' said)" = 1 ]; then
        echo "ok $count - $description"
    else
        echo "not ok $count - $description"
        { echo "wanted status $want_status: $want; got status $status:"; cat said; } | sed 's/^/# /'
    fi
}

says() { # says DESCRIPTION PATTERN: of the last run's output
    count=$((count + 1))
    grep -qE -- "$2" said && echo "ok $count - $1" && return
    echo "not ok $count - $1"
    sed 's/^/# /' said
}

producer good <<<'printf "1..2\nok 1 - a\nok 2 - b\n"'
producer bad <<<'printf "1..2\nok 1 - a\nnot ok 2 - b\n# the reason\n"; echo to stderr >&2; exit 1'
producer skips <<<'printf "1..3\nok 1 - a\nok 2 - b # skip not today\nnot ok 3 # SKIP as cmocka words it\n"'
producer skips_all <<<'echo "1..0 # skip nothing to see"'
producer silent <<<'exit 0'
producer no_tests <<<'echo 1..0'
producer crashes <<<'printf "1..2\nok 1 - a\n"; kill -SEGV $$'
producer crashes_late <<<'printf "1..1\nok 1 - a\n"; kill -SEGV $$'
producer leaks <<<'printf "1..1\nok 1 - a\n"; echo "LeakSanitizer: 1 byte" >&2; exit 1'
producer stops_early <<<'printf "1..3\nok 1 - a\n"'
producer goes_on <<<'printf "1..1\nok 1 - a\nok 2 - b\n"'
producer bails <<<'printf "1..1\nBail out! no disk\nok 1 - a\n"'
producer hangs <<<'printf "1..1\n"; sleep 60; echo ok 1'
producer late <<<'sleep 0.3; touch late_was_here; printf "1..1\nok 1 - a\n"'
producer after <<<'printf "1..1\n"; [ -e late_was_here ] && echo "ok 1 - a" || echo "not ok 1 - a"'
# shellcheck disable=SC2016 # the producer expands it
producer asks <<<'printf "1..1\n"; [ "$COLOUR" = blue ] && echo "ok 1 - a" || echo "not ok 1 - a"'
producer inherits <<<'printf "1..1\n"; grep -q "^SigIgn:.0*$" /proc/self/status && echo "ok 1 - a" || echo "not ok 1 - a"'
printf '@test "passes" { true; }\n@test "skips" { skip "no reason"; }\n@test "fails" { false; }\n' >mixed.bats
printf '@test "broken { \n' >broken.bats
printf '@test "fails once" {\n[ -e second ] && return\ntouch second\nfalse\n}\n' >once.bats
cp mixed.bats other.bats

echo 1..31
sums_up "what passes is counted" 0 "0 skipped 2 passed, 0 failed" ./good
sums_up "a failing test" 1 "0 skipped 1 passed, 1 failed" ./bad
says "its diagnostics are shown" "# the reason"
says "its stderr is shown" "stderr: to stderr"
sums_up "one failing among several" 1 "0 skipped 5 passed, 1 failed" ./good ./bad ./good
sums_up "a skipped test is not a passed one" 0 "2 skipped 1 passed, 0 failed" ./skips
says "the reason for skipping is shown" "not today"
sums_up "nothing but skipped tests is not a success" 1 "1 skipped 0 passed, 0 failed" ./skips_all
sums_up "nothing at all is not a success" 1 "0 skipped 0 passed, 0 failed"
sums_up "silence" 1 "0 skipped 0 passed, 1 failed" ./silent
sums_up "a plan of nothing" 1 "0 skipped 0 passed, 1 failed" ./no_tests
sums_up "a crash in the middle" 1 "0 skipped 1 passed, 1 failed" ./crashes
says "the status of the crash is shown" "exit status 139"
sums_up "a crash after the last test" 1 "0 skipped 1 passed, 1 failed" ./crashes_late
sums_up "a failing exit status after tests that passed" 1 "0 skipped 1 passed, 1 failed" ./leaks
says "what a sanitizer writes is shown" "LeakSanitizer: 1 byte"
sums_up "fewer tests than planned" 1 "0 skipped 1 passed, 1 failed" ./stops_early
sums_up "more tests than planned" 1 "0 skipped 2 passed, 1 failed" ./goes_on
sums_up "bailing out" 1 "0 skipped 1 passed, 1 failed" ./bails
sums_up "hanging" 1 "0 skipped 0 passed, 1 failed" ./hangs
sums_up "a producer that is not there" 1 "0 skipped 0 passed, 1 failed" ./absent
sums_up "a bats file" 1 "1 skipped 1 passed, 1 failed" mixed.bats
sums_up "a bats file that does not parse" 1 "0 skipped 0 passed, 1 failed" broken.bats
sums_up "-- waits" 0 "0 skipped 2 passed, 0 failed" ./late -- ./after
sums_up "the last NAME=VALUE holds" 0 "0 skipped 1 passed, 0 failed" COLOUR=red COLOUR=blue ./asks
sums_up "NAME=VALUE holds only to its right" 1 "0 skipped 1 passed, 1 failed" ./asks COLOUR=blue ./asks
sums_up "no signal is ignored" 0 "0 skipped 1 passed, 0 failed" ./inherits
sums_up "a bats file that fails beside others and passes alone" 0 "0 skipped 3 passed, 0 failed" ./good once.bats
says "that it ran twice is shown" "a second time: 1 passed"
rm -f second
REPEATS=0 sums_up "without a second time" 1 "0 skipped 0 passed, 1 failed" once.bats
REPEATS=1 sums_up "too many for an accident" 1 "2 skipped 2 passed, 2 failed" mixed.bats other.bats
