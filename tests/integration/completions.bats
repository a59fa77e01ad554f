#!/usr/bin/env bats
# What bash, zsh and fish complete, with the files that `make install` installs.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

setup_file() {
    [ -x "$ENTRYPOINT_BINARY" ] || fail "there is no $ENTRYPOINT_BINARY: run make, or set ENTRYPOINT_BINARY"
}

teardown_file() {
    :
}

setup() {
    "$ENTRYPOINT_BINARY" help --bash >"$BATS_TEST_TMPDIR/entrypoint.bash"
    "$ENTRYPOINT_BINARY" help --zsh >"$BATS_TEST_TMPDIR/_entrypoint"
    "$ENTRYPOINT_BINARY" help --fish >"$BATS_TEST_TMPDIR/entrypoint.fish"
}

teardown() {
    :
}

# What bash offers at the end of these words, in one line: in_bash WORD...
in_bash() {
    # shellcheck disable=SC2016
    (cd "$BATS_TEST_TMPDIR" && bash --norc --noprofile -c '
        source entrypoint.bash
        COMP_WORDS=(entrypoint "$@")
        COMP_CWORD=$#
        PATH=$PWD/bin # no commands of this machine among the answers
        _entrypoint
        printf "%s\n" "${COMPREPLY[@]}"
    ' bash "$@") | sort -u | paste -sd ' '
}

@test "bash: commands, their flags, choices, files" {
    assert_equal "$(in_bash mig)" migrate
    assert_equal "$(in_bash stat | tr ' ' '\n' | grep -x status)" status
    assert_equal "$(in_bash status --j)" --json
    assert_equal "$(in_bash wait --j)" ''
    assert_equal "$(in_bash --log-f)" --log-format
    assert_equal "$(in_bash migrate --log-format j)" json
    assert_equal "$(in_bash migrate --log-format = j)" json
    assert_equal "$(in_bash --log-level '' | wc -w)" 4
    touch "$BATS_TEST_TMPDIR/my.ini"
    assert_equal "$(in_bash --config my)" my.ini
    assert_equal "$(in_bash help ver)" 'verify version'
}

@test "bash: options and their values are not taken for the command" {
    assert_equal "$(in_bash --log-format json --timeout 5s mig)" migrate
    assert_equal "$(in_bash -t 5s status --exit)" --exit-code
    assert_equal "$(in_bash --dirs = migrate stat | tr ' ' '\n' | grep -x status)" status
}

@test "bash: the server's words are not ours" {
    assert_equal "$(in_bash node --log-f)" ''
    assert_equal "$(in_bash -- --log-f)" ''
    assert_equal "$(in_bash run node --log-f)" ''
    mkdir "$BATS_TEST_TMPDIR/bin"
    install /dev/null "$BATS_TEST_TMPDIR/bin/my-server"
    assert_equal "$(in_bash run my)" my-server
    assert_equal "$(in_bash my)" my-server
}

@test "bash: the file is whole, and shellcheck has nothing to say" {
    command -v shellcheck >/dev/null || skip "there is no shellcheck"
    shellcheck -s bash "$BATS_TEST_TMPDIR/entrypoint.bash"
}

in_fish() {
    (cd "$BATS_TEST_TMPDIR" && HOME=$BATS_TEST_TMPDIR fish --no-config -c "source entrypoint.fish; complete -C '$1'" | cut -f 1 | sort -u | paste -sd ' ')
}

@test "fish: commands, their flags, choices" {
    command -v fish >/dev/null || skip "there is no fish"
    assert_equal "$(in_fish 'entrypoint mig')" migrate
    assert_equal "$(in_fish 'entrypoint status --js')" --json
    assert_equal "$(in_fish 'entrypoint wait --js')" ''
    assert_equal "$(in_fish 'entrypoint --log-format j')" json
}

@test "zsh: the file is whole, and compinit takes it for entrypoint's" {
    command -v zsh >/dev/null || skip "there is no zsh"
    zsh -f -n "$BATS_TEST_TMPDIR/_entrypoint"
    # shellcheck disable=SC2016
    run zsh -f -c 'fpath=("$1" $fpath); autoload -U compinit && compinit -u -D && print -r -- $_comps[entrypoint]' zsh "$BATS_TEST_TMPDIR"
    assert_equal "$output" _entrypoint
    assert_has "$(cat "$BATS_TEST_TMPDIR/_entrypoint")" "'--log-format=[how log lines are written]:FORMAT:(auto text json"
}
