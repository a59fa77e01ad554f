#!/usr/bin/env bats
# [database] env_file and [database] required: where the connection string is, and what if there is none.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

setup() {
    fresh_database
    cd "$BATS_TEST_TMPDIR" || return
    folder=drizzle
    folder_new "$folder"
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
}

@test "C8: DATABASE_URL may stand in a .env file, and paths are relative to the working directory" {
    printf '# local\nexport DATABASE_URL="%s" # the password is not shown\n' "$DATABASE_URL" >.env
    run_entrypoint -- --env-file .env run -- sh -c 'echo "${DATABASE_URL:+the server has it too}"'
    assert_status 0
    assert_table "$DATABASE" a
    assert_has "$stderr" 'variables added from .env: 1'
    assert_has "$stderr" '(from DATABASE_URL in .env)'
    assert_equal "$stdout" 'the server has it too'
}

@test "the environment goes before the file, and entrypoint.ini may name it" {
    printf '[database]\nenv_file = .env\n' >entrypoint.ini
    printf 'DATABASE_URL=postgresql://nobody@127.0.0.1:1/none\nENTRYPOINT_LOG_LEVEL=debug\nKEPT=file\nADDED=file\n' >.env
    run_entrypoint DATABASE_URL="$DATABASE_URL" KEPT=given -- run -- sh -c 'echo "$KEPT $ADDED"'
    assert_status 0
    assert_equal "$stdout" 'given file'
    assert_has "$stderr" '(from DATABASE_URL)'
    run_entrypoint DATABASE_URL="$DATABASE_URL" -- config
    assert_matches "$stdout" '^log.level +debug +ENTRYPOINT_LOG_LEVEL in .env$'
}

@test "PG* variables in the file reach libpq" {
    printf 'PGHOST=127.0.0.1\nPGPORT=%s\nPGUSER=app\nPGPASSWORD=%s\nPGDATABASE=%s\n' "$CLUSTER_PORT" "$APP_PASSWORD" "$DATABASE" >.env
    run_entrypoint -- migrate --env-file .env
    assert_status 0
    assert_table "$DATABASE" a
}

@test "a file that is not there is told, and is no error" {
    run_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_DATABASE_ENV_FILE=.env -- migrate
    assert_status 0
    assert_has "$stderr" 'no variables added: .env does not exist'
}

@test "a file that cannot be used is a configuration error" {
    mkdir folder
    printf 'A\0=\0001\0' >utf16
    for name in folder utf16; do
        run_entrypoint DATABASE_URL="$DATABASE_URL" -- migrate --env-file "$name"
        assert_status 78
        assert_has "$stderr" 'env_file'
    done
    refute_table "$DATABASE" a
}

# read_by_entrypoint FILE INTO, read_by_node FILE INTO: what the file adds to the environment, sorted
read_by_entrypoint() {
    env -i PATH="$PATH" ENTRYPOINT_DATABASE_REQUIRED=no ENTRYPOINT_DATABASE_ENV_FILE="$1" ${ASAN_OPTIONS:+ASAN_OPTIONS="$ASAN_OPTIONS"} \
        "$ENTRYPOINT_BINARY" run -- cat /proc/self/environ 2>>"$OUTPUT_LOG" | grep -zv -e ^PATH= -e ^ENTRYPOINT_DATABASE_ -e ^ASAN_OPTIONS= | LC_ALL=C sort -z >"$2"
}

read_by_node() {
    # shellcheck disable=SC2016
    env -i PATH="$PATH" node --env-file="$1" -e '
        delete process.env.PATH
        process.stdout.write(Object.entries(process.env).map(([name, value]) => `${name}=${value}\0`).join(""))
    ' | LC_ALL=C sort -z >"$2"
}

node_reads_env_files() {
    node -e 'process.exit(require("util").parseEnv ? 0 : 1)' || skip "this Node, $(node --version), has no util.parseEnv"
}

@test "a file of every form reads as Node's --env-file reads it" {
    node_reads_env_files
    cat >.env <<'END'
# comment
PLAIN=value
SPACES =  in  between   
COMMENT=value # comment
HASH="a # b" # comment
SINGLE='single "quoted" \n'
BACKTICK=`it's "both"`
LINES="one
two"
ESCAPED="one\ntwo"
EMPTY=
EMPTY_QUOTED=""
URL=postgresql://user:pa%20ss@host:5432/db?sslmode=require&application_name=x
export EXPORTED=yes
TWICE=1
TWICE=2
BEHIND="quoted" behind
JSON={"a": "b", "c": [1]}
DOLLAR=$PLAIN ${PLAIN}
UNICODE=žluťoučký
lower.case-name=1
LAST=no newline
END
    truncate -s -1 .env
    read_by_node .env node
    read_by_entrypoint .env ours
    cmp node ours
    [ "$(tr -cd '\0' <ours | wc -c)" -eq 19 ]
    sed 's/$/\r/' .env >crlf.env
    read_by_node crlf.env node
    read_by_entrypoint crlf.env ours
    cmp node ours
}

@test "random files read as Node reads them" {
    node_reads_env_files
    mkdir random
    count=$(node "$BATS_TEST_DIRNAME/../lib/dotenv.js" random "$RANDOM")
    [ "$count" -ge 100 ]
    for ((i = 0; i < count; i++)); do
        read_by_entrypoint "random/$i" ours
        LC_ALL=C sort -z "random/$i.expected" | cmp - ours || fail "$(od -c "random/$i")"
    done
}

@test "required = no: without a connection string a line says so, and the server is started" {
    run_entrypoint ENTRYPOINT_DATABASE_REQUIRED=no -- sh -c 'echo served'
    assert_status 0
    assert_equal "$stdout" served
    assert_has "$stderr" 'no connection string, and none is required'
    run_entrypoint ENTRYPOINT_DATABASE_REQUIRED=no DATABASE_URL= -- migrate
    assert_status 0
}

@test "required = no: with a connection string everything is as ever" {
    run_entrypoint ENTRYPOINT_DATABASE_REQUIRED=no DATABASE_URL="$DATABASE_URL" -- migrate
    assert_status 0
    assert_table "$DATABASE" a
    run_entrypoint ENTRYPOINT_DATABASE_REQUIRED=no DATABASE_URL=nonsense -- "${trace[@]}" "$BATS_TEST_TMPDIR/server-was-started"
    assert_status 78
    run_entrypoint -- "${trace[@]}" "$BATS_TEST_TMPDIR/server-was-started"
    assert_status 78
    refute_server_started
}
