#include "format/ini.h"

#include "base/check.h"

#include <ini.h>
#include <stdint.h>

struct reading {
    const char *file;
    const struct ep_ini_visitor *visitor;
    struct ep_error *err;
};

/*
 * What stands where a name should be is not repeated in messages: it may be the
 * middle of a connection string that was broken into two lines.
 */
static bool fail_syntax(const struct reading *reading, long line, const char *summary)
{
    (void)ep_fail(reading->err, EP_FAULT_CONFIG, "%s", summary);
    (void)ep_error_hint(
        reading->err,
        "A line is \"[section]\", \"key = value\" or, beginning with \";\", a comment.");
    return ep_error_place(reading->err, reading->file, line, 0);
}

static bool is_name(struct ep_span text)
{
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.data[i];
        if (!((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z')
              || (byte >= '0' && byte <= '9') || byte == '_' || byte == '-' || byte == '.')) {
            return false;
        }
    }
    return text.size > 0;
}

static bool visit(const struct reading *reading, const struct ep_ini_entry *entry)
{
    const struct ep_ini_visitor *visitor = reading->visitor;
    if (!visitor->visit(visitor->context, entry, reading->err)) {
        return ep_error_place(reading->err, reading->file, entry->line, 0);
    }
    return true;
}

static bool visit_section(const struct reading *reading, struct ep_span text, long line)
{
    char section[50]; /* as much as inih keeps of it */
    size_t end = ep_span_find_byte(text, 0, ']');
    if (end == SIZE_MAX) {
        return fail_syntax(reading, line, "section line without \"]\"");
    }
    struct ep_span name = ep_span_part(text, 1, end - 1);
    if (!is_name(name) || name.size >= sizeof(section)) {
        return fail_syntax(reading, line, "malformed section name");
    }
    struct ep_span rest = ep_span_trim(ep_span_part(text, end + 1, SIZE_MAX));
    if (rest.size > 0 && rest.data[0] != ';' && rest.data[0] != '#') {
        return fail_syntax(reading, line, "text behind the section on the same line");
    }
    memcpy(section, name.data, name.size);
    section[name.size] = '\0';
    return visit(reading, &(struct ep_ini_entry){.section = section, .line = line});
}

/* inih keeps sections to itself until they have a value, and does not look behind the "]". */
static bool visit_sections(const struct reading *reading, struct ep_span content)
{
    size_t offset = ep_span_starts_with(content, "\xEF\xBB\xBF") ? 3 : 0;
    for (long line = 1; offset < content.size; line++) {
        size_t end = ep_span_find_byte(content, offset, '\n');
        end = end == SIZE_MAX ? content.size : end;
        struct ep_span text = ep_span_trim(ep_span_part(content, offset, end - offset));
        if (ep_span_starts_with(text, "[") && !visit_section(reading, text, line)) {
            return false;
        }
        offset = end + 1;
    }
    return true;
}

/* inih's handler: returns 0 to stop. */
static int visit_value(void *user, const char *section, const char *key, const char *value,
                       int line)
{
    const struct reading *reading = user;
    if (!is_name(ep_span_of(key))) {
        return fail_syntax(reading, line, "malformed key");
    }
    return visit(reading, &(struct ep_ini_entry){
                              .section = section, .key = key, .value = value, .line = line});
}

bool ep_ini_parse(struct ep_span content, const char *name, const struct ep_ini_visitor *visitor,
                  struct ep_error *err)
{
    struct reading reading = {.file = name, .visitor = visitor, .err = err};

    if (ep_span_find_byte(content, 0, '\0') != SIZE_MAX) {
        (void)ep_fail(err, EP_FAULT_CONFIG, "file contains a NUL byte");
        (void)ep_error_hint(err, "Save it as UTF-8.");
        return ep_error_place(err, name, 0, 0);
    }
    if (!visit_sections(&reading, content)) {
        return false;
    }
    int line = ini_parse_string(content.size == 0 ? "" : content.data, visit_value, &reading);
    if (line == -2) {
        ep_check_out_of_memory();
    }
    if (line != 0 && err->fault == EP_FAULT_NONE) {
        return fail_syntax(&reading, line, "line is neither a section nor a value");
    }
    return line == 0;
}
