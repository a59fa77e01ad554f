#include "postgres/conninfo_draft.h"

#include "base/check.h"

#include <ctype.h>
#include <stdint.h>

enum {
    LIBPQ_VERSION_UNIT = 10000 /* 170011 is 17.11 */
};

/* What stands for each sslmode in the URIs of other drivers; "_" is read as "-". */
static const struct {
    const char *word, *sslmode;
} sslmodes[] = {
    {"disable", "disable"},
    {"allow", "allow"},
    {"prefer", "prefer"},
    {"require", "require"},
    {"verify-ca", "verify-ca"},
    {"verify-full", "verify-full"},
    {"no-verify", "no-verify"},
    {"disabled", "disable"},
    {"preferred", "prefer"},
    {"required", "require"},
    {"true", "require"},
    {"1", "require"},
    {"on", "require"},
    {"yes", "require"},
    {"false", "disable"},
    {"0", "disable"},
    {"off", "disable"},
    {"no", "disable"},
    {"verify-identity", "verify-full"},
};

static bool read_text(struct ep_conninfo_draft *draft, const struct ep_conninfo_rule *rule,
                      const struct ep_conninfo_pair *pair, const char **ret_text,
                      struct ep_error *err)
{
    struct ep_conninfo_piece piece = {
        .what = ep_arena_format(draft->arena, "parameter \"%s\"", rule->key),
        .raw = pair->value,
        .position = ep_conninfo_position(draft, pair->key.data),
        .is_secret = (rule->marks & EP_CONNINFO_SECRET) != 0,
        .is_encoded = pair->is_encoded,
        .plus_is_blank = draft->plus_is_blank,
    };
    if (pair->is_encoded && ep_conninfo_is_variable(pair->value)) {
        return ep_conninfo_refuse_variable(draft, piece.what, pair->value, err);
    }
    if (rule->action == EP_CONNINFO_OPTIONS && pair->is_encoded
        && ep_span_find(pair->value, 0, "-c+") != SIZE_MAX) {
        ep_conninfo_note(draft, "\"+\" in %s was read as a blank: libpq keeps it, write %%20",
                         piece.what);
        piece.plus_is_blank = true;
    }
    if (pair->is_encoded && ep_span_find_byte(pair->value, 0, '=') != SIZE_MAX) {
        ep_conninfo_note(draft, "%s holds a raw \"=\": libpq refuses it, write %%3D", piece.what);
    }
    if (pair->is_encoded && ep_span_find_byte(pair->value, 0, '#') != SIZE_MAX) {
        ep_conninfo_note(draft, "%s holds a raw \"#\": Node's drivers stop there, write %%23",
                         piece.what);
    }
    if (piece.is_secret && pair->is_encoded && !piece.plus_is_blank
        && ep_span_find_byte(pair->value, 0, '+') != SIZE_MAX) {
        ep_conninfo_note(draft, "%s holds a \"+\": node-postgres reads a blank, write %%2B",
                         piece.what);
    }
    return ep_conninfo_decode(draft, &piece, ret_text, err);
}

static void note_empty(struct ep_conninfo_draft *draft, const struct ep_conninfo_rule *rule)
{
    ep_conninfo_note(draft, "parameter \"%s\" is empty and was ignored", rule->key);
}

static bool assign_text(struct ep_conninfo_draft *draft, const struct ep_conninfo_rule *rule,
                        const char *text, struct ep_error *err)
{
    if (strcmp(rule->key, "dbname") == 0 && strstr(text, "://") != NULL) {
        return ep_conninfo_refuse(err, "Give the URI itself as the value.",
                                  "parameter \"dbname\" holds a URI");
    }
    if (draft->from_uri && !draft->plus_is_blank
        && (strcmp(rule->key, "user") == 0 || strcmp(rule->key, "password") == 0)) {
        ep_conninfo_note(draft, "user and password stand in the query: postgres.js does not read "
                                "them there");
    }
    ep_conninfo_set(draft, rule->key, text);
    return true;
}

/* What is left of a value when someone's shell, JSON or SQL has left a mark at its end. */
static struct ep_span without_debris(const char *text)
{
    struct ep_span span = ep_span_trim(ep_span_of(text));
    while (span.size > 0 && strchr(";,\"' ", span.data[span.size - 1]) != NULL) {
        span.size--;
    }
    return span;
}

static void note_reading(struct ep_conninfo_draft *draft, const char *key, const char *text,
                         const char *reading)
{
    if (strcmp(text, reading) != 0) {
        ep_conninfo_note(draft, "parameter \"%s\" was read as \"%s\"", key, reading);
    }
}

/* The word of a blank-separated list that is the same but for its case, or NULL. */
static const char *find_choice(struct ep_arena *arena, const char *choices, struct ep_span word)
{
    struct ep_span list = ep_span_of(choices);
    for (size_t start = 0; start < list.size;) {
        size_t end = ep_span_find_byte(list, start, ' ');
        end = end == SIZE_MAX ? list.size : end;
        const char *choice = ep_arena_copy(arena, ep_span_part(list, start, end - start));
        if (ep_conninfo_same_word(word, choice)) {
            return choice;
        }
        start = end + 1;
    }
    return NULL;
}

static bool assign_choice(struct ep_conninfo_draft *draft, const struct ep_conninfo_rule *rule,
                          const char *text, struct ep_error *err)
{
    struct ep_span word = without_debris(text);
    if (word.size == 0) {
        note_empty(draft, rule);
        return true;
    }
    const char *choice = find_choice(draft->arena, rule->text, word);
    if (choice == NULL) {
        (void)ep_fail(err, EP_FAULT_CONFIG, "parameter \"%s\" has an unknown value", rule->key);
        return ep_error_hint(err, "Write one of these: %s.", rule->text);
    }
    note_reading(draft, rule->key, text, choice);
    ep_conninfo_set(draft, rule->key, choice);
    return true;
}

static void assign_integer(struct ep_conninfo_draft *draft, const struct ep_conninfo_rule *rule,
                           const char *text)
{
    const char *digits = text[0] == '-' ? text + 1 : text;
    size_t size = strlen(digits);

    if (size == 0 || size > 9 || strspn(digits, "0123456789") != size) {
        ep_conninfo_note(draft, "parameter \"%s\" is not a whole number and was ignored",
                         rule->key);
        return;
    }
    ep_conninfo_set(draft, rule->key, text);
}

static void assign_hosts(struct ep_conninfo_draft *draft, const struct ep_conninfo_rule *rule,
                         const struct ep_conninfo_pair *pair, const char *text)
{
    const char **list = strcmp(rule->key, "host") == 0       ? &draft->names
                        : strcmp(rule->key, "hostaddr") == 0 ? &draft->addresses
                                                             : &draft->ports;
    if (text[0] == '\0') {
        note_empty(draft, rule);
        return;
    }
    *list = text;
    draft->host_position = ep_conninfo_position(draft, pair->key.data);
}

/* The sslmode that a word stands for, or NULL. */
static const char *find_sslmode(struct ep_arena *arena, struct ep_span word)
{
    char *dashed = ep_arena_copy(arena, word);
    for (char *c = dashed; *c != '\0'; c++) {
        *c = *c == '_' ? '-' : *c;
    }
    for (size_t i = 0; i < EP_COUNT_OF(sslmodes); i++) {
        if (ep_conninfo_same_word(ep_span_of(dashed), sslmodes[i].word)) {
            return sslmodes[i].sslmode;
        }
    }
    return NULL;
}

static bool assign_sslmode(struct ep_conninfo_draft *draft, const struct ep_conninfo_rule *rule,
                           const char *text, struct ep_error *err)
{
    struct ep_span word = without_debris(text);
    const char *sslmode = find_sslmode(draft->arena, word);

    if (rule->action == EP_CONNINFO_SSLMODE && word.size == 0) {
        note_empty(draft, rule);
        return true;
    }
    if (text[0] == '{') {
        return ep_conninfo_refuse(
            err,
            "Write sslmode=no-verify for {\"rejectUnauthorized\":false}, else sslmode=require.",
            "parameter \"%s\" holds JSON", rule->key);
    }
    if (sslmode == NULL) {
        return ep_conninfo_refuse(
            err,
            "Write sslmode= and one of these: disable allow prefer require verify-ca verify-full "
            "no-verify.",
            "parameter \"%s\" has an unknown value", rule->key);
    }
    if (rule->action == EP_CONNINFO_SSLMODE) {
        note_reading(draft, rule->key, text, sslmode);
        draft->sslmode = sslmode;
        return true;
    }
    draft->ssl = sslmode;
    if (find_choice(draft->arena, "true 1 0 no-verify", ep_span_of(text)) == NULL) {
        ep_conninfo_note(draft,
                         "parameter \"ssl\" was read as sslmode=%s; node-postgres 8 crashes on it",
                         sslmode);
    } else if (strcmp(text, "true") != 0) { /* libpq reads true by itself */
        ep_conninfo_note(draft, "parameter \"ssl\" was read as sslmode=%s", sslmode);
    }
    return true;
}

static void assign_encoding(struct ep_conninfo_draft *draft, const char *text)
{
    if (!ep_conninfo_same_word(ep_span_of(text), "utf8")
        && !ep_conninfo_same_word(ep_span_of(text), "utf-8")
        && !ep_conninfo_same_word(ep_span_of(text), "unicode")) {
        ep_conninfo_note(draft,
                         "parameter \"client_encoding\" was ignored: it is always UTF8 here");
    }
}

static bool assign_replication(struct ep_conninfo_draft *draft, const char *text,
                               struct ep_error *err)
{
    if (find_choice(draft->arena, "false off no 0", ep_span_of(text)) == NULL && text[0] != '\0') {
        return ep_conninfo_refuse(err, "Leave it out.",
                                  "a replication connection cannot run migrations");
    }
    ep_conninfo_note(draft, "parameter \"replication\" was ignored");
    return true;
}

static void assign_setting(struct ep_conninfo_draft *draft, const struct ep_conninfo_rule *rule,
                           const char *text)
{
    if (text[0] == '\0') {
        note_empty(draft, rule);
        return;
    }
    if (strcmp(rule->key, "role") == 0) {
        draft->role = text;
    } else {
        draft->search_path = text;
    }
    ep_conninfo_note(draft, "parameter \"%s\" is not libpq's: sent as options=-c %s=...", rule->key,
                     rule->key);
}

static void assign_database(struct ep_conninfo_draft *draft, const struct ep_conninfo_rule *rule,
                            const char *text)
{
    if (text[0] == '\0') {
        note_empty(draft, rule);
        return;
    }
    if (ep_conninfo_get(draft, "dbname") != NULL) {
        ep_conninfo_note(draft, "parameter \"%s\" was ignored: the path names the database",
                         rule->key);
        return;
    }
    if (!draft->path_is_socket) {
        ep_conninfo_note(draft, "parameter \"%s\" was read as \"dbname\"", rule->key);
    }
    ep_conninfo_set(draft, "dbname", text);
}

static void drop(struct ep_conninfo_draft *draft, const struct ep_conninfo_rule *rule,
                 const struct ep_conninfo_pair *pair)
{
    ep_conninfo_note(draft, "parameter \"%s\" was ignored: %s", rule->key, rule->text);
    if ((rule->marks & EP_CONNINFO_POOLER) != 0 && !ep_conninfo_same_word(pair->value, "false")) {
        draft->pooler_hint = true;
    }
    draft->prisma = draft->prisma || (rule->marks & EP_CONNINFO_PRISMA) != 0;
    if ((rule->marks & EP_CONNINFO_SENT_TO_SERVER) == 0) {
        return;
    }
    for (size_t i = 0; i < draft->sent_count; i++) {
        if (draft->sent_keys[i] == rule->key) {
            return;
        }
    }
    draft->sent_keys[draft->sent_count++] = rule->key;
}

/* The parameter is one of a newer libpq. */
static bool refuse_or_drop_newer(struct ep_conninfo_draft *draft,
                                 const struct ep_conninfo_rule *rule, struct ep_error *err)
{
    int needed = rule->since / LIBPQ_VERSION_UNIT;
    int present = draft->libpq_version / LIBPQ_VERSION_UNIT;

    if ((rule->marks & EP_CONNINFO_SECURITY) != 0) {
        return ep_conninfo_refuse(err, "Leave it out, if a login without it is safe enough.",
                                  "parameter \"%s\" needs libpq %d, this program has %d", rule->key,
                                  needed, present);
    }
    ep_conninfo_note(draft, "parameter \"%s\" was ignored: it needs libpq %d, this program has %d",
                     rule->key, needed, present);
    return true;
}

static bool apply(struct ep_conninfo_draft *draft, const struct ep_conninfo_rule *rule,
                  const struct ep_conninfo_pair *pair, const char *text, struct ep_error *err)
{
    switch (rule->action) {
    case EP_CONNINFO_TEXT:
    case EP_CONNINFO_OPTIONS:
        return assign_text(draft, rule, text, err);
    case EP_CONNINFO_CHOICE:
        return assign_choice(draft, rule, text, err);
    case EP_CONNINFO_INTEGER:
        assign_integer(draft, rule, text);
        return true;
    case EP_CONNINFO_HOSTS:
        assign_hosts(draft, rule, pair, text);
        return true;
    case EP_CONNINFO_SSLMODE:
    case EP_CONNINFO_SSL:
        return assign_sslmode(draft, rule, text, err);
    case EP_CONNINFO_ENCODING:
        assign_encoding(draft, text);
        return true;
    case EP_CONNINFO_REPLICATION:
        return assign_replication(draft, text, err);
    case EP_CONNINFO_SETTING:
        assign_setting(draft, rule, text);
        return true;
    case EP_CONNINFO_DATABASE:
        assign_database(draft, rule, text);
        return true;
    case EP_CONNINFO_ALIAS:
    case EP_CONNINFO_DROP:
    case EP_CONNINFO_REFUSE:
        break;
    }
    ep_check_failed("a rule with a text", __FILE__, __LINE__, __func__);
}

bool ep_conninfo_assign(struct ep_conninfo_draft *draft, const struct ep_conninfo_pair *pair,
                        struct ep_error *err)
{
    const struct ep_conninfo_rule *rule = ep_conninfo_find_rule(pair->key);
    const char *text = "";

    if (++draft->pair_count > EP_CONNINFO_PAIRS_MAX) {
        return ep_conninfo_refuse(err, "Is it a connection string?",
                                  "the value has more than %d parameters", EP_CONNINFO_PAIRS_MAX);
    }
    if (rule == NULL) {
        return ep_conninfo_assign_unknown(draft, pair, err);
    }
    if (rule->action == EP_CONNINFO_ALIAS) {
        ep_conninfo_note(draft, "parameter \"%s\" was read as \"%s\"", rule->key, rule->text);
        rule = ep_conninfo_find_rule(ep_span_of(rule->text));
    } else if (!ep_span_equals(pair->key, rule->key) && rule->action != EP_CONNINFO_DROP) {
        ep_conninfo_note(draft, "parameter \"%s\" was written with other capitals than these",
                         rule->key);
    }
    if ((rule->marks & EP_CONNINFO_SECRET) != 0) {
        draft->keys_are_public = false;
    }
    if (!ep_conninfo_rule_is_libpq(rule) && pair->is_encoded
        && ep_span_find_byte(pair->value, 0, '@') != SIZE_MAX) {
        return ep_conninfo_refuse_at(draft, pair, err);
    }
    if (rule->action == EP_CONNINFO_REFUSE) {
        return ep_conninfo_refuse(err, rule->text, "parameter \"%s\" is not libpq's", rule->key);
    }
    if (rule->action == EP_CONNINFO_DROP) {
        drop(draft, rule, pair);
        return true;
    }
    if (draft->libpq_version < rule->since) {
        return refuse_or_drop_newer(draft, rule, err);
    }
    return read_text(draft, rule, pair, &text, err) && apply(draft, rule, pair, text, err);
}
