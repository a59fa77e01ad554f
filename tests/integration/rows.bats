#!/usr/bin/env bats
# The five systems that this program takes the place of, as the folders of examples/ have them: a test for each row of
# README.md's table, called after it.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration

setup() {
    given=()
    fresh_database
    examples=$(realpath "$BATS_TEST_DIRNAME/../../examples")
}

# Work in a copy of one of the examples: system FOLDER
system() {
    cp -r "$examples/$1" "$BATS_TEST_TMPDIR/project"
    cd "$BATS_TEST_TMPDIR/project" || return
}

# run_entrypoint with the database: entry [NAME=VALUE...] [--] ARGUMENT...
entry() {
    run_entrypoint DATABASE_URL="$DATABASE_URL" "$@"
}

needs_command() {
    "$ENTRYPOINT_BINARY" help | grep -Eq "^  $1(,| )" || skip "there is no command $1"
}

sql() {
    cluster_sql "$DATABASE" "$1"
}

@test "A1: all .sql files of a folder, in alphabetical order, gaps and all" {
    system sql-files
    entry -- migrate
    assert_status 0
    assert_equal "$(grep -o 'applied [0-9].* in' <<<"$stderr" | cut -d ' ' -f 2)" "0000_init_migrations_table
0001_create_models
0003_create_usage
0008_fix_combined_cost_type"
    assert_equal "$(sql "SELECT data_type FROM information_schema.columns WHERE column_name = 'combined_cost'")" numeric
}

@test "A2: schema_migrations says which are applied, and the first file makes it" {
    system sql-files
    entry -- migrate
    assert_status 0
    assert_equal "$(sql 'SELECT count(*) FROM schema_migrations')" 4
    echo 'CREATE TABLE later ();' >migrations/0009_later.sql
    entry -- migrate
    assert_status 0
    assert_has "$stderr" '1 pending'
    assert_equal "$(sql "SELECT filename FROM schema_migrations ORDER BY applied_at DESC, filename DESC LIMIT 1")" 0009_later.sql
}

@test "A3: safe to run any number of times; says what was skipped, applied, and how many in all" {
    system sql-files
    entry -- migrate
    assert_has "$stderr" 'found 4 migrations in migrations'
    assert_has "$stderr" 'applying 0001_create_models'
    assert_matches "$stderr" 'applied 0001_create_models in [0-9]+ ms'
    assert_matches "$stderr" 'Migrations complete: 4 applied in [0-9]+ ms, 4 in all'
    for _ in 1 2 3; do
        entry -- migrate
        assert_status 0
        assert_has "$stderr" 'nothing to migrate: 4 migrations applied, none pending'
    done
    echo 'CREATE TABLE later ();' >migrations/0009_later.sql
    entry -- migrate
    assert_has "$stderr" 'skipped 4 migrations that are applied already'
}

@test "A4: a failed migration stops the deployment: the server is not started" {
    system sql-files
    echo 'ALTER TABLE no_such_table ADD COLUMN x integer;' >migrations/0004_broken.sql
    entry -- "${trace[@]}" "$BATS_TEST_TMPDIR/server-was-started"
    assert_status 65
    refute_server_started
    assert_has "$stderr" 'migrations/0004_broken.sql:1'
}

@test "A5: a reverse migration can be written and run" {
    needs_command rollback
    system sql-files
    entry -- migrate
    entry -- rollback --steps 1
    assert_status 0
    assert_equal "$(sql "SELECT data_type FROM information_schema.columns WHERE column_name = 'combined_cost'")" integer
    assert_equal "$(sql 'SELECT count(*) FROM schema_migrations')" 3
}

@test "A6: as the pre-deploy command of render.yaml and railway.json, then the server starts" {
    system sql-files
    grep -Fq 'preDeployCommand: /entrypoint migrate' render.yaml
    assert_equal "$(jq -r '.deploy.preDeployCommand[0]' railway.json)" '/entrypoint migrate'
    entry -- migrate
    assert_status 0
    entry -- sh -c 'echo served'
    assert_status 0
    assert_equal "$stdout" served
    assert_has "$stderr" 'none pending'
}

@test "B1: drizzle-kit's migrations in the order of their journal, in __drizzle_migrations" {
    system drizzle-workflow
    entry -- migrate
    assert_status 0
    for tag in 0000_create_users 0001_add_posts 0002_drop_name; do
        echo "$(sha256sum <"drizzle/$tag.sql" | cut -d ' ' -f 1)|$(jq --arg tag "$tag" '.entries[] | select(.tag == $tag).when' drizzle/meta/_journal.json)"
    done >"$BATS_TEST_TMPDIR/expected"
    sql 'SELECT hash, created_at FROM drizzle.__drizzle_migrations ORDER BY id' | diff - "$BATS_TEST_TMPDIR/expected"
}

@test "B2: the checklist before applying: what would be lost, and what would fail" {
    needs_command plan
    system drizzle-workflow
    folder_first drizzle 2 first
    entry -- migrate --dirs first
    sql "INSERT INTO users (email, name) VALUES ('a@example.org', 'Ada'); INSERT INTO posts (author_id, title) VALUES (1, 'x')"
    entry -- plan
    assert_matches "$stdout" '0002_drop_name\.sql:2:1: column name of users is dropped with its values'
    assert_matches "$stdout" '0002_drop_name\.sql:1:[0-9]+: column published of posts is NOT NULL and has no default'
    assert_equal "$(ledger_count "$DATABASE")" 2
}

@test "B3: after applying, the rows of the tracking table" {
    system drizzle-workflow
    entry -- migrate
    entry -- status
    assert_status 0
    assert_matches "$stdout" '0002_drop_name +.*applied|applied +.*0002_drop_name'
    entry -- status --json
    assert_equal "$(jq -r '.migrations[-1] | "\(.tag) \(.state) \(.hash == .recorded_hash)"' <<<"$stdout" 2>/dev/null || jq -r '.. | objects | select(.tag? == "0002_drop_name") | "\(.tag) \(.state) \(.hash == .recorded_hash)"' <<<"$stdout")" '0002_drop_name applied true'
}

@test "B4: column already exists: look at the status, mark the migration, go on" {
    system drizzle-workflow
    folder_first drizzle 2 first
    entry -- migrate --dirs first
    sql 'ALTER TABLE users DROP COLUMN name; ALTER TABLE posts ADD COLUMN published boolean NOT NULL'
    entry -- migrate
    assert_status 65
    assert_has "$stderr" 'already exists'
    entry -- status
    assert_matches "$stdout" 'pending'
    entry -- mark 0002_drop_name
    assert_status 0
    entry -- migrate
    assert_status 0
    assert_has "$stderr" 'nothing to migrate: 3 migrations applied'
}

@test "B5: a backup before migrating, and the way back" {
    needs_pg_dump
    system drizzle-workflow
    mkdir backup
    folder_first drizzle 1 first
    entry -- migrate --dirs first
    before=$(cluster_dump "$DATABASE")
    entry BACKUP_DIR="$PWD/backup" ENTRYPOINT_HOOKS_BEFORE_MIGRATE="$examples/backup/before-migrate.sh" -- migrate
    assert_status 0
    [ "$(cluster_dump "$DATABASE")" != "$before" ]
    PGHOST=127.0.0.1 PGPORT=$CLUSTER_PORT PGUSER=app PGPASSWORD=$APP_PASSWORD PGDATABASE=$DATABASE \
        "$examples/backup/restore.sh" backup/*-before-0001_add_posts.dump
    assert_equal "$(cluster_dump "$DATABASE")" "$before"
}

@test "B6: staging, then production, from the same files; a file that is edited afterwards is told" {
    system drizzle-workflow
    entry -- migrate
    staging=$(ledger "$DATABASE")
    fresh_database
    entry -- migrate
    assert_equal "$(ledger "$DATABASE")" "$staging"
    echo '-- edited' >>drizzle/0001_add_posts.sql
    entry -- migrate
    assert_status 0
    assert_matches "$stderr" 'warning: 0001_add_posts: '
    entry ENTRYPOINT_MIGRATE_EDITED=fail -- migrate
    assert_status 66
}

# The three tiers, with the settings that this program has.
three_tiers() {
    system three-tiers
    sed "s|^DATABASE_URL=.*|DATABASE_URL=$DATABASE_URL|" .env.example >.env
}

@test "C1: the connection first, with a clear log" {
    three_tiers
    run_entrypoint -- migrate
    assert_status 0
    assert_equal "$(grep -n -m 1 -o 'connected to PostgreSQL' <<<"$stderr" | cut -d : -f 1)" "$(($(grep -n -m 1 'Running database migrations' <<<"$stderr" | cut -d : -f 1) - 1))"
    run_entrypoint DATABASE_URL="$(cluster_url no_such_database)" ENTRYPOINT_WAIT_TIMEOUT=0s -- migrate
    assert_status 78
    assert_has "$stderr" 'no_such_database'
}

@test "C2: the drizzle folder first, with _meta and _drizzle_migrations" {
    three_tiers
    run_entrypoint -- migrate
    assert_status 0
    assert_equal "$(sql 'SELECT count(*) FROM public._drizzle_migrations')" 1
    assert_matches "$(grep -E -o 'applied [0-9a-z].* in' <<<"$stderr" | head -n 1)" 0000_initial_schema
}

@test "C3: then the manual files, in the order of their names, tracked" {
    three_tiers
    run_entrypoint -- migrate
    assert_status 0
    assert_equal "$(grep -E -o 'applying [0-9a-z_]+' <<<"$stderr" | cut -d ' ' -f 2 | paste -sd ' ')" \
        '0000_initial_schema 001_message_logs 002_contact_language 010_report_recipients create_report_queue'
    [ "$(sql 'SELECT count(*) FROM schema_migrations')" -ge 3 ]
    run_entrypoint -- migrate
    run_entrypoint -- migrate
    assert_has "$stderr" 'none pending'
}

@test "C4: what exists already is skipped, and said" {
    three_tiers
    run_entrypoint -- migrate --dirs drizzle --tables ''
    sql 'ALTER TABLE contacts ADD COLUMN language text'
    run_entrypoint -- migrate
    assert_status 0
    assert_matches "$stderr" '002_contact_language.*language|language.*already exists'
    assert_equal "$(sql "SELECT to_regclass('contacts_language') IS NOT NULL")" t
}

@test "C5: what needs a later file is tried again at the next start" {
    three_tiers
    run_entrypoint -- migrate
    assert_status 0
    assert_matches "$stderr" 'warning: .*report_queue'
    refute_table "$DATABASE" report_recipients
    run_entrypoint -- migrate
    assert_status 0
    assert_table "$DATABASE" report_recipients
    assert_equal "$(sql "SELECT count(*) FROM schema_migrations")" 4
}

@test "C6: a real error is told with its details, and stops the start" {
    three_tiers
    echo 'CREATE TABEL oops ();' >migrations/003_oops.sql
    run_entrypoint -- "${trace[@]}" "$BATS_TEST_TMPDIR/server-was-started"
    assert_status 65
    refute_server_started
    assert_has "$stderr" 'migrations/003_oops.sql:1:8'
    assert_has "$stderr" 'SQLSTATE: 42601'
}

@test "C7: the critical tables are verified, a line each; a missing one is an error" {
    system three-tiers
    : >none.ini
    entry ENTRYPOINT_CONFIG=none.ini -- migrate --dirs drizzle
    entry ENTRYPOINT_CONFIG=none.ini -- verify --tables 'contacts message_logs auth_credentials groups group_members'
    assert_status 69
    for table in contacts auth_credentials groups group_members; do
        assert_has "$stderr" "table $table: present"
    done
    assert_has "$stderr" 'table message_logs: missing'
}

@test "C8: paths are relative to the working directory, and DATABASE_URL may stand in .env" {
    system three-tiers
    : >none.ini
    sed "s|^DATABASE_URL=.*|DATABASE_URL=$DATABASE_URL|" .env.example >.env
    run_entrypoint ENTRYPOINT_CONFIG=none.ini ENTRYPOINT_DATABASE_ENV_FILE=.env -- migrate --dirs drizzle
    assert_status 0
    assert_has "$stderr" 'from DATABASE_URL in .env'
    assert_table "$DATABASE" contacts
}

@test "D1: generate writes a folder of its own, with a timestamp, beside its metadata" {
    system life-cycle
    run_entrypoint -- generate add_last_login_timestamp
    assert_status 0
    assert_matches "$stdout" 'migrations/[0-9]{14}_add_last_login_timestamp/migration\.sql'
    [ "$(find migrations -path "*_add_last_login_timestamp/snapshot.json" | wc -l)" -eq 1 ]
}

@test "D2: apply runs what is pending, in order, and records each" {
    system life-cycle
    run_entrypoint -- generate add_last_login_timestamp
    echo 'ALTER TABLE users ADD COLUMN last_login_at timestamptz;' >>"$(ls -d migrations/*_add_last_login_timestamp)/migration.sql"
    entry -- apply
    assert_status 0
    assert_equal "$(sql 'SELECT name FROM drizzle.__drizzle_migrations ORDER BY id')" "$(ls migrations)"
}

@test "D3: status shows what is applied and what is pending" {
    system life-cycle
    entry -- apply
    run_entrypoint -- generate add_last_login_timestamp
    entry -- status --exit-code
    assert_status 1
    assert_matches "$stdout" 'applied.*20250501120000_create_users|20250501120000_create_users.*applied'
    assert_matches "$stdout" 'pending.*_add_last_login_timestamp|_add_last_login_timestamp.*pending'
}

@test "D4: check shows what differs between the schema and the database" {
    needs_command check
    system life-cycle
    entry -- apply
    entry -- check
    assert_status 0
    sql 'ALTER TABLE users ALTER COLUMN email DROP NOT NULL'
    entry -- check
    [ "$status" -ne 0 ]
    assert_has "$stdout" email
}

@test "D5: a CI step applies migrations, with DATABASE_URL from a secret" {
    system life-cycle
    ln -s "$ENTRYPOINT_BINARY" entrypoint
    grep -Fq 'DATABASE_URL: ${{ secrets.DATABASE_URL }}' .github/workflows/migrate.yml
    while read -r command; do
        env -i PATH="$PATH" CI=true GITHUB_ACTIONS=true DATABASE_URL="$DATABASE_URL" sh -ec "$command" >>"$OUTPUT_LOG" 2>&1
    done < <(sed -n 's/^ *- run: //p' .github/workflows/migrate.yml)
    assert_table "$DATABASE" users
}

@test "D6: a migration that was edited after it was applied is found" {
    system life-cycle
    entry -- apply
    echo '-- edited' >>migrations/20250501120000_create_users/migration.sql
    entry -- status
    assert_has "$stdout" edited
}

@test "E1: the start script: checks DATABASE_URL, migrates, starts node dist/index.js" {
    system docker-railway
    assert_equal "$(tail -n 2 Dockerfile)" 'ENTRYPOINT ["/entrypoint"]
CMD ["node", "dist/index.js"]'
    refute_matches "$(grep RUN Dockerfile)" 'migrate|drizzle-kit'
    run_entrypoint -- node dist/index.js
    assert_status 78
    assert_has "$stderr" DATABASE_URL
    start_entrypoint DATABASE_URL="$DATABASE_URL" PORT="$(free_port)" -- node dist/index.js
    poll 60 grep -q 'listening on' "$output_folder/stdout"
    kill -TERM "$entrypoint_pid"
    wait_entrypoint
    assert_status 0
    assert_table "$DATABASE" items
}

@test "E2: the folder of drizzle-kit 0.x: SQL files, meta/_journal.json, snapshots" {
    system docker-railway
    assert_equal "$(cd drizzle && find . -type f | sort | paste -sd ' ')" './0000_initial_schema.sql ./meta/0000_snapshot.json ./meta/_journal.json'
    entry -- migrate
    assert_status 0
    assert_equal "$(ledger "$DATABASE" | cut -d '|' -f 2)" "$(sha256sum <drizzle/0000_initial_schema.sql | cut -d ' ' -f 1)"
}

@test "E3: a failed migration keeps the server from starting" {
    system docker-railway
    sql 'CREATE TABLE items ()'
    entry -- "${trace[@]}" "$BATS_TEST_TMPDIR/server-was-started"
    assert_status 65
    refute_server_started
    assert_equal "$(ledger_count "$DATABASE" 2>/dev/null || echo 0)" 0
}

@test "E4: a host that does not resolve in the first seconds is waited for" {
    system docker-railway
    DATABASE_URL=${DATABASE_URL/127.0.0.1/postgres.railway.invalid}
    entry -- migrate --timeout 1s
    assert_status 75
    assert_has "$stderr" 'waiting for postgres.railway.invalid'
}

@test "E5: the deploy log, and the health check passes afterwards" {
    system docker-railway
    port=$(free_port)
    start_entrypoint DATABASE_URL="$DATABASE_URL" PORT="$port" -- node dist/index.js
    poll 60 grep -q 'listening on' "$output_folder/stdout"
    exec 7<>"/dev/tcp/127.0.0.1/$port"
    printf 'GET /health HTTP/1.0\r\n\r\n' >&7
    assert_has "$(cat <&7)" '200 OK'
    exec 7>&-
    kill -TERM "$entrypoint_pid"
    wait_entrypoint
    assert_has "$stderr" 'Running database migrations'
    assert_has "$stderr" 'Migrations complete'
}

@test "E6: after an accidental push the migration is recorded without being run" {
    system docker-railway
    sql "$(cat drizzle/0000_initial_schema.sql)"
    entry -- migrate
    assert_status 65
    assert_has "$stderr" 'already exists'
    entry -- mark --all
    assert_status 0
    entry -- migrate
    assert_status 0
    assert_has "$stderr" 'none pending'
}

@test "E7: no drizzle-kit, no npx, no node_modules is needed to migrate" {
    system docker-railway
    [ ! -e node_modules ]
    ENTRYPOINT_PATH=/nonexistent
    entry -- migrate
    assert_status 0
    assert_table "$DATABASE" items
}
