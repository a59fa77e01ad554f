#include "source/sections.h"

#include <stdint.h>
#include <strings.h>

/* What a line says, if it is a directive. */
enum directive { UP, DOWN, NO_TRANSACTION, ENVSUB, STATEMENT, UNKNOWN };

struct line {
    enum ep_section_tool tool;
    enum directive directive;
    bool alone; /* with UP and DOWN: no transaction */
};

static struct ep_span skip_blanks(struct ep_span span)
{
    size_t at = 0;
    while (at < span.size && strchr(" \t\r", span.data[at]) != NULL) {
        at++;
    }
    return ep_span_part(span, at, SIZE_MAX);
}

/* Take a word off the front, ignoring case: what follows must be blank, or the end. */
static bool take(struct ep_span *rest, const char *word)
{
    size_t size = strlen(word);

    if (rest->size < size || strncasecmp(rest->data, word, size) != 0
        || (rest->size > size && strchr(" \t\r", rest->data[size]) == NULL)) {
        return false;
    }
    *rest = skip_blanks(ep_span_part(*rest, size, SIZE_MAX));
    return true;
}

/* The same for the beginning of a word. */
static bool take_prefix(struct ep_span *rest, const char *prefix)
{
    size_t size = strlen(prefix);

    if (rest->size < size || strncasecmp(rest->data, prefix, size) != 0) {
        return false;
    }
    *rest = ep_span_part(*rest, size, SIZE_MAX);
    return true;
}

static void read_dbmate(struct ep_span rest, struct line *line)
{
    line->directive = take(&rest, "up") ? UP : take(&rest, "down") ? DOWN : UNKNOWN;
    line->tool = line->directive == UNKNOWN ? EP_SECTION_TOOL_NONE : EP_SECTION_TOOL_DBMATE;
    line->alone = take(&rest, "transaction:false");
}

static void read_goose(struct ep_span rest, struct line *line)
{
    line->tool = EP_SECTION_TOOL_GOOSE;
    if (take(&rest, "up")) {
        line->directive = UP;
    } else if (take(&rest, "down")) {
        line->directive = DOWN;
    } else if (take(&rest, "no") && take(&rest, "transaction")) {
        line->directive = NO_TRANSACTION;
    } else if (take(&rest, "envsub")) {
        line->directive = take(&rest, "off") ? STATEMENT : ENVSUB;
    } else if (take(&rest, "statementbegin") || take(&rest, "statementend")) {
        line->directive = STATEMENT;
    }
}

static void read_sql_migrate(struct ep_span rest, struct line *line)
{
    line->tool = EP_SECTION_TOOL_SQL_MIGRATE;
    if (take(&rest, "statementbegin") || take(&rest, "statementend")) {
        line->directive = STATEMENT;
        return;
    }
    line->directive = take(&rest, "up") ? UP : take(&rest, "down") ? DOWN : UNKNOWN;
    line->alone = take(&rest, "notransaction");
}

static struct line read_line(struct ep_span text)
{
    struct line line = {.directive = UNKNOWN};
    struct ep_span rest = skip_blanks(text);

    if (!take_prefix(&rest, "--")) {
        return line;
    }
    rest = skip_blanks(rest);
    if (take_prefix(&rest, "migrate:")) {
        read_dbmate(rest, &line);
    } else if (take(&rest, "+goose")) {
        read_goose(rest, &line);
    } else if (take(&rest, "+migrate")) {
        read_sql_migrate(rest, &line);
    }
    return line;
}

static void complain(struct ep_sections *sections, size_t offset, const char *problem)
{
    if (sections->problem == NULL) {
        sections->problem = problem;
        sections->problem_offset = offset;
    }
}

/* Where the section that is open ends: before this line. */
static void close_section(struct ep_sections *sections, struct ep_span text, size_t end)
{
    struct ep_span *open = sections->has_down ? &sections->down : &sections->up;

    if (open->data != NULL) {
        *open = ep_span_part(text, (size_t)(open->data - text.data),
                             end - (size_t)(open->data - text.data));
    }
}

static void begin_section(struct ep_sections *sections, struct ep_span text, size_t begin,
                          size_t next, const struct line *line)
{
    struct ep_span rest = ep_span_part(text, next, SIZE_MAX);

    if (line->directive == UP) {
        if (sections->up.data != NULL) {
            complain(sections, begin, "It has more than one part that goes up.");
        } else if (sections->has_down) {
            complain(sections, begin,
                     "The part that goes down stands before the one that goes up.");
        }
        close_section(sections, text, begin);
        sections->up = rest;
        sections->up_alone = sections->up_alone || line->alone;
        return;
    }
    if (sections->has_down) {
        complain(sections, begin, "It has more than one part that goes down.");
    }
    close_section(sections, text, begin);
    sections->has_down = true;
    sections->down = rest;
    sections->down_alone = sections->down_alone || line->alone;
}

static void apply_line(struct ep_sections *sections, struct ep_span text, size_t begin, size_t next,
                       const struct line *line)
{
    if (sections->tool == EP_SECTION_TOOL_NONE) {
        sections->tool = line->tool;
    } else if (sections->tool != line->tool) {
        complain(sections, begin, "It has lines for more than one tool.");
    }
    switch (line->directive) {
    case UP:
    case DOWN:
        begin_section(sections, text, begin, next, line);
        break;
    case NO_TRANSACTION:
        sections->up_alone = sections->down_alone = true;
        break;
    case ENVSUB:
        complain(sections, begin,
                 "It asks for environment variables to be put into the SQL, which is not done "
                 "here.");
        break;
    case UNKNOWN:
        complain(sections, begin, "What this line asks for is not known here.");
        break;
    case STATEMENT:
        break;
    }
}

void ep_sections_find(struct ep_span text, struct ep_sections *ret_sections)
{
    struct ep_sections sections = {0};

    for (size_t begin = 0; begin < text.size;) {
        size_t newline = ep_span_find_byte(text, begin, '\n');
        size_t end = newline == SIZE_MAX ? text.size : newline;
        size_t next = newline == SIZE_MAX ? text.size : newline + 1;
        struct line line = read_line(ep_span_part(text, begin, end - begin));
        if (line.tool != EP_SECTION_TOOL_NONE) {
            apply_line(&sections, text, begin, next, &line);
        }
        begin = next;
    }
    if (sections.tool == EP_SECTION_TOOL_NONE) {
        sections.up = text;
    } else if (sections.up.data == NULL) {
        complain(&sections, 0, "It has no part that goes up.");
        sections.up = ep_span_part(text, text.size, 0);
    }
    *ret_sections = sections;
}

const char *ep_section_tool_name(enum ep_section_tool tool)
{
    switch (tool) {
    case EP_SECTION_TOOL_DBMATE:
        return "dbmate";
    case EP_SECTION_TOOL_GOOSE:
        return "goose";
    case EP_SECTION_TOOL_SQL_MIGRATE:
        return "sql-migrate";
    case EP_SECTION_TOOL_NONE:
        break;
    }
    return "";
}
