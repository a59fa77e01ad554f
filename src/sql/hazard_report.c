#include "sql/hazard_report.h"

#include "base/text.h"

#include <inttypes.h>

bool ep_hazard_report_is_old(const struct ep_hazard_relation *relation)
{
    return !relation->is_created && !relation->is_dropped
           && (relation->fact == NULL || relation->fact->exists);
}

/* The severity that is left of the rule's; false: none is. */
static bool weigh(const struct ep_hazard_rule *rule, const struct ep_hazard_relation *relation,
                  enum ep_hazard_severity *ret_severity)
{
    enum ep_hazard_severity severity = rule->severity;

    if (relation != NULL && !ep_hazard_report_is_old(relation)) {
        return false;
    }
    if (relation != NULL && relation->fact != NULL) {
        bool is_empty = relation->fact->bytes == 0;
        switch (rule->weight) {
        case EP_HAZARD_ALWAYS:
            break;
        case EP_HAZARD_IF_DATA:
            severity = is_empty ? EP_HAZARD_NOTE : severity;
            break;
        case EP_HAZARD_IF_ROWS:
            if (is_empty) {
                return false;
            }
            break;
        case EP_HAZARD_BY_SIZE:
            if (is_empty) {
                return false;
            }
            severity = relation->fact->bytes < EP_HAZARD_SMALL_BYTES ? EP_HAZARD_NOTE : severity;
            break;
        }
    }
    *ret_severity = severity;
    return true;
}

/* 1234567 as 1,234,567 */
static void add_number(struct ep_text *out, int64_t number)
{
    char digits[32];
    int size = snprintf(digits, sizeof(digits), "%" PRId64, number);

    for (int i = 0; i < size; i++) {
        if (i > 0 && (size - i) % 3 == 0) {
            ep_text_add_byte(out, ',');
        }
        ep_text_add_byte(out, digits[i]);
    }
}

static void add_size(struct ep_text *out, const struct ep_hazard_relation *relation)
{
    static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB"};
    size_t unit = 0;

    if (relation == NULL || relation->fact == NULL) {
        ep_text_add(out, "of unknown size");
        return;
    }
    int64_t bytes = relation->fact->bytes;
    if (bytes == 0) {
        ep_text_add(out, "empty");
        return;
    }
    if (relation->fact->rows > 0) {
        ep_text_add(out, "about ");
        add_number(out, relation->fact->rows);
        ep_text_add(out, relation->fact->rows == 1 ? " row, " : " rows, ");
    }
    for (; bytes >= 10 * 1024 && unit + 1 < EP_COUNT_OF(units); unit++) {
        bytes /= 1024;
    }
    ep_text_format(out, "%" PRId64 " %s", bytes, units[unit]);
}

static void add_columns(struct ep_text *out, const struct ep_sql_action *action)
{
    for (size_t i = 0; i < action->column_count; i++) {
        ep_text_format(out, "%s%s", i == 0 ? "" : ", ", action->columns[i]);
    }
}

static const char *format_name(struct ep_arena *arena, struct ep_sql_name name)
{
    const char *own = name.name == NULL ? "" : name.name;

    return name.schema == NULL ? own : ep_arena_format(arena, "%s.%s", name.schema, own);
}

/* A template with its {names} filled in. */
static const char *fill(struct ep_arena *arena, const char *template,
                        const struct ep_sql_action *action,
                        const struct ep_hazard_relation *relation,
                        const struct ep_hazard_words *words)
{
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};

    for (const char *at = template; *at != '\0';) {
        size_t plain = strcspn(at, "{");
        ep_text_append(&text, (struct ep_span){.data = at, .size = plain});
        at += plain;
        if (*at == '\0') {
            break;
        }
        struct ep_span name = {.data = at + 1, .size = strcspn(at + 1, "}")};
        if (ep_span_equals(name, "object")) {
            ep_text_add(&text, words->object);
        } else if (ep_span_equals(name, "size")) {
            add_size(&text, relation);
        } else if (ep_span_equals(name, "column")) {
            add_columns(&text, action);
        } else if (ep_span_equals(name, "type") && words->type == NULL) {
            ep_text_append(&text, action->type);
        } else if (ep_span_equals(name, "type")) {
            ep_text_add(&text, words->type);
        } else if (ep_span_equals(name, "other")) {
            ep_text_add(&text, words->other);
        } else if (ep_span_equals(name, "detail") && words->detail != NULL) {
            ep_text_add(&text, words->detail);
        }
        at += name.size + 2;
    }
    return ep_arena_copy(arena, ep_text_span(&text));
}

/* "-- entrypoint: accept a b": whether the name is among the words of one of the comments. */
static bool is_accepted(struct ep_span comments, const char *name)
{
    static const char prefix[] = "entrypoint:", verb[] = "accept";
    struct ep_sql_lexer lexer = {.text = comments};
    struct ep_sql_token token;

    while (ep_sql_lexer_next(&lexer, &token)) {
        struct ep_span comment =
            ep_span_trim(ep_span_part(ep_sql_token_text(comments, token), 2, SIZE_MAX));
        if (token.kind != EP_SQL_LINE_COMMENT || !ep_span_starts_with(comment, prefix)) {
            continue;
        }
        comment = ep_span_trim(ep_span_part(comment, sizeof(prefix) - 1, SIZE_MAX));
        if (!ep_span_starts_with(comment, verb)) {
            continue;
        }
        for (size_t at = sizeof(verb) - 1; at < comment.size;) {
            size_t end = ep_span_find_byte(comment, at, ' ');
            end = end == SIZE_MAX ? comment.size : end;
            if (ep_span_equals(ep_span_part(comment, at, end - at), name)) {
                return true;
            }
            at = end + 1;
        }
    }
    return false;
}

static struct ep_hazard *append(struct ep_hazard_report *report)
{
    struct ep_hazard_list *list = &report->list;

    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? 16 : list->capacity * 2;
        struct ep_hazard *items = ep_arena_array(report->arena, capacity, sizeof(*items));
        if (list->count > 0) {
            memcpy(items, list->items, list->count * sizeof(*items));
        }
        list->items = items;
        list->capacity = capacity;
    }
    return &list->items[list->count++];
}

void ep_hazard_report_add(struct ep_hazard_report *report, enum ep_hazard_id id,
                          const struct ep_hazard_subject *subject,
                          const struct ep_hazard_relation *relation, struct ep_hazard_words words)
{
    const struct ep_hazard_rule *rule = &ep_hazard_rules[id];
    const struct ep_sql_action *action = &subject->action;
    enum ep_hazard_severity severity = EP_HAZARD_NOTE;

    if (!weigh(rule, relation, &severity)) {
        return;
    }
    words.object = words.object == NULL ? format_name(report->arena, action->object) : words.object;
    words.other = words.other == NULL ? format_name(report->arena, action->other) : words.other;
    *append(report) = (struct ep_hazard){
        .rule = rule,
        .severity = severity,
        .subject = subject,
        .object = words.object,
        .message = fill(report->arena, rule->message, action, relation, &words),
        .remedy = fill(report->arena, rule->remedy, action, relation, &words),
        .is_accepted = is_accepted(subject->comments, rule->name),
    };
}
