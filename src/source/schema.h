/*
 * schema.h - the tables of a database and what belongs to them, as facts to compare.
 *
 * A snapshot is read into this (snapshot.h), and the catalogs are (steps/catalog.h).
 * What only one of the two can say is marked as unknown, and not compared.
 *
 * Names are as PostgreSQL keeps them: cut to 63 bytes. All memory is an arena's.
 */
#ifndef EP_SOURCE_SCHEMA_H
#define EP_SOURCE_SCHEMA_H

#include "base/arena.h"

#include <stdbool.h>

struct ep_names {
    const char **items;
    size_t count;
};

struct ep_column {
    const char *name;
    const char *type; /* a snapshot: as SQL could have it; the catalogs: as format_type() has it */
    bool not_null;
    bool has_default; /* also that of a serial or a generated column, none of an identity */
    bool generated;
    char identity; /* 'a' always, 'd' by default, or '\0' */
    int number;    /* the catalogs: attnum */
};

enum ep_constraint_kind {
    EP_CONSTRAINT_PRIMARY_KEY,
    EP_CONSTRAINT_UNIQUE,
    EP_CONSTRAINT_FOREIGN_KEY,
    EP_CONSTRAINT_CHECK
};

struct ep_constraint {
    enum ep_constraint_kind kind;
    const char *name;
    bool may_differ;                  /* a snapshot: the database may have another name for it */
    struct ep_names columns;          /* not of a check */
    bool nulls_not_distinct;          /* of a unique constraint */
    const char *to_schema, *to_table; /* of a foreign key, as the rest */
    struct ep_names to_columns;
    const char *on_update, *on_delete; /* "no action", "cascade", ... */
    bool not_valid;                    /* the catalogs: existing rows were not checked */
};

struct ep_index {
    const char *name;
    bool may_differ;       /* a snapshot: the database may have another name for it */
    struct ep_names parts; /* columns; "" for an expression */
    const char *method;    /* NULL: unknown */
    bool is_unique;
    bool has_predicate;
    bool backs_constraint; /* the catalogs: it is a constraint's, and only its validity matters */
    bool not_valid;        /* the catalogs: left over by a CREATE INDEX CONCURRENTLY that failed */
};

struct ep_row_policy {
    const char *name;
    const char *command; /* "all", "select", ... */
    bool is_restrictive;
    struct ep_names roles; /* in the order of their bytes; none: unknown */
    bool has_using, has_check;
};

struct ep_table {
    const char *schema, *name;
    struct ep_column *columns;
    size_t column_count;
    struct ep_constraint *constraints;
    size_t constraint_count;
    struct ep_index *indexes;
    size_t index_count;
    struct ep_row_policy *policies;
    size_t policy_count;
    bool row_security;
    bool knows_policies; /* row_security and policies are known */
    bool is_minor;       /* the catalogs: a partition or an extension's; nobody expects it */
    unsigned oid;        /* the catalogs */
};

struct ep_enumeration_type {
    const char *schema, *name;
    struct ep_names values;
};

struct ep_sequence {
    const char *schema, *name;
    const char *increment, *min, *max, *start, *cache; /* NULL: unknown */
    bool cycle;
    bool is_minor; /* the catalogs: that of a column, or an extension's */
};

struct ep_view {
    const char *schema, *name;
    bool is_materialized;
    bool is_minor;
};

struct ep_schema {
    struct ep_names schemas; /* a snapshot: without "public" */
    struct ep_table *tables; /* in the order of ep_schema_sort() */
    size_t table_count;
    struct ep_enumeration_type *enums;
    size_t enum_count;
    struct ep_sequence *sequences;
    size_t sequence_count;
    struct ep_view *views;
    size_t view_count;
    bool knows_sequences, knows_views; /* the snapshot's format has them */
};

/* A name as PostgreSQL keeps it: at most 63 bytes, and no part of a character at the end. */
const char *ep_schema_name(struct ep_arena *arena, const char *name);

/*
 * Add one, zeroed. The array may move: an address is good until the next one of its
 * kind is added.
 */
void ep_schema_add_name(struct ep_arena *arena, struct ep_names *names, const char *name);
struct ep_table *ep_schema_add_table(struct ep_arena *arena, struct ep_schema *schema);
struct ep_column *ep_schema_add_column(struct ep_arena *arena, struct ep_table *table);
struct ep_constraint *ep_schema_add_constraint(struct ep_arena *arena, struct ep_table *table);
struct ep_index *ep_schema_add_index(struct ep_arena *arena, struct ep_table *table);
struct ep_row_policy *ep_schema_add_policy(struct ep_arena *arena, struct ep_table *table);
struct ep_enumeration_type *ep_schema_add_enum(struct ep_arena *arena, struct ep_schema *schema);
struct ep_sequence *ep_schema_add_sequence(struct ep_arena *arena, struct ep_schema *schema);
struct ep_view *ep_schema_add_view(struct ep_arena *arena, struct ep_schema *schema);

/* Put everything but what belongs to tables in the order of schema and name, for finding. */
void ep_schema_sort(struct ep_schema *schema);

/* Everything of other that is not there yet; both are sorted afterwards. What is added is shared.
 */
void ep_schema_merge(struct ep_arena *arena, struct ep_schema *schema,
                     const struct ep_schema *other);

/* NULL when there is none. After ep_schema_sort(). */
struct ep_table *ep_schema_find_table(const struct ep_schema *schema, const char *schema_name,
                                      const char *name);
struct ep_enumeration_type *ep_schema_find_enum(const struct ep_schema *schema,
                                                const char *schema_name, const char *name);
struct ep_sequence *ep_schema_find_sequence(const struct ep_schema *schema, const char *schema_name,
                                            const char *name);
struct ep_view *ep_schema_find_view(const struct ep_schema *schema, const char *schema_name,
                                    const char *name);
struct ep_column *ep_schema_find_column(const struct ep_table *table, const char *name);

bool ep_names_equal(const struct ep_names *a, const struct ep_names *b);
bool ep_names_hold(const struct ep_names *names, const char *name);
void ep_names_sort(struct ep_names *names);

/* Every schema that something of it is in, and "public"; sorted. */
struct ep_names ep_schema_used(struct ep_arena *arena, const struct ep_schema *schema);

#endif
