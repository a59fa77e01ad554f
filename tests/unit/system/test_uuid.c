/* Unit tests of src/system/uuid. */
#include "system/uuid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void uuids_are_of_version_4_and_differ(void **state)
{
    static const char pattern[] = "xxxxxxxx-xxxx-4xxx-Vxxx-xxxxxxxxxxxx";
    char last[EP_UUID_BYTES] = "";

    (void)state;
    for (int i = 0; i < 100; i++) {
        char uuid[EP_UUID_BYTES];
        struct ep_error err = {0};
        assert_true(ep_uuid_make(uuid, &err));
        assert_int_equal(strlen(uuid), strlen(pattern));
        for (size_t j = 0; j < strlen(pattern); j++) {
            const char *allowed = pattern[j] == 'x'   ? "0123456789abcdef"
                                  : pattern[j] == 'V' ? "89ab"
                                                      : (const char[]){pattern[j], '\0'};
            assert_non_null(strchr(allowed, uuid[j]));
        }
        assert_string_not_equal(uuid, last);
        memcpy(last, uuid, sizeof(last));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(uuids_are_of_version_4_and_differ)};
    return cmocka_run_group_tests_name("uuid", tests, NULL, NULL);
}
