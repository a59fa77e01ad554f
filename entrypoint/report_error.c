#include "base/check.h"
#include "entrypoint/annotation.h"
#include "entrypoint/log_line.h"
#include "entrypoint/report.h"
#include "format/secret.h"
#include "format/utf8.h"
#include "postgres/condition.h"
#include "system/file.h"

enum { TERMINATION_BYTES = 2048 };

/* Of our own code: for those who look for a bug. */
static bool shows_location(const struct ep_log *log, const struct ep_error *err)
{
    return err->where.file != NULL && (err->fault == EP_FAULT_BUG || log->level == EP_LEVEL_DEBUG);
}

/* "  LABEL: text"; what follows a line break in it is indented further, on a line of its own. */
static void add_part(struct ep_text *lines, const char *label, const char *text)
{
    bool is_first = true;

    for (struct ep_span rest = ep_span_of(text); rest.size > 0;) {
        struct ep_span line = ep_span_part(rest, 0, ep_span_find_byte(rest, 0, '\n'));
        rest = ep_span_part(rest, line.size + 1, SIZE_MAX);
        if (ep_span_ends_with(line, "\r")) {
            line.size--;
        }
        if (line.size == 0) {
            continue;
        }
        if (is_first) {
            ep_text_format(lines, "  %s: ", label);
        } else {
            ep_text_add(lines, "    ");
        }
        ep_utf8_append_printable(line, lines);
        ep_text_add_byte(lines, '\n');
        is_first = false;
    }
}

/* "drizzle/0007_users.sql:12:34", as compilers write it and editors open it. */
static void add_position(struct ep_text *text, const struct ep_place *place)
{
    ep_utf8_append_printable(ep_span_of(place->file), text);
    if (place->line > 0) {
        ep_text_format(text, ":%ld", place->line);
    }
    if (place->line > 0 && place->column > 0) {
        ep_text_format(text, ":%ld", place->column);
    }
}

static void add_place(struct ep_text *lines, const struct ep_place *place)
{
    if (place->file[0] == '\0') {
        return;
    }
    ep_text_add(lines, "  ");
    add_position(lines, place);
    ep_text_add_byte(lines, '\n');
    if (place->line <= 0 || place->excerpt[0] == '\0') {
        return;
    }
    char number[32];
    int width = snprintf(number, sizeof(number), "%6ld", place->line);
    ep_text_format(lines, "%s | ", number);
    ep_utf8_append_printable(ep_span_of(place->excerpt), lines);
    ep_text_add_byte(lines, '\n');
    if (place->caret > 0) {
        ep_text_format(lines, "%*s | %*s\n", width, "", (int)place->caret, "^");
    }
}

/* "3 of 7 of 0007_users" */
static void add_statement(struct ep_text *lines, const struct ep_place *place)
{
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};

    if (place->statement > 0) {
        ep_text_format(&text, "%ld of %ld of migration %s", place->statement,
                       place->statement_count, place->migration);
        add_part(lines, "STATEMENT", ep_text_get(&text));
    }
}

static void add_sqlstate(struct ep_text *lines, const char *sqlstate)
{
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
    const char *name = ep_condition_name(sqlstate);

    ep_text_format(&text, "%s%s%s", sqlstate, name[0] == '\0' ? "" : " ", name);
    add_part(lines, "SQLSTATE", ep_text_get(&text));
}

static void write_text(struct ep_log *log, const struct ep_error *err)
{
    struct ep_text lines EP_CLEANUP(ep_text_clear) = {0};

    ep_log_line_begin(log, EP_LEVEL_ERROR, ep_span_of(err->summary), &lines);
    add_place(&lines, &err->place);
    add_part(&lines, "DETAIL", err->detail);
    add_part(&lines, "HINT", err->hint);
    add_part(&lines, "CONTEXT", err->context);
    add_statement(&lines, &err->place);
    add_part(&lines, "RESULT", err->outcome);
    add_sqlstate(&lines, err->sqlstate);
    if (shows_location(log, err)) {
        ep_text_format(&lines, "  LOCATION: %s:%d, %s()\n", err->where.file, err->where.line,
                       err->where.function);
    }
    ep_log_line_write(log, &lines);
}

static void write_json(struct ep_log *log, const struct ep_error *err)
{
    struct ep_text fault EP_CLEANUP(ep_text_clear) = {0};
    json_t *object EP_CLEANUP(ep_json_drop) =
        ep_log_json_begin(EP_LEVEL_ERROR, ep_span_of(err->summary), "failed");

    ep_log_add_lower(&fault, ep_fault_row((size_t)err->fault)->name);
    ep_log_json_add_text(object, "fault", ep_text_get(&fault));
    ep_log_json_add_integer(object, "exit_status", ep_error_exit_status(err));
    ep_log_json_add_text(object, "sqlstate", err->sqlstate);
    ep_log_json_add_text(object, "condition", ep_condition_name(err->sqlstate));
    ep_log_json_add_text(object, "file", err->place.file);
    if (err->place.line > 0) {
        ep_log_json_add_integer(object, "line", err->place.line);
    }
    if (err->place.line > 0 && err->place.column > 0) {
        ep_log_json_add_integer(object, "column", err->place.column);
    }
    ep_log_json_add_text(object, "source_line", err->place.excerpt);
    ep_log_json_add_text(object, "migration", err->place.migration);
    if (err->place.statement > 0) {
        ep_log_json_add_integer(object, "statement", err->place.statement);
        ep_log_json_add_integer(object, "statement_count", err->place.statement_count);
    }
    ep_log_json_add_text(object, "detail", err->detail);
    ep_log_json_add_text(object, "hint", err->hint);
    ep_log_json_add_text(object, "context", err->context);
    ep_log_json_add_text(object, "outcome", err->outcome);
    if (shows_location(log, err)) {
        struct ep_text location EP_CLEANUP(ep_text_clear) = {0};
        ep_text_format(&location, "%s:%d", err->where.file, err->where.line);
        ep_log_json_add_text(object, "location", ep_text_get(&location));
    }
    ep_log_json_write(log, object);
}

static void write_annotation(struct ep_log *log, const struct ep_error *err)
{
    struct ep_text line EP_CLEANUP(ep_text_clear) = {0};
    const char *workspace = getenv("GITHUB_WORKSPACE");

    ep_annotation_add(&line, err, workspace == NULL ? "" : workspace);
    ep_log_line_write_command(log, &line);
}

void ep_log_error(struct ep_log *log, const struct ep_error *err)
{
    EP_CHECK(err->fault != EP_FAULT_NONE);
    if (log->format == EP_LOG_FORMAT_JSON) {
        write_json(log, err);
    } else {
        write_text(log, err);
    }
    if (log->format == EP_LOG_FORMAT_GITHUB) {
        write_annotation(log, err);
    }
}

/* At most limit bytes of text, without a character cut in two: Kubernetes takes only UTF-8. */
static void add_limited(struct ep_text *line, struct ep_span text, size_t limit)
{
    struct ep_span part = ep_span_part(text, 0, limit);
    ep_text_append(line, ep_span_part(part, 0, ep_utf8_find_invalid(part)));
}

static void add_termination(const struct ep_error *err, struct ep_text *line)
{
    struct ep_text summary EP_CLEANUP(ep_text_clear) = {0};
    struct ep_text position EP_CLEANUP(ep_text_clear) = {0};

    ep_utf8_append_printable(ep_span_of(err->summary), &summary);
    ep_text_add(line, "entrypoint: ");
    add_limited(line, ep_text_span(&summary), TERMINATION_BYTES / 2);
    if (err->place.file[0] != '\0') {
        add_position(&position, &err->place);
        ep_text_add(line, "; ");
        add_limited(line, ep_text_span(&position), TERMINATION_BYTES / 4);
    }
    if (err->sqlstate[0] != '\0') {
        ep_text_format(line, "; SQLSTATE %s", err->sqlstate);
    }
    ep_text_format(line, "; exit status %d\n", ep_error_exit_status(err));
}

void ep_log_termination_to(const char *path, const struct ep_error *err)
{
    struct ep_text line EP_CLEANUP(ep_text_clear) = {0};
    if (err != NULL) {
        add_termination(err, &line);
        ep_secret_mask(&line);
    }
    ep_file_overwrite(path, ep_text_span(&line));
}

void ep_log_termination(const struct ep_error *err)
{
    ep_log_termination_to("/dev/termination-log", err);
}
