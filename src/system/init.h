/*
 * init.h - being the init process of a container: the parent of the server.
 *
 * What tini and dumb-init do. The server runs as a child in a process group of
 * its own, in the foreground of the terminal if we are; every signal that arrives here
 * is passed on to it; orphans that become ours are reaped, also where we are not
 * process 1; and its end is ours.
 *
 * Source: signal(7), pid_namespaces(7), prctl(2) on PR_SET_CHILD_SUBREAPER.
 */
#ifndef EP_SYSTEM_INIT_H
#define EP_SYSTEM_INIT_H

#include "base/error.h"

struct ep_init {
    const char *program; /* a path, as ep_process_find() gives it */
    char *const *argv;
    char *const *environment;
    bool whole_group; /* signals go to all of the server's process group */
};

/*
 * Start the server, wait for its end and end with its exit status, 128 + n when
 * signal n ended it. Returns only when it could not be started.
 *
 * Errors: those of ep_process_exec(); EP_FAULT_SYSTEM when there can be no process.
 */
void ep_init_run(const struct ep_init *init, struct ep_error *err);

#endif
