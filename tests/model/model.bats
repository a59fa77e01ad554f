#!/usr/bin/env bats
# The protocol among replicas, checked by spin: replicas.pml says what, and what it leaves out. Each guard that is taken
# away is found missing, so that none stands there for nothing.

setup() {
    command -v spin >/dev/null || skip "no spin"
    cd "$BATS_TEST_TMPDIR" || return
    model=$BATS_TEST_DIRNAME/replicas.pml
}

# check DEFINITION...: the verdict in `verdict`, with the number of states; spin hides what the search says behind status 0
check() {
    spin -a "$@" "$model"
    cc -O0 -w -DSAFETY -DCOLLAPSE -o pan pan.c
    verdict=$(./pan -m1000000)
    grep -q 'states, stored' <<<"$verdict"
}

holds() {
    check "$@"
    grep -q 'errors: 0' <<<"$verdict" || { echo "$verdict"; return 1; }
    sed -n "s/^ *\\([0-9]*\\) states, stored.*/# ${*:-direct}: \\1 states/p" <<<"$verdict" >&3
}

fails() { # fails REASON DEFINITION...
    check "${@:2}"
    grep -q "pan:1: $1" <<<"$verdict" || { echo "${*:2}: not found"; echo "$verdict"; return 1; }
}

@test "directly connected: at most once, and in the end once, whoever is killed" {
    holds -DCRASHES=3
}

@test "through a pooler: at most once, and in the end once, whoever is killed" {
    holds -DPOOLED -DCRASHES=3
}

@test "no guard is there for nothing" {
    for guard in REREAD TOGETHER LOCK LOOKUP; do
        fails 'assertion violated' "-DNO_$guard"
        fails 'assertion violated' -DPOOLED "-DNO_$guard"
    done
    # Through a pooler the lock is the transaction's: repeating that takes it again.
    fails 'assertion violated' -DNO_RESTART
    fails 'assertion violated' -DPOOLED -DNO_HOLD
    fails 'assertion violated' -DPOOLED -DNO_RUNNING
    fails 'invalid end state' -DNO_NOTICE
}
