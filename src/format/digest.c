#include "format/digest.h"

#include "base/check.h"

#include <openssl/evp.h>
#include <pthread.h>

/* Looked up once, and a context for each thread: for a file of the usual size either takes longer
 * than its digest. */
static const EVP_MD *sha256;
static pthread_key_t contexts;

static void drop(void *context)
{
    EVP_MD_CTX_free(context);
}

static void fetch(void)
{
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    EP_CHECK(pthread_key_create(&contexts, drop) == 0);
}

static EVP_MD_CTX *context_of_thread(void)
{
    EVP_MD_CTX *context = pthread_getspecific(contexts);

    if (context == NULL) {
        context = EVP_MD_CTX_new();
        EP_CHECK(context != NULL && pthread_setspecific(contexts, context) == 0);
    }
    return context;
}

void ep_digest_sha256_hex(struct ep_span content, char ret_hex[EP_DIGEST_HEX_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    unsigned char digest[32];
    unsigned int size = 0;

    /* Only a libcrypto without SHA-256 or without memory refuses this. */
    EP_CHECK(pthread_once(&once, fetch) == 0 && sha256 != NULL);
    EVP_MD_CTX *context = context_of_thread();
    EP_CHECK(EVP_DigestInit_ex2(context, sha256, NULL) == 1);
    EP_CHECK(EVP_DigestUpdate(context, content.data, content.size) == 1);
    EP_CHECK(EVP_DigestFinal_ex(context, digest, &size) == 1);
    EP_CHECK(size == sizeof(digest));
    for (size_t i = 0; i < sizeof(digest); i++) {
        ret_hex[2 * i] = digits[digest[i] >> 4];
        ret_hex[2 * i + 1] = digits[digest[i] & 0x0F];
    }
    ret_hex[EP_DIGEST_HEX_BYTES - 1] = '\0';
}
