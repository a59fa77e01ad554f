/*
 * catalog_types.h - the types of a snapshot in the server's words; for catalog.c.
 */
#ifndef EP_STEPS_CATALOG_TYPES_H
#define EP_STEPS_CATALOG_TYPES_H

#include "postgres/session.h"
#include "source/schema.h"

enum { EP_CATALOG_TYPE_QUERIES = 3 };

/* Each type once, sorted. */
struct ep_names ep_catalog_types_collect(struct ep_arena *arena, const struct ep_schema *schema);

/* What to send, in one flight and at its end: where the server refuses, nothing else is lost. */
void ep_catalog_types_ask(struct ep_arena *arena, const struct ep_names *types,
                          struct ep_query queries[EP_CATALOG_TYPE_QUERIES]);

/*
 * Replace the types of all columns by what the answers say. Returns NULL, or why the
 * server refused; then they are NULL.
 */
const char *ep_catalog_types_read(struct ep_arena *arena, const struct ep_names *types,
                                  struct ep_result *const results[EP_CATALOG_TYPE_QUERIES],
                                  struct ep_schema *schema);

#endif
