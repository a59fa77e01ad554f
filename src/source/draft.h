/*
 * draft.h - a new, empty migration: what has to be written for it.
 *
 * Byte for byte what "drizzle-kit generate --custom" writes, which is meant to
 * go on from there. Reading only: create.h writes it.
 */
#ifndef EP_SOURCE_DRAFT_H
#define EP_SOURCE_DRAFT_H

#include "source/folders.h"

/* The SQL of a new migration. */
#define EP_DRAFT_SQL "-- Custom SQL migration file, put your code below! --"

/* Snapshots above this are refused with EP_FAULT_SOURCE. */
#define EP_SNAPSHOT_BYTES_MAX ((size_t)64 * 1024 * 1024)

struct ep_draft_request {
    const char *folder; /* without a slash at its end */
    const char *name;   /* that ep_draft_check_name() accepts */
    const char *id;     /* for the new snapshot: a UUID */
    int64_t now_ms;     /* since 1970 */
};

enum ep_draft_action {
    EP_DRAFT_FOLDER,     /* a folder, unless it exists */
    EP_DRAFT_NEW_FOLDER, /* a folder that must not exist yet */
    EP_DRAFT_NEW_FILE,   /* a file that must not exist yet */
    EP_DRAFT_REPLACE,    /* a file that may exist */
};

struct ep_draft_part {
    enum ep_draft_action action;
    const char *path;
    struct ep_span content; /* of a file */
};

enum { EP_DRAFT_PARTS = 4 };

/* In the order in which it is to be written. The memory is the arena's. */
struct ep_draft {
    struct ep_draft_part parts[EP_DRAFT_PARTS];
    size_t count;
};

void ep_draft_add(struct ep_draft *draft, enum ep_draft_action action, const char *path,
                  struct ep_span content);

/*
 * Whether a name can be that of a migration. As for drizzle-kit any text can,
 * blanks included, but one that is empty, too long for a file's name, not UTF-8
 * or has a slash, a backslash, ".." or a control character in it.
 *
 * Errors: EP_FAULT_USAGE.
 */
bool ep_draft_check_name(const char *name, struct ep_error *err) EP_MUST_CHECK;

/*
 * In the layout of Drizzle 0.x (journal.h). journal NULL stands for a folder
 * that has none yet, which drizzle-kit begins with version 7.
 *
 *     drizzle/0001_name.sql             prefix as the last entry has it
 *     drizzle/meta/0001_snapshot.json   that of the last snapshot (snapshot7.h)
 *     drizzle/meta/_journal.json        one entry more
 *
 * The prefix is the number "idx", the time (20240131235959), the seconds since
 * 1970, or nothing. "when" is now, or a millisecond after the newest.
 *
 * Errors: EP_FAULT_SOURCE where drizzle-kit refuses as well: a snapshot of an
 * older format or with the parent of another; a malformed journal.
 */
bool ep_draft_journal(struct ep_arena *arena, const struct ep_draft_request *request,
                      const char *journal, struct ep_draft *ret_draft,
                      struct ep_error *err) EP_MUST_CHECK;

/*
 * In the layout of Drizzle 1.x (folders.h); names are all in the folder.
 *
 *     drizzle/20240131235959_name/snapshot.json    in the format of the others, 8 or 9
 *     drizzle/20240131235959_name/migration.sql
 *
 * The time is now, or a second after the newest. A folder in which nothing has
 * a snapshot gets none.
 *
 * Errors: EP_FAULT_SOURCE: a snapshot in another format; two that no other
 * follows, which only drizzle-kit can merge.
 */
bool ep_draft_folders(struct ep_arena *arena, const struct ep_draft_request *request,
                      struct ep_name_list names, struct ep_draft *ret_draft,
                      struct ep_error *err) EP_MUST_CHECK;

/*
 * In a folder of numbered files (numbered.h); names are all in the folder.
 *
 *     migrations/004_name.sql                one more than the last, in as many digits
 *     migrations/20240131235959_name.sql     now, where the last has a time
 *
 * Where none has a number it is 001. Errors: EP_FAULT_SOURCE when no name would go behind the last.
 */
bool ep_draft_numbered(struct ep_arena *arena, const struct ep_draft_request *request,
                       struct ep_name_list names, struct ep_draft *ret_draft,
                       struct ep_error *err) EP_MUST_CHECK;

#endif
