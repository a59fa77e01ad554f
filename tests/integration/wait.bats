#!/usr/bin/env bats
# Waiting for PostgreSQL: real servers in every state, real poolers, networks and name servers that misbehave.
# Times are bounds that a busy machine keeps, and lower bounds where the program must not give up early.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration
load ../lib/network
load ../lib/pgbouncer

setup_file() {
    # Archive recovery, which a test can hold, needs wal_level=replica; the slots are few so that they can be used up.
    cluster_create wal_level=replica max_connections=8 superuser_reserved_connections=3
    cluster_start
}

setup() {
    fresh_database
}

teardown() {
    network_destroy
    rm -f "$CLUSTER_DIR/recover"
    cluster_resume
    cluster_is_running || cluster_start_server
    locks_release
    pgbouncer_stop
    clean_up
}

# `entrypoint wait` for DATABASE_URL, with a timeout of the test's choice.
wait_start() {
    start_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_WAIT_TIMEOUT="${timeout:-40s}" -- wait
}

wait_run() {
    wait_start
    wait_entrypoint
}

# The URL with PORT, PASSWORD, HOST or QUERY of the test's choice.
url() {
    echo "postgresql://app:${PASSWORD:-$APP_PASSWORD}@${HOST:-127.0.0.1}:${PORT:-$CLUSTER_PORT}/${NAME:-$DATABASE}${QUERY:-}"
}

count_lines() {
    grep -Ec -e "$1" <<<"$stderr" || true
}

# How often the server saw what matches REGEX since MARK: count_log REGEX MARK
count_log() {
    cluster_log "$2" | grep -Ec -e "$1" || true
}

# A server in archive recovery, for as long as CLUSTER_DIR/recover is there: to every login it says 57P03.
recovery_start() {
    cluster_stop
    : >"$CLUSTER_DIR/recover"
    as_server_user touch "$CLUSTER_DIR/data/recovery.signal"
    cluster_set hot_standby=off "restore_command=while [ -e $CLUSTER_DIR/recover ]; do sleep 0.05; done; false"
    as_server_user "$(cluster_bin)/pg_ctl" -D "$CLUSTER_DIR/data" -l "$CLUSTER_DIR/log" -W start </dev/null >/dev/null
}

recovery_end() {
    rm "$CLUSTER_DIR/recover"
}

# Something that is no PostgreSQL answers on PORT.
http_start() {
    PORT=$(free_port)
    network_start socat "TCP4-LISTEN:$PORT,bind=127.0.0.1,fork,reuseaddr" \
        SYSTEM:'sleep 0.1; printf "HTTP/1.1 400 Bad Request\r\n\r\n"'
    poll 10 grep -Eq "$(printf ':%04X [0-9A-F]+:0000 0A ' "$PORT")" /proc/net/tcp
}

# Other sessions use up every slot that is not reserved; locks_release ends them.
slots_use_up() {
    poll 20 slots_are_used_up
}

# Starts one more while one is missing: a look at the server takes a slot too, so that one may be refused.
slots_are_used_up() {
    if [ "$(cluster_sql postgres "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'lock-holder'")" -lt 5 ]; then
        PGPASSWORD=$APP_PASSWORD PGAPPNAME=lock-holder psql -X -q -h 127.0.0.1 -p "$CLUSTER_PORT" -U app -d "$DATABASE" \
            -c 'SELECT pg_sleep(600)' >/dev/null 2>&1 3>&- 4>&- &
        sleep 0.2
        return 1
    fi
}

@test "a server that is there: 0, one line" {
    wait_run
    assert_status 0
    assert_equal "$(count_lines 'waiting')" 0
    assert_matches "$stderr" 'connected to PostgreSQL [0-9.]+'
}

@test "nothing listens: 75 after the timeout, one line about the first failure" {
    local begin=$SECONDS
    DATABASE_URL=$(PORT=$(free_port) url)
    timeout=3s wait_run
    assert_status 75
    [ $((SECONDS - begin)) -ge 2 ] || fail "it gave up early"
    assert_equal "$(count_lines 'waiting for 127\.0\.0\.1')" 1
    assert_matches "$stderr" 'could not connect to 127\.0\.0\.1:[0-9]+: Connection refused'
    assert_matches "$stderr" 'Tried for 3\.'
}

@test "timeout 0 tries once" {
    DATABASE_URL=$(PORT=$(free_port) url)
    timeout=0s wait_run
    assert_status 75
    assert_equal "$(count_lines 'waiting for')" 0
    assert_has "$stderr" '1 login.'
}

@test "still waiting: a line every ten seconds" {
    DATABASE_URL=$(PORT=$(free_port) url)
    timeout=12s wait_run
    assert_status 75
    assert_equal "$(count_lines 'still waiting')" 1
}

@test "a server that starts later" {
    cluster_stop
    wait_start
    await_stderr 'waiting for'
    cluster_start_server
    wait_entrypoint
    assert_status 0
    assert_matches "$stderr" 'connected to PostgreSQL'
}

@test "a server that starts later, then the command is started" {
    cluster_stop
    start_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS= -- run -- sh -c 'exit 7'
    await_stderr 'waiting for'
    cluster_start_server
    wait_entrypoint
    assert_status 7
}

@test "a server in recovery (57P03): until it is done" {
    recovery_start
    wait_start
    await_stderr '(starting up|not yet accepting|not accepting)'
    ! process_is_gone "$entrypoint_pid" || fail "it did not wait"
    recovery_end
    wait_entrypoint
    assert_status 0
}

@test "a server in recovery that never ends: 75 with the SQLSTATE" {
    recovery_start
    poll 20 grep -q 'starting archive recovery' "$CLUSTER_DIR/log"
    timeout=3s wait_run
    assert_status 75
    assert_has "$stderr" 57P03
}

@test "every slot is taken (53300): until one is free" {
    slots_use_up
    wait_start
    await_stderr '(too many clients|slots are reserved)'
    locks_release
    wait_entrypoint
    assert_status 0
}

@test "the role's limit (53300) is named" {
    cluster_role limited "$APP_PASSWORD" CONNECTION LIMIT 0
    DATABASE_URL=$(cluster_url "$DATABASE" limited)
    timeout=1s wait_run
    assert_status 75
    assert_has "$stderr" 'too many connections for role "limited"'
    assert_has "$stderr" 'CONNECTION LIMIT'
}

@test "wrong password: 77 after at most three logins, with advice, never shown" {
    local mark
    mark=$(cluster_log_mark)
    DATABASE_URL=$(PASSWORD=wrong%20$(secret_marker) url)
    wait_run
    assert_status 77
    assert_has "$stderr" 28P01
    assert_has "$stderr" '%-encoded'
    assert_lacks "$stderr" "$(secret_marker)"
    local logins
    logins=$(count_log 'password authentication failed' "$mark")
    [ "$logins" -ge 1 ] && [ "$logins" -le 3 ] || fail "$logins logins"
}

@test "no password: 77 at once" {
    DATABASE_URL=postgresql://app@127.0.0.1:$CLUSTER_PORT/$DATABASE
    wait_run
    assert_status 77
    assert_has "$stderr" 'no password'
    assert_has "$stderr" '1 login.'
}

@test "the database does not exist: 78 after at most three logins" {
    DATABASE_URL=$(NAME=nowhere url)
    wait_run
    assert_status 78
    assert_has "$stderr" 3D000
    assert_has "$stderr" 'database "nowhere" does not exist'
}

@test "the database is created while we wait" {
    DATABASE_URL=$(NAME=late url)
    wait_start
    await_stderr 'database "late" does not exist'
    cluster_database late
    wait_entrypoint
    assert_status 0
}

@test "no line in pg_hba.conf (28000): 77" {
    printf 'local all all scram-sha-256\n' >"$CLUSTER_DIR/data/pg_hba.conf"
    cluster_reload
    wait_run
    cluster_hba
    assert_status 77
    assert_has "$stderr" 28000
    assert_has "$stderr" 'no pg_hba.conf entry'
}

@test "a role that may not connect to the database (42501): 77 at once" {
    cluster_role stranger "$APP_PASSWORD"
    cluster_sql postgres "REVOKE CONNECT ON DATABASE \"$DATABASE\" FROM public"
    DATABASE_URL=$(cluster_url "$DATABASE" stranger)
    wait_run
    assert_status 77
    assert_has "$stderr" 42501
    assert_has "$stderr" '1 login.'
}

@test "a parameter that the server does not know (42704): 78 at once" {
    DATABASE_URL=$(QUERY='?options=-c%20no_such_setting%3D1' url)
    wait_run
    assert_status 78
    assert_has "$stderr" 'no_such_setting'
}

@test "TLS is required and the server has none: 78 at once" {
    DATABASE_URL=$(QUERY='?sslmode=require' url)
    wait_run
    assert_status 78
    assert_has "$stderr" 'server does not support SSL'
    assert_has "$stderr" '1 login.'
}

@test "HTTP on the port: 78 at once, with or without TLS" {
    http_start
    local mode
    for mode in prefer require disable; do
        DATABASE_URL=$(QUERY="?sslmode=$mode" url)
        wait_run
        assert_status 78
        assert_has "$stderr" 'check host and port'
    done
}

@test "a server that accepts the connection and says nothing: 75, at the deadline" {
    local begin=$SECONDS
    cluster_pause
    timeout=3s wait_run
    [ $((SECONDS - begin)) -le 15 ] || fail "it took $((SECONDS - begin)) s"
    assert_status 75
    assert_has "$stderr" 'no answer'
}

@test "the server dies in the middle of a login and comes back" {
    cluster_pause
    wait_start
    poll 20 cluster_has_client
    kill -QUIT "$(head -n 1 "$CLUSTER_DIR/data/postmaster.pid")" # pg_ctl would wait for it to take notice
    cluster_resume
    poll 20 server_is_gone
    await_stderr 'waiting for'
    cluster_start_server
    wait_entrypoint
    assert_status 0
}

server_is_gone() {
    ! cluster_is_running
}

@test "the folder of a socket appears later" {
    DATABASE_URL="postgresql://app:$APP_PASSWORD@localhost:$CLUSTER_PORT/$DATABASE?host=$BATS_TEST_TMPDIR/s"
    [ ${#BATS_TEST_TMPDIR} -lt 80 ] || skip "the path is too long for a socket"
    wait_start
    await_stderr 'No such file or directory'
    ln -s "$CLUSTER_SOCKET" "$BATS_TEST_TMPDIR/s"
    wait_entrypoint
    assert_status 0
}

@test "the second host of the list" {
    DATABASE_URL="postgresql://app:$APP_PASSWORD@127.0.0.1:$(free_port),127.0.0.1:$CLUSTER_PORT/$DATABASE"
    wait_run
    assert_status 0
}

@test "PgBouncer whose server is down, until it is back" {
    command -v pgbouncer >/dev/null || skip "no pgbouncer"
    pgbouncer_start transaction query_wait_timeout=2 server_login_retry=1
    DATABASE_URL=$(pgbouncer_url "$DATABASE")
    cluster_stop immediate
    wait_start
    await_stderr 'waiting for|connection lost'
    cluster_start_server
    wait_entrypoint
    assert_status 0
}

@test "PgBouncer in front of a database that does not exist: 78" {
    command -v pgbouncer >/dev/null || skip "no pgbouncer"
    pgbouncer_start transaction
    DATABASE_URL=$(PORT=$PGBOUNCER_PORT NAME=nowhere url)
    wait_run
    assert_status 78
    assert_has "$stderr" '"nowhere" does not exist'
}

@test "a name that appears later" {
    network_create
    network_offer 127.0.0.1 5432
    DATABASE_URL=$(HOST=postgres.test.internal PORT=5432 url)
    launcher=("${network[@]}")
    wait_start
    await_stderr 'could not translate host name'
    network_names 'postgres.test.internal A 127.0.0.1'
    wait_entrypoint
    assert_status 0
}

@test "a name that never appears: 75, with advice" {
    network_create
    DATABASE_URL=$(HOST=typo.example PORT=5432 url)
    launcher=("${network[@]}")
    timeout=2s wait_run
    assert_status 75
    assert_has "$stderr" 'host name "typo.example"'
    assert_has "$stderr" 'Check the host name'
}

@test "a name with an IPv6 address only" {
    network_create
    network_names 'db.test AAAA ::1'
    network_offer ::1 5432
    DATABASE_URL=$(HOST=db.test PORT=5432 url)
    launcher=("${network[@]}")
    wait_run
    assert_status 0
}

@test "a name with an IPv6 address only, and no IPv6 route: 75, with advice" {
    network_create
    network_names 'db.test AAAA fd12::5'
    DATABASE_URL=$(HOST=db.test PORT=5432 url)
    launcher=("${network[@]}")
    timeout=2s wait_run
    assert_status 75
    assert_has "$stderr" 'no IPv6 route'
}

@test "one family fails (SERVFAIL, silence), the other works" {
    network_create
    network_offer 127.0.0.1 5432
    network_offer ::1 5433
    launcher=("${network[@]}")
    local bad
    for bad in SERVFAIL SILENT NXDOMAIN; do
        network_names "db.test AAAA $bad" 'db.test A 127.0.0.1'
        DATABASE_URL=$(HOST=db.test PORT=5432 url)
        timeout=20s wait_run
        assert_status 0
        network_names 'db.test AAAA ::1' "db.test A $bad"
        DATABASE_URL=$(HOST=db.test PORT=5433 url)
        timeout=20s wait_run
        assert_status 0
    done
}

@test "nobody listens on IPv6, the password is wrong on IPv4: the password is the reason" {
    network_create
    network_names 'db.test AAAA ::1' 'db.test A 127.0.0.1'
    network_offer 127.0.0.1 5432
    DATABASE_URL=$(HOST=db.test PORT=5432 PASSWORD=wrong url)
    launcher=("${network[@]}")
    wait_run
    assert_status 77
    assert_has "$stderr" 'password authentication failed'
}

@test "an address that swallows packets: the deadline is kept" {
    network_create
    network_swallow
    local begin=$SECONDS
    DATABASE_URL=$(HOST=10.9.0.9 PORT=5432 url)
    launcher=("${network[@]}")
    timeout=3s wait_run
    [ $((SECONDS - begin)) -le 15 ] || fail "it took $((SECONDS - begin)) s"
    [ $((SECONDS - begin)) -ge 2 ] || fail "it gave up early"
    assert_status 75
    assert_has "$stderr" 'no answer'
}

@test "an address that swallows packets: the next address has its turn" {
    network_create
    network_swallow
    network_names 'db.test AAAA fd09::9' 'db.test A 127.0.0.1'
    network_offer 127.0.0.1 5432
    DATABASE_URL=$(HOST=db.test PORT=5432 url)
    launcher=("${network[@]}")
    wait_run
    assert_status 0
    assert_matches "$stderr" 'connected .*127\.0\.0\.1'
}

@test "a host that swallows packets: the next host has its turn" {
    network_create
    network_swallow
    network_offer 127.0.0.1 5432
    DATABASE_URL="postgresql://app:$APP_PASSWORD@10.9.0.9:5432,127.0.0.1:5432/$DATABASE"
    launcher=("${network[@]}")
    timeout=6s wait_run
    assert_status 0
}

@test "SIGTERM while a name server is silent: 143, at once" {
    network_create
    network_names 'db.test A SILENT' 'db.test AAAA SILENT'
    DATABASE_URL=$(HOST=db.test PORT=5432 url)
    launcher=("${network[@]}")
    wait_start
    poll 20 has_threads # the look-ups are under way
    kill -TERM "$entrypoint_pid"
    poll 3 process_is_gone "$entrypoint_pid" || fail "still running 3 s after SIGTERM"
    wait_entrypoint
    assert_status 143
}

has_threads() {
    grep -Eq '^Threads:[[:space:]]*[2-9]' "/proc/$entrypoint_pid/status"
}

@test "a silent name server: 75, at the deadline" {
    network_create
    network_names 'db.test A SILENT' 'db.test AAAA SILENT'
    local begin=$SECONDS
    DATABASE_URL=$(HOST=db.test PORT=5432 url)
    launcher=("${network[@]}")
    timeout=2s wait_run
    [ $((SECONDS - begin)) -le 12 ] || fail "it took $((SECONDS - begin)) s"
    assert_status 75
}
