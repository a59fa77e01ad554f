/*
 * lexer.h - SQL text as PostgreSQL's own lexer cuts it into tokens.
 *
 * Every byte belongs to exactly one token: tokens have no gaps, also where the
 * text is not SQL. Nothing is allocated, copied or decoded; a text may hold any
 * byte. A token that the end of the text leaves open has a kind of its own and
 * reaches from where it began to the end.
 *
 *     struct ep_sql_lexer lexer = {.text = text};
 *     struct ep_sql_token token;
 *     while (ep_sql_lexer_next(&lexer, &token)) {
 *         struct ep_span word = ep_sql_token_text(text, token);
 *         ...
 *     }
 *
 * Source: PostgreSQL 15, src/backend/parser/scan.l, with these decisions:
 * - standard_conforming_strings is on, the default since 9.1: in '...' a backslash is a byte
 *   like any other. Drizzle never turns it off, nor does this program.
 * - Bytes from 0x80 are letters, as in every server encoding. Hence so is a byte order mark.
 * - \v is whitespace, as since PostgreSQL 16; older servers refuse it.
 * - N'...' is one token; the server makes two of it.
 * - A backslash outside of quotes is an error to the server. It is what psql's commands begin
 *   with, so it is told apart: \; and \: are tokens of two bytes, any other reaches to the end
 *   of its line (src/fe_utils/psqlscan.l). psql's variables (:name) are not: a server never
 *   sees them, and array[low:high] is SQL.
 * - psql reads a file line by line, and so misses that a string that is continued on the next
 *   line keeps its kind. The server does not, nor do we.
 */
#ifndef EP_SQL_LEXER_H
#define EP_SQL_LEXER_H

#include "base/span.h"

/* What a token is, and the words for it: those of PostgreSQL's messages where it has some. */
#define EP_SQL_KIND_LIST(X)                                         \
    X(WHITESPACE, "whitespace")                                     \
    X(LINE_COMMENT, "-- comment")                                   \
    X(BLOCK_COMMENT, "/* comment")                                  \
    X(WORD, "keyword or identifier")                                \
    X(QUOTED_IDENTIFIER, "quoted identifier")                       \
    X(UNICODE_IDENTIFIER, "quoted identifier with Unicode escapes") \
    X(STRING, "quoted string")                                      \
    X(ESCAPE_STRING, "quoted string with escapes")                  \
    X(UNICODE_STRING, "quoted string with Unicode escapes")         \
    X(BIT_STRING, "bit string literal")                             \
    X(HEX_STRING, "hexadecimal string literal")                     \
    X(NATIONAL_STRING, "national character string")                 \
    X(DOLLAR_STRING, "dollar-quoted string")                        \
    X(NUMBER, "number")                                             \
    X(NUMBER_JUNK, "trailing junk after numeric literal")           \
    X(PARAMETER, "parameter")                                       \
    X(PARAMETER_JUNK, "trailing junk after parameter")              \
    X(OPERATOR, "operator")                                         \
    X(PUNCTUATION, "punctuation")                                   \
    X(META, "psql command")                                         \
    X(OTHER, "a byte that begins no token")                         \
    X(OPEN_COMMENT, "unterminated /* comment")                      \
    X(OPEN_STRING, "unterminated quoted string")                    \
    X(OPEN_DOLLAR_STRING, "unterminated dollar-quoted string")      \
    X(OPEN_IDENTIFIER, "unterminated quoted identifier")

enum ep_sql_kind {
#define X(name, words) EP_SQL_##name,
    EP_SQL_KIND_LIST(X)
#undef X
};

/*
 * Strings and their continuation ('a' newline 'b') are one token. PUNCTUATION
 * is one of , ( ) [ ] . ; : :: .. := and any run of + - * / < > = ~ ! @ # % ^ &
 * | ` ? is OPERATOR. NUMBER_JUNK is what PostgreSQL 15 refuses (123abc) and
 * what 16 and later may read as a number (0x1F, 1_000).
 */
struct ep_sql_token {
    enum ep_sql_kind kind;
    size_t begin, end; /* bytes from the start of the text; end is past the last */
};

/*
 * Where lexing goes on. To begin, name the text and leave the rest zero, or set
 * offset to where a token begins. A copy of the struct goes on on its own.
 */
struct ep_sql_lexer {
    struct ep_span text;
    size_t offset;
    size_t single_end; /* before this offset each operator is one byte long */
};

/* The next token; false, with *ret_token untouched, at the end of the text. */
bool ep_sql_lexer_next(struct ep_sql_lexer *lexer, struct ep_sql_token *ret_token);

struct ep_span ep_sql_token_text(struct ep_span text, struct ep_sql_token token);

/* The words of EP_SQL_KIND_LIST. */
const char *ep_sql_kind_words(enum ep_sql_kind kind);

/* Whitespace and comments, terminated or not: what stands between other tokens. */
bool ep_sql_kind_is_blank(enum ep_sql_kind kind);

/* One of the four kinds that the end of the text left open. */
bool ep_sql_kind_is_open(enum ep_sql_kind kind);

/* Whether a WORD is this keyword, given in capitals. Case does not matter, in ASCII. */
bool ep_sql_word_is(struct ep_span word, const char *keyword);

#endif
