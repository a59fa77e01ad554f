#include "steps/patience.h"

#include "base/check.h"
#include "system/clock.h"

#include <ctype.h>

enum {
    DENIALS_MAX = 3,
    GRACE_MS = 30 * 1000,
    LINE_EVERY_MS = 10 * 1000,
    CHANGES_MAX = 5 /* lines about a reason that flaps, in between */
};

/* The pause from an age of the pace on. */
struct pause {
    int64_t from_ms;
    int64_t pause_ms;
};

static const struct pause nobody_pauses[] = {
    {0, 24}, {10000, 50}, {12000, 100}, {15000, 250}, {60000, 500}};
static const struct pause no_name_pauses[] = {{0, 50}, {2000, 100}, {10000, 250}, {60000, 500}};
/* The last one makes fewer than two logins a second, jitter included. */
static const struct pause answered_pauses[] = {{0, 18}, {2000, 40}, {10000, 100}, {30000, 625}};
static const struct pause denied_pauses[] = {{0, 1000}};

static const struct {
    const struct pause *pauses;
    size_t count;
} pace_rows[] = {
    [EP_PACE_NOBODY] = {nobody_pauses, EP_COUNT_OF(nobody_pauses)},
    [EP_PACE_NO_NAME] = {no_name_pauses, EP_COUNT_OF(no_name_pauses)},
    [EP_PACE_ANSWERED] = {answered_pauses, EP_COUNT_OF(answered_pauses)},
    [EP_PACE_DENIED] = {denied_pauses, EP_COUNT_OF(denied_pauses)},
};

void ep_patience_begin(struct ep_patience *patience, int64_t now_ms, int64_t timeout_ms,
                       struct ep_patience_host *hosts, size_t host_count)
{
    EP_CHECK(host_count > 0);
    *patience = (struct ep_patience){
        .start_ms = now_ms,
        .deadline_ms = timeout_ms == 0 || timeout_ms > EP_CLOCK_NEVER - now_ms
                           ? EP_CLOCK_NEVER
                           : now_ms + timeout_ms,
        .once = timeout_ms == 0,
        .hosts = hosts,
        .host_count = host_count,
        .pace_from_ms = now_ms,
        .line_due_ms = now_ms + LINE_EVERY_MS,
    };
}

/*
 * Which reason to show of several. A server's word first, and of those the one that
 * needs somebody's hand; among the silent ones "refused" tells more than "no route".
 */
static int rank(const struct ep_attempt *attempt)
{
    static const int answered[] = {[EP_FAILURE_TRANSIENT] = 5,
                                   [EP_FAILURE_GRACE] = 6,
                                   [EP_FAILURE_ATTEMPTS] = 7,
                                   [EP_FAILURE_FINAL] = 8};
    static const int silent[] = {[EP_FAILURE_GRACE] = 1,
                                 [EP_FAILURE_TRANSIENT] = 2,
                                 [EP_FAILURE_ATTEMPTS] = 3,
                                 [EP_FAILURE_FINAL] = 4};

    return attempt->failure.server_answered ? answered[attempt->failure.class]
                                            : silent[attempt->failure.class];
}

void ep_patience_refused(struct ep_patience *patience, size_t host,
                         const struct ep_attempt *attempt)
{
    EP_CHECK(host < patience->host_count);
    struct ep_patience_round *round = &patience->hosts[host].current;
    const struct ep_failure *failure = &attempt->failure;

    if (!round->tried || (failure->server_answered && !round->answered)) {
        *round = (struct ep_patience_round){.tried = true,
                                            .class = failure->class,
                                            .answered = failure->server_answered,
                                            .best = *attempt};
    } else if (round->answered && !failure->server_answered) {
        return;
    }
    if (failure->class < round->class) {
        round->class = failure->class;
    }
    round->denied = round->denied || failure->class == EP_FAILURE_ATTEMPTS;
    if (failure->pause_ms > round->pause_ms) {
        round->pause_ms = failure->pause_ms;
    }
    if (rank(attempt) > rank(&round->best)) {
        round->best = *attempt;
    }
}

static void judge(struct ep_patience_host *host, int64_t now_ms)
{
    const struct ep_patience_round *round = &host->last;

    host->denials += round->denied ? 1 : 0;
    if (round->class != EP_FAILURE_GRACE) {
        host->in_grace = false;
    } else if (!host->in_grace) {
        host->in_grace = true;
        host->grace_from_ms = now_ms;
    }
    host->closed =
        round->class == EP_FAILURE_FINAL || host->denials >= DENIALS_MAX
        || (host->in_grace && !host->may_appear && now_ms - host->grace_from_ms >= GRACE_MS);
}

/* Judge each host that was tried; returns whether one is left to try. */
static bool close_round(struct ep_patience *patience, int64_t now_ms)
{
    bool any_open = false;

    for (size_t i = 0; i < patience->host_count; i++) {
        struct ep_patience_host *host = &patience->hosts[i];
        if (!host->closed && host->current.tried) {
            host->last = host->current;
            host->current = (struct ep_patience_round){0};
            judge(host, now_ms);
        }
        any_open = any_open || !host->closed;
    }
    return any_open;
}

static const struct ep_attempt *most_telling(const struct ep_patience *patience)
{
    const struct ep_attempt *best = NULL;

    for (size_t i = 0; i < patience->host_count; i++) {
        const struct ep_patience_round *round = &patience->hosts[i].last;
        if (round->tried && (best == NULL || rank(&round->best) > rank(best))) {
            best = &round->best;
        }
    }
    EP_CHECK(best != NULL);
    return best;
}

static enum ep_patience_pace pace_of(const struct ep_patience_round *round)
{
    if (round->class == EP_FAILURE_ATTEMPTS) {
        return EP_PACE_DENIED;
    }
    if (round->answered) {
        return EP_PACE_ANSWERED;
    }
    return round->best.lookup ? EP_PACE_NO_NAME : EP_PACE_NOBODY;
}

/* The most sparing pace of the hosts that are left; its age decides the pause. */
static int64_t pause_after(struct ep_patience *patience, int64_t now_ms)
{
    enum ep_patience_pace pace = EP_PACE_NOBODY;
    int64_t pause_ms = 0;

    for (size_t i = 0; i < patience->host_count; i++) {
        const struct ep_patience_round *round = &patience->hosts[i].last;
        if (!patience->hosts[i].closed && round->tried) {
            pace = pace_of(round) > pace ? pace_of(round) : pace;
        }
    }
    if (pace != patience->pace) {
        patience->pace = pace;
        patience->pace_from_ms = now_ms;
    }
    for (size_t i = 0; i < pace_rows[pace].count; i++) {
        if (now_ms - patience->pace_from_ms >= pace_rows[pace].pauses[i].from_ms) {
            pause_ms = pace_rows[pace].pauses[i].pause_ms;
        }
    }
    return pause_ms;
}

static int64_t forced_pause(const struct ep_patience *patience)
{
    int64_t pause_ms = 0;

    for (size_t i = 0; i < patience->host_count; i++) {
        const struct ep_patience_host *host = &patience->hosts[i];
        if (!host->closed && host->last.pause_ms > pause_ms) {
            pause_ms = host->last.pause_ms;
        }
    }
    return pause_ms;
}

/* Words with a digit in them (times, process IDs, addresses) may differ from try to try. */
static void fold(const char *reason, char ret_folded[EP_PATIENCE_REASON_BYTES])
{
    size_t used = 0;

    while (reason[0] != '\0' && used + 1 < EP_PATIENCE_REASON_BYTES) {
        size_t word = strcspn(reason, " ");
        bool varies = strcspn(reason, "0123456789") < word;
        size_t kept = varies ? 1 : word;
        kept =
            kept > EP_PATIENCE_REASON_BYTES - 1 - used ? EP_PATIENCE_REASON_BYTES - 1 - used : kept;
        memcpy(ret_folded + used, varies ? "#" : reason, kept);
        used += kept;
        reason += word;
        if (reason[0] == ' ' && used + 1 < EP_PATIENCE_REASON_BYTES) {
            ret_folded[used++] = ' ';
            reason++;
        }
    }
    ret_folded[used] = '\0';
}

static enum ep_patience_say say(struct ep_patience *patience, const char *reason, int64_t now_ms)
{
    char folded[EP_PATIENCE_REASON_BYTES];

    fold(reason, folded);
    if (patience->told[0] != '\0' && now_ms >= patience->line_due_ms) {
        patience->line_due_ms += LINE_EVERY_MS;
        if (patience->line_due_ms <= now_ms) { /* a round may take longer than that */
            patience->line_due_ms = now_ms + LINE_EVERY_MS;
        }
        patience->changes = 0;
        memcpy(patience->told, folded, sizeof(folded));
        return EP_SAY_STILL_WAITING;
    }
    if (strcmp(folded, patience->told) == 0 || patience->changes >= CHANGES_MAX) {
        return EP_SAY_NOTHING;
    }
    patience->changes++;
    memcpy(patience->told, folded, sizeof(folded));
    return EP_SAY_REASON;
}

/* A transient reason that ran out of time may heal later; another one stays what it is. */
static enum ep_fault fault_of(const struct ep_attempt *attempt, bool any_open)
{
    bool may_heal = attempt->failure.class == EP_FAILURE_TRANSIENT
                    || attempt->failure.class == EP_FAILURE_GRACE;
    return any_open && may_heal ? EP_FAULT_UNAVAILABLE : attempt->failure.fault;
}

struct ep_patience_step ep_patience_decide(struct ep_patience *patience, int64_t now_ms)
{
    bool any_open = close_round(patience, now_ms);
    const struct ep_attempt *attempt = most_telling(patience);
    int64_t pause_ms = pause_after(patience, now_ms);
    int64_t forced_ms = forced_pause(patience);
    struct ep_patience_step step = {.attempt = attempt};

    /* No use in a pause that the deadline cuts short, where the server asked for it. */
    bool in_time = now_ms < patience->deadline_ms && forced_ms < patience->deadline_ms - now_ms;
    if (!any_open || patience->once || !in_time) {
        step.fault = fault_of(attempt, any_open);
        return step;
    }
    step.again = true;
    step.pause_ms = forced_ms > pause_ms ? forced_ms : pause_ms;
    step.say = say(patience, attempt->reason, now_ms);
    return step;
}
