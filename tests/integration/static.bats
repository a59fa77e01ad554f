#!/usr/bin/env bats
# The static binary needs nothing around it: no loader, no library, no /etc/passwd, no folder that it may write to.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

setup_file() {
    cluster_create
    cluster_start
    cluster_tls_on
}

setup() {
    fresh_database
    root=$BATS_TEST_TMPDIR/root
    url=postgresql://app:$APP_PASSWORD@127.0.0.1:$CLUSTER_PORT/$DATABASE
}

teardown() {
    clean_up
}

# As in an image built from scratch: a root folder that holds the binary and nothing else, a user without a name.
alone() {
    [ "$(id -u)" = 0 ] || skip "only root may call chroot()"
    mkdir "$root"
    cp "$ENTRYPOINT_BINARY" "$root/entrypoint"
    chmod 555 "$root" "$root/entrypoint"
    launcher=(chroot --userspec=65532:65532 "$root")
    ENTRYPOINT_BINARY=/entrypoint
}

# The same, where NAME is the server's address, and AUTHORITY.crt is to be trusted: alone_with NAME AUTHORITY
alone_with() {
    alone
    cp "$CLUSTER_DIR/tls/$2.crt" "$root/ca.crt"
    mkdir "$root/etc"
    echo "127.0.0.1 $1" >"$root/etc/hosts"
    url="${url/127.0.0.1/$1}?sslmode=verify-full&sslrootcert=/ca.crt"
}

@test "it is a static, position-independent executable without an interpreter" {
    assert_has "$(file -b "$ENTRYPOINT_BINARY")" 'static-pie linked, stripped'
    assert_lacks "$(readelf -lW "$ENTRYPOINT_BINARY")" INTERP
    assert_lacks "$(readelf -dW "$ENTRYPOINT_BINARY")" NEEDED
}

@test "relocated data is read-only, everything is bound at the start, the stack is not executable" {
    assert_has "$(readelf -lW "$ENTRYPOINT_BINARY")" GNU_RELRO
    assert_has "$(readelf -dW "$ENTRYPOINT_BINARY")" BIND_NOW
    assert_matches "$(readelf -lW "$ENTRYPOINT_BINARY")" 'GNU_STACK.* RW +0x10$'
}

@test "it is smaller than 3 MB and knows no path of the machine that built it" {
    [ "$(stat -c %s "$ENTRYPOINT_BINARY")" -lt 3000000 ]
    assert_lacks "$(strings "$ENTRYPOINT_BINARY")" "$PWD"
    assert_lacks "$(strings "$ENTRYPOINT_BINARY")" entrypoint-deps
}

@test "alone in a root folder, as a user without a name, it says its version" {
    alone
    run_entrypoint -- version
    assert_status 0
    assert_matches "$stdout" '[0-9]+\.[0-9]+\.[0-9]+'
    assert_equal "$(ls -A "$root")" entrypoint "the root folder"
}

@test "alone: a login over TCP with SCRAM" {
    alone
    run_entrypoint DATABASE_URL="$url?sslmode=disable" -- wait
    assert_status 0
}

@test "alone: a wrong password is refused" {
    alone
    run_entrypoint DATABASE_URL="${url/$APP_PASSWORD/$(new_password)}?sslmode=disable" -- wait --timeout 0s
    assert_status 77
}

@test "alone: TLS with sslmode=verify-full, by address, where nothing else is let in" {
    alone_with 127.0.0.1 ca
    cluster_hba "hostssl all app all scram-sha-256" "host all app all reject"
    run_entrypoint DATABASE_URL="$url" -- wait
    cluster_hba
    assert_status 0
}

@test "alone: TLS with sslmode=verify-full, by name" {
    alone_with postgres.test ca
    run_entrypoint DATABASE_URL="$url" -- wait
    assert_status 0
}

@test "alone: TLS refuses a name that is not in the certificate" {
    alone_with elsewhere.test ca
    run_entrypoint DATABASE_URL="$url" -- wait --timeout 0s
    [ "$status" -ne 0 ]
    assert_has "$stderr" certificate
}

@test "alone: TLS refuses a certificate that another authority signed" {
    alone_with postgres.test other-ca
    run_entrypoint DATABASE_URL="$url" -- wait --timeout 0s
    [ "$status" -ne 0 ]
    assert_has "$stderr" certificate
}

@test "the demo: waits, migrates, verifies, becomes the Node server, starts again with nothing pending" {
    status=0
    tests/demo.sh >"$BATS_TEST_TMPDIR/demo" 2>&1 || status=$?
    log_output "$BATS_TEST_TMPDIR/demo"
    cat "$BATS_TEST_TMPDIR/demo"
    [ "$status" -eq 0 ]
    for line in 'waiting for' 'Migrations complete: 5 applied' 'table contacts: present' '"status":"ok"' 'nothing to migrate' 'All of it worked'; do
        grep -qF -- "$line" "$BATS_TEST_TMPDIR/demo"
    done
}
