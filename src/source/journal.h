/*
 * journal.h - Drizzle's journal layout (drizzle-kit 0.16 to 0.31).
 *
 *     drizzle/meta/_journal.json     the order, and which files exist
 *     drizzle/0000_init.sql          <tag>.sql for each entry
 *
 * Only entries[].tag and entries[].when count, as for Drizzle itself; array
 * order is execution order. The journals of all kits are alike in this.
 *
 * "when" is what JavaScript makes of it: a JSON number in any notation that is
 * an integer as a double, or a string of digits; see entries.h. A tag may hold
 * "/" but may not leave the folder.
 */
#ifndef EP_SOURCE_JOURNAL_H
#define EP_SOURCE_JOURNAL_H

#include "base/event.h"
#include "source/migration.h"

/* Journals above this are refused with EP_FAULT_SOURCE. */
#define EP_JOURNAL_BYTES_MAX ((size_t)16 * 1024 * 1024)

/*
 * The path of folder's journal, or NULL when it has none.
 *
 * Errors: EP_FAULT_SOURCE when it has both meta/ and _meta/.
 */
bool ep_journal_find(struct ep_arena *arena, const char *folder, const char **ret_journal,
                     struct ep_error *err) EP_MUST_CHECK;

/*
 * Read the journal and examine each of its files. names are those in the folder, sorted.
 *
 * Reports EP_EVENT_SOURCE_NOTE for a tag or "when" that occurs twice and for
 * SQL files in the folder that the journal does not list. An entry that repeats
 * tag and "when" of an earlier one is left out.
 *
 * Errors: EP_FAULT_SOURCE, with the place in the journal where it is malformed
 * or lists a file that does not exist.
 */
bool ep_journal_read(struct ep_arena *arena, const char *folder, const char *journal,
                     struct ep_name_list names, const struct ep_reporter *reporter,
                     struct ep_migration_list *ret_list, struct ep_error *err) EP_MUST_CHECK;

#endif
