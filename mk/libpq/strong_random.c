/*
 * strong_random.c - libpq's pg_strong_random() for the static binary, in the place of PostgreSQL's
 * pg_strong_random.c.
 *
 * A SCRAM login needs 18 random bytes. OpenSSL's generator must first be set up, which takes half as
 * long as all that this program does at a start with nothing pending; the kernel's is there (since
 * Linux 3.17), needs no file, and is what OpenSSL's is seeded from. TLS uses OpenSSL's as ever.
 */
#include "postgres_fe.h"

#include <unistd.h>

void pg_strong_random_init(void)
{
}

bool pg_strong_random(void *buf, size_t len)
{
    enum { MOST_AT_ONCE = 256 };
    uint8 *bytes = buf;

    while (len > 0) {
        size_t count = len < MOST_AT_ONCE ? len : MOST_AT_ONCE;
        if (getentropy(bytes, count) != 0) {
            return false;
        }
        bytes += count;
        len -= count;
    }
    return true;
}
