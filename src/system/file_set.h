/*
 * file_set.h - files that are written together or not at all.
 *
 *     struct ep_file_set set EP_CLEANUP(ep_file_set_clear) = {.arena = arena};
 *     bool written = ep_file_set_lock(&set, "drizzle", &err)
 *                    && ep_file_set_create(&set, "drizzle/0001_a.sql", sql, &err)
 *                    && ep_file_set_replace(&set, "drizzle/meta/_journal.json", json, &err)
 *                    && ep_file_set_finish(&set, &err);
 *
 * Whatever was created is removed again by ep_file_set_clear(), unless
 * ep_file_set_finish() came before it and succeeded. Nothing that exists is
 * changed before that. A process that is killed between leaves a part of it;
 * signals that can be caught should be noted meanwhile (signals.h).
 */
#ifndef EP_SYSTEM_FILE_SET_H
#define EP_SYSTEM_FILE_SET_H

#include "base/arena.h"
#include "base/error.h"

struct ep_file_set_entry;

struct ep_file_set {
    struct ep_arena *arena;           /* the caller's, for the paths */
    struct ep_file_set_entry *newest; /* what to undo, and the locks */
};

/* Undo what was not finished, and let go of the locks. */
void ep_file_set_clear(struct ep_file_set *set);

/*
 * Wait until no other process has a set with this folder locked. Where the file
 * system knows no locks there are none.
 *
 * Errors: EP_FAULT_SYSTEM when the folder cannot be opened.
 */
bool ep_file_set_lock(struct ep_file_set *set, const char *folder,
                      struct ep_error *err) EP_MUST_CHECK;

/* Create a folder and those above it, unless it exists. Errors: EP_FAULT_SYSTEM. */
bool ep_file_set_folder(struct ep_file_set *set, const char *path,
                        struct ep_error *err) EP_MUST_CHECK;

/*
 * Create a file, or a folder that must be new.
 *
 * Errors: EP_FAULT_SOURCE when the path exists already, with errnum EEXIST;
 * EP_FAULT_SYSTEM.
 */
bool ep_file_set_create(struct ep_file_set *set, const char *path, struct ep_span content,
                        struct ep_error *err) EP_MUST_CHECK;
bool ep_file_set_create_folder(struct ep_file_set *set, const char *path,
                               struct ep_error *err) EP_MUST_CHECK;

/*
 * Give a path new content, whether it exists or not: it is written beside it as
 * "<path>.new" and takes its place and permissions in ep_file_set_finish(). A
 * symbolic link stays one.
 *
 * Errors: EP_FAULT_SYSTEM.
 */
bool ep_file_set_replace(struct ep_file_set *set, const char *path, struct ep_span content,
                         struct ep_error *err) EP_MUST_CHECK;

/* Put what replaces into its place, in the order of the calls. Errors: EP_FAULT_SYSTEM. */
bool ep_file_set_finish(struct ep_file_set *set, struct ep_error *err) EP_MUST_CHECK;

#endif
