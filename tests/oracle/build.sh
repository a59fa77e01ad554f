#!/bin/bash
# build.sh: build build/oracle/cuts, which compares src/sql with psql's scanner (from PostgreSQL 15's source) and with the
# server's lexer and parser (libpg_query), and unpack that source's SQL files into build/oracle/sql. Quick when all is there.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=build/oracle
version=15.18
top=$out/postgresql-$version
mkdir -p "$out"

tarball=$(mk/fetch.sh "postgresql-$version.tar.bz2")
if [ ! -e "$out/sql/ok" ] || [ mk/sources -nt "$out/sql/ok" ]; then
    rm -rf "$top" "$out/sql"
    tar -C "$out" -xjf "$tarball" --wildcards "postgresql-$version"/src/{include,fe_utils,common,port,interfaces/libpq} '*/sql/*.sql'
    mkdir -p "$out/sql"
    (cd "$top" && find . -path '*/sql/*.sql' -printf '%P\n') | sort | while read -r file; do
        mkdir -p "$out/sql/$(dirname "$file")"
        cp "$top/$file" "$out/sql/$file"
    done
    touch "$out/sql/ok"
fi

# As for libpq of the static binary: the recorded pg_config.h, which these files hardly look at.
mkdir -p "$out/include"
cp mk/libpq/*.h "$out/include"
cp "$top/src/include/port/linux.h" "$out/include/pg_config_os.h"
# Hidden: libpg_query has functions of the same names, and must keep its own.
foreign=(-w -O2 -g -fvisibility=hidden -DFRONTEND -D_GNU_SOURCE "-I$out/include" "-I$top/src/include" "-I$top/src/interfaces/libpq" "-I$top/src/port")
foreign_files=("$top"/src/{fe_utils/psqlscan,interfaces/libpq/pqexpbuffer,common/{fe_memutils,encnames},port/{pgstrcasecmp,snprintf,strerror}}.c)

for file in "${foreign_files[@]}" tests/oracle/psql.c; do
    object=$out/$(basename "$file" .c).o
    if [ ! -e "$object" ] || [ "$file" -nt "$object" ] || [ tests/oracle/psql.h -nt "$object" ]; then
        gcc "${foreign[@]}" -c -o "$object" "$file"
    fi
done

own=(-std=c17 -D_POSIX_C_SOURCE=200809L -Isrc -O2 -g -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
gcc "${own[@]}" -o "$out/cuts" tests/oracle/{cuts,compare_psql,compare_server,server}.c src/base/[a-z]*.c src/sql/*.c "$out"/*.o -lpg_query
