#include "compare.h"
#include "psql.h"

#include <stdint.h>

/* Where psql is to stop. */
struct stop {
    enum psql_stop stop;
    size_t offset;      /* past the semicolon; at the backslash; the end of the text */
    size_t outer_begin; /* what it would send begins between these two */
    size_t begin;
    bool is_open;
};

/* \; and \: are no commands to psql: they put a semicolon or a colon into the query. */
static bool is_escaped(const struct subject *subject, const struct ep_sql_statement *item)
{
    struct ep_span text = ep_sql_statement_text(subject->text, item);
    return item->item == EP_SQL_ITEM_META
           && (ep_span_equals(text, "\\;") || ep_span_equals(text, "\\:"));
}

static size_t expected_stops(const struct subject *subject, struct stop *stops)
{
    struct stop next = {.begin = SIZE_MAX};
    size_t count = 0;

    for (size_t i = 0; i < subject->count; i++) {
        const struct ep_sql_statement *item = &subject->items[i];
        bool is_meta = item->item == EP_SQL_ITEM_META;
        if (is_escaped(subject, item) || item->item == EP_SQL_ITEM_COPY_DATA) {
            continue;
        }
        if (!is_meta) {
            next.begin = next.begin < item->begin ? next.begin : item->begin;
            next.is_open = item->is_open;
        }
        if (is_meta || item->has_semicolon) {
            next.stop = is_meta ? PSQL_BACKSLASH : PSQL_SEMICOLON;
            next.offset = is_meta ? item->begin : item->end;
            stops[count++] = next;
            next = (struct stop){.outer_begin = item->end, .begin = SIZE_MAX};
        }
    }
    next.stop = PSQL_COMPLETE;
    next.offset = subject->text.size;
    stops[count++] = next;
    return count;
}

/* Whether what psql would send is what we say the statement is, with what is before it. */
static bool is_same_query(struct ep_span text, const struct stop *stop, struct psql_event event)
{
    struct ep_span query = {.data = event.query, .size = event.query_size};
    struct ep_span ours = ep_span_part(text, stop->outer_begin, stop->offset - stop->outer_begin);

    static const char *const rewritten[] = {"\\;", "\\:", ":{?"}; /* the last: TRUE or FALSE */
    for (size_t i = 0; i < EP_COUNT_OF(rewritten); i++) {
        if (ep_span_find(ours, 0, rewritten[i]) != SIZE_MAX) {
            return true;
        }
    }
    if (query.size > ours.size
        || (stop->begin != SIZE_MAX && query.size < stop->offset - stop->begin)) {
        return false;
    }
    return ep_span_equal(query, ep_span_part(ours, ours.size - query.size, query.size));
}

static bool is_same_stop(const struct stop *stop, struct psql_event event)
{
    if (stop->stop == PSQL_COMPLETE) {
        bool is_incomplete = stop->is_open || event.query_size == 0;
        return event.stop == (is_incomplete ? PSQL_INCOMPLETE : PSQL_COMPLETE);
    }
    size_t offset = event.stop == PSQL_BACKSLASH ? event.offset - 1 : event.offset;
    return event.stop == stop->stop && offset == stop->offset;
}

/* psql does not scan the lines that COPY reads: to its scanner they are blank. */
static struct ep_span without_data(struct subject *subject)
{
    char *copy = ep_arena_copy(&subject->arena, subject->text);

    for (size_t i = 0; i < subject->count; i++) {
        const struct ep_sql_statement *item = &subject->items[i];
        if (item->item == EP_SQL_ITEM_COPY_DATA) {
            memset(copy + item->begin, ' ', item->end - item->begin);
        }
    }
    return (struct ep_span){.data = copy, .size = subject->text.size};
}

void compare_with_psql(struct subject *subject)
{
    struct ep_span text = without_data(subject);
    struct stop *stops = ep_arena_array(&subject->arena, subject->count + 1, sizeof(*stops));
    size_t count = expected_stops(subject, stops);
    struct psql_scan *psql = psql_open(text.data, text.size);

    for (size_t i = 0; i < count; i++) {
        struct psql_event event = psql_next(psql);
        const char *problem = !is_same_stop(&stops[i], event)          ? "psql does not stop here"
                              : !is_same_query(text, &stops[i], event) ? "psql sends another text"
                                                                       : NULL;
        if (problem != NULL) {
            say(subject, stops[i].offset, problem);
            say(subject, event.offset, "psql stops here");
            subject->figures->psql_disagreements++;
            break;
        }
        if (event.stop == PSQL_BACKSLASH) { /* as psql: the rest of the line is the command's */
            size_t end = event.offset;
            while (end < text.size && text.data[end] != '\n' && text.data[end] != '\r') {
                end++;
            }
            psql_continue(psql, end);
            if (i + 1 < count) {
                stops[i + 1].outer_begin = end;
            }
        }
        subject->figures->stops++;
    }
    psql_close(psql);
}
