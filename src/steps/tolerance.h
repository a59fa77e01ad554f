/*
 * tolerance.h - numbered files of which not everything has to work: [migrate] on_exists = skip,
 * on_missing = defer.
 *
 * Such a file runs statement by statement, each under a savepoint, in the transaction that
 * is open. A statement whose object exists already is skipped, but only where that loses
 * nothing (sql/made.h): the statement makes one object and nothing else, and it is that object
 * that exists, of that kind. One that needs what does not exist yet is deferred: the others
 * run, what is done is noted (progress.h), the file stays pending, and the next start tries what is
 * left. Anything else fails as usual. Which SQLSTATEs these are: tolerance.def.
 */
#ifndef EP_STEPS_TOLERANCE_H
#define EP_STEPS_TOLERANCE_H

#include "ledger/ledger.h"
#include "sql/made.h"
#include "steps/extent.h"
#include "steps/watch.h"

struct ep_tolerance {
    struct ep_session *session;
    const struct ep_ledger_table *table;
    const struct ep_settings *settings;
    const struct ep_reporter *reporter;
    struct ep_watch *watch;
};

enum ep_tolerated { EP_TOLERATED_NOT, EP_TOLERATED_SKIP, EP_TOLERATED_DEFER };

/* The same for the files of a table; NULL where nothing is tolerated. */
const struct ep_tolerance *ep_tolerance_of(struct ep_tolerance *tolerance,
                                           const struct ep_ledger_table *table);

/* What the table says of a SQLSTATE. */
enum ep_tolerated ep_tolerance_find(const char *sqlstate);

/*
 * Whether a message of that SQLSTATE says that it is the very object that exists: its kind
 * is one that gives this SQLSTATE, and the name that the message has first in quotes is its.
 */
bool ep_tolerance_is_own(const struct ep_made *made, const char *sqlstate, const char *message);

/* Whether the file runs this way: numbered, and its transactions are all ours. */
bool ep_tolerance_is_for(const struct ep_tolerance *tolerance, const struct ep_migration *migration,
                         const struct ep_script *script, const struct ep_extent *extent,
                         int server_version);

/*
 * Run it. ret_deferred is how many statements are left; 0: it is whole, to be recorded, and what
 * was noted of it is gone.
 *
 * Errors: EP_FAULT_SQL and the others of ep_session_run_chunk(), with the place in the file.
 */
bool ep_tolerance_run(const struct ep_tolerance *tolerance, const struct ep_migration *migration,
                      const struct ep_script *script, const struct ep_extent *extent,
                      size_t *ret_deferred, struct ep_error *err) EP_MUST_CHECK;

#endif
