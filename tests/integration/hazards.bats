#!/usr/bin/env bats
# Hazards, judged with what the database holds; [migrate] hazards at a start. tests/unit/sql/test_hazard.c has every rule.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # a test is a subshell; the library sets and reads the rest
load ../lib/integration
load ../lib/pgbouncer

# Tables of three sizes, recorded as the first migration.
three_tables() {
    folder_add "$folder" 0000_init 'CREATE TABLE big (id int PRIMARY KEY, email text, code varchar(20));
CREATE TABLE small (LIKE big); CREATE TABLE empty (LIKE big);
INSERT INTO big SELECT n, repeat(md5(n::text), 16) FROM generate_series(1, 20000) n;
INSERT INTO small VALUES (1), (2); ANALYZE big; ANALYZE small;'
    migrate
    assert_status 0
}

# What a start says about the next migration, which it runs: said SQL
said() {
    folder_add "$folder" "0001_next" "$1"
    migrate "${given[@]}"
}

@test "a large table alarms, with its size, the place and the remedy" {
    three_tables
    said '-- Custom SQL
ALTER TABLE small ADD a int;
CREATE INDEX big_email ON big (email);'
    assert_status 0
    assert_matches "$stderr" "^entrypoint: warning: $folder/0001_next.sql:3:1: an index of big \(about 20,000 rows, 1[0-9] MB\) is built while nobody can write to it \(index-not-concurrent\)\. CREATE INDEX CONCURRENTLY"
    assert_equal "$(grep -c 'warning:' <<<"$stderr")" 1 "warnings"
}

@test "a small table, an empty one and one of the same run do not, but data that is lost does" {
    three_tables
    said 'CREATE TABLE own (id int); DROP TABLE own;
CREATE INDEX ON small (email); ALTER TABLE small ALTER email TYPE varchar(20);
ALTER TABLE empty ADD a int NOT NULL; ALTER TABLE empty DROP email; TRUNCATE empty;
ALTER TABLE small DROP COLUMN code;'
    assert_status 0
    assert_equal "$(grep 'warning:' <<<"$stderr" | sed 's/.*(\([a-z-]*\))\. .*/\1/')" drop-column "hazards"
}

@test "an empty database: nothing alarms, nothing more is asked" {
    cluster_log_statements "$DATABASE"
    folder_add "$folder" 0000_init 'CREATE TABLE a (id serial PRIMARY KEY); CREATE TABLE b (a int REFERENCES a NOT NULL);
CREATE INDEX ON b (a); ALTER TABLE b ALTER a TYPE bigint; ALTER TABLE b ADD c int NOT NULL;'
    migrate
    assert_status 0
    assert_lacks "$stderr" warning
    assert_lacks "$(cluster_statements "$DATABASE")" json_to_recordset
}

@test "off says nothing; with nothing pending nothing is asked" {
    three_tables
    given=(ENTRYPOINT_MIGRATE_HAZARDS=off)
    said 'DROP TABLE big;'
    assert_status 0
    assert_lacks "$stderr" warning
    cluster_log_statements "$DATABASE"
    migrate ENTRYPOINT_MIGRATE_HAZARDS=fail
    assert_status 0
    assert_lacks "$(cluster_statements "$DATABASE")" json_to_recordset
}

@test "fail: nothing is run, status 66, with the place; what is accepted runs" {
    three_tables
    given=(ENTRYPOINT_MIGRATE_HAZARDS=fail)
    said 'CREATE TABLE fine (id int);
  ALTER TABLE big
    DROP COLUMN email;'
    assert_status 66
    assert_has "$stderr" 'error: what is pending holds 1 hazard: nothing was run'
    assert_has "$stderr" "$folder/0001_next.sql:2:3"
    assert_has "$stderr" 'DETAIL: drop-column: column email of big is dropped'
    assert_has "$stderr" '"-- entrypoint: accept drop-column" before the statement'
    refute_table "$DATABASE" fine
    assert_equal "$(ledger_count "$DATABASE")" 1
    serve_traced
    assert_status 66
    refute_server_started

    printf '%s' 'CREATE TABLE fine (id int);
-- entrypoint: accept drop-column
ALTER TABLE big DROP COLUMN email;' >"$folder/0001_next.sql"
    migrate "${given[@]}"
    assert_status 0
    assert_lacks "$stderr" warning
    assert_table "$DATABASE" fine
}

@test "a comment accepts its own statement, before it or behind it on the line, and only what it names" {
    three_tables
    given=(ENTRYPOINT_MIGRATE_HAZARDS=fail)
    said 'DROP TABLE small; -- entrypoint: accept drop-table
--> statement-breakpoint
-- entrypoint: accept rename-table drop-table
DROP TABLE big;
ALTER TABLE empty RENAME TO void;'
    assert_status 66
    assert_has "$stderr" 'holds 1 hazard'
    assert_has "$stderr" 'rename-table'
    assert_has "$stderr" "$folder/0001_next.sql:5:1"
}

@test "what the database knows counts: constraints that prove NOT NULL, indexes of foreign keys, NULLs" {
    three_tables
    cluster_sql "$DATABASE" "ALTER TABLE big ADD CONSTRAINT given CHECK (email IS NOT NULL)"
    said 'ALTER TABLE big ALTER email SET NOT NULL;'
    assert_status 0
    assert_lacks "$stderr" warning

    folder_add "$folder" 0002_nulls "UPDATE big SET code = 'x' WHERE id > 0; ALTER TABLE big ALTER code SET NOT NULL;"
    migrate
    assert_status 0
    assert_has "$stderr" '(set-not-null)'
    assert_lacks "$stderr" '(null-values)'

    cluster_sql "$DATABASE" "INSERT INTO small VALUES (3, 'x'); ANALYZE small"
    folder_add "$folder" 0003_more 'ALTER TABLE small ALTER email SET NOT NULL;'
    migrate
    assert_status 65
    assert_has "$stderr" 'it was NULL in 67 % of the rows when they were last analyzed (null-values)'
}

@test "a table that somebody has locked is not waited for" {
    three_tables
    lock_held 'LOCK TABLE small'
    given=(ENTRYPOINT_MIGRATE_HAZARDS=fail)
    said 'DROP TABLE small;'
    assert_status 66
    assert_has "$stderr" 'table small is dropped'
}

@test "a role without any right on the tables, names in quotes, a schema, partitions" {
    three_tables
    cluster_sql "$DATABASE" "CREATE SCHEMA \"My App\"; CREATE TABLE \"My App\".\"Events\" (id int, at date) PARTITION BY RANGE (at);
        CREATE TABLE part PARTITION OF \"My App\".\"Events\" DEFAULT;
        INSERT INTO part SELECT n, now() FROM generate_series(1, 300000) n;"
    given=(ENTRYPOINT_MIGRATE_HAZARDS=fail)
    said 'CREATE INDEX ON "My App"."Events" (at);'
    assert_status 66
    assert_matches "$stderr" 'an index of My App.Events \(1[0-9] MB\) is built'
}

@test "through a pooler in transaction mode: the same facts, in a start and in plan" {
    three_tables
    pgbouncer_start transaction
    DATABASE_URL=$(pgbouncer_url "$DATABASE")
    given=(ENTRYPOINT_MIGRATE_HAZARDS=fail)
    said 'CREATE INDEX big_email ON big (email);'
    assert_status 66
    assert_has "$stderr" 'an index of big (about 20,000 rows'
    run_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$folder" plan
    assert_status 0
    assert_has "$stdout" '(index-not-concurrent)'
    pgbouncer_stop
}

@test "as JSON: one line for each hazard, with its parts" {
    three_tables
    given=(ENTRYPOINT_LOG_FORMAT=json)
    said 'DROP TABLE small;'
    assert_status 0
    assert_equal "$(grep '"hazard"' <<<"$stderr" | jq -r '[.tag, .hazard, .class, .line] | map(tostring) | join(" ")')" \
        "0001_next drop-table data loss 1"
}

# Each line of CHANGES is done to a table of its own; its file's number before and after is compared with what plan says.
compare_rewrites() { # HAZARD COLUMN-TYPE|ALTERATION...
    local hazard=$1 change number=0 tables='' sql='' before after expected
    shift
    for change; do
        number=$((number + 1))
        tables+="CREATE TABLE t$number (c ${change%%|*}); INSERT INTO t$number VALUES (NULL);"
        sql+="ALTER TABLE t$number ${change#*|};"$'\n'
    done
    folder_add "$folder" 0000_tables "$tables"
    migrate
    assert_status 0
    folder_add "$folder" 0001_changes "$sql"
    run_entrypoint DATABASE_URL="$DATABASE_URL" ENTRYPOINT_MIGRATE_DIRS="$folder" plan --json
    assert_status 0
    expected=$(jq -r --arg hazard "$hazard" '.hazards[] | select(.hazard == $hazard) | .object' <<<"$stdout" | sort)
    before="SELECT relname, relfilenode FROM pg_class WHERE relname ~ '^t[0-9]+$'"
    cluster_sql "$DATABASE" "CREATE TABLE files AS $before"
    migrate ENTRYPOINT_MIGRATE_HAZARDS=off
    assert_status 0
    after=$(cluster_sql "$DATABASE" "SELECT relname FROM pg_class c JOIN files f USING (relname) WHERE f.relfilenode <> c.relfilenode" | sort)
    assert_equal "$expected" "$after" "what is written anew"
}

@test "a change of type writes a table anew exactly where the server does" {
    compare_rewrites type-rewrite 'int|ALTER c TYPE integer' 'int|ALTER c TYPE bigint' 'bigint|ALTER c TYPE int' \
        'varchar(10)|ALTER c TYPE varchar(20)' 'varchar(20)|ALTER c TYPE varchar(10)' 'varchar(9)|ALTER c TYPE text' \
        'text|ALTER c TYPE varchar' 'text|ALTER c TYPE varchar(5)' 'text|ALTER c SET DATA TYPE varchar(5) USING c::varchar(5)' \
        'char(5)|ALTER c TYPE text' 'char(5)|ALTER c TYPE char(6)' 'char(5)|ALTER c TYPE varchar(5)' \
        'numeric(10,2)|ALTER c TYPE numeric(12,2)' 'numeric(10,2)|ALTER c TYPE numeric(12,3)' \
        'numeric(10,2)|ALTER c TYPE numeric' 'numeric|ALTER c TYPE numeric(10,2)' 'numeric(10,2)|ALTER c TYPE int' \
        'real|ALTER c TYPE float8' 'timestamp(3)|ALTER c TYPE timestamp' 'timestamp|ALTER c TYPE timestamp(3)' \
        'timestamptz(3)|ALTER c TYPE timestamptz(6)' 'timestamp|ALTER c TYPE date' 'date|ALTER c TYPE timestamp' \
        'time|ALTER c TYPE time(0)' 'interval(2)|ALTER c TYPE interval' 'json|ALTER c TYPE jsonb' \
        'jsonb|ALTER c TYPE json' 'cidr|ALTER c TYPE inet' 'inet|ALTER c TYPE cidr' 'varbit(3)|ALTER c TYPE varbit(5)' \
        'bit(3)|ALTER c TYPE bit(5)' 'text|ALTER c TYPE uuid USING c::uuid' 'text|ALTER c TYPE text USING lower(c)' \
        'text[]|ALTER c TYPE text[]' 'varchar(5)[]|ALTER c TYPE text[]' 'uuid|ALTER c TYPE text' 'text|ALTER c TYPE text COLLATE "C"' \
        'name|ALTER c TYPE text' 'varchar(10)|ALTER c TYPE bpchar' 'char(5)|ALTER c TYPE bpchar' \
        'bpchar|ALTER c TYPE text' 'bpchar|ALTER c TYPE char(5)' 'varchar[]|ALTER c TYPE text[]' 'numeric(5,1)[]|ALTER c TYPE numeric[]' 'varchar(5)[]|ALTER c TYPE varchar(9)[]' 'oid|ALTER c TYPE bigint'
}

@test "a new column writes a table anew exactly where the server does" {
    compare_rewrites column-rewrite 'int|ADD a int' 'int|ADD a int DEFAULT 5' 'int|ADD a int NOT NULL DEFAULT 5' 'int|ADD a serial' \
        'int|ADD a int GENERATED ALWAYS AS IDENTITY' 'int|ADD a int GENERATED ALWAYS AS (c + 1) STORED' \
        'int|ADD a uuid DEFAULT gen_random_uuid()' 'int|ADD a timestamptz DEFAULT now()' \
        'int|ADD a timestamptz DEFAULT clock_timestamp()' 'int|ADD a timestamp DEFAULT (now() AT TIME ZONE $$utc$$)' \
        'int|ADD a float DEFAULT random()' "int|ADD a jsonb DEFAULT '{}'::jsonb" "int|ADD a text[] DEFAULT ARRAY['a']::varchar(5)[]" \
        "int|ADD a text DEFAULT md5('a') || upper('b')" 'int|ADD a date DEFAULT CURRENT_DATE' \
        "int|ADD a jsonb DEFAULT jsonb_build_object('a', 1)" "int|ADD a int DEFAULT ('{5}'::int[])[1]" \
        "int|ADD a interval DEFAULT interval '1 day'" 'int|ADD a text DEFAULT current_user' 'int|ADD a varchar(3) DEFAULT NULL'
}

@test "README.md names every hazard" {
    local name readme
    readme=$(<README.md)
    while read -r name; do
        [[ $readme == *"\`$name\`"* ]] || fail "README.md does not name $name"
    done < <(sed -n 's/^EP_HAZARD([A-Z_]*, "\([a-z-]*\)".*/\1/p' src/sql/hazard.def)
}
