#!/bin/bash
# replay.sh: every fuzz target over its corpus, with sanitizers. A target that has no corpus fails.
set -euo pipefail
make --no-print-directory -s build/san/libentrypoint.a build/san/obj/ini.o >/dev/null
read -ra libraries <<<"$(pkg-config --libs libpq jansson libcrypto)"
targets=(tests/fuzz/fuzz_*.c)
echo "1..${#targets[@]}"
number=0
status=0
for target in "${targets[@]}"; do
    name=$(basename "$target" .c)
    number=$((number + 1))
    files=("tests/fuzz/corpus/${name#fuzz_}"/*)
    program=build/san/$name
    if output=$(gcc -std=c17 -D_POSIX_C_SOURCE=200809L -Isrc -I. -isystem build/inih-59 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
        -o "$program" "$target" tests/fuzz/replay.c build/san/libentrypoint.a build/san/obj/ini.o "${libraries[@]}" 2>&1 &&
        [ -e "${files[0]}" ] && "$program" "${files[@]}" 2>&1); then
        echo "ok $number - $name, ${#files[@]} files"
    else
        echo "not ok $number - $name"
        printf '%s\n' "${output:-no corpus}" | sed 's/^/# /'
        status=1
    fi
done
exit "$status"
