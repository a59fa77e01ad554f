#include "steps/state.h"

#include "base/text.h"
#include "format/identifier.h"
#include "postgres/lock.h"
#include "steps/presence.h"

/* The ledger may be locked by who is migrating: that is worth knowing, not waiting for. Times are
 * to read alike everywhere. All of it is the implicit transaction's. */
static const char facts_sql[] = "SELECT pg_catalog.pg_backend_pid(),"
                                " pg_catalog.current_setting('transaction_read_only'),"
                                " pg_catalog.set_config('lock_timeout', '100', true),"
                                " pg_catalog.set_config('timezone', 'UTC', true),"
                                " pg_catalog.set_config('datestyle', 'ISO', true)";

bool ep_table_list_parse(struct ep_arena *arena, const char *const *names, size_t count,
                         struct ep_table_list *ret_list, struct ep_error *err)
{
    struct ep_table_name *items = ep_arena_array(arena, count, sizeof(*items));

    for (size_t i = 0; i < count; i++) {
        items[i].text = names[i];
        if (!ep_identifier_split(arena, names[i], &items[i].schema, &items[i].name)) {
            (void)ep_fail(err, EP_FAULT_CONFIG, "\"%s\" is not a table name", names[i]);
            return ep_error_hint(err, "Write [verify] tables as name or schema.name.");
        }
    }
    *ret_list = (struct ep_table_list){.items = items, .count = count};
    return true;
}

/* One row for each table, in order. Views and foreign tables count: a server reads them alike. */
static struct ep_query tables_query(struct ep_arena *arena, const struct ep_table_list *tables)
{
    struct ep_text sql EP_CLEANUP(ep_text_clear) = {0};
    const char **parameters = ep_arena_array(arena, tables->count * 2, sizeof(*parameters));

    ep_text_add(&sql, "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_class c"
                      " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                      " WHERE c.relname = wanted.name AND c.relkind IN ('r', 'p', 'v', 'm', 'f')"
                      " AND CASE WHEN wanted.schema IS NULL THEN"
                      " pg_catalog.pg_table_is_visible(c.oid) ELSE n.nspname = wanted.schema END)"
                      " FROM (VALUES ");
    for (size_t i = 0; i < tables->count; i++) {
        ep_text_format(&sql, "%s(%zu, $%zu::text, $%zu::text)", i == 0 ? "" : ", ", i, 2 * i + 1,
                       2 * i + 2);
        parameters[2 * i] = tables->items[i].schema;
        parameters[2 * i + 1] = tables->items[i].name;
    }
    ep_text_add(&sql, ") AS wanted (position, schema, name) ORDER BY wanted.position");
    return (struct ep_query){.sql = ep_arena_copy(arena, ep_text_span(&sql)),
                             .parameters = parameters,
                             .parameter_count = tables->count * 2};
}

static bool read_tables(struct ep_arena *arena, const struct ep_result *result, size_t count,
                        const bool **ret_present, struct ep_error *err)
{
    if (ep_result_sqlstate(result)[0] != '\0') {
        return ep_result_fail(result, err);
    }
    if (ep_result_rows(result) != count) {
        return ep_fail(err, EP_FAULT_UNAVAILABLE, "%zu rows came back about %zu tables",
                       ep_result_rows(result), count);
    }
    bool *present = ep_arena_array(arena, count, sizeof(*present));
    for (size_t i = 0; i < count; i++) {
        present[i] = strcmp(ep_result_word(result, i, 0), "t") == 0;
    }
    *ret_present = present;
    return true;
}

/* Where in the flight the answers of one tier are. */
struct flight {
    struct ep_query *queries;
    struct ep_result **results;
    size_t count;
    size_t tables, snapshot, *probes, *rows; /* indices */
};

static void release(struct flight *flight)
{
    for (size_t i = 0; i < flight->count; i++) {
        ep_result_release(flight->results[i]);
    }
}

static size_t add(struct flight *flight, struct ep_query query)
{
    flight->queries[flight->count] = query;
    return flight->count++;
}

/* The critical tables and the snapshot's, as far as there are any. */
static void add_tables(struct ep_arena *arena, const struct ep_state_request *request,
                       struct flight *flight)
{
    if (request->tables.count > 0) {
        flight->tables = add(flight, tables_query(arena, &request->tables));
    }
    if (request->snapshot != NULL) {
        flight->snapshot = add(flight, ep_presence_query(arena, request->snapshot));
    }
}

/*
 * The ledgers' rows go last: on a fresh database they are refused, and what stands
 * behind a refusal in the same transaction is skipped. The second ledger and those behind
 * it get transactions of their own, with the facts' settings once more.
 */
static void fill_flight(struct ep_arena *arena, const struct ep_state_request *request,
                        struct flight *flight)
{
    const struct ep_tier_list *tiers = &request->tiers;
    size_t most = 3 + 3 * tiers->count;

    flight->queries = ep_arena_array(arena, most, sizeof(*flight->queries));
    flight->results = ep_arena_array(arena, most, sizeof(*flight->results));
    flight->probes = ep_arena_array(arena, tiers->count, sizeof(*flight->probes));
    flight->rows = ep_arena_array(arena, tiers->count, sizeof(*flight->rows));
    (void)add(flight, (struct ep_query){.sql = facts_sql});
    for (size_t i = 0; i < tiers->count; i++) {
        flight->probes[i] = add(flight, ep_ledger_probe(arena, &tiers->items[i].ledger));
    }
    add_tables(arena, request, flight);
    for (size_t i = 0; i < tiers->count; i++) {
        if (i > 0) {
            (void)add(flight, (struct ep_query){.sql = facts_sql, .apart = true});
        }
        flight->rows[i] = add(flight, (struct ep_query){.sql = tiers->items[i].ledger.read});
    }
}

static bool read_ledgers(struct ep_arena *arena, const struct ep_state_request *request,
                         const struct flight *flight, struct ep_state *state, struct ep_error *err)
{
    state->ledgers = ep_arena_array(arena, request->tiers.count, sizeof(*state->ledgers));
    for (size_t i = 0; i < request->tiers.count; i++) {
        const struct ep_result *rows = flight->results[flight->rows[i]];
        bool busy = strcmp(ep_result_sqlstate(rows), "55P03") == 0;
        if (!ep_ledger_read(arena, &request->tiers.items[i].ledger,
                            flight->results[flight->probes[i]], busy ? NULL : rows,
                            &state->ledgers[i], err)) {
            return false;
        }
        state->busy = state->busy || busy;
        state->ledgers[i].may_update = state->ledgers[i].may_update && !state->read_only;
    }
    return true;
}

static bool read_flight_tables(struct ep_arena *arena, const struct ep_state_request *request,
                               const struct flight *flight, struct ep_state *state,
                               struct ep_error *err)
{
    return (request->tables.count == 0
            || read_tables(arena, flight->results[flight->tables], request->tables.count,
                           &state->table_present, err))
           && (request->snapshot == NULL
               || ep_presence_read(arena, flight->results[flight->snapshot], request->snapshot,
                                   &state->missing, err));
}

/* A refusal in a flight is that of its first refused query; those behind it were skipped. */
static bool read_answers(struct ep_arena *arena, const struct ep_session *session,
                         const struct ep_state_request *request, const struct flight *flight,
                         struct ep_state *ret_state, struct ep_error *err)
{
    const struct ep_result *facts = flight->results[0];
    struct ep_state state = {0};

    if (ep_result_sqlstate(facts)[0] != '\0') {
        return ep_result_fail(facts, err);
    }
    state.pooled =
        strtol(ep_result_word(facts, 0, 0), NULL, 10) != (long)ep_session_backend_pid(session);
    state.read_only = strcmp(ep_result_word(facts, 0, 1), "on") == 0;
    if (!read_ledgers(arena, request, flight, &state, err)
        || !read_flight_tables(arena, request, flight, &state, err)) {
        return false;
    }
    *ret_state = state;
    return true;
}

bool ep_state_read(struct ep_arena *arena, struct ep_session *session,
                   const struct ep_state_request *request, int64_t deadline_ms,
                   struct ep_state *ret_state, struct ep_error *err)
{
    struct flight flight = {0};

    fill_flight(arena, request, &flight);
    if (!ep_session_flight(session, flight.queries, flight.count, deadline_ms, flight.results,
                           err)) {
        return false;
    }
    bool read = read_answers(arena, session, request, &flight, ret_state, err);
    release(&flight);
    return read;
}

bool ep_state_read_tables(struct ep_arena *arena, struct ep_session *session,
                          const struct ep_state_request *request, int64_t deadline_ms,
                          struct ep_state *state, struct ep_error *err)
{
    enum { QUERIES_MAX = 2 };
    struct ep_query queries[QUERIES_MAX];
    struct ep_result *results[QUERIES_MAX] = {NULL};
    struct flight flight = {.queries = queries, .results = results};

    add_tables(arena, request, &flight);
    if (flight.count == 0) {
        return true;
    }
    if (!ep_session_flight(session, flight.queries, flight.count, deadline_ms, flight.results,
                           err)) {
        return false;
    }
    bool read = read_flight_tables(arena, request, &flight, state, err);
    release(&flight);
    return read;
}

bool ep_state_look(struct ep_arena *arena, struct ep_session *session,
                   const struct ep_state_request *request, int64_t deadline_ms,
                   struct ep_state *ret_state, struct ep_error *err)
{
    const struct ep_tier_list *tiers = &request->tiers;

    if (!ep_state_read(arena, session, request, deadline_ms, ret_state, err)) {
        return false;
    }
    if (!ret_state->busy) {
        return true;
    }
    (void)ep_fail(err, EP_FAULT_UNAVAILABLE, "%s is locked: a replica is migrating now",
                  tiers->count == 1 ? tiers->items[0].ledger.quoted : "a tracking table");
    (void)ep_error_detail(err, "It is %s.", ep_lock_holder(arena, session));
    return ep_error_hint(err, "Ask again when it is done.");
}
