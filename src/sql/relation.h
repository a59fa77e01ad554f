/*
 * relation.h - what a database says about a table, an index or a materialized
 * view that a statement names; for hazard.h.
 */
#ifndef EP_SQL_RELATION_H
#define EP_SQL_RELATION_H

#include "sql/cursor.h"

#include <stdint.h>

struct ep_relation_column {
    const char *name;
    const char *type; /* as format_type() writes it */
    bool is_not_null, has_default;
    int null_percent; /* of its rows, as ANALYZE saw them, rounded up; -1: not known */
};

/* The columns of an index, those that are expressions as "". */
struct ep_relation_index {
    const char *const *columns;
    size_t column_count;
};

/* CHECK (column IS NOT NULL) */
struct ep_relation_check {
    const char *name, *column;
    bool is_valid;
};

struct ep_relation {
    struct ep_sql_name name; /* as it was asked for */
    bool exists;
    char kind;     /* pg_class.relkind */
    int64_t bytes; /* of the table, without indexes; of an index, those of its table */
    int64_t rows;  /* as ANALYZE saw them; -1: not known */
    const struct ep_relation_column *columns;
    size_t column_count;
    const struct ep_relation_index *indexes;
    size_t index_count;
    const struct ep_relation_check *checks;
    size_t check_count;
};

struct ep_relation_list {
    const struct ep_relation *items;
    size_t count;
};

#endif
