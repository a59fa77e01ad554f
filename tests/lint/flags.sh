# flags.sh - sourced: the compiler's flags of the developer build, in the array flags.
# shellcheck shell=bash
mapfile -t flags < <(env -u MAKEFLAGS -u MAKELEVEL make -s flags)
if [ ${#flags[@]} -eq 0 ]; then
    echo "make flags: says nothing" >&2
    exit 1
fi
