#include "steps/examination.h"

#include "base/check.h"
#include "system/thread.h"

/* jansson descends 2048 levels; what is not touched costs nothing. */
enum { STACK_BYTES = 2 * 1024 * 1024 };

/* What was reported, with texts of its own. */
struct ep_examination_event {
    struct ep_examination_event *next;
    enum ep_event_kind kind;
    struct ep_field *fields;
    size_t field_count;
};

static void keep(void *context, const struct ep_event *event)
{
    struct ep_examination *examination = context;
    struct ep_arena *arena = &examination->arena;
    struct ep_examination_event *kept = ep_arena_allocate(arena, sizeof(*kept));

    kept->kind = event->kind;
    kept->field_count = event->field_count;
    kept->fields = ep_arena_array(arena, event->field_count, sizeof(*kept->fields));
    for (size_t i = 0; i < event->field_count; i++) {
        kept->fields[i] = event->fields[i];
        if (event->fields[i].text != NULL) {
            kept->fields[i].text = ep_arena_copy(arena, ep_span_of(event->fields[i].text));
        }
    }
    *examination->end = kept;
    examination->end = &kept->next;
}

static void *examine(void *argument)
{
    struct ep_examination *examination = argument;
    const struct ep_reporter reporter = {.report = keep, .context = examination};

    examination->succeeded =
        examination->read(examination->context, &examination->arena, &reporter, &examination->err);
    return NULL;
}

void ep_examination_begin(struct ep_examination *examination)
{
    EP_CHECK(!examination->begun);
    examination->begun = true;
    examination->end = &examination->first;
    examination->threaded =
        ep_thread_start(examine, examination, STACK_BYTES, &examination->thread);
    if (!examination->threaded) {
        (void)examine(examination);
    }
}

static void join(struct ep_examination *examination)
{
    if (examination->threaded) {
        EP_CHECK(pthread_join(examination->thread, NULL) == 0);
        examination->threaded = false;
    }
}

bool ep_examination_finish(struct ep_examination *examination, const struct ep_reporter *reporter,
                           struct ep_error *err)
{
    EP_CHECK(examination->begun);
    join(examination);
    if (!examination->finished) {
        examination->finished = true;
        for (const struct ep_examination_event *event = examination->first; event != NULL;
             event = event->next) {
            ep_report_fields(reporter, event->kind, event->fields, event->field_count);
        }
    }
    if (!examination->succeeded) {
        *err = examination->err;
    }
    return examination->succeeded;
}

void ep_examination_clear(struct ep_examination *examination)
{
    join(examination);
    ep_arena_release(&examination->arena);
}
