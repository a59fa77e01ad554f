#include "sql/statement.h"

#include "base/check.h"

/* What a statement may hold besides tokens and parentheses; its first words say which. */
enum form { FORM_OTHER, FORM_ROUTINE, FORM_COPY };

/* The token before, as far as it matters: BEGIN before ATOMIC, FROM before STDIN. */
enum previous { PREVIOUS_OTHER, PREVIOUS_BEGIN, PREVIOUS_FROM, PREVIOUS_BODY_STOP };

struct progress {
    struct ep_sql_statement *statement;
    struct ep_span text;
    size_t keywords_size;
    size_t keyword_count;
    bool is_leading; /* only words so far */
    enum form form;
    enum previous previous;
    struct ep_sql_token last_begin; /* with PREVIOUS_BEGIN */
    size_t paren_depth;
    struct ep_sql_token paren; /* the outermost that is open */
    bool in_body;
    struct ep_sql_token body; /* its BEGIN */
};

static enum form form_of(const char *keywords)
{
    static const char *const routines[] = {"CREATE FUNCTION", "CREATE PROCEDURE",
                                           "CREATE OR REPLACE FUNCTION",
                                           "CREATE OR REPLACE PROCEDURE"};

    for (size_t i = 0; i < EP_COUNT_OF(routines); i++) {
        if (strcmp(keywords, routines[i]) == 0) {
            return FORM_ROUTINE;
        }
    }
    return strcmp(keywords, "COPY") == 0 ? FORM_COPY : FORM_OTHER;
}

static void add_keyword(struct progress *progress, struct ep_span word)
{
    char *keywords = progress->statement->keywords;
    size_t blank = progress->keyword_count > 0 ? 1 : 0;

    if (word.size + blank >= EP_SQL_KEYWORDS_SIZE - progress->keywords_size) {
        progress->is_leading = false;
        return;
    }
    if (blank > 0) {
        keywords[progress->keywords_size++] = ' ';
    }
    for (size_t i = 0; i < word.size; i++) {
        char byte = word.data[i];
        bool is_lower = byte >= 'a' && byte <= 'z';
        keywords[progress->keywords_size++] = (char)(is_lower ? byte - 'a' + 'A' : byte);
    }
    keywords[progress->keywords_size] = '\0';
    progress->keyword_count++;
    if (progress->form == FORM_OTHER && progress->keyword_count <= 4) {
        progress->form = form_of(keywords);
    }
}

static void take_word_of_routine(struct progress *progress, struct ep_sql_token token,
                                 struct ep_span word)
{
    enum previous previous = progress->previous;
    progress->previous = PREVIOUS_OTHER;

    if (progress->in_body) {
        progress->in_body = previous != PREVIOUS_BODY_STOP || !ep_sql_word_is(word, "END");
    } else if (previous == PREVIOUS_BEGIN && ep_sql_word_is(word, "ATOMIC")) {
        progress->in_body = true;
        progress->body = progress->last_begin;
        progress->previous = PREVIOUS_BODY_STOP;
    } else if (ep_sql_word_is(word, "BEGIN")) {
        progress->last_begin = token;
        progress->previous = PREVIOUS_BEGIN;
    }
}

/* The grammar lets STDIN and STDOUT stand for one another. */
static void take_word_of_copy(struct progress *progress, struct ep_span word)
{
    if (progress->previous == PREVIOUS_FROM
        && (ep_sql_word_is(word, "STDIN") || ep_sql_word_is(word, "STDOUT"))) {
        progress->statement->reads_stdin = true;
    }
    progress->previous = ep_sql_word_is(word, "FROM") ? PREVIOUS_FROM : PREVIOUS_OTHER;
}

static void take_word(struct progress *progress, struct ep_sql_token token)
{
    if (!progress->is_leading && progress->form == FORM_OTHER) {
        return;
    }
    struct ep_span word = ep_sql_token_text(progress->text, token);
    if (progress->is_leading) {
        add_keyword(progress, word);
    }
    if (progress->paren_depth > 0) {
        return;
    }
    if (progress->form == FORM_ROUTINE) {
        take_word_of_routine(progress, token, word);
    } else if (progress->form == FORM_COPY) {
        take_word_of_copy(progress, word);
    }
}

/* Whether the statement ends with it. */
static bool take_punctuation(struct progress *progress, struct ep_sql_token token)
{
    progress->previous = PREVIOUS_OTHER;
    switch (progress->text.data[token.begin]) {
    case '(':
        if (progress->paren_depth == 0) {
            progress->paren = token;
        }
        progress->paren_depth++;
        return false;
    case ')':
        progress->paren_depth -= progress->paren_depth > 0 ? 1 : 0;
        return false;
    case ';':
        if (progress->paren_depth == 0 && progress->in_body) {
            progress->previous = PREVIOUS_BODY_STOP;
        }
        return progress->paren_depth == 0 && !progress->in_body;
    default:
        return false;
    }
}

/* A token that is neither blank nor a psql command. Whether the statement ends with it. */
static bool take(struct progress *progress, struct ep_sql_token token)
{
    struct ep_sql_statement *statement = progress->statement;

    statement->end = token.end;
    if (token.kind == EP_SQL_WORD) {
        take_word(progress, token);
        return false;
    }
    progress->is_leading = false;
    if (token.kind == EP_SQL_PUNCTUATION) {
        statement->has_semicolon = take_punctuation(progress, token);
        return statement->has_semicolon;
    }
    progress->previous = PREVIOUS_OTHER;
    return false;
}

/* What is still open. Parentheses within a body began after it. */
static void note_open(struct progress *progress, struct ep_sql_token last)
{
    struct ep_sql_statement *statement = progress->statement;

    if (progress->in_body) {
        statement->open = progress->body;
    } else if (progress->paren_depth > 0) {
        statement->open = progress->paren;
    } else {
        statement->open = last;
    }
    statement->is_open =
        progress->in_body || progress->paren_depth > 0 || ep_sql_kind_is_open(last.kind);
}

static bool is_newline(char byte)
{
    return byte == '\n' || byte == '\r';
}

/* Offset of the line after the one that at is in; text.size when there is none. */
static size_t next_line(struct ep_span text, size_t at)
{
    while (at < text.size && !is_newline(text.data[at])) {
        at++;
    }
    if (at + 1 < text.size && text.data[at] == '\r' && text.data[at + 1] == '\n') {
        at++;
    }
    return at < text.size ? at + 1 : at;
}

/* Lines of data, up to the end of the line \. or of the text. */
static void take_data(struct ep_sql_cutter *cutter, struct ep_sql_statement *statement,
                      size_t begin)
{
    struct ep_span text = cutter->text;
    size_t at = begin;
    bool is_last = false;

    statement->item = EP_SQL_ITEM_COPY_DATA;
    statement->begin = begin;
    while (!is_last && at < text.size) {
        size_t next = next_line(text, at);
        struct ep_span line = ep_span_part(text, at, next - at);
        is_last = ep_span_starts_with(line, "\\.") && (line.size == 2 || is_newline(line.data[2]));
        /* The newline stays: it is where the next section of data begins. */
        statement->end = is_last ? at + 2 : next;
        at = next;
    }
    cutter->lexer.offset = statement->end;
    cutter->data_sections--;
}

/* Whether data begin in this blank token; *ret_begin is where. */
static bool finds_data(struct ep_sql_cutter *cutter, struct ep_sql_token token, size_t *ret_begin)
{
    if (cutter->data_sections == 0 || token.kind != EP_SQL_WHITESPACE) {
        return false;
    }
    size_t begin = next_line(cutter->text, token.begin);
    if (begin > token.end || begin == cutter->text.size) {
        return false;
    }
    *ret_begin = begin;
    return true;
}

/* psql's own \copy reads lines of data from where it stands, as COPY does. */
static bool is_copy_command(struct ep_span command)
{
    struct ep_sql_lexer lexer = {.text = command, .offset = 1};
    struct ep_sql_statement ignored = {0};
    struct progress progress = {.statement = &ignored, .text = command, .is_leading = true};
    struct ep_sql_token token;

    while (ep_sql_lexer_next(&lexer, &token)) {
        if (!ep_sql_kind_is_blank(token.kind)) {
            (void)take(&progress, token);
        }
    }
    return ep_span_starts_with(command, "\\copy") && ignored.reads_stdin;
}

/* A psql command: an item of its own, or the end of the statement before it. */
static void take_meta(struct ep_sql_cutter *cutter, struct progress *progress,
                      struct ep_sql_token token, bool is_first)
{
    struct ep_sql_statement *statement = progress->statement;

    if (!is_first) {
        cutter->lexer.offset = token.begin;
        note_open(progress, (struct ep_sql_token){.kind = EP_SQL_META});
        return;
    }
    statement->item = EP_SQL_ITEM_META;
    statement->begin = token.begin;
    statement->end = token.end;
    statement->reads_stdin = is_copy_command(ep_sql_token_text(cutter->text, token));
}

/* Take tokens up to the end of an item; begin and end are set. */
static void take_item(struct ep_sql_cutter *cutter, struct ep_sql_statement *statement)
{
    struct progress progress = {.statement = statement, .text = cutter->text, .is_leading = true};
    struct ep_sql_token token = {0};
    size_t data_begin = 0;
    bool is_first = true;

    while (ep_sql_lexer_next(&cutter->lexer, &token)) {
        if (ep_sql_kind_is_blank(token.kind)) {
            if (is_first && finds_data(cutter, token, &data_begin)) {
                take_data(cutter, statement, data_begin);
                return;
            }
            continue;
        }
        if (token.kind == EP_SQL_META) {
            take_meta(cutter, &progress, token, is_first);
            return;
        }
        if (is_first) {
            statement->begin = token.begin;
            statement->item = EP_SQL_ITEM_STATEMENT;
        }
        if (take(&progress, token)) {
            statement->item = is_first ? EP_SQL_ITEM_EMPTY : EP_SQL_ITEM_STATEMENT;
            return;
        }
        is_first = false;
    }
    note_open(&progress, token);
    if (is_first) {
        statement->item = EP_SQL_ITEM_BLANK;
        statement->begin = cutter->text.size;
        statement->end = cutter->text.size;
    }
}

/* As format/excerpt.h counts: a line ends in \n, \r\n or \r. */
static bool is_line_end(struct ep_span text, size_t at)
{
    return text.data[at] == '\n'
           || (text.data[at] == '\r' && (at + 1 == text.size || text.data[at + 1] != '\n'));
}

/* Count on to an offset; from the last line's start on for columns. */
static void move_place(struct ep_sql_cutter *cutter, size_t offset)
{
    const char *data = cutter->text.data;
    size_t start = cutter->place.offset;

    for (size_t i = start; i < offset; i++) {
        if ((unsigned char)data[i] <= '\r' && is_line_end(cutter->text, i)) {
            cutter->place.line++;
            cutter->place.column = 0;
            start = i + 1;
        }
    }
    for (size_t i = start; i < offset; i++) {
        cutter->place.column += ((unsigned char)data[i] & 0xC0) != 0x80 ? 1 : 0;
    }
    cutter->place.offset = offset;
}

bool ep_sql_cutter_next(struct ep_sql_cutter *cutter, struct ep_sql_statement *ret_statement)
{
    cutter->lexer.text = cutter->text;
    if (cutter->lexer.offset >= cutter->text.size) {
        return false;
    }
    *ret_statement = (struct ep_sql_statement){.outer_begin = cutter->lexer.offset};
    take_item(cutter, ret_statement);
    ret_statement->outer_end = cutter->lexer.offset;
    cutter->data_sections += ret_statement->reads_stdin ? 1 : 0;
    move_place(cutter, ret_statement->begin);
    ret_statement->line = cutter->place.line + 1;
    ret_statement->column = cutter->place.column + 1;
    return true;
}

bool ep_sql_statement_leads(const struct ep_sql_statement *statement, const char *keywords)
{
    size_t size = strlen(keywords);

    return strncmp(statement->keywords, keywords, size) == 0
           && (statement->keywords[size] == '\0' || statement->keywords[size] == ' ');
}

struct ep_span ep_sql_statement_text(struct ep_span text, const struct ep_sql_statement *statement)
{
    return ep_span_part(text, statement->begin, statement->end - statement->begin);
}

struct ep_span ep_sql_statement_outer(struct ep_span text, const struct ep_sql_statement *statement)
{
    return ep_span_part(text, statement->outer_begin,
                        statement->outer_end - statement->outer_begin);
}
