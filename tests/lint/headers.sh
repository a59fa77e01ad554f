#!/bin/bash
# headers.sh: each header compiles on its own, and twice.
set -euo pipefail
. tests/lint/flags.sh

failed=0
while read -r header; do
    said=$(printf '#include "%s"\n#include "%s"\nextern int not_empty;\n' "${header#src/}" "${header#src/}" |
        gcc "${flags[@]}" -fsyntax-only -x c - 2>&1) || {
        printf '%s:1: does not compile on its own, or not twice\n%s\n' "$header" "$said"
        failed=1
    }
done < <(find src entrypoint -name '*.h' | sort)
exit "$failed"
