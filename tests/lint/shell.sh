#!/bin/bash
# shell.sh: shellcheck finds nothing in any script, nor in the bats files.
set -euo pipefail
failed=0

mapfile -t scripts < <(
    {
        find . \( -name build -o -name node_modules -o -name .git \) -prune -o -type f \( -name '*.sh' -o -name '*.bash' \) -print
        find . \( -name build -o -name node_modules -o -name .git \) -prune -o -type f -perm -100 -exec grep -lE '^#!.*[/ ](ba)?sh$' {} +
    } | sed 's|^\./||' | sort -u)
mapfile -t bats < <(find tests -name '*.bats' -not -path '*/node_modules/*' | sort)

shellcheck -x -f gcc "${scripts[@]}" || failed=1
if [ ${#bats[@]} -gt 0 ]; then
    shellcheck -x -s bats -f gcc "${bats[@]}" || failed=1
fi
exit "$failed"
