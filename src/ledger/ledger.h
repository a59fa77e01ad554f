/*
 * ledger.h - the table that records what was applied: Drizzle's, which this header is
 * about, "drizzle"."__drizzle_migrations", or that of numbered files (numbered.h).
 *
 * Of Drizzle's two shapes exist. Version 0 (drizzle-orm 0.x) has id, hash and created_at;
 * version 1 adds name and applied_at. created_at is the journal's "when", not
 * the time of application, and identifies a migration; several rows may be alike
 * after concurrent runs of Drizzle.
 *
 * This module words the SQL and reads the answers; the steps send it, together
 * with what else they need to know, in one flight.
 *
 * Source: drizzle-orm's pg-core/dialect, as captured on the wire.
 */
#ifndef EP_LEDGER_LEDGER_H
#define EP_LEDGER_LEDGER_H

#include "postgres/session.h"
#include "source/migration.h"

enum ep_ledger_kind { EP_LEDGER_OF_DRIZZLE, EP_LEDGER_OF_NUMBERED };

enum ep_ledger_shape {
    EP_LEDGER_ABSENT,
    EP_LEDGER_V0,
    EP_LEDGER_V1,
    EP_LEDGER_NAMES /* numbered.h's, with the names of files */
};

struct ep_ledger_row {
    const char *id;
    int64_t created_at;  /* 0 when has_created_at is false, as Drizzle reads it */
    bool has_created_at; /* false: NULL, or not an integer */
    const char *hash;
    bool is_hashless;       /* hash is "" because the table keeps none */
    const char *name;       /* NULL: the row or the table has none; of a file, its tag */
    const char *applied_at; /* a time as the session writes it; NULL: not known */
};

/* How a table of names is written; all texts are the arena's. */
struct ep_names_shape {
    const char *column;
    bool is_own;        /* as created here: it has hashes and durations */
    bool by_number;     /* the names are the digits that the files' names begin with */
    bool has_suffix;    /* they end in ".sql" */
    const char *record; /* $1 the name; when it is our own, $2 hash, $3 milliseconds */
    const char *remove; /* $1 the name */
};

/* What is recorded, in no order. */
struct ep_ledger {
    enum ep_ledger_shape shape;
    bool may_update;    /* names can be filled in */
    bool schema_exists; /* creating one that exists needs a privilege that nobody else needs */
    const struct ep_ledger_row *rows;
    size_t row_count;
    const struct ep_names_shape *names; /* with EP_LEDGER_NAMES */
};

/* One table and the statements about it; all texts are the arena's. */
struct ep_ledger_table {
    enum ep_ledger_kind kind;
    const char *schema, *table; /* names as configured */
    const char *quoted;         /* "schema"."table" */
    const char *quoted_schema;
    const char *create_schema, *create_v0, *create_v1, *lock, *read, *record_v0, *record_v1;
    const char *upgrade_name, *upgrade_applied_at; /* the columns of version 1 */
    const char *name_upgraded, *name_repaired;     /* $1 name, $2 id */
};

void ep_ledger_table_init(struct ep_arena *arena, enum ep_ledger_kind kind, const char *schema,
                          const char *table, struct ep_ledger_table *ret_table);

/*
 * Whether schema and table exist, and may be updated. Needs USAGE on the schema, if it
 * exists. The parameters are the arena's.
 */
struct ep_query ep_ledger_probe(struct ep_arena *arena, const struct ep_ledger_table *table);

/*
 * Read the answers to ep_ledger_probe() and to table->read, whose columns tell the shape.
 * rows may be the refusal that an absent table causes; NULL: they are not known, and
 * neither is the shape, which stays EP_LEDGER_ABSENT. Texts are copied to the arena.
 *
 * Errors: EP_FAULT_CONFIG when the table is not of its kind (no hash or
 * created_at); the server's refusal otherwise.
 */
bool ep_ledger_read(struct ep_arena *arena, const struct ep_ledger_table *table,
                    const struct ep_result *probe, const struct ep_result *rows,
                    struct ep_ledger *ret_ledger, struct ep_error *err) EP_MUST_CHECK;

/*
 * Insert the row that says that a migration was applied: the very row that
 * Drizzle would write; in a table of version 1 also the name that Drizzle's own
 * upgrade would give it, without which a Drizzle 1.x would run it again. Of
 * ledger only the shape is asked. elapsed_ms is how long the migration took, 0: it was not run.
 */
bool ep_ledger_record(struct ep_session *session, const struct ep_ledger_table *table,
                      const struct ep_ledger *ledger, const struct ep_migration *migration,
                      int64_t elapsed_ms, struct ep_error *err) EP_MUST_CHECK;

/* Delete a row. Errors: the server's refusal. */
bool ep_ledger_remove(struct ep_session *session, const struct ep_ledger_table *table,
                      const struct ep_ledger *ledger, const struct ep_ledger_row *row,
                      struct ep_error *err) EP_MUST_CHECK;

/*
 * The same as a query that can travel with others; texts are the arena's. Returns false where
 * recording takes more than one query, or has to know how long the migration took.
 */
bool ep_ledger_record_query(struct ep_arena *arena, const struct ep_ledger_table *table,
                            const struct ep_ledger *ledger, const struct ep_migration *migration,
                            struct ep_query *ret_query);

/*
 * Turn a table of version 0 into one of version 1, as Drizzle 1.x does; the rows'
 * names are the caller's to fill in, with ep_ledger_name().
 */
bool ep_ledger_upgrade(struct ep_session *session, const struct ep_ledger_table *table,
                       struct ep_error *err) EP_MUST_CHECK;

/*
 * Give the row of an id its name. After an upgrade applied_at becomes NULL, which is
 * how Drizzle says that it does not know; otherwise it stays.
 */
bool ep_ledger_name(struct ep_session *session, const struct ep_ledger_table *table,
                    const char *const name_and_id[2], bool upgraded,
                    struct ep_error *err) EP_MUST_CHECK;

#endif
