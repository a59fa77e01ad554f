/*
 * fuzz_conninfo.c - any text as a connection string: read or refused, each keyword once.
 *
 * The first byte chooses the version of libpq and whether the environment names a host.
 *
 *     clang -std=c17 -D_POSIX_C_SOURCE=200809L -Isrc -g -O1 -fsanitize=fuzzer,address,undefined \
 *         tests/fuzz/fuzz_conninfo.c src/base/[a-z]*.c src/format/utf8.c src/postgres/conninfo*.c \
 *         -o build/fuzz_conninfo
 *     build/fuzz_conninfo -max_total_time=120 tests/fuzz/corpus/conninfo
 */
#include "base/check.h"
#include "postgres/conninfo.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_refusal(const struct ep_error *err)
{
    EP_CHECK(err->fault == EP_FAULT_CONFIG);
    EP_CHECK(err->summary[0] != '\0' && err->hint[0] != '\0');
}

static void check_result(const struct ep_conninfo *conninfo)
{
    static const char *const of_hosts[] = {"host", "hostaddr", "port"};

    EP_CHECK(conninfo->host_count >= 1 && conninfo->host_count <= 32);
    for (size_t i = 0; i < conninfo->host_count; i++) {
        EP_CHECK(strspn(conninfo->hosts[i].port, "0123456789") == strlen(conninfo->hosts[i].port));
    }
    for (size_t i = 0; i < EP_COUNT_OF(of_hosts); i++) {
        EP_CHECK(ep_conninfo_find(conninfo, of_hosts[i]) == NULL);
    }
    for (size_t i = 0; i < conninfo->parameter_count; i++) {
        /* The first of a name is this one: each keyword is there once. */
        const struct ep_parameter *parameter = &conninfo->parameters[i];
        EP_CHECK(ep_conninfo_find(conninfo, parameter->keyword) == parameter->value);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int versions[] = {150018, 160000, 170011, 180000};
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_conninfo conninfo = {0};
    struct ep_error err = {0};

    if (size == 0) {
        return 0;
    }
    const char *rest = (const char *)data + 1;
    size_t rest_size = strnlen(rest, size - 1); /* an environment variable holds no NUL */
    char *value = ep_arena_copy(&arena, (struct ep_span){.data = rest, .size = rest_size});
    if (ep_conninfo_parse(&arena, value, versions[data[0] & 3], (data[0] & 4) != 0, &conninfo,
                          &err)) {
        check_result(&conninfo);
    } else {
        check_refusal(&err);
    }
    return 0;
}
