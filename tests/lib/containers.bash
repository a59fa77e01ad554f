# shellcheck shell=bash
# containers.bash - real containers for tests: podman, images that are made on this machine, nothing from a registry.
#
#     load ../lib/integration
#     load ../lib/containers
#     setup_file() { containers_create; containers_present || return 0; image_node; cluster_create; cluster_start; }
#     setup()      { containers_or_skip; }
#     teardown()   { containers_present || return 0; containers_clean; clean_up; }
#
#     container_start NAME PODMAN-RUN-ARGUMENT...    # in the background; "$NAME" is a label of this file's containers
#     await_log NAME REGEX
#     container_stop NAME                            # sets status and elapsed_ms
#
# Where no engine can run, all tests of the file are skipped, with the reason. Storage, configuration and images are in
# CONTAINERS (build/containers); the Debian that all images are made from is kept in ~/.cache.

CONTAINERS=$(realpath -m "${CONTAINERS:-build/containers}")
: "${CONTAINER_DEADLINE:=180}" # seconds, for what happens inside a container on a busy machine

# Everything before the first image; or the reason why there will be none, for containers_or_skip.
containers_create() {
    [ "$(id -u)" = 0 ] || containers_impossible "the engine is used as root here"
    if ! command -v podman >/dev/null || ! command -v runc >/dev/null; then
        containers_impossible "no podman and runc: tests/setup.sh containers"
    fi
    file -b "$ENTRYPOINT_BINARY" | grep -q static || containers_impossible "$ENTRYPOINT_BINARY is not the static binary"
    containers_present || return 0
    containers_configure
    image_base
    containers_present || return 0
    podman run --rm --network host debian:bookworm-slim true >"$CONTAINERS/probe.log" 2>&1 ||
        containers_impossible "no container runs here: $(tail -n 1 "$CONTAINERS/probe.log")"
    containers_present || return 0
    image_entrypoint
}

# bats 1.8 knows no skip in setup_file.
containers_impossible() {
    export CONTAINERS_IMPOSSIBLE=$1
}

containers_present() {
    [ -z "${CONTAINERS_IMPOSSIBLE:-}" ]
}

containers_or_skip() {
    containers_present || skip "$CONTAINERS_IMPOSSIBLE"
}

containers_configure() {
    mkdir -p "$CONTAINERS"
    export CONTAINERS CONTAINERS_CONF=$CONTAINERS/containers.conf CONTAINERS_STORAGE_CONF=$CONTAINERS/storage.conf
    # runc, because Debian's crun refuses a machine with both kinds of control groups; limits that any machine has.
    cat >"$CONTAINERS_CONF" <<CONF
[containers]
default_ulimits = ["nofile=$(least 4096 "$(ulimit -Hn)"):$(least 4096 "$(ulimit -Hn)")", "nproc=$(least 8192 "$(ulimit -Hu)"):$(least 8192 "$(ulimit -Hu)")"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
CONF
    printf '[storage]\ndriver = "%s"\ngraphroot = "%s/storage"\nrunroot = "%s/run"\n' \
        "${CONTAINERS_DRIVER:-overlay}" "$CONTAINERS" "$CONTAINERS" >"$CONTAINERS_STORAGE_CONF"
}

least() {
    if [ "$2" = unlimited ] || [ "$1" -lt "$2" ]; then echo "$1"; else echo "$2"; fi
}

# Containers that reach each other by name.
containers_need_network() {
    local works=true
    podman network create entrypoint-probe >/dev/null 2>"$CONTAINERS/probe.log" || works=false
    podman run --rm --network entrypoint-probe debian:bookworm-slim true >/dev/null 2>>"$CONTAINERS/probe.log" || works=false
    podman network rm -f entrypoint-probe >/dev/null 2>&1 || true
    $works || containers_impossible "containers have no network of their own here: $(tail -n 1 "$CONTAINERS/probe.log")"
}

# The engine, without the descriptors that bats waits for.
podman() {
    command podman "$@" 3>&- 4>&-
}

# Build from what is on this machine, quietly unless it fails: build PODMAN-BUILD-ARGUMENT...
build() {
    podman build --pull=never --network host "$@" >"$CONTAINERS/build.log" 2>&1 </dev/null || {
        tail -n 60 "$CONTAINERS/build.log" >&2
        return 1
    }
}

# How apt of this machine is configured, for builds that install packages.
# shellcheck disable=SC2034 # image.bats uses it
apt_volumes=(--volume /etc/apt:/etc/apt:ro --volume /usr/share/keyrings:/usr/share/keyrings:ro)

# The Debian that stands for debian:bookworm-slim.
image_base() {
    local cache=${XDG_CACHE_HOME:-$HOME/.cache}/entrypoint-containers mirror root
    podman image exists debian:bookworm-slim && return
    mkdir -p "$cache"
    if [ ! -e "$cache/bookworm.tar" ]; then
        if ! command -v debootstrap >/dev/null; then
            containers_impossible "no debootstrap: tests/setup.sh containers"
            return 0
        fi
        root=$(mktemp -d "${TMPDIR:-/tmp}/entrypoint-base.XXXXXX")
        mirror=$(apt-get indextargets --format "\$(REPO_URI)" 'Created-By: Packages' 'Codename: bookworm' 2>/dev/null | head -n 1)
        # shellcheck disable=SC2086 # none, or one word
        if ! debootstrap --variant=minbase bookworm "$root" $mirror >"$CONTAINERS/debootstrap.log" 2>&1; then
            rm -rf "$root"
            containers_impossible "debootstrap: $(tail -n 1 "$CONTAINERS/debootstrap.log")"
            return 0
        fi
        tar -C "$root" --exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' --exclude='./usr/share/locale/*' \
            --exclude='./var/cache/apt/*.bin' --exclude='./var/cache/apt/archives/*.deb' --exclude='./var/lib/apt/lists/*' \
            -c . >"$cache/bookworm.tar.new"
        mv "$cache/bookworm.tar.new" "$cache/bookworm.tar"
        rm -rf "$root"
    fi
    podman import --change 'CMD ["bash"]' "$cache/bookworm.tar" debian:bookworm-slim >/dev/null 2>&1
}

# The program under test as the image that the README and the examples copy it from.
image_entrypoint() {
    local context=$CONTAINERS/entrypoint-image
    mkdir -p "$context"
    cp "$ENTRYPOINT_BINARY" "$context/entrypoint"
    sed -n '/^FROM binary$/,$p' Dockerfile | sed -e 's/^FROM .*/FROM scratch\nCOPY entrypoint \/entrypoint/' -e '/^COPY --from/d' \
        >"$context/Containerfile"
    build -t entrypoint "$context"
}

# Programs of this machine with the libraries they are linked with, as a folder to COPY: tree_of FOLDER PROGRAM...
tree_of() {
    local folder=$1 program library
    shift
    for program; do
        for library in $(ldd "$program" | sed -nE 's/.*=> (\/[^ ]+) .*/\1/p'); do
            library=$(realpath "$(dirname "$library")")/$(basename "$library")
            case $library in
            */libc.so.* | */libm.so.* | */libdl.so.* | */libpthread.so.* | */librt.so.* | */libresolv.so.*) continue ;;
            esac
            mkdir -p "$folder$(dirname "$library")"
            cp -L "$library" "$folder$library"
        done
    done
}

# This machine's node and npm, under the name of Node's own image: what a base image is to an application.
image_node() {
    local context=$CONTAINERS/node-image node modules
    mkdir -p "$HOME/.npm"
    podman image exists node:22-slim && return
    node=$(command -v node)
    modules=$(dirname "$(dirname "$(realpath "$(command -v npm)")")")
    rm -rf "$context"
    mkdir -p "$context/tree/usr/local/bin" "$context/tree/usr/local/lib/node_modules"
    cp -L "$node" "$context/tree/usr/local/bin/node"
    cp -r "$modules" "$context/tree/usr/local/lib/node_modules/npm"
    ln -s ../lib/node_modules/npm/bin/npm-cli.js "$context/tree/usr/local/bin/npm"
    ln -s ../lib/node_modules/npm/bin/npx-cli.js "$context/tree/usr/local/bin/npx"
    tree_of "$context/tree" "$node"
    printf 'FROM debian:bookworm-slim\nCOPY tree/ /\nCMD ["node"]\n' >"$context/Containerfile"
    if [ -n "${NODE_EXTRA_CA_CERTS:-}" ]; then # an authority that only this machine trusts
        mkdir -p "$context/tree/etc/ssl/certs"
        cp -L "$NODE_EXTRA_CA_CERTS" "$context/tree/etc/ssl/certs/of-this-machine.crt"
        echo 'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/of-this-machine.crt' >>"$context/Containerfile"
    fi
    build -t node:22-slim "$context"
    rm -rf "$context"
}

# This machine's PostgreSQL with what the start of PostgreSQL's own image does, under that image's name.
image_postgres() {
    local context=$CONTAINERS/postgres-image bin
    podman image exists postgres:17 && return
    bin=$(cluster_bin)
    rm -rf "$context"
    mkdir -p "$context/tree$bin" "$context/tree/usr/local/bin"
    cp "$bin"/{initdb,pg_ctl,postgres,psql,pg_isready} "$context/tree$bin/"
    cp -r "${bin%/bin}/lib" "$context/tree${bin%/bin}/"
    rm -rf "$context/tree${bin%/bin}/lib"/{bitcode,llvmjit*}
    if [ -d "/usr/share/postgresql/$(basename "${bin%/bin}")" ]; then
        mkdir -p "$context/tree/usr/share/postgresql"
        cp -rL "/usr/share/postgresql/$(basename "${bin%/bin}")" "$context/tree/usr/share/postgresql/"
    fi
    tree_of "$context/tree" "$bin"/{postgres,psql,initdb}
    cat >"$context/tree/usr/local/bin/docker-entrypoint.sh" <<'SH'
#!/bin/bash
# As the image's own: a first server that only its socket reaches makes the database, and then the real one starts.
set -e
user=${POSTGRES_USER:-postgres} database=${POSTGRES_DB:-${POSTGRES_USER:-postgres}}
as() { setpriv --reuid=postgres --regid=postgres --clear-groups -- "$@"; }
mkdir -p /run/postgresql
chown postgres: /run/postgresql "$PGDATA"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    install -o postgres -m 600 /dev/null /tmp/password
    echo "$POSTGRES_PASSWORD" >/tmp/password
    as initdb -D "$PGDATA" -U "$user" --pwfile=/tmp/password -A scram-sha-256 -E UTF8 --locale=C --no-sync
    echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
    as pg_ctl -D "$PGDATA" -o "-c listen_addresses= -c unix_socket_directories=/run/postgresql" -w start
    [ "$database" = postgres ] || PGPASSWORD=$POSTGRES_PASSWORD as psql -h /run/postgresql -U "$user" -d postgres -c "CREATE DATABASE \"$database\""
    as pg_ctl -D "$PGDATA" -m fast -w stop
fi
exec setpriv --reuid=postgres --regid=postgres --clear-groups -- postgres -D "$PGDATA" -c listen_addresses='*' \
    -c unix_socket_directories=/run/postgresql -c fsync=off "$@"
SH
    chmod +x "$context/tree/usr/local/bin/docker-entrypoint.sh"
    cat >"$context/Containerfile" <<FILE
FROM debian:bookworm-slim
RUN groupadd -r -g 999 postgres && useradd -r -u 999 -g postgres postgres
COPY tree/ /
RUN mkdir -p /var/lib/postgresql/data && chown postgres: /var/lib/postgresql/data
ENV PATH=$bin:/usr/local/bin:/usr/bin:/bin PGDATA=/var/lib/postgresql/data
ENTRYPOINT ["/usr/local/bin/docker-entrypoint.sh"]
STOPSIGNAL SIGINT
FILE
    build -t postgres:17 "$context"
    rm -rf "$context"
}

# examples/node-server with migrations/ and its packages, as examples/Dockerfile builds it.
image_app() {
    local context=$CONTAINERS/app-image
    image_node
    rm -rf "$context"
    mkdir -p "$context"
    cp examples/node-server/{package.json,package-lock.json,server.js,Dockerfile,.dockerignore} "$context/"
    cp -r migrations "$context/drizzle"
    build "${npm_volumes[@]}" -t "${1:-entrypoint-example}" "$context"
}

# Where npm of this machine keeps what it has fetched, and how it is configured.
npm_volumes=(--volume "$HOME/.npm:/root/.npm")
[ ! -e "$HOME/.npmrc" ] || npm_volumes+=(--volume "$HOME/.npmrc:/root/.npmrc:ro")

# container_start NAME ARGUMENT...: podman run, in the background
container_start() {
    local name=$1
    shift
    podman run -d --name "$name" --label entrypoint-test="$BATS_TEST_FILENAME" "$@" >/dev/null
}

# container_run ARGUMENT...: podman run to its end; sets stdout, stderr and status
container_run() {
    output_folder=$(mktemp -d "$BATS_TEST_TMPDIR/run.XXXXXX")
    status=0
    timeout "$CONTAINER_DEADLINE" podman run --rm --label entrypoint-test="$BATS_TEST_FILENAME" "$@" \
        </dev/null >"$output_folder/stdout" 2>"$output_folder/stderr" 3>&- 4>&- || status=$?
    # What the engine itself complains about, not the program.
    sed -i '/^failed to connect to syslog/d' "$output_folder/stderr"
    # shellcheck disable=SC2034 # the tests use them
    stdout=$(<"$output_folder/stdout") stderr=$(<"$output_folder/stderr")
    log_output "$output_folder/stdout" "$output_folder/stderr"
}

# What a container has written to both streams.
container_log() {
    podman logs "$1" 2>&1
}

container_state() {
    podman inspect --format "{{.State.$2}}" "$1"
}

# A line of the container's log matches; a container that has ended for good is not waited for: await_log NAME REGEX
await_log() {
    poll "$CONTAINER_DEADLINE" log_has_or_ended "$1" "$2" || true
    container_log "$1" | grep -Eq -e "$2" ||
        fail "never printed by $1: $2" "--- state $(container_state "$1" Status), exit status $(container_state "$1" ExitCode), log:" \
            "$(container_log "$1")" "---"
}

log_has_or_ended() {
    container_log "$1" | grep -Eq -e "$2" || container_ended "$1"
}

container_ended() {
    [ "$(container_state "$1" Status)" = exited ]
}

# The end of a container that ends by itself: container_wait NAME: sets status
container_wait() {
    poll "$CONTAINER_DEADLINE" container_ended "$1" || fail "$1 still runs" "$(container_log "$1")"
    status=$(container_state "$1" ExitCode)
}

# podman stop, as a platform would: sets status and elapsed_ms.
container_stop() {
    local began=${EPOCHREALTIME/[.,]/}
    podman stop "$@" >/dev/null
    elapsed_ms=$(((${EPOCHREALTIME/[.,]/} - began) / 1000))
    # shellcheck disable=SC2034 # the tests use it
    status=$(container_state "${!#}" ExitCode)
    echo "# stopped in $elapsed_ms ms" >&2
}

# Remove the containers of this file; what they wrote is kept for zz_secrets.bats.
containers_clean() {
    local id
    for id in $(podman ps -aq --filter label=entrypoint-test="$BATS_TEST_FILENAME" 2>/dev/null); do
        container_log "$id" >"$BATS_TEST_TMPDIR/$id.log" 2>&1 || true
        log_output "$BATS_TEST_TMPDIR/$id.log"
        podman rm -f -t 0 "$id" >/dev/null 2>&1 || true
    done
}

# tests/containers/schemas/validate.mjs with its packages, in build/schemas.
schemas_install() {
    mkdir -p build/schemas
    cp tests/containers/schemas/{package.json,package-lock.json,.npmrc,validate.mjs} build/schemas/
    if ! cmp -s build/schemas/package-lock.json build/schemas/installed; then
        (cd build/schemas && npm ci --no-audit --no-fund --loglevel=error 3>&- 4>&-)
        cp build/schemas/package-lock.json build/schemas/installed
    fi
}

# A file that was skipped has no cluster.
teardown_file() {
    [ -z "${CLUSTER_DIR:-}" ] || cluster_destroy
}
