-- catalogs.sql - what the schemas of a database hold, as pg_dump --schema-only would tell it: a line for each object, with
-- all by which two of its kind can differ. For cluster_dump, where this machine's pg_dump is older than the server.
-- Variables of psql: only, the one schema to look at, and but, the one to leave out; or ''.
-- Not in it, because no migration of the tests makes them: aggregates, operators, casts, text search, foreign data,
-- publications, event triggers.
WITH schemas AS (
    SELECT oid, nspname AS schema FROM pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND :'only' IN ('', nspname) AND :'but' <> nspname
), relations AS (
    SELECT c.*, format('%I.%I', schema, relname) AS name FROM pg_class c JOIN schemas s ON s.oid = relnamespace
    WHERE NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')
), types AS (
    SELECT t.*, format('%I.%I', schema, typname) AS name FROM pg_type t JOIN schemas s ON s.oid = typnamespace
    WHERE NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_type'::regclass AND objid = t.oid AND deptype = 'e')
), lines (kind, name, line) AS (
    SELECT 'schema', quote_ident(schema), concat_ws(' | ', nspowner::regrole, nspacl, obj_description(n.oid, 'pg_namespace'))
    FROM schemas JOIN pg_namespace n USING (oid)
UNION ALL
    SELECT 'relation', name, jsonb_build_array(relkind, relpersistence, relowner::regrole, relacl, relrowsecurity, relforcerowsecurity,
        reloptions, relreplident, reltablespace, (SELECT amname FROM pg_am a WHERE a.oid = relam), pg_get_partkeydef(r.oid),
        pg_get_expr(relpartbound, r.oid), CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(r.oid) END,
        (SELECT array_agg(inhparent::regclass ORDER BY inhseqno) FROM pg_inherits WHERE inhrelid = r.oid),
        obj_description(r.oid, 'pg_class'))::text
    FROM relations r WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c')
UNION ALL
    SELECT 'column', format('%s %s', name, row_number() OVER (PARTITION BY r.oid ORDER BY attnum)), jsonb_build_array(attname,
        format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated, pg_get_expr(adbin, adrelid),
        (SELECT format('%s.%s', collnamespace::regnamespace, collname) FROM pg_collation WHERE pg_collation.oid = attcollation),
        attstorage, attacl, attoptions, col_description(r.oid, attnum))::text
    FROM relations r JOIN pg_attribute ON attrelid = r.oid LEFT JOIN pg_attrdef ON adrelid = r.oid AND adnum = attnum
    WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND attnum > 0 AND NOT attisdropped
UNION ALL
    SELECT 'constraint', format('%s %s', coalesce(r.name, t.name), quote_ident(conname)), jsonb_build_array(contype,
        pg_get_constraintdef(c.oid), convalidated, conislocal, obj_description(c.oid, 'pg_constraint'))::text
    FROM pg_constraint c LEFT JOIN relations r ON r.oid = conrelid LEFT JOIN types t ON t.oid = contypid
    WHERE r.oid IS NOT NULL OR t.oid IS NOT NULL
UNION ALL
    SELECT 'index', name, jsonb_build_array(pg_get_indexdef(r.oid), indisvalid, indisclustered, indisreplident,
        obj_description(r.oid, 'pg_class'))::text
    FROM relations r JOIN pg_index ON indexrelid = r.oid
UNION ALL
    SELECT 'sequence', name, jsonb_build_array(seqtypid::regtype, seqstart, seqincrement, seqmin, seqmax, seqcache, seqcycle,
        (SELECT array_agg(format('%s %s %s', refobjid::regclass, attname, deptype)) FROM pg_depend
         JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
         WHERE classid = 'pg_class'::regclass AND objid = r.oid AND deptype IN ('a', 'i')))::text
    FROM relations r JOIN pg_sequence ON seqrelid = r.oid
UNION ALL
    SELECT 'trigger', format('%s %s', name, quote_ident(tgname)), jsonb_build_array(pg_get_triggerdef(t.oid), tgenabled,
        obj_description(t.oid, 'pg_trigger'))::text
    FROM relations r JOIN pg_trigger t ON tgrelid = r.oid WHERE NOT tgisinternal
UNION ALL
    SELECT 'rule', format('%s %s', name, quote_ident(rulename)), jsonb_build_array(pg_get_ruledef(w.oid), ev_enabled)::text
    FROM relations r JOIN pg_rewrite w ON ev_class = r.oid WHERE rulename <> '_RETURN'
UNION ALL
    SELECT 'policy', format('%s %s', name, quote_ident(polname)), jsonb_build_array(polcmd, polpermissive,
        (SELECT array_agg(CASE role WHEN 0 THEN 'public' ELSE role::regrole::text END ORDER BY 1) FROM unnest(polroles) role),
        pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid), obj_description(p.oid, 'pg_policy'))::text
    FROM relations r JOIN pg_policy p ON polrelid = r.oid
UNION ALL
    SELECT 'type', name, jsonb_build_array(typtype, typowner::regrole, typacl, obj_description(t.oid, 'pg_type'),
        (SELECT array_agg(enumlabel ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid),
        CASE WHEN typtype = 'd' THEN jsonb_build_array(format_type(typbasetype, typtypmod), typnotnull, typdefault) END,
        (SELECT rngsubtype::regtype FROM pg_range WHERE rngtypid = t.oid))::text
    FROM types t WHERE typtype IN ('e', 'd', 'r')
UNION ALL
    SELECT 'function', format('%I.%I (%s)', schema, proname, pg_get_function_identity_arguments(p.oid)),
        jsonb_build_array(pg_get_functiondef(p.oid), proowner::regrole, proacl, obj_description(p.oid, 'pg_proc'))::text
    FROM pg_proc p JOIN schemas s ON s.oid = pronamespace WHERE prokind <> 'a'
        AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype = 'e')
UNION ALL
    SELECT 'extension', quote_ident(extname), format('%s in %s', extversion, extnamespace::regnamespace)
    FROM pg_extension WHERE extname <> 'plpgsql' AND :'only' = ''
UNION ALL
    SELECT 'default privileges', format('%s %s', defaclnamespace::regnamespace, defaclobjtype), format('%s %s', defaclrole::regrole, defaclacl)
    FROM pg_default_acl WHERE :'only' = ''
)
SELECT kind, name, line FROM lines ORDER BY kind COLLATE "C", name COLLATE "C", line COLLATE "C";
