#include "steps/turn.h"

#include "system/clock.h"

static bool command(struct ep_replica *replica, const char *sql, struct ep_error *err)
{
    return ep_session_query(replica->session, (struct ep_query){.sql = sql}, EP_CLOCK_NEVER, NULL,
                            err);
}

bool ep_turn_read_state(struct ep_arena *arena, struct ep_replica *replica,
                        const struct ep_state_request *request, struct ep_state *ret_state,
                        struct ep_error *err)
{
    for (;;) {
        if (!ep_state_read(arena, replica->session, request, EP_CLOCK_NEVER, ret_state, err)) {
            return false;
        }
        if (!ret_state->busy) {
            return true;
        }
        if (!ep_replica_wait_turn(replica, err)) {
            return false;
        }
    }
}

bool ep_turn_create_ledger(struct ep_replica *replica, const struct ep_ledger_table *table,
                           bool schema_exists, enum ep_ledger_shape shape, struct ep_error *err)
{
    if (!ep_replica_begin(replica, err)
        || (!schema_exists && !command(replica, table->create_schema, err))
        || !command(replica, shape == EP_LEDGER_V1 ? table->create_v1 : table->create_v0, err)
        || !command(replica, "COMMIT", err)) {
        (void)ep_error_context(err, "creating %s", table->quoted);
        if (strcmp(err->sqlstate, "42501") == 0) {
            (void)ep_error_hint(err,
                                "Let a role that may do it create the schema \"%s\" and grant "
                                "CREATE on it, or GRANT CREATE ON DATABASE to this one.",
                                table->schema);
        }
        return false;
    }
    return true;
}

static bool explain_begin(const struct ep_ledger_table *table, struct ep_error *err)
{
    (void)ep_error_context(err, "locking and reading %s", table->quoted);
    if (strcmp(err->sqlstate, "42501") == 0) {
        (void)ep_error_hint(
            err, "Locking a table needs more than INSERT on it: GRANT UPDATE ON %s TO this role.",
            table->quoted);
    }
    return false;
}

bool ep_turn_begin(struct ep_arena *arena, struct ep_replica *replica,
                   const struct ep_ledger_table *table, const char **ret_number,
                   struct ep_ledger *ret_ledger, struct ep_error *err)
{
    enum { NUMBER, LOCK, PROBE, ROWS, COUNT };
    const struct ep_query queries[COUNT] = {
        [NUMBER] = {.sql = "SELECT pg_catalog.txid_current()"},
        [LOCK] = {.sql = table->lock},
        [PROBE] = EP_QUERY(ep_ledger_probe, table->schema, table->table),
        [ROWS] = {.sql = table->read},
    };
    struct ep_result *results[COUNT] = {NULL};
    bool begun = true;

    if (!ep_replica_begin(replica, err)
        || !ep_session_flight(replica->session, queries, COUNT, EP_CLOCK_NEVER, results, err)) {
        return false;
    }
    for (size_t i = 0; i < COUNT && begun; i++) {
        begun = ep_result_sqlstate(results[i])[0] == '\0' || ep_result_fail(results[i], err);
    }
    begun = begun && ep_ledger_read(arena, table, results[PROBE], results[ROWS], ret_ledger, err);
    if (begun) {
        *ret_number = ep_arena_copy(arena, ep_span_of(ep_result_text(results[NUMBER], 0, 0)));
    } else {
        (void)explain_begin(table, err);
    }
    for (size_t i = 0; i < COUNT; i++) {
        ep_result_release(results[i]);
    }
    return begun;
}
