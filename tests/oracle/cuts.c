/*
 * cuts.c - compare src/sql with psql's scanner and with the server's lexer and parser.
 *
 *     cuts [--data-as-sql] FILE...     the files, whole
 *     cuts --mutate COUNT FILE...      COUNT texts made from pieces of the files
 *
 * Each disagreement is a line on stdout; the last line has the figures. Exit
 * status 1 when there is any. What is compared:
 * - psql: each semicolon and each backslash at which it stops, what it would send, and whether
 *   anything is open at the end of the text;
 * - parser: each statement alone must be one statement, or be refused; and the longest runs of
 *   those that are not refused must be cut as we do;
 * - lexer: beginning, end and kind of each token of each statement that it does not refuse.
 */
#include "psql.h"
#include "server.h"

#include "base/check.h"
#include "base/text.h"
#include "sql/statement.h"

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>

struct figures {
    size_t files, bytes;
    size_t stops, psql_disagreements;
    size_t statements, accepted, runs, parser_disagreements;
    size_t tokens, lexer_disagreements;
};

/* One text under comparison. */
struct subject {
    struct ep_arena arena;
    const char *name;
    struct ep_span text;
    bool is_real; /* from a file, not made up */
    struct ep_sql_statement *items;
    size_t count;
    struct figures *figures;
};

static void say(const struct subject *subject, size_t offset, const char *what)
{
    struct ep_span part = ep_span_part(subject->text, offset, 50);
    size_t line = 1;

    for (size_t i = 0; i < offset && i < subject->text.size; i++) {
        line += subject->text.data[i] == '\n' ? 1 : 0;
    }
    printf("%s:%zu: %s: byte %zu, \"", subject->name, line, what, offset);
    for (size_t i = 0; i < part.size; i++) {
        bool is_plain = part.data[i] >= ' ' && part.data[i] <= '~';
        printf(is_plain ? "%c" : "\\x%02X", (unsigned char)part.data[i]);
    }
    printf("\"\n");
}

/* --- psql ------------------------------------------------------------------------------ */

/* Where psql is to stop. */
struct stop {
    enum psql_stop stop;
    size_t offset;      /* past the semicolon; at the backslash; the end of the text */
    size_t outer_begin; /* what it would send begins between these two */
    size_t begin;
    bool is_open;
};

/* \; and \: are no commands to psql: they put a semicolon or a colon into the query. */
static bool is_escaped(const struct subject *subject, const struct ep_sql_statement *item)
{
    struct ep_span text = ep_sql_statement_text(subject->text, item);
    return item->item == EP_SQL_ITEM_META
           && (ep_span_equals(text, "\\;") || ep_span_equals(text, "\\:"));
}

static size_t expected_stops(const struct subject *subject, struct stop *stops)
{
    struct stop next = {.begin = SIZE_MAX};
    size_t count = 0;

    for (size_t i = 0; i < subject->count; i++) {
        const struct ep_sql_statement *item = &subject->items[i];
        bool is_meta = item->item == EP_SQL_ITEM_META;
        if (is_escaped(subject, item) || item->item == EP_SQL_ITEM_COPY_DATA) {
            continue;
        }
        if (!is_meta) {
            next.begin = next.begin < item->begin ? next.begin : item->begin;
            next.is_open = item->is_open;
        }
        if (is_meta || item->has_semicolon) {
            next.stop = is_meta ? PSQL_BACKSLASH : PSQL_SEMICOLON;
            next.offset = is_meta ? item->begin : item->end;
            stops[count++] = next;
            next = (struct stop){.outer_begin = item->end, .begin = SIZE_MAX};
        }
    }
    next.stop = PSQL_COMPLETE;
    next.offset = subject->text.size;
    stops[count++] = next;
    return count;
}

/* Whether what psql would send is what we say the statement is, with what is before it. */
static bool is_same_query(struct ep_span text, const struct stop *stop, struct psql_event event)
{
    struct ep_span query = {.data = event.query, .size = event.query_size};
    struct ep_span ours = ep_span_part(text, stop->outer_begin, stop->offset - stop->outer_begin);

    static const char *const rewritten[] = {"\\;", "\\:", ":{?"}; /* the last: TRUE or FALSE */
    for (size_t i = 0; i < EP_COUNT_OF(rewritten); i++) {
        if (ep_span_find(ours, 0, rewritten[i]) != SIZE_MAX) {
            return true;
        }
    }
    if (query.size > ours.size
        || (stop->begin != SIZE_MAX && query.size < stop->offset - stop->begin)) {
        return false;
    }
    return ep_span_equal(query, ep_span_part(ours, ours.size - query.size, query.size));
}

static bool is_same_stop(const struct stop *stop, struct psql_event event)
{
    if (stop->stop == PSQL_COMPLETE) {
        bool is_incomplete = stop->is_open || event.query_size == 0;
        return event.stop == (is_incomplete ? PSQL_INCOMPLETE : PSQL_COMPLETE);
    }
    size_t offset = event.stop == PSQL_BACKSLASH ? event.offset - 1 : event.offset;
    return event.stop == stop->stop && offset == stop->offset;
}

/* psql does not scan the lines that COPY reads: to its scanner they are blank. */
static struct ep_span without_data(struct subject *subject)
{
    char *copy = ep_arena_copy(&subject->arena, subject->text);

    for (size_t i = 0; i < subject->count; i++) {
        const struct ep_sql_statement *item = &subject->items[i];
        if (item->item == EP_SQL_ITEM_COPY_DATA) {
            memset(copy + item->begin, ' ', item->end - item->begin);
        }
    }
    return (struct ep_span){.data = copy, .size = subject->text.size};
}

static void compare_with_psql(struct subject *subject)
{
    struct ep_span text = without_data(subject);
    struct stop *stops = ep_arena_array(&subject->arena, subject->count + 1, sizeof(*stops));
    size_t count = expected_stops(subject, stops);
    struct psql_scan *psql = psql_open(text.data, text.size);

    for (size_t i = 0; i < count; i++) {
        struct psql_event event = psql_next(psql);
        const char *problem = !is_same_stop(&stops[i], event)          ? "psql does not stop here"
                              : !is_same_query(text, &stops[i], event) ? "psql sends another text"
                                                                       : NULL;
        if (problem != NULL) {
            say(subject, stops[i].offset, problem);
            say(subject, event.offset, "psql stops here");
            subject->figures->psql_disagreements++;
            break;
        }
        if (event.stop == PSQL_BACKSLASH) { /* as psql: the rest of the line is the command's */
            size_t end = event.offset;
            while (end < text.size && text.data[end] != '\n' && text.data[end] != '\r') {
                end++;
            }
            psql_continue(psql, end);
            if (i + 1 < count) {
                stops[i + 1].outer_begin = end;
            }
        }
        subject->figures->stops++;
    }
    psql_close(psql);
}

/* --- the server's parser ----------------------------------------------------------------- */

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

static void compare_with_parser(struct subject *subject)
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

/* --- the server's lexer -------------------------------------------------------------------- */

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
static void compare_with_lexer(struct subject *subject)
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

/* --- texts --------------------------------------------------------------------------------- */

static void cut(struct subject *subject)
{
    struct ep_sql_cutter cutter = {.text = subject->text};
    struct ep_sql_statement item;

    while (ep_sql_cutter_next(&cutter, &item)) {
        subject->count++;
    }
    subject->items =
        ep_arena_array(&subject->arena, subject->count, sizeof(struct ep_sql_statement));
    cutter = (struct ep_sql_cutter){.text = subject->text};
    for (size_t i = 0; ep_sql_cutter_next(&cutter, &subject->items[i]); i++) {
    }
}

static void compare(const char *name, struct ep_span text, bool is_real, struct figures *figures)
{
    struct subject subject = {.name = name, .text = text, .is_real = is_real, .figures = figures};

    cut(&subject);
    compare_with_psql(&subject);
    compare_with_lexer(&subject);
    if (is_real) {
        compare_with_parser(&subject);
    }
    figures->files++;
    figures->bytes += text.size;
    ep_arena_release(&subject.arena);
}

static void read_whole(const char *path, struct ep_text *ret_text)
{
    FILE *file = fopen(path, "rb");
    char part[65536];
    size_t size = 0;

    if (file == NULL) {
        fprintf(stderr, "cuts: %s: %s\n", path, strerror(errno));
        exit(2);
    }
    while ((size = fread(part, 1, sizeof(part), file)) > 0) {
        ep_text_append(ret_text, (struct ep_span){.data = part, .size = size});
    }
    (void)fclose(file);
}

static bool is_text_at(const struct ep_text *text, size_t at, const char *lower)
{
    for (size_t i = 0; lower[i] != '\0'; i++) {
        if (at + i >= text->size || (text->data[at + i] | 0x20) != lower[i]) {
            return false;
        }
    }
    return true;
}

/* The same text without what a word means: COPY FROM STDIN reads no lines, say. */
static void disarm(struct ep_text *text, const char *lower)
{
    for (size_t i = 0; i < text->size; i++) {
        if (is_text_at(text, i, lower)) {
            text->data[i] = 'q';
        }
    }
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static const char *const snippets[] = {
    "'",
    "\"",
    "''",
    "\"\"",
    "$$",
    "$a$",
    "$a",
    "$1",
    "$",
    "--",
    "/*",
    "*/",
    "/",
    "*",
    "+",
    "-",
    "@",
    "#",
    "<",
    "=",
    "|",
    "~",
    ";",
    ";",
    ";",
    "(",
    ")",
    "\n",
    "\r",
    "\n",
    " ",
    "\t",
    "\f",
    "E'",
    "e'",
    "b'",
    "X'",
    "n'",
    "U&'",
    "u&\"",
    "u&",
    "\\'",
    "1",
    "1.5",
    ".5",
    "..",
    "1e5",
    "e+",
    "1e-",
    "a1",
    "_",
    "\xC3\xA9",
    "{",
    "]",
    "'\n'",
    "' '",
    "?",
    "!",
    "'--",
    "'\t--\n'",
    "case end",
    "create function f() returns int ",
    "create or replace procedure ",
    "copy t from stdin",
};

static void mutate(const struct ep_text *all, uint64_t *state, struct ep_text *ret_text)
{
    size_t pieces = 1 + next_random(state) % 16;

    ep_text_reset(ret_text);
    for (size_t i = 0; i < pieces; i++) {
        if (next_random(state) % 3 > 0) {
            ep_text_add(ret_text, snippets[next_random(state) % EP_COUNT_OF(snippets)]);
        } else {
            size_t offset = next_random(state) % all->size;
            size_t size = next_random(state) % 60;
            ep_text_append(ret_text, ep_span_part(ep_text_span(all), offset, size));
        }
    }
    /* Where src/sql differs on purpose (see its headers), or psql from the server, or libpg_query:
     */
    disarm(ret_text, "begin"); /* only BEGIN ATOMIC counts */
    for (size_t i = 0; i < ret_text->size; i++) {
        char byte = ret_text->data[i];
        bool is_escape = byte == '\\' && i + 1 < ret_text->size && ret_text->data[i + 1] == ';';
        /* :name is psql's variable, \v is whitespace since 16, ? is a parameter to libpg_query. */
        if (byte == ':' || byte == '\v' || byte == '?' || byte == '\0' || is_escape) {
            ret_text->data[i] = ' ';
        }
    }
}

static void compare_mutations(size_t count, const struct ep_text *all, struct figures *figures)
{
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};
    uint64_t state = UINT64_C(0x9E3779B97F4A7C15); /* the same texts each time */

    for (size_t i = 0; i < count; i++) {
        mutate(all, &state, &text);
        ep_text_add(&text, ""); /* the empty text has an address, too */
        compare("mutation", ep_text_span(&text), false, figures);
    }
}

static void print_figures(const struct figures *figures)
{
    printf("texts %zu bytes %zu psql: stops %zu disagreements %zu parser: statements %zu accepted "
           "%zu runs %zu disagreements %zu lexer: tokens %zu disagreements %zu\n",
           figures->files, figures->bytes, figures->stops, figures->psql_disagreements,
           figures->statements, figures->accepted, figures->runs, figures->parser_disagreements,
           figures->tokens, figures->lexer_disagreements);
}

int main(int argc, char **argv)
{
    struct figures figures = {0};
    struct ep_text all EP_CLEANUP(ep_text_clear) = {0};
    bool data_as_sql = argc > 1 && strcmp(argv[1], "--data-as-sql") == 0;
    bool mutates = argc > 2 && strcmp(argv[1], "--mutate") == 0;

    for (int i = 1 + (data_as_sql ? 1 : 0) + (mutates ? 2 : 0); i < argc; i++) {
        if (!mutates) {
            ep_text_reset(&all);
        }
        read_whole(argv[i], &all);
        if (data_as_sql) {
            disarm(&all, "stdin");
        }
        if (!mutates) {
            compare(argv[i], ep_text_span(&all), true, &figures);
        }
    }
    if (mutates && all.size > 0) {
        compare_mutations(strtoul(argv[2], NULL, 10), &all, &figures);
    }
    print_figures(&figures);
    return figures.psql_disagreements + figures.parser_disagreements + figures.lexer_disagreements
                   == 0
               ? 0
               : 1;
}
