/*
 * made.h - the one object that a statement makes, where it makes one and nothing else.
 *
 * For telling whether "already exists" means that the statement has nothing to do. What
 * does more than one thing, such as ALTER TABLE with two clauses, CREATE SCHEMA with
 * elements, or DO, makes none here, and neither does what is temporary or replaces something.
 *
 * Source: PostgreSQL 18, src/backend/parser/gram.y.
 */
#ifndef EP_SQL_MADE_H
#define EP_SQL_MADE_H

#include "sql/cursor.h"
#include "sql/statement.h"

enum ep_made_kind {
    EP_MADE_NONE,
    EP_MADE_TABLE,
    EP_MADE_VIEW,
    EP_MADE_MATERIALIZED_VIEW,
    EP_MADE_SEQUENCE,
    EP_MADE_FOREIGN_TABLE,
    EP_MADE_INDEX,      /* owner is its table */
    EP_MADE_COLUMN,     /* owner is its table */
    EP_MADE_CONSTRAINT, /* owner is its table */
    EP_MADE_TRIGGER,    /* and policies and rules */
    EP_MADE_TYPE,       /* and domains */
    EP_MADE_ROUTINE,
    EP_MADE_SCHEMA,
    EP_MADE_OTHER /* extension, role, publication and the like */
};

struct ep_made {
    enum ep_made_kind kind;
    struct ep_sql_name name, owner;
};

/* Names are the arena's. */
struct ep_made ep_made_read(struct ep_arena *arena, struct ep_span text,
                            const struct ep_sql_statement *statement);

#endif
