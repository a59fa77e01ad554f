#include "steps/hook_environment.h"

#include "base/check.h"
#include "base/text.h"

/* Source: PostgreSQL, "Environment Variables" of libpq; those of hosts are made by hand. */
static const struct {
    const char *keyword, *variable;
} names[] = {
    {"dbname", "PGDATABASE"},
    {"user", "PGUSER"},
    {"password", "PGPASSWORD"},
    {"passfile", "PGPASSFILE"},
    {"require_auth", "PGREQUIREAUTH"},
    {"channel_binding", "PGCHANNELBINDING"},
    {"service", "PGSERVICE"},
    {"options", "PGOPTIONS"},
    {"sslmode", "PGSSLMODE"},
    {"sslnegotiation", "PGSSLNEGOTIATION"},
    {"sslcompression", "PGSSLCOMPRESSION"},
    {"sslcert", "PGSSLCERT"},
    {"sslkey", "PGSSLKEY"},
    {"sslcertmode", "PGSSLCERTMODE"},
    {"sslrootcert", "PGSSLROOTCERT"},
    {"sslcrl", "PGSSLCRL"},
    {"sslcrldir", "PGSSLCRLDIR"},
    {"sslsni", "PGSSLSNI"},
    {"requirepeer", "PGREQUIREPEER"},
    {"ssl_min_protocol_version", "PGSSLMINPROTOCOLVERSION"},
    {"ssl_max_protocol_version", "PGSSLMAXPROTOCOLVERSION"},
    {"gssencmode", "PGGSSENCMODE"},
    {"krbsrvname", "PGKRBSRVNAME"},
    {"gsslib", "PGGSSLIB"},
    {"gssdelegation", "PGGSSDELEGATION"},
    {"connect_timeout", "PGCONNECT_TIMEOUT"},
    {"target_session_attrs", "PGTARGETSESSIONATTRS"},
    {"load_balance_hosts", "PGLOADBALANCEHOSTS"},
};
_Static_assert(EP_COUNT_OF(names) + 4 <= EP_HOOK_DATABASE_VARIABLES_MAX, "room for all");

/* One item of each host, with commas between them; NULL when all are empty. */
static const char *joined(struct ep_arena *arena, const struct ep_conninfo *conninfo, size_t offset)
{
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
    bool is_given = false;
    for (size_t i = 0; i < conninfo->host_count; i++) {
        const char *item = *(const char *const *)((const char *)&conninfo->hosts[i] + offset);
        is_given = is_given || item[0] != '\0';
        ep_text_format(&text, "%s%s", i == 0 ? "" : ",", item);
    }
    return is_given ? ep_arena_copy(arena, ep_text_span(&text)) : NULL;
}

size_t
ep_hook_database_variables(struct ep_arena *arena, const struct ep_conninfo *conninfo,
                           struct ep_hook_variable ret_variables[EP_HOOK_DATABASE_VARIABLES_MAX])
{
    const char *host = joined(arena, conninfo, offsetof(struct ep_host, name));
    const char *address = joined(arena, conninfo, offsetof(struct ep_host, address));
    const char *port = joined(arena, conninfo, offsetof(struct ep_host, port));
    size_t count = 0;

    if (host != NULL || address != NULL) {
        /* A service's values would go before these variables, and they hold for these hosts. */
        ret_variables[count++] = (struct ep_hook_variable){"PGSERVICE", NULL};
        ret_variables[count++] = (struct ep_hook_variable){"PGHOST", host};
        ret_variables[count++] = (struct ep_hook_variable){"PGHOSTADDR", address};
    }
    if (port != NULL) {
        ret_variables[count++] = (struct ep_hook_variable){"PGPORT", port};
    }
    for (size_t i = 0; i < EP_COUNT_OF(names); i++) {
        const char *value = ep_conninfo_find(conninfo, names[i].keyword);
        if (value != NULL) {
            ret_variables[count++] = (struct ep_hook_variable){names[i].variable, value};
        }
    }
    EP_CHECK(count <= EP_HOOK_DATABASE_VARIABLES_MAX);
    return count;
}

static bool has_name(const char *entry, const char *name)
{
    size_t size = strlen(name);
    return strncmp(entry, name, size) == 0 && entry[size] == '=';
}

char **ep_hook_environment(struct ep_arena *arena, char *const environment[],
                           const struct ep_hook_variable *variables, size_t count)
{
    size_t given = 0, used = 0;
    while (environment[given] != NULL) {
        given++;
    }
    char **all = ep_arena_array(arena, given + count + 1, sizeof(*all));
    for (size_t i = 0; i < given; i++) {
        bool is_replaced = false;
        for (size_t k = 0; k < count && !is_replaced; k++) {
            is_replaced = has_name(environment[i], variables[k].name);
        }
        if (!is_replaced) {
            all[used++] = environment[i];
        }
    }
    for (size_t k = 0; k < count; k++) {
        if (variables[k].value != NULL) {
            all[used++] = ep_arena_format(arena, "%s=%s", variables[k].name, variables[k].value);
        }
    }
    return all;
}
