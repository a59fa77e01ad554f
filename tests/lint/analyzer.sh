#!/bin/bash
# analyzer.sh: gcc -fanalyzer finds nothing.
set -euo pipefail
. tests/lint/flags.sh

find src entrypoint -name '*.c' | sort | xargs -P "$(nproc)" -I{} gcc "${flags[@]}" -fanalyzer -c -o /dev/null {} 2>&1
