#define _GNU_SOURCE /* EAI_NODATA */
#include "postgres/resolve.h"

#include "base/check.h"
#include "system/clock.h"
#include "system/thread.h"

#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <pthread.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>

enum {
    FAMILIES = 2,
    ADDRESSES_MAX = 16,
    NUMERIC_BYTES = 64, /* an IPv6 address with the name of an interface */
    /* getaddrinfo() takes about 20 KiB in musl; glibc also loads its modules in here. */
    STACK_BYTES = 256 * 1024,
    FRESH_MS = 1000,
    HOUR_MS = 3600 * 1000,
    /* What the slower family gets once the other one has answered. RFC 8305 says 50 ms, for
     * page loads; a database's address is worth a little more patience. */
    SECOND_FAMILY_MS = 250
};

static const int family_codes[FAMILIES] = {AF_INET6, AF_INET};

/* The answer for one family. */
struct answer {
    int eai_code; /* 0: there are addresses */
    size_t count;
    char numeric[ADDRESSES_MAX][NUMERIC_BYTES];
};

enum phase { IDLE, RUNNING, ANSWERED };

/*
 * What the threads and their owner share. It belongs to whoever leaves last, since
 * a thread cannot be told to hurry and its owner does not wait for it.
 */
struct lookup {
    pthread_mutex_t mutex;
    pthread_cond_t answered;
    unsigned holders; /* the owner and each running thread */
    enum phase phases[FAMILIES];
    struct answer answers[FAMILIES];
    char name[]; /* flexible: a copy, for a thread that outlives its owner */
};

struct ep_resolver {
    const struct ep_host *host;
    struct lookup *lookup; /* NULL: the host needs none */
    int64_t fresh_until_ms;
    struct answer answers[FAMILIES]; /* taken out of the lookup */
    struct ep_address items[FAMILIES * ADDRESSES_MAX];
    size_t count;
};

struct errand {
    struct lookup *lookup;
    size_t family;
};

static struct lookup *lookup_create(const char *name)
{
    size_t size = strlen(name) + 1;
    struct lookup *lookup = calloc(1, sizeof(*lookup) + size);
    pthread_condattr_t attributes;
    if (lookup == NULL) {
        ep_check_out_of_memory();
    }
    memcpy(lookup->name, name, size);
    lookup->holders = 1;
    EP_CHECK(pthread_mutex_init(&lookup->mutex, NULL) == 0);
    EP_CHECK(pthread_condattr_init(&attributes) == 0);
    EP_CHECK(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0);
    EP_CHECK(pthread_cond_init(&lookup->answered, &attributes) == 0);
    EP_CHECK(pthread_condattr_destroy(&attributes) == 0);
    return lookup;
}

static void lookup_lock(struct lookup *lookup)
{
    EP_CHECK(pthread_mutex_lock(&lookup->mutex) == 0);
}

static void lookup_unlock(struct lookup *lookup)
{
    EP_CHECK(pthread_mutex_unlock(&lookup->mutex) == 0);
}

/* The lock is held; it is gone afterwards. */
static void lookup_leave(struct lookup *lookup)
{
    bool last = --lookup->holders == 0;
    lookup_unlock(lookup);
    if (last) {
        EP_CHECK(pthread_cond_destroy(&lookup->answered) == 0);
        EP_CHECK(pthread_mutex_destroy(&lookup->mutex) == 0);
        free(lookup);
    }
}

static bool answer_has(const struct answer *answer, const char *numeric)
{
    for (size_t i = 0; i < answer->count; i++) {
        if (strcmp(answer->numeric[i], numeric) == 0) {
            return true;
        }
    }
    return false;
}

static void answer_add(struct answer *answer, const char *numeric)
{
    if (answer->count < ADDRESSES_MAX && !answer_has(answer, numeric)) {
        (void)snprintf(answer->numeric[answer->count++], NUMERIC_BYTES, "%s", numeric);
    }
}

static void ask(const char *name, int family, struct answer *answer)
{
    const struct addrinfo hints = {.ai_family = family, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;

    answer->eai_code = getaddrinfo(name, NULL, &hints, &found);
    if (answer->eai_code != 0) {
        return;
    }
    for (const struct addrinfo *at = found; at != NULL; at = at->ai_next) {
        char numeric[NUMERIC_BYTES];
        if (at->ai_family == family
            && getnameinfo(at->ai_addr, at->ai_addrlen, numeric, sizeof(numeric), NULL, 0,
                           NI_NUMERICHOST)
                   == 0) {
            answer_add(answer, numeric);
        }
    }
    freeaddrinfo(found);
    if (answer->count == 0) {
        answer->eai_code = EAI_NONAME;
    }
}

static void *run_errand(void *argument)
{
    struct errand *errand = argument;
    struct lookup *lookup = errand->lookup;
    size_t family = errand->family;
    struct answer answer = {0};
    free(errand);

    ask(lookup->name, family_codes[family], &answer);

    lookup_lock(lookup);
    lookup->answers[family] = answer;
    lookup->phases[family] = ANSWERED;
    EP_CHECK(pthread_cond_signal(&lookup->answered) == 0);
    lookup_leave(lookup);
    return NULL;
}

/* The lock is not held. */
static void start_family(struct lookup *lookup, size_t family)
{
    struct errand *errand = calloc(1, sizeof(*errand));
    if (errand == NULL) {
        ep_check_out_of_memory();
    }
    *errand = (struct errand){.lookup = lookup, .family = family};
    lookup_lock(lookup);
    lookup->phases[family] = RUNNING;
    lookup->holders++;
    lookup_unlock(lookup);
    if (!ep_thread_start(run_errand, errand, STACK_BYTES, NULL)) {
        (void)run_errand(errand); /* slow, and deaf to the deadline, but it works */
    }
}

/* True when there is nothing more to wait for, or too little. The lock is held. */
static bool is_settled(const struct lookup *lookup, int64_t *deadline_ms)
{
    bool running = false;
    bool found = false;

    for (size_t family = 0; family < FAMILIES; family++) {
        running = running || lookup->phases[family] == RUNNING;
        found =
            found || (lookup->phases[family] == ANSWERED && lookup->answers[family].eai_code == 0);
    }
    if (running && found && *deadline_ms > ep_clock_ms() + SECOND_FAMILY_MS) {
        *deadline_ms = ep_clock_ms() + SECOND_FAMILY_MS;
    }
    return !running;
}

static struct timespec timespec_of(int64_t clock_ms)
{
    return (struct timespec){.tv_sec = (time_t)(clock_ms / 1000),
                             .tv_nsec = (long)(clock_ms % 1000) * 1000000L};
}

/* Wait for the answers and take them; a family without one yet is EAI_AGAIN. */
static void collect(struct ep_resolver *resolver, int64_t deadline_ms)
{
    struct lookup *lookup = resolver->lookup;
    int status = 0;

    lookup_lock(lookup);
    while (!is_settled(lookup, &deadline_ms) && status != ETIMEDOUT) {
        /* A deadline in the far future may be more than the type holds. */
        int64_t hour_ms = ep_clock_ms() + HOUR_MS;
        const struct timespec until = timespec_of(deadline_ms < hour_ms ? deadline_ms : hour_ms);
        status = pthread_cond_timedwait(&lookup->answered, &lookup->mutex, &until);
        EP_CHECK(status == 0 || status == ETIMEDOUT);
    }
    for (size_t family = 0; family < FAMILIES; family++) {
        resolver->answers[family] = (struct answer){.eai_code = EAI_AGAIN};
        if (lookup->phases[family] == ANSWERED) {
            resolver->answers[family] = lookup->answers[family];
            lookup->phases[family] = IDLE;
        }
    }
    lookup_unlock(lookup);
}

static void start_families(struct lookup *lookup)
{
    for (size_t family = 0; family < FAMILIES; family++) {
        lookup_lock(lookup);
        bool idle = lookup->phases[family] == IDLE;
        lookup_unlock(lookup);
        if (idle) {
            start_family(lookup, family);
        }
    }
}

/* Which of two failures leaves more hope. */
static int hope(int eai_code)
{
    switch (eai_code) {
    case EAI_AGAIN:
        return 4;
    case EAI_MEMORY:
    case EAI_SYSTEM:
        return 3;
    case EAI_FAIL:
        return 2;
    case EAI_NONAME:
        return 1;
    default: /* no data, or a family that the system does not have */
        return 0;
    }
}

static void add_item(struct ep_resolver *resolver, const char *numeric)
{
    resolver->items[resolver->count++] = (struct ep_address){
        .host = resolver->host->name, .numeric = numeric, .port = resolver->host->port};
}

/* A name that stands for itself: nothing to look up. */
static bool is_literal(const struct ep_host *host)
{
    const struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST};
    struct addrinfo *found = NULL;

    if (host->address[0] != '\0' || host->name[0] == '\0' || host->name[0] == '/'
        || host->name[0] == '@') {
        return true;
    }
    if (getaddrinfo(host->name, NULL, &hints, &found) != 0) {
        return false;
    }
    freeaddrinfo(found);
    return true;
}

static const char *literal_address(const struct ep_host *host)
{
    bool is_name = host->name[0] == '\0' || host->name[0] == '/' || host->name[0] == '@';
    return host->address[0] != '\0' || is_name ? host->address : host->name;
}

struct ep_resolver *ep_resolver_open(const struct ep_host *host)
{
    struct ep_resolver *resolver = calloc(1, sizeof(*resolver));
    if (resolver == NULL) {
        ep_check_out_of_memory();
    }
    resolver->host = host;
    if (is_literal(host)) {
        resolver->fresh_until_ms = EP_CLOCK_NEVER;
        add_item(resolver, literal_address(host));
    } else {
        resolver->lookup = lookup_create(host->name);
    }
    return resolver;
}

void ep_resolver_close(struct ep_resolver *resolver)
{
    if (resolver != NULL) {
        if (resolver->lookup != NULL) {
            lookup_lock(resolver->lookup);
            lookup_leave(resolver->lookup);
        }
        free(resolver);
    }
}

void ep_resolver_drop(struct ep_resolver **slot)
{
    ep_resolver_close(*slot);
}

static void renew(struct ep_resolver *resolver, int64_t deadline_ms)
{
    start_families(resolver->lookup);
    collect(resolver, deadline_ms);
    resolver->count = 0;
    for (size_t family = 0; family < FAMILIES; family++) {
        for (size_t i = 0; i < resolver->answers[family].count; i++) {
            add_item(resolver, resolver->answers[family].numeric[i]);
        }
    }
    if (resolver->count == 0 && strcasecmp(resolver->host->name, "localhost") == 0) {
        add_item(resolver, "::1");
        add_item(resolver, "127.0.0.1");
    }
    resolver->fresh_until_ms = resolver->count > 0 ? ep_clock_ms() + FRESH_MS : 0;
}

bool ep_resolver_find(struct ep_resolver *resolver, int64_t deadline_ms,
                      struct ep_address_list *ret_list, int *ret_eai)
{
    if (resolver->fresh_until_ms <= ep_clock_ms()) {
        renew(resolver, deadline_ms);
    }
    if (resolver->count == 0) {
        int ipv6 = resolver->answers[0].eai_code;
        int ipv4 = resolver->answers[1].eai_code;
        *ret_eai = hope(ipv6) > hope(ipv4) ? ipv6 : ipv4;
        return false;
    }
    *ret_list = (struct ep_address_list){.items = resolver->items, .count = resolver->count};
    return true;
}
