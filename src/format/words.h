/*
 * words.h - a command as a list of words, as a shell cuts them but without a shell.
 *
 * Blanks separate words. Single quotes keep everything up to the next one; in
 * double quotes a backslash keeps '"' and itself, outside of quotes any character.
 * Nothing is expanded: $ ` * ~ ; | < > are characters like any other.
 */
#ifndef EP_FORMAT_WORDS_H
#define EP_FORMAT_WORDS_H

#include "base/arena.h"
#include "base/error.h"

/*
 * Cut text into words; the array is the arena's and ends in NULL.
 *
 * Errors: EP_FAULT_CONFIG: a quote that is not closed, a backslash at the end.
 */
bool ep_words_split(struct ep_arena *arena, const char *text, const char *const **ret_words,
                    size_t *ret_count, struct ep_error *err) EP_MUST_CHECK;

#endif
