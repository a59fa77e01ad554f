#include "format/defect.h"

#include "base/check.h"
#include "format/excerpt.h"
#include "format/utf8.h"

#include <stdint.h>

enum ep_defect ep_defect_find(struct ep_span text, size_t *ret_offset)
{
    if (ep_span_starts_with(text, "\xEF\xBB\xBF")) {
        *ret_offset = 0;
        return EP_DEFECT_BOM;
    }
    size_t invalid = ep_utf8_find_invalid(text);
    size_t nul = ep_span_find_byte(text, 0, '\0');
    if (nul == SIZE_MAX && invalid == SIZE_MAX) {
        return EP_DEFECT_NONE;
    }
    *ret_offset = nul < invalid ? nul : invalid;
    return nul < invalid ? EP_DEFECT_NUL : EP_DEFECT_INVALID;
}

/* UTF-16 comes with its own byte order mark, or with a NUL beside each letter. */
static bool looks_like_utf16(struct ep_span text)
{
    return ep_span_starts_with(text, "\xFF\xFE") || ep_span_starts_with(text, "\xFE\xFF")
           || ep_span_find_byte(ep_span_part(text, 0, 2), 0, '\0') != SIZE_MAX;
}

bool ep_defect_fail(struct ep_error *err, enum ep_fault fault, const char *file,
                    struct ep_span text)
{
    size_t offset = 0;
    enum ep_defect defect = ep_defect_find(text, &offset);

    EP_CHECK(defect != EP_DEFECT_NONE);
    if (defect == EP_DEFECT_BOM) {
        (void)ep_fail(err, fault, "\"%s\" starts with a byte order mark", file);
        (void)ep_error_hint(err, "Save it as \"UTF-8\", not as \"UTF-8 with BOM\", or remove the "
                                 "mark with: sed -i '1s/^\\xEF\\xBB\\xBF//' FILE.");
    } else if (defect == EP_DEFECT_NUL) {
        (void)ep_fail(err, fault, "\"%s\" holds a NUL byte", file);
    } else {
        (void)ep_fail(err, fault, "\"%s\" is not UTF-8: invalid byte 0x%02X", file,
                      (unsigned int)(unsigned char)text.data[offset]);
    }
    if (defect != EP_DEFECT_BOM && looks_like_utf16(text)) {
        (void)ep_error_hint(err, "It looks like UTF-16, which \">\" writes in PowerShell. Convert "
                                 "it with: iconv -f UTF-16 -t UTF-8 FILE.");
    } else if (defect == EP_DEFECT_NUL) {
        (void)ep_error_hint(err, "Remove it, for example with: tr -d '\\000' < FILE.");
    } else if (defect == EP_DEFECT_INVALID) {
        (void)ep_error_hint(err, "Save it as UTF-8. If an editor for Windows wrote it: iconv -f "
                                 "WINDOWS-1252 -t UTF-8 FILE.");
    }
    return ep_excerpt_place(err, file, text, offset);
}
