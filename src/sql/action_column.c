/* Columns and constraints, as CREATE TABLE and ALTER TABLE ... ADD write them. */
#include "sql/action_reader.h"

enum { COLUMNS_MAX = 32 }; /* of one index or key, as in the server */

void ep_sql_reader_take_columns(struct ep_sql_reader *reader, const char *const **ret_columns,
                                size_t *ret_count)
{
    struct ep_sql_cursor *cursor = &reader->cursor;
    const char **columns = ep_arena_array(reader->arena, COLUMNS_MAX, sizeof(*columns));
    struct ep_sql_cursor list = *cursor;
    size_t count = 0;
    bool is_leading = ep_sql_cursor_take_byte(&list, '(');

    while (is_leading && count < COLUMNS_MAX) {
        const char *column = ep_sql_cursor_take_part(&list, reader->arena);
        /* A call of a function, or no name at all. */
        is_leading = column != NULL && !ep_sql_cursor_is_byte(&list, '(')
                     && !ep_sql_cursor_is_byte(&list, '.');
        if (is_leading) {
            columns[count++] = column;
            ep_sql_cursor_skip_item(&list);
            is_leading = ep_sql_cursor_take_byte(&list, ',');
        }
    }
    if (ep_sql_cursor_is_byte(cursor, '(')) {
        ep_sql_cursor_skip(cursor);
    }
    *ret_columns = columns;
    *ret_count = count;
}

static bool is_any_of(const struct ep_sql_cursor *cursor, const char *const words[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (ep_sql_cursor_is(cursor, words[i])) {
            return true;
        }
    }
    return false;
}

/* What follows a column's type or default. */
static bool is_column_clause(const struct ep_sql_cursor *cursor)
{
    static const char *const words[] = {
        "CONSTRAINT", "NOT",       "NULL",    "DEFAULT",  "CHECK",       "UNIQUE", "PRIMARY",
        "REFERENCES", "GENERATED", "COLLATE", "STORAGE",  "COMPRESSION", "USING",  "DEFERRABLE",
        "INITIALLY",  "NO",        "CASCADE", "RESTRICT", "OPTIONS",
    };

    return is_any_of(cursor, words, EP_COUNT_OF(words));
}

static bool is_item_end(const struct ep_sql_cursor *cursor)
{
    return cursor->at_end || ep_sql_cursor_is_byte(cursor, ',')
           || ep_sql_cursor_is_byte(cursor, ')') || ep_sql_cursor_is_byte(cursor, ';');
}

struct ep_span ep_sql_reader_take_type(struct ep_sql_reader *reader)
{
    struct ep_sql_cursor *cursor = &reader->cursor;
    size_t begin = cursor->token.begin, end = begin;

    while (!is_item_end(cursor) && !is_column_clause(cursor)) {
        ep_sql_cursor_skip(cursor);
        end = cursor->behind;
    }
    return ep_span_part(cursor->lexer.text, begin, end - begin);
}

/* Functions and words before "(" that give all rows of one statement the same value. */
static bool is_steady(const struct ep_sql_cursor *cursor)
{
    static const char *const words[] = {
        "ARRAY",
        "CAST",
        "COALESCE",
        "CONCAT",
        "CURRENT_DATE",
        "CURRENT_SCHEMA",
        "CURRENT_SETTING",
        "CURRENT_TIME",
        "CURRENT_TIMESTAMP",
        "DATE",
        "DATE_TRUNC",
        "EXTRACT",
        "FORMAT",
        "GREATEST",
        "INTERVAL",
        "JSONB_BUILD_ARRAY",
        "JSONB_BUILD_OBJECT",
        "JSON_BUILD_ARRAY",
        "JSON_BUILD_OBJECT",
        "LEAST",
        "LENGTH",
        "LOCALTIME",
        "LOCALTIMESTAMP",
        "LOWER",
        "MAKE_DATE",
        "MAKE_INTERVAL",
        "MAKE_TIMESTAMP",
        "MAKE_TIMESTAMPTZ",
        "MD5",
        "NOW",
        "NUMERIC",
        "POINT",
        "ROUND",
        "ROW",
        "STATEMENT_TIMESTAMP",
        "TIME",
        "TIMESTAMP",
        "TIMEZONE",
        "TO_CHAR",
        "TO_DATE",
        "TO_JSON",
        "TO_JSONB",
        "TO_TIMESTAMP",
        "TO_TSVECTOR",
        "TRANSACTION_TIMESTAMP",
        "UPPER",
        "VARCHAR",
    };

    return is_any_of(cursor, words, EP_COUNT_OF(words));
}

/* A default, from behind DEFAULT: its marks. */
static unsigned take_default(struct ep_sql_reader *reader)
{
    struct ep_sql_cursor *cursor = &reader->cursor;
    bool is_cast = false, is_first = true;
    unsigned marks = ep_sql_cursor_is(cursor, "NULL") ? 0 : EP_SQL_MARK_DEFAULT;

    /* Into parentheses, too: now() + random() * interval '1 day' is to be seen. */
    for (size_t depth = 0; !cursor->at_end; is_first = false) {
        if (depth == 0 && (is_item_end(cursor) || (!is_first && is_column_clause(cursor)))) {
            break;
        }
        struct ep_sql_cursor before = *cursor;
        depth += ep_sql_cursor_is_byte(cursor, '(') || ep_sql_cursor_is_byte(cursor, '[');
        depth -=
            depth > 0 && (ep_sql_cursor_is_byte(cursor, ')') || ep_sql_cursor_is_byte(cursor, ']'));
        ep_sql_cursor_advance(cursor);
        bool is_name =
            before.token.kind == EP_SQL_WORD || before.token.kind == EP_SQL_QUOTED_IDENTIFIER;
        if (is_name && !is_cast && ep_sql_cursor_is_byte(cursor, '(') && !is_steady(&before)) {
            marks |= EP_SQL_MARK_COMPUTED;
        }
        struct ep_span text = ep_sql_token_text(before.lexer.text, before.token);
        is_cast = ep_span_equals(text, "::") || (is_cast && (is_name || ep_span_equals(text, ".")));
    }
    return marks;
}

/* From behind GENERATED: identity and stored columns have a value for each row. */
static unsigned take_generated(struct ep_sql_reader *reader)
{
    struct ep_sql_cursor *cursor = &reader->cursor;

    while (!is_item_end(cursor) && !ep_sql_cursor_is(cursor, "AS")) {
        ep_sql_cursor_advance(cursor);
    }
    (void)ep_sql_cursor_take(cursor, "AS");
    if (ep_sql_cursor_take(cursor, "IDENTITY")) {
        if (ep_sql_cursor_is_byte(cursor, '(')) {
            ep_sql_cursor_skip(cursor);
        }
        return EP_SQL_MARK_DEFAULT | EP_SQL_MARK_COMPUTED;
    }
    if (ep_sql_cursor_is_byte(cursor, '(')) {
        ep_sql_cursor_skip(cursor);
    }
    return ep_sql_cursor_take(cursor, "STORED") ? EP_SQL_MARK_DEFAULT | EP_SQL_MARK_COMPUTED
                                                : EP_SQL_MARK_DEFAULT;
}

/* "CHECK (column IS NOT NULL)": the column, else NULL. The cursor goes behind the parentheses. */
static const char *take_check(struct ep_sql_reader *reader)
{
    struct ep_sql_cursor inner = reader->cursor;
    const char *column = NULL;
    size_t depth = 0;

    while (ep_sql_cursor_take_byte(&inner, '(')) {
        depth++;
    }
    column = ep_sql_cursor_take_part(&inner, reader->arena);
    bool is_proof = column != NULL && ep_sql_cursor_take(&inner, "IS NOT NULL");
    while (depth > 0 && ep_sql_cursor_take_byte(&inner, ')')) {
        depth--;
    }
    if (ep_sql_cursor_is_byte(&reader->cursor, '(')) {
        ep_sql_cursor_skip(&reader->cursor);
    }
    return is_proof && depth == 0 ? column : NULL;
}

/* From behind REFERENCES; the columns are set by the caller. */
static struct ep_sql_action *take_references(struct ep_sql_reader *reader, struct ep_sql_name table,
                                             size_t offset)
{
    struct ep_sql_cursor *cursor = &reader->cursor;
    struct ep_sql_name referenced = {0};

    (void)ep_sql_cursor_take_name(cursor, reader->arena, &referenced);
    if (ep_sql_cursor_is_byte(cursor, '(')) {
        ep_sql_cursor_skip(cursor);
    }
    /* ON DELETE SET NULL and the like hold words that begin clauses. */
    while (ep_sql_cursor_take(cursor, "ON DELETE") || ep_sql_cursor_take(cursor, "ON UPDATE")
           || ep_sql_cursor_take(cursor, "MATCH")) {
        (void)(ep_sql_cursor_take(cursor, "SET NULL") || ep_sql_cursor_take(cursor, "SET DEFAULT")
               || ep_sql_cursor_take(cursor, "NO ACTION"));
        if (ep_sql_cursor_is(cursor, "CASCADE") || ep_sql_cursor_is(cursor, "RESTRICT")
            || ep_sql_cursor_is(cursor, "FULL") || ep_sql_cursor_is(cursor, "SIMPLE")
            || ep_sql_cursor_is(cursor, "PARTIAL")) {
            ep_sql_cursor_advance(cursor);
        }
        if (ep_sql_cursor_is_byte(cursor, '(')) {
            ep_sql_cursor_skip(cursor);
        }
    }
    struct ep_sql_action *action =
        ep_sql_reader_add(reader, EP_SQL_ACTION_ADD_FOREIGN_KEY, offset, table);
    action->other = referenced;
    return action;
}

/* One clause behind a column's type; what it adds to the column's marks. */
static unsigned take_clause(struct ep_sql_reader *reader, struct ep_sql_name table,
                            const char *column, const char *name)
{
    struct ep_sql_cursor *cursor = &reader->cursor;
    size_t offset = cursor->token.begin;
    struct ep_sql_action *action = NULL;

    if (ep_sql_cursor_take(cursor, "NOT NULL")) {
        return EP_SQL_MARK_NOT_NULL;
    }
    if (ep_sql_cursor_take(cursor, "DEFAULT")) {
        return take_default(reader);
    }
    if (ep_sql_cursor_take(cursor, "GENERATED")) {
        return take_generated(reader);
    }
    if (ep_sql_cursor_take(cursor, "CHECK")) {
        (void)take_check(reader);
        action = ep_sql_reader_add(reader, EP_SQL_ACTION_ADD_CHECK, offset, table);
        action->name = name;
        return 0;
    }
    if (ep_sql_cursor_take(cursor, "UNIQUE")) {
        action = ep_sql_reader_add(reader, EP_SQL_ACTION_ADD_UNIQUE, offset, table);
    } else if (ep_sql_cursor_take(cursor, "PRIMARY KEY")) {
        action = ep_sql_reader_add(reader, EP_SQL_ACTION_ADD_PRIMARY_KEY, offset, table);
    } else if (ep_sql_cursor_take(cursor, "REFERENCES")) {
        action = take_references(reader, table, offset);
    } else {
        ep_sql_cursor_skip(cursor);
        return 0;
    }
    action->name = name;
    ep_sql_reader_set_column(reader, action, column);
    return action->kind == EP_SQL_ACTION_ADD_PRIMARY_KEY ? EP_SQL_MARK_NOT_NULL : 0;
}

static bool type_is_serial(struct ep_span type)
{
    static const char *const names[] = {"SERIAL",  "BIGSERIAL", "SMALLSERIAL",
                                        "SERIAL4", "SERIAL8",   "SERIAL2"};

    for (size_t i = 0; i < EP_COUNT_OF(names); i++) {
        if (ep_sql_word_is(type, names[i])) {
            return true;
        }
    }
    return false;
}

void ep_sql_reader_take_column(struct ep_sql_reader *reader, struct ep_sql_name table,
                               unsigned marks)
{
    struct ep_sql_cursor *cursor = &reader->cursor;
    size_t offset = cursor->token.begin, at = reader->list->count;
    const char *column = ep_sql_cursor_take_part(cursor, reader->arena);

    if (column == NULL) {
        return;
    }
    struct ep_span type = ep_sql_reader_take_type(reader);
    struct ep_sql_action *action =
        ep_sql_reader_add(reader, EP_SQL_ACTION_ADD_COLUMN, offset, table);
    action->type = type;
    ep_sql_reader_set_column(reader, action, column);
    unsigned own = type_is_serial(type) ? EP_SQL_MARK_DEFAULT | EP_SQL_MARK_COMPUTED : 0;
    while (!is_item_end(cursor)) {
        const char *name = NULL;
        if (ep_sql_cursor_take(cursor, "CONSTRAINT")) {
            name = ep_sql_cursor_take_part(cursor, reader->arena);
        }
        if (!is_item_end(cursor)) {
            own |= take_clause(reader, table, column, name);
        }
    }
    reader->list->items[at].marks |= own;
    for (size_t i = at; i < reader->list->count; i++) {
        action = &reader->list->items[i];
        action->marks |= marks;
        /* All rows of a column without a default are NULL: the server does not look. */
        if (action->kind == EP_SQL_ACTION_ADD_FOREIGN_KEY && (own & EP_SQL_MARK_DEFAULT) == 0) {
            action->marks |= EP_SQL_MARK_NOT_VALID;
        }
    }
}

/* UNIQUE and PRIMARY KEY of a table, from behind these words. */
static void take_key(struct ep_sql_reader *reader, struct ep_sql_action *action)
{
    (void)ep_sql_cursor_take(&reader->cursor, "NULLS NOT DISTINCT");
    (void)ep_sql_cursor_take(&reader->cursor, "NULLS DISTINCT");
    if (ep_sql_cursor_take(&reader->cursor, "USING INDEX")) {
        action->marks |= EP_SQL_MARK_USING_INDEX;
        return;
    }
    ep_sql_reader_take_columns(reader, &action->columns, &action->column_count);
}

static struct ep_sql_action *take_body(struct ep_sql_reader *reader, struct ep_sql_name table,
                                       size_t offset)
{
    struct ep_sql_cursor *cursor = &reader->cursor;
    struct ep_sql_action *action = NULL;

    if (ep_sql_cursor_take(cursor, "CHECK")) {
        const char *column = take_check(reader);
        action = ep_sql_reader_add(reader, EP_SQL_ACTION_ADD_CHECK, offset, table);
        if (column != NULL) {
            ep_sql_reader_set_column(reader, action, column);
        }
    } else if (ep_sql_cursor_take(cursor, "UNIQUE")) {
        action = ep_sql_reader_add(reader, EP_SQL_ACTION_ADD_UNIQUE, offset, table);
        take_key(reader, action);
    } else if (ep_sql_cursor_take(cursor, "PRIMARY KEY")) {
        action = ep_sql_reader_add(reader, EP_SQL_ACTION_ADD_PRIMARY_KEY, offset, table);
        take_key(reader, action);
    } else if (ep_sql_cursor_take(cursor, "FOREIGN KEY")) {
        const char *const *columns = NULL;
        size_t count = 0;
        ep_sql_reader_take_columns(reader, &columns, &count);
        (void)ep_sql_cursor_take(cursor, "REFERENCES");
        action = take_references(reader, table, offset);
        action->columns = columns;
        action->column_count = count;
    } else if (ep_sql_cursor_take(cursor, "NOT NULL")) {
        action = ep_sql_reader_add(reader, EP_SQL_ACTION_SET_NOT_NULL, offset, table);
        ep_sql_reader_set_column(reader, action, ep_sql_cursor_take_part(cursor, reader->arena));
    } else if (ep_sql_cursor_take(cursor, "EXCLUDE")) {
        action = ep_sql_reader_add(reader, EP_SQL_ACTION_ADD_EXCLUSION, offset, table);
    }
    return action;
}

/* EXCLUDE is no reserved word: a column may have the name. */
static bool begins_constraint(const struct ep_sql_cursor *cursor)
{
    static const char *const words[] = {"CHECK", "UNIQUE", "PRIMARY", "FOREIGN", "NOT"};
    struct ep_sql_cursor behind = *cursor;

    if (is_any_of(cursor, words, EP_COUNT_OF(words))) {
        return true;
    }
    return ep_sql_cursor_take(&behind, "EXCLUDE")
           && (ep_sql_cursor_is(&behind, "USING") || ep_sql_cursor_is_byte(&behind, '('));
}

bool ep_sql_reader_take_constraint(struct ep_sql_reader *reader, struct ep_sql_name table,
                                   unsigned marks)
{
    struct ep_sql_cursor *cursor = &reader->cursor;
    size_t offset = cursor->token.begin;
    const char *name = NULL;

    if (ep_sql_cursor_take(cursor, "CONSTRAINT")) {
        name = ep_sql_cursor_take_part(cursor, reader->arena);
    } else if (!begins_constraint(cursor)) {
        return false;
    }
    struct ep_sql_action *action = take_body(reader, table, offset);
    while (!is_item_end(cursor)) {
        if (ep_sql_cursor_take(cursor, "NOT VALID")) {
            marks |= EP_SQL_MARK_NOT_VALID;
        } else {
            ep_sql_cursor_skip(cursor);
        }
    }
    if (action != NULL) {
        action->name = name;
        action->marks |= marks;
    }
    return true;
}
