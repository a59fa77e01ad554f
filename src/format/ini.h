/*
 * ini.h - "[section]" and "key = value" lines.
 *
 * The reading is inih's. A comment is a whole line that begins with ";" or "#";
 * both may occur inside a value, connection strings do contain them. There are
 * no quotes and no continued lines. "key: value" is allowed too.
 *
 * Here what inih would pass over is an error: text behind "[section]" on the
 * same line, a name with other bytes than letters, digits, "_", "-" and ".",
 * NUL bytes (UTF-16), lines that are neither.
 */
#ifndef EP_FORMAT_INI_H
#define EP_FORMAT_INI_H

#include "base/error.h"
#include "base/span.h"

struct ep_ini_entry {
    const char *section; /* "" before the first section */
    const char *key;     /* NULL: this is the section's own line */
    const char *value;   /* without blanks around it; NULL with a section */
    long line;           /* from 1 */
};

/* Its texts are valid during the call only. Returning false with err filled in ends the reading. */
struct ep_ini_visitor {
    bool (*visit)(void *context, const struct ep_ini_entry *entry, struct ep_error *err);
    void *context;
};

/*
 * Call visit for every section line in order, then for every value in order.
 * content must be followed by a NUL, as ep_file_read() gives it; lines may have
 * up to 64 KiB. name is what the error's place calls the file.
 *
 * Errors: EP_FAULT_CONFIG, or what visit fills in; both with file and line.
 */
bool ep_ini_parse(struct ep_span content, const char *name, const struct ep_ini_visitor *visitor,
                  struct ep_error *err) EP_MUST_CHECK;

#endif
