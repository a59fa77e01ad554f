/*
 * hold.h - keeping the lock while statements run outside of transactions. Directly connected it
 * is the session's and held anyway. Through a pooler a second session has it, in a transaction
 * that does nothing else.
 */
#ifndef EP_STEPS_HOLD_H
#define EP_STEPS_HOLD_H

#include "steps/replica.h"

/*
 * Take the lock and keep it until ep_hold_let_go(), whatever begins and ends meanwhile. The second
 * session has no snapshot, so that CREATE INDEX CONCURRENTLY does not wait for it.
 *
 * Errors: as ep_replica_lock(); EP_FAULT_UNAVAILABLE when there is no second connection.
 */
bool ep_hold_lock(struct ep_replica *replica, struct ep_error *err) EP_MUST_CHECK;
void ep_hold_let_go(struct ep_replica *replica);

/*
 * Is the lock still ours? To be asked before what cannot be undone. Errors: EP_FAULT_UNAVAILABLE,
 * and the session counts as lost: what is done is looked up anew in another.
 */
bool ep_hold_check(struct ep_replica *replica, struct ep_error *err) EP_MUST_CHECK;

#endif
