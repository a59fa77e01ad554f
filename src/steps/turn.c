#include "steps/turn.h"

#include "system/clock.h"

#include <stdlib.h>

/* What is asked behind BEGIN: the number, then for each tier its lock, its shape and its rows. */
enum { NUMBER, LOCK, PROBE, ROWS, EACH = ROWS - LOCK + 1 };

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
    struct ep_query queries[3];
    struct ep_result *results[EP_COUNT_OF(queries)] = {NULL};
    size_t count = 0;

    if (!schema_exists) {
        queries[count++] = (struct ep_query){.sql = table->create_schema};
    }
    queries[count++] =
        (struct ep_query){.sql = shape == EP_LEDGER_V1 ? table->create_v1 : table->create_v0};
    queries[count++] = (struct ep_query){.sql = "COMMIT"};
    bool created = ep_replica_begin_with(replica, queries, count, results, err);
    for (size_t i = 0; i < count && created; i++) {
        created = ep_result_sqlstate(results[i])[0] == '\0' || ep_result_fail(results[i], err);
    }
    for (size_t i = 0; i < count; i++) {
        ep_result_release(results[i]);
    }
    if (!created) {
        (void)ep_error_context(err, "creating %s", table->quoted);
        if (strcmp(err->sqlstate, "42501") == 0) {
            (void)ep_error_hint(err,
                                "Let a role that may do it create the schema \"%s\" and grant "
                                "CREATE on it, or GRANT CREATE ON DATABASE to this one.",
                                table->schema);
        }
    }
    return created;
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

/* The answers to what follows the transaction's number: three for each tier. */
static bool read_locked(struct ep_arena *arena, const struct ep_tier *tiers, size_t count,
                        struct ep_result *const results[], struct ep_ledger *ret_ledgers,
                        struct ep_error *err)
{
    for (size_t i = 0; i < count; i++) {
        const struct ep_ledger_table *table = &tiers[i].ledger;
        const struct ep_result *lock = results[LOCK + i * EACH];
        bool is_read = ep_result_sqlstate(lock)[0] == '\0' || ep_result_fail(lock, err);
        is_read = is_read
                  && ep_ledger_read(arena, table, results[PROBE + i * EACH],
                                    results[ROWS + i * EACH], &ret_ledgers[i], err);
        if (!is_read) {
            return explain_begin(table, err);
        }
    }
    return true;
}

/* With it how many locks the server has room for, over all sessions. */
static const char number_sql[] =
    "SELECT pg_catalog.txid_current(), pg_catalog.current_setting('max_locks_per_transaction')::int"
    " * (pg_catalog.current_setting('max_connections')::int"
    " + pg_catalog.current_setting('max_prepared_transactions')::int)";

bool ep_turn_begin(struct ep_arena *arena, struct ep_replica *replica, const struct ep_tier *tiers,
                   size_t count, const char **ret_number, struct ep_ledger *ret_ledgers,
                   struct ep_error *err)
{
    size_t total = LOCK + count * EACH;
    struct ep_query *queries = ep_arena_array(arena, total, sizeof(*queries));
    struct ep_result **results = ep_arena_array(arena, total, sizeof(*results));

    queries[NUMBER] = (struct ep_query){.sql = number_sql};
    for (size_t i = 0; i < count; i++) {
        const struct ep_ledger_table *table = &tiers[i].ledger;
        queries[LOCK + i * EACH] = (struct ep_query){.sql = table->lock};
        queries[PROBE + i * EACH] = ep_ledger_probe(arena, table);
        queries[ROWS + i * EACH] = (struct ep_query){.sql = table->read};
    }
    if (!ep_replica_begin_with(replica, queries, total, results, err)) {
        return false;
    }
    bool begun =
        ep_result_sqlstate(results[NUMBER])[0] == '\0' || ep_result_fail(results[NUMBER], err);
    begun = begun && read_locked(arena, tiers, count, results, ret_ledgers, err);
    if (begun) {
        *ret_number = ep_arena_copy(arena, ep_span_of(ep_result_word(results[NUMBER], 0, 0)));
        replica->lock_room = strtoul(ep_result_word(results[NUMBER], 0, 1), NULL, 10);
    }
    for (size_t i = 0; i < total; i++) {
        ep_result_release(results[i]);
    }
    return begun;
}

bool ep_turn_look(struct ep_arena *arena, struct ep_replica *replica, const struct ep_tier *tier,
                  struct ep_ledger *ret_ledger, struct ep_error *err)
{
    const struct ep_ledger_table *table = &tier->ledger;
    const struct ep_query queries[EACH] = {
        {.sql = table->lock}, ep_ledger_probe(arena, table), {.sql = table->read}};
    struct ep_result *results[LOCK + EACH] = {NULL};
    struct ep_result *probe EP_CLEANUP(ep_result_drop) = NULL;
    struct ep_ledger ledger = {0};

    if (!ep_session_query(replica->session, queries[PROBE - LOCK], EP_CLOCK_NEVER, &probe, err)
        || !ep_ledger_read(arena, table, probe, NULL, &ledger, err)) {
        return explain_begin(table, err);
    }
    if (ledger.shape == EP_LEDGER_ABSENT) {
        *ret_ledger = ledger;
        return true;
    }
    if (!ep_session_flight(replica->session, queries, EACH, EP_CLOCK_NEVER, results + LOCK, err)) {
        return false;
    }
    bool is_read = read_locked(arena, tier, 1, results, ret_ledger, err);
    for (size_t i = 0; i < EACH; i++) {
        ep_result_release(results[LOCK + i]);
    }
    return is_read;
}

bool ep_turn_fail_read_only(struct ep_error *err)
{
    (void)ep_fail(err, EP_FAULT_DENIED, "migrations are pending but the server is read-only");
    return ep_error_hint(err, "Connect to the primary; or default_transaction_read_only is on.");
}
