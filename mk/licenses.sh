#!/bin/bash
# licenses.sh [--c] [static]: the licences of what the program is linked with, taken from the pinned sources; with --c as C
# that defines what entrypoint/licenses.h declares. Without `static`, where the system's own libraries are used: inih alone,
# and where the others are.
set -euo pipefail
mk=$(cd "$(dirname "$0")" && pwd)
as_c=false
if [ "${1:-}" = --c ]; then as_c=true; shift; fi
cache=${DEPS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/entrypoint-deps}

# add ARCHIVE FILE WHAT: FILE of the archive's top folder
add() {
    local name=${1%.tar.*} archive
    archive=$("$mk/fetch.sh" "$1")
    printf '%s\n%s\n\n' "$name - $3" "$(printf '=%.0s' {1..80})"
    tar -xOf "$archive" --wildcards --occurrence=1 "*/$2"
    printf '\n\n'
}

all() {
    echo 'entrypoint contains these works of others.'
    echo
    add inih-59.tar.gz LICENSE.txt 'reads entrypoint.ini'
    if [ "${1:-}" != static ]; then
        echo 'This build uses libpq, jansson and OpenSSL as the system has them: see their copyright files, on Debian'
        echo '/usr/share/doc/libpq5/copyright, libjansson4/copyright and libssl3/copyright.'
        return
    fi
    add jansson-2.14.tar.gz LICENSE 'reads and writes JSON'
    add musl-1.2.5.tar.gz COPYRIGHT 'the C library'
    add openssl-3.5.7.tar.gz LICENSE.txt 'TLS and digests'
    add postgresql-17.11.tar.bz2 COPYRIGHT 'libpq, which speaks to PostgreSQL'
}

# Unpacking takes seconds: once per machine and change.
key=$(cat "$mk/licenses.sh" "$mk/sources" | sha256sum | cut -c1-16)
text=$cache/licenses-${1:-system}-$key.txt
if [ ! -s "$text" ]; then
    mkdir -p "$cache"
    part=$(mktemp "$text.XXXXXX")
    trap 'rm -f "$part"' EXIT
    all "${1:-}" >"$part"
    mv "$part" "$text"
fi
if ! $as_c; then
    cat "$text"
    exit
fi
echo '#include "entrypoint/licenses.h"'
echo 'const char ep_licenses[] = {'
# As numbers of char, whose sign differs among machines; the texts are ASCII but for names in Latin letters.
od -An -v -td1 -w20 "$text" | sed 's/  *\(-\{0,1\}[0-9][0-9]*\)/ (char)\1,/g'
echo '};'
echo 'const size_t ep_licenses_size = sizeof(ep_licenses);'
