/*
 * settings.h - what the operator asked for.
 *
 * The rows live in settings.def; this header turns them into a struct. Where a
 * value comes from is load.h's business, how it is described document.h's.
 *
 * Memory: texts point into argv, the environment, the arena or the table. All
 * of them outlive the program's work; nothing here is freed.
 */
#ifndef EP_SETTINGS_SETTINGS_H
#define EP_SETTINGS_SETTINGS_H

#include "base/arena.h"
#include "base/error.h"
#include "base/event.h"

#include <stdint.h>

/* What to do about something that is not as it should be. */
enum ep_policy { EP_POLICY_IGNORE, EP_POLICY_WARN, EP_POLICY_FAIL };

/* What to do when a statement of a numbered file makes what exists, or needs what does not. */
enum ep_on_exists { EP_ON_EXISTS_FAIL, EP_ON_EXISTS_SKIP };
enum ep_on_missing { EP_ON_MISSING_FAIL, EP_ON_MISSING_DEFER };

enum ep_out_of_order { EP_OUT_OF_ORDER_APPLY, EP_OUT_OF_ORDER_FAIL, EP_OUT_OF_ORDER_SKIP };
/* How many migrations share a transaction. */
enum ep_transactions { EP_TRANSACTIONS_AUTO, EP_TRANSACTIONS_ALL, EP_TRANSACTIONS_EACH };
enum ep_server_init { EP_SERVER_INIT_NO, EP_SERVER_INIT_YES, EP_SERVER_INIT_GROUP };
enum ep_log_format {
    EP_LOG_FORMAT_AUTO,
    EP_LOG_FORMAT_TEXT,
    EP_LOG_FORMAT_JSON,
    EP_LOG_FORMAT_GITHUB
};
enum ep_log_stream { EP_LOG_STREAM_AUTO, EP_LOG_STREAM_STDERR, EP_LOG_STREAM_STDOUT };

/* Written as items between blanks and commas. */
struct ep_list {
    const char *const *items;
    size_t count;
    bool is_set; /* given by the operator or a default, even if as an empty list */
};

#define EP_SETTING_CTYPE_TEXT const char * /* NULL: unset */
#define EP_SETTING_CTYPE_IDENTIFIER const char *
#define EP_SETTING_CTYPE_DURATION int64_t /* milliseconds */
#define EP_SETTING_CTYPE_INTEGER int64_t
#define EP_SETTING_CTYPE_BOOLEAN bool
#define EP_SETTING_CTYPE_LIST struct ep_list
#define EP_SETTING_CTYPE_DIRS struct ep_list    /* each as dir.h has it */
#define EP_SETTING_CTYPE_TABLES struct ep_list  /* each "name" or "schema.name" */
#define EP_SETTING_CTYPE_COMMAND struct ep_list /* a program and its arguments, then NULL */
#define EP_SETTING_CTYPE_POLICY enum ep_policy
#define EP_SETTING_CTYPE_ON_EXISTS enum ep_on_exists
#define EP_SETTING_CTYPE_ON_MISSING enum ep_on_missing
#define EP_SETTING_CTYPE_ALARM enum ep_policy /* "off" is EP_POLICY_IGNORE */
#define EP_SETTING_CTYPE_OUT_OF_ORDER enum ep_out_of_order
#define EP_SETTING_CTYPE_TRANSACTIONS enum ep_transactions
#define EP_SETTING_CTYPE_SERVER_INIT enum ep_server_init
#define EP_SETTING_CTYPE_LOG_FORMAT enum ep_log_format
#define EP_SETTING_CTYPE_LOG_STREAM enum ep_log_stream
#define EP_SETTING_CTYPE_LOG_LEVEL enum ep_level

#define EP_SETTING(field, type, ...) EP_SETTING_CTYPE_##type field;
struct ep_settings {
#include "settings/settings.def"
};
#undef EP_SETTING

/* The index of each row: EP_SETTING_wait_timeout_ms. */
#define EP_SETTING(field, ...) EP_SETTING_##field,
enum ep_setting_index {
#include "settings/settings.def"
    EP_SETTINGS_COUNT
};
#undef EP_SETTING

enum {
    /* Shown as "(set)" or "(unset)"; has no flag; may come from a file that NAME_FILE names; empty
       is the same as unset. */
    EP_SETTING_SECRET = 1 << 0,
    /* Quotes in the INI file mean something; for the others they are a mistake. */
    EP_SETTING_QUOTES = 1 << 1,
};

struct ep_setting;

/* How one kind of value is read. */
struct ep_setting_type {
    bool (*parse)(struct ep_arena *arena, const struct ep_setting *row, const char *text,
                  void *field, struct ep_error *err);
    const char *const *choices; /* the only texts allowed, NULL at the end; or NULL */
};

struct ep_setting {
    size_t offset; /* of the field in struct ep_settings, bytes */
    const struct ep_setting_type *type;
    const char *section, *key;
    const char *alias;     /* a second, shorter flag without its dashes, or NULL */
    char letter;           /* a one-letter flag, or '\0' */
    const char *argument;  /* placeholder for --help */
    const char *fallback;  /* the default, as an operator would write it; NULL: unset */
    const char *unset;     /* what happens without a value, when fallback is NULL */
    const char *example;   /* a value to show, when fallback is NULL */
    const char *min, *max; /* "" means unbounded */
    unsigned marks;        /* EP_SETTING_SECRET, EP_SETTING_QUOTES */
    const char *summary;   /* one line for --help */
    const char *manual;    /* sentences for the manual page */
};

extern const struct ep_setting ep_settings_table[EP_SETTINGS_COUNT];

/* A name that is made from section and key. */
struct ep_setting_name {
    char text[48];
};
struct ep_setting_name
ep_setting_variable(const struct ep_setting *row); /* ENTRYPOINT_WAIT_TIMEOUT */
struct ep_setting_name
ep_setting_flag(const struct ep_setting *row); /* "wait-timeout", no dashes */

/* The row of an INI key, or of a flag or its alias (without dashes); NULL when there is none. */
const struct ep_setting *ep_setting_find(const char *section, const char *key);
const struct ep_setting *ep_setting_find_flag(struct ep_span name);

/* Fill every field with its default. A default that does not parse is a bug and ends the program.
 */
void ep_settings_defaults(struct ep_arena *arena, struct ep_settings *settings);

/*
 * Give one row's field the value written in text. text must live as long as
 * settings; the items of a list are the arena's. On failure the old value stands.
 *
 * Errors: EP_FAULT_CONFIG, with the row's range or choices as hint. Where the
 * text came from is the caller's to add.
 */
bool ep_setting_assign(struct ep_arena *arena, struct ep_settings *settings,
                       const struct ep_setting *row, const char *text,
                       struct ep_error *err) EP_MUST_CHECK;

#endif
