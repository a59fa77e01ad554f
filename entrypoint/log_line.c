#include "entrypoint/log_line.h"

#include "base/check.h"
#include "entrypoint/annotation.h"
#include "format/secret.h"
#include "format/utf8.h"
#include "system/clock.h"
#include "system/file.h"
#include "system/terminal.h"

#define ERASE_LINE "\r\x1B[K"

static const struct {
    const char *text, *json, *colour;
} level_words[] = {
    [EP_LEVEL_DEBUG] = {"debug", "debug", ""},
    [EP_LEVEL_INFO] = {"", "info", ""},
    [EP_LEVEL_WARN] = {"warning", "warn", "\x1B[33m"},
    [EP_LEVEL_ERROR] = {"error", "error", "\x1B[1;31m"},
};

/* A character that is cut in two comes out as U+FFFD: it is not worth more. */
static struct ep_span limited(const char *text, bool *ret_cut)
{
    struct ep_span span = {.data = text, .size = strnlen(text, EP_LOG_TEXT_BYTES + 1)};
    *ret_cut = span.size > EP_LOG_TEXT_BYTES;
    return ep_span_part(span, 0, EP_LOG_TEXT_BYTES);
}

void ep_log_line_add(struct ep_text *line, const char *text)
{
    bool cut = false;
    ep_text_append(line, limited(text, &cut));
    ep_text_add(line, cut ? "..." : "");
}

void ep_log_add_lower(struct ep_text *text, const char *name)
{
    for (size_t i = 0; name[i] != '\0'; i++) {
        bool is_upper = name[i] >= 'A' && name[i] <= 'Z';
        ep_text_add_byte(text, (char)(is_upper ? name[i] - 'A' + 'a' : name[i]));
    }
}

void ep_log_line_begin(const struct ep_log *log, enum ep_level level, struct ep_span message,
                       struct ep_text *line)
{
    const char *word = level_words[level].text;
    const char *colour = log->colour ? level_words[level].colour : "";

    ep_text_add(line, "entrypoint: ");
    if (word[0] != '\0') {
        ep_text_format(line, "%s%s%s: ", colour, word, colour[0] != '\0' ? "\x1B[0m" : "");
    }
    ep_utf8_append_printable(message, line);
    ep_text_add_byte(line, '\n');
}

/* A line that is only shown gives way, in the same write. */
static void write_text(struct ep_log *log, const struct ep_text *text)
{
    struct ep_text all EP_CLEANUP(ep_text_clear) = {0};

    ep_text_add(&all, log->shows ? ERASE_LINE : "");
    ep_text_append(&all, ep_text_span(text));
    log->shows = false;
    (void)ep_file_write_all(log->descriptor, ep_text_span(&all)); /* nowhere else to say so */
}

void ep_log_line_write(struct ep_log *log, struct ep_text *line)
{
    ep_secret_mask(line);
    if (log->format == EP_LOG_FORMAT_GITHUB) {
        ep_annotation_defuse(line);
    }
    write_text(log, line);
}

void ep_log_line_write_command(struct ep_log *log, const struct ep_text *line)
{
    write_text(log, line);
}

void ep_log_line_show(struct ep_log *log, struct ep_text *line)
{
    struct ep_text shown EP_CLEANUP(ep_text_clear) = {0};

    ep_secret_mask(line);
    struct ep_span text = ep_span_trim(ep_text_span(line));
    size_t width = ep_terminal_columns(log->descriptor);
    ep_text_add(&shown, ERASE_LINE);
    ep_text_append(&shown, ep_span_part(text, 0, ep_utf8_offset(text, width - 1)));
    (void)ep_file_write_all(log->descriptor, ep_text_span(&shown));
    log->shows = true;
}

static void set(json_t *object, const char *name, json_t *value)
{
    if (json_object_set_new_nocheck(object, name, value) != 0) {
        ep_check_out_of_memory();
    }
}

static json_t *json_text(struct ep_span text)
{
    struct ep_text valid EP_CLEANUP(ep_text_clear) = {0};
    ep_utf8_replace_invalid(text, &valid);
    ep_secret_mask(&valid);
    return json_stringn_nocheck(ep_text_get(&valid), valid.size);
}

json_t *ep_log_json_begin(enum ep_level level, struct ep_span message, const char *event)
{
    char stamp[EP_CLOCK_STAMP_BYTES];
    struct ep_text name EP_CLEANUP(ep_text_clear) = {0};
    json_t *object = json_object();

    ep_clock_stamp(stamp);
    ep_log_add_lower(&name, event);
    set(object, "level", json_string_nocheck(level_words[level].json));
    set(object, "message", json_text(message));
    set(object, "time", json_string_nocheck(stamp));
    set(object, "event", json_string_nocheck(ep_text_get(&name)));
    return object;
}

bool ep_log_json_is_reserved(const char *name)
{
    static const char *const reserved[] = {"level", "message", "time", "event"};
    for (size_t i = 0; i < EP_COUNT_OF(reserved); i++) {
        if (strcmp(reserved[i], name) == 0) {
            return true;
        }
    }
    return false;
}

void ep_log_json_add_text(json_t *object, const char *name, const char *text)
{
    if (text != NULL && text[0] != '\0') {
        struct ep_text value EP_CLEANUP(ep_text_clear) = {0};
        ep_log_line_add(&value, text);
        set(object, name, json_text(ep_text_span(&value)));
    }
}

void ep_log_json_add_integer(json_t *object, const char *name, long long integer)
{
    set(object, name, json_integer(integer));
}

void ep_log_json_write(struct ep_log *log, const json_t *object)
{
    struct ep_text line EP_CLEANUP(ep_text_clear) = {0};
    char *dump = json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER);
    if (dump == NULL) {
        ep_check_out_of_memory();
    }
    ep_text_format(&line, "%s\n", dump);
    free(dump);
    write_text(log, &line); /* each text in it is masked already */
}
