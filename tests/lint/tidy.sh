#!/bin/bash
# tidy.sh: clang-tidy finds nothing; .clang-tidy says which checks, and why some are off.
# A file that was found clean is not looked at again until it, a header, the flags or the checks change.
set -euo pipefail
. tests/lint/flags.sh
kept=build/lint/tidy
mkdir -p "$kept"

flags+=(-Wno-unknown-warning-option)
common=$({ cat .clang-tidy; printf '%s\n' "${flags[@]}"; find src entrypoint -name '*.h' -o -name '*.def' | sort | xargs cat; } | sha256sum)
export common kept

check() {
    local file=$1 key
    shift
    key=$kept/$({ echo "$common $file"; cat "$file"; } | sha256sum | cut -c1-32)
    [ ! -e "$key" ] || return 0
    clang-tidy --quiet --warnings-as-errors='*' "$file" -- "$@" 2>"$key.err" || { grep -v 'warnings\? generated\.$' "$key.err"; return 1; }
    mv "$key.err" "$key"
}
export -f check

# shellcheck disable=SC2016 # the inner shell expands it
find src entrypoint -name '*.c' | sort | xargs -P "$(nproc)" -I{} bash -c 'check "$@"' check {} "${flags[@]}" 2>&1 | sed "s|^$PWD/\(\./\)\?||"
