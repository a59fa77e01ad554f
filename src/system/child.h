/*
 * child.h - running another program and waiting for its end.
 *
 * It gets a process group of its own, /dev/null as standard input, and what it writes
 * to both outputs arrives here line by line. Nothing of it is left when this returns:
 * what still belongs to its group is killed. For use while signals are noted
 * (signals.h): one that arrives ends the group.
 */
#ifndef EP_SYSTEM_CHILD_H
#define EP_SYSTEM_CHILD_H

#include "base/arena.h"
#include "base/error.h"

#include <stdint.h>

struct ep_child {
    const char *program; /* a path, as ep_process_find() gives it */
    char *const *argv;   /* up to NULL */
    char *const *environment;
    int64_t timeout_ms; /* 0: none */
    /* Each line without its end; longer ones come in pieces of 4 KiB. */
    void (*line)(void *context, const char *line);
    /* Called every tick_ms; false with err filled in ends the child. NULL: never. */
    bool (*tick)(void *context, struct ep_error *err);
    int64_t tick_ms;
    void *context;
};

struct ep_child_end {
    bool timed_out;  /* it was ended */
    int exit_status; /* with signal 0 */
    int signal;      /* that ended it, or 0 */
};

/*
 * Run it until its end. That it cannot be executed is a line of its output, and exit
 * status 126 or 127.
 *
 * Errors: EP_FAULT_SYSTEM, EP_FAULT_SIGNAL, and what tick fills in.
 */
bool ep_child_run(const struct ep_child *child, struct ep_child_end *ret_end,
                  struct ep_error *err) EP_MUST_CHECK;

#endif
