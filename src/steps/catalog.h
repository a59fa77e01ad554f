/*
 * catalog.h - what the catalogs say is in a database, in the terms of a snapshot.
 *
 * One flight, whatever the number of tables. Needs no privilege but to connect:
 * the catalogs are everybody's to read. Nothing is locked or written.
 *
 * The types of a snapshot are put into the server's words in the same flight: the
 * server deparses NULL::<type>, which tells what "timestamp (6)" is as well as what
 * an extension makes of "vector(3)".
 */
#ifndef EP_STEPS_CATALOG_H
#define EP_STEPS_CATALOG_H

#include "postgres/session.h"
#include "source/schema.h"

struct ep_catalog {
    struct ep_schema schema;   /* of the schemas that the snapshot uses */
    const char *types_refused; /* why the types could not be put into words; NULL: they were */
};

/*
 * Read the schemas that expected uses, which must be sorted. Its types are replaced
 * by the server's words; by EP_TYPE_UNKNOWN where it knows no such type, and by NULL where
 * it could not be asked. Texts are the arena's.
 *
 * Errors: EP_FAULT_UNAVAILABLE; the server's refusal.
 */
bool ep_catalog_read(struct ep_arena *arena, struct ep_session *session, struct ep_schema *expected,
                     int64_t deadline_ms, struct ep_catalog *ret_catalog,
                     struct ep_error *err) EP_MUST_CHECK;

#endif
