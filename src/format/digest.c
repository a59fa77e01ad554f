#include "format/digest.h"

#include "base/check.h"

#include <openssl/evp.h>
#include <pthread.h>

/* Looked up once: for a file of the usual size that takes longer than its digest. */
static const EVP_MD *sha256;

static void fetch(void)
{
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

void ep_digest_sha256_hex(struct ep_span content, char ret_hex[EP_DIGEST_HEX_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    unsigned char digest[32];
    unsigned int size = 0;

    /* Only a libcrypto without SHA-256 or without memory refuses this. */
    EP_CHECK(pthread_once(&once, fetch) == 0 && sha256 != NULL);
    EP_CHECK(EVP_Digest(content.data, content.size, digest, &size, sha256, NULL) == 1);
    EP_CHECK(size == sizeof(digest));
    for (size_t i = 0; i < sizeof(digest); i++) {
        ret_hex[2 * i] = digits[digest[i] >> 4];
        ret_hex[2 * i + 1] = digits[digest[i] & 0x0F];
    }
    ret_hex[EP_DIGEST_HEX_BYTES - 1] = '\0';
}
