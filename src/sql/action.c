#include "sql/action.h"

#include "base/check.h"
#include "sql/action_reader.h"

const char *ep_sql_action_words(enum ep_sql_action_kind kind)
{
    static const char *const all[] = {
#define X(name, words) words,
        EP_SQL_ACTION_LIST(X)
#undef X
    };
    EP_CHECK((size_t)kind < EP_COUNT_OF(all));
    return all[kind];
}

bool ep_sql_action_has(const struct ep_sql_action *action, enum ep_sql_action_mark mark)
{
    return (action->marks & (unsigned)mark) != 0;
}

/* Names separated by commas, each an action; ONLY, * and what stands behind a name are no matter.
 * The actions get these marks, and CASCADE where the list ends with it. */
static void take_names(struct ep_sql_reader *reader, enum ep_sql_action_kind kind, size_t offset,
                       unsigned marks, const char *class)
{
    struct ep_sql_cursor *cursor = &reader->cursor;
    size_t first = reader->list->count;
    struct ep_sql_name name;

    do {
        (void)ep_sql_cursor_take(cursor, "ONLY");
        if (ep_sql_cursor_take_name(cursor, reader->arena, &name)) {
            struct ep_sql_action *action = ep_sql_reader_add(reader, kind, offset, name);
            action->marks = marks;
            action->name = class;
        }
        while (!cursor->at_end && !ep_sql_cursor_is_byte(cursor, ',')
               && !ep_sql_cursor_is(cursor, "CASCADE")) {
            ep_sql_cursor_skip(cursor);
        }
    } while (ep_sql_cursor_take_byte(cursor, ','));
    if (ep_sql_cursor_is(cursor, "CASCADE")) {
        for (size_t i = first; i < reader->list->count; i++) {
            reader->list->items[i].marks |= EP_SQL_MARK_CASCADE;
        }
    }
}

/* From behind CREATE [UNIQUE] INDEX. */
static void create_index(struct ep_sql_reader *reader, size_t offset)
{
    struct ep_sql_cursor *cursor = &reader->cursor;
    struct ep_sql_name table;
    const char *name = NULL;
    unsigned marks = ep_sql_cursor_take(cursor, "CONCURRENTLY") ? EP_SQL_MARK_CONCURRENTLY : 0;

    if (ep_sql_cursor_take(cursor, "IF NOT EXISTS")) {
        marks |= EP_SQL_MARK_IF_EXISTS;
    }
    if (!ep_sql_cursor_is(cursor, "ON")) {
        name = ep_sql_cursor_take_part(cursor, reader->arena);
    }
    if (!ep_sql_cursor_take(cursor, "ON")) {
        return;
    }
    (void)ep_sql_cursor_take(cursor, "ONLY");
    if (!ep_sql_cursor_take_name(cursor, reader->arena, &table)) {
        return;
    }
    if (ep_sql_cursor_take(cursor, "USING")) {
        ep_sql_cursor_advance(cursor);
    }
    struct ep_sql_action *action =
        ep_sql_reader_add(reader, EP_SQL_ACTION_CREATE_INDEX, offset, table);
    action->marks = marks;
    action->name = name;
    ep_sql_reader_take_columns(reader, &action->columns, &action->column_count);
}

static void create_view(struct ep_sql_reader *reader, size_t offset)
{
    (void)ep_sql_cursor_take(&reader->cursor, "IF NOT EXISTS");
    struct ep_sql_name view;
    if (ep_sql_cursor_take_name(&reader->cursor, reader->arena, &view)) {
        (void)ep_sql_reader_add(reader, EP_SQL_ACTION_CREATE_VIEW, offset, view);
    }
}

/* From behind CREATE. */
static void create(struct ep_sql_reader *reader, size_t offset)
{
    struct ep_sql_cursor *cursor = &reader->cursor;
    struct ep_sql_name name;
    unsigned marks = 0;

    (void)ep_sql_cursor_take(cursor, "OR REPLACE");
    if (ep_sql_cursor_take(cursor, "UNIQUE INDEX") || ep_sql_cursor_take(cursor, "INDEX")) {
        create_index(reader, offset);
    } else if (ep_sql_cursor_take(cursor, "MATERIALIZED VIEW")) {
        create_view(reader, offset);
    } else if (ep_sql_cursor_take(cursor, "TYPE")) {
        if (ep_sql_cursor_take_name(cursor, reader->arena, &name)) {
            (void)ep_sql_reader_add(reader, EP_SQL_ACTION_CREATE_TYPE, offset, name);
        }
    } else {
        (void)(ep_sql_cursor_take(cursor, "GLOBAL") || ep_sql_cursor_take(cursor, "LOCAL"));
        if (ep_sql_cursor_take(cursor, "TEMP") || ep_sql_cursor_take(cursor, "TEMPORARY")) {
            marks = EP_SQL_MARK_TEMPORARY;
        }
        (void)ep_sql_cursor_take(cursor, "UNLOGGED");
        if (ep_sql_cursor_take(cursor, "TABLE")) {
            ep_sql_reader_create_table(reader, offset, marks);
        }
    }
}

/* From behind DROP. */
static void drop(struct ep_sql_reader *reader, size_t offset)
{
    static const struct {
        const char *words;
        enum ep_sql_action_kind kind;
        const char *class;
    } classes[] = {
        {"TABLE", EP_SQL_ACTION_DROP_TABLE, "TABLE"},
        {"FOREIGN TABLE", EP_SQL_ACTION_DROP_OTHER, "FOREIGN TABLE"},
        {"MATERIALIZED VIEW", EP_SQL_ACTION_DROP_VIEW, "MATERIALIZED VIEW"},
        {"VIEW", EP_SQL_ACTION_DROP_VIEW, "VIEW"},
        {"INDEX", EP_SQL_ACTION_DROP_INDEX, "INDEX"},
        {"SCHEMA", EP_SQL_ACTION_DROP_SCHEMA, "SCHEMA"},
        {"TYPE", EP_SQL_ACTION_DROP_TYPE, "TYPE"},
        {"DOMAIN", EP_SQL_ACTION_DROP_OTHER, "DOMAIN"},
        {"SEQUENCE", EP_SQL_ACTION_DROP_OTHER, "SEQUENCE"},
        {"EXTENSION", EP_SQL_ACTION_DROP_OTHER, "EXTENSION"},
        {"OWNED BY", EP_SQL_ACTION_DROP_SCHEMA, "OWNED BY"},
        {"DATABASE", EP_SQL_ACTION_DROP_DATABASE, "DATABASE"},
    };
    struct ep_sql_cursor *cursor = &reader->cursor;

    for (size_t i = 0; i < EP_COUNT_OF(classes); i++) {
        if (ep_sql_cursor_take(cursor, classes[i].words)) {
            unsigned marks =
                ep_sql_cursor_take(cursor, "CONCURRENTLY") ? EP_SQL_MARK_CONCURRENTLY : 0;
            marks |= ep_sql_cursor_take(cursor, "IF EXISTS") ? EP_SQL_MARK_IF_EXISTS : 0;
            take_names(reader, classes[i].kind, offset, marks, classes[i].class);
            return;
        }
    }
}

/* ALTER SCHEMA, VIEW or MATERIALIZED VIEW name RENAME TO name; from behind the class. */
static void alter_name(struct ep_sql_reader *reader, enum ep_sql_action_kind kind, size_t offset)
{
    struct ep_sql_cursor *cursor = &reader->cursor;
    struct ep_sql_name name;

    (void)ep_sql_cursor_take(cursor, "IF EXISTS");
    if (ep_sql_cursor_take_name(cursor, reader->arena, &name)
        && ep_sql_cursor_take(cursor, "RENAME TO")) {
        struct ep_sql_action *action = ep_sql_reader_add(reader, kind, offset, name);
        action->other.name = ep_sql_cursor_take_part(cursor, reader->arena);
    }
}

/* From behind ALTER DOMAIN. */
static void alter_domain(struct ep_sql_reader *reader, size_t offset)
{
    struct ep_sql_cursor *cursor = &reader->cursor;
    struct ep_sql_name name;

    if (!ep_sql_cursor_take_name(cursor, reader->arena, &name)
        || !(ep_sql_cursor_take(cursor, "ADD") || ep_sql_cursor_take(cursor, "SET NOT NULL"))) {
        return;
    }
    unsigned marks = 0;
    while (!cursor->at_end) {
        if (ep_sql_cursor_take(cursor, "NOT VALID")) {
            marks = EP_SQL_MARK_NOT_VALID;
        } else {
            ep_sql_cursor_skip(cursor);
        }
    }
    ep_sql_reader_add(reader, EP_SQL_ACTION_DOMAIN_CONSTRAINT, offset, name)->marks = marks;
}

/* From behind ALTER. */
static void alter(struct ep_sql_reader *reader, size_t offset)
{
    struct ep_sql_cursor *cursor = &reader->cursor;
    struct ep_sql_name name;

    if (ep_sql_cursor_take(cursor, "TABLE")) {
        ep_sql_reader_alter_table(reader, offset);
    } else if (ep_sql_cursor_take(cursor, "SCHEMA")) {
        alter_name(reader, EP_SQL_ACTION_RENAME_SCHEMA, offset);
    } else if (ep_sql_cursor_take(cursor, "VIEW")
               || ep_sql_cursor_take(cursor, "MATERIALIZED VIEW")) {
        alter_name(reader, EP_SQL_ACTION_RENAME_VIEW, offset);
    } else if (ep_sql_cursor_take(cursor, "DOMAIN")) {
        alter_domain(reader, offset);
    } else if (ep_sql_cursor_take(cursor, "TYPE")
               && ep_sql_cursor_take_name(cursor, reader->arena, &name)
               && ep_sql_cursor_take(cursor, "RENAME VALUE")) {
        (void)ep_sql_reader_add(reader, EP_SQL_ACTION_RENAME_VALUE, offset, name);
    }
}

/* Options in parentheses, from the "(" on: whether this word is among them. */
static bool take_options(struct ep_sql_cursor *cursor, const char *word)
{
    struct ep_sql_cursor inner = *cursor;
    bool found = false;

    if (!ep_sql_cursor_is_byte(cursor, '(')) {
        return false;
    }
    ep_sql_cursor_skip(cursor);
    while (!inner.at_end && inner.token.begin < cursor->token.begin) {
        found = found || ep_sql_cursor_is(&inner, word);
        ep_sql_cursor_advance(&inner);
    }
    return found;
}

static void reindex(struct ep_sql_reader *reader, size_t offset)
{
    struct ep_sql_cursor *cursor = &reader->cursor;
    unsigned marks = take_options(cursor, "CONCURRENTLY") ? EP_SQL_MARK_CONCURRENTLY : 0;

    if (ep_sql_cursor_take(cursor, "INDEX")) {
        marks |= EP_SQL_MARK_INDEX;
    } else if (!ep_sql_cursor_take(cursor, "TABLE")) {
        return;
    }
    if (ep_sql_cursor_take(cursor, "CONCURRENTLY")) {
        marks |= EP_SQL_MARK_CONCURRENTLY;
    }
    take_names(reader, EP_SQL_ACTION_REINDEX, offset, marks, NULL);
}

/* From behind VACUUM: only FULL writes the table anew. */
static void vacuum(struct ep_sql_reader *reader, size_t offset)
{
    struct ep_sql_cursor *cursor = &reader->cursor;
    bool is_full = take_options(cursor, "FULL") || ep_sql_cursor_take(cursor, "FULL");

    while (ep_sql_cursor_is(cursor, "FREEZE") || ep_sql_cursor_is(cursor, "VERBOSE")
           || ep_sql_cursor_is(cursor, "ANALYZE")) {
        ep_sql_cursor_advance(cursor);
    }
    if (is_full) {
        take_names(reader, EP_SQL_ACTION_REWRITE_TABLE, offset, 0, NULL);
    }
}

static void cluster(struct ep_sql_reader *reader, size_t offset)
{
    struct ep_sql_cursor *cursor = &reader->cursor;

    (void)take_options(cursor, "VERBOSE");
    (void)ep_sql_cursor_take(cursor, "VERBOSE");
    take_names(reader, EP_SQL_ACTION_REWRITE_TABLE, offset, 0, NULL);
}

/* From behind LOCK: only what keeps readers or writers out is of interest. */
static void lock(struct ep_sql_reader *reader, size_t offset)
{
    struct ep_sql_cursor at = reader->cursor;
    bool is_strong = true;

    (void)ep_sql_cursor_take(&reader->cursor, "TABLE");
    for (; !at.at_end; ep_sql_cursor_advance(&at)) {
        if (ep_sql_cursor_take(&at, "IN")) {
            is_strong = !ep_sql_cursor_is(&at, "ROW") && !ep_sql_cursor_take(&at, "ACCESS SHARE");
        }
    }
    if (is_strong) {
        take_names(reader, EP_SQL_ACTION_LOCK_TABLE, offset, 0, NULL);
    }
}

static bool has_where(struct ep_sql_cursor cursor)
{
    while (!cursor.at_end && !ep_sql_cursor_is(&cursor, "WHERE")) {
        ep_sql_cursor_skip(&cursor);
    }
    return !cursor.at_end;
}

/* From behind UPDATE [ONLY] table: the columns that it sets. */
static void take_assignments(struct ep_sql_reader *reader, struct ep_sql_action *action)
{
    enum { COLUMNS_MAX = 64 };
    struct ep_sql_cursor *cursor = &reader->cursor;
    const char **columns = ep_arena_array(reader->arena, COLUMNS_MAX, sizeof(*columns));

    while (!cursor->at_end && !ep_sql_cursor_take(cursor, "SET")) {
        ep_sql_cursor_advance(cursor);
    }
    do {
        bool in_list = ep_sql_cursor_take_byte(cursor, '('); /* (a, b) = (1, 2) */
        do {
            const char *column = ep_sql_cursor_take_part(cursor, reader->arena);
            if (column != NULL && action->column_count < COLUMNS_MAX) {
                columns[action->column_count++] = column;
            }
        } while (in_list && ep_sql_cursor_take_byte(cursor, ','));
        (void)ep_sql_cursor_take_byte(cursor, ')');
        ep_sql_cursor_skip_item(cursor);
    } while (ep_sql_cursor_take_byte(cursor, ','));
    action->columns = columns;
}

/* From behind UPDATE, and behind DELETE FROM. */
static void change_rows(struct ep_sql_reader *reader, enum ep_sql_action_kind kind, size_t offset)
{
    struct ep_sql_cursor *cursor = &reader->cursor;
    struct ep_sql_name table;

    (void)ep_sql_cursor_take(cursor, "ONLY");
    if (!ep_sql_cursor_take_name(cursor, reader->arena, &table)) {
        return;
    }
    struct ep_sql_action *action = ep_sql_reader_add(reader, kind, offset, table);
    action->marks = has_where(*cursor) ? EP_SQL_MARK_WHERE : 0;
    if (kind == EP_SQL_ACTION_UPDATE) {
        take_assignments(reader, action);
    }
}

/* WITH name AS (...): to the statement that it is for. */
static void skip_with(struct ep_sql_cursor *cursor)
{
    while (ep_sql_cursor_is(cursor, "WITH")
           || (!cursor->at_end && !ep_sql_cursor_is(cursor, "UPDATE")
               && !ep_sql_cursor_is(cursor, "DELETE") && !ep_sql_cursor_is(cursor, "INSERT")
               && !ep_sql_cursor_is(cursor, "SELECT"))) {
        ep_sql_cursor_skip(cursor);
    }
}

/* PL/pgSQL's own words before a statement: BEGIN, IF ... THEN, ELSE, EXCEPTION WHEN ... THEN. */
static void skip_control(struct ep_sql_cursor *cursor)
{
    for (;;) {
        const char *until = NULL;
        if (ep_sql_cursor_is(cursor, "BEGIN") || ep_sql_cursor_is(cursor, "ELSE")
            || ep_sql_cursor_is(cursor, "LOOP") || ep_sql_cursor_is(cursor, "EXCEPTION")) {
            ep_sql_cursor_advance(cursor);
            continue;
        }
        if (ep_sql_cursor_is(cursor, "IF") || ep_sql_cursor_is(cursor, "ELSIF")
            || ep_sql_cursor_is(cursor, "WHEN")) {
            until = "THEN";
        } else if (ep_sql_cursor_is(cursor, "FOR") || ep_sql_cursor_is(cursor, "WHILE")) {
            until = "LOOP";
        } else {
            return;
        }
        while (!cursor->at_end && !ep_sql_cursor_take(cursor, until)) {
            ep_sql_cursor_skip(cursor);
        }
    }
}

/* The statement that the cursor stands on. */
static void read_statement(struct ep_sql_reader *reader)
{
    struct ep_sql_cursor *cursor = &reader->cursor;
    size_t offset = cursor->token.begin;

    if (ep_sql_cursor_is(cursor, "WITH")) {
        skip_with(cursor);
    }
    if (ep_sql_cursor_take(cursor, "CREATE")) {
        create(reader, offset);
    } else if (ep_sql_cursor_take(cursor, "ALTER")) {
        alter(reader, offset);
    } else if (ep_sql_cursor_take(cursor, "DROP")) {
        drop(reader, offset);
    } else if (ep_sql_cursor_take(cursor, "TRUNCATE")) {
        (void)ep_sql_cursor_take(cursor, "TABLE");
        take_names(reader, EP_SQL_ACTION_TRUNCATE, offset, 0, NULL);
    } else if (ep_sql_cursor_take(cursor, "UPDATE")) {
        change_rows(reader, EP_SQL_ACTION_UPDATE, offset);
    } else if (ep_sql_cursor_take(cursor, "DELETE FROM")) {
        change_rows(reader, EP_SQL_ACTION_DELETE, offset);
    } else if (ep_sql_cursor_take(cursor, "REINDEX")) {
        reindex(reader, offset);
    } else if (ep_sql_cursor_take(cursor, "REFRESH MATERIALIZED VIEW")) {
        unsigned marks = ep_sql_cursor_take(cursor, "CONCURRENTLY") ? EP_SQL_MARK_CONCURRENTLY : 0;
        take_names(reader, EP_SQL_ACTION_REFRESH_VIEW, offset, marks, NULL);
    } else if (ep_sql_cursor_take(cursor, "VACUUM")) {
        vacuum(reader, offset);
    } else if (ep_sql_cursor_take(cursor, "CLUSTER")) {
        cluster(reader, offset);
    } else if (ep_sql_cursor_take(cursor, "LOCK")) {
        lock(reader, offset);
    }
}

/* From behind DO: the statements in $$...$$, at their places in the file. What is put together by
 * EXECUTE is not known. */
static void read_block(struct ep_sql_reader *reader)
{
    struct ep_sql_cursor *cursor = &reader->cursor;
    struct ep_sql_statement statement;

    while (!cursor->at_end && cursor->token.kind != EP_SQL_DOLLAR_STRING) {
        ep_sql_cursor_advance(cursor);
    }
    if (cursor->at_end) {
        return;
    }
    struct ep_span quoted = ep_sql_token_text(cursor->lexer.text, cursor->token);
    size_t tag = ep_span_find_byte(quoted, 1, '$') + 1;
    size_t begin = cursor->token.begin + tag, end = cursor->token.end - tag;
    struct ep_sql_cutter cutter = {
        .text = ep_span_part(cursor->lexer.text, 0, end),
        .lexer = {.text = ep_span_part(cursor->lexer.text, 0, end), .offset = begin},
        .place = {.offset = begin}, /* lines are not asked for */
    };
    while (ep_sql_cutter_next(&cutter, &statement)) {
        struct ep_sql_reader inner = {.arena = reader->arena, .list = reader->list};
        ep_sql_cursor_begin(&inner.cursor, cutter.text, statement.begin, statement.end);
        skip_control(&inner.cursor);
        read_statement(&inner);
    }
}

void ep_sql_action_read(struct ep_arena *arena, struct ep_span text,
                        const struct ep_sql_statement *statement, struct ep_sql_action_list *list)
{
    struct ep_sql_reader reader = {.arena = arena, .list = list};

    if (statement->item == EP_SQL_ITEM_STATEMENT) {
        ep_sql_cursor_begin(&reader.cursor, text, statement->begin, statement->end);
        if (ep_sql_cursor_take(&reader.cursor, "DO")) {
            read_block(&reader);
        } else {
            read_statement(&reader);
        }
    }
}
