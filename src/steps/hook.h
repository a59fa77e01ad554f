/*
 * hook.h - the operator's programs around a migration: [hooks] before_migrate,
 * after_migrate, on_failure.
 *
 * Each gets our environment, the facts of the run as ENTRYPOINT_* variables and
 * the database as PG* variables, so that pg_dump and psql reach it without a password on
 * their command line. What it writes is reported line by line, without the password.
 */
#ifndef EP_STEPS_HOOK_H
#define EP_STEPS_HOOK_H

#include "postgres/session.h"
#include "settings/settings.h"

enum ep_hook_kind {
    EP_HOOK_BEFORE_MIGRATE,
    EP_HOOK_AFTER_MIGRATE,
    EP_HOOK_ON_FAILURE,
    EP_HOOK_COUNT
};

/* Separated by blanks, those that fit in 16 KiB. */
struct ep_hook_tags {
    char *text; /* NULL: none yet */
    size_t size;
};

/* What is known of a run so far. */
struct ep_hook_facts {
    size_t pending; /* migrations, when this run began */
    struct ep_hook_tags pending_tags;
    size_t applied; /* by this run */
    struct ep_hook_tags applied_tags;
    const char *failed_tag; /* whose SQL failed, or NULL */
};

struct ep_hooks {
    struct ep_arena *arena; /* for the facts, too */
    const struct ep_settings *settings;
    const struct ep_reporter *reporter;
    const struct ep_conninfo *conninfo;
    const char *programs[EP_HOOK_COUNT]; /* NULL: there is no such hook */
    struct ep_hook_facts facts;
};

/*
 * Find the programs, before anything else is done. The outputs refer to all arguments.
 *
 * Errors: EP_FAULT_CONFIG: one does not exist or cannot be executed.
 */
bool ep_hooks_prepare(struct ep_arena *arena, const struct ep_settings *settings,
                      const struct ep_conninfo *conninfo, const struct ep_reporter *reporter,
                      struct ep_hooks *ret_hooks, struct ep_error *err) EP_MUST_CHECK;

/* What happens, told by who knows it: the migrations that a run begins with, anew for each run;
 * each that is applied; the one that failed. hooks may be NULL. The tags are copied. */
void ep_hooks_begin(struct ep_hooks *hooks);
void ep_hooks_note_pending(struct ep_hooks *hooks, const char *tag);
void ep_hooks_note_applied(struct ep_hooks *hooks, const char *tag);
void ep_hooks_note_failed(struct ep_hooks *hooks, const char *tag);

/* Whether there is a before_migrate. */
bool ep_hooks_have_before(const struct ep_hooks *hooks);

/*
 * Run before_migrate, if there is one. The session is kept awake meanwhile, and with it the
 * lock: when it is lost the hook is ended. Signals must be noted.
 *
 * Errors: EP_FAULT_HOOK when it fails or takes too long; EP_FAULT_UNAVAILABLE,
 * EP_FAULT_SIGNAL, EP_FAULT_SYSTEM.
 */
bool ep_hooks_before_migrate(const struct ep_hooks *hooks, struct ep_session *session,
                             struct ep_error *err) EP_MUST_CHECK;

/* Run after_migrate, when anything was applied, or on_failure; its failure is reported. A signal
 * ends the process when the hook has been ended. */
void ep_hooks_after_migrate(const struct ep_hooks *hooks);
void ep_hooks_on_failure(const struct ep_hooks *hooks, const struct ep_error *failure);

#endif
