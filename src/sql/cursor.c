#include "sql/cursor.h"

enum { NAME_BYTES_MAX = 63 }; /* NAMEDATALEN - 1 */

void ep_sql_cursor_begin(struct ep_sql_cursor *cursor, struct ep_span text, size_t begin,
                         size_t end)
{
    *cursor = (struct ep_sql_cursor){
        .lexer = {.text = ep_span_part(text, 0, end), .offset = begin},
        .token = {.kind = EP_SQL_OTHER, .begin = begin, .end = begin},
    };
    ep_sql_cursor_advance(cursor);
}

void ep_sql_cursor_advance(struct ep_sql_cursor *cursor)
{
    cursor->behind = cursor->token.end;
    do {
        if (!ep_sql_lexer_next(&cursor->lexer, &cursor->token)) {
            size_t end = cursor->lexer.text.size;
            cursor->token = (struct ep_sql_token){.kind = EP_SQL_OTHER, .begin = end, .end = end};
            cursor->at_end = true;
        }
    } while (!cursor->at_end && ep_sql_kind_is_blank(cursor->token.kind));
}

static struct ep_span token_text(const struct ep_sql_cursor *cursor)
{
    return ep_sql_token_text(cursor->lexer.text, cursor->token);
}

bool ep_sql_cursor_is(const struct ep_sql_cursor *cursor, const char *word)
{
    return cursor->token.kind == EP_SQL_WORD && ep_sql_word_is(token_text(cursor), word);
}

bool ep_sql_cursor_is_byte(const struct ep_sql_cursor *cursor, char byte)
{
    return cursor->token.kind == EP_SQL_PUNCTUATION && token_text(cursor).size == 1
           && token_text(cursor).data[0] == byte;
}

bool ep_sql_cursor_take(struct ep_sql_cursor *cursor, const char *words)
{
    enum { WORD_BYTES = 32 };
    struct ep_sql_cursor copy = *cursor;

    while (*words != '\0') {
        char word[WORD_BYTES] = {0};
        size_t size = strcspn(words, " ");
        if (size != token_text(&copy).size || size >= sizeof(word)) {
            return false;
        }
        memcpy(word, words, size);
        if (!ep_sql_cursor_is(&copy, word)) {
            return false;
        }
        ep_sql_cursor_advance(&copy);
        words += size + (words[size] == ' ');
    }
    *cursor = copy;
    return true;
}

bool ep_sql_cursor_take_byte(struct ep_sql_cursor *cursor, char byte)
{
    if (!ep_sql_cursor_is_byte(cursor, byte)) {
        return false;
    }
    ep_sql_cursor_advance(cursor);
    return true;
}

/* Whole characters of UTF-8, as the server cuts. */
static void cut_name(char *name)
{
    size_t size = strlen(name);

    if (size > NAME_BYTES_MAX) {
        size = NAME_BYTES_MAX;
        while (size > 0 && ((unsigned char)name[size] & 0xC0) == 0x80) {
            size--;
        }
        name[size] = '\0';
    }
}

static char *fold(struct ep_arena *arena, struct ep_span word)
{
    char *name = ep_arena_copy(arena, word);

    for (char *at = name; *at != '\0'; at++) {
        if (*at >= 'A' && *at <= 'Z') {
            *at = (char)(*at - 'A' + 'a');
        }
    }
    return name;
}

/* Escapes of U&"..." stay as they are written. */
static char *unquote(struct ep_arena *arena, struct ep_span quoted)
{
    size_t from = ep_span_find_byte(quoted, 0, '"') + 1;
    char *name = ep_arena_copy(arena, ep_span_part(quoted, from, quoted.size - from - 1));
    char *out = name;

    for (const char *at = name; *at != '\0'; at++) {
        *out++ = *at;
        at += at[0] == '"' && at[1] == '"';
    }
    *out = '\0';
    return name;
}

const char *ep_sql_cursor_take_part(struct ep_sql_cursor *cursor, struct ep_arena *arena)
{
    char *name = NULL;

    if (cursor->token.kind == EP_SQL_WORD) {
        name = fold(arena, token_text(cursor));
    } else if (cursor->token.kind == EP_SQL_QUOTED_IDENTIFIER
               || cursor->token.kind == EP_SQL_UNICODE_IDENTIFIER) {
        name = unquote(arena, token_text(cursor));
    } else {
        return NULL;
    }
    cut_name(name);
    ep_sql_cursor_advance(cursor);
    return name;
}

bool ep_sql_cursor_take_name(struct ep_sql_cursor *cursor, struct ep_arena *arena,
                             struct ep_sql_name *ret_name)
{
    struct ep_sql_name name = {.name = ep_sql_cursor_take_part(cursor, arena)};

    while (name.name != NULL && ep_sql_cursor_take_byte(cursor, '.')) {
        name.schema = name.name;
        name.name = ep_sql_cursor_take_part(cursor, arena);
    }
    if (name.name == NULL) {
        return false;
    }
    *ret_name = name;
    return true;
}

void ep_sql_cursor_skip(struct ep_sql_cursor *cursor)
{
    size_t depth = 0;

    do {
        if (ep_sql_cursor_is_byte(cursor, '(') || ep_sql_cursor_is_byte(cursor, '[')) {
            depth++;
        } else if (depth > 0
                   && (ep_sql_cursor_is_byte(cursor, ')') || ep_sql_cursor_is_byte(cursor, ']'))) {
            depth--;
        }
        ep_sql_cursor_advance(cursor);
    } while (depth > 0 && !cursor->at_end);
}

void ep_sql_cursor_skip_item(struct ep_sql_cursor *cursor)
{
    while (!cursor->at_end && !ep_sql_cursor_is_byte(cursor, ',')
           && !ep_sql_cursor_is_byte(cursor, ')') && !ep_sql_cursor_is_byte(cursor, ';')) {
        ep_sql_cursor_skip(cursor);
    }
}
