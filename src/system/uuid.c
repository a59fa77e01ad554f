#define _GNU_SOURCE /* getrandom(2) */
#include "system/uuid.h"

#include <errno.h>
#include <sys/random.h>

enum { RANDOM_BYTES = 16 };

bool ep_uuid_make(char ret_uuid[EP_UUID_BYTES], struct ep_error *err)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[RANDOM_BYTES];
    ssize_t count = -1;
    do { /* so few bytes come all at once or not at all */
        count = getrandom(bytes, sizeof(bytes), 0);
    } while (count < 0 && errno == EINTR);
    if (count != (ssize_t)sizeof(bytes)) {
        return ep_fail_errno(err, EP_FAULT_SYSTEM, "could not get random numbers");
    }

    bytes[6] = (unsigned char)((bytes[6] & 0x0F) | 0x40); /* version 4 */
    bytes[8] = (unsigned char)((bytes[8] & 0x3F) | 0x80); /* variant of RFC 9562 */
    char *at = ret_uuid;
    for (size_t i = 0; i < sizeof(bytes); i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            *at++ = '-';
        }
        *at++ = digits[bytes[i] >> 4];
        *at++ = digits[bytes[i] & 0x0F];
    }
    *at = '\0';
    return true;
}
