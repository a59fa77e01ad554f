#include "source/enumeration.h"

#include "format/utf8.h"

void ep_enumeration_add(struct ep_enumeration *enumeration, const char *name)
{
    if (enumeration->count < EP_ENUMERATION_NAMED) {
        enumeration->names[enumeration->count] = name;
    }
    enumeration->count++;
}

const char *ep_enumeration_format(struct ep_arena *arena, const struct ep_enumeration *enumeration)
{
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};

    for (size_t i = 0; i < enumeration->count && i < EP_ENUMERATION_NAMED; i++) {
        ep_text_add(&text, i > 0 ? ", " : "");
        ep_utf8_append_printable(ep_span_of(enumeration->names[i]), &text);
    }
    if (enumeration->count > EP_ENUMERATION_NAMED) {
        ep_text_format(&text, " and %zu more", enumeration->count - EP_ENUMERATION_NAMED);
    }
    return ep_arena_copy(arena, ep_text_span(&text));
}
