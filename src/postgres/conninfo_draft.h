/*
 * conninfo_draft.h - a connection string while it is being read.
 *
 * Internal to conninfo*.c, in the order of work:
 *
 *     conninfo.c             the steps; blanks, quotes and limits of the whole value
 *     conninfo_form.c        a URI, keywords, or one of the known mistakes
 *     conninfo_uri.c         scheme://user:password@host:port/dbname?key=value
 *     conninfo_keywords.c    key=value key='value'
 *     conninfo_parameters.c  what is done with a key and its value
 *     conninfo_unknown.c     keys of nobody, and what messages call a key
 *     conninfo_rules.c       the keys: libpq's own, and those of other drivers
 *     conninfo_finish.c      what can only be said when all parameters are known
 *     conninfo_hosts.c       the list of hosts; poolers and providers by name
 *     conninfo_draft.c       notes, positions, decoding
 *
 * What a message may hold: positions in the value, names of components ("the
 * password"), and words out of tables in these files. The value's own text goes
 * into a message only as a key that cannot be part of a password: see
 * ep_conninfo_label().
 */
#ifndef EP_POSTGRES_CONNINFO_DRAFT_H
#define EP_POSTGRES_CONNINFO_DRAFT_H

#include "postgres/conninfo.h"

enum {
    EP_CONNINFO_PAIRS_MAX = 64,     /* key=value in one connection string */
    EP_CONNINFO_PARAMETERS_MAX = 80 /* above the number of libpq's keywords */
};

struct ep_conninfo_draft {
    struct ep_arena *arena;
    struct ep_span value; /* as given: positions count its characters from 1 */
    int libpq_version;

    bool from_uri;        /* else from keywords */
    bool plus_is_blank;   /* in a query: Java's reading */
    bool path_is_socket;  /* socket:/folder?db=name */
    bool keys_are_public; /* an unknown key can hardly be a piece of the password */

    const char *names, *addresses, *ports; /* comma-separated; NULL: not given */
    size_t host_position;                  /* of the first character that speaks of hosts */
    const char *sslmode, *ssl;             /* as sslmode, or "no-verify"; NULL: not given */
    const char *search_path, *role;        /* settings that become options; NULL: not given */
    struct ep_parameter parameters[EP_CONNINFO_PARAMETERS_MAX];
    size_t parameter_count, pair_count;

    const char **notes;
    size_t note_count, note_capacity;
    const char *sent_keys[EP_CONNINFO_PAIRS_MAX]; /* of EP_CONNINFO_SENT_TO_SERVER, each once */
    size_t sent_count;
    bool pooler_hint, prisma;
};

/* Refuse the value, from where this stands: a hint, then the summary and its arguments. */
#define ep_conninfo_refuse(err, hint, ...) \
    (ep_fail((err), EP_FAULT_CONFIG, __VA_ARGS__), ep_error_hint((err), "%s", (hint)))

/* How to write a password that looks like other parts of a URI. */
extern const char ep_conninfo_encode_hint[];

/* Add a sentence without its final period; the same one twice is one. */
void ep_conninfo_note(struct ep_conninfo_draft *draft, const char *format, ...) EP_PRINTF(2, 3);

/* The number of the character at an address within draft->value, from 1. */
size_t ep_conninfo_position(const struct ep_conninfo_draft *draft, const char *at);

/* A libpq parameter: the last one wins. value stays the arena's or static. */
void ep_conninfo_set(struct ep_conninfo_draft *draft, const char *keyword, const char *value);
const char *ep_conninfo_get(const struct ep_conninfo_draft *draft, const char *keyword);

/* Case is ignored: ASCII only. */
bool ep_conninfo_same_word(struct ep_span span, const char *word);

/* A part of the value, and what it is called in messages. */
struct ep_conninfo_piece {
    const char *what; /* "the password" */
    struct ep_span raw;
    size_t position; /* where it starts, in characters from 1 */
    bool is_secret;
    bool is_encoded;    /* %XX stands for a byte */
    bool plus_is_blank; /* with is_encoded */
};

/*
 * The text of a piece. A "%" that starts no escape is itself, as node-postgres
 * reads it, unless real escapes stand beside it. Refused: %00; and, in what is
 * no secret, control characters, invisible ones and bytes that are not UTF-8.
 */
bool ep_conninfo_decode(struct ep_conninfo_draft *draft, const struct ep_conninfo_piece *piece,
                        const char **ret_text, struct ep_error *err) EP_MUST_CHECK;

/* "a no-break space (U+00A0)" for the first invisible character of a text, or NULL. */
const char *ep_conninfo_find_invisible(struct ep_span text);

/* A whole that is $NAME, ${NAME}, $(NAME) or {{...}}: something that nobody replaced. */
bool ep_conninfo_is_variable(struct ep_span text);

/* Refuse one; raw lies within draft->value. */
bool ep_conninfo_refuse_variable(const struct ep_conninfo_draft *draft, const char *what,
                                 struct ep_span raw, struct ep_error *err);

/* A key and its value as they stand in a query or among keywords. */
struct ep_conninfo_pair {
    struct ep_span key;   /* within draft->value */
    struct ep_span value; /* raw in a query, else without its quotes */
    bool is_encoded;
};

/* What is done with a key; libpq's own come first. The columns that it needs are in struct
 * ep_conninfo_rule. */
enum ep_conninfo_action {
    EP_CONNINFO_TEXT,     /* libpq's own, any text */
    EP_CONNINFO_CHOICE,   /* libpq's own, one of the words in .text */
    EP_CONNINFO_INTEGER,  /* libpq's own, a number; anything else is dropped */
    EP_CONNINFO_HOSTS,    /* libpq's own: host, hostaddr, port */
    EP_CONNINFO_OPTIONS,  /* libpq's own: arguments for the server */
    EP_CONNINFO_SSLMODE,  /* libpq's own, with other drivers' spellings */
    EP_CONNINFO_ENCODING, /* libpq's own: this program always speaks UTF-8 */
    EP_CONNINFO_REPLICATION,
    EP_CONNINFO_SSL,      /* ssl=true and its many relatives */
    EP_CONNINFO_SETTING,  /* a setting of the server that decides where tables go */
    EP_CONNINFO_ALIAS,    /* another name of the key in .text */
    EP_CONNINFO_DATABASE, /* another name of dbname, weaker than a URI's path */
    EP_CONNINFO_DROP,     /* .text says whose it is */
    EP_CONNINFO_REFUSE    /* .text says what to write instead */
};

enum ep_conninfo_mark {
    EP_CONNINFO_SECURITY = 1, /* without it a login would be less safe */
    EP_CONNINFO_SECRET = 2,
    EP_CONNINFO_POOLER = 4,         /* its presence speaks of a transaction pooler */
    EP_CONNINFO_PRISMA = 8,         /* written for Prisma */
    EP_CONNINFO_SENT_TO_SERVER = 16 /* postgres.js sends it as a setting that no server knows */
};

struct ep_conninfo_rule {
    const char *key; /* as its owner writes it; compared without case */
    enum ep_conninfo_action action;
    int since;      /* the first libpq that knows it, as PQlibVersion(); 0: all since 9.6 */
    unsigned marks; /* enum ep_conninfo_mark */
    const char *text;
};

/* A row of the table by index, NULL past its end; by name, or NULL. */
const struct ep_conninfo_rule *ep_conninfo_rule(size_t index);
const struct ep_conninfo_rule *ep_conninfo_find_rule(struct ep_span key);
bool ep_conninfo_rule_is_libpq(const struct ep_conninfo_rule *rule);

/* The libpq keyword that an unknown key is one slip away from, or NULL. */
const struct ep_conninfo_rule *ep_conninfo_suggest(struct ep_span key);

/*
 * What a message calls a pair: parameter "schema", or, for a key of nobody that
 * may be a piece of a password, the parameter at character 31.
 */
const char *ep_conninfo_label(const struct ep_conninfo_draft *draft,
                              const struct ep_conninfo_pair *pair);

/* A key that is in no table. */
bool ep_conninfo_assign_unknown(struct ep_conninfo_draft *draft,
                                const struct ep_conninfo_pair *pair,
                                struct ep_error *err) EP_MUST_CHECK;

/* Refuse a query that may be the rest of a password, because of the "@" after it. */
bool ep_conninfo_refuse_at(const struct ep_conninfo_draft *draft,
                           const struct ep_conninfo_pair *pair, struct ep_error *err);

/* Apply a pair by its rule. */
bool ep_conninfo_assign(struct ep_conninfo_draft *draft, const struct ep_conninfo_pair *pair,
                        struct ep_error *err) EP_MUST_CHECK;

/* What can only be said when all parameters are known. */
bool ep_conninfo_finish_parameters(struct ep_conninfo_draft *draft,
                                   struct ep_error *err) EP_MUST_CHECK;

/* Find out what text is, and read it. */
bool ep_conninfo_read(struct ep_conninfo_draft *draft, struct ep_span text,
                      struct ep_error *err) EP_MUST_CHECK;

/* Read what follows "scheme://", and key=value pairs. */
bool ep_conninfo_read_uri(struct ep_conninfo_draft *draft, struct ep_span rest,
                          struct ep_error *err) EP_MUST_CHECK;
bool ep_conninfo_read_keywords(struct ep_conninfo_draft *draft, struct ep_span text,
                               struct ep_error *err) EP_MUST_CHECK;

/* The list of hosts; notes about poolers and providers. An empty host needs may_be_empty. */
bool ep_conninfo_finish_hosts(struct ep_conninfo_draft *draft, bool may_be_empty,
                              struct ep_conninfo *ret_conninfo, struct ep_error *err) EP_MUST_CHECK;

#endif
