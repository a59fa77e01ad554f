/* digest.h - SHA-256, by libcrypto. */
#ifndef EP_FORMAT_DIGEST_H
#define EP_FORMAT_DIGEST_H

#include "base/span.h"

/* 64 lower-case hexadecimal digits and NUL. */
enum { EP_DIGEST_HEX_BYTES = 65 };

void ep_digest_sha256_hex(struct ep_span content, char ret_hex[EP_DIGEST_HEX_BYTES]);

#endif
