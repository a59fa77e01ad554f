#include "steps/blockers.h"

#include "base/text.h"
#include "format/secret.h"
#include "sql/lexer.h"
#include "sql/password.h"
#include "system/clock.h"

#include <stdint.h>

enum { SHOWN_MAX = 3, ANSWER_MS = 2000, QUERY_BYTES = 160 };

/* pid, role, application, state, age, query. A prepared transaction has pid 0. */
#define COLUMNS                                                                            \
    "SELECT b.pid, coalesce(a.usename, ''), coalesce(a.application_name, ''),"             \
    " coalesce(a.state, ''),"                                                              \
    " extract(epoch FROM pg_catalog.clock_timestamp()"                                     \
    " - CASE WHEN a.state = 'active' THEN a.query_start ELSE a.state_change END)::bigint," \
    " CASE WHEN a.query LIKE '<%>' THEN '' ELSE pg_catalog.left(a.query, 4096) END"

static const char now_sql[] =
    COLUMNS " FROM (SELECT DISTINCT pg_catalog.unnest(pg_catalog.pg_blocking_pids($1::int))) b(pid)"
            " LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = b.pid ORDER BY a.query_start";

/* Those that hold a lock on the relations themselves, and whom a deadlock was reported with. */
static const char after_sql[] =
    COLUMNS " FROM (SELECT l.pid FROM pg_catalog.pg_locks l"
            " JOIN pg_catalog.pg_class c ON c.oid = l.relation"
            " WHERE l.granted AND l.pid <> pg_catalog.pg_backend_pid()"
            " AND c.relname = ANY ($1::text[]) AND l.database = (SELECT d.oid"
            " FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())"
            " UNION SELECT pg_catalog.unnest($2::int[])) b(pid)"
            " JOIN pg_catalog.pg_stat_activity a ON a.pid = b.pid"
            " WHERE b.pid <> pg_catalog.pg_backend_pid() ORDER BY a.query_start";

/* "app, psql, idle in transaction for 312 s", those that are known */
static void add_about(const struct ep_result *result, size_t row, struct ep_text *text)
{
    const char *age = ep_result_text(result, row, 4);
    size_t start = text->size;

    for (size_t column = 1; column <= 3; column++) {
        const char *value = ep_result_text(result, row, column);
        if (value != NULL && value[0] != '\0') {
            ep_text_format(text, "%s%s", text->size > start ? ", " : " (", value);
        }
    }
    if (text->size > start) {
        ep_text_format(text, age != NULL ? " for %s s)" : ")", age);
    }
}

/* The first line of a query that says anything. */
static void add_query(const char *query, struct ep_text *text)
{
    struct ep_text masked EP_CLEANUP(ep_text_clear) = {0};

    ep_sql_mask_passwords(ep_span_of(query), &masked);
    ep_secret_mask(&masked);
    struct ep_span rest = ep_span_trim(ep_text_span(&masked));
    struct ep_span line = ep_span_trim(ep_span_part(rest, 0, ep_span_find_byte(rest, 0, '\n')));
    if (line.size > 0) {
        ep_text_add(text, ": ");
        ep_text_append(text, ep_span_part(line, 0, QUERY_BYTES));
        ep_text_add(text, line.size > QUERY_BYTES || line.size < rest.size ? " ..." : "");
    }
}

static void add_session(const struct ep_result *result, size_t row, struct ep_text *text)
{
    const char *pid = ep_result_text(result, row, 0);
    const char *query = ep_result_text(result, row, 5);

    if (pid == NULL || strcmp(pid, "0") == 0) {
        ep_text_add(text, "a prepared transaction (see pg_prepared_xacts)");
        return;
    }
    ep_text_format(text, "pid %s", pid);
    add_about(result, row, text);
    add_query(query == NULL ? "" : query, text);
}

static void ask(struct ep_session *session, struct ep_query query, int64_t deadline_ms,
                char ret_text[EP_BLOCKERS_BYTES])
{
    struct ep_result *result EP_CLEANUP(ep_result_drop) = NULL;
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
    struct ep_error ignored = {0};

    ret_text[0] = '\0';
    if (!ep_session_query(session, query, deadline_ms, &result, &ignored)) {
        return;
    }
    size_t count = ep_result_rows(result);
    for (size_t i = 0; i < count && i < SHOWN_MAX; i++) {
        ep_text_add(&text, i == 0 ? "" : "; ");
        add_session(result, i, &text);
    }
    if (count > SHOWN_MAX) {
        ep_text_format(&text, "; and %zu more", count - SHOWN_MAX);
    }
    (void)snprintf(ret_text, EP_BLOCKERS_BYTES, "%s", ep_text_get(&text));
}

void ep_blockers_now(struct ep_session *second, int pid, int64_t deadline_ms,
                     char ret_text[EP_BLOCKERS_BYTES])
{
    char number[16];

    (void)snprintf(number, sizeof(number), "%d", pid);
    ask(second, EP_QUERY(now_sql, number), deadline_ms, ret_text);
}

/* As an element of an array, if it fits with the brace behind it. */
static void add_element(char *array, size_t size, struct ep_span element, bool folds)
{
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
    size_t used = strlen(array);

    ep_text_add(&text, used > 1 ? ",\"" : "\"");
    for (size_t i = 0; i < element.size; i++) {
        char byte = element.data[i];
        if (byte == '"' || byte == '\\') {
            ep_text_add_byte(&text, '\\');
        }
        ep_text_add_byte(&text,
                         folds && byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte);
    }
    ep_text_add(&text, "\"");
    if (used + text.size + 2 <= size) {
        memcpy(array + used, ep_text_get(&text), text.size + 1);
    }
}

static void note_names(struct ep_span sql, char *array, size_t size)
{
    struct ep_sql_lexer lexer = {.text = sql};
    struct ep_sql_token token;

    (void)snprintf(array, size, "{");
    while (ep_sql_lexer_next(&lexer, &token)) {
        struct ep_span part = ep_sql_token_text(sql, token);
        if (token.kind == EP_SQL_WORD) {
            add_element(array, size, part, true);
        } else if (token.kind == EP_SQL_QUOTED_IDENTIFIER) {
            add_element(array, size, ep_span_part(part, 1, part.size - 2), false);
        }
    }
    (void)snprintf(array + strlen(array), size - strlen(array), "}");
}

/* "Process 10 waits for ShareLock on transaction 7; blocked by process 11." */
static void note_processes(const char *detail, char *array, size_t size)
{
    static const char words[] = "blocked by process ";

    (void)snprintf(array, size, "{");
    for (const char *at = strstr(detail, words); at != NULL; at = strstr(at, words)) {
        at += strlen(words);
        struct ep_span number = {.data = at, .size = strspn(at, "0123456789")};
        if (number.size > 0) {
            add_element(array, size, number, false);
        }
    }
    (void)snprintf(array + strlen(array), size - strlen(array), "}");
}

void ep_blockers_note(const struct ep_error *refusal, struct ep_span sql,
                      struct ep_blockers *ret_blockers)
{
    note_names(sql, ret_blockers->names, sizeof(ret_blockers->names));
    note_processes(refusal->detail, ret_blockers->pids, sizeof(ret_blockers->pids));
}

void ep_blockers_after(struct ep_session *session, const struct ep_blockers *blockers,
                       char ret_text[EP_BLOCKERS_BYTES])
{
    ask(session, EP_QUERY(after_sql, blockers->names, blockers->pids), ep_clock_ms() + ANSWER_MS,
        ret_text);
}
