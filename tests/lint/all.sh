#!/bin/bash
# all.sh: one line of TAP for each lint; what a lint finds follows as "# file:line: text".
set -u
cd "$(dirname "$0")/../.." || exit 1
lints=(layers headers symbols banned sizes format tidy analyzer cppcheck shell docs)
count=0

echo "1..${#lints[@]}"
for lint in "${lints[@]}"; do
    count=$((count + 1))
    if said=$("tests/lint/$lint.sh" 2>&1); then
        echo "ok $count - $lint"
    else
        printf 'not ok %d - %s\n# %s\n' "$count" "$lint" "${said//$'\n'/$'\n# '}"
    fi
done
