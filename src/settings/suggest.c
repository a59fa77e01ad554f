#include "settings/suggest.h"

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static char lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

/*
 * Optimal string alignment distance. Three rows of the table are enough: a swap
 * looks back two rows, everything else one.
 */
static size_t distance(struct ep_span a, struct ep_span b)
{
    size_t rows[3][EP_SUGGEST_SIZE];
    size_t *before = rows[0], *previous = rows[1], *current = rows[2];

    for (size_t j = 0; j <= b.size; j++) {
        current[j] = j;
        previous[j] = 0;
    }
    for (size_t i = 1; i <= a.size; i++) {
        size_t *oldest = before;
        before = previous;
        previous = current;
        current = oldest;
        current[0] = i;
        for (size_t j = 1; j <= b.size; j++) {
            char left = lower(a.data[i - 1]), right = lower(b.data[j - 1]);
            size_t best = smaller(previous[j] + 1, current[j - 1] + 1);
            best = smaller(best, previous[j - 1] + (left == right ? 0 : 1));
            if (i > 1 && j > 1 && left == lower(b.data[j - 2]) && right == lower(a.data[i - 2])) {
                best = smaller(best, before[j - 2] + 1);
            }
            current[j] = best;
        }
    }
    return current[b.size];
}

void ep_suggest_offer(struct ep_suggestion *suggestion, const char *known)
{
    struct ep_span word = suggestion->word;
    struct ep_span candidate = ep_span_of(known);
    if (word.size >= EP_SUGGEST_SIZE || candidate.size >= EP_SUGGEST_SIZE) {
        return;
    }

    size_t limit = word.size < 6 ? 1 : word.size / 3;
    size_t found = distance(word, candidate);
    bool is_near = found <= limit && found < word.size && found < candidate.size;
    if (is_near && (suggestion->nearest[0] == '\0' || found < suggestion->distance)) {
        suggestion->distance = found;
        memcpy(suggestion->nearest, known, candidate.size + 1);
    }
}
