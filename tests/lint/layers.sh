#!/bin/bash
# layers.sh: an #include goes to the file's own folder or to a lower line of src/LAYERS, never sideways or upwards.
set -euo pipefail

mapfile -t files < <(find src entrypoint -name '*.[ch]' | sort)
awk '
    function folder(path) { sub(/^src\//, "", path); sub(/\/.*/, "", path); return path }
    function problem(text) { printf "%s:%d: %s\n", FILENAME, FNR, text; failed = 1 }
    FILENAME == "src/LAYERS" {
        if ($0 !~ /^#/) for (i = 2; i <= NF; i++) level[$i] = $1
        next
    }
    FNR == 1 {
        from = folder(FILENAME)
        if (FILENAME ~ /^src\/[^\/]*$/) problem("a file directly in src/ belongs to no layer")
        else if (!(from in level)) problem("folder " from " has no line in src/LAYERS")
    }
    /^[ \t]*#[ \t]*include[ \t]*"/ {
        split($0, quoted, "\"")
        to = folder(quoted[2])
        if (!(to in level)) problem("\"" quoted[2] "\": folder " to " has no line in src/LAYERS")
        else if ((from in level) && from != to && level[to] >= level[from]) problem("\"" quoted[2] "\": " to " is not below " from)
    }
    /^[ \t]*#[ \t]*include[ \t]*</ {
        split($0, angled, /[<>]/)
        if (angled[2] ~ /\// && folder(angled[2]) in level) problem("<" angled[2] ">: our own headers stand in double quotes")
    }
    END { exit failed }
' src/LAYERS "${files[@]}"
