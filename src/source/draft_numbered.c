#include "source/draft.h"

#include "format/utf8.h"
#include "source/numbered.h"

#include <stdlib.h>
#include <time.h>

/* More digits than that are a time, not a count. */
enum { COUNT_DIGITS = 9, TIME_DIGITS = 14 };

/* The name that goes last among those that begin with a number; NULL: none does. */
static const char *last_numbered(struct ep_name_list names)
{
    const char *last = NULL;

    for (size_t i = 0; i < names.count; i++) {
        if (ep_migration_is_sql(names.items[i]) && ep_numbered_number(names.items[i]).size > 0
            && (last == NULL || strcmp(names.items[i], last) > 0)) {
            last = names.items[i];
        }
    }
    return last;
}

/* The time, in as many digits as dbmate and goose write; a second after the last if that is later.
 */
static const char *next_time(struct ep_arena *arena, int64_t now_ms, struct ep_span last)
{
    time_t seconds = (time_t)(now_ms / 1000);
    char digits[TIME_DIGITS + 1];

    for (;; seconds++) {
        struct tm utc = {0};
        if (gmtime_r(&seconds, &utc) == NULL
            || strftime(digits, sizeof(digits), "%Y%m%d%H%M%S", &utc) != TIME_DIGITS) {
            return ep_arena_copy(arena, last);
        }
        if (last.size != TIME_DIGITS || seconds > now_ms / 1000
            || memcmp(digits, last.data, TIME_DIGITS) > 0) {
            return ep_arena_copy(arena, ep_span_of(digits));
        }
    }
}

/* One more, in as many digits; the order of names is that of bytes. */
static bool next_number(struct ep_arena *arena, const struct ep_draft_request *request,
                        struct ep_span last, const char **ret_number, struct ep_error *err)
{
    if (last.size > COUNT_DIGITS) {
        *ret_number = next_time(arena, request->now_ms, last);
    } else {
        const char *digits = ep_arena_copy(arena, last);
        *ret_number = ep_arena_format(arena, "%0*ld", (int)last.size, strtol(digits, NULL, 10) + 1);
    }
    if (strlen(*ret_number) != last.size || strncmp(*ret_number, last.data, last.size) <= 0) {
        (void)ep_fail(err, EP_FAULT_SOURCE, "\"%s\" has no name left behind number %.*s",
                      ep_utf8_printable(arena, ep_span_of(request->folder)), EP_SPAN_PRINT(last));
        return ep_error_hint(err, "Files run in the order of their names: write the file with a "
                                  "name that goes last.");
    }
    return true;
}

bool ep_draft_numbered(struct ep_arena *arena, const struct ep_draft_request *request,
                       struct ep_name_list names, struct ep_draft *ret_draft, struct ep_error *err)
{
    const char *last = last_numbered(names);
    const char *number = "001";
    struct ep_draft draft = {0};

    if (last != NULL && !next_number(arena, request, ep_numbered_number(last), &number, err)) {
        return false;
    }
    ep_draft_add(&draft, EP_DRAFT_NEW_FILE,
                 ep_arena_format(arena, "%s/%s_%s.sql", request->folder, number, request->name),
                 ep_span_of(EP_DRAFT_SQL));
    *ret_draft = draft;
    return true;
}
