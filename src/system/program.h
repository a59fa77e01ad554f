/*
 * program.h - whether the kernel can execute a file, and why not.
 *
 * The kernel's answer is an errno that fits many causes: ENOENT for a script
 * whose interpreter is absent, ENOEXEC for a program of another machine. The
 * file tells which.
 *
 * Source: execve(2); fs/binfmt_script.c, fs/binfmt_elf.c of Linux.
 */
#ifndef EP_SYSTEM_PROGRAM_H
#define EP_SYSTEM_PROGRAM_H

#include "base/error.h"

/*
 * Look for what is certain to make an execution fail: absent, a folder, no x
 * bit, a file system mounted noexec, an interpreter ("#!" line) or dynamic
 * loader that is absent. What binfmt_misc may make work, such as a program for
 * another machine, passes.
 *
 * Errors: EP_FAULT_NOT_FOUND, EP_FAULT_NOT_EXECUTABLE, with a hint.
 */
bool ep_program_check(const char *path, struct ep_error *err) EP_MUST_CHECK;

/*
 * Record why execve() of path failed with errnum. Returns false.
 *
 * Errors: EP_FAULT_NOT_FOUND when the program, its interpreter or its loader
 * is absent, else EP_FAULT_NOT_EXECUTABLE.
 */
bool ep_program_explain(const char *path, int errnum, struct ep_error *err);

/* Record that there is no such program, with a hint for what name looks like. Returns false. */
bool ep_program_fail_absent(const char *name, struct ep_error *err);

#endif
