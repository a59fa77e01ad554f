/*
 * gate.h - everything between "the container started" and "the server may start".
 *
 *     wait       until a login succeeds
 *     state      one round trip: ledger, tables, facts
 *     plan       nothing pending: on to the tables
 *     migrate    else
 *     verify     the critical tables
 *
 * A session that is lost on the way is opened again, once: everything is
 * decided anew from what the database says then.
 */
#ifndef EP_STEPS_GATE_H
#define EP_STEPS_GATE_H

#include "settings/settings.h"
#include "steps/examination.h"
#include "steps/hook.h"
#include "steps/state.h"

enum ep_gate_goal {
    EP_GATE_ANSWERS,  /* a login and a query succeed */
    EP_GATE_VERIFIED, /* the critical tables exist */
    EP_GATE_MIGRATED  /* nothing is pending, then the tables */
};

struct ep_gate {
    enum ep_gate_goal goal;
    const struct ep_conninfo *conninfo;
    const struct ep_settings *settings;
    const struct ep_state_request *request; /* its tiers may be what the examination reads */
    struct ep_examination *examination;     /* NULL: there is none */
    const struct ep_reporter *reporter;
    struct ep_hooks *hooks; /* with EP_GATE_MIGRATED: NULL or those to run */
};

/* Errors: those of ep_wait(), ep_state_read(), ep_migrate_run() and ep_verify(). */
bool ep_gate_pass(const struct ep_gate *gate, struct ep_error *err) EP_MUST_CHECK;

#endif
