/*
 * connection.h - which database, and how to reach it: the settings' connection
 * string made ready for ep_wait().
 */
#ifndef EP_STEPS_CONNECTION_H
#define EP_STEPS_CONNECTION_H

#include "postgres/conninfo.h"
#include "settings/database.h"

struct ep_connection {
    struct ep_conninfo conninfo;
    /* DATABASE_URL, where another variable was chosen and it is set too. The server will use it,
     * so it must answer as well before the server starts. */
    bool has_app;
    struct ep_conninfo app;
};

/*
 * Choose the variable, read its value, fill in hosts from PGHOST and PGPORT
 * where it names none. Reports EP_EVENT_DATABASE and EP_EVENT_DATABASE_NOTE.
 *
 * Errors: EP_FAULT_CONFIG; also when the variable and DATABASE_URL name
 * different databases, and when no user is given and this process has none.
 */
bool ep_connection_prepare(struct ep_arena *arena, const struct ep_configuration *configuration,
                           const struct ep_reporter *reporter, struct ep_connection *ret_connection,
                           struct ep_error *err) EP_MUST_CHECK;

#endif
