#include "sql/lexer.h"

#include "base/check.h"

#include <stdint.h>

enum byte_class {
    WORD_START = 1,
    WORD_PART = 2,
    DIGIT = 4,
    SPACE = 8,
    OPERATOR = 16,
    FREE_OPERATOR = 32, /* in no operator of the SQL standard: lets + and - end an operator */
    PUNCTUATION = 64
};

#define A (WORD_START | WORD_PART)
#define D (WORD_PART | DIGIT)
#define M WORD_PART
#define S SPACE
#define O OPERATOR
#define F (OPERATOR | FREE_OPERATOR)
#define P PUNCTUATION
#define A16 A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A

static const unsigned char classes[256] = {
    /* clang-format off */
    0, 0, 0, 0, 0, 0, 0, 0, 0, S, S, S, S, S, 0, 0, /* \t \n \v \f \r */
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    S, F, 0, F, M, F, F, 0, P, P, O, O, P, O, P, O, /*   ! " # $ % & ' ( ) * + , - . / */
    D, D, D, D, D, D, D, D, D, D, P, P, O, O, O, F, /* 0 to 9 : ; < = > ? */
    F, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, /* @ A to O */
    A, A, A, A, A, A, A, A, A, A, A, P, 0, P, F, A, /* P to Z [ \ ] ^ _ */
    F, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, /* ` a to o */
    A, A, A, A, A, A, A, A, A, A, A, 0, F, 0, F, 0, /* p to z { | } ~ */
    A16, A16, A16, A16, A16, A16, A16, A16,
    /* clang-format on */
};

/* What is in a quoted string besides plain bytes. */
enum string_rule { DOUBLED_QUOTES = 1, ESCAPES = 2 };

static unsigned class_of(char byte)
{
    return classes[(unsigned char)byte];
}

static unsigned class_at(struct ep_span text, size_t at)
{
    return at < text.size ? class_of(text.data[at]) : 0;
}

static bool has_byte(struct ep_span text, size_t at, char byte)
{
    return at < text.size && text.data[at] == byte;
}

static bool has_pair(struct ep_span text, size_t at, char first, char second)
{
    return has_byte(text, at, first) && has_byte(text, at + 1, second);
}

static bool is_newline(char byte)
{
    return byte == '\n' || byte == '\r';
}

/* Past the bytes of one of these classes. */
static size_t run_end(struct ep_span text, size_t at, unsigned mask)
{
    while (at < text.size && (class_of(text.data[at]) & mask) != 0) {
        at++;
    }
    return at;
}

static size_t line_end(struct ep_span text, size_t at)
{
    while (at < text.size && !is_newline(text.data[at])) {
        at++;
    }
    return at;
}

static enum ep_sql_kind scan_block_comment(struct ep_span text, size_t begin, size_t *ret_end)
{
    size_t depth = 1;

    for (size_t at = begin + 2; at < text.size; at++) {
        if (has_pair(text, at, '*', '/')) {
            depth--;
            at++;
        } else if (has_pair(text, at, '/', '*')) {
            depth++;
            at++;
        }
        if (depth == 0) {
            *ret_end = at + 1;
            return EP_SQL_BLOCK_COMMENT;
        }
    }
    *ret_end = text.size;
    return EP_SQL_OPEN_COMMENT;
}

/* Past the quote that continues a string which ended before at; SIZE_MAX if none does. */
static size_t continuation(struct ep_span text, size_t at)
{
    bool seen_newline = false;

    while (at < text.size) {
        if ((class_of(text.data[at]) & SPACE) != 0) {
            seen_newline = seen_newline || is_newline(text.data[at]);
            at++;
        } else if (has_pair(text, at, '-', '-')) {
            at = line_end(text, at);
        } else {
            return seen_newline && text.data[at] == '\'' ? at + 1 : SIZE_MAX;
        }
    }
    return SIZE_MAX;
}

/* The next single quote; SIZE_MAX if there is none. */
static size_t find_quote(struct ep_span text, size_t at, unsigned rules)
{
    if ((rules & ESCAPES) == 0) {
        return ep_span_find_byte(text, at, '\'');
    }
    while (at < text.size) {
        if (text.data[at] == '\'') {
            return at;
        }
        at += text.data[at] == '\\' ? 2 : 1;
    }
    return SIZE_MAX;
}

/* at: past the quote that opens it. */
static enum ep_sql_kind scan_string(struct ep_span text, size_t at, enum ep_sql_kind kind,
                                    size_t *ret_end)
{
    unsigned rules = kind == EP_SQL_BIT_STRING || kind == EP_SQL_HEX_STRING ? 0 : DOUBLED_QUOTES;
    rules |= kind == EP_SQL_ESCAPE_STRING ? ESCAPES : 0;

    for (;;) {
        size_t quote = find_quote(text, at, rules);
        if (quote == SIZE_MAX) {
            *ret_end = text.size;
            return EP_SQL_OPEN_STRING;
        }
        if ((rules & DOUBLED_QUOTES) != 0 && has_byte(text, quote + 1, '\'')) {
            at = quote + 2;
            continue;
        }
        at = continuation(text, quote + 1);
        if (at == SIZE_MAX) {
            *ret_end = quote + 1;
            return kind;
        }
    }
}

/* at: past the quote that opens it. */
static enum ep_sql_kind scan_identifier(struct ep_span text, size_t at, enum ep_sql_kind kind,
                                        size_t *ret_end)
{
    size_t quote = ep_span_find_byte(text, at, '"');

    while (quote != SIZE_MAX && has_byte(text, quote + 1, '"')) {
        quote = ep_span_find_byte(text, quote + 2, '"');
    }
    *ret_end = quote == SIZE_MAX ? text.size : quote + 1;
    return quote == SIZE_MAX ? EP_SQL_OPEN_IDENTIFIER : kind;
}

static enum ep_sql_kind scan_dollar_string(struct ep_span text, size_t begin, size_t tag_end,
                                           size_t *ret_end)
{
    struct ep_span tag = ep_span_part(text, begin, tag_end - begin);
    size_t at = ep_span_find_byte(text, tag_end, '$');

    /* A tag has no $ within: no byte is compared twice. */
    while (at != SIZE_MAX) {
        if (ep_span_equal(ep_span_part(text, at, tag.size), tag)) {
            *ret_end = at + tag.size;
            return EP_SQL_DOLLAR_STRING;
        }
        at = ep_span_find_byte(text, at + 1, '$');
    }
    *ret_end = text.size;
    return EP_SQL_OPEN_DOLLAR_STRING;
}

static enum ep_sql_kind scan_dollar(struct ep_span text, size_t begin, size_t *ret_end)
{
    unsigned next = class_at(text, begin + 1);

    if ((next & DIGIT) != 0) {
        size_t end = run_end(text, begin + 1, DIGIT);
        bool is_junk = (class_at(text, end) & WORD_START) != 0;
        *ret_end = is_junk ? run_end(text, end, WORD_PART) : end;
        return is_junk ? EP_SQL_PARAMETER_JUNK : EP_SQL_PARAMETER;
    }
    size_t tag =
        (next & WORD_START) != 0 ? run_end(text, begin + 1, WORD_START | DIGIT) : begin + 1;
    if (has_byte(text, tag, '$')) {
        return scan_dollar_string(text, begin, tag + 1, ret_end);
    }
    *ret_end = begin + 1;
    return EP_SQL_OTHER;
}

/* Past the digits and the point, which is not one of two: 1..10 is 1, .. and 10. */
static size_t mantissa_end(struct ep_span text, size_t begin)
{
    size_t end = run_end(text, begin, DIGIT);

    if (has_byte(text, end, '.') && !has_byte(text, end + 1, '.')) {
        end = run_end(text, end + 1, DIGIT);
    }
    return end;
}

/*
 * The longest of a number, of one with an exponent, of one whose exponent has
 * no digits, and of the first two with a word that runs into it: 1e5 is a
 * number, 1e+ and 1e5$ are not, nor is 1a.
 */
static enum ep_sql_kind scan_number(struct ep_span text, size_t begin, size_t *ret_end)
{
    enum ep_sql_kind kind = EP_SQL_NUMBER;
    size_t mantissa = mantissa_end(text, begin);
    size_t end = mantissa;

    if (has_byte(text, mantissa, 'e') || has_byte(text, mantissa, 'E')) {
        bool is_signed = has_byte(text, mantissa + 1, '+') || has_byte(text, mantissa + 1, '-');
        size_t exponent = mantissa + 1 + (is_signed ? 1 : 0);
        end = run_end(text, exponent, DIGIT);
        kind = end > exponent ? EP_SQL_NUMBER : EP_SQL_NUMBER_JUNK;
    }
    size_t junk = (class_at(text, mantissa) & WORD_START) != 0 ? run_end(text, mantissa, WORD_PART)
                                                               : mantissa;
    if (kind == EP_SQL_NUMBER && (class_at(text, end) & WORD_START) != 0) {
        junk = run_end(text, end, WORD_PART);
    }
    *ret_end = junk > end ? junk : end;
    return junk > end ? EP_SQL_NUMBER_JUNK : kind;
}

/* A word, or the string or identifier whose prefix it would be. */
static enum ep_sql_kind scan_word(struct ep_span text, size_t begin, size_t *ret_end)
{
    char letter = (char)(text.data[begin] | 0x20);

    if (has_byte(text, begin + 1, '\'')) {
        switch (letter) {
        case 'e':
            return scan_string(text, begin + 2, EP_SQL_ESCAPE_STRING, ret_end);
        case 'b':
            return scan_string(text, begin + 2, EP_SQL_BIT_STRING, ret_end);
        case 'x':
            return scan_string(text, begin + 2, EP_SQL_HEX_STRING, ret_end);
        case 'n':
            return scan_string(text, begin + 2, EP_SQL_NATIONAL_STRING, ret_end);
        default:
            break;
        }
    }
    if (letter == 'u' && has_pair(text, begin + 1, '&', '\'')) {
        return scan_string(text, begin + 3, EP_SQL_UNICODE_STRING, ret_end);
    }
    if (letter == 'u' && has_pair(text, begin + 1, '&', '"')) {
        return scan_identifier(text, begin + 3, EP_SQL_UNICODE_IDENTIFIER, ret_end);
    }
    *ret_end = run_end(text, begin + 1, WORD_PART);
    return EP_SQL_WORD;
}

/*
 * The longest run of operator bytes, up to a comment in it. It does not end in
 * + or - unless a byte that the SQL standard has no use for is in it: 2*-1 is
 * SQL, and so is an operator named @-.
 */
static void scan_operator(struct ep_sql_lexer *lexer, size_t begin, size_t *ret_end)
{
    struct ep_span text = lexer->text;
    unsigned seen = 0;
    size_t end = begin;

    if (begin < lexer->single_end) {
        *ret_end = begin + 1;
        return;
    }
    while ((class_at(text, end) & OPERATOR) != 0 && !has_pair(text, end, '-', '-')
           && !has_pair(text, end, '/', '*')) {
        seen |= class_of(text.data[end]);
        end++;
    }
    size_t run = end;
    while ((seen & FREE_OPERATOR) == 0 && end > begin + 1
           && (text.data[end - 1] == '+' || text.data[end - 1] == '-')) {
        end--;
    }
    /* What was given back is + and - only, each an operator: else +++... took quadratic time. */
    lexer->single_end = run;
    *ret_end = end;
}

static size_t punctuation_end(struct ep_span text, size_t begin)
{
    bool is_pair = has_pair(text, begin, ':', ':') || has_pair(text, begin, ':', '=')
                   || has_pair(text, begin, '.', '.');
    return begin + (is_pair ? 2 : 1);
}

static enum ep_sql_kind scan_meta(struct ep_span text, size_t begin, size_t *ret_end)
{
    bool is_pair = has_byte(text, begin + 1, ';') || has_byte(text, begin + 1, ':');

    *ret_end = is_pair ? begin + 2 : line_end(text, begin);
    return EP_SQL_META;
}

/* A token that does not begin with a letter or whitespace. */
static enum ep_sql_kind scan_symbol(struct ep_sql_lexer *lexer, size_t begin, size_t *ret_end)
{
    struct ep_span text = lexer->text;
    char byte = text.data[begin];
    unsigned class = class_of(byte);

    if (byte == '\'') {
        return scan_string(text, begin + 1, EP_SQL_STRING, ret_end);
    }
    if (byte == '"') {
        return scan_identifier(text, begin + 1, EP_SQL_QUOTED_IDENTIFIER, ret_end);
    }
    if ((class & DIGIT) != 0 || (byte == '.' && (class_at(text, begin + 1) & DIGIT) != 0)) {
        return scan_number(text, begin, ret_end);
    }
    if ((class & PUNCTUATION) != 0) {
        *ret_end = punctuation_end(text, begin);
        return EP_SQL_PUNCTUATION;
    }
    if (has_pair(text, begin, '-', '-')) {
        *ret_end = line_end(text, begin);
        return EP_SQL_LINE_COMMENT;
    }
    if (has_pair(text, begin, '/', '*')) {
        return scan_block_comment(text, begin, ret_end);
    }
    if ((class & OPERATOR) != 0) {
        scan_operator(lexer, begin, ret_end);
        return EP_SQL_OPERATOR;
    }
    if (byte == '$') {
        return scan_dollar(text, begin, ret_end);
    }
    if (byte == '\\') {
        return scan_meta(text, begin, ret_end);
    }
    *ret_end = begin + 1;
    return EP_SQL_OTHER;
}

bool ep_sql_lexer_next(struct ep_sql_lexer *lexer, struct ep_sql_token *ret_token)
{
    size_t begin = lexer->offset;
    unsigned class = class_at(lexer->text, begin);

    if (begin >= lexer->text.size) {
        return false;
    }
    if ((class & WORD_START) != 0) {
        ret_token->kind = scan_word(lexer->text, begin, &lexer->offset);
    } else if ((class & SPACE) != 0) {
        lexer->offset = run_end(lexer->text, begin + 1, SPACE);
        ret_token->kind = EP_SQL_WHITESPACE;
    } else {
        ret_token->kind = scan_symbol(lexer, begin, &lexer->offset);
    }
    ret_token->begin = begin;
    ret_token->end = lexer->offset;
    return true;
}

struct ep_span ep_sql_token_text(struct ep_span text, struct ep_sql_token token)
{
    EP_CHECK(token.begin <= token.end && token.end <= text.size);
    return ep_span_part(text, token.begin, token.end - token.begin);
}

const char *ep_sql_kind_words(enum ep_sql_kind kind)
{
    static const char *const all[] = {
#define X(name, words) words,
        EP_SQL_KIND_LIST(X)
#undef X
    };
    EP_CHECK((size_t)kind < EP_COUNT_OF(all));
    return all[kind];
}

bool ep_sql_kind_is_blank(enum ep_sql_kind kind)
{
    return kind <= EP_SQL_BLOCK_COMMENT || kind == EP_SQL_OPEN_COMMENT;
}

bool ep_sql_kind_is_open(enum ep_sql_kind kind)
{
    return kind >= EP_SQL_OPEN_COMMENT;
}

bool ep_sql_word_is(struct ep_span word, const char *keyword)
{
    size_t i = 0;

    while (i < word.size && keyword[i] != '\0') {
        char byte = word.data[i];
        if (byte >= 'a' && byte <= 'z') {
            byte = (char)(byte - 'a' + 'A');
        }
        if (byte != keyword[i]) {
            return false;
        }
        i++;
    }
    return i == word.size && keyword[i] == '\0';
}
