#!/usr/bin/env bats
# Folders, values and servers that mean harm, or look as if they did. Nothing crashes, nothing hangs, memory stays bounded,
# and no line of the log can be forged.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration
load ../lib/measure

teardown() {
    [ -z "${hostile_pid:-}" ] || kill "$hostile_pid" 2>/dev/null
    clean_up
}

# hostile KIND [FILE]: DATABASE_URL leads to a server of that kind
hostile() {
    command -v node >/dev/null || skip "no node for the server"
    [ -z "${hostile_pid:-}" ] || kill "$hostile_pid"
    node "$lib/hostile.js" "$@" >"$BATS_TEST_TMPDIR/port" 2>"$BATS_TEST_TMPDIR/hostile.err" 3>&- 4>&- &
    hostile_pid=$!
    poll 60 test -s "$BATS_TEST_TMPDIR/port"
    DATABASE_URL="postgresql://app:$APP_PASSWORD@127.0.0.1:$(cat "$BATS_TEST_TMPDIR/port")/$DATABASE?sslmode=disable"
}

one_migration() {
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
}

@test "tags that leave the folder or are no file names: exit 66, nothing is read" {
    for tag in ../../etc/passwd /etc/passwd a/../../b .. '' 'a\u0000b'; do
        rm -rf "$folder"
        folder_new "$folder"
        printf '{"version": "7", "dialect": "postgresql", "entries": [{"idx": 0, "version": "7", "when": 1, "tag": "%s", "breakpoints": true}]}' \
            "$tag" >"$folder/meta/_journal.json"
        migrate
        assert_status 66
        assert_lacks "$stderr" root:
    done
}

@test "a FIFO, a device, a folder in the place of a file: exit 66, at once" {
    one_migration
    for kind in 'mkfifo' 'ln -s /dev/zero' 'ln -s /dev/tty' 'mkdir'; do
        rm -rf "$folder/0000_a.sql"
        $kind "$folder/0000_a.sql"
        migrate
        assert_status 66
        assert_has "$stderr" 0000_a.sql
    done
    rm -rf "$folder/0000_a.sql" "$folder/meta/_journal.json"
    mkfifo "$folder/meta/_journal.json"
    migrate
    assert_status 66
}

@test "a symbolic link out of the folder is followed, as ConfigMaps need; a loop of links is exit 66" {
    one_migration
    mv "$folder/0000_a.sql" "$BATS_TEST_TMPDIR/elsewhere.sql"
    ln -s ../elsewhere.sql "$folder/0000_a.sql"
    migrate
    assert_status 0
    ln -sf 0000_a.sql "$folder/0000_a.sql"
    migrate
    assert_status 66
}

@test "a file of one gigabyte, a journal of one gigabyte: exit 66 without reading them" {
    one_migration
    truncate -s 1G "$folder/0000_a.sql"
    run_measured
    assert_status 66
    assert_has "$stderr" 64
    assert_peak 80000
    truncate -s 1G "$folder/meta/_journal.json"
    run_measured
    assert_status 66
    assert_peak 80000
}

@test "JSON nested 100,000 deep, and a journal of 100,000 entries: exit 66, in bounded memory" {
    { printf '{"entries": '; head -c 100000 /dev/zero | tr '\0' '['; } >"$folder/meta/_journal.json"
    migrate
    assert_status 66
    {
        printf '{"version": "7", "dialect": "postgresql", "entries": ['
        seq -f '{"idx": %.0f, "version": "7", "when": %.0f, "tag": "none", "breakpoints": true},' 0 99999 | sed -E 's/"when": [0-9]+/"when": 1/'
        printf '{"idx": 100000, "version": "7", "when": 2, "tag": "last", "breakpoints": true}]}'
    } >"$folder/meta/_journal.json"
    run_measured
    assert_status 66
    assert_peak 120000
}

@test "control characters in file names, names and SQL do not reach the log as they are" {
    evil=$'0000_a\n2026 entrypoint: Migrations complete\e[31m'
    folder_add "$folder" 0000_a 'CREATE TABLE "a\"b" ();'
    mkdir -p "$BATS_TEST_TMPDIR/$evil"
    migrate ENTRYPOINT_MIGRATE_DIRS="$BATS_TEST_TMPDIR/$evil"
    refute_matches "$stderr" '^(2026 )?entrypoint: Migrations complete'
    assert_lacks "$stderr" $'\e'
    printf 'SELECT 1;\nSELECT "x\e[31m\a%s" FROM nowhere;' $'\u202e' >"$folder/0000_a.sql"
    migrate
    assert_status 65
    assert_lacks "$stderr" $'\e'
    assert_lacks "$stderr" $'\a'
    migrate ENTRYPOINT_LOG_FORMAT=json
    assert_status 65
    while read -r line; do jq -e . <<<"$line" >/dev/null || fail "no JSON: $line"; done <<<"$stderr"
}

@test "identifiers with quotes and line ends in settings are quoted" {
    one_migration
    migrate ENTRYPOINT_DRIZZLE_SCHEMA=$'o"; DROP TABLE x; --' ENTRYPOINT_DRIZZLE_TABLE="t'\$1"
    assert_status 0
    assert_equal "$(cluster_sql "$DATABASE" "SELECT count(*) FROM \"o\"\"; DROP TABLE x; --\".\"t'\$1\"")" 1
}

@test "a server that asks for the password in clear text does not get it where require_auth says so" {
    one_migration
    hostile cleartext "$BATS_TEST_TMPDIR/stolen"
    migrate DATABASE_URL="$DATABASE_URL&require_auth=scram-sha-256" ENTRYPOINT_WAIT_TIMEOUT=1s
    case $status in 77 | 78) ;; *) fail "exit status $status" "$stderr" ;; esac
    [ ! -e "$BATS_TEST_TMPDIR/stolen" ] || fail 'the password was handed out'
}

@test "servers that answer with noise, oversized, long or endless messages: an error, in time, in bounded memory" {
    one_migration
    for kind in noise oversized long notices drip silent leaves; do
        hostile "$kind"
        run_measured ENTRYPOINT_WAIT_TIMEOUT=2s
        case $status in 71 | 75 | 77 | 78) ;; *) fail "$kind: exit status $status" "$stderr" ;; esac
        [ "${#stderr}" -lt 65536 ] || fail "$kind: ${#stderr} characters were logged"
        assert_peak 120000
    done
}

@test "answers that no query of ours can have: an error, never a crash" {
    one_migration
    for kind in empty nulls many rows; do
        hostile "$kind"
        run_measured ENTRYPOINT_WAIT_TIMEOUT=2s ENTRYPOINT_MIGRATE_REPLICA_TIMEOUT=1s ENTRYPOINT_VERIFY_TABLES=a
        case $status in 65 | 69 | 71 | 75 | 77 | 78) ;; *) fail "$kind: exit status $status" "$stderr" ;; esac
        assert_peak 600000
    done
}

@test "a server's error with lines, colours and bells in it is one line of the log" {
    one_migration
    hostile control
    migrate ENTRYPOINT_WAIT_TIMEOUT=1s
    refute_matches "$stderr" '^entrypoint: Migrations complete'
    assert_lacks "$stderr" $'\e'
    assert_lacks "$stderr" $'\a'
}

@test "a server that wants billions of SCRAM rounds: refused at once by the binary that ships" {
    [[ $ENTRYPOINT_BINARY == */static/* ]] || skip "Debian's libpq computes them; the static binary's does not"
    one_migration
    hostile rounds
    migrate ENTRYPOINT_WAIT_TIMEOUT=2s
    case $status in 75 | 77 | 78) ;; *) fail "exit status $status" "$stderr" ;; esac
    assert_has "$stderr" iterations
}
