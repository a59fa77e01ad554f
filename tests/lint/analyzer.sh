#!/bin/bash
# analyzer.sh: gcc -fanalyzer finds nothing; without optimization, which would take some of the faults away.
# As in tidy.sh, a file that was found clean is looked at again when it changes.
set -euo pipefail
. tests/lint/flags.sh
kept=${XDG_CACHE_HOME:-$HOME/.cache}/entrypoint-lint
mkdir -p "$kept"
export kept

# At -O0 gcc 12 takes the counter of a for loop for uninitialized; valgrind and clang look for what is.
flags+=(-O0 -U_FORTIFY_SOURCE -fanalyzer -Wno-analyzer-use-of-uninitialized-value)

check() {
    local file=$1 key
    shift
    key=$kept/analyzer-$({ gcc --version; echo "${@//"$PWD"/}"; gcc "$@" -E "$file" | sed "s|$PWD/||"; } | sha256sum | cut -c1-32)
    [ ! -e "$key" ] || return 0
    gcc "$@" -c -o /dev/null "$file" || return 1
    : >"$key"
}
export -f check

# shellcheck disable=SC2016 # the inner shell expands it
find src entrypoint -name '*.c' | sort | xargs -P "$(nproc)" -I{} bash -c 'check "$@"' check {} "${flags[@]}" 2>&1
