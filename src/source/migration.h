/*
 * migration.h - one migration as its folder describes it, whatever the layout.
 *
 * The list of them, in execution order, is all that later stages know of a
 * folder. It holds what is needed to decide (identity and hash), not the SQL:
 * ten thousand applied migrations must not fill the memory. ep_script_load()
 * reads the SQL of those that will run.
 */
#ifndef EP_SOURCE_MIGRATION_H
#define EP_SOURCE_MIGRATION_H

#include "base/arena.h"
#include "base/error.h"
#include "format/defect.h"
#include "format/digest.h"

#include <stdint.h>

struct ep_migration {
    const char *tag;    /* journal tag: "0000_init"; names it in logs and errors */
    const char *path;   /* of its SQL, "drizzle/0000_init.sql" */
    int64_t created_at; /* the journal's "when", milliseconds since 1970: Drizzle's identity */
    char hash[EP_DIGEST_HEX_BYTES]; /* SHA-256 of the text as Drizzle computes it, hexadecimal */
    size_t size;                    /* of the file, bytes */
    enum ep_defect defect;          /* matters only if it is to be run */
    size_t defect_offset;           /* byte in the file */
    /*
     * "" or the hash with all line endings LF, CRLF; filled in on demand by
     * ep_migration_hash_line_endings(): a checkout that changed only these has
     * not edited the migration. A \r that stands alone is no line ending here,
     * as git leaves it alone.
     */
    char hash_lf[EP_DIGEST_HEX_BYTES], hash_crlf[EP_DIGEST_HEX_BYTES];
};

/* What sources hold, in execution order. */
struct ep_migration_list {
    struct ep_migration *items;
    size_t count;
};

/* Files above this are refused with EP_FAULT_SOURCE, and a hint. */
#define EP_MIGRATION_BYTES_MAX ((size_t)64 * 1024 * 1024)

/*
 * Read the SQL file of a migration and set size, hash, defect and
 * defect_offset from it. The content is not kept. path must be set.
 *
 * The hash is that of the whole text; where the file is not UTF-8, of the text
 * with U+FFFD in the place of what is invalid, which is what Drizzle hashes.
 *
 * Errors: EP_FAULT_SOURCE.
 * Source: drizzle-orm, readMigrationFiles.
 */
bool ep_migration_examine(struct ep_migration *migration, struct ep_error *err) EP_MUST_CHECK;

/* Set hash_lf and hash_crlf from the file. Errors: EP_FAULT_SOURCE. */
bool ep_migration_hash_line_endings(struct ep_migration *migration,
                                    struct ep_error *err) EP_MUST_CHECK;

#endif
