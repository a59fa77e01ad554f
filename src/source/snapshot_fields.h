/*
 * snapshot_fields.h - what single members of a snapshot say, whatever its format.
 *
 * A member that is absent, null or of another type than expected says nothing:
 * formats differ in what they have, and a missing table is found by its name.
 */
#ifndef EP_SOURCE_SNAPSHOT_FIELDS_H
#define EP_SOURCE_SNAPSHOT_FIELDS_H

#include "source/schema.h"

#include <jansson.h>

/* A text, or a number as text; NULL otherwise. The arena's. */
const char *ep_snapshot_text(struct ep_arena *arena, const json_t *object, const char *member);

/* The same as a name: "" for none, cut as PostgreSQL cuts it. */
const char *ep_snapshot_name(struct ep_arena *arena, const json_t *object, const char *member);

/* The same of a schema: "public" where there is none. */
const char *ep_snapshot_schema(struct ep_arena *arena, const json_t *object, const char *member);

/* In lower case: "NO ACTION" and "no action" are one; fallback where there is none. */
const char *ep_snapshot_keyword(struct ep_arena *arena, const json_t *object, const char *member,
                                const char *fallback);

bool ep_snapshot_is_true(const json_t *object, const char *member);

/* There, and not null. */
bool ep_snapshot_has(const json_t *object, const char *member);

/* The texts of an array; of an object those of its members, which format 5 has for an enumeration.
 */
struct ep_names ep_snapshot_texts(struct ep_arena *arena, const json_t *object, const char *member);

/* The same as names, cut as PostgreSQL cuts them. */
struct ep_names ep_snapshot_names(struct ep_arena *arena, const json_t *object, const char *member);

/*
 * The columns of an index: an array of texts or of objects with the text in
 * "expression" or "value"; "" for what is an expression.
 */
struct ep_names ep_snapshot_parts(struct ep_arena *arena, const json_t *index);

/*
 * A type as SQL could have it, and whether it is a serial, which becomes the type of
 * its numbers. An array has one "[]" behind it, whatever its dimensions: PostgreSQL
 * keeps no more. schema "" leaves the search to the search path.
 */
const char *ep_snapshot_type(struct ep_arena *arena, const char *type, const char *schema,
                             bool is_array, bool *ret_serial);

/* The roles of a policy, sorted; none where one is "current_user" or its like. */
struct ep_names ep_snapshot_roles(struct ep_arena *arena, const json_t *policy, const char *member);

/* 'a', 'd' or '\0': of a column's "identity". */
char ep_snapshot_identity(const json_t *column);

/* Add an index, and a policy whose roles are in that member; both are alike in every format. */
void ep_snapshot_index(struct ep_arena *arena, const json_t *index, struct ep_table *table);
void ep_snapshot_policy(struct ep_arena *arena, const json_t *policy, const char *roles,
                        struct ep_table *table);

/* Whether a name is drizzle-kit's own, which it may have changed its mind about. */
bool ep_snapshot_may_differ(const json_t *object);

#endif
