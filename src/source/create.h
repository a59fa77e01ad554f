/*
 * create.h - a new, empty migration in a folder: all of its files, or none.
 */
#ifndef EP_SOURCE_CREATE_H
#define EP_SOURCE_CREATE_H

#include "source/draft.h"

struct ep_create_request {
    const char *folder; /* as the operator wrote it */
    const char *name;   /* without number, time and ".sql" */
    bool makes_folder;  /* where there is none */
};

/*
 * Write what ep_draft_journal(), ep_draft_folders() or ep_draft_numbered() describe, whichever is
 * the folder's layout; an empty folder gets a journal. ret_draft is what was
 * written. While one process does this in a folder, others wait.
 *
 * Errors: EP_FAULT_USAGE for the name; EP_FAULT_SOURCE for the folder and what
 * is in it, also when a file exists already; EP_FAULT_SYSTEM when something
 * cannot be written. Nothing is changed then.
 */
bool ep_create_migration(struct ep_arena *arena, const struct ep_create_request *request,
                         struct ep_draft *ret_draft, struct ep_error *err) EP_MUST_CHECK;

#endif
