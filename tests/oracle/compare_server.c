#include "compare.h"
#include "server.h"

#include <stdint.h>

static size_t content_end(const struct ep_sql_statement *item)
{
    return item->end - (item->has_semicolon ? 1 : 0);
}

static const char *copy_part(struct subject *subject, size_t begin, size_t end)
{
    return ep_arena_copy(&subject->arena, ep_span_part(subject->text, begin, end - begin));
}

/* Whether the parser takes it alone; that it is then one statement is compared. */
static bool is_accepted(struct subject *subject, const struct ep_sql_statement *item)
{
    struct server_ranges ranges = {0};
    const char *reason = "";
    const char *text = copy_part(subject, item->begin, item->end);

    if (!server_split(&subject->arena, text, &ranges, &reason)) {
        return false;
    }
    if (ranges.count != 1 || ranges.items[0].end != content_end(item) - item->begin) {
        say(subject, item->begin, "to the parser this is not one statement");
        subject->figures->parser_disagreements++;
    }
    return true;
}

/* Statements from first to last, empty ones among them, which the parser leaves out. */
static void compare_run(struct subject *subject, size_t first, size_t last)
{
    struct server_ranges ranges = {0};
    const char *reason = "";
    size_t base = subject->items[first].outer_begin;
    const char *text = copy_part(subject, base, subject->items[last].end);
    size_t found = 0;

    if (!server_split(&subject->arena, text, &ranges, &reason)) {
        say(subject, base, "the parser takes each of these statements, but not together");
        subject->figures->parser_disagreements++;
        return;
    }
    for (size_t i = first; i <= last; i++) {
        const struct ep_sql_statement *item = &subject->items[i];
        if (item->item != EP_SQL_ITEM_STATEMENT) {
            continue;
        }
        if (found == ranges.count || ranges.items[found].end + base != content_end(item)
            || ranges.items[found].begin + base > item->begin
            || ranges.items[found].begin + base < item->outer_begin) {
            say(subject, item->begin, "the parser cuts elsewhere");
            subject->figures->parser_disagreements++;
            return;
        }
        found++;
    }
    if (found != ranges.count) {
        say(subject, subject->items[last].end, "the parser finds more statements");
        subject->figures->parser_disagreements++;
    }
}

void compare_with_parser(struct subject *subject)
{
    size_t first = SIZE_MAX;
    size_t last = 0;

    for (size_t i = 0; i < subject->count; i++) {
        const struct ep_sql_statement *item = &subject->items[i];
        if (item->item == EP_SQL_ITEM_EMPTY) {
            continue;
        }
        bool is_statement = item->item == EP_SQL_ITEM_STATEMENT;
        subject->figures->statements += is_statement ? 1 : 0;
        bool goes_on = is_statement && is_accepted(subject, item);
        subject->figures->accepted += goes_on ? 1 : 0;
        if (goes_on) {
            first = first == SIZE_MAX ? i : first;
            last = i;
        }
        /* Without a semicolon the next one is not a statement of its own. */
        if (first != SIZE_MAX && (!goes_on || !item->has_semicolon || i + 1 == subject->count)) {
            compare_run(subject, first, last);
            subject->figures->runs++;
            first = SIZE_MAX;
        }
    }
}

/* gram.y's numbers, as libpg_query has them. */
enum {
    IDENT = 258,
    UIDENT = 259,
    FCONST = 260,
    SCONST = 261,
    USCONST = 262,
    BCONST = 263,
    XCONST = 264,
    OP = 265,
    ICONST = 266,
    PARAM = 267,
    TYPECAST = 268,
    COLON_EQUALS = 270,
    EQUALS_GREATER = 271,
    NOT_EQUALS = 274,
    SQL_COMMENT = 275,
    C_COMMENT = 276
};

static bool is_same_kind(enum ep_sql_kind kind, struct server_token token)
{
    unsigned number = token.token;

    switch (kind) {
    case EP_SQL_WORD:
        return number == IDENT || token.is_keyword;
    case EP_SQL_QUOTED_IDENTIFIER:
        return number == IDENT;
    case EP_SQL_UNICODE_IDENTIFIER:
        return number == UIDENT;
    case EP_SQL_STRING:
    case EP_SQL_ESCAPE_STRING:
    case EP_SQL_DOLLAR_STRING:
    case EP_SQL_NATIONAL_STRING:
        return number == SCONST;
    case EP_SQL_UNICODE_STRING:
        return number == USCONST;
    case EP_SQL_BIT_STRING:
        return number == BCONST;
    case EP_SQL_HEX_STRING:
        return number == XCONST;
    case EP_SQL_NUMBER:
        return number == ICONST || number == FCONST;
    case EP_SQL_PARAMETER:
        return number == PARAM;
    case EP_SQL_OPERATOR:
        return number == OP || (number >= EQUALS_GREATER && number <= NOT_EQUALS)
               || (number < 128 && number > 0 && strchr("+-*/%^<>=", (int)number) != NULL);
    case EP_SQL_PUNCTUATION:
        return (number >= TYPECAST && number <= COLON_EQUALS)
               || (number < 128 && number > 0 && strchr(",()[].;:", (int)number) != NULL);
    case EP_SQL_LINE_COMMENT:
        return number == SQL_COMMENT;
    case EP_SQL_BLOCK_COMMENT:
        return number == C_COMMENT;
    case EP_SQL_META:
    case EP_SQL_OTHER:
        return number < 128;
    case EP_SQL_WHITESPACE:
    case EP_SQL_NUMBER_JUNK:
    case EP_SQL_PARAMETER_JUNK:
    case EP_SQL_OPEN_COMMENT:
    case EP_SQL_OPEN_STRING:
    case EP_SQL_OPEN_DOLLAR_STRING:
    case EP_SQL_OPEN_IDENTIFIER:
        break;
    }
    return false; /* the server's lexer would have refused the text */
}

static void compare_tokens(struct subject *subject, size_t begin, struct ep_span text,
                           const struct server_token *tokens, size_t count)
{
    struct ep_sql_lexer lexer = {.text = text};
    struct ep_sql_token token = {0};
    size_t found = 0;

    while (ep_sql_lexer_next(&lexer, &token)) {
        if (token.kind == EP_SQL_WHITESPACE) {
            continue;
        }
        if (token.kind == EP_SQL_NUMBER_JUNK) {
            return; /* 1e5$ is a number and a $ to libpg_query; the server refuses it */
        }
        /* N'...' is NCHAR and a string to it. */
        if (token.kind == EP_SQL_NATIONAL_STRING && found < count
            && tokens[found].begin == token.begin && tokens[found].end == token.begin + 1) {
            found++;
            token.begin++;
        }
        /* libpg_query does not note where these end. */
        bool has_end =
            token.kind != EP_SQL_UNICODE_STRING && token.kind != EP_SQL_UNICODE_IDENTIFIER;
        if (found == count || tokens[found].begin != token.begin
            || (has_end && tokens[found].end != token.end)
            || !is_same_kind(token.kind, tokens[found])) {
            say(subject, begin + token.begin, "the lexer has another token");
            if (found < count) {
                printf("  %s %zu-%zu; there %u %zu-%zu\n", ep_sql_kind_words(token.kind),
                       token.begin, token.end, tokens[found].token, tokens[found].begin,
                       tokens[found].end);
            }
            subject->figures->lexer_disagreements++;
            return;
        }
        found++;
        subject->figures->tokens++;
    }
    if (found != count) {
        say(subject, begin, "the lexer has more tokens");
        subject->figures->lexer_disagreements++;
    }
}

/*
 * Comments are tokens to libpg_query, for which it changed scan.l: one between
 * two parts of a string ends the string, and -- within a comment can be another.
 * The server does neither, and statements that people write have neither.
 */
void compare_with_lexer(struct subject *subject)
{
    for (size_t i = 0; i < subject->count; i++) {
        const struct ep_sql_statement *item = &subject->items[i];
        struct ep_span text = ep_sql_statement_outer(subject->text, item);
        struct server_token *tokens = NULL;
        size_t count = 0;
        if (item->item != EP_SQL_ITEM_META && item->item != EP_SQL_ITEM_COPY_DATA
            && ep_span_find_byte(text, 0, '\0') == SIZE_MAX
            && (subject->is_real || ep_span_find(text, 0, "--") == SIZE_MAX)
            && server_scan(&subject->arena, copy_part(subject, item->outer_begin, item->outer_end),
                           &tokens, &count)) {
            compare_tokens(subject, item->outer_begin, text, tokens, count);
        }
    }
}
