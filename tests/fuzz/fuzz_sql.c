/*
 * fuzz_sql.c - any bytes as SQL: tokens and items tile the text, and cutting can start again
 * where any item begins. What its statements do lies within them, and can be judged.
 *
 *     clang -std=c17 -D_POSIX_C_SOURCE=200809L -Isrc -g -O1 -fsanitize=fuzzer,address,undefined \
 *         tests/fuzz/fuzz_sql.c src/base/[a-z]*.c src/sql/[a-z]*.c -o build/fuzz_sql
 *     build/fuzz_sql -max_total_time=120 tests/fuzz/corpus/sql
 */
#include "base/check.h"
#include "sql/hazard.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_same_token(struct ep_sql_token a, struct ep_sql_token b)
{
    return a.kind == b.kind && a.begin == b.begin && a.end == b.end;
}

static void check_tokens(struct ep_span text)
{
    struct ep_sql_lexer lexer = {.text = text};
    struct ep_sql_token token = {0};
    struct ep_sql_token again = {0};
    size_t end = 0;

    while (ep_sql_lexer_next(&lexer, &token)) {
        struct ep_sql_lexer fresh = {.text = text, .offset = end};
        EP_CHECK(token.begin == end && token.end > end && token.end <= text.size);
        EP_CHECK(!ep_sql_kind_is_open(token.kind) || token.end == text.size);
        EP_CHECK(ep_sql_lexer_next(&fresh, &again) && is_same_token(token, again));
        end = token.end;

        /* A token is what it is without what follows it, unless that could continue it. */
        struct ep_sql_lexer alone = {.text = ep_sql_token_text(text, token)};
        EP_CHECK(ep_sql_lexer_next(&alone, &again));
        EP_CHECK(again.kind == token.kind && again.end == token.end - token.begin);
    }
    EP_CHECK(end == text.size);
}

/* Between its outer ends there are blanks, then its tokens, then blanks. */
static void check_inside(struct ep_span text, const struct ep_sql_statement *item)
{
    struct ep_sql_lexer lexer = {.text = text, .offset = item->outer_begin};
    struct ep_sql_token token = {0};

    EP_CHECK(item->begin >= item->outer_begin && item->end >= item->begin);
    EP_CHECK(item->outer_end >= item->end && item->outer_end <= text.size);
    if (item->item == EP_SQL_ITEM_COPY_DATA) {
        EP_CHECK(item->begin > item->outer_begin && item->end == item->outer_end);
        return;
    }
    while (lexer.offset < item->outer_end && ep_sql_lexer_next(&lexer, &token)) {
        bool is_inside = token.begin >= item->begin && token.end <= item->end;
        EP_CHECK(is_inside || ep_sql_kind_is_blank(token.kind));
        EP_CHECK(token.begin != item->begin || !ep_sql_kind_is_blank(token.kind));
    }
    EP_CHECK(lexer.offset == item->outer_end);
    if (item->has_semicolon) {
        EP_CHECK(text.data[item->end - 1] == ';' && item->outer_end == item->end);
        EP_CHECK(item->item <= EP_SQL_ITEM_EMPTY && !item->is_open);
    }
}

static void check_place(struct ep_span text, const struct ep_sql_statement *item)
{
    size_t line = 1;
    size_t start = 0;

    for (size_t i = 0; i < item->begin; i++) {
        bool is_first_of_two =
            text.data[i] == '\r' && i + 1 < text.size && text.data[i + 1] == '\n';
        if (text.data[i] == '\n' || (text.data[i] == '\r' && !is_first_of_two)) {
            line++;
            start = i + 1;
        }
    }
    EP_CHECK(item->line == line);
    EP_CHECK(item->column >= 1 && item->column <= item->begin - start + 1);
}

static void check_facts(struct ep_span text, const struct ep_sql_statement *item)
{
    size_t size = strlen(item->keywords);

    EP_CHECK(size < EP_SQL_KEYWORDS_SIZE && size <= item->end - item->begin);
    EP_CHECK(ep_sql_statement_leads(item, item->keywords));
    EP_CHECK(item->item == EP_SQL_ITEM_STATEMENT || size == 0);
    EP_CHECK(!item->is_open
             || (item->open.begin >= item->outer_begin && item->open.end <= text.size));
    EP_CHECK(item->item != EP_SQL_ITEM_EMPTY
             || ep_span_equals(ep_sql_statement_text(text, item), ";"));
    EP_CHECK(item->item != EP_SQL_ITEM_META || text.data[item->begin] == '\\');
}

/* The same item, when cutting starts at offset. */
static void check_again(struct ep_span text, size_t offset, const struct ep_sql_statement *item)
{
    struct ep_sql_cutter cutter = {.text = ep_span_part(text, offset, SIZE_MAX)};
    struct ep_sql_statement again;

    EP_CHECK(ep_sql_cutter_next(&cutter, &again));
    EP_CHECK(again.item == item->item && again.outer_begin == 0);
    EP_CHECK(again.begin + offset == item->begin && again.end + offset == item->end);
    EP_CHECK(again.outer_end + offset == item->outer_end);
    EP_CHECK(again.has_semicolon == item->has_semicolon && again.is_open == item->is_open);
    EP_CHECK(again.reads_stdin == item->reads_stdin);
    EP_CHECK(strcmp(again.keywords, item->keywords) == 0);
}

static void check_items(struct ep_span text)
{
    struct ep_sql_cutter cutter = {.text = text};
    struct ep_sql_statement item;
    size_t end = 0;
    bool is_last = false;

    for (size_t data = 0; ep_sql_cutter_next(&cutter, &item); data = cutter.data_sections) {
        EP_CHECK(!is_last && item.outer_begin == end && item.outer_end > end);
        end = item.outer_end;
        is_last = item.item == EP_SQL_ITEM_BLANK;
        check_inside(text, &item);
        check_place(text, &item);
        check_facts(text, &item);
        EP_CHECK(item.item != EP_SQL_ITEM_COPY_DATA || data > 0);
        if (data == 0) {
            check_again(text, item.outer_begin, &item);
        }
    }
    EP_CHECK(end == text.size);
}

static void check_actions(struct ep_span text)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_sql_cutter cutter = {.text = text};
    struct ep_sql_statement item;
    struct ep_sql_action_list list = {0};

    for (size_t at = 0; ep_sql_cutter_next(&cutter, &item); at = list.count) {
        ep_sql_action_read(&arena, text, &item, &list);
        for (size_t i = at; i < list.count; i++) {
            const struct ep_sql_action *action = &list.items[i];
            EP_CHECK(action->offset >= item.begin && action->offset <= item.end);
            EP_CHECK(action->object.name != NULL && strlen(action->object.name) <= 63);
            EP_CHECK(action->column_count == 0 || action->columns[0] != NULL);
        }
    }
    struct ep_hazard_subject *subjects = ep_arena_array(&arena, list.count, sizeof(*subjects));
    const struct ep_relation_list facts = {0};
    struct ep_hazard_list hazards = {0};
    const struct ep_sql_name *names = NULL;
    size_t name_count = 0;
    for (size_t i = 0; i < list.count; i++) {
        subjects[i] = (struct ep_hazard_subject){.action = list.items[i], .comments = text};
    }
    ep_hazard_names(&arena, subjects, list.count, &names, &name_count);
    ep_hazard_judge(&arena, subjects, list.count, &facts, 150000, &hazards);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ep_span text = {.data = (const char *)data, .size = size};

    check_tokens(text);
    check_items(text);
    check_actions(text);
    return 0;
}
