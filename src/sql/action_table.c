/* CREATE TABLE and ALTER TABLE. */
#include "sql/action_reader.h"

#include "base/check.h"

/* The elements in parentheses. */
static void take_elements(struct ep_sql_reader *reader, struct ep_sql_name table, unsigned marks)
{
    struct ep_sql_cursor *cursor = &reader->cursor;

    do {
        if (ep_sql_cursor_is(cursor, "LIKE")) {
            ep_sql_cursor_skip_item(cursor);
        } else if (!ep_sql_reader_take_constraint(reader, table, marks)) {
            ep_sql_reader_take_column(reader, table, marks);
        }
        ep_sql_cursor_skip_item(cursor);
    } while (ep_sql_cursor_take_byte(cursor, ','));
}

void ep_sql_reader_create_table(struct ep_sql_reader *reader, size_t offset, unsigned marks)
{
    struct ep_sql_cursor *cursor = &reader->cursor;
    struct ep_sql_name table = {0};

    if (ep_sql_cursor_take(cursor, "IF NOT EXISTS")) {
        marks |= EP_SQL_MARK_IF_EXISTS;
    }
    if (!ep_sql_cursor_take_name(cursor, reader->arena, &table)) {
        return;
    }
    ep_sql_reader_add(reader, EP_SQL_ACTION_CREATE_TABLE, offset, table)->marks = marks;
    if (ep_sql_cursor_take_byte(cursor, '(')) {
        take_elements(reader, table, marks | EP_SQL_MARK_OF_CREATE);
    }
}

/* From behind TYPE. USING "column"::type is the cast that the server would do anyway, if
 * explicitly. */
static void take_type_change(struct ep_sql_reader *reader, struct ep_sql_action *action)
{
    struct ep_sql_cursor *cursor = &reader->cursor;

    action->kind = EP_SQL_ACTION_SET_TYPE;
    action->type = ep_sql_reader_take_type(reader);
    while (!cursor->at_end && !ep_sql_cursor_is(cursor, "USING")
           && !ep_sql_cursor_is_byte(cursor, ',') && !ep_sql_cursor_is_byte(cursor, ';')) {
        ep_sql_cursor_skip(cursor);
    }
    if (!ep_sql_cursor_take(cursor, "USING")) {
        return;
    }
    bool in_parentheses = ep_sql_cursor_take_byte(cursor, '(');
    const char *column = ep_sql_cursor_take_part(cursor, reader->arena);
    bool is_cast = column != NULL && strcmp(column, action->columns[0]) == 0
                   && ep_span_equals(ep_sql_token_text(cursor->lexer.text, cursor->token), "::");
    if (is_cast) {
        ep_sql_cursor_advance(cursor);
        is_cast = ep_span_equal(ep_sql_reader_take_type(reader), action->type);
    }
    is_cast = is_cast && (!in_parentheses || ep_sql_cursor_take_byte(cursor, ')'));
    is_cast = is_cast
              && (cursor->at_end || ep_sql_cursor_is_byte(cursor, ',')
                  || ep_sql_cursor_is_byte(cursor, ';'));
    action->marks |= is_cast ? EP_SQL_MARK_CAST : EP_SQL_MARK_USING;
}

/* From behind ALTER [COLUMN]. */
static void alter_column(struct ep_sql_reader *reader, struct ep_sql_name table, size_t offset)
{
    static const struct {
        const char *words;
        enum ep_sql_action_kind kind;
    } clauses[] = {
        {"SET NOT NULL", EP_SQL_ACTION_SET_NOT_NULL},
        {"DROP NOT NULL", EP_SQL_ACTION_DROP_NOT_NULL},
        {"SET DEFAULT", EP_SQL_ACTION_SET_DEFAULT},
        {"DROP DEFAULT", EP_SQL_ACTION_DROP_DEFAULT},
    };
    struct ep_sql_cursor *cursor = &reader->cursor;
    const char *column = ep_sql_cursor_take_part(cursor, reader->arena);

    if (column == NULL) {
        return;
    }
    if (ep_sql_cursor_take(cursor, "SET DATA TYPE") || ep_sql_cursor_take(cursor, "TYPE")) {
        struct ep_sql_action *action =
            ep_sql_reader_add(reader, EP_SQL_ACTION_SET_TYPE, offset, table);
        ep_sql_reader_set_column(reader, action, column);
        take_type_change(reader, action);
        return;
    }
    for (size_t i = 0; i < EP_COUNT_OF(clauses); i++) {
        if (ep_sql_cursor_take(cursor, clauses[i].words)) {
            ep_sql_reader_set_column(
                reader, ep_sql_reader_add(reader, clauses[i].kind, offset, table), column);
        }
    }
}

/* From behind DROP. */
static void drop_from_table(struct ep_sql_reader *reader, struct ep_sql_name table, size_t offset)
{
    struct ep_sql_cursor *cursor = &reader->cursor;

    if (ep_sql_cursor_take(cursor, "CONSTRAINT")) {
        return;
    }
    (void)ep_sql_cursor_take(cursor, "COLUMN");
    bool if_exists = ep_sql_cursor_take(cursor, "IF EXISTS");
    const char *column = ep_sql_cursor_take_part(cursor, reader->arena);
    if (column != NULL) {
        struct ep_sql_action *action =
            ep_sql_reader_add(reader, EP_SQL_ACTION_DROP_COLUMN, offset, table);
        ep_sql_reader_set_column(reader, action, column);
        action->marks = (if_exists ? EP_SQL_MARK_IF_EXISTS : 0)
                        | (ep_sql_cursor_is(cursor, "CASCADE") ? EP_SQL_MARK_CASCADE : 0);
    }
}

/* From behind RENAME. */
static void rename_in_table(struct ep_sql_reader *reader, struct ep_sql_name table, size_t offset)
{
    struct ep_sql_cursor *cursor = &reader->cursor;
    struct ep_sql_action *action = NULL;

    if (ep_sql_cursor_take(cursor, "TO")) {
        action = ep_sql_reader_add(reader, EP_SQL_ACTION_RENAME_TABLE, offset, table);
        action->other.name = ep_sql_cursor_take_part(cursor, reader->arena);
        action->other.schema = table.schema;
    } else if (!ep_sql_cursor_take(cursor, "CONSTRAINT")) {
        (void)ep_sql_cursor_take(cursor, "COLUMN");
        const char *column = ep_sql_cursor_take_part(cursor, reader->arena);
        if (column != NULL && ep_sql_cursor_take(cursor, "TO")) {
            action = ep_sql_reader_add(reader, EP_SQL_ACTION_RENAME_COLUMN, offset, table);
            ep_sql_reader_set_column(reader, action, column);
            action->other.name = ep_sql_cursor_take_part(cursor, reader->arena);
        }
    }
}

/* From behind SET. */
static void set_in_table(struct ep_sql_reader *reader, struct ep_sql_name table, size_t offset)
{
    struct ep_sql_cursor *cursor = &reader->cursor;

    if (ep_sql_cursor_take(cursor, "SCHEMA")) {
        struct ep_sql_action *action =
            ep_sql_reader_add(reader, EP_SQL_ACTION_SET_SCHEMA, offset, table);
        action->other.schema = ep_sql_cursor_take_part(cursor, reader->arena);
        action->other.name = table.name;
    } else if (ep_sql_cursor_is(cursor, "LOGGED") || ep_sql_cursor_is(cursor, "UNLOGGED")
               || ep_sql_cursor_is(cursor, "TABLESPACE") || ep_sql_cursor_is(cursor, "ACCESS")) {
        (void)ep_sql_reader_add(reader, EP_SQL_ACTION_REWRITE_TABLE, offset, table);
    }
}

/* From behind ATTACH or DETACH PARTITION. */
static void change_partition(struct ep_sql_reader *reader, enum ep_sql_action_kind kind,
                             struct ep_sql_name table, size_t offset)
{
    struct ep_sql_action *action = ep_sql_reader_add(reader, kind, offset, table);

    (void)ep_sql_cursor_take_name(&reader->cursor, reader->arena, &action->other);
    if (ep_sql_cursor_is(&reader->cursor, "CONCURRENTLY")
        || ep_sql_cursor_is(&reader->cursor, "FINALIZE")) {
        action->marks |= EP_SQL_MARK_CONCURRENTLY;
    }
}

static void add_to_table(struct ep_sql_reader *reader, struct ep_sql_name table)
{
    struct ep_sql_cursor *cursor = &reader->cursor;
    unsigned marks = 0;

    if (ep_sql_reader_take_constraint(reader, table, 0)) {
        return;
    }
    (void)ep_sql_cursor_take(cursor, "COLUMN");
    if (ep_sql_cursor_take(cursor, "IF NOT EXISTS")) {
        marks = EP_SQL_MARK_IF_EXISTS;
    }
    ep_sql_reader_take_column(reader, table, marks);
}

static void take_clause(struct ep_sql_reader *reader, struct ep_sql_name table, size_t offset)
{
    struct ep_sql_cursor *cursor = &reader->cursor;

    if (ep_sql_cursor_take(cursor, "ADD")) {
        add_to_table(reader, table);
    } else if (ep_sql_cursor_take(cursor, "DROP")) {
        drop_from_table(reader, table, offset);
    } else if (ep_sql_cursor_take(cursor, "ALTER CONSTRAINT")) {
        return;
    } else if (ep_sql_cursor_take(cursor, "ALTER")) {
        (void)ep_sql_cursor_take(cursor, "COLUMN");
        alter_column(reader, table, offset);
    } else if (ep_sql_cursor_take(cursor, "RENAME")) {
        rename_in_table(reader, table, offset);
    } else if (ep_sql_cursor_take(cursor, "SET")) {
        set_in_table(reader, table, offset);
    } else if (ep_sql_cursor_take(cursor, "ATTACH PARTITION")) {
        change_partition(reader, EP_SQL_ACTION_ATTACH_PARTITION, table, offset);
    } else if (ep_sql_cursor_take(cursor, "DETACH PARTITION")) {
        change_partition(reader, EP_SQL_ACTION_DETACH_PARTITION, table, offset);
    } else if (ep_sql_cursor_take(cursor, "VALIDATE CONSTRAINT")) {
        struct ep_sql_action *action =
            ep_sql_reader_add(reader, EP_SQL_ACTION_VALIDATE_CONSTRAINT, offset, table);
        action->name = ep_sql_cursor_take_part(cursor, reader->arena);
    }
}

void ep_sql_reader_alter_table(struct ep_sql_reader *reader, size_t offset)
{
    struct ep_sql_cursor *cursor = &reader->cursor;
    struct ep_sql_name table = {0};

    (void)ep_sql_cursor_take(cursor, "IF EXISTS");
    (void)ep_sql_cursor_take(cursor, "ONLY");
    if (!ep_sql_cursor_take_name(cursor, reader->arena, &table)) {
        return;
    }
    if (ep_span_equals(ep_sql_token_text(cursor->lexer.text, cursor->token), "*")) {
        ep_sql_cursor_advance(cursor);
    }
    /* The first clause stands where the statement does: its line is where one looks. */
    for (bool is_first = true; !cursor->at_end; is_first = false) {
        size_t before = cursor->token.begin;
        take_clause(reader, table, is_first ? offset : before);
        ep_sql_cursor_skip_item(cursor);
        while (ep_sql_cursor_is_byte(cursor, ')')) { /* of nothing: broken SQL */
            ep_sql_cursor_advance(cursor);
        }
        if (!ep_sql_cursor_take_byte(cursor, ',')) {
            break;
        }
        EP_CHECK(cursor->token.begin > before);
    }
}
