#!/bin/sh
# A dump before every migration: [hooks] before_migrate = /hooks/before-migrate.sh
#
# Fails, and with it the migration, unless the dump is whole. BACKUP_DIR is where dumps go, BACKUP_KEEP how many stay.
set -eu
folder=${BACKUP_DIR:-/backup}
first=${ENTRYPOINT_PENDING_TAGS%% *}
dump=$folder/$(date -u +%Y%m%dT%H%M%SZ)-before-$(basename "${first:-migration}").dump

# PGHOST, PGDATABASE, PGPASSWORD and so on are set: no password on a command line.
trap 'rm -f "$dump.part"' EXIT
pg_dump --format=custom --file="$dump.part"
pg_restore --list "$dump.part" >/dev/null
mv "$dump.part" "$dump"
echo "wrote $dump, $(wc -c <"$dump") bytes"

# The names begin with the time: the oldest come first.
set -- "$folder"/*-before-*.dump
while [ $# -gt "${BACKUP_KEEP:-10}" ]; do
    rm -f "$1"
    shift
done
