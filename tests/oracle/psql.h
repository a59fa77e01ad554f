/*
 * psql.h - psql's own scanner, as an oracle: where does psql end a statement?
 *
 * Wraps src/fe_utils/psqlscan.c of PostgreSQL 15. The text is scanned as a
 * whole, with standard strings, UTF-8 and without variables.
 */
#ifndef ORACLE_PSQL_H
#define ORACLE_PSQL_H

#include <stdbool.h>
#include <stddef.h>

struct psql_scan;

enum psql_stop {
    PSQL_SEMICOLON, /* a statement ends with the semicolon before the offset */
    PSQL_BACKSLASH, /* a command begins with the backslash before the offset */
    PSQL_COMPLETE,  /* the end of the text */
    PSQL_INCOMPLETE /* the same, with something open, or nothing there */
};

struct psql_event {
    enum psql_stop stop;
    size_t offset;
    const char *query; /* what psql would send; valid until the next call */
    size_t query_size;
};

/* text must outlive it. */
struct psql_scan *psql_open(const char *text, size_t size);
void psql_close(struct psql_scan *psql);

/* To the next stop; the query begins anew after each. */
struct psql_event psql_next(struct psql_scan *psql);

/* Go on at an offset, with nothing open, as psql does once a query was sent. */
void psql_continue(struct psql_scan *psql, size_t offset);

#endif
