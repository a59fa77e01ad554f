/*
 * relations.h - asking the database about the relations that statements name.
 */
#ifndef EP_STEPS_RELATIONS_H
#define EP_STEPS_RELATIONS_H

#include "postgres/session.h"
#include "sql/relation.h"

/*
 * One round trip, which waits for nobody: where a relation is locked, the sizes are those of its
 * last VACUUM or ANALYZE. Of a partitioned table the sizes are those of its partitions. Needs
 * no privilege; what ANALYZE saw of a column only who may read it is told. A server that does not
 * know these catalogs gives no facts.
 *
 * Errors: EP_FAULT_UNAVAILABLE, EP_FAULT_SIGNAL.
 */
bool ep_relations_read(struct ep_arena *arena, struct ep_session *session,
                       const struct ep_sql_name *names, size_t count,
                       struct ep_relation_list *ret_list, struct ep_error *err) EP_MUST_CHECK;

#endif
