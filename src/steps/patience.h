/*
 * patience.h - whether to try again, after what pause, and what to say meanwhile.
 *
 * The decisions of ep_wait() as a state machine that knows neither clock nor
 * network: what was refused goes in, the next step comes out.
 *
 *     ep_patience_begin()     once
 *     ep_patience_refused()   for each address that was tried in vain
 *     ep_patience_decide()    at the end of a round over all hosts
 *
 * Each host is judged by itself. What a server said counts more than what the
 * network said: with "::1 refused, 127.0.0.1 wrong password" the password is
 * the reason, and it is final after three rounds. A host for which
 * everything is final is closed and not tried again; waiting ends when all are.
 *
 * The pauses are a table in patience.c: short while nobody answers, since a refused
 * connection costs nothing, longer towards a server that keeps saying no.
 */
#ifndef EP_STEPS_PATIENCE_H
#define EP_STEPS_PATIENCE_H

#include "postgres/failure.h"

#include <stdint.h>

/* One address tried in vain. */
struct ep_attempt {
    struct ep_failure failure;
    bool lookup;       /* the name was not found: no address at all */
    char sqlstate[6];  /* or "" */
    char address[320]; /* for the log: "db:5432 (10.0.0.5)" */
    char reason[1024]; /* one line */
};

/* How a round over a host's addresses went; class is the most hopeful of those that count. */
struct ep_patience_round {
    bool tried;
    enum ep_failure_class class;
    bool answered;          /* a server did: what the network said does not count */
    bool denied;            /* a class A failure was among them */
    int64_t pause_ms;       /* the longest that a failure asks for */
    struct ep_attempt best; /* the most telling */
};

struct ep_patience_host {
    bool may_appear; /* set by the caller: ep_failure_host_may_appear() */
    bool closed;     /* final: do not try it again */
    unsigned denials;
    bool in_grace;
    int64_t grace_from_ms;
    struct ep_patience_round current, last;
};

enum ep_patience_pace {
    EP_PACE_NOBODY,   /* nothing listens, or nothing gets through */
    EP_PACE_NO_NAME,  /* each try asks a name server */
    EP_PACE_ANSWERED, /* a server said no, for now */
    EP_PACE_DENIED    /* a server said no, probably for good */
};

enum { EP_PATIENCE_REASON_BYTES = 256 };

struct ep_patience {
    int64_t start_ms, deadline_ms;
    bool once;
    struct ep_patience_host *hosts;
    size_t host_count;
    enum ep_patience_pace pace;
    int64_t pace_from_ms;                /* since when the pace is this one */
    int64_t line_due_ms;                 /* of the next "still waiting" */
    unsigned changes;                    /* told since the last one */
    char told[EP_PATIENCE_REASON_BYTES]; /* the last reason told, without what varies */
};

enum ep_patience_say { EP_SAY_NOTHING, EP_SAY_REASON, EP_SAY_STILL_WAITING };

struct ep_patience_step {
    bool again;
    int64_t pause_ms;    /* with again: to be jittered by the caller, who also minds the deadline */
    enum ep_fault fault; /* else */
    enum ep_patience_say say;
    const struct ep_attempt *attempt; /* the most telling; valid until the next call */
};

/*
 * hosts are zeroed but for may_appear, and outlive the rest. timeout_ms 0 means one
 * round.
 */
void ep_patience_begin(struct ep_patience *patience, int64_t now_ms, int64_t timeout_ms,
                       struct ep_patience_host *hosts, size_t host_count);

/* attempt is copied. */
void ep_patience_refused(struct ep_patience *patience, size_t host,
                         const struct ep_attempt *attempt);

/* At least one open host was tried in this round. */
struct ep_patience_step ep_patience_decide(struct ep_patience *patience, int64_t now_ms);

#endif
