#!/bin/bash
# compile.sh: everything compiles, all warnings being errors: by gcc for developers, by gcc with sanitizers, by clang, and by
# gcc with musl for the static binary. TAP.
set -u
cd "$(dirname "$0")/.." || exit 1
jobs=-j$(nproc)
case ${MAKEFLAGS-} in *jobserver*) jobs= ;; esac
count=0

echo 1..4
for variant in san dev clang static; do
    count=$((count + 1))
    targets=("build/$variant/entrypoint")
    [ "$variant" = static ] || targets+=("build/$variant/unit")
    # shellcheck disable=SC2086 # empty or one word
    if said=$(make -s -k $jobs "${targets[@]}" 2>&1); then
        echo "ok $count - $variant"
    else
        printf 'not ok %d - %s\n# %s\n' "$count" "$variant" "${said//$'\n'/$'\n# '}"
    fi
done
