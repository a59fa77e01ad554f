#!/bin/sh
# restore.sh DUMP: bring the database back to what it was, tracking table included, in one transaction: whole or not at all.
#
# Run it as the role that owns the tables, with PGHOST, PGDATABASE, PGUSER, PGPASSWORD set, while no server is running.
# Everything that this role owns in the database is dropped first: what a migration has created since is not in the dump.
set -eu
sql=$(mktemp)
trap 'rm -f "$sql"' EXIT
echo 'DROP OWNED BY CURRENT_USER CASCADE;' >"$sql"
pg_restore --no-owner --file=- "$1" >>"$sql"
psql --no-psqlrc --quiet --single-transaction --set=ON_ERROR_STOP=1 --file="$sql" >/dev/null
echo "restored $1"
