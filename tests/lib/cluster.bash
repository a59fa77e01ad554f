# shellcheck shell=bash
# cluster.bash - a throw-away PostgreSQL for tests, and for scripts.
#
#     load ../lib/cluster                         # bats; a script says `source tests/lib/cluster.bash`
#     setup_file()    { cluster_create; cluster_start; }
#     teardown_file() { cluster_destroy; }
#     setup()         { fresh_database; }         # sets DATABASE and DATABASE_URL
#
# One cluster per .bats file (or script): everything lives in CLUSTER_DIR, a new folder in $TMPDIR, and the server runs as
# a user that is not root. A guard process destroys the cluster when its owner is gone, however it went: Ctrl-C and
# SIGKILL leave neither a server nor a folder behind.
#
# PG_BIN names the folder with initdb, pg_ctl and postgres; unset, the newest below /usr/lib/postgresql. psql and pg_dump
# come from PATH. CLUSTER_OS_USER is whom root becomes to run a server (postgres).
#
# After cluster_create these are set and exported:
#   CLUSTER_DIR       the folder; CLUSTER_DIR/log is the server's log
#   CLUSTER_PORT      its TCP port on 127.0.0.1, and on ::1 where there is one
#   CLUSTER_SOCKET    the folder of its Unix socket
#   CLUSTER_PASSWORD  of the superuser, "postgres"
#   APP_PASSWORD      of the role "app" that owns what fresh_database makes

cluster_lib=$(dirname "$(realpath "${BASH_SOURCE[0]}")")

# Every password in the tests holds this word, so that a search in all output finds each that leaked.
secret_marker() {
    echo hunter2zebra
}

new_password() {
    echo "$(secret_marker)$RANDOM$RANDOM"
}

# Succeed as soon as the command does: poll SECONDS COMMAND...
poll() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -le "$deadline" ] || return 1
        sleep 0.05
    done
}

# Ended: absent, or a zombie that nobody has collected yet.
process_is_gone() {
    ! grep -q '^State:[[:space:]]*[^ZX]' "/proc/$1/status" 2>/dev/null
}

# A TCP port that nobody listens on, below the range that the kernel hands out.
free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 10000))
        if ! (exec 9<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            echo "$port"
            return
        fi
    done
}

has_ipv6() {
    grep -q '^0\{31\}1 ' /proc/net/if_inet6 2>/dev/null
}

# The folder of the server programs.
cluster_bin() {
    local folder
    if [ -n "${PG_BIN:-}" ]; then
        echo "$PG_BIN"
        return
    fi
    folder=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
    if [ -z "$folder" ]; then
        folder=$(dirname "$(command -v initdb)") || return 1
    fi
    echo "$folder"
}

# Run a command as the user that the server runs as, without the descriptors that bats waits for.
as_server_user() {
    (
        cd / || exit
        if [ "$(id -u)" -eq 0 ]; then
            exec runuser -u "${CLUSTER_OS_USER:-postgres}" -- "$@" 3>&- 4>&-
        fi
        exec "$@" 3>&- 4>&-
    )
}

# Make a cluster, not started yet: cluster_create [SETTING=VALUE...]
cluster_create() {
    local temporary=${TMPDIR:-/tmp} bin listen=127.0.0.1
    [ "${#temporary}" -le 60 ] || temporary=/tmp # a socket's path has at most 107 bytes
    bin=$(cluster_bin)
    CLUSTER_DIR=$(mktemp -d "$temporary/entrypoint-test.XXXXXX")
    CLUSTER_SOCKET=$CLUSTER_DIR/socket
    CLUSTER_PASSWORD=$(new_password)
    APP_PASSWORD=$(new_password)
    CLUSTER_PORT=$(free_port)
    export CLUSTER_DIR CLUSTER_SOCKET CLUSTER_PASSWORD APP_PASSWORD CLUSTER_PORT
    chmod 755 "$CLUSTER_DIR"
    mkdir "$CLUSTER_SOCKET"
    printf '%s\n' "$CLUSTER_PASSWORD" >"$CLUSTER_DIR/password"
    : >"$CLUSTER_DIR/log"
    if [ "$(id -u)" -eq 0 ]; then
        chown -R "${CLUSTER_OS_USER:-postgres}" "$CLUSTER_DIR"
    fi
    guard_start
    as_server_user "$bin/initdb" -D "$CLUSTER_DIR/data" -U postgres --pwfile="$CLUSTER_DIR/password" \
        -A scram-sha-256 --no-sync -E UTF8 --locale=C >"$CLUSTER_DIR/initdb.log" 2>&1 || {
        cat "$CLUSTER_DIR/initdb.log" >&2
        return 1
    }
    cp -p "$CLUSTER_DIR/data/pg_hba.conf" "$CLUSTER_DIR/pg_hba.conf"
    if has_ipv6; then
        listen=127.0.0.1,::1
    fi
    cluster_set "listen_addresses=$listen" "port=$CLUSTER_PORT" "unix_socket_directories=$CLUSTER_SOCKET" \
        fsync=off synchronous_commit=off full_page_writes=off autovacuum=off shared_buffers=16MB max_connections=60 \
        max_wal_senders=0 wal_level=minimal log_line_prefix='%m [%p] db=%d app=%a: ' lc_messages=C timezone=UTC "$@"
}

# Write settings; they take effect at the next start or cluster_reload.
cluster_set() {
    local setting value
    for setting; do
        value=${setting#*=}
        printf "%s = '%s'\n" "${setting%%=*}" "${value//\'/\'\'}"
    done >>"$CLUSTER_DIR/data/postgresql.conf"
}

# Start and wait until it accepts connections. The role "app" exists afterwards.
cluster_start() {
    cluster_start_server || return 1
    if [ ! -e "$CLUSTER_DIR/.app" ]; then
        cluster_role app "$APP_PASSWORD"
        : >"$CLUSTER_DIR/.app"
    fi
}

cluster_start_server() {
    as_server_user "$(cluster_bin)/pg_ctl" -D "$CLUSTER_DIR/data" -l "$CLUSTER_DIR/log" -w -t 60 start \
        </dev/null >"$CLUSTER_DIR/pg_ctl.log" 2>&1 || {
        cat "$CLUSTER_DIR/pg_ctl.log" "$CLUSTER_DIR/log" >&2
        return 1
    }
}

# cluster_stop [fast|immediate|smart]
cluster_stop() {
    as_server_user "$(cluster_bin)/pg_ctl" -D "$CLUSTER_DIR/data" -m "${1:-fast}" -w -t 60 stop \
        </dev/null >"$CLUSTER_DIR/pg_ctl.log" 2>&1
}

# cluster_restart [fast|immediate]
cluster_restart() {
    cluster_stop "${1:-fast}" && cluster_start_server
}

cluster_is_running() {
    [ -e "$CLUSTER_DIR/data/postmaster.pid" ]
}

# A server that is there and says nothing: the kernel accepts connections for it, nobody answers.
cluster_pause() {
    kill -STOP "$(head -n 1 "$CLUSTER_DIR/data/postmaster.pid")"
}

cluster_resume() {
    ! cluster_is_running || kill -CONT "$(head -n 1 "$CLUSTER_DIR/data/postmaster.pid")" 2>/dev/null
}

# Somebody has connected to the port.
cluster_has_client() {
    grep -Eq "$(printf ': [0-9A-F]+:[0-9A-F]{4} [0-9A-F]+:%04X 01 ' "$CLUSTER_PORT")" /proc/net/tcp
}

# The server's version, such as 15.
cluster_version() {
    "$(cluster_bin)/postgres" --version | sed 's/.* \([0-9]*\)[.a-z].*/\1/'
}

# Re-read the configuration and wait until new sessions have it.
cluster_reload() {
    local before
    before=$(cluster_sql postgres "SELECT pg_conf_load_time()")
    cluster_sql postgres "SELECT pg_reload_conf()" >/dev/null
    poll 20 cluster_reloaded_since "$before"
}

cluster_reloaded_since() {
    [ "$(cluster_sql postgres "SELECT pg_conf_load_time()")" != "$1" ]
}

# Put lines in front of pg_hba.conf's own and reload; without lines, only its own are left.
cluster_hba() {
    {
        [ $# -eq 0 ] || printf '%s\n' "$@"
        cat "$CLUSTER_DIR/pg_hba.conf"
    } >"$CLUSTER_DIR/data/pg_hba.conf"
    cluster_reload
}

# psql as the superuser, over the socket.
cluster_psql() {
    PGPASSWORD=$CLUSTER_PASSWORD PGCLIENTENCODING=UTF8 PGOPTIONS='-c client_min_messages=warning -c log_statement=none' \
        psql -X -q -v ON_ERROR_STOP=1 -h "$CLUSTER_SOCKET" -p "$CLUSTER_PORT" -U postgres "$@"
}

# The result of one SQL text as bare rows, "|" between columns: cluster_sql DATABASE SQL
cluster_sql() {
    PGCLIENTENCODING=UTF8 cluster_psql -At -d "$1" -c "$2"
}

# A role that may log in: cluster_role NAME PASSWORD [OPTION...]
cluster_role() {
    local name=$1 password=$2
    shift 2
    cluster_sql postgres "CREATE ROLE \"$name\" LOGIN PASSWORD '$password' $*"
}

# cluster_database NAME [OWNER]
cluster_database() {
    cluster_sql postgres "CREATE DATABASE \"$1\" OWNER \"${2:-app}\""
}

# A new database owned by "app": sets DATABASE, and DATABASE_URL for a login as "app".
fresh_database() {
    DATABASE=t$(date +%s%N)$RANDOM
    cluster_database "$DATABASE"
    # shellcheck disable=SC2034 # the tests use it
    DATABASE_URL=$(cluster_url "$DATABASE")
}

# cluster_url [DATABASE [ROLE [PASSWORD]]]: over TCP to 127.0.0.1
cluster_url() {
    echo "postgresql://${2:-app}:${3:-$APP_PASSWORD}@127.0.0.1:$CLUSTER_PORT/${1:-postgres}"
}

# The place in the server's log from which cluster_log and cluster_statements should read.
cluster_log_mark() {
    wc -l <"$CLUSTER_DIR/log"
}

# cluster_log [MARK]
cluster_log() {
    tail -n "+$((${1:-0} + 1))" "$CLUSTER_DIR/log"
}

# Log every statement sent to a database from the next session on.
cluster_log_statements() {
    cluster_sql postgres "ALTER DATABASE \"$1\" SET log_statement = 'all'"
}

# Those statements, one line each: cluster_statements DATABASE [MARK]
cluster_statements() {
    cluster_log "${2:-0}" | awk -v database="db=$1 " '
        function flush() {
            if (entry ~ database && match(entry, /LOG:  (statement|execute [^:]*): /)) {
                statement = substr(entry, RSTART + RLENGTH)
                gsub(/[ \t]+/, " ", statement)
                print statement
            }
            entry = ""
        }
        /^\t/ { entry = entry " " $0; next }
        { flush(); entry = $0 }
        END { flush() }'
}

# This machine's pg_dump can read the server: it refuses servers that are newer than itself.
pg_dump_reads() {
    local version
    version=$(pg_dump --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
    [ "$version" -ge "$(cluster_version)" ]
}

# pg_dump as the superuser, without what differs from run to run: cluster_pg_dump DATABASE [PG_DUMP-OPTION...]
cluster_pg_dump() {
    PGPASSWORD=$CLUSTER_PASSWORD pg_dump -h "$CLUSTER_SOCKET" -p "$CLUSTER_PORT" -U postgres "${@:2}" "$1" |
        grep -v -e '^\\restrict ' -e '^\\unrestrict '
}

# The schema of a database as text: cluster_dump DATABASE [-n SCHEMA | --exclude-schema=SCHEMA]
# By pg_dump or, where that cannot read the server, by catalogs.sql: comparable only with another of the same cluster.
cluster_dump() {
    local database=$1 only='' but=''
    shift
    if pg_dump_reads; then
        cluster_pg_dump "$database" --schema-only "$@"
        return
    fi
    case ${1:-} in
        -n) only=$2 ;;
        --exclude-schema=*) but=${1#*=} ;;
    esac
    cluster_psql -At -d "$database" -v only="$only" -v but="$but" -f "$cluster_lib/catalogs.sql"
}

# The rows of a database and where its sequences are, as text, in the same way: cluster_rows DATABASE
cluster_rows() {
    if pg_dump_reads; then
        cluster_pg_dump "$1" --data-only
        return
    fi
    cluster_sql "$1" "
        SELECT oid::regclass, query_to_xml(format(CASE relkind WHEN 'S' THEN 'SELECT last_value, is_called FROM %s' ELSE 'SELECT * FROM %s' END,
            oid::regclass), true, true, '')
        FROM pg_class WHERE relkind IN ('r', 'S') AND relnamespace::regnamespace::text !~ '^(pg_|information_schema)' ORDER BY oid::regclass::text"
}

# Turn TLS on. CLUSTER_DIR/tls/ca.crt signed the server's certificate (localhost, postgres.test, 127.0.0.1, ::1);
# other-ca.crt did not. client.crt and client.key are for the role "app".
cluster_tls_on() {
    local tls=$CLUSTER_DIR/tls names=DNS:localhost,DNS:postgres.test,IP:127.0.0.1,IP:::1
    mkdir "$tls"
    (
        cd "$tls" || exit
        tls_authority ca
        tls_authority other-ca
        tls_certificate server localhost "$names"
        tls_certificate client app DNS:app
    ) >"$CLUSTER_DIR/tls.log" 2>&1
    chmod 644 "$tls"/*.crt
    chmod 600 "$tls"/*.key
    if [ "$(id -u)" -eq 0 ]; then
        chown "${CLUSTER_OS_USER:-postgres}" "$tls/server.key"
        chmod 755 "$tls"
    fi
    cluster_set ssl=on "ssl_cert_file=$tls/server.crt" "ssl_key_file=$tls/server.key" "ssl_ca_file=$tls/ca.crt"
    cluster_reload
}

tls_authority() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=entrypoint test $1" \
        -keyout "$1.key" -out "$1.crt"
}

# tls_certificate FILE COMMON-NAME NAMES
tls_certificate() {
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$2" -keyout "$1.key" -out "$1.csr"
    openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -out "$1.crt" \
        -extfile <(echo "subjectAltName=$3")
}

# The guard waits for its owner's end and then does what cluster_destroy does. Its own session keeps it out of Ctrl-C's
# reach. Whatever else must die with the cluster writes its process id to CLUSTER_DIR/*.pid.
guard_start() {
    # shellcheck disable=SC2016
    setsid bash -c '
        source "$3"
        until process_is_gone "$1"; do sleep 0.5; done
        CLUSTER_DIR=$2
        cluster_remove
    ' guard "$$" "$CLUSTER_DIR" "${BASH_SOURCE[0]}" </dev/null >/dev/null 2>&1 3>&- 4>&- &
    CLUSTER_GUARD=$!
    disown # so that a plain `wait` does not wait for it
    export CLUSTER_GUARD
}

cluster_destroy() {
    [ -n "${CLUSTER_DIR:-}" ] || return 0
    cluster_remove
    kill -- "-$CLUSTER_GUARD" 2>/dev/null || true
}

cluster_remove() {
    local file
    for file in "$CLUSTER_DIR"/*.pid; do
        [ ! -s "$file" ] || kill -9 "$(cat "$file")" 2>/dev/null
    done
    if cluster_is_running; then
        cluster_resume
        cluster_stop immediate || kill -9 "$(head -n 1 "$CLUSTER_DIR/data/postmaster.pid")" 2>/dev/null
    fi
    rm -rf "$CLUSTER_DIR"
}
