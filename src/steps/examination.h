/*
 * examination.h - the folders are read while the login is under way.
 *
 * A login is mostly waiting for the server; meanwhile a thread reads and hashes the
 * files. It reports to nobody: what it has to say is kept and told by
 * ep_examination_finish(), in the thread that calls it. ep_wait() does so when its first
 * try has ended, whichever way: a folder that is wrong is told at once, not after
 * the server has come up.
 *
 *     struct ep_examination examination EP_CLEANUP(ep_examination_clear) = {
 *         .read = read, .context = &context};
 *     ep_examination_begin(&examination);
 *     ... ep_examination_finish(&examination, reporter, err) ...
 */
#ifndef EP_STEPS_EXAMINATION_H
#define EP_STEPS_EXAMINATION_H

#include "base/arena.h"
#include "base/error.h"
#include "base/event.h"

#include <pthread.h>

struct ep_examination_event;

struct ep_examination {
    /* Runs in the thread: it may use nothing that the caller uses until it has finished. */
    bool (*read)(void *context, struct ep_arena *arena, const struct ep_reporter *reporter,
                 struct ep_error *err);
    void *context;

    /* For examination.c only. */
    struct ep_arena arena; /* what was read, and the events; lives until ep_examination_clear() */
    struct ep_examination_event *first, **end;
    struct ep_error err;
    pthread_t thread;
    bool begun, threaded, finished, succeeded;
};

/* Where the system gives us no thread, the work is done here and now. */
void ep_examination_begin(struct ep_examination *examination);

/*
 * Wait for the end of it, and tell what it reported. Again: nothing is told, the result
 * is the same. Errors: those of read.
 */
bool ep_examination_finish(struct ep_examination *examination, const struct ep_reporter *reporter,
                           struct ep_error *err) EP_MUST_CHECK;

/* Wait for the end of it, and release what was read. */
void ep_examination_clear(struct ep_examination *examination);

#endif
