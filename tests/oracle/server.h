/*
 * server.h - the server's own lexer and parser, as oracles: where does a token,
 * where does a statement end?
 *
 * Wraps libpg_query, which is PostgreSQL 15's scan.l and gram.y as a library.
 * Texts are NUL-terminated.
 */
#ifndef ORACLE_SERVER_H
#define ORACLE_SERVER_H

#include "base/arena.h"

struct server_range {
    size_t begin, end;
};

struct server_ranges {
    struct server_range *items;
    size_t count;
};

/*
 * Where the parser cuts: from where the statement before ended, to before the
 * semicolon. false: it refuses the text; *ret_reason says why.
 */
bool server_split(struct ep_arena *arena, const char *text, struct server_ranges *ret_ranges,
                  const char **ret_reason);

struct server_token {
    size_t begin, end;
    unsigned token;  /* a number of gram.y, or a byte */
    bool is_keyword; /* of any of the four kinds */
};

/* Tokens and comments, without whitespace. false: the lexer refuses the text. */
bool server_scan(struct ep_arena *arena, const char *text, struct server_token **ret_tokens,
                 size_t *ret_count);

#endif
