/*
 * hmac_midstates.c - libpq's pg_hmac_* for the static binary, in the place of PostgreSQL's
 * hmac_openssl.c.
 *
 * A SCRAM login computes an HMAC-SHA-256 thousands of times, always with the same key, and
 * PostgreSQL's scram_SaltedPassword() starts each with pg_hmac_init(). Through OpenSSL's HMAC_CTX
 * each of them looks the digest up and hashes the key anew. Here the states of SHA-256 behind the
 * inner and the outer pad are kept, and come back for as long as the key stays the same: what is
 * left are the two compressions per iteration that the message needs, by libcrypto's own SHA-256
 * (SHA-NI or ARMv8 instructions where the processor has them).
 *
 * The interface and what it returns are those of common/hmac.h. Only SHA-256 is there: it is the
 * only one that SCRAM in libpq 17 asks for. The context is wiped when it is freed; it holds the
 * key.
 *
 * Source: RFC 2104, RFC 4231 (test vectors), RFC 7677; tests/integration/scram.bats.
 */
#define OPENSSL_SUPPRESS_DEPRECATED /* the functions of SHA-256 that need no allocation and no \
                                       look-up */
#include "postgres_fe.h"

#include "common/hmac.h"
#include "port/pg_bswap.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

enum { BLOCK_BYTES = SHA256_CBLOCK, DIGEST_BYTES = SHA256_DIGEST_LENGTH };

struct pg_hmac_ctx {
    uint8 key[BLOCK_BYTES]; /* padded with zeros; its own digest where it is longer than a block */
    SHA256_CTX inner;       /* after the inner pad */
    SHA256_CTX outer;       /* after the outer pad */
    SHA256_CTX message;     /* after the inner pad and what of the message there was */
    bool has_key;
    const char *error;
};

/* What the outer hash adds is always a digest: one block, whose padding is the same every time. */
static const uint8 outer_end[BLOCK_BYTES] = {
    [DIGEST_BYTES] = 0x80,
    [BLOCK_BYTES - 2] = (BLOCK_BYTES + DIGEST_BYTES) * 8 / 256,
    [BLOCK_BYTES - 1] = (BLOCK_BYTES + DIGEST_BYTES) * 8 % 256,
};

pg_hmac_ctx *pg_hmac_create(pg_cryptohash_type type)
{
    pg_hmac_ctx *ctx = calloc(1, sizeof(*ctx));

    if (ctx != NULL && type != PG_SHA256) {
        ctx->error = "only HMAC-SHA-256 is supported";
    }
    return ctx;
}

static void absorb_pad(const pg_hmac_ctx *ctx, uint8 pad, SHA256_CTX *ret_state)
{
    uint8 block[BLOCK_BYTES];

    for (size_t i = 0; i < BLOCK_BYTES; i++) {
        block[i] = ctx->key[i] ^ pad;
    }
    SHA256_Init(ret_state);
    SHA256_Update(ret_state, block, sizeof(block));
    OPENSSL_cleanse(block, sizeof(block));
}

int pg_hmac_init(pg_hmac_ctx *ctx, const uint8 *key, size_t len)
{
    uint8 padded[BLOCK_BYTES] = {0};

    if (ctx == NULL || ctx->error != NULL) {
        return -1;
    }
    if (len > BLOCK_BYTES) {
        SHA256(key, len, padded);
    } else if (len > 0) {
        memcpy(padded, key, len);
    }
    if (!ctx->has_key || memcmp(ctx->key, padded, sizeof(padded)) != 0) {
        memcpy(ctx->key, padded, sizeof(padded));
        absorb_pad(ctx, 0x36, &ctx->inner);
        absorb_pad(ctx, 0x5c, &ctx->outer);
        ctx->has_key = true;
    }
    explicit_bzero(padded, sizeof(padded));
    ctx->message = ctx->inner;
    return 0;
}

int pg_hmac_update(pg_hmac_ctx *ctx, const uint8 *data, size_t len)
{
    if (ctx == NULL || ctx->error != NULL) {
        return -1;
    }
    SHA256_Update(&ctx->message, data, len);
    return 0;
}

int pg_hmac_final(pg_hmac_ctx *ctx, uint8 *dest, size_t len)
{
    uint8 block[BLOCK_BYTES];

    if (ctx == NULL || ctx->error != NULL) {
        return -1;
    }
    if (len < DIGEST_BYTES) {
        ctx->error = "destination buffer too small";
        return -1;
    }
    memcpy(block, outer_end, sizeof(block));
    SHA256_Final(block, &ctx->message);
    ctx->message = ctx->outer;
    SHA256_Transform(&ctx->message, block);
    for (size_t i = 0; i < DIGEST_BYTES / sizeof(uint32); i++) {
        uint32 word = pg_hton32(ctx->message.h[i]);
        memcpy(dest + i * sizeof(word), &word, sizeof(word));
    }
    return 0;
}

void pg_hmac_free(pg_hmac_ctx *ctx)
{
    if (ctx != NULL) {
        explicit_bzero(ctx, sizeof(*ctx));
        free(ctx);
    }
}

const char *pg_hmac_error(pg_hmac_ctx *ctx)
{
    if (ctx == NULL) {
        return "out of memory";
    }
    return ctx->error == NULL ? "success" : ctx->error;
}
