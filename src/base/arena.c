#include "base/arena.h"

#include "base/check.h"

#include <stdarg.h>
#include <stdint.h>

struct ep_arena_block {
    struct ep_arena_block *older;
    size_t used, size; /* bytes of data */
    max_align_t data[];
};

#ifdef __SANITIZE_ADDRESS__
/* Each allocation is a block of its own, so that what is used behind its end is noticed. */
enum { BLOCK_BYTES = 0, UNIT = 1 };
#else
/* Small enough to be cheap at every start, large enough for a hundred migrations. */
enum { BLOCK_BYTES = 16 * 1024, UNIT = sizeof(max_align_t) };
#endif

void ep_arena_release(struct ep_arena *arena)
{
    struct ep_arena_block *block = arena->newest;
    while (block != NULL) {
        struct ep_arena_block *older = block->older;
        free(block);
        block = older;
    }
    arena->newest = NULL;
}

/* Blocks of the usual size are cleared as they are used: most are released nearly empty. */
static bool is_cleared(size_t block_size)
{
    return block_size > BLOCK_BYTES;
}

void ep_arena_reset(struct ep_arena *arena)
{
    struct ep_arena_block *kept = arena->newest;

    if (kept == NULL || is_cleared(kept->size)) {
        ep_arena_release(arena);
        return;
    }
    arena->newest = kept->older;
    ep_arena_release(arena);
    *kept = (struct ep_arena_block){.size = kept->size};
    arena->newest = kept;
}

static struct ep_arena_block *block_add(struct ep_arena *arena, size_t size)
{
    if (size > SIZE_MAX - sizeof(struct ep_arena_block)) {
        ep_check_out_of_memory();
    }
    size_t whole = sizeof(struct ep_arena_block) + size;
    struct ep_arena_block *block = is_cleared(size) ? calloc(1, whole) : malloc(whole);
    if (block == NULL) {
        ep_check_out_of_memory();
    }
    *block = (struct ep_arena_block){.older = arena->newest, .size = size};
    arena->newest = block;
    return block;
}

void *ep_arena_allocate(struct ep_arena *arena, size_t size)
{
    if (size > SIZE_MAX - UNIT) {
        ep_check_out_of_memory();
    }
    size_t rounded = (size + UNIT - 1) / UNIT * UNIT;
    struct ep_arena_block *block = arena->newest;

    if (block == NULL || block->size - block->used < rounded) {
        block = block_add(arena, rounded > BLOCK_BYTES ? rounded : BLOCK_BYTES);
    }
    void *result = (char *)block->data + block->used;
    block->used += rounded;
    if (!is_cleared(block->size)) {
        memset(result, 0, rounded);
    }
    return result;
}

void *ep_arena_array(struct ep_arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size) {
        ep_check_out_of_memory();
    }
    return ep_arena_allocate(arena, count * size);
}

void *ep_arena_grow(struct ep_arena *arena, void *items, size_t count, size_t size)
{
    const size_t first = 4;

    /* Full at 0 and at every power of two from the first capacity on. */
    if (count != 0 && (count < first || (count & (count - 1)) != 0)) {
        return items;
    }
    void *larger = ep_arena_array(arena, count == 0 ? first : count * 2, size);
    if (count > 0) {
        memcpy(larger, items, count * size);
    }
    return larger;
}

char *ep_arena_copy(struct ep_arena *arena, struct ep_span span)
{
    char *copy = ep_arena_array(arena, span.size + 1, 1);
    if (span.size > 0) {
        memcpy(copy, span.data, span.size);
    }
    return copy;
}

char *ep_arena_concat(struct ep_arena *arena, const char *const *texts)
{
    size_t size = 0;
    for (size_t i = 0; texts[i] != NULL; i++) {
        size += strlen(texts[i]);
    }
    char *whole = ep_arena_array(arena, size + 1, 1);
    char *end = whole;
    for (size_t i = 0; texts[i] != NULL; i++) {
        end = stpcpy(end, texts[i]);
    }
    return whole;
}

char *ep_arena_format(struct ep_arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);

    EP_CHECK(size >= 0);
    char *text = ep_arena_array(arena, (size_t)size + 1, 1);
    EP_CHECK(vsnprintf(text, (size_t)size + 1, format, again) == size);
    va_end(again);
    return text;
}
