#include "postgres/conninfo_draft.h"

#include <stdint.h>
#include <strings.h>

/* Short names, for the table's sake. */
#define LIBPQ(key_, action_, since_, marks_, text_)                                           \
    {                                                                                         \
        .key = (key_), .action = EP_CONNINFO_##action_, .since = (since_), .marks = (marks_), \
        .text = (text_)                                                                       \
    }
#define DROP(key_, owner_)                                                         \
    {                                                                              \
        .key = (key_), .action = EP_CONNINFO_DROP, .marks = SENT, .text = (owner_) \
    }
/* Dropped too, but postgres.js keeps it to itself, or every server knows it. */
#define DROP_QUIETLY(key_, owner_)                                  \
    {                                                               \
        .key = (key_), .action = EP_CONNINFO_DROP, .text = (owner_) \
    }
#define OTHER(key_, action_, text_)                                     \
    {                                                                   \
        .key = (key_), .action = EP_CONNINFO_##action_, .text = (text_) \
    }

enum {
    SECURITY = EP_CONNINFO_SECURITY,
    SECRET = EP_CONNINFO_SECRET,
    PRISMA = EP_CONNINFO_PRISMA,
    SENT = EP_CONNINFO_SENT_TO_SERVER
};

static const char of_prisma[] = "it is Prisma's";
static const char of_jdbc[] = "it is the JDBC driver's";
static const char of_pool[] = "it is a connection pool's";
static const char of_node[] = "it is a Node driver's";
static const char of_python[] = "it is a Python driver's";
static const char of_go[] = "it is a Go driver's";
static const char of_rust[] = "it is a Rust driver's";
static const char of_framework[] = "it is a framework's";
static const char of_supabase[] = "it is Supabase's mark";
static const char of_session[] =
    "it is a setting of the application's sessions, migrations have their own";

static const char tls_versions[] = "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3";
static const char socket_hint[] = "Write ?host=/folder with the folder that holds the socket, such "
                                  "as ?host=/cloudsql/project:region:instance.";

/* The first part is libpq's own list: PQconndefaults() of each version tells it. */
static const struct ep_conninfo_rule rules[] = {
    LIBPQ("application_name", TEXT, 0, 0, NULL),
    LIBPQ("channel_binding", CHOICE, 130000, SECURITY, "disable prefer require"),
    LIBPQ("client_encoding", ENCODING, 0, 0, NULL),
    LIBPQ("connect_timeout", INTEGER, 0, 0, NULL),
    LIBPQ("dbname", TEXT, 0, 0, NULL),
    LIBPQ("fallback_application_name", TEXT, 0, 0, NULL),
    LIBPQ("gssdelegation", INTEGER, 170000, 0, NULL),
    LIBPQ("gssencmode", CHOICE, 120000, 0, "disable prefer require"),
    LIBPQ("gsslib", TEXT, 0, 0, NULL),
    LIBPQ("host", HOSTS, 0, 0, NULL),
    LIBPQ("hostaddr", HOSTS, 0, 0, NULL),
    LIBPQ("keepalives", INTEGER, 0, 0, NULL),
    LIBPQ("keepalives_count", INTEGER, 0, 0, NULL),
    LIBPQ("keepalives_idle", INTEGER, 0, 0, NULL),
    LIBPQ("keepalives_interval", INTEGER, 0, 0, NULL),
    LIBPQ("krbsrvname", TEXT, 0, 0, NULL),
    LIBPQ("load_balance_hosts", CHOICE, 160000, 0, "disable random"),
    LIBPQ("max_protocol_version", TEXT, 180000, 0, NULL),
    LIBPQ("min_protocol_version", TEXT, 180000, 0, NULL),
    LIBPQ("oauth_client_id", TEXT, 180000, SECURITY, NULL),
    LIBPQ("oauth_client_secret", TEXT, 180000, SECURITY | SECRET, NULL),
    LIBPQ("oauth_issuer", TEXT, 180000, SECURITY, NULL),
    LIBPQ("oauth_scope", TEXT, 180000, SECURITY, NULL),
    LIBPQ("options", OPTIONS, 0, 0, NULL),
    LIBPQ("passfile", TEXT, 100000, 0, NULL),
    LIBPQ("password", TEXT, 0, SECRET, NULL),
    LIBPQ("port", HOSTS, 0, 0, NULL),
    LIBPQ("replication", REPLICATION, 0, 0, NULL),
    LIBPQ("require_auth", TEXT, 160000, SECURITY, NULL),
    LIBPQ("requirepeer", TEXT, 0, SECURITY, NULL),
    LIBPQ("scram_client_key", TEXT, 180000, SECURITY | SECRET, NULL),
    LIBPQ("scram_server_key", TEXT, 180000, SECURITY | SECRET, NULL),
    LIBPQ("service", TEXT, 0, 0, NULL),
    LIBPQ("servicefile", TEXT, 190000, 0, NULL),
    LIBPQ("ssl_max_protocol_version", CHOICE, 130000, SECURITY, tls_versions),
    LIBPQ("ssl_min_protocol_version", CHOICE, 130000, SECURITY, tls_versions),
    LIBPQ("sslcert", TEXT, 0, SECURITY, NULL),
    LIBPQ("sslcertmode", CHOICE, 160000, SECURITY, "disable allow require"),
    LIBPQ("sslcompression", INTEGER, 0, 0, NULL),
    LIBPQ("sslcrl", TEXT, 0, SECURITY, NULL),
    LIBPQ("sslcrldir", TEXT, 140000, SECURITY, NULL),
    LIBPQ("sslkey", TEXT, 0, SECURITY, NULL),
    LIBPQ("sslkeylogfile", TEXT, 180000, 0, NULL),
    LIBPQ("sslmode", SSLMODE, 0, SECURITY, NULL),
    LIBPQ("sslnegotiation", CHOICE, 170000, 0, "postgres direct"),
    LIBPQ("sslpassword", TEXT, 130000, SECURITY | SECRET, NULL),
    LIBPQ("sslrootcert", TEXT, 0, SECURITY, NULL),
    LIBPQ("sslsni", INTEGER, 140000, 0, NULL),
    LIBPQ("target_session_attrs", CHOICE, 100000, 0,
          "any read-write read-only primary standby prefer-standby"),
    LIBPQ("tcp_user_timeout", INTEGER, 120000, 0, NULL),
    LIBPQ("user", TEXT, 0, 0, NULL),

    OTHER("ssl", SSL, NULL),
    OTHER("search_path", SETTING, NULL),
    OTHER("role", SETTING, NULL),
    OTHER("ssl_mode", ALIAS, "sslmode"),
    OTHER("ssl-mode", ALIAS, "sslmode"),
    OTHER("ApplicationName", ALIAS, "application_name"),
    OTHER("encoding", ALIAS, "client_encoding"),
    OTHER("username", ALIAS, "user"),
    OTHER("db", DATABASE, NULL),
    OTHER("database", DATABASE, NULL),
    OTHER("unix_sock", REFUSE, socket_hint),
    OTHER("unix_socket", REFUSE, socket_hint),
    OTHER("unixsocket", REFUSE, socket_hint),
    OTHER(
        "sslinline", REFUSE,
        "libpq reads certificates from files: write their paths as sslcert, sslkey, sslrootcert."),
    OTHER("sslca", REFUSE, "libpq calls it sslrootcert."),

    {.key = "pgbouncer",
     .action = EP_CONNINFO_DROP,
     .marks = EP_CONNINFO_POOLER | PRISMA | SENT,
     .text = of_prisma},
    {.key = "schema",
     .action = EP_CONNINFO_DROP,
     .marks = PRISMA | SENT,
     .text = "it is Prisma's; to choose where unqualified tables go write search_path"},
    {.key = "connection_limit",
     .action = EP_CONNINFO_DROP,
     .marks = PRISMA | SENT,
     .text = of_prisma},
    {.key = "pool_timeout", .action = EP_CONNINFO_DROP, .marks = PRISMA | SENT, .text = of_prisma},
    {.key = "sslaccept",
     .action = EP_CONNINFO_DROP,
     .marks = PRISMA | SENT,
     .text = "it is Prisma's; libpq verifies certificates with sslmode=verify-full"},
    {.key = "sslidentity",
     .action = EP_CONNINFO_DROP,
     .marks = PRISMA | SENT,
     .text = "it is Prisma's; libpq has sslcert and sslkey"},
    {.key = "socket_timeout",
     .action = EP_CONNINFO_DROP,
     .marks = PRISMA | SENT,
     .text = of_prisma},
    {.key = "statement_cache_size",
     .action = EP_CONNINFO_DROP,
     .marks = PRISMA | SENT,
     .text = of_prisma},
    DROP("max_connection_lifetime", of_prisma),
    DROP("max_idle_connection_lifetime", of_prisma),
    DROP("single_use_connections", of_prisma),

    DROP("supa", of_supabase),
    DROP("workaround", of_supabase),
    DROP("pool_mode", of_supabase),

    DROP("uselibpqcompat", "it is node-postgres's: libpq already reads sslmode this way"),
    DROP("query_timeout", of_node),
    DROP("keepAlive", of_node),
    DROP("keepAliveInitialDelayMillis", of_node),
    DROP("idleTimeoutMillis", of_node),
    DROP("connectionTimeoutMillis", of_node),
    DROP_QUIETLY("max", of_pool),
    DROP_QUIETLY("idle_timeout", of_pool),
    DROP_QUIETLY("max_lifetime", of_pool),
    DROP_QUIETLY("max_pipeline", of_node),
    DROP_QUIETLY("prepare", of_node),
    DROP_QUIETLY("fetch_types", of_node),
    DROP_QUIETLY("debug", of_node),
    DROP_QUIETLY("backoff", of_node),
    DROP_QUIETLY("keep_alive", of_node),
    DROP_QUIETLY("publications", of_node),

    DROP_QUIETLY("statement_timeout", of_session),
    DROP_QUIETLY("lock_timeout", of_session),
    DROP_QUIETLY("transaction_timeout", of_session),
    DROP_QUIETLY("idle_in_transaction_session_timeout", of_session),
    DROP_QUIETLY("idle_session_timeout", of_session),
    DROP_QUIETLY("timezone", of_session),
    DROP_QUIETLY("datestyle", of_session),
    DROP_QUIETLY("intervalstyle", of_session),
    DROP_QUIETLY("extra_float_digits", of_session),
    DROP_QUIETLY("jit", of_session),
    DROP_QUIETLY("plan_cache_mode", of_session),
    DROP_QUIETLY("default_transaction_isolation", of_session),

    DROP("min", of_pool),
    DROP("pool", of_pool),
    DROP("pool_size", of_pool),
    DROP("max_overflow", of_pool),
    DROP("pool_recycle", of_pool),
    DROP("pool_pre_ping", of_pool),
    DROP("min_size", of_pool),
    DROP("max_size", of_pool),
    DROP("max_conns", of_pool),
    DROP("max_connections", of_pool),
    DROP("min_connections", of_pool),
    DROP("acquire_timeout", of_pool),
    DROP("checkout_timeout", of_pool),
    DROP("reaping_frequency", of_pool),
    DROP("pool_max_conns", of_pool),
    DROP("pool_min_conns", of_pool),
    DROP("pool_max_conn_lifetime", of_pool),
    DROP("pool_max_conn_lifetime_jitter", of_pool),
    DROP("pool_max_conn_idle_time", of_pool),
    DROP("pool_health_check_period", of_pool),

    DROP("binary_parameters", of_go),
    DROP("default_query_exec_mode", of_go),
    DROP("statement_cache_capacity", of_go),
    DROP("statement_cache_mode", of_go),
    DROP("description_cache_capacity", of_go),
    DROP("prefer_simple_protocol", of_go),
    DROP("disable_prepared_binary_result", of_go),
    DROP("x-migrations-table", of_go),
    DROP("x-multi-statement", of_go),
    DROP("statement-cache-capacity", of_rust),

    DROP("prepared_statement_cache_size", of_python),
    DROP("prepared_statement_name_func", of_python),
    DROP("command_timeout", of_python),
    DROP("server_settings", of_python),
    DROP("async_fallback", of_python),
    DROP("conn_max_age", of_framework),
    DROP("serverVersion", of_framework),
    DROP("charset", of_framework),
    DROP("adapter", of_framework),
    DROP("reconnect", of_framework),
    DROP("prepared_statements", of_framework),
    DROP("advisory_locks", of_framework),
    DROP("timeout", of_framework),

    {.key = "currentSchema",
     .action = EP_CONNINFO_DROP,
     .marks = SENT,
     .text = "it is the JDBC driver's; to choose where unqualified tables go write search_path"},
    DROP("loginTimeout", of_jdbc),
    DROP("connectTimeout", of_jdbc),
    DROP("socketTimeout", of_jdbc),
    DROP("cancelSignalTimeout", of_jdbc),
    DROP("tcpKeepAlive", of_jdbc),
    DROP("prepareThreshold", of_jdbc),
    DROP("preparedStatementCacheQueries", of_jdbc),
    DROP("preparedStatementCacheSizeMiB", of_jdbc),
    DROP("reWriteBatchedInserts", of_jdbc),
    DROP("targetServerType", of_jdbc),
    DROP("loadBalanceHosts", of_jdbc),
    DROP("stringtype", of_jdbc),
    DROP("binaryTransfer", of_jdbc),
    DROP("autosave", of_jdbc),
    DROP("defaultRowFetchSize", of_jdbc),
    DROP("assumeMinServerVersion", of_jdbc),
    DROP("readOnly", of_jdbc),
    DROP("sslfactory", "it is the JDBC driver's; libpq has sslmode and sslrootcert"),
};

const struct ep_conninfo_rule *ep_conninfo_rule(size_t index)
{
    return index < EP_COUNT_OF(rules) ? &rules[index] : NULL;
}

const struct ep_conninfo_rule *ep_conninfo_find_rule(struct ep_span key)
{
    for (size_t i = 0; i < EP_COUNT_OF(rules); i++) {
        if (ep_conninfo_same_word(key, rules[i].key)) {
            return &rules[i];
        }
    }
    return NULL;
}

bool ep_conninfo_rule_is_libpq(const struct ep_conninfo_rule *rule)
{
    return rule->action <= EP_CONNINFO_REPLICATION;
}

/* True when one letter added, taken away or replaced makes a into b. */
static bool one_slip_apart(struct ep_span a, struct ep_span b)
{
    size_t longer = a.size > b.size ? a.size : b.size;
    size_t shorter = a.size > b.size ? b.size : a.size;
    size_t start = 0;
    size_t end = 0;

    while (start < shorter && strncasecmp(a.data + start, b.data + start, 1) == 0) {
        start++;
    }
    while (end < shorter - start
           && strncasecmp(a.data + a.size - end - 1, b.data + b.size - end - 1, 1) == 0) {
        end++;
    }
    return longer - start - end <= 1;
}

const struct ep_conninfo_rule *ep_conninfo_suggest(struct ep_span key)
{
    for (size_t i = 0; key.size > 3 && i < EP_COUNT_OF(rules); i++) {
        if (ep_conninfo_rule_is_libpq(&rules[i]) && one_slip_apart(key, ep_span_of(rules[i].key))) {
            return &rules[i];
        }
    }
    return NULL;
}
