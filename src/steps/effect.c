#include "steps/effect.h"

#include "base/text.h"
#include "system/clock.h"

/* Names are given as written: the server reads them. An array of one name, or schema and name. */
#define LAST_NAME \
    "(pg_catalog.parse_ident($1))[pg_catalog.array_upper(pg_catalog.parse_ident($1), 1)]"

/*
 * One query for each effect, of one row: 'done', 'undone', 'invalid' or 'halfway', and the object.
 * $1 is the name, $2 the table or the enum's value.
 */
static const char *const queries[] = {
    [EP_EFFECT_INDEX_CREATED] =
        "SELECT coalesce((SELECT CASE WHEN i.indisvalid THEN 'done' ELSE 'invalid' END"
        " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid"
        " WHERE i.indrelid = pg_catalog.to_regclass($2) AND c.relname = " LAST_NAME
        "), 'undone'), (SELECT pg_catalog.quote_ident(n.nspname) || '.'"
        " || pg_catalog.quote_ident(c.relname) FROM pg_catalog.pg_class c"
        " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid"
        " WHERE i.indrelid = pg_catalog.to_regclass($2) AND c.relname = " LAST_NAME ")",
    [EP_EFFECT_INDEX_DROPPED] =
        "SELECT CASE WHEN pg_catalog.to_regclass($1) IS NULL THEN 'done' ELSE 'undone' END,"
        " $2::text",
    /* A copy that was not finished, or not dropped, beside the index that is valid. */
    [EP_EFFECT_REINDEXED] =
        "SELECT CASE WHEN count(*) > 0 THEN 'invalid' ELSE 'undone' END,"
        " min(pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname))"
        " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid"
        " WHERE NOT i.indisvalid AND c.relkind = 'i' AND c.relname ~ '_cc(new|old)[0-9]*$'"
        " AND pg_catalog.pg_has_role(c.relowner, 'USAGE')"
        " AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND ($1 || $2) IS NOT NULL"
        " AND EXISTS (SELECT FROM pg_catalog.pg_index v"
        " JOIN pg_catalog.pg_class w ON w.oid = v.indexrelid"
        " WHERE v.indrelid = i.indrelid AND v.indisvalid AND w.relname"
        " = pg_catalog.regexp_replace(c.relname, '_cc(new|old)[0-9]*$', ''))",
    [EP_EFFECT_DATABASE_CREATED] =
        "SELECT CASE WHEN count(*) > 0 THEN 'done' ELSE 'undone' END, $2::text"
        " FROM pg_catalog.pg_database WHERE datname = " LAST_NAME,
    [EP_EFFECT_DATABASE_DROPPED] =
        "SELECT CASE WHEN count(*) = 0 THEN 'done' ELSE 'undone' END, $2::text"
        " FROM pg_catalog.pg_database WHERE datname = " LAST_NAME,
    [EP_EFFECT_TABLESPACE_CREATED] =
        "SELECT CASE WHEN count(*) > 0 THEN 'done' ELSE 'undone' END, $2::text"
        " FROM pg_catalog.pg_tablespace WHERE spcname = " LAST_NAME,
    [EP_EFFECT_TABLESPACE_DROPPED] =
        "SELECT CASE WHEN count(*) = 0 THEN 'done' ELSE 'undone' END, $2::text"
        " FROM pg_catalog.pg_tablespace WHERE spcname = " LAST_NAME,
    [EP_EFFECT_SUBSCRIPTION_CREATED] =
        "SELECT CASE WHEN count(*) > 0 THEN 'done' ELSE 'undone' END, $2::text"
        " FROM pg_catalog.pg_stat_subscription WHERE subname = " LAST_NAME,
    [EP_EFFECT_SUBSCRIPTION_DROPPED] =
        "SELECT CASE WHEN count(*) = 0 THEN 'done' ELSE 'undone' END, $2::text"
        " FROM pg_catalog.pg_stat_subscription WHERE subname = " LAST_NAME,
    [EP_EFFECT_PARTITION_DETACHED] =
        "SELECT coalesce((SELECT CASE WHEN h.inhdetachpending THEN 'halfway' ELSE 'undone' END"
        " FROM pg_catalog.pg_inherits h WHERE h.inhrelid = pg_catalog.to_regclass($1)"
        " AND h.inhparent = pg_catalog.to_regclass($2)), 'done'), NULL::text",
    [EP_EFFECT_VALUE_ADDED] =
        "SELECT CASE WHEN count(*) > 0 THEN 'done' ELSE 'undone' END, NULL::text"
        " FROM pg_catalog.pg_enum WHERE enumtypid = pg_catalog.to_regtype($1)"
        " AND pg_catalog.quote_literal(enumlabel) = $2",
};

/* What others are doing is seen by those with the same role, as replicas are. */
static const char running_sql[] =
    "SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE pid <> pg_catalog.pg_backend_pid()"
    " AND datname = pg_catalog.current_database() AND state = 'active'"
    " AND pg_catalog.left(query, 250) = pg_catalog.left($1, 250)";

static enum ep_effect_state state_of(const char *word)
{
    static const struct {
        const char *word;
        enum ep_effect_state state;
    } words[] = {
        {"done", EP_EFFECT_STATE_DONE},
        {"undone", EP_EFFECT_STATE_UNDONE},
        {"invalid", EP_EFFECT_STATE_INVALID},
        {"halfway", EP_EFFECT_STATE_HALFWAY},
    };

    for (size_t i = 0; i < EP_COUNT_OF(words); i++) {
        if (word != NULL && strcmp(word, words[i].word) == 0) {
            return words[i].state;
        }
    }
    return EP_EFFECT_STATE_UNKNOWN;
}

static bool is_running(struct ep_session *session, const char *sql, bool *ret_running,
                       struct ep_error *err)
{
    struct ep_result *result EP_CLEANUP(ep_result_drop) = NULL;

    if (!ep_session_query(session, EP_QUERY(running_sql, sql), EP_CLOCK_NEVER, &result, err)) {
        return false;
    }
    *ret_running = strcmp(ep_result_word(result, 0, 0), "0") != 0;
    return true;
}

bool ep_effect_look_up(struct ep_arena *arena, struct ep_session *session,
                       const struct ep_boundary *boundary, struct ep_span sql,
                       struct ep_effect *ret_effect, struct ep_error *err)
{
    struct ep_result *result EP_CLEANUP(ep_result_drop) = NULL;
    struct ep_effect effect = {.state = EP_EFFECT_STATE_UNKNOWN};
    bool running = false;

    if (!is_running(session, ep_arena_copy(arena, sql), &running, err)) {
        return false;
    }
    if (running) {
        ret_effect->state = EP_EFFECT_STATE_RUNNING;
        return true;
    }
    if (boundary->effect == EP_EFFECT_NONE) {
        *ret_effect = effect;
        return true;
    }
    const char *name = ep_arena_copy(arena, boundary->name);
    const char *other = ep_arena_copy(
        arena, boundary->effect == EP_EFFECT_VALUE_ADDED ? boundary->value : boundary->table);
    if (!ep_session_query(session, EP_QUERY(queries[boundary->effect], name, other), EP_CLOCK_NEVER,
                          &result, err)) {
        return false;
    }
    effect.state = state_of(ep_result_word(result, 0, 0));
    const char *object = ep_result_word(result, 0, 1);
    effect.object = object == NULL ? NULL : ep_arena_copy(arena, ep_span_of(object));
    *ret_effect = effect;
    return true;
}
