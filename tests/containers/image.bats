#!/usr/bin/env bats
# The Dockerfile: built, looked at, run.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration
load ../lib/containers

setup_file() {
    containers_create
    containers_present || return 0
    podman run --rm --network host "${apt_volumes[@]}" debian:bookworm-slim apt-get update -q >"$CONTAINERS/apt.log" 2>&1 ||
        containers_impossible "apt does not work inside a container here: $(tail -n 1 "$CONTAINERS/apt.log")"
    containers_present || return 0
    # shellcheck disable=SC2119
    cluster_create
    cluster_start
}

setup() {
    containers_or_skip
    fresh_database
    image=entrypoint:dockerfile
    given=(--network host --volume "$PWD/migrations:/app/drizzle:ro" --env DATABASE_URL="$DATABASE_URL")
    # The libraries that are linked in are kept on this machine, at the same path, for both processors.
    local cache=${DEPS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/entrypoint-deps}
    kept=(--volume "$cache:$cache" --build-arg DEPS_CACHE="$cache" --build-arg REVISION=abc123)
}

teardown() {
    containers_present || return 0
    containers_clean
    clean_up
}

# build_dockerfile ARGUMENT...
build_dockerfile() {
    build "${apt_volumes[@]}" --build-arg BASE=debian:bookworm-slim "$@" .
}

label() {
    podman inspect --format "{{index .Config.Labels \"org.opencontainers.image.$1\"}}" "$image"
}

# The names of all files in an image, without folders: files_of IMAGE
files_of() {
    local id
    id=$(podman create "$1" x)
    podman export "$id" | tar -t | grep -v '/$' | sort
    podman rm "$id" >/dev/null
}

@test "it builds, and the unit tests run on the way" {
    build_dockerfile "${kept[@]}" -t "$image"
    cp "$CONTAINERS/build.log" "$BATS_TEST_TMPDIR/"
    grep -A1 'RUN make .*tests/run' "$CONTAINERS/build.log" | grep -q 'Using cache' && skip "built before from the same files"
    assert_matches "$(<"$CONTAINERS/build.log")" '^ok .*test_plan: [0-9]+ passed'
    assert_matches "$(<"$CONTAINERS/build.log")" '^[0-9]+ passed, 0 failed$'
}

@test "the image: the binary, the certificate authorities, nothing else; less than 4 MB" {
    assert_equal "$(files_of "$image")" "$(printf '%s\n' entrypoint etc/ssl/cert.pem etc/ssl/certs/ca-certificates.crt)" files
    [ "$(podman inspect --format '{{.Size}}' "$image")" -lt 4000000 ]
}

@test "its user is not root and has a number; labels say what it is" {
    assert_equal "$(podman inspect --format '{{.Config.User}} {{.Config.Entrypoint}} {{.Config.Cmd}}' "$image")" '65532:65532 [/entrypoint] [migrate]'
    container_run "$image" version
    assert_status 0
    assert_matches "$stdout" "^entrypoint $(label version)\$"
    assert_equal "$(label title) $(label licenses) $(label revision)" 'entrypoint Apache-2.0 abc123'
    grep -q 'Apache License' LICENSE
}

@test "the image of the other tests is made as the Dockerfile's last stage says" {
    local format='{{.Config.User}} {{.Config.Entrypoint}} {{.Config.Cmd}} {{.Config.WorkingDir}}'
    assert_equal "$(podman inspect --format "$format" entrypoint:latest)" "$(podman inspect --format "$format" "$image")"
}

@test "it migrates, read-only, without capabilities" {
    container_run "${given[@]}" --read-only --read-only-tmpfs=false --cap-drop all "$image"
    assert_status 0
    assert_has "$stderr" 'Migrations complete: 5 applied'
}

@test "sslrootcert=system: the authorities in the image are asked" {
    cluster_tls_on
    given+=(--add-host postgres.test:127.0.0.1)
    given+=(--env DATABASE_URL="${DATABASE_URL/127.0.0.1/postgres.test}?sslmode=verify-full&sslrootcert=system")
    container_run "${given[@]}" "$image" wait --timeout 0s
    [ "$status" -ne 0 ]
    assert_has "$stderr" certificate
    cp "$CLUSTER_DIR/tls/ca.crt" "$BATS_TEST_TMPDIR/ca.crt"
    chmod 644 "$BATS_TEST_TMPDIR/ca.crt"
    container_run "${given[@]}" --volume "$BATS_TEST_TMPDIR/ca.crt:/etc/ssl/certs/ca-certificates.crt:ro" "$image" wait --timeout 0s
    assert_status 0
}

@test "the binary is copied from it into any image" {
    mkdir "$BATS_TEST_TMPDIR/any"
    printf 'FROM debian:bookworm-slim\nCOPY --from=%s /entrypoint /usr/local/bin/entrypoint\nENTRYPOINT ["entrypoint"]\nCMD ["cat", "/etc/debian_version"]\n' \
        "$image" >"$BATS_TEST_TMPDIR/any/Containerfile"
    build -t entrypoint-any "$BATS_TEST_TMPDIR/any"
    container_run --workdir /app "${given[@]}" entrypoint-any
    assert_status 0
    assert_matches "$stdout" '^12\.'
}

@test "--target binary: the binary alone" {
    build_dockerfile "${kept[@]}" --target binary -t entrypoint:binary
    assert_equal "$(files_of entrypoint:binary)" entrypoint files
}

@test "arm64: cross-compiled with all its libraries; the binary migrates" {
    build_dockerfile "${kept[@]}" --platform linux/arm64 --build-arg BUILDPLATFORM=linux/amd64 -t entrypoint:arm64
    assert_equal "$(podman inspect --format '{{.Architecture}}' entrypoint:arm64)" arm64 architecture
    local id
    id=$(podman create entrypoint:arm64)
    podman cp "$id:/entrypoint" "$BATS_TEST_TMPDIR/entrypoint"
    podman rm "$id" >/dev/null
    assert_has "$(file -b "$BATS_TEST_TMPDIR/entrypoint")" aarch64
    command -v qemu-aarch64-static >/dev/null || skip "it is built, and not run: no qemu-user-static"
    launcher=(qemu-aarch64-static)
    ENTRYPOINT_BINARY=$BATS_TEST_TMPDIR/entrypoint
    run_entrypoint -- version
    assert_status 0
    assert_matches "$stdout" '^entrypoint [0-9]'
    run_entrypoint -- help
    assert_status 0
    assert_has "$stdout" 'migrate'
    run_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS=migrations -- migrate
    assert_status 0
    assert_has "$stderr" 'Migrations complete: 5 applied'
    run_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS=migrations -- migrate
    assert_has "$stderr" 'nothing to migrate'
}
