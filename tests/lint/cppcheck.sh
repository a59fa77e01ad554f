#!/bin/bash
# cppcheck.sh: cppcheck finds nothing.
set -euo pipefail
# getpwuid() is not re-entrant, and this program has one thread.
mkdir -p build/lint/cppcheck
cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
    --cppcheck-build-dir=build/lint/cppcheck -j "$(nproc)" --template='{file}:{line}: {severity}: {message} [{id}]' \
    --suppress=missingIncludeSystem --suppress=getpwuidCalled --library=posix --library=tests/lint/cppcheck.cfg -Isrc -I. -D_POSIX_C_SOURCE=200809L -DEP_VERSION='""' src entrypoint 2>&1
