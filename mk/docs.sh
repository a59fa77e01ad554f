#!/bin/sh
# docs.sh [--check] ENTRYPOINT : write what the binary says about itself into the files of the repository.
# With --check nothing is written; the status is 1 when a file differs from what would be.
set -eu
check=false
if [ "$1" = --check ]; then check=true; shift; fi
binary=$1
status=0
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT

put() { # put NEW FILE
    if cmp -s "$1" "$2"; then return; fi
    if $check; then
        echo "$2 differs from what the program says: run make docs" >&2
        diff -u "$2" "$1" | sed -n '4,20p' >&2 || true
        status=1
    else
        mkdir -p "$(dirname "$2")"
        cp "$1" "$2"
        echo "$2"
    fi
}

"$binary" help --man >"$temporary/man"
"$binary" help --ini >"$temporary/ini"
"$binary" help --markdown >"$temporary/markdown"
put "$temporary/man" entrypoint/entrypoint.1
put "$temporary/ini" examples/entrypoint.ini
for shell in bash zsh fish; do
    "$binary" help --$shell >"$temporary/$shell"
    put "$temporary/$shell" entrypoint/completions/entrypoint.$shell
done

# A block of README.md between <!-- NAME --> and <!-- /NAME --> becomes the block of that name.
if [ -f README.md ]; then
    awk '
        FNR == NR && /^<!-- \/.* -->$/ { name = ""; next }
        FNR == NR && /^<!-- .* -->$/ { name = $0; wanted[name] = 1; next }
        FNR == NR { if (name != "") block[name] = block[name] $0 "\n"; next }
        $0 in wanted && !inside { print; printf "%s", block[$0]; delete wanted[$0]; inside = 1; open = $0; next }
        inside && $0 == "<!-- /" substr(open, 6) { inside = 0 }
        !inside { print }
        END {
            if (inside) { print "README.md: " open " is not closed" >"/dev/stderr"; exit 1 }
            for (name in wanted) { print "README.md: no " name >"/dev/stderr"; failed = 1 }
            exit failed
        }
    ' "$temporary/markdown" README.md >"$temporary/readme"
    put "$temporary/readme" README.md
fi
exit $status
