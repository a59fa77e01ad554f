# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # integration.bash sets and reads them
# measure.bash - how much memory a run takes, for tests that have loaded integration.bash.
#
#     run_measured; assert_status 0; assert_peak 12288
#
# A program of our own asks the kernel: /usr/bin/time is not everywhere, and a shell's fork would be counted in.

# As migrate; sets peak, in KiB: run_measured [NAME=VALUE...]
run_measured() {
    local measure=$BATS_FILE_TMPDIR/measure
    [ -x "$measure" ] || gcc -std=c17 -O2 -static -s -o "$measure" "$lib/../bench/measure.c"
    launcher=("$measure" "$BATS_TEST_TMPDIR/measured")
    migrate "$@"
    launcher=()
    peak=$(cut -d ' ' -f 4 "$BATS_TEST_TMPDIR/measured")
}

# assert_peak KIB: not with sanitizers or Debian's libraries, which have their own memory
assert_peak() {
    [[ $ENTRYPOINT_BINARY == */static/* ]] || return 0
    [ "$peak" -le "$1" ] || fail "$peak KiB at its peak, more than $1"
}
