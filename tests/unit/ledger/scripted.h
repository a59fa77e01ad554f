/*
 * scripted.h - a server's answers as a test writes them, and the queries that it is sent.
 *
 * Takes the place of postgres/session.c: a program that includes it is linked without libpq's
 * sessions. Include cmocka first.
 */
#ifndef TESTS_UNIT_LEDGER_SCRIPTED_H
#define TESTS_UNIT_LEDGER_SCRIPTED_H

#include "base/text.h"
#include "ledger/ledger.h"
#include "system/clock.h"

enum { MOST_ROWS = 12, MOST_COLUMNS = 8 };

struct ep_result {
    const char *sqlstate; /* NULL: it succeeded */
    const char *columns[MOST_COLUMNS];
    const char *cells[MOST_ROWS][MOST_COLUMNS];
    size_t rows;
};

size_t ep_result_rows(const struct ep_result *result)
{
    return result->rows;
}

size_t ep_result_column(const struct ep_result *result, const char *name)
{
    for (size_t i = 0; i < MOST_COLUMNS; i++) {
        if (result->columns[i] != NULL && strcmp(result->columns[i], name) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

const char *ep_result_text(const struct ep_result *result, size_t row, size_t column)
{
    return row < result->rows && column < MOST_COLUMNS ? result->cells[row][column] : NULL;
}

const char *ep_result_word(const struct ep_result *result, size_t row, size_t column)
{
    const char *text = ep_result_text(result, row, column);
    return text == NULL ? "" : text;
}

const char *ep_result_sqlstate(const struct ep_result *result)
{
    return result->sqlstate == NULL ? "" : result->sqlstate;
}

bool ep_result_fail(const struct ep_result *result, struct ep_error *err)
{
    return ep_fail(err, EP_FAULT_DENIED, "refused with %s", result->sqlstate);
}

/* What was sent, a line for each query: the SQL, and each parameter in brackets behind it. */
static struct ep_text sent;
static size_t queries, refused_query; /* the refused one is counted from 1; 0: none */

static void server_begin(size_t refused)
{
    ep_text_clear(&sent);
    queries = 0;
    refused_query = refused;
}

bool ep_session_query(struct ep_session *session, struct ep_query query, int64_t deadline_ms,
                      struct ep_result **ret_result, struct ep_error *err)
{
    assert_null(session);
    assert_null(ret_result);
    assert_true(deadline_ms == EP_CLOCK_NEVER);
    ep_text_format(&sent, "%s%s", queries == 0 ? "" : "\n", query.sql);
    for (size_t i = 0; i < query.parameter_count; i++) {
        ep_text_format(&sent, " [%s]", query.parameters[i]);
    }
    queries++;
    return queries != refused_query || ep_fail(err, EP_FAULT_SQL, "query %zu", queries);
}

/* It succeeded, and these queries were sent for it. */
static void assert_sent(bool succeeded, const char *expected)
{
    assert_true(succeeded);
    assert_string_equal(ep_text_get(&sent), expected);
    ep_text_clear(&sent);
}

/* The server's refusal is what it ended with, and no further query was sent. */
static void assert_refused(bool succeeded, const struct ep_error *err, const char *context)
{
    assert_false(succeeded);
    assert_int_equal(err->fault, EP_FAULT_SQL);
    assert_string_equal(err->context, context);
    assert_int_equal(queries, refused_query);
    ep_text_clear(&sent);
}

#endif
