/*
 * conninfo.h - from DATABASE_URL to what libpq is given.
 *
 * Deployed connection strings are written for Node's drivers, ORMs and other
 * languages. libpq refuses many of them and prints the password while doing so.
 * Here a value is parsed by our own rules and becomes a list of hosts and of
 * keyword parameters; each departure from the text is a note for the log.
 *
 *   pass       libpq would read it the same way
 *   translate  the meaning is clear but libpq would refuse or misread it
 *   drop       a parameter of another driver that changes nothing for us
 *   refuse     the meaning is not clear, or the value cannot work
 *
 * The user and password end at the LAST "@" of the authority, as Node's drivers
 * read it, so that the server and this program reach the same host.
 *
 * No text that comes out of here (notes, errors) ever holds the password, or a
 * piece of a value that could be one.
 *
 * Limits: 16 KiB of text, 32 hosts, 64 parameters. Source: libpq's conninfo_uri_parse, RFC
 * 3986, the WHATWG URL standard, and the table in tests/unit/postgres.
 */
#ifndef EP_POSTGRES_CONNINFO_H
#define EP_POSTGRES_CONNINFO_H

#include "base/arena.h"
#include "base/error.h"

/* One place to connect to. */
struct ep_host {
    const char *name;    /* host name, address without brackets, or a socket folder ("/run/x");
                            "" : not given, PGHOST decides */
    const char *address; /* "hostaddr": an address that needs no look-up, or "" */
    const char *port;    /* decimal digits, or "" */
};

/* A libpq parameter: "sslmode", "require". host, hostaddr and port are not among them. */
struct ep_parameter {
    const char *keyword, *value;
};

struct ep_conninfo {
    const struct ep_host *hosts; /* at least one */
    size_t host_count;
    const struct ep_parameter *parameters; /* each keyword once; user, password, dbname too */
    size_t parameter_count;
    const char *const *notes; /* for the log: what was changed, dropped, or looks wrong */
    size_t note_count;
    bool pooler_hint; /* the value looks like a transaction pooler's */
};

/* The value of a parameter, or NULL. */
const char *ep_conninfo_find(const struct ep_conninfo *conninfo, const char *keyword);

/*
 * Read one connection string. libpq_version is that of the libpq that will get
 * the parameters, as PQlibVersion() gives it (170011): what it does not know is
 * dropped with a note, or refused where dropping would weaken security.
 *
 * Environment variables are not read; "postgresql:///db" without a host is
 * refused unless environment_host says that PGHOST or PGHOSTADDR is set, or the
 * value names a service.
 *
 * ret_conninfo holds copies in arena, nothing of value; it is set on success only.
 * client_encoding is never among the parameters: sessions always speak UTF-8.
 *
 * Errors: EP_FAULT_CONFIG. The summary names the trouble without the value, the
 * hint says how to write it.
 */
bool ep_conninfo_parse(struct ep_arena *arena, const char *value, int libpq_version,
                       bool environment_host, struct ep_conninfo *ret_conninfo,
                       struct ep_error *err) EP_MUST_CHECK;

#endif
