#!/usr/bin/env bats
# Certificates, sslmode, ways to log in and poolers: which of them work, and what is said of those that do not.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration
load ../lib/pgbouncer

setup_file() {
    cluster_create
    cluster_start
    cluster_tls_on
    cluster_sql postgres "SET password_encryption = md5; CREATE ROLE old LOGIN PASSWORD '$APP_PASSWORD'"
}

setup() {
    fresh_database
    tls=$CLUSTER_DIR/tls
    url=postgresql://app:$APP_PASSWORD@postgres.test:$CLUSTER_PORT/$DATABASE
    folder=$BATS_TEST_TMPDIR/drizzle
    folder_new "$folder"
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
}

teardown() {
    pgbouncer_stop
    cluster_hba
    clean_up
}

# try STATUS PARAMETERS [NAME=VALUE...]: wait with the URL and these parameters behind it
try() {
    local expected=$1 parameters=$2
    shift 2
    run_entrypoint DATABASE_URL="$url?hostaddr=127.0.0.1&$parameters" "$@" -- wait --timeout 0s
    [ "$status" = "$expected" ] || fail "$parameters: status $status instead of $expected" "$stderr"
}

@test "sslmode and the server's certificate" {
    cluster_hba 'hostssl all app all scram-sha-256' 'host all app all reject'
    while read -r expected parameters; do
        try "$expected" "$(eval "echo $parameters")"
    done <<'ROWS'
77 sslmode=disable
0 sslmode=prefer
0 sslmode=require
0 sslmode=verify-ca\&sslrootcert=$tls/ca.crt
0 sslmode=verify-full\&sslrootcert=$tls/ca.crt
78 sslmode=verify-ca\&sslrootcert=$tls/other-ca.crt
78 sslmode=verify-full\&sslrootcert=$tls/other-ca.crt
78 sslmode=verify-full\&sslrootcert=/no/such/file
78 sslmode=verify-full\&sslrootcert=system
ROWS
    url=${url/postgres.test/elsewhere.test}
    try 0 "sslmode=verify-ca&sslrootcert=$tls/ca.crt"
    try 78 "sslmode=verify-full&sslrootcert=$tls/ca.crt"
    assert_has "$stderr" elsewhere.test
}

@test "sslrootcert=system finds the authority in SSL_CERT_FILE" {
    try 0 'sslmode=verify-full&sslrootcert=system' SSL_CERT_FILE="$tls/ca.crt"
    try 78 'sslmode=verify-full&sslrootcert=system' SSL_CERT_FILE="$tls/other-ca.crt"
}

@test "sslrootcert=system alone in a root folder with /etc/ssl/certs, as in an image from scratch" {
    [ "$(id -u)" = 0 ] || skip "only root may call chroot()"
    root=$BATS_TEST_TMPDIR/root
    mkdir -p "$root/etc/ssl/certs"
    cp "$ENTRYPOINT_BINARY" "$root/entrypoint"
    file -b "$root/entrypoint" | grep -q static || skip "only the static binary runs there"
    cp "$tls/ca.crt" "$root/etc/ssl/certs/$(openssl x509 -in "$tls/ca.crt" -noout -hash).0"
    chmod -R a+rX "$root"
    launcher=(chroot --userspec=65532:65532 "$root")
    ENTRYPOINT_BINARY=/entrypoint
    try 0 'sslmode=verify-full&sslrootcert=system'
}

@test "SCRAM, and channel binding where there is TLS" {
    try 0 'sslmode=require&channel_binding=require'
    try 0 'sslmode=disable&channel_binding=disable'
    try 78 'sslmode=disable&channel_binding=require'
}

@test "md5, where the role still has such a password" {
    cluster_hba 'host all old all md5'
    url=${url/app:/old:}
    try 0 sslmode=disable
    try 0 sslmode=require
    url=${url/:"$APP_PASSWORD"@/:"$(new_password)"@}
    try 77 sslmode=require
}

@test "a client's certificate in the place of a password" {
    cluster_hba 'hostssl all app all cert' 'host all app all reject'
    url=${url/:"$APP_PASSWORD"@/@}
    cp "$tls/client.key" "$BATS_TEST_TMPDIR/client.key"
    chmod 600 "$BATS_TEST_TMPDIR/client.key"
    try 0 "sslmode=verify-full&sslrootcert=$tls/ca.crt&sslcert=$tls/client.crt&sslkey=$BATS_TEST_TMPDIR/client.key"
    try 77 "sslmode=verify-full&sslrootcert=$tls/ca.crt"
}

@test "PgBouncer: session and transaction mode, SCRAM and md5, without and with TLS to it" {
    with_tls=("client_tls_sslmode = require" "client_tls_cert_file = $tls/server.crt" "client_tls_key_file = $tls/server.key")
    for mode in session transaction; do
        for auth in scram-sha-256 md5; do
            fresh_database
            pgbouncer_start "$mode" "auth_type = $auth"
            run_entrypoint DATABASE_URL="$(pgbouncer_url "$DATABASE")?sslmode=disable" ENTRYPOINT_MIGRATE_DIRS="$folder" -- migrate
            assert_status 0
            assert_table "$DATABASE" a
            pgbouncer_stop
        done
        pgbouncer_start "$mode" "${with_tls[@]}"
        url=$(pgbouncer_url "$DATABASE")
        run_entrypoint DATABASE_URL="$url?sslmode=verify-full&sslrootcert=$tls/ca.crt" ENTRYPOINT_MIGRATE_DIRS="$folder" -- migrate
        assert_status 0
        run_entrypoint DATABASE_URL="$url?sslmode=disable" -- wait --timeout 0s
        assert_status 78
        assert_has "$stderr" 'Add sslmode=require'
        pgbouncer_stop
    done
}
