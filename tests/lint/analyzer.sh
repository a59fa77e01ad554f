#!/bin/bash
# analyzer.sh: gcc -fanalyzer finds nothing; without optimization, which would take some of the faults away.
set -euo pipefail
. tests/lint/flags.sh

# At -O0 gcc 12 takes the counter of a for loop for uninitialized; valgrind and clang look for what is.
flags+=(-O0 -U_FORTIFY_SOURCE -fanalyzer -Wno-analyzer-use-of-uninitialized-value)

find src entrypoint -name '*.c' | sort | xargs -P "$(nproc)" -I{} gcc "${flags[@]}" -c -o /dev/null {} 2>&1
