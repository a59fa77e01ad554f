#!/bin/bash
# symbols.sh: every name that an object exports starts with ep_, or is main. In a static binary any other name could
# silently take the place of one inside libpq or OpenSSL.
set -euo pipefail

mapfile -t objects < <(find src entrypoint -name '*.c' | sort | sed 's|\(.*\)\.c$|build/dev/obj/\1.o|')
env -u MAKEFLAGS -u MAKELEVEL make -s "${objects[@]}" >&2
nm -A -g -l --defined-only "${objects[@]}" | awk -v top="$PWD/" '
    {
        split($0, half, "\t")
        words = split(half[1], word, " ")
        if (word[words] ~ /^ep_/ || word[words] == "main") next
        where = half[2]
        if (where == "") where = substr(word[1], 1, index(word[1], ".o:") - 1) ".c:1"
        if (index(where, top) == 1) where = substr(where, length(top) + 1)
        printf "%s: exports %s, which does not start with ep_; is it meant to be static?\n", where, word[words]
        failed = 1
    }
    END { exit failed }'
