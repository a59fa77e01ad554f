/*
 * compiler.h - every departure from ISO C17, in one place.
 *
 * All other files stay inside the standard; -Wpedantic -Werror enforces it.
 * Every header of this program includes this one, directly or not, so that the
 * functions poisoned at its end are compile errors everywhere.
 */
#ifndef EP_BASE_COMPILER_H
#define EP_BASE_COMPILER_H

/* Declared before they are poisoned below. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The function formats like printf: the compiler checks its arguments. */
#define EP_PRINTF(format_index, first_argument_index) \
    __attribute__((__format__(__printf__, format_index, first_argument_index)))

/* Ignoring the result is a compile error. Put on every function that can fail. */
#define EP_MUST_CHECK __attribute__((__warn_unused_result__))

/* Runs function(&variable) when the variable leaves scope, by any path. */
#define EP_CLEANUP(function) __attribute__((__cleanup__(function)))

#define EP_COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Functions that write past a buffer or hide a failed conversion. Use
 * struct ep_text, ep_arena_format() and strtol() and its relatives instead.
 */
#undef sprintf /* macros in some versions of the C library */
#undef vsprintf
#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf strtok atoi atol atof gets

#endif
