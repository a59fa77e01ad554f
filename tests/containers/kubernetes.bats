#!/usr/bin/env bats
# examples/kubernetes: valid by Kubernetes' own schemas, and run by `podman play kube`.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration
load ../lib/containers

# The schemas need no engine: the tests that do say so themselves.
setup_file() {
    schemas_install
}

setup() {
    pod=
}

teardown() {
    if [ -n "$pod" ]; then
        container_log app-pod-0-app >"$BATS_TEST_TMPDIR/app.log" 2>&1 || true
        log_output "$BATS_TEST_TMPDIR/app.log"
        podman play kube --down "$pod" >/dev/null 2>&1 || true
        podman secret rm database >/dev/null 2>&1 || true
    fi
    containers_clean
    podman network rm -f entrypoint-kube >/dev/null 2>&1 || true
    clean_up
}

# A network with the database "db" in it, and deployment.yaml as podman 4.3 can run it, in "$pod": its secrets are its own,
# its restartPolicy holds for init containers too, and what a container listens on is published.
kube_prepare() {
    containers_create
    containers_or_skip
    containers_need_network
    containers_or_skip
    image_postgres
    image_app app:1.2.3
    port=$(free_port)
    password=$(new_password)
    podman network create entrypoint-kube >/dev/null
    container_start db --network entrypoint-kube --network-alias db --env POSTGRES_PASSWORD="$password" --env POSTGRES_DB=app postgres:17
    printf '{"url":"%s"}' "$(printf 'postgresql://postgres:%s@db:5432/app' "$password" | base64 -w0)" | podman secret create database - >/dev/null
    pod=$BATS_TEST_TMPDIR/pod.yaml
    sed -e '1,/^---$/d' -e 's/replicas: 2/replicas: 1/' -e "s/containerPort: 3000/containerPort: $port/" -e "s/value: \"3000\"/value: \"$port\"/" \
        -e 's/^    spec:/    spec:\n      restartPolicy: OnFailure/' examples/kubernetes/deployment.yaml >"$pod"
}

kube_play() {
    timeout "$CONTAINER_DEADLINE" podman play kube --network entrypoint-kube "$pod" >"$BATS_TEST_TMPDIR/play.log" 2>&1
}

healthy() {
    curl -fsS "http://127.0.0.1:$port/health" 2>/dev/null | grep -q '"status":"ok"'
}

@test "the manifests are valid" {
    node build/schemas/validate.mjs examples/kubernetes/*.yaml
}

@test "the check notices what is wrong" {
    local file=$BATS_TEST_TMPDIR/wrong.yaml
    sed 's/backoffLimit: 3/backoffLimit: three/' examples/kubernetes/job.yaml >"$file"
    run node build/schemas/validate.mjs "$file"
    [ "$status" -eq 1 ]
    sed 's/operator: In/operator: Is/' examples/kubernetes/job.yaml >"$file"
    run node build/schemas/validate.mjs "$file"
    [ "$status" -eq 1 ]
}

@test "the statuses that fail a Job at once are statuses of the program, and not the one that is worth another try" {
    local statuses number
    for file in job helm-hook argocd-presync; do
        statuses=$(sed -nE 's/^ *values: \[(.*)\]/\1/p' "examples/kubernetes/$file.yaml")
        assert_equal "$statuses" '64, 65, 66, 69, 77, 78' "$file"
    done
    for number in ${statuses//,/}; do
        grep -q "^| $number |" README.md
    done
    grep -q '^| 75 | .*again' README.md
}

@test "the three Jobs differ in their annotations only" {
    local file
    for file in helm-hook argocd-presync; do
        assert_equal "$(sed '1,/^spec:/d' "examples/kubernetes/$file.yaml")" "$(sed '1,/^spec:/d' examples/kubernetes/job.yaml)" "$file"
    done
}

@test "podman play kube: the init container migrates, the server finds nothing pending and answers" {
    kube_prepare
    kube_play || fail "it did not start" "$(<"$BATS_TEST_TMPDIR/play.log")"
    await_log app-pod-0-app 'listening on port'
    assert_has "$(container_log app-pod-0-app)" 'nothing to migrate: 5 migrations applied'
    poll "$CONTAINER_DEADLINE" healthy || fail "it does not answer" "$(container_log app-pod-0-app)"
    assert_equal "$(podman inspect --format '{{.HostConfig.ReadonlyRootfs}} {{.Config.User}} {{.EffectiveCaps}}' app-pod-0-app)" 'true 65532:65532 []'
}

@test "podman play kube: an init container that fails keeps the server from starting; the status says why" {
    kube_prepare
    sed -i 's/value: 5m/value: 5x/' "$pod"
    if kube_play; then fail "it started"; fi
    assert_has "$(<"$BATS_TEST_TMPDIR/play.log")" 'exited with code 78'
    [ "$(container_state app-pod-0-app Status)" != running ]
}

@test "the termination message: why the init container failed, in the file that Kubernetes reads" {
    containers_create
    containers_or_skip
    image_app app:1.2.3
    local message=$BATS_TEST_TMPDIR/termination-log
    : >"$message"
    chmod 666 "$message"
    container_run --user 65532:65532 --read-only --cap-drop all --volume "$message:/dev/termination-log" --env ENTRYPOINT_WAIT_TIMEOUT=0s \
        --network none --env DATABASE_URL=postgresql://app@127.0.0.1/app app:1.2.3 migrate
    assert_status 75
    assert_matches "$(<"$message")" '127.0.0.1.*exit status 75'
    [ "$(wc -l <"$message")" -le 1 ] && [ "$(stat -c %s "$message")" -le 4096 ]
}
