#include "steps/creation.h"

#include "source/script.h"
#include "sql/statement.h"
#include "system/clock.h"

#include <strings.h>

/* The next token that is no blank. */
static bool next_token(struct ep_sql_lexer *lexer, struct ep_sql_token *ret_token)
{
    while (ep_sql_lexer_next(lexer, ret_token)) {
        if (!ep_sql_kind_is_blank(ret_token->kind)) {
            return true;
        }
    }
    return false;
}

/* A name as the server takes it: a word in any case is its small letters. */
static bool is_name(struct ep_span text, struct ep_sql_token token, const char *name)
{
    struct ep_span span = ep_sql_token_text(text, token);
    size_t size = strlen(name);

    if (token.kind == EP_SQL_QUOTED_IDENTIFIER) {
        span = ep_span_part(span, 1, span.size - 2);
        return ep_span_equals(span, name);
    }
    return token.kind == EP_SQL_WORD && span.size == size
           && strncasecmp(span.data, name, size) == 0;
}

static bool is_word(struct ep_span text, struct ep_sql_token token, const char *keyword)
{
    return token.kind == EP_SQL_WORD && ep_sql_word_is(ep_sql_token_text(text, token), keyword);
}

/* CREATE [UNLOGGED] TABLE [IF NOT EXISTS] name or schema.name */
static bool creates(struct ep_span text, const struct ep_sql_statement *statement,
                    const char *schema, const char *table)
{
    struct ep_sql_lexer lexer = {.text = ep_span_part(text, 0, statement->end),
                                 .offset = statement->begin};
    struct ep_sql_token token, dot;

    if (!next_token(&lexer, &token) || !is_word(text, token, "CREATE")
        || !next_token(&lexer, &token)
        || (is_word(text, token, "UNLOGGED") && !next_token(&lexer, &token))
        || !is_word(text, token, "TABLE") || !next_token(&lexer, &token)) {
        return false;
    }
    if (is_word(text, token, "IF")
        && (!next_token(&lexer, &token) || !next_token(&lexer, &token)
            || !next_token(&lexer, &token))) {
        return false;
    }
    if (!next_token(&lexer, &dot) || !ep_span_equals(ep_sql_token_text(text, dot), ".")) {
        return is_name(text, token, table);
    }
    return is_name(text, token, schema) && next_token(&lexer, &token)
           && is_name(text, token, table);
}

bool ep_creation_find(struct ep_span text, const char *schema, const char *table)
{
    struct ep_sql_cutter cutter = {.text = text};
    struct ep_sql_statement statement;

    while (ep_sql_cutter_next(&cutter, &statement)) {
        if (statement.item == EP_SQL_ITEM_STATEMENT && creates(text, &statement, schema, table)) {
            return true;
        }
    }
    return false;
}

bool ep_creation_check(const struct ep_tier *tier, const struct ep_ledger *ledger,
                       bool *ret_creates, struct ep_error *err)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    struct ep_script script = {0};

    *ret_creates = false;
    if (ledger->shape != EP_LEDGER_ABSENT || tier->ledger.kind != EP_LEDGER_OF_NUMBERED
        || tier->migrations.count == 0) {
        return true;
    }
    if (!ep_script_load(&arena, &tier->migrations.items[0], &script, err)) {
        return false;
    }
    *ret_creates = ep_creation_find(script.chunks[0], tier->ledger.schema, tier->ledger.table);
    return true;
}

static bool create(struct ep_replica *replica, const struct ep_ledger_table *table,
                   bool schema_exists, struct ep_error *err)
{
    const char *const commands[] = {table->create_schema, table->create_v0};

    for (size_t i = schema_exists ? 1 : 0; i < EP_COUNT_OF(commands); i++) {
        if (!ep_session_query(replica->session, (struct ep_query){.sql = commands[i]},
                              EP_CLOCK_NEVER, NULL, err)) {
            return ep_error_context(err, "creating %s", table->quoted);
        }
    }
    return true;
}

bool ep_creation_finish(struct ep_arena *arena, struct ep_replica *replica,
                        const struct ep_tier *tier, struct ep_ledger *ledger, struct ep_error *err)
{
    if (ledger->shape != EP_LEDGER_ABSENT) {
        return true;
    }
    return ep_turn_look(arena, replica, tier, ledger, err)
           && (ledger->shape != EP_LEDGER_ABSENT
               || (create(replica, &tier->ledger, ledger->schema_exists, err)
                   && ep_turn_look(arena, replica, tier, ledger, err)));
}
