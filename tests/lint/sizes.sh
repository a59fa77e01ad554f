#!/bin/bash
# sizes.sh: no file of src/ and entrypoint/ above 500 lines, no function above 70.
set -euo pipefail
failed=0

while read -r file; do
    # .clang-format puts the brace that opens a function, and the one that ends it, in the first column.
    perl tests/lint/code.pl -s "$file" | awk -v file="$file" '
        /^[A-Za-z_]/ && /\(/ { head = FNR; name = $0; sub(/ *\(.*/, "", name); sub(/.*[ *]/, "", name) }
        /^[^{]*;[ ]*$/ && !inside { head = 0 }
        /^\{/ { inside = head; head = 0 }
        /^\}/ {
            if (inside && FNR - inside + 1 > 70) {
                printf "%s:%d: function %s has %d lines, more than 70\n", file, inside, name, FNR - inside + 1
                failed = 1
            }
            inside = 0
        }
        END {
            if (FNR > 500) { printf "%s:501: the file has %d lines, more than 500\n", file, FNR; failed = 1 }
            exit failed
        }' || failed=1
done < <(find src entrypoint -name '*.[ch]' | sort)
exit "$failed"
