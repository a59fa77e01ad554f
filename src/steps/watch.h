/*
 * watch.h - telling what a migration that takes its time is doing.
 *
 *     ep_watch_begin()    a migration is about to be sent
 *     ep_watch_running()  statement k of n is
 *     ep_watch_end()      it is over
 *
 * While the server's answer is awaited: a line every ten seconds (EP_EVENT_PROGRESS; where the
 * reporter shows it in place, every second) with the statement, how long it has run, how far
 * PostgreSQL says it is, and for whom it waits. To know that a second session is opened, only
 * then, and closed by ep_watch_end(). A server that refuses it is not asked again: the line then
 * says less.
 *
 * With a lock_timeout the blocker has to be known before the server gives up: it is asked for at
 * half of it.
 */
#ifndef EP_STEPS_WATCH_H
#define EP_STEPS_WATCH_H

#include "steps/blockers.h"

struct ep_watch {
    struct ep_session *session;
    const struct ep_reporter *reporter;
    int64_t lock_timeout_ms; /* 0: none */
    int64_t report_every_ms; /* 0: as above; for tests */
    struct ep_session *second;
    bool refused;              /* there is no second session to be had */
    int64_t ask_ms, report_ms; /* when next */
    size_t asked_statement;
    char blockers[EP_BLOCKERS_BYTES]; /* whom the statement waited for when last asked, or "" */
    char activity[256];               /* "building index: scanning table 43 %", or "" */
    bool lock_refused;                /* to the statement that was sent last */
    struct ep_blockers refusal;       /* what that one needs */
};

/* tag must stay valid up to ep_watch_end(); watch stays where it is. */
void ep_watch_begin(struct ep_watch *watch, const char *tag, size_t statement_count);

/* The statement that is sent next, from 1; those after it in the same message are counted. */
void ep_watch_running(struct ep_watch *watch, size_t statement);

void ep_watch_end(struct ep_watch *watch);

/*
 * A statement was refused a lock: take note of what it needs, before ep_watch_end(). sql is the
 * statement. Nothing is done for errors of other kinds. Returns whether it is such an error.
 */
bool ep_watch_refused(struct ep_watch *watch, const struct ep_error *err, struct ep_span sql);

/* Then, when the transaction is rolled back, who has it: "" when nobody is known. */
void ep_watch_take_blockers(struct ep_watch *watch, char ret_text[EP_BLOCKERS_BYTES]);

#endif
