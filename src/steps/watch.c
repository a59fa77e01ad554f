#include "steps/watch.h"

#include "base/text.h"
#include "postgres/activity.h"
#include "system/clock.h"

enum {
    REPORT_EVERY_MS = 10 * 1000,
    LIVE_EVERY_MS = 1000,
    ASK_LEAST_MS = 20, /* into a statement; a shorter one has no time for a second login */
    ANSWER_MS = 2000   /* for the second session: what it takes delays the migration */
};

static int64_t earlier(int64_t a_ms, int64_t b_ms)
{
    return a_ms < b_ms ? a_ms : b_ms;
}

static int64_t report_every(const struct ep_watch *watch)
{
    return watch->reporter->live ? LIVE_EVERY_MS : REPORT_EVERY_MS;
}

/* What the server knows of the statement that runs. */
static void ask(struct ep_watch *watch)
{
    int64_t deadline_ms = ep_clock_ms() + ANSWER_MS;

    watch->blockers[0] = '\0';
    watch->activity[0] = '\0';
    if (watch->second == NULL && !watch->refused) {
        watch->second = ep_session_open_second(watch->session, deadline_ms);
        watch->refused = watch->second == NULL;
    }
    if (watch->second != NULL) {
        int pid = ep_activity_ask(watch->second, ep_session_backend_pid(watch->session),
                                  deadline_ms, watch->activity, sizeof(watch->activity));
        if (pid != 0) {
            ep_blockers_now(watch->second, pid, deadline_ms, watch->blockers);
        }
        if (ep_session_is_lost(watch->second)) {
            ep_session_close(watch->second);
            watch->second = NULL;
            watch->refused = true;
        }
    }
}

static void report(const struct ep_watch *watch)
{
    const struct ep_running *running = ep_session_running(watch->session);
    struct ep_text about EP_CLEANUP(ep_text_clear) = {0};

    if (watch->activity[0] != '\0') {
        ep_text_format(&about, ", %s", watch->activity);
    }
    if (watch->blockers[0] != '\0') {
        ep_text_format(&about, ", waiting for %s", watch->blockers);
    }
    ep_report(watch->reporter, EP_EVENT_PROGRESS, EP_TEXT_FIELD("tag", running->tag),
              EP_INTEGER_FIELD("statement", (long long)running->statement),
              EP_INTEGER_FIELD("statement_count", (long long)running->statement_count),
              EP_INTEGER_FIELD("elapsed_s", (ep_clock_ms() - running->since_ms) / 1000),
              EP_TEXT_FIELD("about", ep_text_get(&about)),
              EP_TEXT_FIELD("activity", watch->activity[0] == '\0' ? NULL : watch->activity),
              EP_TEXT_FIELD("blocker", watch->blockers[0] == '\0' ? NULL : watch->blockers));
}

/* When a statement that began at since_ms is to be asked about for the sake of its lock. */
static int64_t ask_due(const struct ep_watch *watch, int64_t since_ms)
{
    int64_t half_ms = watch->lock_timeout_ms / 2;

    return half_ms == 0 ? EP_CLOCK_NEVER
                        : since_ms + (half_ms < ASK_LEAST_MS ? ASK_LEAST_MS : half_ms);
}

static void forget(struct ep_watch *watch)
{
    watch->blockers[0] = '\0';
    watch->activity[0] = '\0';
}

/* It is woken at least twice within a lock_timeout, so it notices each statement in time. */
static int64_t wake(void *context)
{
    struct ep_watch *watch = context;
    const struct ep_running *running = ep_session_running(watch->session);
    int64_t now_ms = ep_clock_ms();
    bool reports = now_ms >= watch->report_ms && running->tag != NULL;

    if (running->tag != watch->asked.tag || running->statement != watch->asked.statement) {
        watch->asked = *running;
        watch->ask_ms = ask_due(watch, running->since_ms);
        forget(watch);
    }
    if (reports || now_ms >= watch->ask_ms) {
        ask(watch);
        now_ms = ep_clock_ms();
        watch->ask_ms = ask_due(watch, now_ms);
    }
    if (reports) {
        report(watch);
    }
    if (now_ms >= watch->report_ms) {
        watch->report_ms = now_ms + report_every(watch);
    }
    return earlier(watch->ask_ms, watch->report_ms);
}

void ep_watch_begin(struct ep_watch *watch)
{
    int64_t now_ms = ep_clock_ms();

    forget(watch);
    watch->lock_refused = false;
    watch->asked = (struct ep_running){0};
    watch->ask_ms = ask_due(watch, now_ms);
    watch->report_ms = now_ms + report_every(watch);
    const struct ep_idle idle = {
        .wake = wake, .context = watch, .due_ms = earlier(watch->ask_ms, watch->report_ms)};
    ep_session_set_running(watch->session, NULL);
    ep_session_set_idle(watch->session, &idle);
}

void ep_watch_running(struct ep_watch *watch, size_t statement)
{
    struct ep_running running = *ep_session_running(watch->session);

    running.statement = statement;
    ep_session_set_running(watch->session, &running);
}

void ep_watch_end(struct ep_watch *watch)
{
    ep_session_set_idle(watch->session, NULL);
    ep_session_set_running(watch->session, NULL);
    ep_session_close(watch->second);
    watch->second = NULL;
    if (!watch->lock_refused) {
        watch->blockers[0] = '\0';
    }
}

bool ep_watch_refused(struct ep_watch *watch, const struct ep_error *err, struct ep_span sql)
{
    if (strcmp(err->sqlstate, "55P03") != 0 && strcmp(err->sqlstate, "40P01") != 0) {
        return false;
    }
    watch->lock_refused = true;
    ep_blockers_note(err, sql, &watch->refusal);
    return true;
}

void ep_watch_take_blockers(struct ep_watch *watch, char ret_text[EP_BLOCKERS_BYTES])
{
    memcpy(ret_text, watch->blockers, EP_BLOCKERS_BYTES);
    if (ret_text[0] == '\0' && watch->lock_refused) {
        ep_blockers_after(watch->session, &watch->refusal, ret_text);
    }
    watch->blockers[0] = '\0';
    watch->lock_refused = false;
}
