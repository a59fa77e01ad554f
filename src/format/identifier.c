#include "format/identifier.h"

#include "base/text.h"

char *ep_identifier_quote(struct ep_arena *arena, const char *name)
{
    struct ep_text quoted EP_CLEANUP(ep_text_clear) = {0};

    ep_text_add_byte(&quoted, '"');
    for (const char *at = name; *at != '\0'; at++) {
        if (*at == '"') {
            ep_text_add_byte(&quoted, '"');
        }
        ep_text_add_byte(&quoted, *at);
    }
    ep_text_add_byte(&quoted, '"');
    return ep_arena_copy(arena, ep_text_span(&quoted));
}

/* One part, up to a "." or the end; NULL when it is malformed. */
static const char *cut_part(struct ep_arena *arena, const char **at)
{
    struct ep_text part EP_CLEANUP(ep_text_clear) = {0};
    bool quoted = **at == '"';
    const char *p = *at + (quoted ? 1 : 0);

    while (*p != '\0' && (quoted || *p != '.')) {
        if (quoted && *p == '"') {
            if (p[1] != '"') {
                break;
            }
            p++;
        }
        ep_text_add_byte(&part, *p++);
    }
    if (quoted && *p++ != '"') {
        return NULL;
    }
    if (part.size == 0 || (*p != '\0' && *p != '.')) {
        return NULL;
    }
    *at = p;
    return ep_arena_copy(arena, ep_text_span(&part));
}

bool ep_identifier_split(struct ep_arena *arena, const char *text, const char **ret_schema,
                         const char **ret_name)
{
    const char *at = text;
    const char *first = cut_part(arena, &at);
    const char *second = NULL;

    if (first != NULL && *at == '.') {
        at++;
        second = cut_part(arena, &at);
        if (second == NULL) {
            return false;
        }
    }
    if (first == NULL || *at != '\0') {
        return false;
    }
    *ret_schema = second == NULL ? NULL : first;
    *ret_name = second == NULL ? first : second;
    return true;
}
