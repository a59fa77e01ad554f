#!/bin/bash
# instructions.sh [--count]: how many instructions a start with nothing pending and 100 migrations takes, counted by callgrind.
#
# With --count the figure alone goes to standard output; without, it is TAP, and more than 3 % above or below
# instructions.budget is a failure: what became cheaper gets a smaller budget, or the gain is lost again unnoticed.
#
# What differs from machine to machine is kept out: the role's password has one iteration instead of 4096, and OpenSSL is
# told that the processor has no extensions. It is the shipped binary, with an empty environment and short paths.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ "$(uname -m)" = x86_64 ] || { echo "1..0 # skip the budget is for x86_64"; exit 0; }
binary=$(realpath "${ENTRYPOINT_BENCH:-build/static/entrypoint}")
budget=$(grep -Eo '^[0-9]+' tests/bench/instructions.budget)
# shellcheck source=tests/lib/cluster.bash
source tests/lib/cluster.bash
# shellcheck source=tests/lib/folder.bash
source tests/lib/folder.bash

# What PostgreSQL stores for a password, with one iteration: verifier PASSWORD
# shellcheck disable=SC2016 # the dollars are JavaScript's
verifier() {
    node -e '
        const { createHash, createHmac, pbkdf2Sync } = require("node:crypto")
        const salt = Buffer.alloc(16, 7)
        const salted = pbkdf2Sync(process.argv[1], salt, 1, 32, "sha256")
        const key = (name) => createHmac("sha256", salted).update(name).digest()
        const stored = createHash("sha256").update(key("Client Key")).digest("base64")
        console.log(`SCRAM-SHA-256$1:${salt.toString("base64")}$${stored}:${key("Server Key").toString("base64")}`)' "$1"
}

count() {
    local work=$1
    (cd "$work" && env -i DATABASE_URL="postgresql://counted:$password@127.0.0.1:$CLUSTER_PORT/counted?sslmode=disable" OPENSSL_ia32cap=0:0:0:0:0 \
        valgrind -q --tool=callgrind --callgrind-out-file="$work/callgrind" "$binary" migrate) >"$work/log" 2>&1 || {
        cat "$work/log" >&2
        return 1
    }
    sed -n 's/^\(totals\|summary\): //p' "$work/callgrind" | tail -n 1
}

trap cluster_destroy EXIT
# shellcheck disable=SC2119 # no settings
cluster_create >&2
cluster_start >&2
password=$(new_password)
cluster_role counted "$(verifier "$password")" >/dev/null
cluster_database counted counted >/dev/null
work=$CLUSTER_DIR/count
mkdir -p "$work"
folder_new "$work/drizzle"
for i in $(seq 100); do
    printf 'CREATE TABLE t%03d (id serial PRIMARY KEY, name text NOT NULL);\n' "$i" >"$work/drizzle/m$i.sql"
done
seq 100 | awk '{ printf "%s{\"idx\": %d, \"when\": 1700000000%03d, \"tag\": \"m%d\", \"breakpoints\": true}", (NR > 1 ? "," : "{\"version\": \"7\", \"dialect\": \"postgresql\", \"entries\": ["), NR - 1, NR, NR } END { print "]}" }' >"$work/drizzle/meta/_journal.json"
(cd "$work" && env -i DATABASE_URL="postgresql://counted:$password@127.0.0.1:$CLUSTER_PORT/counted?sslmode=disable" "$binary" migrate) >"$work/log" 2>&1 || {
    cat "$work/log" >&2
    exit 1
}

# The least of three: the thread that reads the folders and the login may both set OpenSSL up, or one for both.
counted=$(for _ in 1 2 3; do count "$work"; done | sort -n | head -n 1)
if [ "${1:-}" = --count ]; then
    echo "$counted"
    exit
fi
echo 1..1
if [ $((counted * 100)) -le $((budget * 103)) ] && [ $((counted * 100)) -ge $((budget * 97)) ]; then
    echo "ok 1 - a start with nothing pending takes $counted instructions, of $budget in the budget"
else
    echo "not ok 1 - a start with nothing pending takes $counted instructions; the budget is $budget, 3 % more or less"
    echo "# see what changed with callgrind_annotate; write the figure to tests/bench/instructions.budget if it is meant to be"
    exit 1
fi
