#include "steps/connection.h"

#include "base/text.h"
#include "postgres/session.h"

#include <pwd.h>
#include <stdint.h>
#include <unistd.h>

static const char *environment(const char *name)
{
    const char *value = getenv(name);
    return value == NULL ? "" : value;
}

/* The part of a comma-separated list; the only one stands for all, as for libpq. */
static const char *list_part(struct ep_arena *arena, const char *list, size_t index)
{
    struct ep_span rest = ep_span_of(list);
    size_t comma = ep_span_find_byte(rest, 0, ',');

    if (comma == SIZE_MAX) {
        return list;
    }
    for (size_t i = 0; i < index && comma != SIZE_MAX; i++) {
        rest = ep_span_part(rest, comma + 1, SIZE_MAX);
        comma = ep_span_find_byte(rest, 0, ',');
    }
    return ep_arena_copy(arena, ep_span_part(rest, 0, comma));
}

/*
 * Without a host in the text PGHOST names it. It is taken here rather than left to
 * libpq, so that its name is resolved under our deadline. PGHOSTADDR and
 * PGSERVICE need no name and stay libpq's.
 */
static void fill_hosts(struct ep_arena *arena, struct ep_conninfo *conninfo)
{
    const char *names = environment("PGHOST");
    bool theirs = environment("PGHOSTADDR")[0] != '\0' || environment("PGSERVICE")[0] != '\0';

    if (conninfo->host_count > 1 || conninfo->hosts[0].name[0] != '\0'
        || conninfo->hosts[0].address[0] != '\0' || names[0] == '\0' || theirs) {
        return;
    }
    size_t count = 1;
    for (const char *at = strchr(names, ','); at != NULL; at = strchr(at + 1, ',')) {
        count++;
    }
    const char *port = conninfo->hosts[0].port;
    struct ep_host *hosts = ep_arena_array(arena, count, sizeof(*hosts));
    for (size_t i = 0; i < count; i++) {
        hosts[i] = (struct ep_host){
            .name = list_part(arena, names, i),
            .address = "",
            .port = port[0] != '\0' ? port : list_part(arena, environment("PGPORT"), i),
        };
    }
    conninfo->hosts = hosts;
    conninfo->host_count = count;
}

/* libpq falls back on the process's user, which a container's arbitrary UID has no name for. */
static bool check_user(const struct ep_conninfo *conninfo, struct ep_error *err)
{
    if (ep_conninfo_find(conninfo, "user") != NULL || environment("PGUSER")[0] != '\0'
        || environment("PGSERVICE")[0] != '\0' || getpwuid(geteuid()) != NULL) {
        return true;
    }
    (void)ep_fail(err, EP_FAULT_CONFIG, "the connection string names no user");
    (void)ep_error_detail(err, "User id %ld has no name in this container either.",
                          (long)geteuid());
    return ep_error_hint(err, "Write postgresql://USER:PASSWORD@HOST/DATABASE, or set PGUSER.");
}

static bool prepare_one(struct ep_arena *arena, const char *variable, const char *value,
                        const struct ep_reporter *reporter, struct ep_conninfo *ret_conninfo,
                        struct ep_error *err)
{
    static const struct ep_host anywhere = {.name = "", .address = "", .port = ""};
    bool has_host = environment("PGHOST")[0] != '\0' || environment("PGHOSTADDR")[0] != '\0'
                    || environment("PGSERVICE")[0] != '\0';

    *ret_conninfo = (struct ep_conninfo){.hosts = &anywhere, .host_count = 1};
    if (value != NULL
        && !ep_conninfo_parse(arena, value, ep_session_libpq_version(), has_host, ret_conninfo,
                              err)) {
        return ep_error_context(err, "%s", variable);
    }
    fill_hosts(arena, ret_conninfo);
    if (!check_user(ret_conninfo, err)) {
        return ep_error_context(err, "%s", variable);
    }
    for (size_t i = 0; i < ret_conninfo->note_count; i++) {
        ep_report(reporter, EP_EVENT_DATABASE_NOTE, EP_TEXT_FIELD("variable", variable),
                  EP_TEXT_FIELD("note", ret_conninfo->notes[i]));
    }
    return true;
}

static const char *user_of(const struct ep_conninfo *conninfo)
{
    const char *user = ep_conninfo_find(conninfo, "user");
    const struct passwd *entry = NULL;

    if (user == NULL && environment("PGUSER")[0] != '\0') {
        user = environment("PGUSER");
    }
    if (user == NULL) {
        entry = getpwuid(geteuid());
        user = entry == NULL ? "" : entry->pw_name;
    }
    return user;
}

/* libpq's rule: the database is named like the user where nothing names it. */
static const char *database_of(const struct ep_conninfo *conninfo)
{
    const char *database = ep_conninfo_find(conninfo, "dbname");

    if (database == NULL && environment("PGDATABASE")[0] != '\0') {
        database = environment("PGDATABASE");
    }
    return database == NULL ? user_of(conninfo) : database;
}

static void report_database(const char *variable, const struct ep_conninfo *conninfo,
                            const struct ep_reporter *reporter)
{
    struct ep_text address EP_CLEANUP(ep_text_clear) = {0};

    for (size_t i = 0; i < conninfo->host_count; i++) {
        const struct ep_host *host = &conninfo->hosts[i];
        const char *name = host->name[0] != '\0' ? host->name : host->address;
        ep_text_format(&address, "%s%s%s%s", i == 0 ? "" : ", ",
                       name[0] == '\0' ? "libpq's default host" : name,
                       host->port[0] == '\0' ? "" : ":", host->port);
    }
    ep_report(reporter, EP_EVENT_DATABASE, EP_TEXT_FIELD("database", database_of(conninfo)),
              EP_TEXT_FIELD("address", ep_text_get(&address)),
              EP_TEXT_FIELD("user", user_of(conninfo)), EP_TEXT_FIELD("variable", variable));
}

bool ep_connection_prepare(struct ep_arena *arena, const struct ep_configuration *configuration,
                           const struct ep_reporter *reporter, struct ep_connection *ret_connection,
                           struct ep_error *err)
{
    struct ep_connection connection = {0};
    struct ep_database database = {0};

    if (!ep_database_choose(arena, configuration, &database, err)
        || !prepare_one(arena, database.variable, database.value, reporter, &connection.conninfo,
                        err)) {
        return false;
    }
    report_database(database.variable, &connection.conninfo, reporter);
    if (database.app_value != NULL) {
        connection.has_app = true;
        if (!prepare_one(arena, database.app_variable, database.app_value, reporter,
                         &connection.app, err)) {
            return false;
        }
        if (strcmp(database_of(&connection.conninfo), database_of(&connection.app)) != 0) {
            (void)ep_fail(err, EP_FAULT_CONFIG, "%s names database \"%s\", but %s names \"%s\"",
                          database.variable, database_of(&connection.conninfo),
                          database.app_variable, database_of(&connection.app));
            return ep_error_hint(err, "Migrations would go to another database than the server's: "
                                      "make both name the same one, or unset one of them.");
        }
    }
    *ret_connection = connection;
    return true;
}
