/*
 * hazard.h - what a migration may do that nobody wants, judged with what the
 * database holds.
 *
 * The rules are the rows of hazard.def. How bad one of them is depends on the table: nothing
 * is said about a table that does not exist or was created in the same run, what takes long on a
 * large table is a note on a small one, and nothing on an empty one.
 *
 * A comment "-- entrypoint: accept NAME" before a statement, or behind it on its
 * last line, says that the hazard of that name is meant; several names are
 * separated by blanks. It is shown as accepted, and stops nothing.
 *
 *     collect actions (action.h) -> ep_hazard_names() -> ask -> ep_hazard_judge()
 */
#ifndef EP_SQL_HAZARD_H
#define EP_SQL_HAZARD_H

#include "sql/action.h"
#include "sql/relation.h"

enum ep_hazard_severity {
    EP_HAZARD_NOTE,    /* worth knowing; plan shows it, a start does not */
    EP_HAZARD_WARNING, /* servers stand still or fail while it happens */
    EP_HAZARD_DANGER   /* data is lost, or the statement fails */
};

enum ep_hazard_class {
    EP_HAZARD_DATA_LOSS,
    EP_HAZARD_FAILURE, /* the statement itself */
    EP_HAZARD_LOCK,    /* others wait as long as it takes */
    EP_HAZARD_REWRITE, /* they wait while the table is written anew */
    EP_HAZARD_SERVERS, /* those that still run the code of before */
    EP_HAZARD_ADVICE
};

/* What the size of the table changes. */
enum ep_hazard_weight {
    EP_HAZARD_ALWAYS,  /* nothing */
    EP_HAZARD_IF_ROWS, /* an empty table: none */
    EP_HAZARD_IF_DATA, /* an empty table: a note */
    EP_HAZARD_BY_SIZE  /* an empty table: none; a small one: a note */
};

/* Below this a table is read or written anew in a fraction of a second. */
enum { EP_HAZARD_SMALL_BYTES = 8 * 1024 * 1024 };

enum ep_hazard_id {
#define EP_HAZARD(id, name, class, severity, weight, message, remedy) EP_HAZARD_RULE_##id,
#include "sql/hazard.def"
#undef EP_HAZARD
    EP_HAZARD_RULE_COUNT
};

struct ep_hazard_rule {
    const char *name; /* "drop-column" */
    enum ep_hazard_class class;
    enum ep_hazard_severity severity;
    enum ep_hazard_weight weight;
    const char
        *message;       /* {object}, {column}, {size}, {type}, {other} and {detail} are filled in */
    const char *remedy; /* sentences; {column} is filled in */
};
extern const struct ep_hazard_rule ep_hazard_rules[EP_HAZARD_RULE_COUNT];

/* An action, and where it comes from. */
struct ep_hazard_subject {
    struct ep_sql_action action;
    size_t migration;        /* the caller's number */
    size_t transaction;      /* which, of the run's: what is locked stays so to its end */
    struct ep_span comments; /* text in which comments about the statement stand, and itself */
};

struct ep_hazard {
    const struct ep_hazard_rule *rule;
    enum ep_hazard_severity severity; /* the rule's, or less: see weight */
    const struct ep_hazard_subject *subject;
    const char *object;           /* "public.users" as written, without quotes */
    const char *message, *remedy; /* one line each */
    bool is_accepted;
};

struct ep_hazard_list {
    struct ep_hazard *items; /* in the order of their subjects */
    size_t count, capacity;
};

/* Which relations to ask the database about: none that the run creates itself, each once. */
void ep_hazard_names(struct ep_arena *arena, const struct ep_hazard_subject *subjects, size_t count,
                     const struct ep_sql_name **ret_names, size_t *ret_count);

/*
 * Judge the actions of a run, in their order. facts are the answers about what
 * ep_hazard_names() gave; a relation that is not among them counts as large.
 * server_version as 150018. Memory is the arena's; subjects must outlive it.
 */
void ep_hazard_judge(struct ep_arena *arena, const struct ep_hazard_subject *subjects, size_t count,
                     const struct ep_relation_list *facts, int server_version,
                     struct ep_hazard_list *ret_list);

/* "data loss", "failure", "long lock", "rewrite", "running servers", "advice" */
const char *ep_hazard_class_words(enum ep_hazard_class class);
/* "note", "warning", "danger" */
const char *ep_hazard_severity_words(enum ep_hazard_severity severity);

#endif
