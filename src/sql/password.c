#include "sql/password.h"

#include "sql/lexer.h"

static bool is_string(enum ep_sql_kind kind)
{
    return kind == EP_SQL_STRING || kind == EP_SQL_ESCAPE_STRING || kind == EP_SQL_UNICODE_STRING
           || kind == EP_SQL_NATIONAL_STRING || kind == EP_SQL_DOLLAR_STRING
           || kind == EP_SQL_OPEN_STRING || kind == EP_SQL_OPEN_DOLLAR_STRING;
}

/* The quotes stay, with what stands before the first. */
static void mask_string(struct ep_span string, bool is_open, char *ret_bytes)
{
    bool dollar = string.data[0] == '$';
    size_t quote = dollar ? 0 : ep_span_find_byte(string, 0, '\'');
    size_t tag = dollar ? ep_span_find_byte(string, 1, '$') : quote;
    size_t begin = tag >= string.size ? string.size : tag + 1;
    size_t end = string.size;

    if (!is_open) {
        end -= dollar ? begin : 1; /* "$$" at both ends, or "$tag$" */
    }
    if (end > begin) {
        memset(ret_bytes + begin, '*', end - begin);
    }
}

void ep_sql_mask_passwords(struct ep_span text, struct ep_text *ret_text)
{
    struct ep_sql_lexer lexer = {.text = text};
    struct ep_sql_token token;
    bool expected = false;
    size_t start = ret_text->size;

    ep_text_append(ret_text, text);
    while (ep_sql_lexer_next(&lexer, &token)) {
        struct ep_span part = ep_sql_token_text(text, token);
        if (expected && is_string(token.kind)) {
            mask_string(part, ep_sql_kind_is_open(token.kind),
                        ret_text->data + start + token.begin);
        }
        if (!ep_sql_kind_is_blank(token.kind)) {
            expected = token.kind == EP_SQL_WORD && ep_sql_word_is(part, "PASSWORD");
        }
    }
}
