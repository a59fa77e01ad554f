#!/bin/bash
# cppcheck.sh: cppcheck finds nothing.
set -euo pipefail
# Not reported: getpwuid(), which only the main thread calls; readdir(), which is safe on a stream of one's own; and the
# index into what one local variable stands for (an array of one).
mkdir -p build/lint/cppcheck
cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
    --cppcheck-build-dir=build/lint/cppcheck -j "$(nproc)" --template='{file}:{line}: {severity}: {message} [{id}]' \
    --suppress=missingIncludeSystem --suppress=getpwuidCalled --suppress=readdirCalled --suppress=objectIndex --library=posix --library=tests/lint/cppcheck.cfg -Isrc -I. -D_POSIX_C_SOURCE=200809L -DEP_VERSION='""' src entrypoint 2>&1
