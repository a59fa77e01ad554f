#define _GNU_SOURCE /* EAI_NODATA, EAI_ADDRFAMILY; strcasecmp */
#include "postgres/failure.h"

#include <errno.h>
#include <netdb.h>
#include <strings.h>

/* A row applies when the SQLSTATE begins with code and the message contains text; NULL: any. */
struct rule {
    const char *code;
    const char *text;
    enum ep_failure_class class;
    enum ep_fault fault;
    int64_t pause_ms;
    const char *hint;
};

#define ROW(code_, text_, class_, fault_, hint_)                        \
    {                                                                   \
        .code = (code_), .text = (text_), .class = EP_FAILURE_##class_, \
        .fault = EP_FAULT_##fault_, .hint = (hint_)                     \
    }

static const char password_hint[] =
    "Check user and password in the connection string: characters such as @ : / ? # % must be "
    "%-encoded once, not twice, and a line break or quotes around the value become part of it.";
static const char no_password_hint[] =
    "The connection string has no password, or PGPASSWORD is not set in this container.";
static const char database_hint[] =
    "Create the database, or correct its name at the end of the connection string.";
static const char encryption_hint[] =
    "Add sslmode=require to the connection string: the server takes encrypted connections only.";
static const char plain_hint[] =
    "Use sslmode=require in the connection string if the server takes encrypted connections only; "
    "else its pg_hba.conf has no line for this user, database and client address.";
static const char option_hint[] =
    "A parameter of the connection string was sent to the server, which does not take it: remove "
    "or correct it there (or in options=).";
static const char full_hint[] =
    "Every connection is in use: close some, raise the limit, or connect through a pooler.";
static const char limit_hint[] =
    "The limit is that of this role or database (CONNECTION LIMIT), not the server's "
    "max_connections.";
static const char supabase_user_hint[] =
    "Copy host and user from the Supabase dashboard: the user is postgres.<project-ref>, and the "
    "number in aws-<number>-<region> matters.";
static const char neon_endpoint_hint[] =
    "Copy the connection string from the Neon console: the endpoint it names is not there.";
static const char allow_list_hint[] =
    "Add this container's outgoing address to the allowed addresses at the database provider.";
static const char verify_hint[] =
    "Give the authority's certificate with sslrootcert=, or in SSL_CERT_FILE with "
    "sslrootcert=system; sslmode=require encrypts without verifying.";
static const char other_port_hint[] =
    "What listens there does not speak PostgreSQL's protocol: check host and port.";
static const char method_hint[] =
    "The server wants a kind of authentication that this client does not have, such as GSSAPI.";
static const char ipv6_hint[] =
    "The address is IPv6 and there is no IPv6 route from here: use a host name with an IPv4 "
    "address (at Supabase that of the session pooler), or enable IPv6.";

static const char hang_up_hint[] =
    "The server hung up in the middle of TLS: it restarts, or sslnegotiation=direct is given and "
    "the server is older than PostgreSQL 17.";
static const char silence_hint[] =
    "Check host and port, and that no firewall or security group drops the packets.";
static const char name_hint[] =
    "Check the host name in the connection string, and that both containers share a network.";

/* What somebody at the other end said. The first row that applies counts. */
static const struct rule server_rules[] = {
    /* PgBouncer; newer versions forward the server's own SQLSTATE at login */
    ROW("08P01", "server login has been failing", TRANSIENT, UNAVAILABLE,
        "PgBouncer answers, but cannot log in to the server behind it."),
    ROW("08P01", "query_wait_timeout", TRANSIENT, UNAVAILABLE,
        "PgBouncer answers, but has no connection to the server behind it."),
    ROW("08P01", "client_login_timeout", TRANSIENT, UNAVAILABLE, ""),
    ROW("08P01", "no more connections allowed", TRANSIENT, UNAVAILABLE, full_hint),
    ROW("08P01", "connections exceeded", TRANSIENT, UNAVAILABLE, full_hint),
    ROW("08P01", "shutting down", TRANSIENT, UNAVAILABLE, ""),
    ROW("08P01", "cannot connect to server", TRANSIENT, UNAVAILABLE, ""),
    ROW("08P01", "server DNS lookup failed", TRANSIENT, UNAVAILABLE, ""),
    ROW("08P01", "no such database", FINAL, CONFIG,
        "PgBouncer's [databases] section does not have this name."),
    ROW("08P01", "unsupported startup parameter", FINAL, CONFIG,
        "PgBouncer refuses this start-up parameter: connect to the server directly, remove it "
        "from the connection string, or add it to PgBouncer's ignore_startup_parameters."),
    ROW("08P01", "no such user", ATTEMPTS, DENIED, password_hint),
    ROW("08P01", "authentication failed", ATTEMPTS, DENIED, password_hint),
    ROW("08P01", "login rejected", ATTEMPTS, DENIED, ""),
    ROW("08P01", "SSL required", FINAL, CONFIG, encryption_hint),
    ROW("08P01", "TLS connection required", FINAL, CONFIG, encryption_hint),
    ROW("08P01", "TLS client certificate required", FINAL, CONFIG,
        "Give a client certificate with sslcert= and sslkey=."),
    ROW("08P01", "does not exist", FINAL, CONFIG, database_hint),

    /* Supavisor: a code in brackets; before, texts */
    {.text = "(ECIRCUITBREAKER)",
     .class = EP_FAILURE_TRANSIENT,
     .fault = EP_FAULT_UNAVAILABLE,
     .pause_ms = 40000, /* jitter leaves 32 s at least */
     .hint = "The pooler has locked this project out for a while, usually after wrong passwords."},
    ROW(NULL, "(ENOTFOUND)", FINAL, CONFIG, supabase_user_hint),
    ROW(NULL, "(ETENANTNOTFOUND)", FINAL, CONFIG, supabase_user_hint),
    ROW("XX000", "Tenant or user not found", FINAL, CONFIG, supabase_user_hint),
    ROW(NULL, "(ENOIDENTIFIER)", FINAL, CONFIG, supabase_user_hint),
    ROW(NULL, "(EINVALIDUSERINFO)", FINAL, CONFIG, supabase_user_hint),
    ROW("XX000", "Invalid format for user or db_name", FINAL, CONFIG, supabase_user_hint),
    ROW(NULL, "(EWRONGPASSWORD)", ATTEMPTS, DENIED, password_hint),
    ROW("XX000", "Authentication error, reason", ATTEMPTS, DENIED, password_hint),
    ROW(NULL, "(EADDRNOTALLOWED)", FINAL, DENIED, allow_list_hint),
    ROW("XX000", "Address not in tenant allow_list", FINAL, DENIED, allow_list_hint),
    ROW(NULL, "(EBANNED)", FINAL, DENIED, "Ask the database provider why it bans this project."),
    ROW(NULL, "(ESSLREQUIRED)", FINAL, CONFIG, encryption_hint),
    ROW("XX000", "SSL connection is required", FINAL, CONFIG, encryption_hint),
    ROW(NULL, "(EMAXCONN)", TRANSIENT, UNAVAILABLE, full_hint),
    ROW(NULL, "(EMAXCONNSESSION)", TRANSIENT, UNAVAILABLE, full_hint),
    ROW(NULL, "(EMAXPOOLSREACHED)", TRANSIENT, UNAVAILABLE, full_hint),
    ROW("XX000", "Max client connections reached", TRANSIENT, UNAVAILABLE, full_hint),
    ROW("XX000", "MaxClientsInSessionMode", TRANSIENT, UNAVAILABLE, full_hint),
    ROW("XX000", "Max pools count reached", TRANSIENT, UNAVAILABLE, full_hint),
    ROW(NULL, "(ECHECKOUTTIMEOUT)", TRANSIENT, UNAVAILABLE, full_hint),
    ROW("XX000", "Unable to check out process from the pool", TRANSIENT, UNAVAILABLE, full_hint),
    ROW(NULL, "(EPOOLTERMINATING)", TRANSIENT, UNAVAILABLE, ""),
    ROW(NULL, "(ESUBSCRIBERETRIES)", TRANSIENT, UNAVAILABLE, ""),
    ROW("XX000", "Failed to subscribe to tenant", TRANSIENT, UNAVAILABLE, ""),
    ROW(NULL, "(EAUTHTIMEOUT)", TRANSIENT, UNAVAILABLE, ""),
    ROW("XX000", "DbHandler exited", TRANSIENT, UNAVAILABLE, ""),

    /* Neon's proxy: XX000 for everything, even a wrong password */
    ROW("XX000", "password authentication failed", ATTEMPTS, DENIED, password_hint),
    ROW("XX000", "Endpoint ID is not specified", FINAL, CONFIG,
        "Connect by the endpoint's host name with TLS, or add options=endpoint%3D<endpoint-id>."),
    ROW("XX000", "Inconsistent project name", FINAL, CONFIG, neon_endpoint_hint),
    ROW("XX000", "endpoint cannot be found", FINAL, CONFIG, neon_endpoint_hint),
    ROW("XX000", "endpoint is disabled", FINAL, CONFIG, "Enable the endpoint in the Neon console."),
    ROW("XX000", "is not allowed to connect", FINAL, DENIED, allow_list_hint),
    ROW("XX000", "from a blocked network", FINAL, DENIED, allow_list_hint),
    ROW("XX000", "connection is insecure", FINAL, CONFIG, encryption_hint),
    ROW("XX000", "unsupported startup parameter", FINAL, CONFIG, option_hint),
    ROW("XX000", "does not exist", ATTEMPTS, CONFIG, database_hint),
    ROW("XX000", "temporarily unavailable", GRACE, UNAVAILABLE,
        "The project is in maintenance or has used up a quota: see the Neon console."),
    ROW("XX000", "quota", GRACE, UNAVAILABLE, "See the quotas in the Neon console."),
    ROW("XX000", "Couldn't connect to compute node", TRANSIENT, UNAVAILABLE, ""),
    ROW("XX000", "Control plane request failed", TRANSIENT, UNAVAILABLE, ""),
    ROW("XX000", "Failed to acquire permit", TRANSIENT, UNAVAILABLE, ""),
    ROW("XX000", "Too many connections", TRANSIENT, UNAVAILABLE, ""),
    ROW("XX000", "Authentication timed out", TRANSIENT, UNAVAILABLE, ""),

    /* PostgreSQL; its messages may be translated, so that the SQLSTATE decides */
    ROW("57P03", "standby mode is disabled", TRANSIENT, UNAVAILABLE,
        "This is a standby that takes no connections: connect to the primary."),
    ROW("57P03", NULL, TRANSIENT, UNAVAILABLE, ""),
    ROW("57", NULL, TRANSIENT, UNAVAILABLE, ""),
    ROW("08000", NULL, TRANSIENT, UNAVAILABLE, ""),
    ROW("08001", NULL, TRANSIENT, UNAVAILABLE, ""),
    ROW("08003", NULL, TRANSIENT, UNAVAILABLE, ""),
    ROW("08006", NULL, TRANSIENT, UNAVAILABLE, ""),
    ROW("53300", "for role", TRANSIENT, UNAVAILABLE, limit_hint),
    ROW("53300", "for database", TRANSIENT, UNAVAILABLE, limit_hint),
    ROW("53300", NULL, TRANSIENT, UNAVAILABLE, full_hint),
    ROW("53", NULL, TRANSIENT, UNAVAILABLE, ""),
    ROW("58", NULL, TRANSIENT, UNAVAILABLE, ""),
    ROW("55006", NULL, TRANSIENT, UNAVAILABLE, ""),
    ROW("55000", "not currently accepting connections", FINAL, CONFIG,
        "The database was closed with ALLOW_CONNECTIONS false; name another one."),
    ROW("28P01", NULL, ATTEMPTS, DENIED, password_hint),
    ROW("28", "no encryption", ATTEMPTS, DENIED, plain_hint),
    ROW("28", "SSL off", ATTEMPTS, DENIED, plain_hint),
    ROW("28", "pg_hba.conf", ATTEMPTS, DENIED,
        "See the server's pg_hba.conf: a line for this user, database and client address."),
    ROW("28", NULL, ATTEMPTS, DENIED,
        "Check that the role exists, may log in, and that user and password are the right ones."),
    ROW("3D000", NULL, ATTEMPTS, CONFIG, database_hint),
    ROW("42501", NULL, FINAL, DENIED, "GRANT CONNECT ON DATABASE to this role, or use another."),
    ROW("42", NULL, FINAL, CONFIG, option_hint),
    ROW("22", NULL, FINAL, CONFIG, option_hint),
    ROW("25006", NULL, FINAL, DENIED,
        "This is a replica, or default_transaction_read_only is on: connect to the primary."),
    ROW(NULL, NULL, GRACE, UNAVAILABLE, ""),
};

/* What libpq made of somebody's answer, or of a parameter. */
static const struct rule client_rules[] = {
    ROW(NULL, "no password supplied", FINAL, DENIED, no_password_hint),
    ROW(NULL, "server does not support SSL", FINAL, CONFIG,
        "The server has ssl=off. On a private network sslmode=disable will do; else enable TLS "
        "there."),
    ROW(NULL, "certificate verify failed", FINAL, CONFIG, verify_hint),
    ROW(NULL, "root certificate file", FINAL, CONFIG, verify_hint),
    ROW(NULL, "does not match host name", FINAL, CONFIG,
        "The certificate is for another name: connect by a name that it holds, or use "
        "sslmode=verify-ca."),
    ROW(NULL, "host name from server certificate", FINAL, CONFIG, verify_hint),
    ROW(NULL, "host name must be specified for a verified", FINAL, CONFIG, verify_hint),
    ROW(NULL, "certificate could not be obtained", FINAL, CONFIG, verify_hint),
    ROW(NULL, "certificate file", FINAL, CONFIG, "Check the file that sslcert= names."),
    ROW(NULL, "private key file", FINAL, CONFIG,
        "Check the file that sslkey= names, its owner and its permissions."),
    ROW(NULL, "alert certificate required", FINAL, DENIED,
        "Give a client certificate with sslcert= and sslkey=."),
    ROW(NULL, "alert unknown ca", FINAL, DENIED, "The server refuses the client certificate."),
    ROW(NULL, "received invalid response to SSL negotiation", FINAL, CONFIG, other_port_hint),
    ROW(NULL, "received invalid response to GSSAPI negotiation", FINAL, CONFIG, other_port_hint),
    ROW(NULL, "received unencrypted data after SSL response", FINAL, CONFIG, other_port_hint),
    ROW(NULL, "expected authentication request from server", FINAL, CONFIG, other_port_hint),
    ROW(NULL, "wrong version number", FINAL, CONFIG, other_port_hint),
    ROW(NULL, "packet length too long", FINAL, CONFIG, other_port_hint),
    ROW(NULL, "without ALPN protocol negotiation", FINAL, CONFIG,
        "sslnegotiation=direct needs PostgreSQL 17: remove it."),
    ROW(NULL, "alert protocol version", FINAL, CONFIG, "See ssl_min_protocol_version."),
    ROW(NULL, "unsupported protocol", FINAL, CONFIG, "See ssl_min_protocol_version."),
    ROW(NULL, "alert handshake failure", FINAL, CONFIG, ""),
    ROW(NULL, "channel binding", FINAL, CONFIG,
        "The server cannot do channel binding here: remove channel_binding=require."),
    ROW(NULL, "authentication method requirement", FINAL, CONFIG, "See require_auth."),
    ROW(NULL, "SASL authentication mechanisms are supported", FINAL, CONFIG, ""),
    ROW(NULL, "authentication not supported", FINAL, CONFIG, method_hint),
    ROW(NULL, "authentication method", FINAL, CONFIG, method_hint),
    ROW(NULL, "GSSAPI encryption", FINAL, CONFIG, "Remove gssencmode=require."),
    ROW(NULL, "incorrect server signature", FINAL, DENIED,
        "The server does not know the password either: is it the right server?"),
    ROW(NULL, "SCRAM iterations, more than", FINAL, CONFIG,
        "Lower the server's scram_iterations and set the password again. Is it the right server?"),
    ROW(NULL, "session is read-only", TRANSIENT, UNAVAILABLE, "See target_session_attrs."),
    ROW(NULL, "session is not read-only", TRANSIENT, UNAVAILABLE, "See target_session_attrs."),
    ROW(NULL, "in hot standby mode", TRANSIENT, UNAVAILABLE, "See target_session_attrs."),
    ROW(NULL, "could not fork new process", TRANSIENT, UNAVAILABLE, ""),
};

/* Parameters that libpq refuses by itself, whatever the server. */
static const struct rule parameter_rules[] = {
    ROW(NULL, "could not look up local user ID", FINAL, CONFIG,
        "Name the user in the connection string."),
    ROW(NULL, "local user with ID", FINAL, CONFIG, "Name the user in the connection string."),
    ROW(NULL, "could not parse network address", FINAL, CONFIG, "See hostaddr."),
    ROW(NULL, "is too long (maximum", FINAL, CONFIG, "Use a shorter path for the socket folder."),
    ROW(NULL, "invalid integer value", FINAL, CONFIG, ""),
    ROW(NULL, "invalid port number", FINAL, CONFIG, ""),
    ROW(NULL, "invalid connection option", FINAL, CONFIG, ""),
    ROW(NULL, "definition of service", FINAL, CONFIG, "See service and PGSERVICEFILE."),
    ROW(NULL, " value: \"", FINAL, CONFIG, ""), /* invalid sslmode value: "..." */
};

/* The connection broke, and no errno says so. */
static const struct rule transport_rules[] = {
    ROW(NULL, "server closed the connection unexpectedly", TRANSIENT, UNAVAILABLE, ""),
    ROW(NULL, "EOF detected", TRANSIENT, UNAVAILABLE, hang_up_hint),
    ROW(NULL, "unexpected eof while reading", TRANSIENT, UNAVAILABLE, hang_up_hint),
    ROW(NULL, "SSL connection has been closed unexpectedly", TRANSIENT, UNAVAILABLE, ""),
    ROW(NULL, "timeout expired", TRANSIENT, UNAVAILABLE, ""),
    ROW(NULL, "SSL error", GRACE, CONFIG, ""),
};

/* Which addresses a row is for. */
enum where { ANYWHERE, SOCKET, IPV6, LOOPBACK };

/* What the operating system said: the message holds strerror(errnum). */
static const struct errno_rule {
    int errnum;
    enum where where;
    enum ep_failure_class class;
    enum ep_fault fault;
    const char *hint;
} errno_rules[] = {
#define ERRNO_ROW(errnum_, where_, class_, fault_, hint_)              \
    {                                                                  \
        errnum_, where_, EP_FAILURE_##class_, EP_FAULT_##fault_, hint_ \
    }
    ERRNO_ROW(ECONNREFUSED, SOCKET, GRACE, UNAVAILABLE, "Nobody listens on this socket any more."),
    ERRNO_ROW(ECONNREFUSED, LOOPBACK, TRANSIENT, UNAVAILABLE,
              "Inside a container, localhost is the container itself: name the database's host."),
    ERRNO_ROW(ECONNREFUSED, ANYWHERE, TRANSIENT, UNAVAILABLE,
              "Nothing listens there: check host and port, and that the server runs."),
    ERRNO_ROW(ENOENT, SOCKET, GRACE, UNAVAILABLE,
              "The socket is not there (yet): check that its folder is mounted into this container "
              "and that the server, or the proxy that makes it, runs."),
    ERRNO_ROW(EACCES, SOCKET, FINAL, DENIED,
              "This user may not use the socket: check the permissions of its folder."),
    ERRNO_ROW(EACCES, ANYWHERE, GRACE, UNAVAILABLE, "A firewall rule on this side says no."),
    ERRNO_ROW(EPERM, ANYWHERE, GRACE, UNAVAILABLE, "A firewall rule on this side says no."),
    ERRNO_ROW(ENETUNREACH, IPV6, GRACE, CONFIG, ipv6_hint),
    ERRNO_ROW(EHOSTUNREACH, IPV6, GRACE, CONFIG, ipv6_hint),
    ERRNO_ROW(EADDRNOTAVAIL, IPV6, GRACE, CONFIG, ipv6_hint),
    ERRNO_ROW(EAFNOSUPPORT, IPV6, GRACE, CONFIG, ipv6_hint),
    ERRNO_ROW(ENETUNREACH, ANYWHERE, GRACE, UNAVAILABLE, "There is no route to this address."),
    ERRNO_ROW(EHOSTUNREACH, ANYWHERE, GRACE, UNAVAILABLE, "There is no route to this address."),
    ERRNO_ROW(EADDRNOTAVAIL, ANYWHERE, GRACE, UNAVAILABLE, ""),
    ERRNO_ROW(ECONNRESET, ANYWHERE, TRANSIENT, UNAVAILABLE, ""),
    ERRNO_ROW(ECONNABORTED, ANYWHERE, TRANSIENT, UNAVAILABLE, ""),
    ERRNO_ROW(EPIPE, ANYWHERE, TRANSIENT, UNAVAILABLE, ""),
    ERRNO_ROW(ENOTCONN, ANYWHERE, TRANSIENT, UNAVAILABLE, ""),
    ERRNO_ROW(ETIMEDOUT, ANYWHERE, TRANSIENT, UNAVAILABLE, ""),
    ERRNO_ROW(EHOSTDOWN, ANYWHERE, TRANSIENT, UNAVAILABLE, ""),
    ERRNO_ROW(ENETDOWN, ANYWHERE, TRANSIENT, UNAVAILABLE, ""),
    ERRNO_ROW(EAGAIN, ANYWHERE, TRANSIENT, UNAVAILABLE, ""), /* a socket's queue is full */
};

/* A look-up that gave no address. */
static const struct lookup_rule {
    int eai_code;
    enum ep_failure_class class;
    enum ep_fault fault;
    const char *hint;
} lookup_rules[] = {
#define LOOKUP_ROW(eai_, class_, fault_, hint_)             \
    {                                                       \
        eai_, EP_FAILURE_##class_, EP_FAULT_##fault_, hint_ \
    }
    LOOKUP_ROW(EAI_AGAIN, TRANSIENT, UNAVAILABLE,
               "The name server did not answer: check the container's network and resolv.conf."),
    LOOKUP_ROW(EAI_MEMORY, TRANSIENT, UNAVAILABLE, ""),
    LOOKUP_ROW(EAI_SYSTEM, TRANSIENT, UNAVAILABLE, ""),
    LOOKUP_ROW(EAI_NONAME, GRACE, CONFIG, name_hint),
#ifdef EAI_NODATA
    LOOKUP_ROW(EAI_NODATA, GRACE, CONFIG, name_hint),
#endif
#ifdef EAI_ADDRFAMILY
    LOOKUP_ROW(EAI_ADDRFAMILY, GRACE, CONFIG, name_hint),
#endif
    LOOKUP_ROW(EAI_FAIL, GRACE, UNAVAILABLE, ""),
};

static bool rule_applies(const struct rule *rule, const struct ep_refusal *refusal)
{
    return (rule->code == NULL || strncmp(refusal->sqlstate, rule->code, strlen(rule->code)) == 0)
           && (rule->text == NULL || strstr(refusal->message, rule->text) != NULL);
}

static bool find_rule(const struct rule *rules, size_t count, const struct ep_refusal *refusal,
                      bool server_answered, struct ep_failure *ret_failure)
{
    for (size_t i = 0; i < count; i++) {
        if (rule_applies(&rules[i], refusal)) {
            *ret_failure = (struct ep_failure){.class = rules[i].class,
                                               .fault = rules[i].fault,
                                               .server_answered = server_answered,
                                               .pause_ms = rules[i].pause_ms,
                                               .hint = rules[i].hint};
            return true;
        }
    }
    return false;
}

static bool is_socket(const struct ep_address *address)
{
    return address->host[0] == '/' || address->host[0] == '@';
}

static bool is_loopback(const struct ep_address *address)
{
    return strcasecmp(address->host, "localhost") == 0 || strcmp(address->numeric, "::1") == 0
           || strncmp(address->numeric, "127.", 4) == 0;
}

static bool is_at(enum where where, const struct ep_address *address)
{
    switch (where) {
    case ANYWHERE:
        return true;
    case SOCKET:
        return is_socket(address);
    case IPV6:
        return strchr(address->numeric, ':') != NULL;
    case LOOPBACK:
        return is_loopback(address);
    }
    return false;
}

/* libpq leaves errno unset or stale, but writes strerror() into its message. */
static bool find_errno_rule(const struct ep_refusal *refusal, const struct ep_address *address,
                            struct ep_failure *ret_failure)
{
    for (size_t i = 0; i < EP_COUNT_OF(errno_rules); i++) {
        const struct errno_rule *rule = &errno_rules[i];
        if (is_at(rule->where, address)
            && strstr(refusal->message, strerror(rule->errnum)) != NULL) {
            *ret_failure =
                (struct ep_failure){.class = rule->class, .fault = rule->fault, .hint = rule->hint};
            return true;
        }
    }
    return false;
}

/* Only where libpq looks a name up by itself: the host that PGHOST names. */
static struct ep_failure of_lookup_text(const char *message)
{
    for (size_t i = 0; i < EP_COUNT_OF(lookup_rules); i++) {
        if (strstr(message, gai_strerror(lookup_rules[i].eai_code)) != NULL) {
            return ep_failure_of_lookup(lookup_rules[i].eai_code);
        }
    }
    return ep_failure_of_lookup(EAI_NONAME);
}

struct ep_failure ep_failure_of_refusal(const struct ep_refusal *refusal,
                                        const struct ep_address *address)
{
    struct ep_failure failure = {
        .class = EP_FAILURE_GRACE, .fault = EP_FAULT_UNAVAILABLE, .hint = ""};

    if (refusal->needs_password) {
        return (struct ep_failure){.class = EP_FAILURE_FINAL,
                                   .fault = EP_FAULT_DENIED,
                                   .server_answered = true,
                                   .hint = no_password_hint};
    }
    if (refusal->sqlstate[0] != '\0') {
        (void)find_rule(server_rules, EP_COUNT_OF(server_rules), refusal, true, &failure);
        return failure;
    }
    if (refusal->timed_out) {
        failure.class = EP_FAILURE_TRANSIENT;
        failure.hint = silence_hint;
        return failure;
    }
    if (strstr(refusal->message, "could not translate host name") != NULL) {
        return of_lookup_text(refusal->message);
    }
    /* From the precise to the general: "SSL error: ...: Connection reset by peer". */
    if (!find_rule(client_rules, EP_COUNT_OF(client_rules), refusal, true, &failure)
        && !find_rule(parameter_rules, EP_COUNT_OF(parameter_rules), refusal, false, &failure)
        && !find_errno_rule(refusal, address, &failure)) {
        (void)find_rule(transport_rules, EP_COUNT_OF(transport_rules), refusal, false, &failure);
    }
    return failure;
}

struct ep_failure ep_failure_of_lookup(int eai_code)
{
    for (size_t i = 0; i < EP_COUNT_OF(lookup_rules); i++) {
        if (lookup_rules[i].eai_code == eai_code) {
            return (struct ep_failure){.class = lookup_rules[i].class,
                                       .fault = lookup_rules[i].fault,
                                       .hint = lookup_rules[i].hint};
        }
    }
    return (struct ep_failure){
        .class = EP_FAILURE_GRACE, .fault = EP_FAULT_CONFIG, .hint = name_hint};
}

static bool ends_in(const char *host, size_t size, const char *suffix)
{
    size_t suffix_size = strlen(suffix);
    return size > suffix_size && strncasecmp(host + size - suffix_size, suffix, suffix_size) == 0;
}

bool ep_failure_host_may_appear(const char *host)
{
    static const char *const suffixes[] = {".internal", ".flycast", ".svc", ".local"};
    size_t size = strlen(host);

    if (size > 0 && host[size - 1] == '.') { /* the DNS root */
        size--;
    }
    if (size == 0 || host[0] == '/' || host[0] == '@' || memchr(host, ':', size) != NULL) {
        return false;
    }
    for (size_t i = 0; i < EP_COUNT_OF(suffixes); i++) {
        if (ends_in(host, size, suffixes[i])) {
            return true;
        }
    }
    return memchr(host, '.', size) == NULL;
}

enum ep_fault ep_failure_fault_of_sqlstate(const char *sqlstate)
{
    static const struct {
        const char *code;
        enum ep_fault fault;
    } rows[] = {
        {"28", EP_FAULT_DENIED},         {"42501", EP_FAULT_DENIED},
        {"25006", EP_FAULT_DENIED},      {"08", EP_FAULT_UNAVAILABLE},
        {"40", EP_FAULT_UNAVAILABLE},    {"53", EP_FAULT_UNAVAILABLE},
        {"55P03", EP_FAULT_UNAVAILABLE}, {"57P", EP_FAULT_UNAVAILABLE},
        {"58", EP_FAULT_UNAVAILABLE},
    };

    for (size_t i = 0; i < EP_COUNT_OF(rows); i++) {
        if (strncmp(sqlstate, rows[i].code, strlen(rows[i].code)) == 0) {
            return rows[i].fault;
        }
    }
    return EP_FAULT_SQL;
}
