#!/bin/bash
# format.sh: C is formatted as .clang-format says. To mend: clang-format -i FILE.
set -euo pipefail
mapfile -t files < <(find src entrypoint tests -name '*.[ch]' -not -path '*/node_modules/*' | sort)
printf '%s\0' "${files[@]}" | xargs -0 clang-format --dry-run -Werror 2>&1
