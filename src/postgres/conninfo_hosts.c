#include "postgres/conninfo_draft.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdint.h>

enum { HOSTS_MAX = 32, NAME_BYTES_MAX = 253, ADDRESS_BYTES_MAX = 45 };

/* Providers that refuse unencrypted logins, which are what Node's drivers try without sslmode. */
static const char *const encrypting_providers[] = {
    ".amazonaws.com",
    ".neon.tech",
    "-postgres.render.com",
    ".postgres.database.azure.com",
};

static size_t count_elements(const char *list)
{
    size_t count = 1;
    for (const char *c = list; *c != '\0'; c++) {
        count += *c == ',';
    }
    return count;
}

/* An element of a comma-separated list; a list of one stands for each. NULL gives "". */
static const char *element(struct ep_arena *arena, const char *list, size_t index)
{
    struct ep_span span = ep_span_of(list);
    size_t start = 0;

    for (size_t i = 0; i < index; i++) {
        size_t comma = ep_span_find_byte(span, start, ',');
        if (comma == SIZE_MAX) {
            break;
        }
        start = comma + 1;
    }
    size_t end = ep_span_find_byte(span, start, ',');
    return ep_arena_copy(arena,
                         ep_span_part(span, start, (end == SIZE_MAX ? span.size : end) - start));
}

/* A numeric address; IPv6 may have a zone, as in fe80::1%eth0. */
static bool is_address(const char *text)
{
    char address[ADDRESS_BYTES_MAX + 1];
    unsigned char bytes[16];
    size_t size = strcspn(text, "%");
    bool has_zone = text[size] != '\0';

    if (size > ADDRESS_BYTES_MAX || (has_zone && text[size + 1] == '\0')) {
        return false;
    }
    for (const char *c = text + size; *c != '\0'; c++) {
        if (!isalnum((unsigned char)*c) && strchr("%._-", *c) == NULL) {
            return false;
        }
    }
    memcpy(address, text, size);
    address[size] = '\0';
    return (!has_zone && inet_pton(AF_INET, address, bytes) == 1)
           || inet_pton(AF_INET6, address, bytes) == 1;
}

static bool is_host_name(const char *name)
{
    size_t size = strlen(name);
    for (size_t i = 0; i < size; i++) {
        if (!isalnum((unsigned char)name[i]) && strchr("._-", name[i]) == NULL) {
            return false;
        }
    }
    return size > 0 && size <= NAME_BYTES_MAX;
}

static bool check_name(const struct ep_conninfo_draft *draft, const char *name,
                       struct ep_error *err)
{
    if (name[0] == '/' && strstr(name, "/.s.PGSQL.") != NULL) {
        return ep_conninfo_refuse(err, "Write the folder alone: libpq adds /.s.PGSQL.5432 itself.",
                                  "the host is a socket, not the folder that holds it");
    }
    /* "@" begins the name of a socket without a file. */
    if (name[0] == '/' || (name[0] == '@' && name[1] != '\0') || is_host_name(name)
        || is_address(name)) {
        return true;
    }
    return ep_conninfo_refuse(
        err,
        "A host is a name such as db.example.com, an address, or a socket folder such as "
        "/var/run/postgresql; a port stands after the host's \":\" or in ?port=.",
        "the host at character %zu is neither a host name nor an address", draft->host_position);
}

static bool check_port(const char *port, struct ep_error *err)
{
    size_t size = strlen(port);
    bool is_number = size <= 9 && strspn(port, "0123456789") == size;
    long number = is_number ? strtol(port, NULL, 10) : -1;

    if (size == 0 || (number >= 1 && number <= 65535)) {
        return true;
    }
    return ep_conninfo_refuse(err,
                              is_number ? "PostgreSQL's usual port is 5432."
                                        : "Was a variable empty when the value was put together? A "
                                          "password's \":\", \"/\" or \"@\" is written as %3A, "
                                          "%2F, %40.",
                              "the port is not a number from 1 to 65535");
}

static bool holds_label(const char *name, const char *label)
{
    size_t size = strlen(label);
    for (const char *found = strstr(name, label); found != NULL; found = strstr(found + 1, label)) {
        if ((found == name || found[-1] == '.') && found[size] == '.') {
            return true;
        }
    }
    return false;
}

static void note_pooler(struct ep_conninfo_draft *draft, const struct ep_host *host)
{
    bool is_supabase = ep_span_ends_with(ep_span_of(host->name), ".pooler.supabase.com");
    bool has_pooler_port = strcmp(host->port, "6543") == 0 || strcmp(host->port, "6432") == 0;

    if (is_supabase && has_pooler_port) {
        draft->pooler_hint = true;
        ep_conninfo_note(draft, "this is Supabase's transaction pooler: port 5432 of the same host "
                                "is its session pooler, which suits migrations");
    } else if (has_pooler_port || strstr(host->name, "-pooler.") != NULL
               || holds_label(host->name, "pgbouncer")) {
        draft->pooler_hint = true;
    }
}

static void note_provider(struct ep_conninfo_draft *draft, const struct ep_host *host)
{
    struct ep_span name = ep_span_of(host->name);

    if (ep_span_ends_with(name, ".proxy.rlwy.net")) {
        ep_conninfo_note(draft, "this is Railway's public proxy: inside Railway the private "
                                "address under railway.internal is nearer and free");
    }
    for (size_t i = 0; i < EP_COUNT_OF(encrypting_providers); i++) {
        if (ep_span_ends_with(name, encrypting_providers[i])
            && ep_conninfo_get(draft, "sslmode") == NULL) {
            ep_conninfo_note(draft, "sslmode is not given: unless told by code, Node's drivers "
                                    "connect without TLS, which this provider may refuse");
        }
    }
}

/* How many hosts there are, when the lists fit together as libpq wants them to. */
static bool count_hosts(const struct ep_conninfo_draft *draft, size_t *ret_count,
                        struct ep_error *err)
{
    size_t names = draft->names == NULL ? 0 : count_elements(draft->names);
    size_t addresses = draft->addresses == NULL ? 0 : count_elements(draft->addresses);
    size_t ports = draft->ports == NULL ? 0 : count_elements(draft->ports);
    size_t count = addresses > 0 ? addresses : names > 0 ? names : 1;

    if (names > HOSTS_MAX || addresses > HOSTS_MAX) {
        return ep_conninfo_refuse(err, "Is it a connection string?",
                                  "the value names more than %d hosts", HOSTS_MAX);
    }
    if (names > 0 && names != count) {
        return ep_conninfo_refuse(err, "Give each host its own hostaddr.",
                                  "there are %zu hosts, but %zu values of hostaddr", names,
                                  addresses);
    }
    if (ports > 1 && ports != count) {
        return ep_conninfo_refuse(err, "Give one port for all hosts, or one for each.",
                                  "there are %zu hosts, but %zu ports", count, ports);
    }
    *ret_count = count;
    return true;
}

static bool check_host(const struct ep_conninfo_draft *draft, const struct ep_host *host,
                       bool may_be_empty, struct ep_error *err)
{
    if (host->address[0] != '\0' && !is_address(host->address)) {
        return ep_conninfo_refuse(err,
                                  "Write a name as host, and an address such as 10.0.0.5 here.",
                                  "parameter \"hostaddr\" is not a numeric address");
    }
    if (host->name[0] == '\0' && host->address[0] == '\0' && !may_be_empty) {
        return ep_conninfo_refuse(
            err, "Write postgresql://user:password@host:5432/database, or set PGHOST.",
            "the value names no host");
    }
    return (host->name[0] == '\0' || check_name(draft, host->name, err))
           && check_port(host->port, err);
}

bool ep_conninfo_finish_hosts(struct ep_conninfo_draft *draft, bool may_be_empty,
                              struct ep_conninfo *ret_conninfo, struct ep_error *err)
{
    size_t count = 0;
    if (!count_hosts(draft, &count, err)) {
        return false;
    }
    struct ep_host *hosts = ep_arena_array(draft->arena, count, sizeof(*hosts));
    for (size_t i = 0; i < count; i++) {
        hosts[i] = (struct ep_host){
            .name = element(draft->arena, draft->names, i),
            .address = element(draft->arena, draft->addresses, i),
            .port = element(draft->arena, draft->ports, i),
        };
        if (!check_host(draft, &hosts[i], may_be_empty && count == 1, err)) {
            return false;
        }
        note_pooler(draft, &hosts[i]);
        note_provider(draft, &hosts[i]);
    }
    if (draft->pooler_hint) {
        ep_conninfo_note(draft, "this looks like a transaction pooler: for migrations set "
                                "DATABASE_URL_UNPOOLED or DIRECT_URL to a direct address");
    }
    ret_conninfo->hosts = hosts;
    ret_conninfo->host_count = count;
    return true;
}
