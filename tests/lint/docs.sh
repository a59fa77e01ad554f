#!/bin/bash
# docs.sh: what the program says about itself is what the manual page, the examples and README.md say.
set -euo pipefail
env -u MAKEFLAGS -u MAKELEVEL make -s build/dev/entrypoint >&2
mk/docs.sh --check build/dev/entrypoint
