/*
 * script.h - the SQL of one migration, cut where Drizzle cuts it.
 *
 * The delimiter is the 24 bytes "--> statement-breakpoint", found anywhere, even
 * inside a string or a comment. Nothing is trimmed, nothing is dropped: an empty
 * chunk is sent as an empty query, as Drizzle does. A chunk may hold several
 * statements. A numbered file is one chunk: the part of it that goes up (sections.h).
 *
 * Source: drizzle-orm, readMigrationFiles.
 */
#ifndef EP_SOURCE_SCRIPT_H
#define EP_SOURCE_SCRIPT_H

#include "base/text.h"
#include "source/migration.h"

struct ep_script {
    struct ep_span text;          /* the whole file, NUL-terminated */
    const struct ep_span *chunks; /* parts of text; never empty: at least one */
    size_t chunk_count;
    bool no_transaction; /* the file says so to the tool that it was written for (sections.h) */
    struct ep_span down; /* what undoes it, where the file itself holds that; data NULL: none */
    bool down_no_transaction;
};

/* Cut text; the array is the arena's. */
void ep_script_split(struct ep_arena *arena, struct ep_span text, struct ep_script *ret_script);

/*
 * Read and cut the SQL of a migration that is about to run.
 *
 * Errors: EP_FAULT_SOURCE: the file changed since it was examined, or has a
 * defect (the byte order mark, NUL byte or invalid byte is named with its line), or it
 * is divided into parts in a way that cannot be run.
 */
bool ep_script_load(struct ep_arena *arena, const struct ep_migration *migration,
                    struct ep_script *ret_script, struct ep_error *err) EP_MUST_CHECK;

/*
 * A part of the script's text with a NUL behind it: a copy, or at the end of the file, where it may
 * be followed by blanks, the part itself. As long as neither the script nor the copy change.
 */
const char *ep_script_terminate(const struct ep_script *script, struct ep_span part,
                                struct ep_text *copy);

/*
 * Fill err's place for a byte of the script: file, line, column, the line's
 * text and the caret under it. The error must be recorded already.
 */
void ep_script_place(const struct ep_migration *migration, const struct ep_script *script,
                     size_t offset, struct ep_error *err);

#endif
