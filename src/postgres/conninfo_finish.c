#include "postgres/conninfo_draft.h"

#include "base/text.h"

#include <ctype.h>

/*
 * A root certificate that cannot exist. With sslmode=require libpq verifies
 * nothing, unless it finds one in its default place.
 */
static const char no_root_certificate[] = "/dev/null/no-verify";

/* sslmode speaks louder than ssl, whatever their order: a careless ssl=true must not weaken it. */
static bool finish_tls(struct ep_conninfo_draft *draft, struct ep_error *err)
{
    const char *sslmode = draft->sslmode != NULL ? draft->sslmode : draft->ssl;
    const char *root = ep_conninfo_get(draft, "sslrootcert");

    if (draft->ssl != NULL && strcmp(sslmode, draft->ssl) != 0) {
        ep_conninfo_note(draft, "parameter \"ssl\" was ignored: sslmode says otherwise");
    }
    if (sslmode != NULL && strcmp(sslmode, "no-verify") == 0) {
        ep_conninfo_set(draft, "sslmode", "require");
        ep_conninfo_set(draft, "sslrootcert", no_root_certificate);
        ep_conninfo_note(draft, "\"no-verify\" means sslmode=require without a root certificate: "
                                "encrypted, but anybody can be the server");
        return true;
    }
    if (sslmode != NULL) {
        ep_conninfo_set(draft, "sslmode", sslmode);
    }
    if (root == NULL || strcmp(root, "system") != 0) {
        return true;
    }
    if (draft->libpq_version < 160000) {
        return ep_conninfo_refuse(err, "Write the path of a file with root certificates.",
                                  "sslrootcert=system needs libpq 16, this program has %d",
                                  draft->libpq_version / 10000);
    }
    if (sslmode != NULL && strcmp(sslmode, "verify-full") != 0) {
        return ep_conninfo_refuse(err, "Write sslmode=verify-full.",
                                  "sslrootcert=system allows no weaker sslmode than verify-full");
    }
    return true;
}

/* In Prisma's URIs sslcert is the root certificate, in libpq's the client's own. */
static bool finish_certificate(const struct ep_conninfo_draft *draft, struct ep_error *err)
{
    if (!draft->prisma || ep_conninfo_get(draft, "sslcert") == NULL
        || ep_conninfo_get(draft, "sslkey") != NULL) {
        return true;
    }
    return ep_conninfo_refuse(
        err, "For a root certificate write sslrootcert=; for a client certificate add sslkey=.",
        "parameter \"sslcert\" means a root certificate to Prisma, a client certificate to libpq");
}

/* Blanks and backslashes would end a setting: see "options" in PostgreSQL's libpq chapter. */
static void append_setting(struct ep_text *options, const char *name, const char *value)
{
    if (value == NULL) {
        return;
    }
    ep_text_format(options, "%s-c %s=", options->size > 0 ? " " : "", name);
    for (const char *c = value; *c != '\0'; c++) {
        if (isspace((unsigned char)*c) || *c == '\\') {
            ep_text_add_byte(options, '\\');
        }
        ep_text_add_byte(options, *c);
    }
}

static void finish_options(struct ep_conninfo_draft *draft)
{
    struct ep_text options EP_CLEANUP(ep_text_clear) = {0};
    const char *given = ep_conninfo_get(draft, "options");

    if (draft->search_path == NULL && draft->role == NULL) {
        return;
    }
    ep_text_add(&options, given == NULL ? "" : given);
    append_setting(&options, "search_path", draft->search_path);
    append_setting(&options, "role", draft->role);
    ep_conninfo_set(draft, "options", ep_arena_copy(draft->arena, ep_text_span(&options)));
}

static void note_whole(struct ep_conninfo_draft *draft)
{
    const char *target = ep_conninfo_get(draft, "target_session_attrs");

    if (ep_conninfo_get(draft, "dbname") == NULL && ep_conninfo_get(draft, "service") == NULL) {
        ep_conninfo_note(draft, "no database is named: PGDATABASE, or else the database named like "
                                "the user, is used");
    }
    if (target != NULL
        && (strcmp(target, "read-only") == 0 || strcmp(target, "standby") == 0
            || strcmp(target, "prefer-standby") == 0)) {
        ep_conninfo_note(draft, "target_session_attrs asks for a server that may be read-only: "
                                "migrations need one that can write");
    }
}

static void note_sent_keys(struct ep_conninfo_draft *draft)
{
    struct ep_text keys EP_CLEANUP(ep_text_clear) = {0};

    for (size_t i = 0; i < draft->sent_count; i++) {
        ep_text_format(&keys, "%s%s", i == 0 ? "" : ", ", draft->sent_keys[i]);
    }
    if (keys.size > 0) {
        ep_conninfo_note(draft,
                         "if the server's driver is postgres.js: it sends %s to PostgreSQL as a "
                         "setting, which is refused (42704)",
                         ep_text_get(&keys));
    }
}

bool ep_conninfo_finish_parameters(struct ep_conninfo_draft *draft, struct ep_error *err)
{
    if (!finish_tls(draft, err) || !finish_certificate(draft, err)) {
        return false;
    }
    finish_options(draft);
    note_whole(draft);
    note_sent_keys(draft);
    return true;
}
