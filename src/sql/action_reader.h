/*
 * action_reader.h - what the parts of ep_sql_action_read() have in common.
 */
#ifndef EP_SQL_ACTION_READER_H
#define EP_SQL_ACTION_READER_H

#include "sql/action.h"

/* One statement being read. */
struct ep_sql_reader {
    struct ep_arena *arena;
    struct ep_sql_action_list *list;
    struct ep_sql_cursor cursor;
};

/* Append an action; the address is good until the next one is. */
struct ep_sql_action *ep_sql_reader_add(const struct ep_sql_reader *reader,
                                        enum ep_sql_action_kind kind, size_t offset,
                                        struct ep_sql_name object);

/* Give an action one column. */
void ep_sql_reader_set_column(const struct ep_sql_reader *reader, struct ep_sql_action *action,
                              const char *column);

/*
 * From "(" on: the names that lead a list, up to the first element that is an
 * expression; then go behind the list.
 */
void ep_sql_reader_take_columns(struct ep_sql_reader *reader, const char *const **ret_columns,
                                size_t *ret_count);

/*
 * From the column's name on: ADD_COLUMN, and the constraints written with it.
 * marks are those that each of these actions gets.
 */
void ep_sql_reader_take_column(struct ep_sql_reader *reader, struct ep_sql_name table,
                               unsigned marks);

/* A type, as written, up to what cannot be part of it. */
struct ep_span ep_sql_reader_take_type(struct ep_sql_reader *reader);

/*
 * A constraint of a table, from CONSTRAINT name or its own first word on; false
 * when there is none.
 */
bool ep_sql_reader_take_constraint(struct ep_sql_reader *reader, struct ep_sql_name table,
                                   unsigned marks);

/* From behind CREATE TABLE, and behind ALTER TABLE. */
void ep_sql_reader_create_table(struct ep_sql_reader *reader, size_t offset, unsigned marks);
void ep_sql_reader_alter_table(struct ep_sql_reader *reader, size_t offset);

#endif
