# shellcheck shell=bash
# pgbouncer.bash - a PgBouncer in front of the cluster of cluster.bash, which must be loaded too.
#
#     pgbouncer_start transaction          # or session; more lines for its [pgbouncer] section may follow
#     DATABASE_URL=$(pgbouncer_url "$DATABASE")
#     pgbouncer_stop
#
# It runs as the server's user and dies with the cluster at the latest. Only the role "app" and the superuser can log in.

# pgbouncer_start MODE [SETTING=VALUE...]; with PGBOUNCER_SAME_PORT=1 on the port of the one before
pgbouncer_start() {
    local folder=$CLUSTER_DIR/pgbouncer mode=$1
    shift
    [ -n "${PGBOUNCER_SAME_PORT:-}" ] || PGBOUNCER_PORT=$(free_port)
    export PGBOUNCER_PORT
    rm -rf "$folder"
    mkdir "$folder"
    cat >"$folder/pgbouncer.ini" <<INI
[databases]
* = host=127.0.0.1 port=$CLUSTER_PORT

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $PGBOUNCER_PORT
unix_socket_dir =
auth_type = scram-sha-256
auth_file = $folder/users
logfile = $folder/log
pidfile = $CLUSTER_DIR/pgbouncer.pid
pool_mode = $mode
default_pool_size = 5
$(printf '%s\n' "$@")
INI
    printf '"%s" "%s"\n' app "$APP_PASSWORD" postgres "$CLUSTER_PASSWORD" >"$folder/users"
    if [ "$(id -u)" -eq 0 ]; then
        chown -R "${CLUSTER_OS_USER:-postgres}" "$folder"
    fi
    as_server_user pgbouncer -q -d "$folder/pgbouncer.ini" </dev/null >"$CLUSTER_DIR/pgbouncer.start" 2>&1 || {
        cat "$CLUSTER_DIR/pgbouncer.start" >&2
        return 1
    }
    poll 20 pgbouncer_answers
}

pgbouncer_answers() {
    PGPASSWORD=$CLUSTER_PASSWORD psql -X -q -h 127.0.0.1 -p "$PGBOUNCER_PORT" -U postgres -d postgres -c '' 2>/dev/null
}

# pgbouncer_url [DATABASE]: as "app"
pgbouncer_url() {
    echo "postgresql://app:$APP_PASSWORD@127.0.0.1:$PGBOUNCER_PORT/${1:-postgres}"
}

pgbouncer_stop() {
    local pid
    pid=$(cat "$CLUSTER_DIR/pgbouncer.pid" 2>/dev/null) || return 0
    kill "$pid"
    poll 20 process_is_gone "$pid"
    rm -f "$CLUSTER_DIR/pgbouncer.pid"
}
