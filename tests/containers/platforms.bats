#!/usr/bin/env bats
# The pages of examples/, as far as a platform can be imitated: its environment, what it puts in the place of ENTRYPOINT and
# CMD, its network, its ways to stop a container. What the pages say to run is what runs here.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration
load ../lib/containers
load ../lib/network
load ../lib/pgbouncer

setup_file() {
    containers_create
    containers_present || return 0
    image_app
    # shellcheck disable=SC2119
    cluster_create
    cluster_start
}

setup() {
    containers_or_skip
    fresh_database
    given=(--network host --env DATABASE_URL="$DATABASE_URL" --env PORT=0)
    railway=(--env RAILWAY_ENVIRONMENT=production --env RAILWAY_PROJECT_ID=p --env RAILWAY_SERVICE_ID=s)
}

teardown() {
    containers_present || return 0
    network_destroy
    cluster_is_running || cluster_start_server
    containers_clean
    clean_up
}

# What stands in a page after the first line that matches, in its next block of code: code_after PAGE REGEX
code_after() {
    awk -v regex="$2" '
        found && /^```/ { if (inside) exit; inside = 1; next }
        inside { print }
        $0 ~ regex { found = 1 }' "examples/$1"
}

# The value of a key in a page: value_of PAGE KEY
value_of() {
    sed -nE "s/^ *(- )?$2 *[:=] *\"?([^\"]*)\"?\$/\\2/p" "examples/$1" | head -n 1
}

# A program with its arguments as the JSON that --entrypoint takes: words TEXT
words() {
    # shellcheck disable=SC2086 # words are wanted
    printf '%s\n' $1 | jq -Rnc '[inputs]'
}

migrations_applied() {
    [ "$(cluster_sql "$DATABASE" "SELECT to_regclass('drizzle.__drizzle_migrations') IS NOT NULL")" = t ] && ledger_count "$DATABASE"
}

@test "Railway: the host appears late and has an IPv6 address only; the log is JSON on standard output" {
    network_create
    local name=postgres.railway.internal
    container_start app --network "ns:/proc/${network[2]}/ns/net" --volume "$BATS_TEST_TMPDIR/resolv.conf:/etc/resolv.conf:ro" --read-only \
        "${railway[@]}" --env DATABASE_URL="postgresql://app:$APP_PASSWORD@$name:5432/$DATABASE" entrypoint-example node -p '"the server ran"'
    await_log app "waiting for $name"
    network_offer ::1 5432
    network_names "$name AAAA ::1"
    container_wait app
    assert_equal "$status" 0 "exit status"
    podman logs app 2>"$BATS_TEST_TMPDIR/stderr" >"$BATS_TEST_TMPDIR/stdout"
    sed -i '/^failed to connect to syslog/d' "$BATS_TEST_TMPDIR/stderr"
    assert_equal "$(<"$BATS_TEST_TMPDIR/stderr")" '' "standard error"
    assert_equal "$(tail -n 1 "$BATS_TEST_TMPDIR/stdout")" 'the server ran'
    sed '$d' "$BATS_TEST_TMPDIR/stdout" | jq -es 'all(.[]; has("level") and has("message"))' >/dev/null
}

@test "Railway: a start command replaces the ENTRYPOINT; the page's names both" {
    container_run "${given[@]}" "${railway[@]}" --entrypoint '["node", "--version"]' entrypoint-example
    assert_equal "$stdout" "$(node --version)"
    [ "$(cluster_sql "$DATABASE" "SELECT to_regclass('drizzle.__drizzle_migrations') IS NULL")" = t ]
    container_start app "${given[@]}" "${railway[@]}" --entrypoint "$(words "$(code_after railway.md 'names both')")" entrypoint-example
    await_log app 'listening on port'
    assert_equal "$(migrations_applied)" 5
}

@test "Railway: the pre-deploy command" {
    container_run "${given[@]}" "${railway[@]}" --entrypoint "$(words "$(code_after railway.md '^As a pre-deploy')")" entrypoint-example
    assert_status 0
    assert_equal "$(migrations_applied)" 5
}

@test "Railway: PgBouncer in front: the unpooled URL migrates, the server keeps its own" {
    pgbouncer_start transaction
    local pooled
    pooled=$(pgbouncer_url "$DATABASE")
    container_run --network host "${railway[@]}" --env DATABASE_URL="$pooled" --env DATABASE_UNPOOLED_URL="$DATABASE_URL" entrypoint-example \
        node -e 'process.exitCode = process.env.DATABASE_URL === process.argv[1] ? 0 : 9' "$pooled"
    pgbouncer_stop
    assert_status 0
    assert_has "$stdout" 'from DATABASE_UNPOOLED_URL'
    assert_equal "$(migrations_applied)" 5
}

@test "Fly: the release command comes in the CMD's place; the ENTRYPOINT runs" {
    given+=(--env RELEASE_COMMAND=1 --env FLY_APP_NAME=app)
    # shellcheck disable=SC2046 # words are wanted
    container_run "${given[@]}" entrypoint-example $(value_of fly.md release_command)
    assert_status 0
    assert_equal "$(migrations_applied)" 5
    container_run "${given[@]}" entrypoint-example node -p '"another command"'
    assert_status 0
    assert_has "$stdout" 'another command'
    assert_has "$stderr" 'nothing to migrate'
}

@test "Fly: Managed Postgres: the direct URL migrates" {
    container_run --network host --env DATABASE_URL="postgresql://app@pgbouncer.id.flympg.net/$DATABASE" --env DIRECT_DATABASE_URL="$DATABASE_URL" \
        entrypoint-example migrate
    assert_status 0
    assert_has "$stderr" 'from DIRECT_DATABASE_URL'
}

@test "Render: the pre-deploy command, without a shell" {
    container_run "${given[@]}" --env RENDER=true --entrypoint "$(words "$(value_of render.md preDeployCommand)")" entrypoint-example
    assert_status 0
    assert_equal "$(migrations_applied)" 5
}

@test "Heroku: the release command by a shell, any user, TLS demanded, no sslmode" {
    cluster_tls_on
    cluster_hba "hostssl all app all scram-sha-256" "host all app all reject"
    local release
    release=$(sed -nE 's/^ *- (\/entrypoint .*)/\1/p' examples/heroku.md)
    given=(--network host --user 41234:41234 --env DYNO=release.1 --env DATABASE_URL="${DATABASE_URL/postgresql:/postgres:}")
    container_run "${given[@]}" --entrypoint '["/bin/sh", "-c"]' entrypoint-example "$release"
    local first=$status
    container_run "${given[@]}" entrypoint-example /bin/sh -c "$release"
    cluster_hba
    assert_equal "$first" 0 "exit status"
    assert_status 0
    assert_has "$stderr" 'nothing to migrate'
    assert_equal "$(migrations_applied)" 5
}

@test "GitHub Actions: the workflow is valid, and its steps work" {
    schemas_install
    node build/schemas/validate.mjs examples/github-actions.yml
    mkdir "$BATS_TEST_TMPDIR/bin" "$BATS_TEST_TMPDIR/checkout"
    printf '#!/bin/sh\nexec podman "$@"\n' >"$BATS_TEST_TMPDIR/bin/docker"
    chmod +x "$BATS_TEST_TMPDIR/bin/docker"
    cp -r migrations "$BATS_TEST_TMPDIR/checkout/drizzle"
    # The steps' texts, one after another, as the runner's shell has them.
    awk '/^ +run: \|$/ { inside = 1; next } /^ +- / { inside = 0 } inside { sub(/^ +/, ""); print }' examples/github-actions.yml >"$BATS_TEST_TMPDIR/steps"
    grep -q 'status --exit-code' "$BATS_TEST_TMPDIR/steps"
    (
        cd "$BATS_TEST_TMPDIR/checkout"
        env -i PATH="$BATS_TEST_TMPDIR/bin:$PATH" HOME="$HOME" CONTAINERS_CONF="$CONTAINERS_CONF" CONTAINERS_STORAGE_CONF="$CONTAINERS_STORAGE_CONF" \
            GITHUB_ACTIONS=true RUNNER_TEMP="$BATS_TEST_TMPDIR" ENTRYPOINT_IMAGE=entrypoint ENTRYPOINT_LOG_FORMAT=github DATABASE_URL="$DATABASE_URL" \
            bash -e "$BATS_TEST_TMPDIR/steps" 3>&- 4>&-
    ) >"$BATS_TEST_TMPDIR/output" 2>&1 || fail "a step failed" "$(<"$BATS_TEST_TMPDIR/output")"
    log_output "$BATS_TEST_TMPDIR/output"
    assert_equal "$(migrations_applied)" 5
    assert_has "$(<"$BATS_TEST_TMPDIR/output")" 'nothing to migrate'
}

@test "GitLab CI: the script, with the ENTRYPOINT emptied and with it left" {
    local script
    script=$(awk '/^  script:/ { inside = 1; next } inside && /^    - / { sub(/^    - /, ""); print; next } { inside = 0 }' examples/gitlab-ci.md)
    given+=(--env CI=true --workdir /tmp --interactive)
    container_run "${given[@]}" --entrypoint '[]' entrypoint-example sh -e -c "$script"
    assert_status 0
    assert_has "$stderr" 'Migrations complete: 5 applied'
    container_run "${given[@]}" --env ENTRYPOINT_MIGRATE_DIRS=/app/drizzle entrypoint-example sh -e -c "$script"
    assert_status 0
}

@test "every platform: a container that is killed without grace leaves nothing behind, and the next start serves" {
    container_start app "${given[@]}" entrypoint-example
    await_log app 'listening on port'
    podman kill --signal KILL app >/dev/null
    container_wait app
    assert_equal "$status" 137 "exit status"
    container_start again "${given[@]}" --read-only entrypoint-example
    await_log again 'listening on port'
}
