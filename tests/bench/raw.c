/*
 * raw.c - the least that the protocol asks for: raw PORT USER DATABASE SQL, with the password in
 * PGPASSWORD.
 *
 * No libpq: TCP to 127.0.0.1, the start-up message, SCRAM-SHA-256, one query, the answer read to
 * its end. Its messages are put together by hand and the server is trusted; what is left is what
 * the wire and the server need, and libcrypto's PBKDF2. Not to be used for anything else.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { DIGEST = 32, ROOM = 65536 };

static int server;
static unsigned char body[ROOM];

static void fail(const char *what)
{
    (void)fprintf(stderr, "raw: %s\n", what);
    exit(1);
}

static void send_message(char type, const char *content, size_t size)
{
    static char message[ROOM];
    size_t used = 0;
    uint32_t length = htonl((uint32_t)size + 4);

    if (size + 5 > sizeof(message)) {
        fail("the message is too long");
    }
    if (type != '\0') {
        message[used++] = type;
    }
    memcpy(message + used, &length, 4);
    memcpy(message + used + 4, content, size);
    if (write(server, message, used + 4 + size) != (ssize_t)(used + 4 + size)) {
        fail("the server does not listen");
    }
}

static void take(void *into, size_t size)
{
    static unsigned char buffer[ROOM];
    static size_t have, at;
    unsigned char *target = into;

    while (size > 0) {
        if (at == have) {
            ssize_t got = read(server, buffer, sizeof(buffer));
            if (got <= 0) {
                fail("the server has gone");
            }
            have = (size_t)got;
            at = 0;
        }
        size_t part = have - at < size ? have - at : size;
        memcpy(target, buffer + at, part);
        at += part;
        target += part;
        size -= part;
    }
}

/* The next message of this type; others are passed over. body ends in NUL. */
static void await(char wanted)
{
    for (;;) {
        unsigned char head[5];
        uint32_t size;
        take(head, sizeof(head));
        memcpy(&size, head + 1, 4);
        size = ntohl(size) - 4;
        if (size >= sizeof(body)) {
            fail("the answer is too long");
        }
        take(body, size);
        body[size] = '\0';
        if (head[0] == 'E') {
            fail("the server refuses");
        }
        if (head[0] == wanted) {
            return;
        }
    }
}

static void hmac(const void *key, const char *text, unsigned char *ret_digest)
{
    (void)HMAC(EVP_sha256(), key, DIGEST, (const unsigned char *)text, strlen(text), ret_digest,
               NULL);
}

static void prove(const char *first, const char *password)
{
    char challenge[512], final[256], all[1024], reply[512];
    unsigned char salt[256], salted[DIGEST], client[DIGEST], stored[DIGEST], proof[DIGEST];
    unsigned char encoded[64];

    (void)snprintf(challenge, sizeof(challenge), "%s", (const char *)body + 4);
    const char *salt_text = strstr(challenge, ",s=") + 3;
    const char *count_text = strstr(challenge, ",i=");
    int size = (int)(count_text - salt_text);
    (void)EVP_DecodeBlock(salt, (const unsigned char *)salt_text, size);
    (void)PKCS5_PBKDF2_HMAC(password, -1, salt,
                            size / 4 * 3 - (salt_text[size - 1] == '=')
                                - (salt_text[size - 2] == '='),
                            (int)strtol(count_text + 3, NULL, 10), EVP_sha256(), DIGEST, salted);
    (void)snprintf(final, sizeof(final), "c=biws,%.*s", (int)(salt_text - 3 - challenge),
                   challenge);
    (void)snprintf(all, sizeof(all), "%s,%s,%s", first, challenge, final);
    hmac(salted, "Client Key", client);
    (void)EVP_Digest(client, DIGEST, stored, NULL, EVP_sha256(), NULL);
    hmac(stored, all, proof);
    for (int i = 0; i < DIGEST; i++) {
        proof[i] ^= client[i];
    }
    (void)EVP_EncodeBlock(encoded, proof, DIGEST);
    int length = snprintf(reply, sizeof(reply), "%s,p=%s", final, (const char *)encoded);
    send_message('p', reply, (size_t)length);
}

int main(int count, char **arguments)
{
    static const char first[] = "n=,r=not+a+secret+here";
    char hello[512] = {0, 3, 0, 0};
    char initial[128] = "SCRAM-SHA-256";
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = 1;

    if (count < 5 || getenv("PGPASSWORD") == NULL) {
        return 64;
    }
    address.sin_port = htons((uint16_t)strtol(arguments[1], NULL, 10));
    server = socket(AF_INET, SOCK_STREAM, 0);
    (void)setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    if (connect(server, (struct sockaddr *)&address, sizeof(address)) != 0) {
        fail("nothing listens");
    }
    int used = 4
               + snprintf(hello + 4, sizeof(hello) - 4, "user%c%s%cdatabase%c%s%c", 0, arguments[2],
                          0, 0, arguments[3], 0);
    send_message('\0', hello, (size_t)used + 1);
    await('R');
    uint32_t length = htonl(sizeof(first) - 1 + 3);
    memcpy(initial + 14, &length, 4);
    memcpy(initial + 18, "n,,", 3);
    memcpy(initial + 21, first, sizeof(first) - 1);
    send_message('p', initial, 21 + sizeof(first) - 1);
    await('R');
    prove(first, getenv("PGPASSWORD"));
    await('Z');
    send_message('Q', arguments[4], strlen(arguments[4]) + 1);
    await('Z');
    send_message('X', "", 0);
    return 0;
}
