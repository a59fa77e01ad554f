#!/usr/bin/env bats
# src/sql cuts SQL where psql and the server do: its statements against psql's own scanner and the server's parser, its
# tokens against the server's lexer, over all SQL files of PostgreSQL's source. The figures are in the output.
#
# What is left out, and why, is said where it is left out: mutate() of cuts.c, compare_tokens() of compare_server.c.

# shellcheck disable=SC2030,SC2031 # a test is a subshell

setup_file() {
    cd "$BATS_TEST_DIRNAME/../.." || return
    tests/oracle/build.sh
}

setup() {
    cd "$BATS_TEST_DIRNAME/../.." || return
    cuts=build/oracle/cuts
    sql=build/oracle/sql
}

# The number after WORDS in the last line: figure WORDS
figure() {
    # shellcheck disable=SC2154 # run sets it
    sed -n '$s/.*'"$1"' \([0-9]*\).*/\1/p' <<<"$output"
}

no_disagreement() {
    echo "$output" | tail -n 20
    echo "# $(tail -n 1 <<<"$output")" >&3
    # shellcheck disable=SC2154 # run sets it
    [ "$status" = 0 ]
}

over_all_files() { # over_all_files [OPTION]...
    mapfile -t files < <(find "$sql" -name '*.sql' | sort)
    run "$cuts" "$@" "${files[@]}"
    no_disagreement
}

# Those that the parser refuses are meant to be refused, or hold psql's variables.
@test "the regression suites of PostgreSQL" {
    over_all_files
    [ "$(figure texts)" -ge 500 ]
    [ "$(figure stops)" -ge 57000 ]
    [ "$(figure statements)" -ge 54000 ]
    [ "$(($(figure accepted) * 100 / $(figure statements)))" -ge 99 ]
    [ "$(figure tokens)" -ge 750000 ]
}

# The same lines, where those that COPY would read are SQL. A COPY that is refused reads none, so that statements follow it.
@test "the regression suites, with the data of COPY as SQL" {
    over_all_files --data-as-sql
    [ "$(figure stops)" -ge 58000 ]
}

@test "pieces of the regression suites, thrown together with quotes, comments and operators" {
    over_all_files --mutate 200000
    [ "$(figure stops)" -ge 300000 ]
}

@test "this project's own migrations" {
    mapfile -t files < <(find migrations tests/fixtures -name '*.sql' | sort)
    [ ${#files[@]} -gt 0 ]
    run "$cuts" "${files[@]}"
    no_disagreement
}

# Where psql is not with the server, we are: psql_is_wrong SQL
psql_is_wrong() {
    printf '%s\n' "$1" >"$BATS_TEST_TMPDIR/sql"
    run "$cuts" "$BATS_TEST_TMPDIR/sql"
    echo "$output"
    [ "$(figure 'accepted 2 runs 1 disagreements')" = 0 ]
    [ "$(figure 'tokens [0-9]* disagreements')" = 0 ]
    [ "$(figure 'psql: stops [0-9]* disagreements')" = 1 ]
}

# It counts BEGIN, CASE and END to find where a body ends.
@test "psql takes a column named end for the end of a body" {
    psql_is_wrong 'create function f() returns int begin atomic select 1 as end; select 2; end; select 3;'
    psql_is_wrong 'create function f() returns int begin atomic select 1 end; select 2; end; select 3;'
    psql_is_wrong 'create function f() returns int begin atomic select t.end from t; select 2; end; select 3;'
}

@test "psql takes a column named case or begin for the beginning of one" {
    psql_is_wrong 'create function f() returns int begin atomic select 1 as case; end; select 3;'
    psql_is_wrong 'create function f() returns int begin atomic select begin from t; end; select 3;'
}

@test "psql takes a function or a type named begin for the beginning of a body" {
    psql_is_wrong "create function begin() returns int language sql as 'select 1'; select 3;"
    psql_is_wrong "create function f() returns begin language sql as 'select 1'; select 3;"
}

# It takes the colon of a slice, with the word after it, for one of its variables, even if there is none of that name.
@test "psql cuts the prefix from a string after a colon, and the tail from a name" {
    psql_is_wrong "select a[1:e'\\';']; select 3;"
    psql_is_wrong "select a[1:b\$x\$]; select 3;"
}
