#include "entrypoint/check_output.h"

#include "entrypoint/json_value.h"
#include "format/json.h"
#include "format/json_write.h"
#include "format/utf8.h"

size_t ep_check_output_faults(const struct ep_check_report *report)
{
    const struct ep_finding_list *findings = report->findings;
    size_t count = findings->count - findings->note_count;

    if (report->check != NULL) {
        const struct ep_drift *drift = &report->check->drift;
        count += report->is_strict ? drift->count : drift->count - drift->extra_count;
    }
    return count;
}

static size_t count_all(const struct ep_check_report *report)
{
    return report->findings->count + (report->check == NULL ? 0 : report->check->drift.count);
}

static void add_printable(struct ep_text *out, const char *text)
{
    ep_utf8_append_printable(ep_span_of(text), out);
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static void add_findings(struct ep_text *out, const struct ep_finding_list *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        ep_text_add(out, findings->items[i].is_note ? "note: " : "");
        add_printable(out, findings->items[i].text);
        ep_text_add_byte(out, '\n');
    }
    ep_text_add(out, findings->count > 0 ? "\n" : "");
}

static void add_difference(struct ep_text *out, const struct ep_difference *difference)
{
    switch (difference->kind) {
    case EP_DIFFERENCE_EXTRA:
        ep_text_add(out, "  + ");
        add_printable(out, difference->object);
        break;
    case EP_DIFFERENCE_MISSING:
        ep_text_add(out, "  - ");
        add_printable(out, difference->object);
        break;
    case EP_DIFFERENCE_CHANGED:
        ep_text_add(out, "  ~ ");
        add_printable(out, difference->object);
        ep_text_format(out, ": %s: ", difference->property);
        add_printable(out, difference->found);
        ep_text_add(out, " in the database, ");
        add_printable(out, difference->expected);
        ep_text_add(out, " in the snapshot");
        break;
    }
    ep_text_add_byte(out, '\n');
}

static void add_differences(struct ep_text *out, const struct ep_drift *drift)
{
    const char *group = NULL;

    for (size_t i = 0; i < drift->count; i++) {
        const struct ep_difference *difference = &drift->items[i];
        if (group == NULL || strcmp(group, difference->group) != 0) {
            group = difference->group;
            add_printable(out, group[0] == '\0' ? "database" : group);
            ep_text_add_byte(out, '\n');
        }
        add_difference(out, difference);
    }
    ep_text_add(out, drift->count > 0 ? "\n" : "");
}

static void add_source(struct ep_text *out, const struct ep_check_source *source)
{
    add_printable(out, source->folder);
    if (source->newest == NULL) {
        ep_text_add(out, ": nothing is applied yet, so there is nothing to compare");
    } else if (source->reason != NULL) {
        ep_text_add(out, ": cannot check: ");
        add_printable(out, source->reason);
    } else {
        ep_text_add(out, ": compared with ");
        add_printable(out, source->snapshot);
        ep_text_add(out, ", the snapshot of ");
        add_printable(out, source->newest->tag);
        if (source->pending_count > 0) {
            ep_text_format(out, "; %zu pending migration%s not looked at", source->pending_count,
                           plural(source->pending_count));
        }
    }
    ep_text_add_byte(out, '\n');
}

static void add_count(struct ep_text *out, size_t count, const char *what)
{
    if (count == 0) {
        ep_text_format(out, "no %ss", what);
    } else {
        ep_text_format(out, "%zu %s%s", count, what, plural(count));
    }
}

void ep_check_output_text(struct ep_text *out, const struct ep_check_report *report)
{
    const struct ep_check *check = report->check;
    size_t faults = ep_check_output_faults(report), notes = count_all(report) - faults;

    add_findings(out, report->findings);
    if (check != NULL) {
        add_differences(out, &check->drift);
        for (size_t i = 0; i < check->source_count; i++) {
            add_source(out, &check->sources[i]);
        }
        if (check->types_refused != NULL) {
            ep_text_add(out, "types were not compared: ");
            add_printable(out, check->types_refused);
            ep_text_add_byte(out, '\n');
        }
    }
    size_t problems = report->findings->count - report->findings->note_count;
    if (check != NULL || faults == 0) {
        add_count(out, faults - problems, "difference");
    }
    if (problems > 0) {
        ep_text_add(out, check != NULL ? ", " : "");
        add_count(out, problems, "problem");
        ep_text_add(out, " with the folders");
    }
    if (notes > 0) {
        ep_text_add(out, ", ");
        add_count(out, notes, "note");
    }
    if (check != NULL) {
        ep_text_format(out, "; %zu table%s compared", check->table_count,
                       plural(check->table_count));
    }
    ep_text_add_byte(out, '\n');
}

static const char *kind_name(enum ep_difference_kind kind)
{
    switch (kind) {
    case EP_DIFFERENCE_EXTRA:
        return "extra";
    case EP_DIFFERENCE_MISSING:
        return "missing";
    case EP_DIFFERENCE_CHANGED:
        break;
    }
    return "changed";
}

static json_t *make_findings(const struct ep_finding_list *findings)
{
    json_t *list = json_array();

    for (size_t i = 0; i < findings->count; i++) {
        json_t *object = json_object();
        ep_json_value_set_text(object, "text", findings->items[i].text);
        ep_json_value_set(object, "note", json_boolean(findings->items[i].is_note));
        ep_json_value_append(list, object);
    }
    return list;
}

static json_t *make_folders(const struct ep_check *check)
{
    json_t *list = json_array();

    for (size_t i = 0; i < check->source_count; i++) {
        const struct ep_check_source *source = &check->sources[i];
        json_t *object = json_object();
        ep_json_value_set_text(object, "folder", source->folder);
        ep_json_value_set_text(object, "newest",
                               source->newest == NULL ? NULL : source->newest->tag);
        ep_json_value_set_number(object, "pending", source->pending_count);
        ep_json_value_set_text(object, "snapshot", source->snapshot);
        ep_json_value_set_text(object, "reason", source->reason);
        ep_json_value_append(list, object);
    }
    return list;
}

static json_t *make_differences(const struct ep_check *check, bool is_strict)
{
    json_t *list = json_array();

    for (size_t i = 0; i < check->drift.count; i++) {
        const struct ep_difference *difference = &check->drift.items[i];
        bool is_note = difference->kind == EP_DIFFERENCE_EXTRA && !is_strict;
        json_t *object = json_object();
        ep_json_value_set_text(object, "kind", kind_name(difference->kind));
        ep_json_value_set_text(object, "table",
                               difference->group[0] == '\0' ? NULL : difference->group);
        ep_json_value_set_text(object, "object", difference->object);
        ep_json_value_set_text(object, "property", difference->property);
        ep_json_value_set_text(object, "snapshot", difference->expected);
        ep_json_value_set_text(object, "database", difference->found);
        ep_json_value_set(object, "note", json_boolean(is_note));
        ep_json_value_append(list, object);
    }
    return list;
}

void ep_check_output_json(struct ep_text *out, const struct ep_check_report *report)
{
    json_t *document EP_CLEANUP(ep_json_drop) = json_object();
    size_t faults = ep_check_output_faults(report);

    ep_json_value_set_number(document, "faults", faults);
    ep_json_value_set_number(document, "notes", count_all(report) - faults);
    ep_json_value_set(document, "findings", make_findings(report->findings));
    if (report->check != NULL) {
        ep_json_value_set(document, "folders", make_folders(report->check));
        ep_json_value_set_number(document, "tables", report->check->table_count);
        ep_json_value_set_text(document, "types_refused", report->check->types_refused);
        ep_json_value_set(document, "differences",
                          make_differences(report->check, report->is_strict));
    }
    ep_json_write(document, out);
    ep_text_add_byte(out, '\n');
}
