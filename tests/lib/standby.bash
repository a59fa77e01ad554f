# shellcheck shell=bash
# standby.bash - a hot standby of the cluster of cluster.bash, which must have been made with
# `cluster_create wal_level=replica max_wal_senders=4 hot_standby=on`.

# A copy of the cluster that follows it, on port STANDBY_PORT. It is copied at rest: not every server here comes with a
# pg_basebackup.
standby_start() {
    STANDBY_PORT=$(free_port)
    export STANDBY_PORT
    cluster_hba 'local replication postgres trust'
    cluster_stop
    as_server_user cp -a "$CLUSTER_DIR/data" "$CLUSTER_DIR/standby"
    as_server_user touch "$CLUSTER_DIR/standby/standby.signal"
    echo "primary_conninfo = 'host=$CLUSTER_SOCKET port=$CLUSTER_PORT user=postgres'" >>"$CLUSTER_DIR/standby/postgresql.conf"
    cluster_start_server
    as_server_user "$(cluster_bin)/pg_ctl" -D "$CLUSTER_DIR/standby" -o "-c port=$STANDBY_PORT" -l "$CLUSTER_DIR/standby.log" -w -t 60 \
        start </dev/null >"$CLUSTER_DIR/pg_ctl.log" 2>&1
    head -n 1 "$CLUSTER_DIR/standby/postmaster.pid" >"$CLUSTER_DIR/standby.pid"
}

# The standby has all that the primary has; its address becomes DATABASE_URL.
standby_follows() {
    # shellcheck disable=SC2034 # the tests use it
    DATABASE_URL="postgresql://app:$APP_PASSWORD@127.0.0.1:$STANDBY_PORT/$DATABASE"
    # the tests' server writes what was committed a little later, unless told otherwise
    cluster_sql postgres 'SET synchronous_commit = on; SELECT txid_current()' >/dev/null
    poll 60 standby_has "$(cluster_sql postgres 'SELECT pg_current_wal_lsn()')"
}

standby_has() {
    [ "$(standby_sql "SELECT pg_last_wal_replay_lsn() >= '$1'")" = t ]
}

standby_sql() {
    PGPASSWORD=$CLUSTER_PASSWORD psql -X -At -h 127.0.0.1 -p "$STANDBY_PORT" -U postgres -d postgres -c "$1"
}

# The standby becomes a primary; the old one must be stopped already.
standby_promote() {
    as_server_user "$(cluster_bin)/pg_ctl" -D "$CLUSTER_DIR/standby" -w -t 60 promote >"$CLUSTER_DIR/pg_ctl.log" 2>&1
}
