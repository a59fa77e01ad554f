#include "steps/explain.h"

#include "base/text.h"
#include "format/excerpt.h"
#include "format/secret.h"
#include "format/utf8.h"
#include "sql/password.h"
#include "sql/statement.h"

#include <stdint.h>

struct trap {
    const char *sqlstate, *message, *leads, *text, *hint;
};

#define EP_TRAP_EXISTS                                                                             \
    "If the database has all of this migration already, record it without running it: entrypoint " \
    "mark {tag}. If a part of it: write IF NOT EXISTS."
#define EP_TRAP_SEARCH_PATH                                                                       \
    "The file sets search_path to '', as pg_dump does: take that line out, or write schema.name " \
    "everywhere."
#define EP_TRAP(sqlstate_, message_, leads_, text_, hint_) \
    {.sqlstate = (sqlstate_),                              \
     .message = (message_),                                \
     .leads = (leads_),                                    \
     .text = (text_),                                      \
     .hint = (hint_)},
static const struct trap traps[] = {
#include "steps/trap.def"
};
#undef EP_TRAP

/* A statement of what was sent. */
struct found {
    size_t index; /* from 0 */
    struct ep_sql_statement statement;
};

static bool next_statement(struct ep_sql_cutter *cutter, struct ep_sql_statement *ret_statement)
{
    while (ep_sql_cutter_next(cutter, ret_statement)) {
        if (ret_statement->item == EP_SQL_ITEM_STATEMENT) {
            return true;
        }
    }
    return false;
}

size_t ep_explain_count(struct ep_span sql)
{
    struct ep_sql_cutter cutter = {.text = sql};
    struct ep_sql_statement statement;
    size_t count = 0;

    while (next_statement(&cutter, &statement)) {
        count++;
    }
    return count;
}

static size_t offset_in(const struct ep_script *script, struct ep_span part)
{
    return part.size == 0 ? script->text.size : (size_t)(part.data - script->text.data);
}

/* Of the statements before a byte of the script: chunks are cut each for itself, as they are sent.
 */
static size_t count_before(const struct ep_script *script, size_t offset)
{
    size_t count = 0;

    for (size_t i = 0; i < script->chunk_count; i++) {
        struct ep_span chunk = script->chunks[i];
        size_t begin = offset_in(script, chunk);
        if (begin < offset) {
            count += ep_explain_count(ep_span_part(chunk, 0, offset - begin));
        }
    }
    return count;
}

/*
 * The statement that failed: the one that the position is in, else the one behind those that
 * succeeded. A position behind the last statement is at its end.
 */
static bool find_statement(const struct ep_sent *sent, size_t position, struct found *ret_found)
{
    struct ep_sql_cutter cutter = {.text = sent->sql};
    struct ep_sql_statement statement;
    bool any = false;

    for (size_t i = 0; next_statement(&cutter, &statement); i++) {
        if (any && sent->position > 0 && statement.outer_begin > position) {
            break;
        }
        any = true;
        *ret_found = (struct found){.index = i, .statement = statement};
        if (sent->position <= 0 && i == sent->completed) {
            break;
        }
    }
    return any;
}

/* The byte of what was sent that the server names. */
static size_t position_of(const struct ep_sent *sent)
{
    return sent->position > 0 ? ep_utf8_offset(sent->sql, (size_t)sent->position - 1) : 0;
}

struct ep_span ep_explain_statement(const struct ep_sent *sent)
{
    struct found found = {0};

    return find_statement(sent, position_of(sent), &found)
               ? ep_sql_statement_text(sent->sql, &found.statement)
               : (struct ep_span){0};
}

static bool fits(const struct trap *trap, const struct ep_script *script, const char *keywords,
                 const struct ep_error *err)
{
    return strcmp(trap->sqlstate, err->sqlstate) == 0 && strstr(err->summary, trap->message) != NULL
           && strncmp(keywords, trap->leads, strlen(trap->leads)) == 0
           && ep_span_find(script->text, 0, trap->text) != SIZE_MAX;
}

static void add_hint(const char *hint, const char *tag, struct ep_error *err)
{
    static const char placeholder[] = "{tag}";
    const char *at = strstr(hint, placeholder);

    if (at == NULL) {
        (void)ep_error_hint(err, "%s", hint);
    } else {
        (void)ep_error_hint(err, "%.*s%s%s", (int)(at - hint), hint, tag, at + strlen(placeholder));
    }
}

/* Nothing that is shown of the file may hold a password. Masking keeps every byte's place. */
static void place(const struct ep_migration *migration, const struct ep_script *script,
                  size_t offset, struct ep_error *err)
{
    struct ep_text masked EP_CLEANUP(ep_text_clear) = {0};

    ep_sql_mask_passwords(script->text, &masked);
    ep_secret_mask(&masked);
    (void)ep_excerpt_place(err, migration->path, ep_text_span(&masked), offset);
    (void)snprintf(err->place.migration, sizeof(err->place.migration), "%s", migration->tag);
}

size_t ep_explain_count_all(const struct ep_script *script)
{
    return count_before(script, SIZE_MAX);
}

void ep_explain_failure(const struct ep_migration *migration, const struct ep_script *script,
                        const struct ep_sent *sent, struct ep_error *err)
{
    size_t start = offset_in(script, sent->sql);
    size_t position = position_of(sent);
    struct found found = {0};
    bool any = find_statement(sent, position, &found);

    place(migration, script, start + (sent->position > 0 ? position : found.statement.begin), err);
    if (any) {
        err->place.statement = (long)(count_before(script, start) + found.index + 1);
        err->place.statement_count = (long)ep_explain_count_all(script);
    }
    for (size_t i = 0; i < EP_COUNT_OF(traps); i++) {
        if (fits(&traps[i], script, found.statement.keywords, err)) {
            add_hint(traps[i].hint, migration->tag, err);
            return;
        }
    }
}

static bool fail_meta(struct ep_span command, struct ep_error *err)
{
    size_t end = 1;

    while (end < command.size && strchr(" \t\r\n", command.data[end]) == NULL) {
        end++;
    }
    struct ep_span name = ep_span_part(command, 0, end);
    (void)ep_fail(err, EP_FAULT_SQL, "\"%.*s\" is a command of psql, not SQL", EP_SPAN_PRINT(name));
    if (ep_span_equals(name, "\\restrict") || ep_span_equals(name, "\\unrestrict")) {
        return ep_error_hint(err, "pg_dump writes it for psql: delete the lines with \\restrict "
                                  "and \\unrestrict.");
    }
    if (ep_span_equals(name, "\\copy") || ep_span_equals(name, "\\.")) {
        return ep_error_hint(err, "Write the rows as INSERT statements (pg_dump --inserts).");
    }
    return ep_error_hint(err, "Only psql understands it: delete the line, or write what it does "
                              "as SQL.");
}

static bool fail_copy(struct ep_error *err)
{
    (void)ep_fail(err, EP_FAULT_SQL, "a migration cannot COPY FROM STDIN: it has no input");
    return ep_error_hint(err, "Write the rows as INSERT statements (pg_dump --inserts).");
}

static bool check_chunk(const struct ep_migration *migration, const struct ep_script *script,
                        struct ep_span chunk, struct ep_error *err)
{
    struct ep_sql_cutter cutter = {.text = chunk};
    struct ep_sql_statement statement;

    while (ep_sql_cutter_next(&cutter, &statement)) {
        bool meta = statement.item == EP_SQL_ITEM_META;
        bool copy = statement.item == EP_SQL_ITEM_STATEMENT && statement.reads_stdin;
        if (meta || copy) {
            (void)(meta ? fail_meta(ep_sql_statement_text(chunk, &statement), err)
                        : fail_copy(err));
            (void)ep_error_outcome(err, "Nothing of it was sent.");
            place(migration, script, offset_in(script, chunk) + statement.begin, err);
            return false;
        }
    }
    return true;
}

bool ep_explain_check(const struct ep_migration *migration, const struct ep_script *script,
                      struct ep_error *err)
{
    /* Then a backslash may escape a quote, and where strings end only the server knows. */
    if (ep_span_find(script->text, 0, "standard_conforming_strings") != SIZE_MAX) {
        return true;
    }
    for (size_t i = 0; i < script->chunk_count; i++) {
        if (!check_chunk(migration, script, script->chunks[i], err)) {
            return false;
        }
    }
    return true;
}
