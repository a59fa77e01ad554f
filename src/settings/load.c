#include "settings/load.h"

#include "format/ini.h"
#include "settings/suggest.h"
#include "settings/variable.h"
#include "system/file.h"

#include <stdint.h>

enum { FILE_BYTES_MAX = 64 * 1024 };

static const char prefix[] = "ENTRYPOINT_";
static const char file_variable[] = EP_SETTINGS_FILE_VARIABLE;

struct loading {
    struct ep_arena *arena;
    const struct ep_settings_input *input;
    struct ep_configuration *configuration;
    long lines[EP_SETTINGS_COUNT]; /* where the file has each setting; 0: it has not */
};

static size_t index_of(const struct ep_setting *row)
{
    return (size_t)(row - ep_settings_table);
}

static bool is_secret(const struct ep_setting *row)
{
    return (row->marks & EP_SETTING_SECRET) != 0;
}

static bool assign(struct loading *loading, const struct ep_setting *row, const char *text,
                   const char *origin, struct ep_error *err)
{
    struct ep_configuration *configuration = loading->configuration;

    if (is_secret(row) && text[0] == '\0') {
        return true;
    }
    if (!ep_setting_assign(loading->arena, &configuration->settings, row, text, err)) {
        return false;
    }
    configuration->values[index_of(row)] =
        (struct ep_setting_value){.text = text, .origin = origin};
    return true;
}

static void load_defaults(struct loading *loading)
{
    ep_settings_defaults(loading->arena, &loading->configuration->settings);
    for (size_t i = 0; i < EP_SETTINGS_COUNT; i++) {
        loading->configuration->values[i] =
            (struct ep_setting_value){.text = ep_settings_table[i].fallback, .origin = "default"};
    }
}

static bool check_section(const char *section, struct ep_error *err)
{
    struct ep_suggestion suggestion = {.word = ep_span_of(section)};
    for (size_t i = 0; i < EP_SETTINGS_COUNT; i++) {
        if (strcmp(ep_settings_table[i].section, section) == 0) {
            return true;
        }
        ep_suggest_offer(&suggestion, ep_settings_table[i].section);
    }
    (void)ep_fail(err, EP_FAULT_CONFIG, "unknown section [%s]", section);
    if (suggestion.nearest[0] != '\0') {
        (void)ep_error_hint(err, "Did you mean [%s]?", suggestion.nearest);
    }
    return false;
}

/* The nearest key of the section; else the section in which the key exists. */
static bool fail_unknown_key(const struct ep_ini_entry *entry, struct ep_error *err)
{
    struct ep_suggestion suggestion = {.word = ep_span_of(entry->key)};
    const char *elsewhere = NULL;
    for (size_t i = 0; i < EP_SETTINGS_COUNT; i++) {
        const struct ep_setting *row = &ep_settings_table[i];
        if (strcmp(row->section, entry->section) == 0) {
            ep_suggest_offer(&suggestion, row->key);
        }
        if (strcmp(row->key, entry->key) == 0 && elsewhere == NULL) {
            elsewhere = row->section;
        }
    }

    if (entry->section[0] == '\0') {
        (void)ep_fail(err, EP_FAULT_CONFIG, "setting \"%.64s\" stands before any section",
                      entry->key);
    } else {
        (void)ep_fail(err, EP_FAULT_CONFIG, "unknown setting \"%.64s\" in section [%s]", entry->key,
                      entry->section);
    }
    if (suggestion.nearest[0] != '\0') {
        return ep_error_hint(err, "Did you mean \"%s\"?", suggestion.nearest);
    }
    if (elsewhere != NULL) {
        return ep_error_hint(err, "There is one in section [%s].", elsewhere);
    }
    return false;
}

static bool is_quoted(const char *value)
{
    size_t size = strlen(value);
    return size >= 2 && (value[0] == '"' || value[0] == '\'') && value[size - 1] == value[0];
}

static bool assign_entry(struct loading *loading, const struct ep_setting *row,
                         const struct ep_ini_entry *entry, struct ep_error *err)
{
    long *line = &loading->lines[index_of(row)];
    if (*line != 0) {
        (void)ep_fail(err, EP_FAULT_CONFIG, "setting is given twice");
        return ep_error_detail(err, "The first time is in line %ld.", *line);
    }
    *line = entry->line;
    if ((row->marks & EP_SETTING_QUOTES) == 0 && is_quoted(entry->value)) {
        (void)ep_fail(err, EP_FAULT_CONFIG, "value is quoted");
        return ep_error_hint(err, "Write it without quotes; nothing in a value needs them.");
    }
    const char *text = ep_arena_copy(loading->arena, ep_span_of(entry->value));
    const char *origin =
        ep_arena_format(loading->arena, "file %s:%ld", loading->configuration->file, entry->line);
    return assign(loading, row, text, origin, err);
}

static bool visit(void *context, const struct ep_ini_entry *entry, struct ep_error *err)
{
    struct loading *loading = context;

    if (entry->key == NULL) {
        return check_section(entry->section, err);
    }
    const struct ep_setting *row = ep_setting_find(entry->section, entry->key);
    if (row == NULL) {
        return fail_unknown_key(entry, err);
    }
    if (!assign_entry(loading, row, entry, err)) {
        return ep_error_context(err, "[%s] %s", row->section, row->key);
    }
    return true;
}

/* Which file to read, NULL for none, and what said so, NULL when it is only our own habit. */
static const char *choose_file(const struct ep_settings_input *input, const char **ret_origin)
{
    const char *variable = ep_variable_find(input->environment, file_variable);

    if (input->config_path != NULL) {
        *ret_origin = "flag --config";
        return input->config_path;
    }
    if (ep_variable_is_given(variable)) {
        *ret_origin = "environment " EP_SETTINGS_FILE_VARIABLE;
        return variable;
    }
    *ret_origin = NULL;
    return ep_file_type(EP_SETTINGS_FILE) == EP_FILE_ABSENT ? NULL : EP_SETTINGS_FILE;
}

static bool load_file(struct loading *loading, struct ep_error *err)
{
    const char *origin;
    struct ep_span content;
    const char *file = choose_file(loading->input, &origin);

    loading->configuration->file = file;
    if (file == NULL) {
        return true;
    }
    if (!ep_file_read(loading->arena, file, FILE_BYTES_MAX, EP_FAULT_CONFIG, &content, err)) {
        return origin == NULL ? false : ep_error_context(err, "%s", origin);
    }
    struct ep_ini_visitor visitor = {.visit = visit, .context = loading};
    return ep_ini_parse(content, file, &visitor, err);
}

/* Its name comes from where any value comes from, only sooner: its variables are yet to be read. */
static bool load_env_file(struct loading *loading, struct ep_error *err)
{
    const struct ep_settings_input *input = loading->input;
    struct ep_configuration *configuration = loading->configuration;
    const struct ep_setting *row = &ep_settings_table[EP_SETTING_database_env_file];
    const char *variable = ep_variable_find(input->environment, ep_setting_variable(row).text);
    const char *path = input->flags[EP_SETTING_database_env_file];

    if (path == NULL) {
        path = variable != NULL ? variable : configuration->settings.database_env_file;
    }
    if (!ep_variable_is_given(path)) {
        return true;
    }
    if (!ep_env_file_read(loading->arena, path, input->environment, &configuration->env_file,
                          err)) {
        return ep_error_context(err, "[database] env_file");
    }
    if (configuration->env_file.environment != NULL) {
        configuration->environment = configuration->env_file.environment;
    }
    return true;
}

/* The two that say which files to read: in one of these files they come too late. */
static bool is_too_late(const struct loading *loading, const char *name)
{
    const struct ep_env_file *file = &loading->configuration->env_file;
    const struct ep_setting *row = &ep_settings_table[EP_SETTING_database_env_file];
    return file->added != NULL && ep_variable_find(file->added, name) != NULL
           && (strcmp(name, file_variable) == 0
               || strcmp(name, ep_setting_variable(row).text) == 0);
}

static bool load_environment(struct loading *loading, struct ep_error *err)
{
    const struct ep_configuration *configuration = loading->configuration;
    char *const *environment = configuration->environment;
    for (size_t i = 0; i < EP_SETTINGS_COUNT; i++) {
        const struct ep_setting *row = &ep_settings_table[i];
        struct ep_setting_name name = ep_setting_variable(row);
        struct ep_variable variable = {.name = name.text};

        if (!is_secret(row)) {
            variable.value = ep_variable_find(environment, name.text);
        } else if (!ep_variable_read(loading->arena, environment, name.text, &variable, err)) {
            return false;
        }
        if (variable.value == NULL || is_too_late(loading, name.text)) {
            continue;
        }
        const char *place =
            ep_env_file_describe(loading->arena, &configuration->env_file, variable.name);
        const char *origin = place == variable.name
                                 ? ep_arena_format(loading->arena, "environment %s", place)
                                 : place;
        if (!assign(loading, row, variable.value, origin, err)) {
            return ep_error_context(err, "%s", origin);
        }
    }
    return true;
}

static bool load_flags(struct loading *loading, struct ep_error *err)
{
    for (size_t i = 0; i < EP_SETTINGS_COUNT; i++) {
        const struct ep_setting *row = &ep_settings_table[i];
        const char *text = loading->input->flags[i];
        if (text == NULL) {
            continue;
        }
        const char *origin =
            ep_arena_format(loading->arena, "flag --%s", ep_setting_flag(row).text);
        if (!assign(loading, row, text, origin, err)) {
            return ep_error_context(err, "%s", origin);
        }
    }
    return true;
}

/* Kubernetes and Docker describe a service called "entrypoint" in variables of these forms. */
static bool is_service_link(struct ep_span name)
{
    return ep_span_ends_with(name, "_SERVICE_HOST") || ep_span_ends_with(name, "_SERVICE_PORT")
           || ep_span_ends_with(name, "_PORT") || ep_span_find(name, 0, "_PORT_") != SIZE_MAX;
}

/* Compared without the prefix, which all share: it would make everything near to everything. */
static bool is_known(struct ep_span name, struct ep_suggestion *suggestion)
{
    for (size_t i = 0; i < EP_SETTINGS_COUNT; i++) {
        const struct ep_setting *row = &ep_settings_table[i];
        struct ep_setting_name known = ep_setting_variable(row);
        bool is_file = ep_span_ends_with(name, "_FILE") && is_secret(row);
        struct ep_span stem = ep_span_part(name, 0, name.size - (is_file ? strlen("_FILE") : 0));
        if (ep_span_equals(name, known.text) || (is_file && ep_span_equals(stem, known.text))) {
            return true;
        }
        ep_suggest_offer(suggestion, known.text + strlen(prefix));
    }
    ep_suggest_offer(suggestion, file_variable + strlen(prefix));
    return ep_span_equals(name, file_variable);
}

static const char *note_unknown(const struct loading *loading, const char *entry)
{
    struct ep_arena *arena = loading->arena;
    struct ep_span name = {.data = entry, .size = strcspn(entry, "=")};
    struct ep_suggestion suggestion = {.word = ep_span_part(name, strlen(prefix), SIZE_MAX)};

    if (is_too_late(loading, ep_arena_copy(arena, name))) {
        return ep_arena_format(arena, "variable %.*s in %s is ignored: it comes too late",
                               EP_SPAN_PRINT(name), loading->configuration->env_file.path);
    }
    if (!ep_span_starts_with(name, prefix) || is_service_link(name)
        || is_known(name, &suggestion)) {
        return NULL;
    }
    if (suggestion.nearest[0] == '\0') {
        return ep_arena_format(arena, "unknown variable %.*s is ignored", EP_SPAN_PRINT(name));
    }
    return ep_arena_format(arena, "unknown variable %.*s is ignored: did you mean %s%s?",
                           EP_SPAN_PRINT(name), prefix, suggestion.nearest);
}

static void note_unknown_variables(struct loading *loading)
{
    struct ep_configuration *configuration = loading->configuration;
    char *const *environment = configuration->environment;
    size_t count = 0;
    while (environment[count] != NULL) {
        count++;
    }

    const char **notes = ep_arena_array(loading->arena, count, sizeof(*notes));
    for (size_t i = 0; i < count; i++) {
        const char *note = note_unknown(loading, environment[i]);
        if (note != NULL) {
            notes[configuration->note_count++] = note;
        }
    }
    configuration->notes = notes;
}

bool ep_settings_load(struct ep_arena *arena, const struct ep_settings_input *input,
                      struct ep_configuration *ret_configuration, struct ep_error *err)
{
    struct ep_configuration configuration = {.environment = input->environment};
    struct loading loading = {.arena = arena, .input = input, .configuration = &configuration};

    load_defaults(&loading);
    if (!load_file(&loading, err) || !load_env_file(&loading, err)
        || !load_environment(&loading, err) || !load_flags(&loading, err)) {
        return false;
    }
    note_unknown_variables(&loading);
    *ret_configuration = configuration;
    return true;
}
