#include "format/words.h"

static const char blanks[] = " \t\r\n\v\f";

static bool fail_unclosed(char quote, struct ep_error *err)
{
    (void)ep_fail(err, EP_FAULT_CONFIG, "a %s is not closed",
                  quote == '"' ? "double quote" : "single quote");
    return ep_error_hint(err, "Close it, or write a backslash before it.");
}

/* One word, copied to end; both move on. Quoted and bare parts may follow each other. */
static bool take_word(const char **text, char **end, struct ep_error *err)
{
    const char *from = *text;
    char *to = *end;
    char quote = '\0';

    for (; *from != '\0' && (quote != '\0' || strchr(blanks, *from) == NULL); from++) {
        bool escapes = *from == '\\'
                       && (quote == '\0' || (quote == '"' && (from[1] == '"' || from[1] == '\\')));
        if (escapes) {
            from++;
            if (*from == '\0') {
                return ep_fail(err, EP_FAULT_CONFIG, "a backslash stands at the end");
            }
            *to++ = *from;
        } else if (quote == '\0' && (*from == '"' || *from == '\'')) {
            quote = *from;
        } else if (quote != '\0' && *from == quote) {
            quote = '\0';
        } else {
            *to++ = *from;
        }
    }
    if (quote != '\0') {
        return fail_unclosed(quote, err);
    }
    *to++ = '\0';
    *text = from;
    *end = to;
    return true;
}

bool ep_words_split(struct ep_arena *arena, const char *text, const char *const **ret_words,
                    size_t *ret_count, struct ep_error *err)
{
    /* Every word but the last is followed by a blank, in whose place its NUL fits. */
    const char **words = ep_arena_array(arena, strlen(text) / 2 + 2, sizeof(*words));
    char *end = ep_arena_allocate(arena, strlen(text) + 1);
    size_t count = 0;

    for (text += strspn(text, blanks); *text != '\0'; text += strspn(text, blanks)) {
        words[count++] = end;
        if (!take_word(&text, &end, err)) {
            return false;
        }
    }
    *ret_words = words;
    *ret_count = count;
    return true;
}
