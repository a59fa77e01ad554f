#include "source/draft.h"

#include "base/check.h"
#include "format/utf8.h"

/* A file's name has at most 255 bytes; these are for the prefix and for ".sql". */
enum { NAME_BYTES_MAX = 255 - 32 };

void ep_draft_add(struct ep_draft *draft, enum ep_draft_action action, const char *path,
                  struct ep_span content)
{
    EP_CHECK(draft->count < EP_DRAFT_PARTS);
    draft->parts[draft->count++] =
        (struct ep_draft_part){.action = action, .path = path, .content = content};
}

static bool has_control(struct ep_span name)
{
    for (size_t i = 0; i < name.size; i++) {
        unsigned char byte = (unsigned char)name.data[i];
        unsigned char next = i + 1 < name.size ? (unsigned char)name.data[i + 1] : 0;
        bool is_c1 = byte == 0xC2 && next < 0xA0; /* U+0080 to U+009F; valid UTF-8 */
        if (byte < 0x20 || byte == 0x7F || is_c1) {
            return true;
        }
    }
    return false;
}

/* What is wrong with a name, or NULL. */
static const char *name_fault(struct ep_span name)
{
    if (name.size == 0) {
        return "is empty";
    }
    if (name.size > NAME_BYTES_MAX) {
        return "is too long";
    }
    if (ep_utf8_find_invalid(name) != SIZE_MAX) {
        return "is not UTF-8";
    }
    if (ep_span_find_byte(name, 0, '/') != SIZE_MAX
        || ep_span_find_byte(name, 0, '\\') != SIZE_MAX) {
        return "has a slash in it";
    }
    if (ep_span_find(name, 0, "..") != SIZE_MAX) {
        return "has \"..\" in it";
    }
    return has_control(name) ? "has a control character in it" : NULL;
}

bool ep_draft_check_name(const char *name, struct ep_error *err)
{
    const char *fault = name_fault(ep_span_of(name));
    if (fault == NULL) {
        return true;
    }
    (void)ep_fail(err, EP_FAULT_USAGE, "the name of a migration %s", fault);
    return ep_error_hint(err, "Write for example \"add_users\": number or time, and \".sql\", are "
                              "added.");
}
