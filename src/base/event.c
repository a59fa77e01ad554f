#include "base/event.h"

static const struct ep_event_row event_rows[] = {
#define X(kind_, level_, message_) \
    [EP_EVENT_##kind_] = {.name = #kind_, .level = EP_LEVEL_##level_, .message = (message_)},
    EP_EVENT_LIST(X)
#undef X
};

void ep_report_fields(const struct ep_reporter *reporter, enum ep_event_kind kind,
                      const struct ep_field *fields, size_t field_count)
{
    if (reporter->report != NULL) {
        const struct ep_event event = {.kind = kind, .fields = fields, .field_count = field_count};
        reporter->report(reporter->context, &event);
    }
}

const struct ep_event_row *ep_event_row(size_t kind)
{
    return kind < EP_COUNT_OF(event_rows) ? &event_rows[kind] : NULL;
}
