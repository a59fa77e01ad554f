#!/usr/bin/env bats
# Somebody with a Drizzle folder and a Node server follows README.md: what it says to write is written, what it says to run
# is run.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration
load ../lib/containers

setup_file() {
    containers_create
    containers_present || return 0
    image_node
    # shellcheck disable=SC2119
    cluster_create
    cluster_start
}

setup() {
    containers_or_skip
    fresh_database
    folder=$BATS_TEST_TMPDIR/project
    mkdir "$folder" "$BATS_TEST_TMPDIR/bin"
}

teardown() {
    containers_present || return 0
    containers_clean
    clean_up
}

# The first block of README.md that has a line with TEXT: readme_block TEXT
readme_block() {
    awk -v text="$1" '
        /^ *```/ { if (inside && index(block, text)) { printf "%s", block; exit } inside = !inside; block = ""; next }
        inside { block = block $0 "\n" }' README.md
}

# podman as `docker`: nothing is fetched, the network is this machine's, and a container belongs to this file.
docker_shim() {
    cat >"$BATS_TEST_TMPDIR/bin/docker" <<SH
#!/bin/bash
case \$1 in
build) shift; exec podman build --pull=never --network host ${npm_volumes[*]} "\$@" ;;
run) shift; exec podman run --name newcomer --label entrypoint-test="$BATS_TEST_FILENAME" --network host --env PORT="$port" "\$@" ;;
esac
exec podman "\$@"
SH
    chmod +x "$BATS_TEST_TMPDIR/bin/docker"
}

@test "from an existing project to a server that migrates: the README's Dockerfile, the README's commands" {
    port=$(free_port)
    docker_shim
    # The project as it was.
    mkdir "$folder/dist"
    cp examples/node-server/package*.json "$folder/"
    cp examples/node-server/server.js "$folder/dist/index.js"
    cp -r migrations "$folder/drizzle"
    # What the README adds. Its first step, `docker build -t entrypoint .`, is image.bats.
    readme_block 'COPY --from=entrypoint' >"$folder/Dockerfile"
    readme_block 'docker build -t app' >"$BATS_TEST_TMPDIR/commands"
    assert_equal "$(readme_block 'docker build -t entrypoint')" 'docker build -t entrypoint .'
    began=$SECONDS
    (cd "$folder" && PATH=$BATS_TEST_TMPDIR/bin:$PATH DATABASE_URL=$DATABASE_URL exec bash -e "$BATS_TEST_TMPDIR/commands") \
        </dev/null >"$BATS_TEST_TMPDIR/output" 2>&1 3>&- 4>&- &
    local commands=$!
    poll "$CONTAINER_DEADLINE" serving_or_over "$commands"
    curl -fsS "http://127.0.0.1:$port/health" | grep -q '"status":"ok"' || fail "it does not serve" "$(<"$BATS_TEST_TMPDIR/output")"
    echo "# it took $((SECONDS - began)) s" >&2
    assert_equal "$(ledger_count "$DATABASE")" 5
    assert_has "$(<"$BATS_TEST_TMPDIR/output")" 'Migrations complete: 5 applied'
    podman stop --time 30 newcomer >/dev/null
    wait "$commands"
    log_output "$BATS_TEST_TMPDIR/output"
}

serving_or_over() {
    curl -fsS "http://127.0.0.1:$port/health" >/dev/null 2>&1 || process_is_gone "$1"
}

@test "the README's lines for compose are understood" {
    command -v docker-compose >/dev/null || skip "no docker-compose"
    readme_block 'POSTGRES_DB' >"$folder/compose.yaml"
    echo 'FROM scratch' >"$folder/Dockerfile"
    docker-compose -f "$folder/compose.yaml" config >"$BATS_TEST_TMPDIR/config" 2>"$BATS_TEST_TMPDIR/errors" || fail "$(<"$BATS_TEST_TMPDIR/errors")"
    grep -q 'DATABASE_URL: postgresql://' "$BATS_TEST_TMPDIR/config"
}

@test "the README's lines for Kubernetes are valid in a pod" {
    schemas_install
    {
        printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: app}\nspec:\n  containers: [{name: app, image: app}]\n'
        readme_block 'initContainers' | sed 's/^/  /'
    } >"$folder/pod.yaml"
    node build/schemas/validate.mjs "$folder/pod.yaml"
}

@test "every file that the README and the pages link to is there" {
    local page link
    for page in README.md examples/*.md examples/kubernetes/*.md; do
        while read -r link; do
            [ -e "$(dirname "$page")/$link" ] || fail "$page links to $link"
        done < <(grep -oE '\]\([^)#:]+\)' "$page" | sed 's/^](//; s/)$//')
    done
}
