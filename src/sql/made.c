#include "sql/made.h"

/* "IF NOT EXISTS" answers with a notice, not with an error; it is read over nevertheless. */
static bool take_name(struct ep_sql_cursor *cursor, struct ep_arena *arena,
                      struct ep_sql_name *ret_name)
{
    (void)ep_sql_cursor_take(cursor, "IF NOT EXISTS");
    return ep_sql_cursor_take_name(cursor, arena, ret_name);
}

/* Past the words of WITH, up to ON, which names the table of an index, a trigger or a policy. */
static bool take_owner(struct ep_sql_cursor *cursor, struct ep_arena *arena,
                       struct ep_sql_name *ret_owner)
{
    while (!cursor->at_end && !ep_sql_cursor_take(cursor, "ON")) {
        ep_sql_cursor_skip(cursor);
    }
    (void)ep_sql_cursor_take(cursor, "ONLY");
    return ep_sql_cursor_take_name(cursor, arena, ret_owner);
}

/* What CREATE may be followed by, and what that makes. */
static const struct {
    const char *words;
    enum ep_made_kind kind;
} creations[] = {
    {"TABLE", EP_MADE_TABLE},
    {"UNLOGGED TABLE", EP_MADE_TABLE},
    {"FOREIGN TABLE", EP_MADE_FOREIGN_TABLE},
    {"VIEW", EP_MADE_VIEW},
    {"RECURSIVE VIEW", EP_MADE_VIEW},
    {"MATERIALIZED VIEW", EP_MADE_MATERIALIZED_VIEW},
    {"SEQUENCE", EP_MADE_SEQUENCE},
    {"INDEX", EP_MADE_INDEX},
    {"UNIQUE INDEX", EP_MADE_INDEX},
    {"TRIGGER", EP_MADE_TRIGGER},
    {"CONSTRAINT TRIGGER", EP_MADE_TRIGGER},
    {"POLICY", EP_MADE_TRIGGER},
    {"RULE", EP_MADE_TRIGGER},
    {"TYPE", EP_MADE_TYPE},
    {"DOMAIN", EP_MADE_TYPE},
    {"FUNCTION", EP_MADE_ROUTINE},
    {"PROCEDURE", EP_MADE_ROUTINE},
    {"AGGREGATE", EP_MADE_ROUTINE},
    {"SCHEMA", EP_MADE_SCHEMA},
    {"EXTENSION", EP_MADE_OTHER},
    {"ROLE", EP_MADE_OTHER},
    {"COLLATION", EP_MADE_OTHER},
    {"PUBLICATION", EP_MADE_OTHER},
    {"EVENT TRIGGER", EP_MADE_OTHER},
    {"SERVER", EP_MADE_OTHER},
};

/* CREATE SCHEMA x [AUTHORIZATION y] CREATE TABLE ... makes more than a schema. */
static bool has_elements(struct ep_sql_cursor cursor)
{
    while (!cursor.at_end) {
        if (ep_sql_cursor_is(&cursor, "CREATE") || ep_sql_cursor_is(&cursor, "GRANT")) {
            return true;
        }
        ep_sql_cursor_skip(&cursor);
    }
    return false;
}

static void read_create(struct ep_sql_cursor *cursor, struct ep_arena *arena, struct ep_made *made)
{
    for (size_t i = 0; i < EP_COUNT_OF(creations) && made->kind == EP_MADE_NONE; i++) {
        if (ep_sql_cursor_take(cursor, creations[i].words)) {
            made->kind = creations[i].kind;
        }
    }
    if (made->kind == EP_MADE_INDEX) {
        (void)ep_sql_cursor_take(cursor, "CONCURRENTLY");
    }
    bool is_named = made->kind != EP_MADE_NONE && take_name(cursor, arena, &made->name);
    bool is_owned = made->kind == EP_MADE_INDEX || made->kind == EP_MADE_TRIGGER;
    if (!is_named || (is_owned && !take_owner(cursor, arena, &made->owner))
        || (made->kind == EP_MADE_SCHEMA && has_elements(*cursor))) {
        made->kind = EP_MADE_NONE;
    }
}

/* Whether another clause follows: ALTER TABLE ..., ... */
static bool has_more(struct ep_sql_cursor cursor)
{
    ep_sql_cursor_skip_item(&cursor);
    return ep_sql_cursor_is_byte(&cursor, ',');
}

static void read_alter(struct ep_sql_cursor *cursor, struct ep_arena *arena, struct ep_made *made)
{
    (void)ep_sql_cursor_take(cursor, "IF EXISTS");
    (void)ep_sql_cursor_take(cursor, "ONLY");
    if (!ep_sql_cursor_take_name(cursor, arena, &made->owner)) {
        return;
    }
    if (ep_span_equals(ep_sql_token_text(cursor->lexer.text, cursor->token), "*")) {
        ep_sql_cursor_advance(cursor);
    }
    if (!ep_sql_cursor_take(cursor, "ADD") || has_more(*cursor)) {
        return;
    }
    static const char *const unnamed[] = {"CHECK", "UNIQUE", "PRIMARY", "FOREIGN", "EXCLUDE"};
    for (size_t i = 0; i < EP_COUNT_OF(unnamed); i++) {
        if (ep_sql_cursor_is(cursor, unnamed[i])) {
            return;
        }
    }
    enum ep_made_kind kind =
        ep_sql_cursor_take(cursor, "CONSTRAINT") ? EP_MADE_CONSTRAINT : EP_MADE_COLUMN;
    (void)ep_sql_cursor_take(cursor, "COLUMN");
    (void)ep_sql_cursor_take(cursor, "IF NOT EXISTS");
    made->name.name = ep_sql_cursor_take_part(cursor, arena);
    made->kind = made->name.name == NULL ? EP_MADE_NONE : kind;
}

struct ep_made ep_made_read(struct ep_arena *arena, struct ep_span text,
                            const struct ep_sql_statement *statement)
{
    struct ep_made made = {.kind = EP_MADE_NONE};
    struct ep_sql_cursor cursor;

    ep_sql_cursor_begin(&cursor, text, statement->begin, statement->end);
    if (ep_sql_cursor_take(&cursor, "CREATE")) {
        read_create(&cursor, arena, &made);
    } else if (ep_sql_cursor_take(&cursor, "ALTER TABLE")) {
        read_alter(&cursor, arena, &made);
    }
    return made;
}
