#include "steps/hook.h"

#include "base/text.h"
#include "steps/hook_environment.h"
#include "system/child.h"
#include "system/clock.h"
#include "system/process.h"
#include "system/signals.h"

#include <inttypes.h>

extern char **environ; /* POSIX has it in no header */

enum { KEEP_AWAKE_EVERY_MS = 10 * 1000, FACTS_MAX = 10, TAGS_BYTES_MAX = 16 * 1024 };

static const char *const names[EP_HOOK_COUNT] = {
    [EP_HOOK_BEFORE_MIGRATE] = "before_migrate",
    [EP_HOOK_AFTER_MIGRATE] = "after_migrate",
    [EP_HOOK_ON_FAILURE] = "on_failure",
};

static const struct ep_list *command_of(const struct ep_hooks *hooks, enum ep_hook_kind kind)
{
    const struct ep_settings *settings = hooks->settings;
    switch (kind) {
    case EP_HOOK_BEFORE_MIGRATE:
        return &settings->hooks_before_migrate;
    case EP_HOOK_AFTER_MIGRATE:
        return &settings->hooks_after_migrate;
    case EP_HOOK_ON_FAILURE:
    case EP_HOOK_COUNT:
        break;
    }
    return &settings->hooks_on_failure;
}

bool ep_hooks_prepare(struct ep_arena *arena, const struct ep_settings *settings,
                      const struct ep_conninfo *conninfo, const struct ep_reporter *reporter,
                      struct ep_hooks *ret_hooks, struct ep_error *err)
{
    struct ep_hooks hooks = {
        .arena = arena, .settings = settings, .reporter = reporter, .conninfo = conninfo};

    for (int kind = 0; kind < EP_HOOK_COUNT; kind++) {
        const struct ep_list *command = command_of(&hooks, (enum ep_hook_kind)kind);
        if (command->count > 0
            && !ep_process_find(arena, command->items[0], getenv("PATH"), &hooks.programs[kind],
                                err)) {
            err->fault = EP_FAULT_CONFIG; /* the statuses 126 and 127 are about the server */
            return ep_error_context(err, "[hooks] %s", names[kind]);
        }
    }
    *ret_hooks = hooks;
    return true;
}

static bool exist(const struct ep_hooks *hooks)
{
    for (int kind = 0; kind < EP_HOOK_COUNT; kind++) {
        if (hooks->programs[kind] != NULL) {
            return true;
        }
    }
    return false;
}

/* Nobody asks for the tags where there is no hook. */
static void add_tag(struct ep_hooks *hooks, struct ep_hook_tags *tags, const char *tag)
{
    size_t size = strlen(tag);

    if (!exist(hooks) || tags->size + size + 2 > TAGS_BYTES_MAX) {
        return;
    }
    if (tags->text == NULL) {
        tags->text = ep_arena_array(hooks->arena, TAGS_BYTES_MAX, 1);
    }
    if (tags->size > 0) {
        tags->text[tags->size++] = ' ';
    }
    memcpy(tags->text + tags->size, tag, size + 1);
    tags->size += size;
}

void ep_hooks_begin(struct ep_hooks *hooks)
{
    if (hooks != NULL) {
        hooks->facts.pending = 0;
        hooks->facts.pending_tags.size = 0;
        hooks->facts.failed_tag = NULL;
    }
}

void ep_hooks_note_pending(struct ep_hooks *hooks, const char *tag)
{
    if (hooks != NULL) {
        hooks->facts.pending++;
        add_tag(hooks, &hooks->facts.pending_tags, tag);
    }
}

void ep_hooks_note_applied(struct ep_hooks *hooks, const char *tag)
{
    if (hooks != NULL) {
        hooks->facts.applied++;
        add_tag(hooks, &hooks->facts.applied_tags, tag);
    }
}

void ep_hooks_note_failed(struct ep_hooks *hooks, const char *tag)
{
    if (hooks != NULL) {
        hooks->facts.failed_tag = ep_arena_copy(hooks->arena, ep_span_of(tag));
    }
}

bool ep_hooks_have_before(const struct ep_hooks *hooks)
{
    return hooks != NULL && hooks->programs[EP_HOOK_BEFORE_MIGRATE] != NULL;
}

/* One hook that runs. */
struct run {
    const struct ep_hooks *hooks;
    enum ep_hook_kind kind;
    const char *password; /* or NULL */
    struct ep_session *session;
};

/* Without the password, wherever it got from. */
static void report_line(void *context, const char *line)
{
    const struct run *run = context;
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
    struct ep_span rest = ep_span_of(line);

    for (;;) {
        bool is_secret = run->password != NULL && run->password[0] != '\0';
        size_t found = is_secret ? ep_span_find(rest, 0, run->password) : SIZE_MAX;
        ep_text_append(&text, ep_span_part(rest, 0, found));
        if (found == SIZE_MAX) {
            break;
        }
        ep_text_add(&text, "***");
        rest = ep_span_part(rest, found + strlen(run->password), SIZE_MAX);
    }
    ep_report(run->hooks->reporter, EP_EVENT_HOOK_OUTPUT, EP_TEXT_FIELD("hook", names[run->kind]),
              EP_TEXT_FIELD("line", ep_text_get(&text)));
}

/* The session's lock is what keeps others out: it must not be lost unnoticed, nor for idleness. */
static bool keep_awake(void *context, struct ep_error *err)
{
    const struct run *run = context;
    return ep_session_query(run->session, (struct ep_query){.sql = "SELECT 1"}, EP_CLOCK_NEVER,
                            NULL, err);
}

static void add_count(struct ep_arena *arena, struct ep_hook_variable *variable, const char *name,
                      size_t count)
{
    *variable = (struct ep_hook_variable){name, ep_arena_format(arena, "%zu", count)};
}

static const char *text_of(const struct ep_hook_tags *tags)
{
    return tags->size == 0 ? NULL : tags->text;
}

static char **environment_of(struct ep_arena *arena, const struct run *run,
                             const struct ep_error *failure)
{
    struct ep_hook_variable variables[EP_HOOK_DATABASE_VARIABLES_MAX + FACTS_MAX];
    const struct ep_hook_facts *facts = &run->hooks->facts;
    size_t count = ep_hook_database_variables(arena, run->hooks->conninfo, variables);

    variables[count++] = (struct ep_hook_variable){"ENTRYPOINT_HOOK", names[run->kind]};
    add_count(arena, &variables[count++], "ENTRYPOINT_PENDING", facts->pending);
    variables[count++] =
        (struct ep_hook_variable){"ENTRYPOINT_PENDING_TAGS", text_of(&facts->pending_tags)};
    add_count(arena, &variables[count++], "ENTRYPOINT_APPLIED", facts->applied);
    variables[count++] =
        (struct ep_hook_variable){"ENTRYPOINT_APPLIED_TAGS", text_of(&facts->applied_tags)};
    variables[count++] = (struct ep_hook_variable){"ENTRYPOINT_FAILED_TAG", facts->failed_tag};
    if (failure != NULL) {
        variables[count++] = (struct ep_hook_variable){"ENTRYPOINT_ERROR", failure->summary};
        variables[count++] = (struct ep_hook_variable){
            "ENTRYPOINT_SQLSTATE", failure->sqlstate[0] == '\0' ? NULL : failure->sqlstate};
        add_count(arena, &variables[count++], "ENTRYPOINT_EXIT_STATUS",
                  (size_t)ep_error_exit_status(failure));
    }
    return ep_hook_environment(arena, environ, variables, count);
}

/* Why it counts as failed; NULL: it does not. */
static const char *reason_of(struct ep_arena *arena, const struct run *run,
                             const struct ep_child_end *end)
{
    const char *name = names[run->kind];
    if (end->timed_out) {
        return ep_arena_format(arena, "hook %s took longer than %" PRId64 " ms and was ended", name,
                               run->hooks->settings->hooks_timeout_ms);
    }
    if (end->signal != 0) {
        return ep_arena_format(arena, "hook %s was killed by signal %d", name, end->signal);
    }
    return end->exit_status == 0 ? NULL
                                 : ep_arena_format(arena, "hook %s failed with exit status %d",
                                                   name, end->exit_status);
}

/* argv of exec, which changes nothing in it. */
static char **arguments_of(struct ep_arena *arena, const struct ep_list *command)
{
    char **argv = ep_arena_array(arena, command->count + 1, sizeof(*argv));
    for (size_t i = 0; i < command->count; i++) {
        argv[i] = ep_arena_copy(arena, ep_span_of(command->items[i]));
    }
    return argv;
}

/* ret_reason is the arena's, NULL when the hook succeeded. */
static bool run_hook(struct ep_arena *arena, struct run *run, const struct ep_error *failure,
                     const char **ret_reason, struct ep_error *err)
{
    const struct ep_hooks *hooks = run->hooks;
    const struct ep_list *command = command_of(hooks, run->kind);
    struct ep_child_end end = {0};
    int64_t start_ms = ep_clock_ms();

    run->password = ep_conninfo_find(hooks->conninfo, "password");
    const struct ep_child child = {
        .program = hooks->programs[run->kind],
        .argv = arguments_of(arena, command),
        .environment = environment_of(arena, run, failure),
        .timeout_ms = hooks->settings->hooks_timeout_ms,
        .line = report_line,
        .tick = run->session == NULL ? NULL : keep_awake,
        .tick_ms = KEEP_AWAKE_EVERY_MS,
        .context = run,
    };
    ep_report(hooks->reporter, EP_EVENT_HOOK, EP_TEXT_FIELD("hook", names[run->kind]),
              EP_TEXT_FIELD("command", command->items[0]));
    if (!ep_child_run(&child, &end, err)) {
        return ep_error_context(err, "[hooks] %s", names[run->kind]);
    }
    *ret_reason = reason_of(arena, run, &end);
    if (*ret_reason == NULL) {
        ep_report(hooks->reporter, EP_EVENT_HOOK_DONE, EP_TEXT_FIELD("hook", names[run->kind]),
                  EP_INTEGER_FIELD("elapsed_ms", ep_clock_ms() - start_ms));
    }
    return true;
}

bool ep_hooks_before_migrate(const struct ep_hooks *hooks, struct ep_session *session,
                             struct ep_error *err)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct run run = {.hooks = hooks, .kind = EP_HOOK_BEFORE_MIGRATE, .session = session};
    const char *reason = NULL;

    if (!ep_hooks_have_before(hooks)) {
        return true;
    }
    if (!run_hook(&arena, &run, NULL, &reason, err)) {
        return false;
    }
    if (reason == NULL) {
        return keep_awake(&run, err);
    }
    (void)ep_fail(err, EP_FAULT_HOOK, "%s", reason);
    (void)ep_error_detail(err, "Nothing was migrated: %zu migrations are still pending.",
                          hooks->facts.pending);
    return ep_error_hint(err, "What it wrote is in the log, above. To migrate without it, unset "
                              "[hooks] before_migrate.");
}

static void run_and_report(const struct ep_hooks *hooks, enum ep_hook_kind kind,
                           const struct ep_error *failure)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct run run = {.hooks = hooks, .kind = kind};
    const char *reason = NULL;
    struct ep_error err = {0};

    if (hooks->programs[kind] == NULL) {
        return;
    }
    ep_signals_note();
    if (!run_hook(&arena, &run, failure, &reason, &err)) {
        reason = err.summary;
    }
    if (reason != NULL) {
        ep_report(hooks->reporter, EP_EVENT_HOOK_FAILED, EP_TEXT_FIELD("reason", reason),
                  EP_TEXT_FIELD("hook", names[kind]));
    }
    ep_signals_leave();
}

void ep_hooks_after_migrate(const struct ep_hooks *hooks)
{
    if (hooks->facts.applied > 0) {
        run_and_report(hooks, EP_HOOK_AFTER_MIGRATE, NULL);
    }
}

void ep_hooks_on_failure(const struct ep_hooks *hooks, const struct ep_error *failure)
{
    if (failure->fault != EP_FAULT_SIGNAL) {
        run_and_report(hooks, EP_HOOK_ON_FAILURE, failure);
    }
}
