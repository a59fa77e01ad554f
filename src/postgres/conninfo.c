#include "postgres/conninfo.h"

#include "format/utf8.h"
#include "postgres/conninfo_draft.h"

#include <stdint.h>

enum { VALUE_BYTES_MAX = 16 * 1024 };

static const char byte_order_mark[] = "\xEF\xBB\xBF";

const char *ep_conninfo_find(const struct ep_conninfo *conninfo, const char *keyword)
{
    for (size_t i = 0; i < conninfo->parameter_count; i++) {
        if (strcmp(conninfo->parameters[i].keyword, keyword) == 0) {
            return conninfo->parameters[i].value;
        }
    }
    return NULL;
}

static bool check_bytes(const struct ep_conninfo_draft *draft, struct ep_error *err)
{
    if (draft->value.size > VALUE_BYTES_MAX) {
        return ep_conninfo_refuse(err, "Is it a connection string?",
                                  "the value has %zu bytes, more than %d", draft->value.size,
                                  VALUE_BYTES_MAX);
    }
    size_t invalid = ep_utf8_find_invalid(draft->value);
    if (invalid != SIZE_MAX) {
        return ep_conninfo_refuse(err, "In a URI any byte can be written as %XX.",
                                  "the value is not valid UTF-8 at character %zu",
                                  ep_conninfo_position(draft, draft->value.data + invalid));
    }
    return true;
}

/* What files, shells and dashboards leave around a value, and Node's drivers forgive. */
static bool strip_surroundings(struct ep_conninfo_draft *draft, struct ep_span *ret_text,
                               struct ep_error *err)
{
    struct ep_span text = ep_span_trim(draft->value);

    if (ep_span_starts_with(text, byte_order_mark)) {
        ep_conninfo_note(draft, "the value starts with a byte order mark (U+FEFF): removed");
        text = ep_span_trim(ep_span_part(text, sizeof(byte_order_mark) - 1, SIZE_MAX));
    } else if (text.size < draft->value.size) {
        ep_conninfo_note(draft, "blanks or line ends around the value were removed");
    }
    if (text.size > 0 && (text.data[0] == '"' || text.data[0] == '\'')) {
        char quote = text.data[0];
        if (text.size < 2 || text.data[text.size - 1] != quote) {
            return ep_conninfo_refuse(err, "Write it without quotes.",
                                      "the value starts with a quote that is not closed");
        }
        ep_conninfo_note(draft, "the quotes around the value were removed");
        text = ep_span_trim(ep_span_part(text, 1, text.size - 2));
    }
    if (text.size == 0) {
        return ep_conninfo_refuse(err, "Write postgresql://user:password@host:5432/database.",
                                  "the value is empty");
    }
    *ret_text = text;
    return true;
}

bool ep_conninfo_parse(struct ep_arena *arena, const char *value, int libpq_version,
                       bool environment_host, struct ep_conninfo *ret_conninfo,
                       struct ep_error *err)
{
    struct ep_conninfo_draft draft = {
        .arena = arena,
        .value = ep_span_of(value),
        .libpq_version = libpq_version,
        .host_position = 1,
    };
    struct ep_conninfo conninfo = {0};
    struct ep_span text = {0};

    if (!check_bytes(&draft, err) || !strip_surroundings(&draft, &text, err)
        || !ep_conninfo_read(&draft, text, err) || !ep_conninfo_finish_parameters(&draft, err)) {
        return false;
    }
    /* A service file may name the host. */
    bool may_be_empty = environment_host || ep_conninfo_get(&draft, "service") != NULL;
    if (!ep_conninfo_finish_hosts(&draft, may_be_empty, &conninfo, err)) {
        return false;
    }

    struct ep_parameter *parameters =
        ep_arena_array(arena, draft.parameter_count, sizeof(*parameters));
    if (draft.parameter_count > 0) {
        memcpy(parameters, draft.parameters, draft.parameter_count * sizeof(*parameters));
    }
    conninfo.parameters = parameters;
    conninfo.parameter_count = draft.parameter_count;
    conninfo.notes = draft.notes;
    conninfo.note_count = draft.note_count;
    conninfo.pooler_hint = draft.pooler_hint;
    *ret_conninfo = conninfo;
    return true;
}
