/*
 * Unit tests of postgres/failure: an example for each way of saying no that is
 * known, as libpq words it with PQERRORS_VERBOSE, and what becomes of it.
 */
#define _GNU_SOURCE /* EAI_NODATA */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <netdb.h>

#include "postgres/failure.h"

enum {
    T = EP_FAILURE_TRANSIENT,
    G = EP_FAILURE_GRACE,
    A = EP_FAILURE_ATTEMPTS,
    F = EP_FAILURE_FINAL
};
enum { UNAVAILABLE = EP_FAULT_UNAVAILABLE, DENIED = EP_FAULT_DENIED, CONFIG = EP_FAULT_CONFIG };

static const struct ep_address anywhere = {.host = "db", .numeric = "10.0.0.5", .port = "5432"};
static const struct ep_address ipv6 = {.host = "db", .numeric = "fd12::5", .port = "5432"};
static const struct ep_address loopback = {.host = "localhost", .numeric = "127.0.0.1", .port = ""};
static const struct ep_address folder = {.host = "/cloudsql/p:r:i", .numeric = "", .port = ""};

static struct ep_failure classify(const char *sqlstate, const char *message,
                                  const struct ep_address *address)
{
    struct ep_refusal refusal = {0};
    (void)snprintf(refusal.sqlstate, sizeof(refusal.sqlstate), "%s", sqlstate);
    (void)snprintf(refusal.message, sizeof(refusal.message), "%s", message);
    return ep_failure_of_refusal(&refusal, address);
}

static void check(const char *label, struct ep_failure failure, int class, int fault,
                  const char *hint)
{
    if ((int)failure.class != class || (int)failure.fault != fault
        || strstr(failure.hint, hint) == NULL) {
        print_error("# %s: class %d fault %d hint \"%s\"\n", label, (int)failure.class,
                    (int)failure.fault, failure.hint);
    }
    assert_int_equal(failure.class, class);
    assert_int_equal(failure.fault, fault);
    assert_non_null(strstr(failure.hint, hint));
}

struct answer {
    const char *sqlstate, *message;
    int class, fault;
    const char *hint; /* a part of it */
};

static void check_answers(const struct answer *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct ep_failure failure = classify(rows[i].sqlstate, rows[i].message, &anywhere);
        check(rows[i].message, failure, rows[i].class, rows[i].fault, rows[i].hint);
        assert_true(failure.server_answered);
    }
}

static void postgresql_says_no(void **state)
{
    (void)state;
    static const struct answer rows[] = {
        {"57P03", "the database system is starting up", T, UNAVAILABLE, ""},
        {"57P03", "the database system is in recovery mode", T, UNAVAILABLE, ""},
        {"57P03", "das Datenbanksystem startet", T, UNAVAILABLE, ""},
        {"57P03", "the database system is not accepting connections: Hot standby mode is disabled.",
         T, UNAVAILABLE, "primary"},
        {"57P01", "terminating connection due to administrator command", T, UNAVAILABLE, ""},
        {"57P02", "terminating connection because of crash of another server process", T,
         UNAVAILABLE, ""},
        {"57014", "canceling authentication due to timeout", T, UNAVAILABLE, ""},
        {"08000", "connection exception", T, UNAVAILABLE, ""},
        {"08001", "could not connect", T, UNAVAILABLE, ""},
        {"08003", "connection does not exist", T, UNAVAILABLE, ""},
        {"08006", "Failed to connect to database: :econnrefused", T, UNAVAILABLE, ""},
        {"53300", "sorry, too many clients already", T, UNAVAILABLE, "Every connection"},
        {"53300",
         "remaining connection slots are reserved for non-replication superuser "
         "connections",
         T, UNAVAILABLE, "Every connection"},
        {"53300", "too many connections for role \"app\"", T, UNAVAILABLE, "CONNECTION LIMIT"},
        {"53300", "too many connections for database \"app\"", T, UNAVAILABLE, "CONNECTION LIMIT"},
        {"53200", "out of memory", T, UNAVAILABLE, ""},
        {"53100", "could not extend file: No space left on device", T, UNAVAILABLE, ""},
        {"58030", "could not read file: Input/output error", T, UNAVAILABLE, ""},
        {"55006", "source database \"template1\" is being accessed by other users", T, UNAVAILABLE,
         ""},
        {"55000", "database \"app\" is not currently accepting connections", F, CONFIG, ""},
        {"28P01", "password authentication failed for user \"app\"", A, DENIED, "%-encoded"},
        {"28P01", "Passwort-Authentifizierung fehlgeschlagen", A, DENIED, "line break"},
        {"28000",
         "no pg_hba.conf entry for host \"10.0.0.9\", user \"a\", database \"b\", "
         "no encryption",
         A, DENIED, "sslmode=require"},
        {"28000", "no pg_hba.conf entry for host \"10.0.0.9\", user \"a\", database \"b\", SSL off",
         A, DENIED, "sslmode=require"},
        {"28000",
         "no pg_hba.conf entry for host \"10.0.0.9\", user \"a\", database \"b\", "
         "SSL encryption",
         A, DENIED, "pg_hba.conf"},
        {"28000", "pg_hba.conf rejects connection for host \"10.0.0.9\", no SSL", A, DENIED,
         "pg_hba.conf"},
        {"28000", "role \"app\" is not permitted to log in", A, DENIED, "may log in"},
        {"28000", "role \"app\" does not exist", A, DENIED, "may log in"},
        {"28000", "PAM authentication failed for user \"iam\"", A, DENIED, ""},
        {"3D000", "database \"app\" does not exist", A, CONFIG, "Create the database"},
        {"42501", "permission denied for database \"app\"", F, DENIED, "GRANT CONNECT"},
        {"42704", "unrecognized configuration parameter \"schema\"", F, CONFIG, "parameter"},
        {"42601", "invalid command-line argument for server process: x", F, CONFIG, "parameter"},
        {"22023", "invalid value for parameter \"client_encoding\": \"auto\"", F, CONFIG,
         "parameter"},
        {"25006", "cannot execute CREATE TABLE in a read-only transaction", F, DENIED, "replica"},
        {"08P01", "expected password response, got message type 88", G, UNAVAILABLE, ""},
        {"XX000", "something that nobody knows", G, UNAVAILABLE, ""},
        {"0A000", "unsupported frontend protocol", G, UNAVAILABLE, ""},
        {"", "could not fork new process for connection: Resource temporarily unavailable", T,
         UNAVAILABLE, ""},
    };
    check_answers(rows, EP_COUNT_OF(rows));
}

static void pgbouncer_says_no(void **state)
{
    (void)state;
    static const struct answer rows[] = {
        {"08P01", "no such database: app", F, CONFIG, "[databases]"},
        {"08P01", "password authentication failed", A, DENIED, "%-encoded"},
        {"08P01", "SASL authentication failed", A, DENIED, "%-encoded"},
        {"08P01", "no such user: app", A, DENIED, ""},
        {"08P01", "login rejected", A, DENIED, ""},
        {"08P01", "unsupported startup parameter: options", F, CONFIG, "ignore_startup_parameters"},
        {"08P01", "database \"app\" does not exist", F, CONFIG, "Create the database"},
        {"08P01", "SSL required", F, CONFIG, "sslmode=require"},
        {"08P01", "TLS connection required", F, CONFIG, "sslmode=require"},
        {"08P01", "TLS client certificate required", F, CONFIG, "sslcert="},
        {"08P01", "query_wait_timeout", T, UNAVAILABLE, "behind it"},
        {"08P01", "client_login_timeout (server down)", T, UNAVAILABLE, ""},
        {"08P01", "server login has been failing, try again later (server_login_retry)", T,
         UNAVAILABLE, "behind it"},
        {"08P01",
         "server login has been failing, cached error: password authentication failed "
         "(server_login_retry)",
         T, UNAVAILABLE, "behind it"},
        {"08P01", "no more connections allowed (max_client_conn)", T, UNAVAILABLE, ""},
        {"08P01", "client connections exceeded (max_user_client_connections)", T, UNAVAILABLE, ""},
        {"08P01", "server shutting down", T, UNAVAILABLE, ""},
        {"08P01", "pgbouncer cannot connect to server", T, UNAVAILABLE, ""},
        {"08P01", "server DNS lookup failed", T, UNAVAILABLE, ""},
        {"57P03", "the database system is starting up", T, UNAVAILABLE, ""}, /* forwarded */
    };
    check_answers(rows, EP_COUNT_OF(rows));
}

static void supavisor_says_no(void **state)
{
    (void)state;
    static const struct answer rows[] = {
        {"XX000", "(ENOTFOUND) tenant/user postgres.abc not found", F, CONFIG, "aws-"},
        {"XX000", "(ETENANTNOTFOUND) tenant or user not found", F, CONFIG, "aws-"},
        {"XX000", "Tenant or user not found", F, CONFIG, "aws-"},
        {"XX000", "(ENOIDENTIFIER) no tenant identifier provided", F, CONFIG, "project-ref"},
        {"XX000", "(EINVALIDUSERINFO) invalid format for user or db_name", F, CONFIG, ""},
        {"28P01", "(EWRONGPASSWORD) password authentication failed for user \"postgres\"", A,
         DENIED, "%-encoded"},
        {"XX000", "(EADDRNOTALLOWED) address not in tenant allow_list: {1, 2, 3, 4}", F, DENIED,
         "allowed addresses"},
        {"XX000", "Address not in tenant allow_list: {1, 2, 3, 4}", F, DENIED, ""},
        {"XX000", "(ESSLREQUIRED) SSL connection is required", F, CONFIG, "sslmode=require"},
        {"XX000", "SSL connection is required", F, CONFIG, "sslmode=require"},
        {"XX000", "(EBANNED) tenant is banned", F, DENIED, ""},
        {"XX000", "(EMAXCONN) max client connections reached, limit: 200", T, UNAVAILABLE, ""},
        {"XX000", "(EMAXCONNSESSION) max clients reached in session mode", T, UNAVAILABLE, ""},
        {"XX000", "(EMAXPOOLSREACHED) max pools count reached", T, UNAVAILABLE, ""},
        {"XX000", "Max client connections reached", T, UNAVAILABLE, ""},
        {"XX000",
         "MaxClientsInSessionMode: max clients reached - in Session mode max clients are "
         "limited to pool_size",
         T, UNAVAILABLE, ""},
        {"XX000", "Max pools count reached", T, UNAVAILABLE, ""},
        {"XX000", "(ECHECKOUTTIMEOUT) unable to check out connection", T, UNAVAILABLE, ""},
        {"XX000", "Unable to check out process from the pool due to timeout", T, UNAVAILABLE, ""},
        {"XX000", "(EPOOLTERMINATING) pool is terminating", T, UNAVAILABLE, ""},
        {"XX000", "(ESUBSCRIBERETRIES) failed to subscribe", T, UNAVAILABLE, ""},
        {"XX000", "Failed to subscribe to tenant after multiple retries. Terminating.", T,
         UNAVAILABLE, ""},
        {"XX000", "(EAUTHTIMEOUT) authentication timed out", T, UNAVAILABLE, ""},
        {"XX000", "DbHandler exited", T, UNAVAILABLE, ""},
        {"08006", "Failed to connect to database: timeout", T, UNAVAILABLE, ""},
    };
    check_answers(rows, EP_COUNT_OF(rows));

    struct ep_failure failure = classify(
        "XX000", "(ECIRCUITBREAKER) too many authentication failures, new connections are blocked",
        &anywhere);
    check("circuit breaker", failure, T, UNAVAILABLE, "locked");
    assert_true(failure.pause_ms >= 30000);
}

static void neon_says_no(void **state)
{
    (void)state;
    static const struct answer rows[] = {
        {"XX000", "password authentication failed for user 'app'", A, DENIED, "%-encoded"},
        {"XX000",
         "Endpoint ID is not specified. Either please upgrade the postgres client "
         "library (libpq) for SNI support or pass the endpoint ID",
         F, CONFIG, "options="},
        {"XX000", "Inconsistent project name inferred from SNI ('a') and project option ('b').", F,
         CONFIG, ""},
        {"XX000", "Control plane request failed: endpoint cannot be found", F, CONFIG, "endpoint"},
        {"XX000", "Control plane request failed: endpoint is disabled", F, CONFIG, "Enable"},
        {"XX000", "This IP address 1.2.3.4 is not allowed to connect to this endpoint.", F, DENIED,
         "allowed addresses"},
        {"XX000", "connection is insecure (try using `sslmode=require`)", F, CONFIG,
         "sslmode=require"},
        {"XX000", "unsupported startup parameter: search_path", F, CONFIG, "parameter"},
        {"XX000", "database \"x\" does not exist", A, CONFIG, "Create the database"},
        {"XX000", "Couldn't connect to compute node: timed out", T, UNAVAILABLE, ""},
        {"XX000", "Control plane request failed", T, UNAVAILABLE, ""},
        {"XX000", "Failed to acquire permit to connect to the database.", T, UNAVAILABLE, ""},
        {"XX000", "Too many connections attempts", T, UNAVAILABLE, ""},
        {"XX000", "Too many connections to this endpoint. Please try again later.", T, UNAVAILABLE,
         ""},
        {"XX000", "Authentication timed out", T, UNAVAILABLE, ""},
        {"XX000",
         "Control plane request failed: endpoint is temporarily unavailable. Check your "
         "quotas and/or contact our support.",
         G, UNAVAILABLE, "quota"},
    };
    check_answers(rows, EP_COUNT_OF(rows));
}

static void libpq_says_no(void **state)
{
    (void)state;
    static const struct answer rows[] = {
        {"", "fe_sendauth: no password supplied", F, DENIED, "no password"},
        {"", "server does not support SSL, but SSL was required", F, CONFIG, "ssl=off"},
        {"", "SSL error: certificate verify failed", F, CONFIG, "sslrootcert="},
        {"", "server certificate for \"db\" does not match host name \"127.0.0.1\"", F, CONFIG,
         "another name"},
        {"", "server certificate for \"db\" (and 2 other names) does not match host name \"x\"", F,
         CONFIG, "another name"},
        {"", "root certificate file \"/root/.postgresql/root.crt\" does not exist", F, CONFIG,
         "SSL_CERT_FILE"},
        {"", "could not read root certificate file \"/x\": no certificate found", F, CONFIG, ""},
        {"", "could not open certificate file \"/x\": Permission denied", F, CONFIG, "sslcert="},
        {"", "private key file \"/x\" has group or world access", F, CONFIG, "sslkey="},
        {"", "received invalid response to SSL negotiation: H", F, CONFIG, "host and port"},
        {"", "SSL error: wrong version number", F, CONFIG, "host and port"},
        {"", "expected authentication request from server, but received H", F, CONFIG,
         "host and port"},
        {"", "direct SSL connection was established without ALPN protocol negotiation extension", F,
         CONFIG, "sslnegotiation"},
        {"", "SSL error: tlsv1 alert protocol version", F, CONFIG, ""},
        {"", "channel binding required, but SSL not in use", F, CONFIG, "channel_binding"},
        {"",
         "channel binding is required, but server did not offer an authentication method that "
         "supports channel binding",
         F, CONFIG, "channel_binding"},
        {"", "the server asks for 2000000000 SCRAM iterations, more than 10000000", F, CONFIG,
         "scram_iterations"},
        {"", "authentication method requirement \"scram-sha-256\" failed", F, CONFIG,
         "require_auth"},
        {"", "authentication method 7 not supported", F, CONFIG, "GSSAPI"},
        {"", "incorrect server signature", F, DENIED, ""},
        {"", "session is read-only", T, UNAVAILABLE, "target_session_attrs"},
        {"", "server is in hot standby mode", T, UNAVAILABLE, "target_session_attrs"},
    };
    check_answers(rows, EP_COUNT_OF(rows));
}

static void libpq_refuses_a_parameter(void **state)
{
    (void)state;
    static const char *const messages[] = {
        "invalid sslmode value: \"requir\"",
        "invalid port number: \"99999\"",
        "invalid integer value \"5s\" for connection option \"keepalives\"",
        "could not look up local user ID 12345: No such file or directory",
        "local user with ID 12345 does not exist",
        "could not parse network address \"10.0.0\": Name or service not known",
        "Unix-domain socket path \"/a/b\" is too long (maximum 107 bytes)",
    };
    for (size_t i = 0; i < EP_COUNT_OF(messages); i++) {
        check(messages[i], classify("", messages[i], &folder), F, CONFIG, "");
    }
}

static void the_connection_breaks(void **state)
{
    (void)state;
    static const char *const messages[] = {
        "server closed the connection unexpectedly",
        "SSL SYSCALL error: EOF detected",
        "SSL error: unexpected eof while reading",
        "SSL connection has been closed unexpectedly",
        "timeout expired",
    };
    for (size_t i = 0; i < EP_COUNT_OF(messages); i++) {
        struct ep_failure failure = classify("", messages[i], &anywhere);
        check(messages[i], failure, T, UNAVAILABLE, "");
        assert_false(failure.server_answered);
    }
    check("unknown", classify("", "something that nobody knows", &anywhere), G, UNAVAILABLE, "");
}

static void the_operating_system_says_no(void **state)
{
    (void)state;
    static const struct {
        int errnum;
        const struct ep_address *address;
        int class, fault;
        const char *hint;
    } rows[] = {
        {ECONNREFUSED, &anywhere, T, UNAVAILABLE, "Nothing listens"},
        {ECONNREFUSED, &ipv6, T, UNAVAILABLE, "Nothing listens"},
        {ECONNREFUSED, &loopback, T, UNAVAILABLE, "localhost is the container itself"},
        {ECONNREFUSED, &folder, G, UNAVAILABLE, "socket"},
        {ENOENT, &folder, G, UNAVAILABLE, "mounted"},
        {EACCES, &folder, F, DENIED, "permissions"},
        {EACCES, &anywhere, G, UNAVAILABLE, "firewall"},
        {EPERM, &anywhere, G, UNAVAILABLE, "firewall"},
        {ECONNRESET, &anywhere, T, UNAVAILABLE, ""},
        {EPIPE, &anywhere, T, UNAVAILABLE, ""},
        {ETIMEDOUT, &anywhere, T, UNAVAILABLE, ""},
        {ENETUNREACH, &anywhere, G, UNAVAILABLE, "route"},
        {EHOSTUNREACH, &anywhere, G, UNAVAILABLE, "route"},
        {ENETUNREACH, &ipv6, G, CONFIG, "no IPv6 route"},
        {EHOSTUNREACH, &ipv6, G, CONFIG, "session pooler"},
        {EADDRNOTAVAIL, &ipv6, G, CONFIG, "no IPv6 route"},
        {EAFNOSUPPORT, &ipv6, G, CONFIG, "no IPv6 route"},
    };
    for (size_t i = 0; i < EP_COUNT_OF(rows); i++) {
        char message[256];
        (void)snprintf(message, sizeof(message), "could not connect: %s  Is the server running?",
                       strerror(rows[i].errnum));
        struct ep_failure failure = classify("", message, rows[i].address);
        check(message, failure, rows[i].class, rows[i].fault, rows[i].hint);
        assert_false(failure.server_answered);
    }
}

static void flags_of_the_refusal_count(void **state)
{
    (void)state;
    struct ep_refusal slow = {.timed_out = true};
    check("timed out", ep_failure_of_refusal(&slow, &anywhere), T, UNAVAILABLE, "firewall");

    struct ep_refusal slow_after_no = {.sqlstate = "28P01", .timed_out = true};
    check("an answer before the time was up", ep_failure_of_refusal(&slow_after_no, &anywhere), A,
          DENIED, "");

    struct ep_refusal empty = {.sqlstate = "28P01", .needs_password = true};
    check("needs a password", ep_failure_of_refusal(&empty, &anywhere), F, DENIED, "no password");
}

static void look_ups(void **state)
{
    (void)state;
    check("EAI_AGAIN", ep_failure_of_lookup(EAI_AGAIN), T, UNAVAILABLE, "name server");
    check("EAI_NONAME", ep_failure_of_lookup(EAI_NONAME), G, CONFIG, "host name");
    check("EAI_NODATA", ep_failure_of_lookup(EAI_NODATA), G, CONFIG, "host name");
    check("EAI_FAIL", ep_failure_of_lookup(EAI_FAIL), G, UNAVAILABLE, "");
    check("EAI_FAMILY", ep_failure_of_lookup(EAI_FAMILY), G, CONFIG, "");

    static const int codes[] = {EAI_AGAIN, EAI_NONAME, EAI_NODATA};
    for (size_t i = 0; i < EP_COUNT_OF(codes); i++) {
        char message[256]; /* PGHOST: libpq looks the name up */
        (void)snprintf(message, sizeof(message),
                       "could not translate host name \"db\" to address: %s",
                       gai_strerror(codes[i]));
        check(message, classify("", message, &anywhere), i == 0 ? T : G,
              i == 0 ? UNAVAILABLE : CONFIG, "");
    }
}

static void hosts_that_may_appear(void **state)
{
    (void)state;
    static const struct {
        const char *host;
        bool may_appear;
    } rows[] = {
        {"postgres", true},
        {"postgres.", true},
        {"localhost", true},
        {"postgres.railway.internal", true},
        {"Postgres.Railway.INTERNAL.", true},
        {"app-db.flycast", true},
        {"db.ns.svc", true},
        {"db.ns.svc.cluster.local", true},
        {"printer.local", true},
        {"db.example.com", false},
        {"db.example.com.", false},
        {"internal.example.com", false},
        {"10.0.0.5", false},
        {"::1", false},
        {"fd12::5", false},
        {"/run/postgresql", false},
        {"@abstract", false},
        {"", false},
        {".", false},
    };
    for (size_t i = 0; i < EP_COUNT_OF(rows); i++) {
        if (ep_failure_host_may_appear(rows[i].host) != rows[i].may_appear) {
            fail_msg("\"%s\"", rows[i].host);
        }
    }
}

static void faults_of_statements(void **state)
{
    (void)state;
    static const struct {
        const char *sqlstate;
        enum ep_fault fault;
    } rows[] = {
        {"28000", EP_FAULT_DENIED},      {"42501", EP_FAULT_DENIED},
        {"25006", EP_FAULT_DENIED},      {"53300", EP_FAULT_UNAVAILABLE},
        {"57P01", EP_FAULT_UNAVAILABLE}, {"55P03", EP_FAULT_UNAVAILABLE},
        {"40001", EP_FAULT_UNAVAILABLE}, {"08006", EP_FAULT_UNAVAILABLE},
        {"58030", EP_FAULT_UNAVAILABLE}, {"42P01", EP_FAULT_SQL},
        {"XX000", EP_FAULT_SQL},         {"", EP_FAULT_SQL},
    };
    for (size_t i = 0; i < EP_COUNT_OF(rows); i++) {
        assert_int_equal(ep_failure_fault_of_sqlstate(rows[i].sqlstate), rows[i].fault);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(postgresql_says_no),
        cmocka_unit_test(pgbouncer_says_no),
        cmocka_unit_test(supavisor_says_no),
        cmocka_unit_test(neon_says_no),
        cmocka_unit_test(libpq_says_no),
        cmocka_unit_test(libpq_refuses_a_parameter),
        cmocka_unit_test(the_connection_breaks),
        cmocka_unit_test(the_operating_system_says_no),
        cmocka_unit_test(flags_of_the_refusal_count),
        cmocka_unit_test(look_ups),
        cmocka_unit_test(hosts_that_may_appear),
        cmocka_unit_test(faults_of_statements),
    };
    return cmocka_run_group_tests_name("failure", tests, NULL, NULL);
}
