/*
 * watch.h - telling what a migration that takes its time is doing.
 *
 *     ep_watch_begin()    a transaction is about to begin
 *     ep_watch_end()      it is over
 *
 * In between the session knows which statement runs: ep_session_set_running().
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
    struct ep_session *second;
    bool refused;                     /* there is no second session to be had */
    int64_t ask_ms, report_ms;        /* when next */
    struct ep_running asked;          /* the statement that was asked about last */
    char blockers[EP_BLOCKERS_BYTES]; /* whom the statement waited for when last asked, or "" */
    char activity[256];               /* "building index: scanning table 43 %", or "" */
    bool lock_refused;                /* to the statement that was sent last */
    struct ep_blockers refusal;       /* what that one needs */
};

/* watch stays where it is up to ep_watch_end(). */
void ep_watch_begin(struct ep_watch *watch);
void ep_watch_end(struct ep_watch *watch);

/* Another statement of the same migration runs. */
void ep_watch_running(struct ep_watch *watch, size_t statement);

/*
 * A statement was refused a lock: take note of what it needs, before ep_watch_end(). sql is the
 * statement. Nothing is done for errors of other kinds. Returns whether it is such an error.
 */
bool ep_watch_refused(struct ep_watch *watch, const struct ep_error *err, struct ep_span sql);

/* Then, when the transaction is rolled back, who has it: "" when nobody is known. */
void ep_watch_take_blockers(struct ep_watch *watch, char ret_text[EP_BLOCKERS_BYTES]);

#endif
