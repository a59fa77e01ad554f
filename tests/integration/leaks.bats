#!/usr/bin/env bats
# LeakSanitizer looks at every run of the build with sanitizers: where it would not, the other tests would prove nothing.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

@test "a leak is found at the program's end, and before it becomes the server" {
    [[ $ENTRYPOINT_BINARY == */san/* ]] || skip "only the build with sanitizers looks for leaks"
    folder_add "$folder" 0000_a 'CREATE TABLE a ();'
    migrate EXEC_LEAKS_PLANT=1
    assert_status 1
    assert_has "$stderr" 'LeakSanitizer: detected memory leaks'
    given=(EXEC_LEAKS_PLANT=1)
    serve_traced
    assert_status 1
    assert_has "$stderr" 'LeakSanitizer: detected memory leaks'
    refute_server_started
    given=()
    serve_traced
    assert_status 0
}
