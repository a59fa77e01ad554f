#include "settings/settings.h"

#include "base/check.h"
#include "format/duration.h"
#include "format/identifier.h"
#include "format/words.h"
#include "settings/dir.h"
#include "settings/suggest.h"

/* PostgreSQL cuts longer names, silently: NAMEDATALEN - 1. */
enum { IDENTIFIER_BYTES_MAX = 63 };

static bool parse_text(struct ep_arena *arena, const struct ep_setting *row, const char *text,
                       void *field, struct ep_error *err)
{
    (void)arena;
    (void)row;
    (void)err;
    *(const char **)field = text;
    return true;
}

static bool parse_identifier(struct ep_arena *arena, const struct ep_setting *row, const char *text,
                             void *field, struct ep_error *err)
{
    if (text[0] == '\0') {
        return ep_fail(err, EP_FAULT_CONFIG, "name is empty");
    }
    if (strlen(text) > IDENTIFIER_BYTES_MAX) {
        (void)ep_fail(err, EP_FAULT_CONFIG, "name \"%.70s\" is too long", text);
        return ep_error_detail(err, "PostgreSQL cuts a name after %d bytes.", IDENTIFIER_BYTES_MAX);
    }
    return parse_text(arena, row, text, field, err);
}

static bool parse_duration(struct ep_arena *arena, const struct ep_setting *row, const char *text,
                           void *field, struct ep_error *err)
{
    (void)arena;
    int64_t value_ms, min_ms, max_ms;
    struct ep_error impossible = {0};
    EP_CHECK(ep_duration_parse(row->min, &min_ms, &impossible));
    EP_CHECK(ep_duration_parse(row->max, &max_ms, &impossible));

    if (!ep_duration_parse(text, &value_ms, err)) {
        return false;
    }
    if (value_ms < min_ms || value_ms > max_ms) {
        return ep_fail(err, EP_FAULT_CONFIG, "duration \"%s\" is out of range", text);
    }
    *(int64_t *)field = value_ms;
    return true;
}

/* Nine digits at most: more than any range here, less than any overflow. */
static bool read_integer(const char *text, int64_t *ret_value)
{
    int64_t value = 0;
    size_t size = strlen(text);
    if (size == 0 || size > 9 || strspn(text, "0123456789") != size) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        value = value * 10 + (text[i] - '0');
    }
    *ret_value = value;
    return true;
}

static bool parse_integer(struct ep_arena *arena, const struct ep_setting *row, const char *text,
                          void *field, struct ep_error *err)
{
    (void)arena;
    int64_t value, min, max;
    EP_CHECK(read_integer(row->min, &min) && read_integer(row->max, &max));

    if (!read_integer(text, &value)) {
        return ep_fail(err, EP_FAULT_CONFIG, "\"%.64s\" is not a whole number", text);
    }
    if (value < min || value > max) {
        return ep_fail(err, EP_FAULT_CONFIG, "number \"%s\" is out of range", text);
    }
    *(int64_t *)field = value;
    return true;
}

static const char *const separators = ", \t\r\n\v\f";

static struct ep_list split_list(struct ep_arena *arena, const char *text)
{
    /* Every item but the last is followed by a separator. */
    const char **items = ep_arena_array(arena, strlen(text) / 2 + 1, sizeof(*items));
    size_t count = 0;

    for (;;) {
        text += strspn(text, separators);
        size_t size = strcspn(text, separators);
        if (size == 0) {
            break;
        }
        items[count++] = ep_arena_copy(arena, (struct ep_span){.data = text, .size = size});
        text += size;
    }
    return (struct ep_list){.items = items, .count = count, .is_set = true};
}

static bool parse_list(struct ep_arena *arena, const struct ep_setting *row, const char *text,
                       void *field, struct ep_error *err)
{
    (void)row;
    (void)err;
    *(struct ep_list *)field = split_list(arena, text);
    return true;
}

static bool parse_dirs(struct ep_arena *arena, const struct ep_setting *row, const char *text,
                       void *field, struct ep_error *err)
{
    struct ep_list list = split_list(arena, text);
    (void)row;
    for (size_t i = 0; i < list.count; i++) {
        struct ep_dir dir;
        if (!ep_dir_parse(arena, list.items[i], &dir)) {
            (void)ep_fail(err, EP_FAULT_CONFIG, "\"%.140s\" is no folder with its table",
                          list.items[i]);
            return ep_error_hint(err, "Write folder, folder=table or folder=schema.table.");
        }
    }
    *(struct ep_list *)field = list;
    return true;
}

static bool is_table_name(struct ep_arena *arena, const char *item)
{
    const char *schema, *name;
    return ep_identifier_split(arena, item, &schema, &name) && strlen(name) <= IDENTIFIER_BYTES_MAX
           && (schema == NULL || strlen(schema) <= IDENTIFIER_BYTES_MAX);
}

static bool parse_tables(struct ep_arena *arena, const struct ep_setting *row, const char *text,
                         void *field, struct ep_error *err)
{
    struct ep_list list = split_list(arena, text);
    (void)row;
    for (size_t i = 0; i < list.count; i++) {
        if (!is_table_name(arena, list.items[i])) {
            (void)ep_fail(err, EP_FAULT_CONFIG, "\"%.140s\" is not a table name", list.items[i]);
            return ep_error_hint(err, "Write name or schema.name, in the case that it has in the "
                                      "database.");
        }
    }
    *(struct ep_list *)field = list;
    return true;
}

static bool parse_command(struct ep_arena *arena, const struct ep_setting *row, const char *text,
                          void *field, struct ep_error *err)
{
    struct ep_list list = {.is_set = true};
    (void)row;
    if (!ep_words_split(arena, text, &list.items, &list.count, err)) {
        return false;
    }
    *(struct ep_list *)field = list;
    return true;
}

/* The index of the text among the row's choices. */
static bool find_choice(const struct ep_setting *row, const char *text, int *ret_index,
                        struct ep_error *err)
{
    const char *const *choices = row->type->choices;
    struct ep_suggestion suggestion = {.word = ep_span_of(text)};

    for (int i = 0; choices[i] != NULL; i++) {
        if (strcmp(text, choices[i]) == 0) {
            *ret_index = i;
            return true;
        }
        ep_suggest_offer(&suggestion, choices[i]);
    }
    (void)ep_fail(err, EP_FAULT_CONFIG, "unknown value \"%.64s\"", text);
    if (suggestion.nearest[0] != '\0') {
        (void)ep_error_hint(err, "Did you mean \"%s\"?", suggestion.nearest);
    }
    (void)ep_error_hint(err, "Possible values:");
    for (size_t i = 0; choices[i] != NULL; i++) {
        (void)ep_error_hint(err, choices[i + 1] == NULL ? "%s." : "%s,", choices[i]);
    }
    return false;
}

/* The enumerations count from 0 as their texts do; all have the size of an int. */
static bool parse_choice(struct ep_arena *arena, const struct ep_setting *row, const char *text,
                         void *field, struct ep_error *err)
{
    int index;
    (void)arena;
    if (!find_choice(row, text, &index, err)) {
        return false;
    }
    memcpy(field, &index, sizeof(index));
    return true;
}

static bool parse_boolean(struct ep_arena *arena, const struct ep_setting *row, const char *text,
                          void *field, struct ep_error *err)
{
    int index;
    (void)arena;
    if (!find_choice(row, text, &index, err)) {
        return false;
    }
    *(bool *)field = index == 1;
    return true;
}

static const char *const booleans[] = {"no", "yes", NULL};
static const char *const policies[] = {
    [EP_POLICY_IGNORE] = "ignore",
    [EP_POLICY_WARN] = "warn",
    [EP_POLICY_FAIL] = "fail",
    NULL,
};
static const char *const alarms[] = {
    [EP_POLICY_IGNORE] = "off",
    [EP_POLICY_WARN] = "warn",
    [EP_POLICY_FAIL] = "fail",
    NULL,
};
static const char *const on_exists[] = {
    [EP_ON_EXISTS_FAIL] = "fail", [EP_ON_EXISTS_SKIP] = "skip", NULL};
static const char *const on_missing[] = {
    [EP_ON_MISSING_FAIL] = "fail", [EP_ON_MISSING_DEFER] = "defer", NULL};
static const char *const out_of_orders[] = {
    [EP_OUT_OF_ORDER_APPLY] = "apply",
    [EP_OUT_OF_ORDER_FAIL] = "fail",
    [EP_OUT_OF_ORDER_SKIP] = "skip",
    NULL,
};
static const char *const transactions[] = {
    [EP_TRANSACTIONS_AUTO] = "auto",
    [EP_TRANSACTIONS_ALL] = "all",
    [EP_TRANSACTIONS_EACH] = "each",
    NULL,
};
static const char *const server_inits[] = {
    [EP_SERVER_INIT_NO] = "no",
    [EP_SERVER_INIT_YES] = "yes",
    [EP_SERVER_INIT_GROUP] = "group",
    NULL,
};
static const char *const log_formats[] = {
    [EP_LOG_FORMAT_AUTO] = "auto",
    [EP_LOG_FORMAT_TEXT] = "text",
    [EP_LOG_FORMAT_JSON] = "json",
    [EP_LOG_FORMAT_GITHUB] = "github",
    NULL,
};
static const char *const log_streams[] = {
    [EP_LOG_STREAM_AUTO] = "auto",
    [EP_LOG_STREAM_STDERR] = "stderr",
    [EP_LOG_STREAM_STDOUT] = "stdout",
    NULL,
};
static const char *const log_levels[] = {
    [EP_LEVEL_DEBUG] = "debug",
    [EP_LEVEL_INFO] = "info",
    [EP_LEVEL_WARN] = "warn",
    [EP_LEVEL_ERROR] = "error",
    NULL,
};

_Static_assert(sizeof(enum ep_policy) == sizeof(int), "parse_choice() writes an int");
_Static_assert(sizeof(enum ep_on_exists) == sizeof(int), "parse_choice() writes an int");
_Static_assert(sizeof(enum ep_on_missing) == sizeof(int), "parse_choice() writes an int");
_Static_assert(sizeof(enum ep_out_of_order) == sizeof(int), "parse_choice() writes an int");
_Static_assert(sizeof(enum ep_transactions) == sizeof(int), "parse_choice() writes an int");
_Static_assert(sizeof(enum ep_server_init) == sizeof(int), "parse_choice() writes an int");
_Static_assert(sizeof(enum ep_log_format) == sizeof(int), "parse_choice() writes an int");
_Static_assert(sizeof(enum ep_log_stream) == sizeof(int), "parse_choice() writes an int");
_Static_assert(sizeof(enum ep_level) == sizeof(int), "parse_choice() writes an int");

static const struct ep_setting_type kind_TEXT = {parse_text, NULL};
static const struct ep_setting_type kind_IDENTIFIER = {parse_identifier, NULL};
static const struct ep_setting_type kind_DURATION = {parse_duration, NULL};
static const struct ep_setting_type kind_INTEGER = {parse_integer, NULL};
static const struct ep_setting_type kind_BOOLEAN = {parse_boolean, booleans};
static const struct ep_setting_type kind_LIST = {parse_list, NULL};
static const struct ep_setting_type kind_DIRS = {parse_dirs, NULL};
static const struct ep_setting_type kind_TABLES = {parse_tables, NULL};
static const struct ep_setting_type kind_COMMAND = {parse_command, NULL};
static const struct ep_setting_type kind_ON_EXISTS = {parse_choice, on_exists};
static const struct ep_setting_type kind_ON_MISSING = {parse_choice, on_missing};
static const struct ep_setting_type kind_POLICY = {parse_choice, policies};
static const struct ep_setting_type kind_ALARM = {parse_choice, alarms};
static const struct ep_setting_type kind_OUT_OF_ORDER = {parse_choice, out_of_orders};
static const struct ep_setting_type kind_TRANSACTIONS = {parse_choice, transactions};
static const struct ep_setting_type kind_SERVER_INIT = {parse_choice, server_inits};
static const struct ep_setting_type kind_LOG_FORMAT = {parse_choice, log_formats};
static const struct ep_setting_type kind_LOG_STREAM = {parse_choice, log_streams};
static const struct ep_setting_type kind_LOG_LEVEL = {parse_choice, log_levels};

#define EP_SETTING(field_, type_, section_, key_, alias_, letter_, argument_, fallback_, unset_, \
                   example_, min_, max_, marks_, summary_, manual_)                              \
    {                                                                                            \
        .offset = offsetof(struct ep_settings, field_),                                          \
        .type = &kind_##type_,                                                                   \
        .section = (section_),                                                                   \
        .key = (key_),                                                                           \
        .alias = (alias_),                                                                       \
        .letter = (letter_),                                                                     \
        .argument = (argument_),                                                                 \
        .fallback = (fallback_),                                                                 \
        .unset = (unset_),                                                                       \
        .example = (example_),                                                                   \
        .min = (min_),                                                                           \
        .max = (max_),                                                                           \
        .marks = (marks_),                                                                       \
        .summary = (summary_),                                                                   \
        .manual = (manual_),                                                                     \
    },
const struct ep_setting ep_settings_table[EP_SETTINGS_COUNT] = {
#include "settings/settings.def"
};
#undef EP_SETTING

struct ep_setting_name ep_setting_variable(const struct ep_setting *row)
{
    struct ep_setting_name name;
    int size = snprintf(name.text, sizeof(name.text), "ENTRYPOINT_%s_%s", row->section, row->key);
    EP_CHECK(size > 0 && (size_t)size < sizeof(name.text));
    for (char *byte = name.text; *byte != '\0'; byte++) {
        if (*byte >= 'a' && *byte <= 'z') {
            *byte = (char)(*byte - 'a' + 'A');
        }
    }
    return name;
}

struct ep_setting_name ep_setting_flag(const struct ep_setting *row)
{
    struct ep_setting_name name;
    int size = snprintf(name.text, sizeof(name.text), "%s-%s", row->section, row->key);
    EP_CHECK(size > 0 && (size_t)size < sizeof(name.text));
    for (char *byte = name.text; *byte != '\0'; byte++) {
        if (*byte == '_') {
            *byte = '-';
        }
    }
    return name;
}

const struct ep_setting *ep_setting_find(const char *section, const char *key)
{
    for (size_t i = 0; i < EP_SETTINGS_COUNT; i++) {
        const struct ep_setting *row = &ep_settings_table[i];
        if (strcmp(row->section, section) == 0 && strcmp(row->key, key) == 0) {
            return row;
        }
    }
    return NULL;
}

const struct ep_setting *ep_setting_find_flag(struct ep_span name)
{
    for (size_t i = 0; i < EP_SETTINGS_COUNT; i++) {
        const struct ep_setting *row = &ep_settings_table[i];
        if (ep_span_equals(name, ep_setting_flag(row).text)
            || (row->alias != NULL && ep_span_equals(name, row->alias))) {
            return row;
        }
    }
    return NULL;
}

void ep_settings_defaults(struct ep_arena *arena, struct ep_settings *settings)
{
    *settings = (struct ep_settings){0};
    for (size_t i = 0; i < EP_SETTINGS_COUNT; i++) {
        const struct ep_setting *row = &ep_settings_table[i];
        struct ep_error impossible = {0};
        EP_CHECK(row->fallback == NULL
                 || ep_setting_assign(arena, settings, row, row->fallback, &impossible));
    }
}

bool ep_setting_assign(struct ep_arena *arena, struct ep_settings *settings,
                       const struct ep_setting *row, const char *text, struct ep_error *err)
{
    if (row->type->parse(arena, row, text, (char *)settings + row->offset, err)) {
        return true;
    }
    if (row->min[0] != '\0') {
        (void)ep_error_hint(err, "Use a value from %s to %s.", row->min, row->max);
    }
    return false;
}
