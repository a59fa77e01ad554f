/*
 * extent.h - how far the transactions of one migration reach: what its statements demand.
 *
 * Most migrations demand nothing: they run whole, in a transaction that they may share
 * with others. One that holds a statement which is refused in a transaction is "apart": it
 * is cut into parts, each a transaction or a single statement outside of any.
 *
 * A file is read for its statements, not held: what is kept of it are a few facts.
 */
#ifndef EP_STEPS_EXTENT_H
#define EP_STEPS_EXTENT_H

#include "settings/settings.h"
#include "source/script.h"
#include "sql/boundary.h"

/* Statements from first on; numbers count from 0 over the whole file. */
struct ep_extent_part {
    size_t first, count;
    bool is_alone; /* one statement, outside of any transaction */
};

struct ep_extent {
    bool is_measured;
    bool is_plain; /* its statements can travel together: none ends a transaction or sends rows */
    bool is_apart; /* runs part by part, each with its own commit */
    bool
        controls; /* not apart, but has BEGIN, COMMIT, ROLLBACK or PREPARE TRANSACTION of its own */
    bool unwrapped; /* had BEGIN and COMMIT around all of it, or, apart, anywhere: not sent */
    size_t statement_count;
    const struct ep_extent_part *parts; /* when apart; none for an own BEGIN or COMMIT */
    size_t part_count;
    size_t body_begin, body_end; /* bytes of the file: what is sent when not apart */
    size_t locks;                /* how many its transaction takes, a guess */
    /* Counted over all that is measured, from 1; 0: none. Uses a value that an earlier one adds. */
    size_t number, uses_value_of;
    const char *reason; /* why it is apart, for the log; "" */
};

/* An enum value that a migration adds. */
struct ep_extent_value {
    struct ep_span literal;
    size_t number; /* of its extent */
};

/* What measuring migrations one after the other has to remember. */
struct ep_extent_measure {
    struct ep_arena *arena; /* for what extents point to */
    enum ep_transactions transactions;
    int server_version;
    size_t count; /* of migrations measured */
    struct ep_extent_value *values;
    size_t value_count;
};

/*
 * Measure a pending migration, in the order in which they run. The script may go afterwards.
 *
 * Errors: EP_FAULT_SOURCE, with the place, for a statement that cannot be in a
 * transaction where the setting or a directive asks for one; for a directive that is unknown.
 */
bool ep_extent_measure(struct ep_extent_measure *measure, const struct ep_migration *migration,
                       const struct ep_script *script, struct ep_extent *ret_extent,
                       struct ep_error *err) EP_MUST_CHECK;

/* One statement, or a psql command, which no server accepts. */
struct ep_extent_statement {
    size_t number;                /* from 0 */
    struct ep_span sql;           /* a part of the script's text */
    struct ep_span chunk;         /* the chunk that it is in */
    struct ep_sql_statement item; /* offsets in the chunk */
};

/* The statements of a script in order. To begin, name the script and leave the rest zero. */
struct ep_extent_cursor {
    const struct ep_script *script;
    size_t chunk, number;
    struct ep_sql_cutter cutter;
};

bool ep_extent_next(struct ep_extent_cursor *cursor, struct ep_extent_statement *ret_statement);

#endif
