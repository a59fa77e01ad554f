/*
 * state.h - what the database looks like, asked in one round trip.
 */
#ifndef EP_STEPS_STATE_H
#define EP_STEPS_STATE_H

#include "source/schema.h"
#include "steps/tier.h"

/* A table that must exist: [verify] tables. */
struct ep_table_name {
    const char *text;   /* as configured */
    const char *schema; /* NULL: wherever the search path finds it */
    const char *name;
};

struct ep_table_list {
    const struct ep_table_name *items;
    size_t count;
};

/* What to ask for; made once from the settings. */
struct ep_state_request {
    struct ep_tier_list tiers;
    struct ep_table_list tables;
    const struct ep_schema *snapshot; /* its tables and columns are looked for; or NULL */
};

struct ep_state {
    struct ep_ledger *ledgers; /* as many as request->tiers */
    bool busy;                 /* a ledger is locked: what is in it is not known */
    bool pooled;               /* something stands between us and the backend */
    bool read_only;            /* a standby, or default_transaction_read_only is on */
    const bool *table_present; /* as many as request->tables */
    struct ep_names missing;   /* of request->snapshot */
};

/*
 * Read the names of tables that the settings give.
 *
 * Errors: EP_FAULT_CONFIG for a name that is not "name" or "schema.name".
 */
bool ep_table_list_parse(struct ep_arena *arena, const char *const *names, size_t count,
                         struct ep_table_list *ret_list, struct ep_error *err) EP_MUST_CHECK;

/*
 * Ask everything at once: one flight, no explicit transaction, no lock. With
 * nothing pending this is all that is ever sent. Needs USAGE on the ledgers'
 * schemas and SELECT on the ledgers.
 *
 * Errors: EP_FAULT_UNAVAILABLE, EP_FAULT_DENIED, EP_FAULT_CONFIG (the ledger's
 * table is not Drizzle's).
 */
bool ep_state_read(struct ep_arena *arena, struct ep_session *session,
                   const struct ep_state_request *request, int64_t deadline_ms,
                   struct ep_state *ret_state, struct ep_error *err) EP_MUST_CHECK;

/*
 * The tables and the snapshot alone, after a migration: table_present and missing are
 * what changes in the state. Nothing is sent where nothing is looked for.
 */
bool ep_state_read_tables(struct ep_arena *arena, struct ep_session *session,
                          const struct ep_state_request *request, int64_t deadline_ms,
                          struct ep_state *state, struct ep_error *err) EP_MUST_CHECK;

/*
 * For who only looks: as ep_state_read(), but a ledger that is locked is an error too, which says
 * by whom. Errors: those of ep_state_read(), EP_FAULT_UNAVAILABLE.
 */
bool ep_state_look(struct ep_arena *arena, struct ep_session *session,
                   const struct ep_state_request *request, int64_t deadline_ms,
                   struct ep_state *ret_state, struct ep_error *err) EP_MUST_CHECK;

#endif
