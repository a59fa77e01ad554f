/*
 * fuzz_server.c - any bytes as what a server answers, through the real libpq: a login, a flight
 * of two queries, a chunk of SQL. Each ends, by its deadline, with an answer or a failure.
 *
 * The first byte chooses: 0xFF, the server is silent after its bytes; otherwise it hangs up.
 */
#include "base/check.h"
#include "postgres/session.h"
#include "system/clock.h"

#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { SILENT = 0xFF, CLIENTS_MAX = 4, ENDED_MS = 5000, SILENT_MS = 5, SLACK_MS = 20000 };

static char folder[80];
static char path[108];
static int listener;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct ep_span answer; /* with the lock */
static bool hangs_up;         /* with the lock */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void remove_folder(void)
{
    (void)unlink(path);
    (void)rmdir(folder);
}

static void send_answer(int client)
{
    (void)pthread_mutex_lock(&lock);
    for (size_t at = 0; at < answer.size;) {
        ssize_t sent = send(client, answer.data + at, answer.size - at, MSG_NOSIGNAL);
        if (sent <= 0) {
            break;
        }
        at += (size_t)sent;
    }
    if (hangs_up) {
        (void)shutdown(client, SHUT_WR);
    }
    (void)pthread_mutex_unlock(&lock);
}

static void hang_up(struct pollfd *client)
{
    (void)close(client->fd);
    client->fd = -1;
}

/*
 * The server: its bytes for each that has said something, then all that they say is thrown away.
 * libpq before 17 waits for the end of a cancel's connection for ever: a cancel ends everything.
 */
static void answer_clients(struct pollfd clients[], bool is_answered[])
{
    static const char cancel[] = {0, 0, 0, 16, 4, (char)0xD2, 22, 46};
    static char said[65536];

    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        if (clients[i].fd < 0 || clients[i].revents == 0) {
            continue;
        }
        ssize_t size = read(clients[i].fd, said, sizeof(said));
        if (size >= 8 && memcmp(said, cancel, sizeof(cancel)) == 0 && !is_answered[i]) {
            for (size_t j = 0; j < CLIENTS_MAX; j++) {
                hang_up(&clients[j]);
            }
            return;
        }
        if (size <= 0) {
            hang_up(&clients[i]);
        } else if (!is_answered[i]) {
            is_answered[i] = true;
            send_answer(clients[i].fd);
        }
    }
}

static void *serve(void *nothing)
{
    struct pollfd fds[CLIENTS_MAX + 1] = {{.fd = listener, .events = POLLIN}};
    bool is_answered[CLIENTS_MAX] = {false};

    for (size_t i = 1; i <= CLIENTS_MAX; i++) {
        fds[i] = (struct pollfd){.fd = -1, .events = POLLIN};
    }
    while (poll(fds, EP_COUNT_OF(fds), -1) >= 0) {
        answer_clients(fds + 1, is_answered);
        for (size_t i = 1; fds[0].revents != 0 && i <= CLIENTS_MAX; i++) {
            if (fds[i].fd < 0) {
                fds[i].fd = accept(listener, NULL, NULL);
                is_answered[i - 1] = false;
                break;
            }
        }
    }
    return nothing;
}

static void start_server(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *parent = getenv("TMPDIR");
    pthread_t thread;

    (void)snprintf(folder, sizeof(folder), "%s/fuzz-XXXXXX", parent == NULL ? "/tmp" : parent);
    EP_CHECK(mkdtemp(folder) != NULL);
    (void)snprintf(path, sizeof(path), "%s/.s.PGSQL.5432", folder);
    memcpy(address.sun_path, path, sizeof(address.sun_path));
    listener = socket(AF_UNIX, SOCK_STREAM, 0);
    EP_CHECK(bind(listener, (struct sockaddr *)&address, sizeof(address)) == 0);
    EP_CHECK(listen(listener, 64) == 0);
    (void)atexit(remove_folder);
    EP_CHECK(pthread_create(&thread, NULL, serve, NULL) == 0);
    (void)pthread_detach(thread);
}

static void check_event(void *context, const struct ep_event *event)
{
    (void)context;
    EP_CHECK(ep_event_row((size_t)event->kind) != NULL);
    for (size_t i = 0; i < event->field_count; i++) {
        EP_CHECK(event->fields[i].name != NULL);
    }
}

static void check_failure(const struct ep_error *err)
{
    EP_CHECK(err->fault == EP_FAULT_UNAVAILABLE || err->fault == EP_FAULT_SQL
             || err->fault == EP_FAULT_DENIED || err->fault == EP_FAULT_SYSTEM
             || err->fault == EP_FAULT_CONFIG);
    EP_CHECK(err->summary[0] != '\0');
}

/* No answer is what was asked for: whatever is looked for in it must only not crash. */
static void look_at(const struct ep_result *result)
{
    struct ep_error err = {0};

    for (size_t row = 0; row <= ep_result_rows(result) && row < 8; row++) {
        for (size_t column = 0; column < 4; column++) {
            EP_CHECK(ep_result_word(result, row, column) != NULL);
        }
    }
    (void)ep_result_text(result, 0, ep_result_column(result, "n"));
    if (ep_result_sqlstate(result)[0] != '\0') {
        (void)ep_result_fail(result, &err);
        EP_CHECK(err.fault != EP_FAULT_NONE);
    }
}

static void use(struct ep_session *session, int64_t limit_ms)
{
    const struct ep_query queries[] = {EP_QUERY("SELECT n FROM t WHERE n = $1", "1"),
                                       EP_QUERY("SELECT $1", NULL)};
    struct ep_result *results[EP_COUNT_OF(queries)] = {0};
    struct ep_chunk_outcome outcome = {0};
    struct ep_error err = {0}, chunk_err = {0};
    const struct ep_running running = {.tag = "0000_tag", .statement = 1, .statement_count = 3};

    EP_CHECK(ep_session_server_version_text(session) != NULL);
    if (ep_session_flight(session, queries, EP_COUNT_OF(queries), ep_clock_ms() + limit_ms, results,
                          &err)) {
        for (size_t i = 0; i < EP_COUNT_OF(results); i++) {
            EP_CHECK(results[i] != NULL);
            look_at(results[i]);
            ep_result_release(results[i]);
        }
    } else {
        check_failure(&err);
    }
    ep_session_set_running(session, &running);
    if (!ep_session_is_lost(session)
        && !ep_session_run_chunk(session, "SELECT 1; COMMIT; SELECT 2", ep_clock_ms() + limit_ms,
                                 &outcome, &chunk_err)) {
        check_failure(&chunk_err);
    }
    (void)ep_session_transaction(session);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct ep_parameter parameters[] = {{"user", "app"},
                                                     {"password", "secret"},
                                                     {"dbname", "app"},
                                                     {"sslmode", "disable"},
                                                     {"gssencmode", "disable"}};
    const struct ep_conninfo conninfo = {.parameters = parameters,
                                         .parameter_count = EP_COUNT_OF(parameters)};
    const struct ep_reporter reporter = {.report = check_event};
    struct ep_session *session EP_CLEANUP(ep_session_drop) = NULL;
    struct ep_refusal refusal = {0};
    int64_t begin_ms = ep_clock_ms();

    if (size == 0) {
        return 0;
    }
    if (folder[0] == '\0') {
        start_server();
    }
    (void)pthread_mutex_lock(&lock);
    answer = (struct ep_span){.data = (const char *)data + 1, .size = size - 1};
    hangs_up = data[0] != SILENT;
    (void)pthread_mutex_unlock(&lock);

    int64_t limit_ms = data[0] == SILENT ? SILENT_MS : ENDED_MS;
    const struct ep_address address = {.host = folder, .numeric = "", .port = "5432"};
    if (ep_session_open(&conninfo, &address, begin_ms + limit_ms, &reporter, &session, &refusal)) {
        use(session, limit_ms);
    } else {
        EP_CHECK(refusal.sqlstate[0] == '\0' || strlen(refusal.sqlstate) == 5);
        EP_CHECK(strstr(refusal.message, "secret") == NULL);
    }
    EP_CHECK(ep_clock_ms() - begin_ms < SLACK_MS);
    (void)pthread_mutex_lock(&lock);
    answer = (struct ep_span){0};
    (void)pthread_mutex_unlock(&lock);
    return 0;
}
