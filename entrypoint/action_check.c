#include "entrypoint/action.h"
#include "entrypoint/check_output.h"
#include "source/snapshot.h"
#include "steps/check.h"
#include "system/clock.h"

/* What reading the folders reports as odd is a finding here; all else goes on to the log. */
struct listener {
    const struct ep_context *context;
    struct ep_finding_list *findings;
};

static void listen(void *context, const struct ep_event *event)
{
    const struct listener *listener = context;

    if (event->kind != EP_EVENT_SOURCE_NOTE) {
        ep_report_fields(listener->context->reporter, event->kind, event->fields,
                         event->field_count);
        return;
    }
    for (size_t i = 0; i < event->field_count; i++) {
        if (strcmp(event->fields[i].name, "note") == 0) {
            ep_finding_add(listener->context->arena, listener->findings, false,
                           event->fields[i].text);
        }
    }
}

/* The folders of a tier, each with its own migrations, which follow each other. */
static void check_tier(const struct ep_context *context, const struct ep_tier *tier,
                       struct ep_finding_list *findings)
{
    const struct ep_migration_list *migrations = &tier->migrations;

    for (size_t i = 0, next = 0; i < migrations->count; i = next) {
        while (next < migrations->count
               && ep_snapshot_same_folder(&migrations->items[i], &migrations->items[next])) {
            next++;
        }
        const struct ep_source source = {
            .folder = ep_snapshot_folder(context->arena, &migrations->items[i]),
            .layout = migrations->items[i].layout,
            .migrations = {.items = &migrations->items[i], .count = next - i},
        };
        ep_integrity_check(context->arena, &source, ep_clock_unix_ms(), findings);
    }
}

static bool check_folders(const struct ep_context *context, struct ep_tier_list *tiers,
                          struct ep_finding_list *findings, struct ep_error *err)
{
    struct listener listener = {.context = context, .findings = findings};
    const struct ep_reporter reporter = {.report = listen, .context = &listener};

    if (!ep_tier_list_read(context->arena, &context->configuration->settings, &reporter, tiers,
                           err)) {
        return false;
    }
    for (size_t i = 0; i < tiers->count; i++) {
        check_tier(context, &tiers->items[i], findings);
    }
    return true;
}

static bool check_database(const struct ep_context *context, const struct ep_tier_list *tiers,
                           struct ep_check *check, struct ep_error *err)
{
    const struct ep_state_request state = {.tiers = *tiers};
    struct ep_connection connection = {0};

    if (!ep_connection_prepare(context->arena, context->configuration, context->reporter,
                               &connection, err)) {
        return false;
    }
    const struct ep_check_request request = {
        .conninfo = &connection.conninfo,
        .settings = &context->configuration->settings,
        .state = &state,
        .reporter = context->reporter,
    };
    return ep_check_run(context->arena, &request, check, err);
}

static bool fail_unchecked(const struct ep_check *check, struct ep_error *err)
{
    for (size_t i = 0; i < check->source_count; i++) {
        const struct ep_check_source *source = &check->sources[i];
        if (source->reason != NULL) {
            (void)ep_fail(err, EP_FAULT_SOURCE, "cannot check \"%s\": %s", source->folder,
                          source->reason);
            return ep_error_hint(err, "An older snapshot would show what came after it as "
                                      "differences. \"drizzle-kit generate --custom\" and "
                                      "\"entrypoint new\" write migrations with a snapshot.");
        }
    }
    return true;
}

bool ep_action_check(const struct ep_context *context, struct ep_error *err)
{
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
    struct ep_finding_list findings = {0};
    struct ep_tier_list tiers = {0};
    struct ep_check check = {0};
    bool folder_only = context->line->options[EP_OPTION_FOLDER];

    if (!check_folders(context, &tiers, &findings, err)
        || (!folder_only && !check_database(context, &tiers, &check, err))) {
        return false;
    }
    const struct ep_check_report report = {
        .findings = &findings,
        .check = folder_only ? NULL : &check,
        .is_strict = context->line->options[EP_OPTION_STRICT],
    };
    if (context->line->options[EP_OPTION_JSON]) {
        ep_check_output_json(&text, &report);
    } else {
        ep_check_output_text(&text, &report);
    }
    if (!ep_action_print(&text, err) || !fail_unchecked(&check, err)) {
        return false;
    }
    size_t faults = ep_check_output_faults(&report);
    return faults == 0 || ep_fail(err, EP_FAULT_DRIFT, "%zu differences", faults);
}
