#define OPENSSL_SUPPRESS_DEPRECATED /* its other functions take longer to look SHA-256 up than to \
                                       hash a file of the usual size */
#include "format/digest.h"

#include "base/check.h"

#include <openssl/sha.h>

void ep_digest_sha256_hex(struct ep_span content, char ret_hex[EP_DIGEST_HEX_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256_CTX context;

    EP_CHECK(SHA256_Init(&context) == 1);
    EP_CHECK(SHA256_Update(&context, content.data, content.size) == 1);
    EP_CHECK(SHA256_Final(digest, &context) == 1);
    for (size_t i = 0; i < sizeof(digest); i++) {
        ret_hex[2 * i] = digits[digest[i] >> 4];
        ret_hex[2 * i + 1] = digits[digest[i] & 0x0F];
    }
    ret_hex[EP_DIGEST_HEX_BYTES - 1] = '\0';
}
