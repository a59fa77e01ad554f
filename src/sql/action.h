/*
 * action.h - what a statement does to which object, as far as it can do harm.
 *
 * A statement becomes a list of actions: ALTER TABLE one for each of its
 * clauses, CREATE TABLE one for itself and one for each column and constraint, a
 * DO block those of the statements written in it. What is of no interest to
 * hazard_judge.h becomes none. Nothing is refused: a statement that the server
 * will refuse gives the actions that were understood.
 *
 * Source: PostgreSQL 18, src/backend/parser/gram.y.
 */
#ifndef EP_SQL_ACTION_H
#define EP_SQL_ACTION_H

#include "sql/cursor.h"
#include "sql/statement.h"

/* Kind, and the name in tests. */
#define EP_SQL_ACTION_LIST(X)                        \
    X(CREATE_TABLE, "create table")                  \
    X(CREATE_VIEW, "create materialized view")       \
    X(CREATE_TYPE, "create type")                    \
    X(DROP_TABLE, "drop table")                      \
    X(DROP_VIEW, "drop view")                        \
    X(DROP_INDEX, "drop index")                      \
    X(DROP_SCHEMA, "drop schema")                    \
    X(DROP_TYPE, "drop type")                        \
    X(DROP_OTHER, "drop other")                      \
    X(DROP_DATABASE, "drop database")                \
    X(TRUNCATE, "truncate")                          \
    X(ADD_COLUMN, "add column")                      \
    X(DROP_COLUMN, "drop column")                    \
    X(SET_TYPE, "set type")                          \
    X(SET_NOT_NULL, "set not null")                  \
    X(DROP_NOT_NULL, "drop not null")                \
    X(SET_DEFAULT, "set default")                    \
    X(DROP_DEFAULT, "drop default")                  \
    X(ADD_CHECK, "add check")                        \
    X(ADD_FOREIGN_KEY, "add foreign key")            \
    X(ADD_UNIQUE, "add unique")                      \
    X(ADD_PRIMARY_KEY, "add primary key")            \
    X(ADD_EXCLUSION, "add exclusion")                \
    X(VALIDATE_CONSTRAINT, "validate constraint")    \
    X(RENAME_TABLE, "rename table")                  \
    X(RENAME_VIEW, "rename view")                    \
    X(RENAME_COLUMN, "rename column")                \
    X(RENAME_SCHEMA, "rename schema")                \
    X(SET_SCHEMA, "set schema")                      \
    X(REWRITE_TABLE, "rewrite table")                \
    X(ATTACH_PARTITION, "attach partition")          \
    X(DETACH_PARTITION, "detach partition")          \
    X(CREATE_INDEX, "create index")                  \
    X(REINDEX, "reindex")                            \
    X(REFRESH_VIEW, "refresh materialized view")     \
    X(LOCK_TABLE, "lock table")                      \
    X(RENAME_VALUE, "rename value")                  \
    X(DOMAIN_CONSTRAINT, "add constraint to domain") \
    X(UPDATE, "update")                              \
    X(DELETE, "delete")

enum ep_sql_action_kind {
#define X(name, words) EP_SQL_ACTION_##name,
    EP_SQL_ACTION_LIST(X)
#undef X
};

/* What is said about an action. */
enum ep_sql_action_mark {
    EP_SQL_MARK_CONCURRENTLY = 1 << 0,
    EP_SQL_MARK_IF_EXISTS = 1 << 1, /* or IF NOT EXISTS, or OR REPLACE */
    EP_SQL_MARK_CASCADE = 1 << 2,
    EP_SQL_MARK_NOT_VALID = 1 << 3, /* also where the server sees that no row can break it */
    EP_SQL_MARK_USING_INDEX = 1 << 4,
    EP_SQL_MARK_NOT_NULL = 1 << 5,
    EP_SQL_MARK_DEFAULT = 1 << 6,  /* that is not NULL */
    EP_SQL_MARK_COMPUTED = 1 << 7, /* each row has a value of its own: volatile default, serial */
    EP_SQL_MARK_WHERE = 1 << 8,
    EP_SQL_MARK_CAST = 1 << 9,   /* USING column::type */
    EP_SQL_MARK_USING = 1 << 10, /* USING any other expression */
    EP_SQL_MARK_TEMPORARY = 1 << 11,
    EP_SQL_MARK_OF_CREATE = 1 << 12, /* a part of CREATE TABLE */
    EP_SQL_MARK_INDEX = 1 << 13      /* REINDEX INDEX: the object is an index */
};

struct ep_sql_action {
    enum ep_sql_action_kind kind;
    unsigned marks;            /* of enum ep_sql_action_mark */
    size_t offset;             /* byte in the text: of the statement, or of the clause */
    struct ep_sql_name object; /* the table, or what is dropped, created or renamed */
    struct ep_sql_name other;  /* referenced table, partition; the name or schema it gets */
    const char *name;          /* of a constraint or index, or the class of a DROP; or NULL */
    /* The one column; those of a key; the leading ones of an index; those that UPDATE sets; the one
     * that CHECK (column IS NOT NULL) is about. Before RENAME, and RENAME's new name behind it. */
    const char *const *columns;
    size_t column_count;
    struct ep_span type; /* of a column, as written */
};

struct ep_sql_action_list {
    struct ep_sql_action *items;
    size_t count, capacity;
};

/* Append the actions of a statement of text; all memory is the arena's. */
void ep_sql_action_read(struct ep_arena *arena, struct ep_span text,
                        const struct ep_sql_statement *statement, struct ep_sql_action_list *list);

/* The words of EP_SQL_ACTION_LIST. */
const char *ep_sql_action_words(enum ep_sql_action_kind kind);

bool ep_sql_action_has(const struct ep_sql_action *action, enum ep_sql_action_mark mark);

#endif
