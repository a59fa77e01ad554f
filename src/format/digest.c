#include "format/digest.h"

#include "base/check.h"

#include <openssl/evp.h>

void ep_digest_sha256_hex(struct ep_span content, char ret_hex[EP_DIGEST_HEX_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[32];
    unsigned int size = 0;

    /* Only a libcrypto without SHA-256 or without memory refuses this. */
    EP_CHECK(EVP_Digest(content.data, content.size, digest, &size, EVP_sha256(), NULL) == 1);
    EP_CHECK(size == sizeof(digest));
    for (size_t i = 0; i < sizeof(digest); i++) {
        ret_hex[2 * i] = digits[digest[i] >> 4];
        ret_hex[2 * i + 1] = digits[digest[i] & 0x0F];
    }
    ret_hex[EP_DIGEST_HEX_BYTES - 1] = '\0';
}
