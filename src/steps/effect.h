/*
 * effect.h - what became of a statement that runs outside a transaction and was interrupted,
 * as the catalogs tell.
 */
#ifndef EP_STEPS_EFFECT_H
#define EP_STEPS_EFFECT_H

#include "postgres/session.h"
#include "sql/boundary.h"

enum ep_effect_state {
    EP_EFFECT_STATE_UNKNOWN, /* nothing tells */
    EP_EFFECT_STATE_UNDONE,
    EP_EFFECT_STATE_DONE,
    EP_EFFECT_STATE_INVALID, /* an index is there that nobody finished: to be dropped first; then
                                look again */
    EP_EFFECT_STATE_HALFWAY, /* a partition is half detached: to be finalized */
    EP_EFFECT_STATE_RUNNING  /* another session runs this very statement now */
};

struct ep_effect {
    enum ep_effect_state state;
    const char *object; /* with INVALID: the index, quoted; the arena's. Else NULL */
};

/*
 * Look it up. sql is the statement's text. Errors: those of ep_session_query().
 */
bool ep_effect_look_up(struct ep_arena *arena, struct ep_session *session,
                       const struct ep_boundary *boundary, struct ep_span sql,
                       struct ep_effect *ret_effect, struct ep_error *err) EP_MUST_CHECK;

#endif
