#!/bin/bash
# floors.sh: build what the program is compared with into build/bench: the floors, and a link map of the program itself.
#
#   floor-dynamic   a login and one query through Debian's libpq
#   floor-static    the same through the static libpq as PostgreSQL ships it, with its own HMAC
#   raw             the same without libpq
#   measure         runs a command and says what it cost
set -euo pipefail
out=build/bench deps=build/static/deps here=tests/bench
mkdir -p "$out"
[ ! -e "$out/floors" ] || [ "$(cat "$out/floors")" != "$(readlink "$deps")" ] || [ -n "$(find "$here" -name '*.[ch]' -newer "$out/floors")" ] || exit 0

"$deps/bin/cc" -O2 -static -s -o "$out/measure" "$here/measure.c"
"$deps/bin/cc" -O2 -static -s -I "$deps/include" -w -o "$out/raw" "$here/raw.c" -L "$deps/lib" -lcrypto
# shellcheck disable=SC2046 # words
gcc -O2 -s $(pkg-config --cflags libpq) -o "$out/floor-dynamic" "$here/floor.c" $(pkg-config --libs libpq)

# PostgreSQL's own HMAC stands before the library, which is then not asked for ours.
src=$out/postgresql
mkdir -p "$src" "$src/include"
tar -C "$src" --strip-components=1 -xf "$(mk/fetch.sh postgresql-17.11.tar.bz2)" postgresql-17.11/src/{include,common}
cp mk/libpq/*.h "$src/include/"
cp "$src/src/include/port/linux.h" "$src/include/pg_config_os.h"
for file in hmac_openssl scram-common; do
    "$deps/bin/cc" -Os -fPIE -fno-strict-aliasing -fwrapv -DFRONTEND -D_GNU_SOURCE -I "$src/include" -I "$src/src/include" -I "$deps/include" \
        -w -c -o "$src/$file.o" "$src/src/common/$file.c"
done
"$deps/bin/cc" -Os -static -s -I "$deps/include" -o "$out/floor-static" "$here/floor.c" "$src/hmac_openssl.o" "$src/scram-common.o" \
    -L "$deps/lib" -Wl,--allow-multiple-definition -lpq -lssl -lcrypto
readlink "$deps" >"$out/floors"
