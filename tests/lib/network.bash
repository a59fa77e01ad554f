# shellcheck shell=bash
# network.bash - a network of one's own for a test: only a loopback, a name server that says what the test wants, and the
# cluster's socket offered on whatever address is needed.
#
#     network_create                      # or skips the test, with the reason
#     network_names 'db.test A 127.0.0.1' # see nameserver.js; at any time
#     network_offer 127.0.0.1 5432        # there the cluster answers
#     launcher=("${network[@]}")          # run_entrypoint runs inside
#     network_destroy                     # in teardown()

network_pids=()

# Start in the background what must end with the network.
network_start() {
    "$@" </dev/null >>"$BATS_TEST_TMPDIR/network.log" 2>&1 3>&- 4>&- &
    network_pids+=($!)
}

network_create() {
    unshare --net --mount true 2>/dev/null || skip "no network namespaces here (they need root)"
    command -v node >/dev/null || skip "no node for the name server"
    network_start unshare --net --mount sleep 600
    local holder=$!
    network=(nsenter --target "$holder" --net --mount --)
    poll 10 network_is_separate "$holder"
    printf 'nameserver 127.0.0.1\n' >"$BATS_TEST_TMPDIR/resolv.conf"
    printf 'hosts: files dns\n' >"$BATS_TEST_TMPDIR/nsswitch.conf"
    printf '127.0.0.1 localhost\n' >"$BATS_TEST_TMPDIR/hosts"
    local file
    for file in resolv.conf nsswitch.conf hosts; do
        "${network[@]}" mount --bind "$BATS_TEST_TMPDIR/$file" "/etc/$file"
    done
    "${network[@]}" ip link set lo up
    network_names ''
    network_start "${network[@]}" node "${BASH_SOURCE[0]%/*}/nameserver.js" "$BATS_TEST_TMPDIR/names"
    poll 20 grep -q '^listening' "$BATS_TEST_TMPDIR/network.log"
}

# unshare(1) has done its work and become sleep(1).
network_is_separate() {
    [ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ] && [ "$(cat "/proc/$1/comm")" = sleep ]
}

# What the name server knows from now on: network_names [LINE...]
network_names() {
    printf '%s\n' "$@" >"$BATS_TEST_TMPDIR/names.new"
    mv "$BATS_TEST_TMPDIR/names.new" "$BATS_TEST_TMPDIR/names"
}

# The cluster answers on ADDRESS, port PORT of the network: network_offer ADDRESS PORT
network_offer() {
    local listen=TCP4-LISTEN
    [[ $1 != *:* ]] || listen=TCP6-LISTEN
    network_start "${network[@]}" socat "$listen:$2,bind=$([[ $1 != *:* ]] && echo "$1" || echo "[$1]"),fork,reuseaddr" \
        "UNIX-CONNECT:$CLUSTER_SOCKET/.s.PGSQL.$CLUSTER_PORT"
    poll 10 network_listens "$2"
}

network_listens() {
    "${network[@]}" cat /proc/net/tcp /proc/net/tcp6 | grep -Eq "$(printf ':%04X [0-9A-F]+:0000 0A ' "$1")"
}

# 10.9.0.9 and fd09::9 swallow what is sent to them: there is a link, and an entry for a neighbour who is not there.
network_swallow() {
    "${network[@]}" sh -c 'ip link add here type veth peer name there && ip link set here up && ip link set there up &&
        ip address add 10.9.0.1/24 dev here && ip address add fd09::1/64 dev here nodad &&
        ip neighbour add 10.9.0.9 lladdr 02:00:00:00:00:09 dev here nud permanent &&
        ip neighbour add fd09::9 lladdr 02:00:00:00:00:09 dev here nud permanent' 2>>"$BATS_TEST_TMPDIR/network.log" ||
        skip "no veth links here"
}

network_destroy() {
    [ ${#network_pids[@]} -eq 0 ] || kill -9 "${network_pids[@]}" 2>/dev/null || true
    network_pids=()
}
