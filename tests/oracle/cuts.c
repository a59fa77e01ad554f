/*
 * cuts.c - compare src/sql with psql's scanner and with the server's lexer and parser (compare.h).
 *
 *     cuts [--data-as-sql] FILE...     the files, whole
 *     cuts --mutate COUNT FILE...      COUNT texts made from pieces of the files
 *
 * The last line has the figures. Exit status 1 when there is any disagreement.
 */
#include "compare.h"

#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>

void say(const struct subject *subject, size_t offset, const char *what)
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
