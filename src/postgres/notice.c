#include "postgres/session_private.h"

/*
 * libpq hands a notice over as soon as it has read it, also when the result of the statement before
 * is not fetched yet. So one that may belong to the next statement is held until that is known.
 */
struct ep_session_notices {
    struct ep_arena arena;
    struct held {
        struct ep_field fields[5];
        struct held *next;
    } * first, **end;
};

enum { FIELDS = 5, FIELDS_ALL = 8 };

const char *ep_session_field(const PGresult *rows, int field)
{
    const char *text = PQresultErrorField(rows, field);
    return text == NULL ? "" : text;
}

static void report(const struct ep_session *session, const struct ep_field notice[FIELDS])
{
    const struct ep_running *running = &session->running;
    struct ep_field fields[FIELDS_ALL] = {
        [FIELDS] = EP_TEXT_FIELD("tag", running->tag),
        EP_INTEGER_FIELD("statement", (long long)running->statement),
        EP_INTEGER_FIELD("statement_count", (long long)running->statement_count),
    };

    memcpy(fields, notice, FIELDS * sizeof(fields[0]));
    if (running->tag == NULL) {
        ep_report_fields(session->reporter, EP_EVENT_NOTICE, fields, FIELDS);
    } else {
        ep_report_fields(session->reporter, EP_EVENT_STATEMENT_NOTICE, fields, FIELDS_ALL);
    }
}

void ep_session_release_notices(struct ep_session *session)
{
    struct ep_session_notices *notices = session->notices;

    if (notices != NULL) {
        session->notices = NULL;
        for (const struct held *held = notices->first; held != NULL; held = held->next) {
            report(session, held->fields);
        }
        ep_arena_release(&notices->arena);
        free(notices);
    }
}

static void hold(struct ep_session *session, const struct ep_field fields[FIELDS])
{
    struct ep_session_notices *notices = session->notices;

    if (notices == NULL) {
        notices = calloc(1, sizeof(*notices));
        if (notices == NULL) {
            ep_check_out_of_memory();
        }
        notices->end = &notices->first;
        session->notices = notices;
    }
    struct held *held = ep_arena_allocate(&notices->arena, sizeof(*held));
    for (size_t i = 0; i < FIELDS; i++) {
        held->fields[i] = fields[i];
        if (fields[i].text != NULL) {
            held->fields[i].text = ep_arena_copy(&notices->arena, ep_span_of(fields[i].text));
        }
    }
    *notices->end = held;
    notices->end = &held->next;
}

/*
 * Whether a statement is running of which libpq has read nothing yet: then a notice is its own.
 * PQsetSingleRowMode() answers just that; the mode suits us, rows are thrown away one by one.
 */
static bool runs(const struct ep_session *session)
{
    return !session->discards || PQsetSingleRowMode(session->connection) == 1;
}

void ep_session_take_notice(void *context, const PGresult *notice)
{
    struct ep_session *session = context;
    const struct ep_field fields[FIELDS] = {
        EP_TEXT_FIELD("severity", ep_session_field(notice, PG_DIAG_SEVERITY_NONLOCALIZED)),
        EP_TEXT_FIELD("message", ep_session_field(notice, PG_DIAG_MESSAGE_PRIMARY)),
        EP_TEXT_FIELD("sqlstate", ep_session_field(notice, PG_DIAG_SQLSTATE)),
        EP_TEXT_FIELD("detail", PQresultErrorField(notice, PG_DIAG_MESSAGE_DETAIL)),
        EP_TEXT_FIELD("hint", PQresultErrorField(notice, PG_DIAG_MESSAGE_HINT)),
    };

    if (session->notices == NULL && runs(session)) {
        report(session, fields);
    } else {
        hold(session, fields);
    }
}
