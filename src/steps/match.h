/*
 * match.h - which ledger row stands for which migration.
 *
 * A pure function. Rows are given out as Drizzle's own versions would see them,
 * and where those are blind, by what the rows say.
 *
 * A migration of a folder of its own (Drizzle 1.x) is known by its name alone.
 * A row without a name is first given the one that Drizzle's own upgrade of the
 * table would give it: that of the only migration of the same second; of
 * several, that with the same hash; of none, that with the same hash at all.
 *
 * A migration of a journal (Drizzle 0.x) has the row, one to one and in this order,
 *
 *   1  whose created_at is its "when" and whose hash is the same
 *   2  whose created_at is its "when": the file was edited since
 *   3  whose name is the one that drizzle-kit's "up" gives it
 *   4  whose created_at is its "when" in whole seconds, with the same hash (written by Drizzle 1.x)
 *   5  whose hash is the same, whatever created_at
 *
 * A numbered file has the row with its name, else one with its hash whose file is
 * gone: then it was renamed.
 *
 * Rows that are left over but say the same as one that is taken (concurrent runs
 * of Drizzle) belong to the same migration.
 */
#ifndef EP_STEPS_MATCH_H
#define EP_STEPS_MATCH_H

#include "ledger/ledger.h"

struct ep_match {
    const struct ep_ledger_row **rows;  /* for each migration: its row, or NULL: not applied */
    const struct ep_migration **owners; /* for each row: its migration, or NULL: unknown */
    size_t matched_count;               /* migrations that have a row */
};

/* What a table of names knows a numbered file by; the text is the migration's or the arena's. */
const char *ep_match_name(struct ep_arena *arena, const struct ep_migration *migration,
                          const struct ep_ledger *ledger);

void ep_match_make(struct ep_arena *arena, const struct ep_migration_list *migrations,
                   const struct ep_ledger *ledger, struct ep_match *ret_match);

/*
 * The indices of the migrations whose row has another hash, for
 * ep_migration_hash_line_endings(): only these need their files read again.
 */
void ep_match_find_mismatches(struct ep_arena *arena, const struct ep_migration_list *migrations,
                              const struct ep_match *match, const size_t **ret_indices,
                              size_t *ret_count);

#endif
