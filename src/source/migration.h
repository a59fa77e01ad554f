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

/* How the folder is laid out, which decides what identifies a migration. */
enum ep_layout {
    EP_LAYOUT_JOURNAL, /* meta/_journal.json, for Drizzle 0.x: created_at is the identity */
    EP_LAYOUT_FOLDERS, /* a folder for each migration, for Drizzle 1.x: the tag is the identity */
    EP_LAYOUT_NUMBERED /* SQL files and nothing else (numbered.h): the tag is the identity */
};

/* What a folder holds, as ep_file_list() gives it. */
struct ep_name_list {
    const char *const *items;
    size_t count;
};

struct ep_migration {
    enum ep_layout layout;
    const char *tag; /* "0000_init", or the folder's "20240131235959_init"; for messages, too */
    const char
        *path; /* of its SQL, "drizzle/0000_init.sql", "drizzle/2024..._init/migration.sql" */
    int64_t created_at; /* milliseconds since 1970: the journal's "when", the folder's time, or 0 */
    char hash[EP_DIGEST_HEX_BYTES]; /* SHA-256 of the text as Drizzle computes it, hexadecimal */
    size_t size;                    /* of the file, bytes */
    enum ep_defect defect;          /* matters only if it is to be run */
    size_t defect_offset;           /* byte in the file */
    /*
     * NULL or the hash with all line endings LF, CRLF; set by
     * ep_migration_hash_line_endings() while a plan is made: a checkout that changed only these has
     * not edited the migration. A \r that stands alone is no line ending here,
     * as git leaves it alone.
     */
    const char *hash_lf, *hash_crlf;
};

/* What sources hold, in execution order. */
struct ep_migration_list {
    struct ep_migration *items;
    size_t count;
};

/* Files above this are refused with EP_FAULT_SOURCE, and a hint. */
#define EP_MIGRATION_BYTES_MAX ((size_t)64 * 1024 * 1024)

/*
 * The name by which Drizzle 1.x knows a migration: that of its folder. For a
 * journal's, the folder that drizzle-kit's "up" makes of it: created_at in whole
 * seconds of UTC (those before 1970 rounded down), "_", and the tag behind its
 * first "_", if any: "20261120222348_init". A year of more or fewer than four
 * digits is written as it is; a time beyond JavaScript's, 100 million days from
 * 1970, is NaN six times over. All of it is as drizzle-kit 1.0.0-rc.5 writes it, except
 * for a "when" of 0, for which that takes the time at which it runs.
 *
 * The text is the arena's or the migration's.
 */
const char *ep_migration_name(struct ep_arena *arena, const struct ep_migration *migration);

/* Whether a file's name is that of SQL that somebody may expect to be run. */
bool ep_migration_is_sql(const char *file);

/*
 * Read the SQL file of a migration and set size, hash, defect and
 * defect_offset from it. The content is left in scratch. path must be set.
 *
 * The hash is that of the whole text; where the file is not UTF-8, of the text
 * with U+FFFD in the place of what is invalid, which is what Drizzle hashes.
 *
 * Errors: EP_FAULT_SOURCE.
 * Source: drizzle-orm, readMigrationFiles.
 */
bool ep_migration_examine(struct ep_arena *scratch, struct ep_migration *migration,
                          struct ep_error *err) EP_MUST_CHECK;

/*
 * ep_migration_examine() for all of a list, a long one by two threads. *ret_failed is the index of
 * the first that fails.
 */
bool ep_migration_examine_all(const struct ep_migration_list *list, size_t *ret_failed,
                              struct ep_error *err) EP_MUST_CHECK;

/* Set hash_lf and hash_crlf from the file; they are the arena's. Errors: EP_FAULT_SOURCE. */
bool ep_migration_hash_line_endings(struct ep_arena *arena, struct ep_migration *migration,
                                    struct ep_error *err) EP_MUST_CHECK;

#endif
