#include "format/duration.h"

/* Nine digits keep every product far below INT64_MAX. */
enum { DIGITS_MAX = 9 };

static bool fail_not_a_duration(const char *text, size_t digits, struct ep_error *err)
{
    (void)ep_fail(err, EP_FAULT_CONFIG, "\"%s\" is not a duration", text);
    (void)ep_error_detail(err, "A duration is a whole number followed by ms, s, m or h.");
    if (digits > 0 && text[digits] == '\0') {
        (void)ep_error_hint(err, "For seconds write \"%ss\".", text);
    }
    return false;
}

bool ep_duration_parse(const char *text, int64_t *ret_ms, struct ep_error *err)
{
    static const struct {
        const char *suffix;
        int64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60 * 1000}, {"h", 60 * 60 * 1000}};

    int64_t number = 0;
    size_t digits = 0;
    while (text[digits] >= '0' && text[digits] <= '9' && digits < DIGITS_MAX) {
        number = number * 10 + (text[digits] - '0');
        digits++;
    }
    for (size_t i = 0; digits > 0 && i < EP_COUNT_OF(units); i++) {
        if (strcmp(text + digits, units[i].suffix) == 0) {
            *ret_ms = number * units[i].ms;
            return true;
        }
    }
    return fail_not_a_duration(text, digits, err);
}
