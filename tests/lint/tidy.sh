#!/bin/bash
# tidy.sh: clang-tidy finds nothing; .clang-tidy says which checks, and why some are off.
# A file that was found clean is not looked at again on this machine until what the preprocessor makes of it, the flags or
# the checks change.
set -euo pipefail
. tests/lint/flags.sh
kept=${XDG_CACHE_HOME:-$HOME/.cache}/entrypoint-lint
mkdir -p "$kept"

flags+=(-Wno-unknown-warning-option)
common=$({ cat .clang-tidy; clang-tidy --version; } | sha256sum)
export common kept

check() {
    local file=$1 key
    shift
    key=$kept/tidy-$({ echo "$common" "${@//"$PWD"/}"; clang "$@" -E -C "$file" | sed "s|$PWD/||"; } | sha256sum | cut -c1-32)
    [ ! -e "$key" ] || return 0
    clang-tidy --quiet --warnings-as-errors='*' "$file" -- "$@" 2>"$key.$$" || { grep -v 'warnings\? generated\.$' "$key.$$"; return 1; }
    mv "$key.$$" "$key"
}
export -f check

# shellcheck disable=SC2016 # the inner shell expands it
find src entrypoint -name '*.c' | sort | xargs -P "$(nproc)" -I{} bash -c 'check "$@"' check {} "${flags[@]}" 2>&1 | sed "s|^$PWD/\(\./\)\?||"
