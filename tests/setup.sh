#!/bin/bash
# setup.sh [build|static|unit|cross|aarch64|containers|test|coverage|demo|bench]...: install what is missing on this Debian for `make`,
# `make static`, the unit tests of the developer build, `make static ARCH=aarch64`, the same and running its result,
# tests/containers, all other tests, `make coverage`, `make demo`, `make bench`; without an argument, for `make`, `make static`, `make test` and `make demo`.
# Nothing is upgraded, no service is started, and where all is there nothing is done.
set -euo pipefail

build="gcc libc6-dev make pkg-config libpq-dev libjansson-dev libssl-dev curl ca-certificates"
static="gcc libc6-dev make perl bzip2 curl ca-certificates"
unit="$build libcmocka-dev"
cross="$static gcc-aarch64-linux-gnu libc6-dev-arm64-cross"
aarch64="$cross qemu-user-static"
containers="podman buildah runc netavark aardvark-dns fuse-overlayfs iptables catatonit debootstrap docker-compose qemu-user-static"
servers="postgresql-15 pgbouncer"
test="$build $static $servers clang libclang-rt-14-dev libcmocka-dev bats file iproute2 openssl socat procps valgrind jq xxd spin
    libpg-query-dev dnsmasq-base mandoc tini zsh fish clang-format clang-tidy cppcheck shellcheck"
demo="$build $static $servers"

node= # Debian's are not wanted beside another installation
command -v node >/dev/null || node+=" nodejs"
command -v npm >/dev/null || node+=" npm"

wanted=
for group in "${@:-build static test demo}"; do
    for name in $group; do
        case $name in
        build) wanted+=" $build" ;;
        static) wanted+=" $static" ;;
        unit) wanted+=" $unit" ;;
        cross) wanted+=" $cross" ;;
        aarch64) wanted+=" $aarch64" ;;
        containers) wanted+=" $containers" ;;
        test) wanted+=" $test $node" ;;
        coverage) wanted+=" $test gcovr $node" ;;
        demo) wanted+=" $demo $node" ;;
        bench) wanted+=" $test sqitch libdbd-pg-perl $node" ;;
        *) echo "usage: tests/setup.sh [build|static|unit|cross|aarch64|containers|test|coverage|demo|bench]..." >&2 && exit 64 ;;
        esac
    done
done
# shellcheck disable=SC2086 # the words are the packages
mapfile -t wanted < <(printf '%s\n' $wanted | sort -u)

if ! command -v dpkg-query >/dev/null; then
    echo "setup.sh: not a Debian; what is needed is named there: ${wanted[*]}" >&2
    exit 0
fi
# A package that dpkg has never heard of is only a line on stderr.
mapfile -t present < <(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null | sed -n 's/^installed //p' | sort -u)
mapfile -t missing < <(comm -23 <(printf '%s\n' "${wanted[@]}") <(printf '%s\n' "${present[@]}"))
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "setup.sh: not root, and no sudo; missing: ${missing[*]}" >&2; exit 1; }
    as_root=(sudo)
fi
log=$(mktemp)
policy=
trap 'rm -f "$log"; [ -z "$policy" ] || "${as_root[@]}" rm -f "$policy"' EXIT

write_as_root() { "${as_root[@]}" tee "$@" >/dev/null; }

install_missing() {
    # PostgreSQL's package would create a cluster on port 5432: the tests make their own.
    local clusters=/etc/postgresql-common/createcluster.conf
    if [[ " ${missing[*]} " == *" postgresql-15 "* ]] && ! grep -qs '^create_main_cluster' "$clusters"; then
        "${as_root[@]}" mkdir -p "${clusters%/*}"
        echo 'create_main_cluster = false # written by tests/setup.sh of entrypoint' | write_as_root -a "$clusters"
    fi
    # A service that is installed for the tests is not to run for ever after.
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        policy=/usr/sbin/policy-rc.d
        printf '#!/bin/sh\nexit 101\n' | write_as_root "$policy"
        "${as_root[@]}" chmod +x "$policy"
    fi
    "${as_root[@]}" apt-get update -q # an install may well work with the lists that are there
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive UCF_FORCE_CONFFOLD=1 apt-get install -q -y --no-install-recommends \
        --no-upgrade -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 "${missing[@]}" </dev/null
}

echo "setup.sh: installing ${missing[*]}" >&2
if ! install_missing >"$log" 2>&1; then
    cat "$log" >&2
    echo "setup.sh: apt-get could not install ${missing[*]}" >&2
    exit 1
fi
