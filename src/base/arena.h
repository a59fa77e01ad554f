/*
 * arena.h - memory that is released all at once.
 *
 * One arena serves the whole run, a scratch arena serves one migration. What is
 * allocated stays valid, and where it is, until ep_arena_release(). Nothing is
 * freed singly. Allocation never fails: see ep_check_out_of_memory().
 *
 *     struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
 *     char *path = ep_arena_format(&arena, "%s/%s.sql", folder, tag);
 */
#ifndef EP_BASE_ARENA_H
#define EP_BASE_ARENA_H

#include "base/span.h"

struct ep_arena_block;

struct ep_arena {
    struct ep_arena_block *newest;
};

/* Release everything; the arena is empty and usable again. */
void ep_arena_release(struct ep_arena *arena);

/* The same, keeping memory for what comes next: for what is done ten thousand times. */
void ep_arena_reset(struct ep_arena *arena);

/* size zeroed bytes, aligned for any type. size 0 gives a valid address. */
void *ep_arena_allocate(struct ep_arena *arena, size_t size);

/* count zeroed elements of size bytes each; a product that overflows is out of memory. */
void *ep_arena_array(struct ep_arena *arena, size_t count, size_t size);

/*
 * The elements with room for one more, zeroed: the same array or, when it was full, a larger
 * copy. It must have been made by this function alone; items is NULL at first.
 */
void *ep_arena_grow(struct ep_arena *arena, void *items, size_t count, size_t size);

/* A NUL-terminated copy. */
char *ep_arena_copy(struct ep_arena *arena, struct ep_span span);

/* The texts one after another, up to a NULL; ten times as fast as ep_arena_format(). */
char *ep_arena_concat(struct ep_arena *arena, const char *const *texts);

char *ep_arena_format(struct ep_arena *arena, const char *format, ...) EP_PRINTF(2, 3);

#endif
