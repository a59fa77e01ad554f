/*
 * process.h - becoming another program.
 *
 * The rules are execvp(3)'s, done by hand so that the two C libraries we build
 * with behave alike: a name without "/" is looked up in PATH, a file without
 * "#!" is not handed to a shell.
 */
#ifndef EP_SYSTEM_PROCESS_H
#define EP_SYSTEM_PROCESS_H

#include "base/arena.h"
#include "base/error.h"

/*
 * The path of the program that name stands for. path is the value of PATH;
 * NULL means the default "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".
 * An empty element of PATH is the working directory.
 *
 * What is certain to make its execution fail is noticed here, before anything
 * else was done: see ep_program_check().
 *
 * Errors: EP_FAULT_NOT_FOUND or EP_FAULT_NOT_EXECUTABLE (found, but a folder or
 * without the x bit, for example), with a hint that says what to do.
 */
bool ep_process_find(struct ep_arena *arena, const char *name, const char *path,
                     const char **ret_program, struct ep_error *err) EP_MUST_CHECK;

/*
 * Replace this process. argv[0] is passed as given. Descriptors above 2 are
 * closed by the exec, but for those that LISTEN_FDS passes on (sd_listen_fds(3)).
 * Returns only on failure, with the reason: absent interpreter, CR LF in the
 * "#!" line, no "#!" line, wrong machine, too long an argument list.
 *
 * Errors: EP_FAULT_NOT_FOUND, EP_FAULT_NOT_EXECUTABLE.
 */
void ep_process_exec(const char *program, char *const argv[], char *const environment[],
                     struct ep_error *err);

#endif
