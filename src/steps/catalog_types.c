#include "steps/catalog_types.h"

#include "base/text.h"
#include "format/json.h"
#include "steps/drift.h"

/* Custom settings are the only place where a block can leave its result without a table. */
static const char put_sql[] = "SELECT pg_catalog.set_config('entrypoint.types', $1, true)";
static const char get_sql[] = "SELECT pg_catalog.current_setting('entrypoint.types')";

/*
 * A type that does not exist fails alone. The second try is for a name with capitals in it
 * that the snapshot has without quotes. Of a domain the server writes (NULL::base)::domain.
 */
static const char ask_sql[] =
    "DO $entrypoint$\n"
    "DECLARE\n"
    "  wanted text; candidate text; plan pg_catalog.json; known text; answers text[] := '{}';\n"
    "BEGIN\n"
    "  FOR wanted IN SELECT item.value FROM pg_catalog.json_array_elements_text("
    "pg_catalog.current_setting('entrypoint.types')::pg_catalog.json) WITH ORDINALITY"
    " AS item (value, place) ORDER BY item.place\n"
    "  LOOP\n"
    "    known := NULL;\n"
    "    FOREACH candidate IN ARRAY ARRAY[wanted,"
    " pg_catalog.quote_ident(pg_catalog.regexp_replace(wanted, '\\[\\]$', ''))"
    " || CASE WHEN wanted LIKE '%[]' THEN '[]' ELSE '' END]\n"
    "    LOOP\n"
    "      BEGIN\n"
    "        EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF, FORMAT JSON) SELECT NULL::' || candidate"
    " INTO plan;\n"
    "        known := pg_catalog.regexp_replace(plan->0->'Plan'->'Output'->>0,"
    " '^(\\(.*\\)|NULL)::', '');\n"
    "        EXIT;\n"
    "      EXCEPTION WHEN OTHERS THEN NULL;\n"
    "      END;\n"
    "    END LOOP;\n"
    "    answers := answers || known;\n"
    "  END LOOP;\n"
    "  PERFORM pg_catalog.set_config('entrypoint.types', pg_catalog.to_json(answers)::text,"
    " true);\n"
    "END $entrypoint$";

static int compare(const void *a, const void *b)
{
    const char *const *left = a, *const *right = b;

    return strcmp(*left, *right);
}

struct ep_names ep_catalog_types_collect(struct ep_arena *arena, const struct ep_schema *schema)
{
    struct ep_names types = {0};
    size_t count = 0;

    for (size_t i = 0; i < schema->table_count; i++) {
        for (size_t j = 0; j < schema->tables[i].column_count; j++) {
            ep_schema_add_name(arena, &types, schema->tables[i].columns[j].type);
        }
    }
    ep_names_sort(&types);
    for (size_t i = 0; i < types.count; i++) {
        if (i == 0 || strcmp(types.items[count - 1], types.items[i]) != 0) {
            types.items[count++] = types.items[i];
        }
    }
    types.count = count;
    return types;
}

/*
 * Whether a text can be nothing but a type: it becomes part of a statement. Between double
 * quotes all is a name; a quote that stays open makes the statement malformed, no more.
 */
static bool is_harmless(const char *type)
{
    bool quoted = false;

    for (const char *at = type; *at != '\0'; at++) {
        unsigned char byte = (unsigned char)*at;
        bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z')
                         || (byte >= '0' && byte <= '9') || byte >= 0x80;
        if (byte == '"') {
            quoted = !quoted;
        } else if (!quoted && !is_letter && strchr(" _.,()[]", byte) == NULL) {
            return false;
        }
    }
    return !quoted;
}

void ep_catalog_types_ask(struct ep_arena *arena, const struct ep_names *types,
                          struct ep_query queries[EP_CATALOG_TYPE_QUERIES])
{
    json_t *list EP_CLEANUP(ep_json_drop) = json_array();
    const char **parameter = ep_arena_array(arena, 1, sizeof(*parameter));

    for (size_t i = 0; i < types->count; i++) {
        json_t *text = is_harmless(types->items[i]) ? json_string(types->items[i]) : NULL;
        (void)json_array_append_new(list, text == NULL ? json_string("") : text);
    }
    char *text = json_dumps(list, JSON_COMPACT);
    *parameter = ep_arena_copy(arena, ep_span_of(text));
    free(text);
    queries[0] = (struct ep_query){.sql = put_sql, .parameters = parameter, .parameter_count = 1};
    queries[1] = (struct ep_query){.sql = ask_sql};
    queries[2] = (struct ep_query){.sql = get_sql};
}

/* The answers in the order of types; each may be NULL. Unset when there is none. */
static json_t *parse_answers(struct ep_result *const results[EP_CATALOG_TYPE_QUERIES], size_t count)
{
    const char *text = ep_result_sqlstate(results[2])[0] == '\0' && ep_result_rows(results[2]) == 1
                           ? ep_result_text(results[2], 0, 0)
                           : NULL;
    json_t *answers = text == NULL ? NULL : json_loads(text, 0, NULL);

    if (json_array_size(answers) != count) {
        json_decref(answers);
        return NULL;
    }
    return answers;
}

static const char *explain_refusal(struct ep_arena *arena,
                                   struct ep_result *const results[EP_CATALOG_TYPE_QUERIES])
{
    for (size_t i = 0; i < EP_CATALOG_TYPE_QUERIES; i++) {
        struct ep_error err = {0};
        if (ep_result_sqlstate(results[i])[0] != '\0' && !ep_result_fail(results[i], &err)) {
            return ep_arena_format(arena, "%s", err.summary);
        }
    }
    return "the server gave no answer";
}

const char *ep_catalog_types_read(struct ep_arena *arena, const struct ep_names *types,
                                  struct ep_result *const results[EP_CATALOG_TYPE_QUERIES],
                                  struct ep_schema *schema)
{
    json_t *answers EP_CLEANUP(ep_json_drop) = parse_answers(results, types->count);
    const char **words = ep_arena_array(arena, types->count, sizeof(*words));

    for (size_t i = 0; i < types->count && answers != NULL; i++) {
        const char *word = json_string_value(json_array_get(answers, i));
        words[i] = word == NULL
                       ? ep_arena_format(arena, "%s (" EP_TYPE_UNKNOWN ")", types->items[i])
                       : ep_arena_copy(arena, ep_span_of(word));
    }
    for (size_t i = 0; i < schema->table_count; i++) {
        for (size_t j = 0; j < schema->tables[i].column_count; j++) {
            struct ep_column *column = &schema->tables[i].columns[j];
            const char **at =
                bsearch(&column->type, types->items, types->count, sizeof(*types->items), compare);
            column->type = answers == NULL ? NULL : words[at - types->items];
        }
    }
    return answers == NULL ? explain_refusal(arena, results) : NULL;
}
