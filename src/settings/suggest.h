/*
 * suggest.h - "did you mean": the known word that is nearest to a mistyped one.
 *
 *     struct ep_suggestion suggestion = {.word = ep_span_of("migrat")};
 *     ep_suggest_offer(&suggestion, "migrate");
 *     ep_suggest_offer(&suggestion, "verify");
 *     if (suggestion.nearest[0] != '\0') ...
 *
 * Letter case does not count; inserting, dropping, replacing a byte and swapping
 * two neighbours count one each. About one such slip in three bytes is allowed.
 */
#ifndef EP_SETTINGS_SUGGEST_H
#define EP_SETTINGS_SUGGEST_H

#include "base/span.h"

enum { EP_SUGGEST_SIZE = 64 };

struct ep_suggestion {
    struct ep_span word;
    size_t distance;               /* of nearest, when there is one */
    char nearest[EP_SUGGEST_SIZE]; /* "": nothing offered is near */
};

/* Consider one known word; of two that are equally near the first stays. Long words are never near.
 */
void ep_suggest_offer(struct ep_suggestion *suggestion, const char *known);

#endif
