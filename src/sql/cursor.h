/*
 * cursor.h - reading one statement token by token, without its blanks.
 *
 *     struct ep_sql_cursor cursor;
 *     ep_sql_cursor_begin(&cursor, text, statement.begin, statement.end);
 *     if (ep_sql_cursor_take(&cursor, "DROP TABLE")) {
 *         ...
 *     }
 *
 * Nothing is refused: what is not there is not taken. At the end no word, byte or
 * name is. Copying the struct remembers a place to come back to.
 */
#ifndef EP_SQL_CURSOR_H
#define EP_SQL_CURSOR_H

#include "base/arena.h"
#include "sql/lexer.h"

struct ep_sql_cursor {
    struct ep_sql_lexer lexer; /* behind the token; its text reaches to the end */
    struct ep_sql_token token; /* the one to be taken; its begin is the end at the end */
    size_t behind;             /* where the token before it ended */
    bool at_end;
};

/* A name as the server knows it: folded to lower case or taken out of its quotes, and cut after 63
 * bytes. Texts are an arena's. */
struct ep_sql_name {
    const char *schema; /* NULL: the search path decides */
    const char *name;   /* NULL: there is none */
};

/* Stand on the first token from begin on; end is an offset, too. */
void ep_sql_cursor_begin(struct ep_sql_cursor *cursor, struct ep_span text, size_t begin,
                         size_t end);

void ep_sql_cursor_advance(struct ep_sql_cursor *cursor);

/* Whether the token is this word, given in capitals, without quotes. */
bool ep_sql_cursor_is(const struct ep_sql_cursor *cursor, const char *word);
/* Whether it is this byte of punctuation. */
bool ep_sql_cursor_is_byte(const struct ep_sql_cursor *cursor, char byte);

/* Go behind these words, one blank between, if all of them follow; else stay. */
bool ep_sql_cursor_take(struct ep_sql_cursor *cursor, const char *words);
bool ep_sql_cursor_take_byte(struct ep_sql_cursor *cursor, char byte);

/* One part of a name; NULL, and nothing is taken, when the token cannot be one. */
const char *ep_sql_cursor_take_part(struct ep_sql_cursor *cursor, struct ep_arena *arena);

/* A name of one to three parts; the database's is left out. */
bool ep_sql_cursor_take_name(struct ep_sql_cursor *cursor, struct ep_arena *arena,
                             struct ep_sql_name *ret_name);

/* Go behind the token, or from an opening parenthesis or bracket to behind the one that closes it.
 */
void ep_sql_cursor_skip(struct ep_sql_cursor *cursor);

/* Go to a comma, semicolon or closing parenthesis that belongs to nothing opened on the way. */
void ep_sql_cursor_skip_item(struct ep_sql_cursor *cursor);

#endif
