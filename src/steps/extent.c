#include "steps/extent.h"

#include "base/check.h"

bool ep_extent_next(struct ep_extent_cursor *cursor, struct ep_extent_statement *ret_statement)
{
    const struct ep_script *script = cursor->script;

    for (; cursor->chunk < script->chunk_count; cursor->chunk++) {
        struct ep_sql_statement item;
        cursor->cutter.text = script->chunks[cursor->chunk];
        while (ep_sql_cutter_next(&cursor->cutter, &item)) {
            if (item.item == EP_SQL_ITEM_BLANK || item.item == EP_SQL_ITEM_EMPTY) {
                continue;
            }
            *ret_statement = (struct ep_extent_statement){
                .number = cursor->number++,
                .sql = ep_sql_statement_text(cursor->cutter.text, &item),
                .chunk = cursor->cutter.text,
                .item = item,
            };
            return true;
        }
        cursor->cutter = (struct ep_sql_cutter){0};
    }
    return false;
}

/* One call of ep_extent_measure(). */
struct measuring {
    struct ep_extent_measure *measure;
    const struct ep_migration *migration;
    const struct ep_script *script;
    enum ep_directive directive;
    struct ep_extent extent;
    struct ep_extent_part *parts;
    size_t group;      /* the first statement of the transaction that is being collected */
    size_t own_values; /* where values of this migration begin that the group has not committed */
    size_t begins, commits, others; /* statements that control transactions */
    bool begins_first, commits_last;
    bool has_alone, has_use;
};

static void add_part(struct measuring *measuring, size_t first, size_t count, bool is_alone)
{
    struct ep_extent *extent = &measuring->extent;

    if (count == 0) {
        return;
    }
    measuring->parts = ep_arena_grow(measuring->measure->arena, measuring->parts,
                                     extent->part_count, sizeof(*measuring->parts));
    measuring->parts[extent->part_count++] =
        (struct ep_extent_part){.first = first, .count = count, .is_alone = is_alone};
}

/* The transaction that is being collected ends before a statement; the next begins at another. */
static void end_group(struct measuring *measuring, size_t end, size_t next)
{
    add_part(measuring, measuring->group, end - measuring->group, false);
    measuring->group = next;
    measuring->own_values = measuring->measure->value_count;
}

static bool fail_place(const struct measuring *measuring,
                       const struct ep_extent_statement *statement, struct ep_error *err)
{
    const struct ep_script *script = measuring->script;
    ep_script_place(measuring->migration, script, (size_t)(statement->sql.data - script->text.data),
                    err);
    return false;
}

/* Where everything has to be in a transaction. */
static bool refuse_alone(const struct measuring *measuring,
                         const struct ep_extent_statement *statement,
                         const struct ep_boundary *boundary, struct ep_error *err)
{
    (void)ep_fail(err, EP_FAULT_SOURCE, "%s cannot run in a transaction", boundary->what);
    (void)ep_error_detail(err, "Nothing of the pending migrations was sent.");
    if (measuring->directive == EP_DIRECTIVE_TRANSACTION) {
        (void)ep_error_hint(err, "Take \"-- entrypoint: transaction\" out of the file.");
    } else {
        (void)ep_error_hint(err, "Set [migrate] transaction = auto: it then runs alone, between "
                                 "two transactions, and a start that is interrupted goes on "
                                 "where it stopped.");
    }
    return fail_place(measuring, statement, err);
}

static bool is_whole(const struct measuring *measuring)
{
    return measuring->directive == EP_DIRECTIVE_TRANSACTION
           || (measuring->measure->transactions == EP_TRANSACTIONS_ALL
               && measuring->directive != EP_DIRECTIVE_NO_TRANSACTION);
}

/* A guess at the relations that a statement locks, from what PostgreSQL makes of such: a table
 * has a row type, a TOAST table and its index, most have a key and a sequence. */
static size_t guess_locks(const struct ep_sql_statement *item)
{
    static const struct {
        const char *words;
        size_t locks;
    } guesses[] = {
        {"CREATE TABLE", 6},
        {"CREATE INDEX", 1},
        {"CREATE UNIQUE INDEX", 1},
        {"CREATE UNLOGGED TABLE", 6},
        {"CREATE", 2},
        {"ALTER", 2},
        {"DROP", 3},
    };

    for (size_t i = 0; i < EP_COUNT_OF(guesses); i++) {
        if (ep_sql_statement_leads(item, guesses[i].words)) {
            return guesses[i].locks;
        }
    }
    return 0;
}

/* Statements of which the extended protocol makes the same as the simple one does, and whose
 * answer is short. COPY is another protocol, of SELECT all rows would be in memory at once. */
static bool is_plain(const struct ep_sql_statement *item)
{
    static const char *const words[] = {
        "CREATE", "ALTER", "DROP",     "INSERT", "UPDATE",  "DELETE", "COMMENT", "GRANT",
        "REVOKE", "SET",   "TRUNCATE", "DO",     "ANALYZE", "LOCK",   "MERGE",   "REFRESH",
    };

    for (size_t i = 0; i < EP_COUNT_OF(words); i++) {
        if (ep_sql_statement_leads(item, words[i])) {
            return item->item == EP_SQL_ITEM_STATEMENT && !item->is_open;
        }
    }
    return false;
}

static void add_value(struct measuring *measuring, struct ep_span literal)
{
    struct ep_extent_measure *measure = measuring->measure;

    measure->values = ep_arena_grow(measure->arena, measure->values, measure->value_count,
                                    sizeof(*measure->values));
    measure->values[measure->value_count++] = (struct ep_extent_value){
        .literal = ep_span_of(ep_arena_copy(measure->arena, literal)),
        .number = measure->count,
    };
}

/* Does it use a value that was added before it? Then a commit has to come between. */
static void look_for_values(struct measuring *measuring,
                            const struct ep_extent_statement *statement)
{
    const struct ep_extent_measure *measure = measuring->measure;
    bool uses_own = false;

    for (size_t i = 0; i < measure->value_count; i++) {
        const struct ep_extent_value *value = &measure->values[i];
        bool is_own = value->number == measuring->extent.number;
        if ((is_own && i < measuring->own_values) || value->literal.size == 0
            || !ep_boundary_uses_value(statement->chunk, &statement->item, value->literal)) {
            continue;
        }
        uses_own = uses_own || is_own;
        if (!is_own && value->number > measuring->extent.uses_value_of) {
            measuring->extent.uses_value_of = value->number;
        }
    }
    if (uses_own && !is_whole(measuring)) {
        measuring->has_use = true;
        end_group(measuring, statement->number, statement->number);
    }
}

static void take_control(struct measuring *measuring, size_t number, enum ep_boundary_kind kind)
{
    bool begins = kind == EP_BOUNDARY_BEGIN;

    measuring->begins += begins;
    measuring->begins_first = measuring->begins_first || (begins && number == 0);
    measuring->commits += !begins;
    measuring->commits_last = !begins;
    end_group(measuring, number, number + 1);
}

/* DO and CALL may commit by themselves where no transaction is around them. */
static bool runs_procedure(const struct ep_sql_statement *item)
{
    return ep_sql_statement_leads(item, "DO") || ep_sql_statement_leads(item, "CALL");
}

static void take_by_kind(struct measuring *measuring, const struct ep_extent_statement *statement,
                         const struct ep_boundary *boundary)
{
    size_t number = statement->number;
    bool each = measuring->directive == EP_DIRECTIVE_NO_TRANSACTION;

    switch (boundary->kind) {
    case EP_BOUNDARY_ALONE:
    case EP_BOUNDARY_IF_PARTITIONED:
        if (measuring->extent.reason[0] == '\0') {
            measuring->extent.reason = boundary->what;
        }
        measuring->has_alone = true;
        end_group(measuring, number, number + 1);
        add_part(measuring, number, 1, true);
        return;
    case EP_BOUNDARY_BEGIN:
    case EP_BOUNDARY_COMMIT:
        take_control(measuring, number, boundary->kind);
        return;
    case EP_BOUNDARY_CONTROL:
    case EP_BOUNDARY_PREPARE:
        measuring->others++;
        break;
    case EP_BOUNDARY_ADD_VALUE:
        add_value(measuring, boundary->value);
        break;
    case EP_BOUNDARY_SAVEPOINT:
    case EP_BOUNDARY_NONE:
        break;
    }
    if (each && runs_procedure(&statement->item)) {
        end_group(measuring, number, number + 1);
        add_part(measuring, number, 1, true);
    } else if (each) {
        end_group(measuring, number, number);
    }
}

static bool take(struct measuring *measuring, const struct ep_extent_statement *statement,
                 struct ep_error *err)
{
    struct ep_boundary boundary = {.what = ""};

    measuring->extent.statement_count++;
    measuring->commits_last = false;
    if (statement->item.item == EP_SQL_ITEM_STATEMENT) {
        ep_boundary_judge(statement->chunk, &statement->item, measuring->measure->server_version,
                          &boundary);
    }
    if (is_whole(measuring)) {
        if (boundary.kind == EP_BOUNDARY_ALONE) {
            return refuse_alone(measuring, statement, &boundary, err);
        }
        if (boundary.kind == EP_BOUNDARY_IF_PARTITIONED) {
            boundary.kind = EP_BOUNDARY_NONE;
        }
    }
    if (boundary.kind != EP_BOUNDARY_ADD_VALUE) {
        look_for_values(measuring, statement);
    }
    take_by_kind(measuring, statement, &boundary);
    measuring->extent.is_plain = measuring->extent.is_plain && is_plain(&statement->item);
    measuring->extent.locks += guess_locks(&statement->item);
    return true;
}

static bool find_directive(struct measuring *measuring, struct ep_error *err)
{
    struct ep_span text = measuring->script->text;
    struct ep_span word = {.data = text.data}; /* of what another tool's line says: the top */

    measuring->directive = ep_directive_find(text, &word);
    if (measuring->directive == EP_DIRECTIVE_NONE && measuring->script->no_transaction) {
        measuring->directive = EP_DIRECTIVE_NO_TRANSACTION;
    }
    if (measuring->directive == EP_DIRECTIVE_UNKNOWN) {
        (void)ep_fail(err, EP_FAULT_SOURCE, "unknown directive \"%.*s\"", EP_SPAN_PRINT(word));
        (void)ep_error_hint(err, "Write \"-- entrypoint: no-transaction\" or "
                                 "\"-- entrypoint: transaction\".");
        ep_script_place(measuring->migration, measuring->script, (size_t)(word.data - text.data),
                        err);
        return false;
    }
    if (measuring->directive == EP_DIRECTIVE_NO_TRANSACTION
        && measuring->measure->transactions == EP_TRANSACTIONS_ALL) {
        (void)ep_fail(err, EP_FAULT_SOURCE,
                      "the file asks for no transaction, [migrate] transaction = all for one");
        (void)ep_error_detail(err, "Nothing of the pending migrations was sent.");
        (void)ep_error_hint(err, "Set [migrate] transaction = auto, or take the line out.");
        ep_script_place(measuring->migration, measuring->script, (size_t)(word.data - text.data),
                        err);
        return false;
    }
    return true;
}

/* Without the BEGIN and COMMIT that stand around everything. */
static void unwrap(struct measuring *measuring, struct ep_span first, struct ep_span last)
{
    struct ep_extent *extent = &measuring->extent;
    const char *text = measuring->script->text.data;

    extent->unwrapped = true;
    extent->body_begin = (size_t)(first.data - text) + first.size;
    extent->body_end = (size_t)(last.data - text);
}

static void conclude(struct measuring *measuring, struct ep_span first, struct ep_span last)
{
    struct ep_extent *extent = &measuring->extent;
    size_t controls = measuring->begins + measuring->commits;

    extent->is_apart = measuring->has_alone || measuring->has_use
                       || measuring->directive == EP_DIRECTIVE_NO_TRANSACTION;
    extent->body_end = measuring->script->text.size;
    if (extent->is_apart) {
        end_group(measuring, extent->statement_count, extent->statement_count);
        extent->parts = measuring->parts;
        extent->unwrapped = controls > 0;
    } else if (measuring->begins_first && measuring->commits_last && controls == 2
               && measuring->others == 0) {
        unwrap(measuring, first, last);
    } else {
        extent->controls = controls + measuring->others > 0;
    }
    if (extent->is_apart && !measuring->has_alone) {
        extent->reason = measuring->has_use ? "a use of the enum value that it adds"
                                            : "\"-- entrypoint: no-transaction\"";
    }
}

bool ep_extent_measure(struct ep_extent_measure *measure, const struct ep_migration *migration,
                       const struct ep_script *script, struct ep_extent *ret_extent,
                       struct ep_error *err)
{
    struct measuring measuring = {
        .measure = measure,
        .migration = migration,
        .script = script,
        .extent = {.is_measured = true, .is_plain = true, .reason = ""},
    };
    struct ep_extent_cursor cursor = {.script = script};
    struct ep_extent_statement statement;
    struct ep_span first = {0}, last = {0};

    measuring.extent.number = ++measure->count;
    if (!find_directive(&measuring, err)) {
        return false;
    }
    while (ep_extent_next(&cursor, &statement)) {
        first = statement.number == 0 ? statement.sql : first;
        last = statement.sql;
        if (!take(&measuring, &statement, err)) {
            return false;
        }
    }
    conclude(&measuring, first, last);
    *ret_extent = measuring.extent;
    return true;
}
