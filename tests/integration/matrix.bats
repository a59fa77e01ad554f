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
    cluster_set ssl=on
    cluster_hba
    fresh_database
    tls=$CLUSTER_DIR/tls
    url=postgresql://app:$APP_PASSWORD@postgres.test:$CLUSTER_PORT/$DATABASE
    folder=$BATS_TEST_TMPDIR/drizzle
    folder_new "$folder"
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
}

teardown() {
    pgbouncer_stop
    clean_up
}

# try STATUS PARAMETERS [NAME=VALUE...]: wait with the URL and these parameters behind it
try() {
    local expected=$1 parameters=$2
    shift 2
    run_entrypoint DATABASE_URL="$url?hostaddr=127.0.0.1&$parameters" "$@" -- wait --timeout 0s
    [ "$status" = "$expected" ] || fail "$parameters $*: status $status instead of $expected" "$stderr"
}

# The same for each line of standard input: STATUS HOST SSLMODE AUTHORITY, "-" for none; an authority is one of $tls, or
# a word that libpq reads.
try_table() {
    local expected host mode authority plain=$url
    while read -r expected host mode authority; do
        url=${plain/postgres.test/"$host"}
        case $authority in
            -) try "$expected" "sslmode=$mode" ;;
            system) try "$expected" "sslmode=$mode&sslrootcert=system" ;;
            *) try "$expected" "sslmode=$mode&sslrootcert=$tls/$authority.crt" ;;
        esac
    done
    url=$plain
}

@test "sslmode, the server's name and its certificate, where only TLS is let in" {
    cluster_hba 'hostssl all app all scram-sha-256' 'host all app all reject'
    try_table <<'ROWS'
77 postgres.test  disable     -
0  postgres.test  allow       -
0  postgres.test  prefer      -
0  postgres.test  require     -
0  elsewhere.test require     -
0  postgres.test  require     ca
78 postgres.test  require     other-ca
0  postgres.test  verify-ca   ca
0  elsewhere.test verify-ca   ca
78 postgres.test  verify-ca   other-ca
78 postgres.test  verify-ca   no-such-file
78 postgres.test  verify-ca   -
0  postgres.test  verify-full ca
0  localhost      verify-full ca
0  127.0.0.1      verify-full ca
78 elsewhere.test verify-full ca
78 127.0.0.2      verify-full ca
78 postgres.test  verify-full other-ca
78 postgres.test  verify-full no-such-file
78 postgres.test  verify-full -
78 postgres.test  verify-full system
78 postgres.test  require     system
ROWS
}

@test "what is said of a wrong name, a wrong authority and a missing file" {
    while read -r host authority part; do
        url=${url/@*:/@"$host":}
        try 78 "sslmode=verify-full&sslrootcert=$tls/$authority.crt"
        assert_has "$stderr" "$part"
    done <<'ROWS'
elsewhere.test ca "elsewhere.test"
postgres.test other-ca certificate verify failed
postgres.test no-such-file no-such-file.crt
ROWS
}

@test "sslmode where the server has no TLS" {
    cluster_set ssl=off
    cluster_reload
    try_table <<'ROWS'
0  postgres.test disable     -
0  postgres.test allow       -
0  postgres.test prefer      -
78 postgres.test require     -
78 postgres.test verify-ca   ca
78 postgres.test verify-full ca
ROWS
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
    while read -r expected parameters; do
        try "$expected" "$parameters"
    done <<'ROWS'
0  sslmode=require&channel_binding=require
0  sslmode=require&channel_binding=disable
0  sslmode=disable&channel_binding=prefer
78 sslmode=disable&channel_binding=require
ROWS
    url=${url/:"$APP_PASSWORD"@/:"$(new_password)"@}
    try 77 'sslmode=require&channel_binding=require'
}

@test "md5, where the role still has such a password" {
    cluster_hba 'host all old all md5'
    url=${url/app:/old:}
    try 0 sslmode=disable
    try 0 sslmode=require
    try 78 'sslmode=require&channel_binding=require'
    url=${url/:"$APP_PASSWORD"@/:"$(new_password)"@}
    try 77 sslmode=require
}

@test "a client's certificate in the place of a password" {
    cluster_hba 'hostssl all app,old all cert' 'host all app,old all reject'
    url=${url/:"$APP_PASSWORD"@/@}
    with_certificate
    try 0 "$certificate"
    try 77 "sslmode=verify-full&sslrootcert=$tls/ca.crt"
    try 77 sslmode=disable
    url=${url/app@/old@}
    try 77 "$certificate"
}

# The role's certificate, as parameters of a URL: sets certificate
with_certificate() {
    cp "$tls/client.key" "$BATS_TEST_TMPDIR/client.key"
    chmod 600 "$BATS_TEST_TMPDIR/client.key"
    certificate="sslmode=verify-full&sslrootcert=$tls/ca.crt&sslcert=$tls/client.crt&sslkey=$BATS_TEST_TMPDIR/client.key"
}

@test "require_auth: nothing is told to a server that asks for it in another way" {
    while read -r expected method parameters; do
        cluster_hba "host all app all $method"
        try "$expected" "sslmode=disable&require_auth=$parameters"
    done <<'ROWS'
0  scram-sha-256 scram-sha-256
0  scram-sha-256 md5,scram-sha-256
0  scram-sha-256 !password
78 scram-sha-256 md5
78 scram-sha-256 none
78 password      scram-sha-256
78 password      !password
0  password      password
0  trust         none
78 trust         scram-sha-256
ROWS
}

@test "sslnegotiation=direct: TLS without asking first" {
    needs_server 17 "TLS without asking first"
    try 0 'sslmode=require&sslnegotiation=direct'
    try 0 "sslmode=verify-full&sslrootcert=$tls/ca.crt&sslnegotiation=direct"
    try 78 "sslmode=verify-full&sslrootcert=$tls/other-ca.crt&sslnegotiation=direct"
}

@test "sslnegotiation=direct with a server before 17, which hangs up, gets a hint" {
    [ "$(cluster_version)" -lt 17 ] || skip "PostgreSQL $(cluster_version) understands it"
    try 75 'sslmode=require&sslnegotiation=direct'
    assert_has "$stderr" 'older than PostgreSQL 17'
}

# pooled MODE URL-PARAMETERS [SETTING...]: a migration of a new database through such a PgBouncer
pooled() {
    local mode=$1 parameters=$2
    shift 2
    fresh_database
    pgbouncer_start "$mode" "$@"
    run_entrypoint DATABASE_URL="$(pgbouncer_url "$DATABASE")?$parameters" ENTRYPOINT_MIGRATE_DIRS="$folder" -- migrate
    [ "$status" = 0 ] || fail "$mode, $*: status $status" "$stderr"
    assert_table "$DATABASE" a
    pgbouncer_stop
}

@test "PgBouncer: session and transaction mode, SCRAM, md5 and certificates, without and with TLS to it" {
    with_certificate
    with_tls=("client_tls_cert_file = $tls/server.crt" "client_tls_key_file = $tls/server.key" "client_tls_ca_file = $tls/ca.crt")
    (cd "$tls" && tls_certificate postgres postgres DNS:postgres) >"$BATS_TEST_TMPDIR/openssl" 2>&1
    for mode in session transaction; do
        pooled "$mode" sslmode=disable 'auth_type = scram-sha-256'
        pooled "$mode" sslmode=disable 'auth_type = md5'
        pooled "$mode" "sslmode=verify-full&sslrootcert=$tls/ca.crt" 'auth_type = scram-sha-256' \
            'client_tls_sslmode = require' "${with_tls[@]}"
        # who asks whether it is there needs one too
        PGSSLCERT=$tls/postgres.crt PGSSLKEY=$tls/postgres.key pooled "$mode" "$certificate" 'auth_type = cert' \
            'client_tls_sslmode = verify-full' "${with_tls[@]}"
    done
    pgbouncer_start transaction 'client_tls_sslmode = require' "${with_tls[@]}"
    run_entrypoint DATABASE_URL="$(pgbouncer_url "$DATABASE")?sslmode=disable" -- wait --timeout 0s
    assert_status 78
    assert_has "$stderr" 'Add sslmode=require'
}
