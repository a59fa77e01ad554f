/*
 * turn.h - what is done with the ledger while it is our turn (replica.h): read it
 * until nobody has it locked, create it, and begin a transaction that has it alone.
 */
#ifndef EP_STEPS_TURN_H
#define EP_STEPS_TURN_H

#include "steps/replica.h"

/*
 * Read the state, again and again while somebody without our lock, a Drizzle,
 * has the ledger locked. Errors: those of ep_state_read() and ep_replica_wait_turn().
 */
bool ep_turn_read_state(struct ep_arena *arena, struct ep_replica *replica,
                        const struct ep_state_request *request, struct ep_state *ret_state,
                        struct ep_error *err) EP_MUST_CHECK;

/*
 * Create the ledger, and its schema where there is none, in a transaction of its own:
 * committed before anything else, as Drizzle does, so that a Drizzle that starts
 * now finds the table and waits for its lock.
 *
 * Errors: those of ep_replica_begin(), and the server's refusal.
 */
bool ep_turn_create_ledger(struct ep_replica *replica, const struct ep_ledger_table *table,
                           bool schema_exists, enum ep_ledger_shape shape,
                           struct ep_error *err) EP_MUST_CHECK;

/*
 * Begin a transaction, lock the ledgers of some tiers against everybody and read them
 * anew. ret_number is the transaction's; ret_ledgers has as many as tiers. All of it is the
 * arena's.
 *
 * Errors: those of ep_replica_begin() and ep_ledger_read(), and the server's refusal;
 * the transaction may then be open.
 */
bool ep_turn_begin(struct ep_arena *arena, struct ep_replica *replica, const struct ep_tier *tiers,
                   size_t count, const char **ret_number, struct ep_ledger *ret_ledgers,
                   struct ep_error *err) EP_MUST_CHECK;

/*
 * The ledger that the first file of a folder is to create: in the transaction that
 * ep_turn_begin() began without tiers, lock and read it if it is there already, or by now;
 * else ret_ledger is absent. Errors: as ep_turn_begin().
 */
bool ep_turn_look(struct ep_arena *arena, struct ep_replica *replica, const struct ep_tier *tier,
                  struct ep_ledger *ret_ledger, struct ep_error *err) EP_MUST_CHECK;

/* Migrations are pending, and the server takes no writes. Returns false. */
bool ep_turn_fail_read_only(struct ep_error *err);

#endif
