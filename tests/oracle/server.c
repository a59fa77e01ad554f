#include "server.h"

#include "base/check.h"

#include <pg_query.h>

bool server_split(struct ep_arena *arena, const char *text, struct server_ranges *ret_ranges,
                  const char **ret_reason)
{
    PgQuerySplitResult result = pg_query_split_with_parser(text);
    bool is_accepted = result.error == NULL;

    if (is_accepted) {
        ret_ranges->count = (size_t)result.n_stmts;
        ret_ranges->items = ep_arena_array(arena, ret_ranges->count, sizeof(struct server_range));
        for (size_t i = 0; i < ret_ranges->count; i++) {
            const PgQuerySplitStmt *statement = result.stmts[i];
            ret_ranges->items[i].begin = (size_t)statement->stmt_location;
            ret_ranges->items[i].end = (size_t)(statement->stmt_location + statement->stmt_len);
        }
    } else {
        *ret_reason = ep_arena_copy(arena, ep_span_of(result.error->message));
    }
    pg_query_free_split_result(result);
    return is_accepted;
}

/* A number of the protocol-buffers wire format. */
static size_t read_varint(struct ep_span data, size_t *offset)
{
    size_t value = 0;

    for (unsigned shift = 0;; shift += 7) {
        EP_CHECK(*offset < data.size && shift < 64);
        unsigned char byte = (unsigned char)data.data[(*offset)++];
        value |= (size_t)(byte & 0x7F) << shift;
        if (byte < 0x80) {
            return value;
        }
    }
}

/* message ScanToken of pg_query.proto: all of its fields are numbers. */
static struct server_token read_token(struct ep_span data)
{
    struct server_token token = {0};

    for (size_t offset = 0; offset < data.size;) {
        size_t field = read_varint(data, &offset) >> 3;
        size_t value = read_varint(data, &offset);
        switch (field) {
        case 1:
            token.begin = value;
            break;
        case 2:
            token.end = value;
            break;
        case 4:
            token.token = (unsigned)value;
            break;
        case 5:
            token.is_keyword = value != 0;
            break;
        default:
            EP_CHECK(false);
        }
    }
    return token;
}

/* message ScanResult: field 1 is a version, field 2 a token. */
static size_t read_tokens(struct ep_span data, struct server_token *tokens)
{
    size_t count = 0;

    for (size_t offset = 0; offset < data.size;) {
        size_t field = read_varint(data, &offset) >> 3;
        size_t value = read_varint(data, &offset);
        if (field == 2) {
            if (tokens != NULL) {
                tokens[count] = read_token(ep_span_part(data, offset, value));
            }
            offset += value;
            count++;
        }
    }
    return count;
}

bool server_scan(struct ep_arena *arena, const char *text, struct server_token **ret_tokens,
                 size_t *ret_count)
{
    PgQueryScanResult result = pg_query_scan(text);
    bool is_accepted = result.error == NULL;

    if (is_accepted) {
        struct ep_span data = {.data = result.pbuf.data, .size = result.pbuf.len};
        *ret_count = read_tokens(data, NULL);
        *ret_tokens = ep_arena_array(arena, *ret_count, sizeof(struct server_token));
        (void)read_tokens(data, *ret_tokens);
    }
    pg_query_free_scan_result(result);
    return is_accepted;
}
