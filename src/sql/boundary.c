#include "sql/boundary.h"

#include <stdint.h>

/* Where judging is: one token ahead, blanks left out. */
struct cursor {
    struct ep_sql_lexer lexer;
    struct ep_sql_token token; /* the next one; of no meaning at the end */
    bool at_end;
    int version;
};

static void advance(struct cursor *cursor)
{
    do {
        cursor->at_end = !ep_sql_lexer_next(&cursor->lexer, &cursor->token);
    } while (!cursor->at_end && ep_sql_kind_is_blank(cursor->token.kind));
}

static struct ep_span current(const struct cursor *cursor)
{
    struct ep_span nothing = {0};

    return cursor->at_end ? nothing : ep_sql_token_text(cursor->lexer.text, cursor->token);
}

static bool is_word(const struct cursor *cursor, const char *keyword)
{
    return !cursor->at_end && cursor->token.kind == EP_SQL_WORD
           && ep_sql_word_is(current(cursor), keyword);
}

static bool is_byte(const struct cursor *cursor, char byte)
{
    struct ep_span token = current(cursor);
    return token.size == 1 && token.data[0] == byte;
}

static bool accept(struct cursor *cursor, const char *keyword)
{
    bool found = is_word(cursor, keyword);
    if (found) {
        advance(cursor);
    }
    return found;
}

static bool accept_byte(struct cursor *cursor, char byte)
{
    bool found = is_byte(cursor, byte);
    if (found) {
        advance(cursor);
    }
    return found;
}

/* The end, or the semicolon that is it. */
static bool is_done(const struct cursor *cursor)
{
    return cursor->at_end || is_byte(cursor, ';');
}

static void accept_if_exists(struct cursor *cursor)
{
    if (accept(cursor, "IF")) {
        (void)accept(cursor, "NOT");
        (void)accept(cursor, "EXISTS");
    }
}

/* A name with the schema that may stand before it, as written. */
static struct ep_span accept_name(struct cursor *cursor)
{
    size_t begin = cursor->token.begin, end = begin;

    while (!cursor->at_end
           && (cursor->token.kind == EP_SQL_WORD || cursor->token.kind == EP_SQL_QUOTED_IDENTIFIER
               || cursor->token.kind == EP_SQL_UNICODE_IDENTIFIER)) {
        end = cursor->token.end;
        advance(cursor);
        if (!accept_byte(cursor, '.')) {
            break;
        }
    }
    return ep_span_part(cursor->lexer.text, begin, end - begin);
}

static bool is_false(const struct cursor *cursor)
{
    struct ep_span value = current(cursor);
    return is_word(cursor, "FALSE") || is_word(cursor, "OFF") || is_word(cursor, "NONE")
           || ep_span_equals(value, "0") || ep_span_equals(value, "'false'")
           || ep_span_equals(value, "'off'") || ep_span_equals(value, "'0'");
}

/* What a list of options in parentheses says about one of them. */
enum option { OPTION_ABSENT, OPTION_OFF, OPTION_ON };

/* The cursor stands before "("; afterwards where it stood. */
static enum option find_option(struct cursor cursor, const char *name)
{
    if (!accept_byte(&cursor, '(')) {
        return OPTION_ABSENT;
    }
    while (!cursor.at_end && !is_byte(&cursor, ')')) {
        if (accept(&cursor, name)) {
            (void)accept_byte(&cursor, '=');
            return is_false(&cursor) ? OPTION_OFF : OPTION_ON;
        }
        while (!cursor.at_end && !is_byte(&cursor, ',') && !is_byte(&cursor, ')')) {
            advance(&cursor);
        }
        (void)accept_byte(&cursor, ',');
    }
    return OPTION_ABSENT;
}

static void skip_parentheses(struct cursor *cursor)
{
    if (is_byte(cursor, '(')) {
        while (!cursor->at_end && !is_byte(cursor, ')')) {
            advance(cursor);
        }
        (void)accept_byte(cursor, ')');
    }
}

/* Go to the options of WITH (...). */
static void find_with(struct cursor *cursor)
{
    while (!cursor->at_end && !accept(cursor, "WITH")) {
        advance(cursor);
    }
}

static struct ep_boundary alone(const char *what, enum ep_boundary_effect effect)
{
    return (struct ep_boundary){.kind = EP_BOUNDARY_ALONE, .what = what, .effect = effect};
}

static struct ep_boundary none(void)
{
    return (struct ep_boundary){.what = ""};
}

static struct ep_boundary judge_create_index(struct cursor *cursor)
{
    if (!accept(cursor, "CONCURRENTLY")) {
        return none();
    }
    struct ep_boundary boundary = alone("CREATE INDEX CONCURRENTLY", EP_EFFECT_NONE);
    accept_if_exists(cursor);
    if (!is_word(cursor, "ON")) {
        boundary.name = accept_name(cursor);
        boundary.effect = EP_EFFECT_INDEX_CREATED;
    }
    (void)accept(cursor, "ON");
    (void)accept(cursor, "ONLY");
    boundary.table = accept_name(cursor);
    return boundary;
}

/* A statement about one object of the whole cluster or the like: its name follows. */
static struct ep_boundary named(struct cursor *cursor, const char *what,
                                enum ep_boundary_effect effect)
{
    struct ep_boundary boundary = alone(what, effect);

    accept_if_exists(cursor);
    boundary.name = accept_name(cursor);
    return boundary;
}

static struct ep_boundary judge_create_subscription(struct cursor *cursor)
{
    struct ep_boundary boundary =
        named(cursor, "CREATE SUBSCRIPTION", EP_EFFECT_SUBSCRIPTION_CREATED);

    find_with(cursor);
    return find_option(*cursor, "CONNECT") == OPTION_OFF
                   || find_option(*cursor, "CREATE_SLOT") == OPTION_OFF
               ? none()
               : boundary;
}

static struct ep_boundary judge_create(struct cursor *cursor)
{
    (void)accept(cursor, "UNIQUE");
    if (accept(cursor, "INDEX")) {
        return judge_create_index(cursor);
    }
    if (accept(cursor, "DATABASE")) {
        return named(cursor, "CREATE DATABASE", EP_EFFECT_DATABASE_CREATED);
    }
    if (accept(cursor, "TABLESPACE")) {
        return named(cursor, "CREATE TABLESPACE", EP_EFFECT_TABLESPACE_CREATED);
    }
    return accept(cursor, "SUBSCRIPTION") ? judge_create_subscription(cursor) : none();
}

static struct ep_boundary judge_drop(struct cursor *cursor)
{
    if (accept(cursor, "INDEX")) {
        return accept(cursor, "CONCURRENTLY")
                   ? named(cursor, "DROP INDEX CONCURRENTLY", EP_EFFECT_INDEX_DROPPED)
                   : none();
    }
    if (accept(cursor, "DATABASE")) {
        return named(cursor, "DROP DATABASE", EP_EFFECT_DATABASE_DROPPED);
    }
    if (accept(cursor, "TABLESPACE")) {
        return named(cursor, "DROP TABLESPACE", EP_EFFECT_TABLESPACE_DROPPED);
    }
    /* Allowed in a transaction when it has no slot, which only the catalog knows. */
    return accept(cursor, "SUBSCRIPTION")
               ? named(cursor, "DROP SUBSCRIPTION", EP_EFFECT_SUBSCRIPTION_DROPPED)
               : none();
}

static struct ep_boundary judge_alter_type(struct cursor *cursor)
{
    struct ep_boundary boundary = {.kind = EP_BOUNDARY_ADD_VALUE,
                                   .what = "ALTER TYPE ... ADD VALUE",
                                   .effect = EP_EFFECT_VALUE_ADDED};

    boundary.name = accept_name(cursor);
    if (!accept(cursor, "ADD") || !accept(cursor, "VALUE")) {
        return none();
    }
    accept_if_exists(cursor);
    boundary.value = current(cursor);
    boundary.kind = cursor->version < 120000 ? EP_BOUNDARY_ALONE : EP_BOUNDARY_ADD_VALUE;
    return boundary;
}

static struct ep_boundary judge_alter_table(struct cursor *cursor)
{
    struct ep_boundary boundary =
        alone("DETACH PARTITION CONCURRENTLY", EP_EFFECT_PARTITION_DETACHED);

    accept_if_exists(cursor);
    (void)accept(cursor, "ONLY");
    boundary.table = accept_name(cursor);
    (void)accept_byte(cursor, '*');
    if (!accept(cursor, "DETACH") || !accept(cursor, "PARTITION")) {
        return none();
    }
    boundary.name = accept_name(cursor);
    return cursor->version >= 140000 && accept(cursor, "CONCURRENTLY") ? boundary : none();
}

static struct ep_boundary judge_alter_subscription(struct cursor *cursor)
{
    (void)accept_name(cursor);
    if (accept(cursor, "REFRESH")) {
        return cursor->version >= 140000 ? alone("ALTER SUBSCRIPTION ... REFRESH", EP_EFFECT_NONE)
                                         : none();
    }
    bool is_set = is_word(cursor, "SET");
    if (!is_set && !is_word(cursor, "ADD") && !is_word(cursor, "DROP")) {
        return none();
    }
    advance(cursor);
    if (is_set && is_byte(cursor, '(')) {
        bool waits =
            (cursor->version >= 170000 && find_option(*cursor, "FAILOVER") > OPTION_ABSENT)
            || (cursor->version >= 180000 && find_option(*cursor, "TWO_PHASE") > OPTION_ABSENT);
        return waits ? alone("ALTER SUBSCRIPTION ... SET", EP_EFFECT_NONE) : none();
    }
    if (cursor->version < 140000 || !accept(cursor, "PUBLICATION")) {
        return none();
    }
    find_with(cursor);
    return find_option(*cursor, "REFRESH") == OPTION_OFF
               ? none()
               : alone("ALTER SUBSCRIPTION with refresh", EP_EFFECT_NONE);
}

static struct ep_boundary judge_alter(struct cursor *cursor)
{
    if (accept(cursor, "TYPE")) {
        return judge_alter_type(cursor);
    }
    if (accept(cursor, "TABLE")) {
        return judge_alter_table(cursor);
    }
    if (accept(cursor, "SUBSCRIPTION")) {
        return judge_alter_subscription(cursor);
    }
    if (accept(cursor, "SYSTEM")) {
        return alone("ALTER SYSTEM", EP_EFFECT_NONE);
    }
    if (accept(cursor, "DATABASE")) {
        (void)accept_name(cursor);
        return accept(cursor, "SET") && accept(cursor, "TABLESPACE")
                   ? alone("ALTER DATABASE SET TABLESPACE", EP_EFFECT_NONE)
                   : none();
    }
    return none();
}

/* REINDEX, CLUSTER: what is done to each partition is a transaction of its own. */
static struct ep_boundary if_partitioned(const char *what, bool may_be)
{
    struct ep_boundary boundary = alone(what, EP_EFFECT_NONE);

    boundary.kind = EP_BOUNDARY_IF_PARTITIONED;
    return may_be ? boundary : none();
}

static struct ep_boundary judge_reindex(struct cursor *cursor)
{
    bool concurrently = find_option(*cursor, "CONCURRENTLY") == OPTION_ON;

    skip_parentheses(cursor);
    bool is_one = is_word(cursor, "TABLE") || is_word(cursor, "INDEX");
    advance(cursor);
    if (concurrently || accept(cursor, "CONCURRENTLY")) {
        return alone("REINDEX CONCURRENTLY", EP_EFFECT_REINDEXED);
    }
    return is_one ? if_partitioned("REINDEX of a partitioned table", cursor->version >= 140000)
                  : alone("REINDEX of a schema or database", EP_EFFECT_NONE);
}

static struct ep_boundary judge_cluster(struct cursor *cursor)
{
    skip_parentheses(cursor);
    (void)accept(cursor, "VERBOSE");
    return is_done(cursor)
               ? alone("CLUSTER without a table", EP_EFFECT_NONE)
               : if_partitioned("CLUSTER of a partitioned table", cursor->version >= 150000);
}

static struct ep_boundary control(enum ep_boundary_kind kind, const char *what)
{
    return (struct ep_boundary){.kind = kind, .what = what};
}

/* BEGIN, COMMIT and their like: with options they are not taken for what they are without. */
static struct ep_boundary judge_plain(struct cursor *cursor, enum ep_boundary_kind kind,
                                      const char *what)
{
    if (!accept(cursor, "WORK")) {
        (void)accept(cursor, "TRANSACTION");
    }
    return control(is_done(cursor) ? kind : EP_BOUNDARY_CONTROL, what);
}

static struct ep_boundary judge_rollback(struct cursor *cursor)
{
    if (accept(cursor, "PREPARED")) {
        return alone("ROLLBACK PREPARED", EP_EFFECT_NONE);
    }
    if (!accept(cursor, "WORK")) {
        (void)accept(cursor, "TRANSACTION");
    }
    return accept(cursor, "TO") ? control(EP_BOUNDARY_SAVEPOINT, "ROLLBACK TO SAVEPOINT")
                                : control(EP_BOUNDARY_CONTROL, "ROLLBACK");
}

static struct ep_boundary judge_control(struct cursor *cursor)
{
    if (accept(cursor, "BEGIN")) {
        return judge_plain(cursor, EP_BOUNDARY_BEGIN, "BEGIN");
    }
    if (accept(cursor, "START")) {
        return is_word(cursor, "TRANSACTION")
                   ? judge_plain(cursor, EP_BOUNDARY_BEGIN, "START TRANSACTION")
                   : none();
    }
    if (accept(cursor, "COMMIT")) {
        return accept(cursor, "PREPARED") ? alone("COMMIT PREPARED", EP_EFFECT_NONE)
                                          : judge_plain(cursor, EP_BOUNDARY_COMMIT, "COMMIT");
    }
    if (accept(cursor, "END")) {
        return judge_plain(cursor, EP_BOUNDARY_COMMIT, "END");
    }
    if (accept(cursor, "ROLLBACK")) {
        return judge_rollback(cursor);
    }
    if (accept(cursor, "ABORT")) {
        return control(EP_BOUNDARY_CONTROL, "ABORT");
    }
    if (accept(cursor, "SAVEPOINT") || accept(cursor, "RELEASE")) {
        return control(EP_BOUNDARY_SAVEPOINT, "SAVEPOINT");
    }
    return accept(cursor, "PREPARE") && accept(cursor, "TRANSACTION")
               ? control(EP_BOUNDARY_PREPARE, "PREPARE TRANSACTION")
               : none();
}

static struct ep_boundary judge(struct cursor *cursor)
{
    if (accept(cursor, "CREATE")) {
        return judge_create(cursor);
    }
    if (accept(cursor, "DROP")) {
        return judge_drop(cursor);
    }
    if (accept(cursor, "ALTER")) {
        return judge_alter(cursor);
    }
    if (accept(cursor, "VACUUM")) {
        return alone("VACUUM", EP_EFFECT_NONE);
    }
    if (accept(cursor, "REINDEX")) {
        return judge_reindex(cursor);
    }
    if (accept(cursor, "CLUSTER")) {
        return judge_cluster(cursor);
    }
    if (accept(cursor, "DISCARD")) {
        return accept(cursor, "ALL") ? alone("DISCARD ALL", EP_EFFECT_NONE) : none();
    }
    return judge_control(cursor);
}

void ep_boundary_judge(struct ep_span text, const struct ep_sql_statement *statement,
                       int server_version, struct ep_boundary *ret_boundary)
{
    struct cursor cursor = {
        .lexer = {.text = ep_span_part(text, 0, statement->end), .offset = statement->begin},
        .version = server_version,
    };

    advance(&cursor);
    *ret_boundary = judge(&cursor);
}

static bool is_string(enum ep_sql_kind kind)
{
    return (kind >= EP_SQL_STRING && kind <= EP_SQL_UNICODE_STRING)
           || kind == EP_SQL_NATIONAL_STRING || kind == EP_SQL_DOLLAR_STRING;
}

static bool is_word_byte(struct ep_span text, size_t at)
{
    if (at >= text.size) {
        return false;
    }
    unsigned char byte = (unsigned char)text.data[at];
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z')
           || (byte >= 'A' && byte <= 'Z') || byte == '_' || byte >= 0x80;
}

/* Whether part occurs in text with no letter or digit beside it. */
static bool has_word(struct ep_span text, struct ep_span part)
{
    for (size_t at = 0; at + part.size <= text.size; at++) {
        if (ep_span_equal(ep_span_part(text, at, part.size), part)
            && !(at > 0 && is_word_byte(text, at - 1)) && !is_word_byte(text, at + part.size)) {
            return true;
        }
    }
    return false;
}

bool ep_boundary_uses_value(struct ep_span text, const struct ep_sql_statement *statement,
                            struct ep_span value)
{
    struct ep_span bare = value.size > 2 ? ep_span_part(value, 1, value.size - 2) : value;
    struct ep_sql_lexer lexer = {.text = ep_span_part(text, 0, statement->end),
                                 .offset = statement->begin};
    struct ep_sql_token token;

    while (ep_sql_lexer_next(&lexer, &token)) {
        if (is_string(token.kind) && has_word(ep_sql_token_text(text, token), bare)) {
            return true;
        }
    }
    return false;
}

enum ep_directive ep_directive_find(struct ep_span text, struct ep_span *ret_word)
{
    static const char prefix[] = "entrypoint:";
    struct ep_sql_lexer lexer = {.text = text};
    struct ep_sql_token token;

    while (ep_sql_lexer_next(&lexer, &token) && ep_sql_kind_is_blank(token.kind)) {
        struct ep_span line = ep_sql_token_text(text, token);
        struct ep_span comment = ep_span_trim(ep_span_part(line, 2, SIZE_MAX));
        if (token.kind != EP_SQL_LINE_COMMENT || !ep_span_starts_with(comment, prefix)) {
            continue;
        }
        struct ep_span word = ep_span_trim(ep_span_part(comment, sizeof(prefix) - 1, SIZE_MAX));
        if (ep_span_starts_with(word, "accept ")) { /* of one statement: see hazard.h */
            continue;
        }
        *ret_word = word;
        if (ep_span_equals(*ret_word, "transaction")) {
            return EP_DIRECTIVE_TRANSACTION;
        }
        return ep_span_equals(*ret_word, "no-transaction") ? EP_DIRECTIVE_NO_TRANSACTION
                                                           : EP_DIRECTIVE_UNKNOWN;
    }
    return EP_DIRECTIVE_NONE;
}
