#!/bin/sh
# install.sh BINARY PREFIX: put the program, its manual page and its completions below PREFIX.
set -eu
install -D -m 755 "$1" "$2/bin/entrypoint"
install -D -m 644 entrypoint/entrypoint.1 "$2/share/man/man1/entrypoint.1"
install -D -m 644 entrypoint/completions/entrypoint.bash "$2/share/bash-completion/completions/entrypoint"
install -D -m 644 entrypoint/completions/entrypoint.zsh "$2/share/zsh/site-functions/_entrypoint"
install -D -m 644 entrypoint/completions/entrypoint.fish "$2/share/fish/vendor_completions.d/entrypoint.fish"
