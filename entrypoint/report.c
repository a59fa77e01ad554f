#include "entrypoint/report.h"

#include "base/check.h"
#include "entrypoint/annotation.h"
#include "entrypoint/log_line.h"

#include <unistd.h>

void ep_log_choose(struct ep_log *ret_log, enum ep_log_format format, enum ep_log_stream stream,
                   enum ep_level level, const struct ep_log_surroundings *around)
{
    if (format == EP_LOG_FORMAT_AUTO) {
        format = around->is_railway ? EP_LOG_FORMAT_JSON : EP_LOG_FORMAT_TEXT;
    }
    if (stream == EP_LOG_STREAM_AUTO) {
        stream = around->is_railway ? EP_LOG_STREAM_STDOUT : EP_LOG_STREAM_STDERR;
    }
    bool is_stdout = stream == EP_LOG_STREAM_STDOUT;
    bool is_terminal = is_stdout ? around->stdout_is_terminal : around->stderr_is_terminal;
    *ret_log = (struct ep_log){
        .format = format,
        .descriptor = is_stdout ? STDOUT_FILENO : STDERR_FILENO,
        .level = level,
        .colour = format == EP_LOG_FORMAT_TEXT && is_terminal && !around->no_color,
        .live = format == EP_LOG_FORMAT_TEXT && is_terminal && !around->is_dumb,
    };
}

static bool is_set(const char *variable)
{
    const char *value = getenv(variable);
    return value != NULL && value[0] != '\0';
}

void ep_log_open(struct ep_log *ret_log, enum ep_log_format format, enum ep_log_stream stream,
                 enum ep_level level)
{
    const char *terminal = getenv("TERM");
    bool is_dumb = terminal != NULL && strcmp(terminal, "dumb") == 0;
    const struct ep_log_surroundings around = {
        .is_railway = is_set("RAILWAY_ENVIRONMENT") || is_set("RAILWAY_PROJECT_ID")
                      || is_set("RAILWAY_SERVICE_ID"),
        .no_color = is_set("NO_COLOR") || is_dumb,
        .is_dumb = is_dumb,
        .stdout_is_terminal = isatty(STDOUT_FILENO) == 1,
        .stderr_is_terminal = isatty(STDERR_FILENO) == 1,
    };
    ep_log_choose(ret_log, format, stream, level, &around);
}

static const struct ep_field *find_field(const struct ep_event *event, struct ep_span name)
{
    for (size_t i = 0; i < event->field_count; i++) {
        if (ep_span_equals(name, event->fields[i].name)) {
            return &event->fields[i];
        }
    }
    return NULL;
}

static void add_value(const struct ep_field *field, struct ep_text *message)
{
    switch (field->type) {
    case EP_FIELD_TEXT:
        ep_log_line_add(message, field->text == NULL ? "unknown" : field->text);
        break;
    case EP_FIELD_INTEGER:
        ep_text_format(message, "%lld", field->integer);
        break;
    }
}

void ep_log_format_message(const struct ep_event *event, struct ep_text *ret_message)
{
    const struct ep_event_row *row = ep_event_row(event->kind);
    EP_CHECK(row != NULL);

    for (const char *rest = row->message; *rest != '\0';) {
        size_t literal = strcspn(rest, "{");
        ep_text_append(ret_message, (struct ep_span){.data = rest, .size = literal});
        rest += literal;
        if (*rest == '{') {
            struct ep_span name = {.data = rest + 1, .size = strcspn(rest + 1, "}")};
            const struct ep_field *field = find_field(event, name);
            EP_CHECK(field != NULL && name.data[name.size] == '}');
            add_value(field, ret_message);
            rest = name.data + name.size + 1;
        }
    }
}

/* A field that is named like one that each line has is prefixed: "notice_message". */
static void add_json_field(const struct ep_event *event, const struct ep_field *field,
                           json_t *object)
{
    struct ep_text name EP_CLEANUP(ep_text_clear) = {0};
    if (ep_log_json_is_reserved(field->name)) {
        ep_log_add_lower(&name, ep_event_row(event->kind)->name);
        ep_text_add_byte(&name, '_');
    }
    ep_text_add(&name, field->name);

    switch (field->type) {
    case EP_FIELD_TEXT:
        ep_log_json_add_text(object, ep_text_get(&name), field->text);
        break;
    case EP_FIELD_INTEGER:
        ep_log_json_add_integer(object, ep_text_get(&name), field->integer);
        break;
    }
}

static void annotate(struct ep_log *log, const struct ep_event *event,
                     const struct ep_text *message)
{
    struct ep_text line EP_CLEANUP(ep_text_clear) = {0};
    const char *workspace = getenv("GITHUB_WORKSPACE");

    if (ep_annotation_add_event(&line, event, ep_text_span(message),
                                workspace == NULL ? "" : workspace)) {
        ep_log_line_write_command(log, &line);
    }
}

static void report(void *context, const struct ep_event *event)
{
    struct ep_log *log = context;
    const struct ep_event_row *row = ep_event_row(event->kind);
    struct ep_text message EP_CLEANUP(ep_text_clear) = {0};
    EP_CHECK(row != NULL);

    if (row->level < log->level) {
        return;
    }
    ep_log_format_message(event, &message);
    if (log->format == EP_LOG_FORMAT_JSON) {
        json_t *object EP_CLEANUP(ep_json_drop) =
            ep_log_json_begin(row->level, ep_text_span(&message), row->name);
        for (size_t i = 0; i < event->field_count; i++) {
            add_json_field(event, &event->fields[i], object);
        }
        ep_log_json_write(log, object);
        return;
    }
    struct ep_text line EP_CLEANUP(ep_text_clear) = {0};
    ep_log_line_begin(log, row->level, ep_text_span(&message), &line);
    if (log->live && event->kind == EP_EVENT_PROGRESS) {
        ep_log_line_show(log, &line);
    } else {
        ep_log_line_write(log, &line);
    }
    if (log->format == EP_LOG_FORMAT_GITHUB) {
        annotate(log, event, &message);
    }
}

struct ep_reporter ep_log_reporter(struct ep_log *log)
{
    return (struct ep_reporter){.report = report, .context = log, .live = log->live};
}
