#include "ledger/numbered.h"

#include "base/text.h"
#include "format/identifier.h"
#include "source/numbered.h"
#include "system/clock.h"

#include <inttypes.h>

static const char create_format[] =
    "CREATE TABLE IF NOT EXISTS %s (\n"
    "\tfilename text PRIMARY KEY,\n"
    "\thash text NOT NULL,\n"
    "\tapplied_at timestamp with time zone NOT NULL DEFAULT now(),\n"
    "\tduration_ms bigint\n"
    ")";

const char ep_numbered_ledger_probe[] =
    "SELECT c.relkind, a.attname, t.typcategory,"
    " a.attnotnull AND NOT a.atthasdef AND a.attidentity = ''"
    " FROM (SELECT pg_catalog.to_regclass($2) AS oid) AS wanted"
    " LEFT JOIN pg_catalog.pg_class c ON c.oid = wanted.oid"
    " LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
    " AND NOT a.attisdropped"
    " LEFT JOIN pg_catalog.pg_type t ON t.oid = a.atttypid"
    " WHERE pg_catalog.to_regnamespace($1) IS NOT NULL ORDER BY a.attnum";

/* The columns that may hold names, and those that may hold the time. */
static const char *const name_columns[] = {
    "filename", "file_name", "migration_name", "migration", "name", "version", "id"};
static const char *const time_columns[] = {"applied_at", "executed_at", "run_on", "created_at"};

void ep_numbered_table_init(struct ep_arena *arena, struct ep_ledger_table *table)
{
    table->create_v0 = ep_arena_format(arena, create_format, table->quoted);
    table->create_v1 = table->create_v0;
}

/* --- which shape it has --- */

struct probe {
    struct ep_arena *arena;
    const struct ep_ledger_table *table;
    const struct ep_result *result;
};

/* The row of the probe for a column, or SIZE_MAX. */
static size_t find_column(const struct probe *probe, const char *name)
{
    for (size_t i = 0; i < ep_result_rows(probe->result); i++) {
        if (strcmp(ep_result_word(probe->result, i, 1), name) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

static const char *list_columns(const struct probe *probe)
{
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};

    for (size_t i = 0; i < ep_result_rows(probe->result); i++) {
        ep_text_format(&text, "%s%s", i == 0 ? "" : ", ", ep_result_word(probe->result, i, 1));
    }
    return ep_arena_copy(probe->arena, ep_text_span(&text));
}

static bool fail_shape(const struct probe *probe, const char *detail, struct ep_error *err)
{
    (void)ep_fail(err, EP_FAULT_CONFIG, "%s is not a table of applied files that is known here",
                  probe->table->quoted);
    (void)ep_error_detail(err, "%s", detail);
    return ep_error_hint(err, "Nothing was changed. Name another table with the settings "
                              "[numbered] schema and table, and record there what is applied "
                              "already with \"entrypoint mark\".");
}

static bool fail_columns(const struct probe *probe, struct ep_error *err)
{
    if (find_column(probe, "dirty") != SIZE_MAX && find_column(probe, "version") != SIZE_MAX) {
        return fail_shape(probe,
                          "It is golang-migrate's: it has one row with the last version, and does "
                          "not say which files are applied.",
                          err);
    }
    return fail_shape(probe,
                      ep_arena_format(probe->arena,
                                      "It has the columns %s; one of text for the files' names "
                                      "(filename, name, migration or version) is looked for.",
                                      list_columns(probe)),
                      err);
}

static bool is_own(const struct probe *probe)
{
    static const char *const own[] = {"filename", "hash", "applied_at", "duration_ms"};

    for (size_t i = 0; i < EP_COUNT_OF(own); i++) {
        if (find_column(probe, own[i]) == SIZE_MAX) {
            return false;
        }
    }
    return true;
}

/* The one with the names, of name_columns. */
static bool find_names(const struct probe *probe, const char **ret_column, struct ep_error *err)
{
    size_t found = SIZE_MAX;

    for (size_t i = 0; i < EP_COUNT_OF(name_columns); i++) {
        size_t row = find_column(probe, name_columns[i]);
        if (strcmp(ep_result_word(probe->result, row, 2), "S") != 0) {
            continue; /* not of text, or not there */
        }
        if (found != SIZE_MAX) {
            return fail_shape(
                probe,
                ep_arena_format(probe->arena,
                                "Both its columns %s and %s may hold the files' names.",
                                name_columns[found], name_columns[i]),
                err);
        }
        found = i;
    }
    if (found == SIZE_MAX) {
        return fail_columns(probe, err);
    }
    *ret_column = name_columns[found];
    return true;
}

/* What the INSERT gives in any case. */
static bool is_given(const struct ep_names_shape *shape, const char *column)
{
    return strcmp(column, shape->column) == 0
           || (shape->is_own
               && (strcmp(column, "hash") == 0 || strcmp(column, "duration_ms") == 0));
}

/* The INSERT: the name, and times that must be given. Any other such column is refused. */
static bool make_record(const struct probe *probe, struct ep_names_shape *shape,
                        struct ep_error *err)
{
    struct ep_text names EP_CLEANUP(ep_text_clear) = {0};
    struct ep_text values EP_CLEANUP(ep_text_clear) = {0};
    const char *column = ep_identifier_quote(probe->arena, shape->column);

    ep_text_add(&names, column);
    ep_text_add(&values, "$1::text");
    if (shape->is_own) {
        ep_text_add(&names, ", \"hash\", \"duration_ms\"");
        ep_text_add(&values, ", $2::text, $3::bigint");
    }
    for (size_t i = 0; i < ep_result_rows(probe->result); i++) {
        const char *name = ep_result_word(probe->result, i, 1);
        bool is_needed = strcmp(ep_result_word(probe->result, i, 3), "t") == 0;
        if (!is_needed || is_given(shape, name)) {
            continue;
        }
        if (strcmp(ep_result_word(probe->result, i, 2), "D") != 0) {
            return fail_shape(probe,
                              ep_arena_format(probe->arena,
                                              "Its column %s must be given a value that is not "
                                              "known here.",
                                              name),
                              err);
        }
        ep_text_format(&names, ", %s", ep_identifier_quote(probe->arena, name));
        ep_text_add(&values, ", pg_catalog.now()");
    }
    shape->record =
        ep_arena_format(probe->arena,
                        "INSERT INTO %s (%s) SELECT %s WHERE NOT EXISTS (SELECT 1 FROM %s AS known"
                        " WHERE known.%s::text = $1::text)",
                        probe->table->quoted, ep_text_get(&names), ep_text_get(&values),
                        probe->table->quoted, column);
    shape->remove =
        ep_arena_format(probe->arena, "DELETE FROM %s AS known WHERE known.%s::text = $1",
                        probe->table->quoted, column);
    return true;
}

/* --- what it holds --- */

static bool is_digits(const char *text)
{
    return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
}

/* "migrations/0001_init.up.sql" is the migration 0001_init. */
static const char *tag_of(struct ep_arena *arena, const char *text)
{
    const char *slash = strrchr(text, '/');
    struct ep_span tag = ep_span_of(slash == NULL ? text : slash + 1);

    if (ep_span_ends_with(tag, ".sql")) {
        tag.size -= strlen(".sql");
        tag.size -= ep_span_ends_with(tag, ".up") ? strlen(".up") : 0;
    }
    return ep_arena_copy(arena, tag);
}

/* Where the columns are; SIZE_MAX for one that the table does not have. */
struct columns {
    size_t name, hash, time;
};

static struct columns find_columns(const struct ep_result *rows, const struct ep_names_shape *shape)
{
    struct columns columns = {
        .name = ep_result_column(rows, shape->column),
        .hash = shape->is_own ? ep_result_column(rows, "hash") : SIZE_MAX,
        .time = SIZE_MAX,
    };

    for (size_t i = 0; i < EP_COUNT_OF(time_columns) && columns.time == SIZE_MAX; i++) {
        columns.time = ep_result_column(rows, time_columns[i]);
    }
    return columns;
}

static const char *copy(struct ep_arena *arena, const struct ep_result *rows, size_t row,
                        size_t column)
{
    const char *text = ep_result_text(rows, row, column);
    return text == NULL ? NULL : ep_arena_copy(arena, ep_span_of(text));
}

static bool read_rows(const struct probe *probe, const struct ep_result *rows,
                      struct ep_names_shape *shape, struct ep_ledger *ledger, struct ep_error *err)
{
    if (ep_result_sqlstate(rows)[0] != '\0') {
        (void)ep_result_fail(rows, err);
        return ep_error_context(err, "reading %s", probe->table->quoted);
    }
    const struct columns columns = find_columns(rows, shape);
    size_t count = ep_result_rows(rows);
    struct ep_ledger_row *copies = ep_arena_array(probe->arena, count, sizeof(*copies));

    for (size_t i = 0; i < count; i++) {
        struct ep_ledger_row *row = &copies[ledger->row_count];
        const char *hash = copy(probe->arena, rows, i, columns.hash);
        row->id = copy(probe->arena, rows, i, columns.name);
        if (row->id == NULL) {
            continue; /* says nothing */
        }
        row->name = tag_of(probe->arena, row->id);
        row->is_hashless = hash == NULL;
        row->hash = hash == NULL ? "" : hash;
        row->applied_at = copy(probe->arena, rows, i, columns.time);
        shape->by_number = shape->by_number && is_digits(row->id);
        shape->has_suffix =
            shape->is_own || (shape->has_suffix && ep_span_ends_with(ep_span_of(row->id), ".sql"));
        ledger->row_count++;
    }
    ledger->rows = copies;
    return true;
}

bool ep_numbered_ledger_read(struct ep_arena *arena, const struct ep_ledger_table *table,
                             const struct ep_result *result, const struct ep_result *rows,
                             struct ep_ledger *ret_ledger, struct ep_error *err)
{
    const struct probe probe = {.arena = arena, .table = table, .result = result};
    struct ep_ledger ledger = {.shape = EP_LEDGER_ABSENT};
    struct ep_names_shape *shape = ep_arena_array(arena, 1, sizeof(*shape));

    if (ep_result_sqlstate(result)[0] != '\0') {
        return ep_result_fail(result, err);
    }
    ledger.schema_exists = ep_result_rows(result) > 0;
    const char *kind = ep_result_text(result, 0, 0);
    if (kind == NULL) {
        *ret_ledger = ledger;
        return true;
    }
    if (strcmp(kind, "r") != 0 && strcmp(kind, "p") != 0) {
        return fail_shape(&probe, "It is no table.", err);
    }
    if (!find_names(&probe, &shape->column, err)) {
        return false;
    }
    shape->is_own = is_own(&probe);
    shape->by_number = strcmp(shape->column, "version") == 0;
    shape->has_suffix = true;
    if (!make_record(&probe, shape, err)
        || (rows != NULL && !read_rows(&probe, rows, shape, &ledger, err))) {
        return false;
    }
    ledger.shape = EP_LEDGER_NAMES;
    ledger.names = shape;
    *ret_ledger = ledger;
    return true;
}

bool ep_numbered_ledger_record(struct ep_session *session, const struct ep_ledger_table *table,
                               const struct ep_ledger *ledger, const struct ep_migration *migration,
                               int64_t elapsed_ms, struct ep_error *err)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    const struct ep_names_shape *shape = ledger->names;
    struct ep_span number = ep_numbered_number(migration->tag);
    const char *name = migration->tag;

    if (shape->by_number && number.size > 0) {
        name = ep_arena_copy(&arena, number);
    } else if (!shape->by_number && shape->has_suffix) {
        const char *slash = strrchr(migration->path, '/');
        name = slash == NULL ? migration->path : slash + 1;
    }
    const char *const parameters[] = {name, migration->hash,
                                      ep_arena_format(&arena, "%" PRId64, elapsed_ms)};
    const struct ep_query query = {
        .sql = shape->record,
        .parameters = parameters,
        .parameter_count = shape->is_own ? 3 : 1,
    };
    if (!ep_session_query(session, query, EP_CLOCK_NEVER, NULL, err)) {
        return ep_error_context(err, "recording it in %s", table->quoted);
    }
    return true;
}
