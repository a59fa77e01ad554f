/*
 * scram.c - what the libpq of the static binary derives from a password, against the RFCs and
 * libcrypto.
 *
 * Linked with that libpq.a by scram.bats; says on standard output what is wrong, and exits with 1.
 */
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Of PostgreSQL's common/hmac.h and common/scram-common.h. */
enum { MD5 = 0, SHA256 = 3, KEY_BYTES = 32 };
struct pg_hmac_ctx;
struct pg_hmac_ctx *pg_hmac_create(int type);
int pg_hmac_init(struct pg_hmac_ctx *ctx, const uint8_t *key, size_t len);
int pg_hmac_update(struct pg_hmac_ctx *ctx, const uint8_t *data, size_t len);
int pg_hmac_final(struct pg_hmac_ctx *ctx, uint8_t *dest, size_t len);
void pg_hmac_free(struct pg_hmac_ctx *ctx);
const char *pg_hmac_error(struct pg_hmac_ctx *ctx);
int scram_SaltedPassword(const char *password, int type, int key_bytes, const char *salt,
                         int salt_bytes, int iterations, uint8_t *ret_salted,
                         const char **ret_error);
int scram_ClientKey(const uint8_t *salted, int type, int key_bytes, uint8_t *ret_key,
                    const char **ret_error);
int scram_ServerKey(const uint8_t *salted, int type, int key_bytes, uint8_t *ret_key,
                    const char **ret_error);
int scram_H(const uint8_t *input, int type, int key_bytes, uint8_t *ret_digest,
            const char **ret_error);

static int failures;

static void expect(bool holds, const char *what)
{
    if (!holds) {
        printf("%s\n", what);
        failures++;
    }
}

static bool is_hex(const uint8_t *bytes, const char *hex)
{
    char text[2 * KEY_BYTES + 1];
    for (size_t i = 0; i < KEY_BYTES; i++) {
        (void)snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    }
    return strcmp(text, hex) == 0;
}

static bool is_base64(const uint8_t *bytes, const char *base64)
{
    unsigned char text[4 * KEY_BYTES];
    (void)EVP_EncodeBlock(text, bytes, KEY_BYTES);
    return strcmp((const char *)text, base64) == 0;
}

/* The message in two parts, as SCRAM gives it. */
static bool hmac(struct pg_hmac_ctx *ctx, const uint8_t *key, size_t key_bytes, const void *message,
                 size_t bytes, uint8_t ret_digest[KEY_BYTES])
{
    return pg_hmac_init(ctx, key, key_bytes) == 0 && pg_hmac_update(ctx, message, bytes / 3) == 0
           && pg_hmac_update(ctx, (const uint8_t *)message + bytes / 3, bytes - bytes / 3) == 0
           && pg_hmac_final(ctx, ret_digest, KEY_BYTES) == 0;
}

/* One context for all: the key changes from case to case, and stays the same for two. */
static void check_rfc4231(void)
{
    static const char large_key[] = "Test Using Larger Than Block-Size Key - Hash Key First";
    static const char large_both[] =
        "This is a test using a larger than block-size key and a larger than block-size data. "
        "The key needs to be hashed before being used by the HMAC algorithm.";
    static const struct {
        uint8_t key_byte;
        size_t key_bytes;
        const char *message;
        const char *digest;
    } cases[] = {
        {0x0b, 20, "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {0xaa, 131, large_key, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
        {0xaa, 131, large_both, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
        {0x0b, 20, "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
    };
    struct pg_hmac_ctx *ctx = pg_hmac_create(SHA256);
    uint8_t key[131], digest[KEY_BYTES];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        memset(key, cases[i].key_byte, sizeof(key));
        expect(
            hmac(ctx, key, cases[i].key_bytes, cases[i].message, strlen(cases[i].message), digest)
                && is_hex(digest, cases[i].digest),
            cases[i].message);
    }
    static const char what[] = "what do ya want for nothing?";
    expect(
        hmac(ctx, (const uint8_t *)"Jefe", 4, what, strlen(what), digest)
            && is_hex(digest, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        what);
    expect(pg_hmac_final(ctx, digest, KEY_BYTES - 1) == -1
               && strcmp(pg_hmac_error(ctx), "destination buffer too small") == 0,
           "a buffer that is too small");
    pg_hmac_free(ctx);
    ctx = pg_hmac_create(MD5);
    expect(pg_hmac_init(ctx, key, 1) == -1, "another digest");
    pg_hmac_free(ctx);
}

/* The whole exchange of RFC 7677, chapter 3. */
static void check_rfc7677(void)
{
    static const char exchange[] =
        "n=user,r=rOprNGfwEbeRWgbNEkqO,"
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    unsigned char salt[18];
    uint8_t salted[KEY_BYTES], client[KEY_BYTES], stored[KEY_BYTES], server[KEY_BYTES],
        digest[KEY_BYTES];
    const char *error = "";
    struct pg_hmac_ctx *ctx = pg_hmac_create(SHA256);

    (void)EVP_DecodeBlock(salt, (const unsigned char *)"W22ZaJ0SNY7soEsUEjb6gQ==", 24);
    expect(scram_SaltedPassword("pencil", SHA256, KEY_BYTES, (char *)salt, 16, 4096, salted, &error)
                   == 0
               && scram_ClientKey(salted, SHA256, KEY_BYTES, client, &error) == 0
               && scram_H(client, SHA256, KEY_BYTES, stored, &error) == 0
               && scram_ServerKey(salted, SHA256, KEY_BYTES, server, &error) == 0,
           error);
    expect(hmac(ctx, stored, KEY_BYTES, exchange, strlen(exchange), digest), "client signature");
    for (size_t i = 0; i < KEY_BYTES; i++) {
        digest[i] ^= client[i];
    }
    expect(is_base64(digest, "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="), "client proof");
    expect(hmac(ctx, server, KEY_BYTES, exchange, strlen(exchange), digest)
               && is_base64(digest, "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="),
           "server signature");
    pg_hmac_free(ctx);
}

/* Passwords and salts of every length around a block's. */
static void check_libcrypto(void)
{
    for (int length = 0; length < 200; length++) {
        unsigned char password[200] = {0}, salt[200], wanted[KEY_BYTES];
        uint8_t salted[KEY_BYTES];
        const char *error = "";
        int iterations = 1 + length % 7;

        (void)RAND_bytes(password, length);
        (void)RAND_bytes(salt, sizeof(salt));
        for (int i = 0; i < length; i++) {
            password[i] |= 1; /* no NUL */
        }
        (void)PKCS5_PBKDF2_HMAC((char *)password, length, salt, 199 - length + 1, iterations,
                                EVP_sha256(), KEY_BYTES, wanted);
        expect(scram_SaltedPassword((char *)password, SHA256, KEY_BYTES, (char *)salt,
                                    199 - length + 1, iterations, salted, &error)
                       == 0
                   && memcmp(salted, wanted, KEY_BYTES) == 0,
               "not what PKCS5_PBKDF2_HMAC() derives");
    }
}

int main(void)
{
    check_rfc4231();
    check_rfc7677();
    check_libcrypto();
    return failures == 0 ? 0 : 1;
}
