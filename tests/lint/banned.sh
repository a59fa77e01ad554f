#!/bin/bash
# banned.sh: functions and forms that this program does without. The compiler refuses most of the functions already
# (src/base/compiler.h poisons them), but only in a file that includes one of our headers.
set -euo pipefail
failed=0

# refuse PATTERN REASON [FOLDER...]: fail for each line of code, not comment or string, that matches.
refuse() {
    local pattern=$1 reason=$2 file
    shift 2
    while read -r file; do
        perl tests/lint/code.pl -s "$file" | awk -v file="$file" -v pattern="$pattern" -v reason="$reason" '
            match($0, pattern) { printf "%s:%d: %s: %s\n", file, FNR, substr($0, RSTART, RLENGTH), reason; failed = 1 }
            END { exit failed }' || failed=1
    done < <(find "$@" -name '*.[ch]' | sort)
}

start='(^|[^A-Za-z0-9_>.])'
refuse "$start(strcpy|strcat|strncpy|strncat|sprintf|vsprintf|gets) *\\(" "writes past a buffer; use struct ep_text or ep_arena_format()" src entrypoint tests
refuse "$start(atoi|atol|atoll|atof) *\\(" "hides a failed conversion; use strtol() or strtoll()" src entrypoint tests
refuse "$start(strtok|asctime|ctime|gmtime|localtime) *\\(" "keeps its result in a static buffer" src
refuse "$start(alloca|__builtin_alloca) *\\(" "has no limit and no failure" src entrypoint tests
refuse "$start(system|popen|tmpnam|mktemp) *\\(" "needs a shell or a race" src entrypoint
refuse "$start(abort|assert) *\\(" "is ignored by PID 1; use EP_CHECK()" src entrypoint
refuse "$start(printf|puts|putchar|perror|psignal) *\\(" "src/ reports, entrypoint/ prints" src
refuse "typedef +(struct|union|enum)([^A-Za-z0-9_]|$)" "a struct keeps its name: struct ep_x" src entrypoint

# One door to libpq.
mapfile -t includers < <(find src entrypoint -name '*.[ch]' -exec grep -nE '^[ \t]*#[ \t]*include[ \t]*[<"](libpq-fe|libpq-events)\.h' /dev/null {} + | sort)
if [ "$(printf '%s\n' "${includers[@]}" | cut -d: -f1 | sort -u | wc -l)" -gt 1 ]; then
    printf '%s\n' "${includers[@]}" | sed 's/\(:[0-9]*\):.*/\1: libpq-fe.h is included by more than one file/'
    failed=1
fi
exit "$failed"
