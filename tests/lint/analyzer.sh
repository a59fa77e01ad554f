#!/bin/bash
# analyzer.sh: gcc -fanalyzer finds nothing; without optimization, which would take some of the faults away.
set -euo pipefail
. tests/lint/flags.sh

find src entrypoint -name '*.c' | sort | xargs -P "$(nproc)" -I{} gcc "${flags[@]}" -O0 -U_FORTIFY_SOURCE -fanalyzer -c -o /dev/null {} 2>&1
