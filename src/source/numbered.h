/*
 * numbered.h - SQL files in a folder, without anything beside them.
 *
 *     migrations/0000_init.sql                the names decide the order, byte by byte;
 *     migrations/0003_fix.sql                 gaps are normal, and so are
 *     migrations/create_report_queue.sql      names without a number
 *     migrations/0003_fix.down.sql            what a rollback of 0003_fix runs; never a migration
 *
 * A migration's tag is its file's name without ".sql" (and without ".up", as
 * golang-migrate's are called), and its identity. Files may be divided (sections.h).
 */
#ifndef EP_SOURCE_NUMBERED_H
#define EP_SOURCE_NUMBERED_H

#include "source/folders.h"

/*
 * Whether a folder without a journal and without folders of migrations is of this
 * layout: it has SQL files, and nothing of Drizzle's, whose journal may have been forgotten.
 */
bool ep_numbered_is_layout(const char *folder, struct ep_name_list names);

/*
 * Examine the SQL files among the names in a folder.
 *
 * Reports EP_EVENT_SOURCE_NOTE for a number that several files have, for numbers that the
 * order of the names does not follow, and for a companion without its migration.
 *
 * Errors: EP_FAULT_SOURCE: a file that cannot be read; a name that is not UTF-8; two files of one
 * tag (a.sql and a.up.sql).
 */
bool ep_numbered_read(struct ep_arena *arena, const char *folder, struct ep_name_list names,
                      const struct ep_reporter *reporter, struct ep_migration_list *ret_list,
                      struct ep_error *err) EP_MUST_CHECK;

/* The digits that a tag begins with, a part of it; empty when it begins with none. */
struct ep_span ep_numbered_number(const char *tag);

#endif
