/* identifier.h - SQL identifiers in quotes. */
#ifndef EP_FORMAT_IDENTIFIER_H
#define EP_FORMAT_IDENTIFIER_H

#include "base/arena.h"

#include <stdbool.h>

/* name in double quotes, those inside it doubled, as PostgreSQL and Drizzle quote. */
char *ep_identifier_quote(struct ep_arena *arena, const char *name);

/*
 * Read "name" or "schema.name"; either part may stand in double quotes, which
 * protect dots and are removed. Case is kept. ret_schema is NULL when there is
 * none. Returns false when a part is empty or a quote is not closed.
 */
bool ep_identifier_split(struct ep_arena *arena, const char *text, const char **ret_schema,
                         const char **ret_name);

#endif
