#!/bin/bash
# run.sh [TARGET]...: fuzz, each target from its corpus, until RUNS executions or SECONDS_MAX seconds; without a name, all of
# them. Figures go to standard output. What is found lies in build/fuzz/TARGET, and belongs into tests/fuzz/corpus/TARGET
# once it is mended, where replay.sh runs it for ever. Inputs that reach new code are kept in build/fuzz/TARGET/corpus.
set -euo pipefail
cd "$(dirname "$0")/../.."
: "${RUNS:=10000000}" "${SECONDS_MAX:=3600}"
make --no-print-directory -s build/fuzz/libentrypoint.a build/fuzz/obj/ini.o
read -ra libraries <<<"$(pkg-config --libs libpq jansson libcrypto)"
targets=("$@")
if [ $# -eq 0 ]; then
    mapfile -t targets < <(printf '%s\n' tests/fuzz/fuzz_*.c | sed 's,.*/fuzz_\(.*\)\.c$,\1,')
fi
status=0

for target in "${targets[@]}"; do
    folder=build/fuzz/$target
    mkdir -p "$folder/corpus"
    clang -std=c17 -D_POSIX_C_SOURCE=200809L -Isrc -I. -isystem build/inih-59 -g -O1 -fsanitize=fuzzer,address,undefined \
        -fno-sanitize-recover=all -o "build/fuzz/fuzz_$target" "tests/fuzz/fuzz_$target.c" build/fuzz/libentrypoint.a \
        build/fuzz/obj/ini.o "${libraries[@]}"
    ended=0
    "build/fuzz/fuzz_$target" -runs="$RUNS" -max_total_time="$SECONDS_MAX" -max_len="${LENGTH_MAX:-65536}" -timeout=25 \
        -rss_limit_mb=4096 -print_final_stats=1 -artifact_prefix="$folder/" "$folder/corpus" "tests/fuzz/corpus/$target" \
        >"$folder/log" 2>&1 || ended=$?
    awk -v target="$target" -v ended="$ended" '
        / cov: / { for (i = 1; i < NF; i++) { if ($i == "cov:") edges = $(i + 1); if ($i == "corp:") inputs = $(i + 1) } }
        $1 == "stat::number_of_executed_units:" { runs = $2 }
        $1 == "stat::average_exec_per_sec:" { rate = $2 }
        $1 == "stat::peak_rss_mb:" { peak = $2 }
        END {
            printf "%-14s %10d executions, %7d a second, %6d edges, inputs %s, peak %d MiB: %s\n",
                target, runs, rate, edges, inputs, peak, ended ? "FAILED" : "nothing found"
        }' "$folder/log"
    if [ "$ended" != 0 ]; then
        status=1
        tail -n 40 "$folder/log"
    fi
done
exit "$status"
