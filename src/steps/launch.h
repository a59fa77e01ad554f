/*
 * launch.h - the hand-over to the server: after it, we were never there.
 *
 *     ep_launch_prepare()   before anything else: an image without its server
 *                           fails before its database is touched
 *     ...                   wait, migrate, verify; close the session
 *     ep_launch_exec()      does not come back
 *
 * Arguments, environment (less the variables to unset), working directory,
 * umask, limits, signal mask, ignored signals and the descriptors 0, 1, 2 are
 * the server's as they were ours, also where [server] init keeps us as its parent.
 */
#ifndef EP_STEPS_LAUNCH_H
#define EP_STEPS_LAUNCH_H

#include "base/arena.h"
#include "base/error.h"
#include "settings/settings.h"

struct ep_launch {
    const char *program;      /* the path that argv[0] stands for */
    char *const *argv;        /* the caller's, up to NULL; at least one */
    enum ep_server_init init; /* to be filled in; as prepared: become the server */
};

/*
 * Find the server in PATH. The memory is the arena's and argv's.
 *
 * Errors: EP_FAULT_NOT_FOUND, EP_FAULT_NOT_EXECUTABLE; see ep_process_find().
 */
bool ep_launch_prepare(struct ep_arena *arena, char *const argv[], struct ep_launch *ret_launch,
                       struct ep_error *err) EP_MUST_CHECK;

/*
 * Become the server, or its init process (init.h). unset_names are variables it must not see; each
 * occurrence goes. A signal that was noted ends the process here (signals.h). Returns only on
 * failure.
 *
 * Errors: EP_FAULT_NOT_FOUND, EP_FAULT_NOT_EXECUTABLE; see ep_process_exec();
 * EP_FAULT_SYSTEM from ep_init_run().
 */
void ep_launch_exec(const struct ep_launch *launch, const char *const unset_names[],
                    size_t unset_count, struct ep_error *err);

#endif
