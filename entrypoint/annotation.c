#include "entrypoint/annotation.h"

#include "format/secret.h"
#include "format/utf8.h"
#include "postgres/condition.h"

#include <stdint.h>

/* Escaped for a message, or for a property, where ":" and "," count as well. */
static void add_escaped(struct ep_text *text, const char *value, bool property)
{
    for (; value[0] != '\0'; value++) {
        bool special =
            strchr("%\r\n", value[0]) != NULL || (property && strchr(":,", value[0]) != NULL);
        if (special) {
            ep_text_format(text, "%%%02X", (unsigned int)(unsigned char)value[0]);
        } else {
            ep_text_add_byte(text, value[0]);
        }
    }
}

/* Each line of a part, printable, between line breaks of GitHub's. */
static void add_lines(struct ep_text *message, const char *label, const char *part)
{
    bool first = true;

    for (struct ep_span rest = ep_span_of(part); rest.size > 0;) {
        struct ep_span line = ep_span_part(rest, 0, ep_span_find_byte(rest, 0, '\n'));
        rest = ep_span_part(rest, line.size + 1, SIZE_MAX);
        line = ep_span_trim(line);
        if (line.size > 0) {
            ep_text_format(message, "%s%s", message->size > 0 ? "\n" : "", first ? label : "");
            ep_utf8_append_printable(line, message);
            first = false;
        }
    }
}

static void add_properties(struct ep_text *text, const struct ep_place *place,
                           const char *workspace)
{
    struct ep_text file EP_CLEANUP(ep_text_clear) = {0};
    size_t size = strlen(workspace);
    bool inside =
        size > 0 && strncmp(place->file, workspace, size) == 0 && place->file[size] == '/';

    if (place->file[0] == '\0') {
        return;
    }
    ep_utf8_append_printable(ep_span_of(place->file + (inside ? size + 1 : 0)), &file);
    ep_secret_mask(&file);
    ep_text_add(text, " file=");
    add_escaped(text, ep_text_get(&file), true);
    if (place->line > 0) {
        ep_text_format(text, ",line=%ld", place->line);
    }
    if (place->line > 0 && place->column > 0) {
        ep_text_format(text, ",col=%ld", place->column);
    }
}

void ep_annotation_add(struct ep_text *text, const struct ep_error *err, const char *workspace)
{
    struct ep_text message EP_CLEANUP(ep_text_clear) = {0};

    add_lines(&message, "", err->summary);
    if (err->sqlstate[0] != '\0') {
        const char *name = ep_condition_name(err->sqlstate);
        ep_text_format(&message, " (%s%s%s)", err->sqlstate, name[0] == '\0' ? "" : " ", name);
    }
    add_lines(&message, "DETAIL: ", err->detail);
    add_lines(&message, "HINT: ", err->hint);
    add_lines(&message, "RESULT: ", err->outcome);
    ep_secret_mask(&message);
    ep_text_add(text, "::error");
    add_properties(text, &err->place, workspace);
    ep_text_add(text, "::");
    add_escaped(text, ep_text_get(&message), false);
    ep_text_add_byte(text, '\n');
}

bool ep_annotation_add_event(struct ep_text *text, const struct ep_event *event,
                             struct ep_span message, const char *workspace)
{
    struct ep_text masked EP_CLEANUP(ep_text_clear) = {0};
    struct ep_place place = {0};

    for (size_t i = 0; i < event->field_count; i++) {
        const struct ep_field *field = &event->fields[i];
        if (strcmp(field->name, "file") == 0 && field->text != NULL) {
            (void)snprintf(place.file, sizeof(place.file), "%s", field->text);
        } else if (strcmp(field->name, "line") == 0) {
            place.line = (long)field->integer;
        } else if (strcmp(field->name, "column") == 0) {
            place.column = (long)field->integer;
        }
    }
    if (place.file[0] == '\0') {
        return false;
    }
    ep_utf8_append_printable(message, &masked);
    ep_secret_mask(&masked);
    ep_text_add(text, "::warning");
    add_properties(text, &place, workspace);
    ep_text_add(text, "::");
    add_escaped(text, ep_text_get(&masked), false);
    ep_text_add_byte(text, '\n');
    return true;
}

void ep_annotation_defuse(struct ep_text *text)
{
    struct ep_text copy EP_CLEANUP(ep_text_clear) = {0};
    struct ep_span rest = ep_text_span(text);

    while (rest.size > 0) {
        size_t end = ep_span_find_byte(rest, 0, '\n');
        struct ep_span line = ep_span_part(rest, 0, end);
        struct ep_span trimmed = ep_span_trim(line);
        size_t at = 0;

        if (ep_span_starts_with(trimmed, "::")) {
            size_t blanks = (size_t)(trimmed.data - line.data);
            ep_text_append(&copy, ep_span_part(line, 0, blanks));
            ep_text_add(&copy, ". ");
            at = blanks;
        }
        for (size_t found = ep_span_find(line, at, "##["); found != SIZE_MAX;
             found = ep_span_find(line, at, "##[")) {
            ep_text_append(&copy, ep_span_part(line, at, found - at));
            ep_text_add(&copy, "## [");
            at = found + 3;
        }
        ep_text_append(&copy, ep_span_part(line, at, SIZE_MAX));
        if (end != SIZE_MAX) {
            ep_text_add_byte(&copy, '\n');
        }
        rest = ep_span_part(rest, line.size + 1, SIZE_MAX);
    }
    ep_text_reset(text);
    ep_text_append(text, ep_text_span(&copy));
}
