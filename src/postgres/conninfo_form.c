#include "postgres/conninfo_draft.h"

#include <ctype.h>
#include <stdint.h>

static const char uri_hint[] = "Write postgresql://user:password@host:5432/database.";
static const char proxy_hint[] = "It is the address of Prisma's HTTP proxy: set DIRECT_URL to the "
                                 "database's own postgresql:// address.";
static const char other_hint[] = "This program migrates PostgreSQL: write postgresql://...";
static const char web_hint[] = "It is a web address: write the database's postgresql:// address.";

enum scheme_kind { POSTGRESQL, SOCKET, REFUSED };

/* The schemes that ORMs and drivers write, and those that Node's drivers would take for their own.
 */
static const struct scheme {
    const char *name;
    enum scheme_kind kind;
    const char *hint;
} schemes[] = {
    {"postgresql", POSTGRESQL, NULL},
    {"postgres", POSTGRESQL, NULL},
    {"pgsql", POSTGRESQL, NULL},
    {"psql", POSTGRESQL, NULL},
    {"pg", POSTGRESQL, NULL},
    {"pgx", POSTGRESQL, NULL},
    {"pgx4", POSTGRESQL, NULL},
    {"pgx5", POSTGRESQL, NULL},
    {"postgis", POSTGRESQL, NULL},
    {"timescale", POSTGRESQL, NULL},
    {"timescaledb", POSTGRESQL, NULL},
    {"timescalegis", POSTGRESQL, NULL},
    {"socket", SOCKET, NULL},
    {"prisma", REFUSED, proxy_hint},
    {"cockroachdb", REFUSED, other_hint},
    {"cockroach", REFUSED, other_hint},
    {"crdb-postgres", REFUSED, other_hint},
    {"redshift", REFUSED, other_hint},
    {"mysql", REFUSED, other_hint},
    {"mysql2", REFUSED, other_hint},
    {"mariadb", REFUSED, other_hint},
    {"sqlserver", REFUSED, other_hint},
    {"mssql", REFUSED, other_hint},
    {"oracle", REFUSED, other_hint},
    {"mongodb", REFUSED, other_hint},
    {"redis", REFUSED, other_hint},
    {"rediss", REFUSED, other_hint},
    {"sqlite", REFUSED, other_hint},
    {"sqlite3", REFUSED, other_hint},
    {"libsql", REFUSED, other_hint},
    {"file", REFUSED, other_hint},
    {"http", REFUSED, web_hint},
    {"https", REFUSED, web_hint},
    {"ws", REFUSED, web_hint},
    {"wss", REFUSED, web_hint},
};

static const struct scheme *find_scheme(struct ep_span name)
{
    for (size_t i = 0; i < EP_COUNT_OF(schemes); i++) {
        if (ep_conninfo_same_word(name, schemes[i].name)) {
            return &schemes[i];
        }
    }
    return NULL;
}

/* The length of "name" in "name:..." as RFC 3986 has it, or 0. */
static size_t scheme_size(struct ep_span text)
{
    size_t size = 0;
    while (size < text.size
           && (isalnum((unsigned char)text.data[size])
               || (size > 0 && strchr("+-.", text.data[size]) != NULL))) {
        size++;
    }
    return size > 0 && size < text.size && text.data[size] == ':' ? size : 0;
}

static void note_scheme(struct ep_conninfo_draft *draft, struct ep_span name,
                        const struct scheme *scheme, bool has_driver)
{
    if (has_driver) {
        ep_conninfo_note(draft, "the \"+driver\" after the scheme was ignored");
    }
    if (scheme->kind == SOCKET) {
        ep_conninfo_note(draft, "\"socket:\" is node-postgres's: read as host=/folder dbname=name");
    } else if (strcmp(scheme->name, "postgresql") != 0 && strcmp(scheme->name, "postgres") != 0) {
        ep_conninfo_note(draft, "the scheme \"%s\" was read as \"postgresql\"", scheme->name);
    } else if (!ep_span_equals(name, scheme->name)) {
        ep_conninfo_note(draft, "the scheme is written with capitals: read as \"%s\"",
                         scheme->name);
    }
}

/* When ret_is_uri is false, text is something else, and err is unused. */
static bool read_uri(struct ep_conninfo_draft *draft, struct ep_span text, bool *ret_is_uri,
                     struct ep_error *err)
{
    size_t size = scheme_size(text);
    struct ep_span rest = ep_span_part(text, size + 1, SIZE_MAX);
    size_t plus = ep_span_find_byte(ep_span_part(text, 0, size), 0, '+');
    struct ep_span name = ep_span_part(text, 0, plus < size ? plus : size);
    const struct scheme *scheme = find_scheme(name);
    bool has_slashes = ep_span_starts_with(rest, "//");

    *ret_is_uri = size > 0 && (has_slashes || scheme != NULL);
    if (!*ret_is_uri) {
        return false;
    }
    if (scheme == NULL) {
        return ep_conninfo_refuse(err, uri_hint,
                                  "the scheme before \"://\" is not one of PostgreSQL's");
    }
    if (scheme->kind == REFUSED) {
        return ep_conninfo_refuse(err, scheme->hint, "the scheme \"%s\" is not PostgreSQL's",
                                  scheme->name);
    }
    if (scheme->kind == SOCKET) {
        draft->path_is_socket = true;
    } else if (!has_slashes) {
        return ep_conninfo_refuse(err, uri_hint, "\"//\" is missing after \"%s:\"", scheme->name);
    }
    note_scheme(draft, name, scheme, plus < size);
    return ep_conninfo_read_uri(draft, has_slashes ? ep_span_part(rest, 2, SIZE_MAX) : rest, err);
}

/* Words that a program printed for want of a value, and references that nobody resolved. */
static bool check_is_value(struct ep_span text, struct ep_error *err)
{
    static const char *const words[] = {"undefined", "null", "none",  "nil",
                                        "nan",       "true", "false", "[object Object]"};

    for (size_t i = 0; i < EP_COUNT_OF(words); i++) {
        if (ep_conninfo_same_word(text, words[i])) {
            return ep_conninfo_refuse(err, "Something printed a variable that had no value.",
                                      "the value is the word \"%s\"", words[i]);
        }
    }
    if (ep_span_find(text, 0, "${{") != SIZE_MAX) {
        return ep_conninfo_refuse(
            err, "The service or variable it names does not exist: check its spelling.",
            "an unresolved ${{...}} reference");
    }
    if (ep_conninfo_is_variable(text)
        || (text.size > 2 && text.data[0] == '%' && text.data[text.size - 1] == '%')
        || (text.data[0] == '<' && text.data[text.size - 1] == '>')) {
        return ep_conninfo_refuse(err,
                                  "Shells and platforms replace variables, this program does not.",
                                  "the value is a variable or placeholder that was not replaced");
    }
    return true;
}

/* Quotes of a word processor, and what cannot be seen. */
static bool check_first_character(struct ep_span text, struct ep_error *err)
{
    static const struct {
        const char *bytes, *name;
    } quotes[] = {
        {"\xE2\x80\x98", "U+2018"}, {"\xE2\x80\x99", "U+2019"}, {"\xE2\x80\x9A", "U+201A"},
        {"\xE2\x80\x9C", "U+201C"}, {"\xE2\x80\x9D", "U+201D"}, {"\xE2\x80\x9E", "U+201E"},
        {"\xC2\xAB", "U+00AB"},     {"\xC2\xBB", "U+00BB"},
    };

    for (size_t i = 0; i < EP_COUNT_OF(quotes); i++) {
        if (ep_span_starts_with(text, quotes[i].bytes)) {
            return ep_conninfo_refuse(err, "Write the value without quotes.",
                                      "the value starts with a typographic quote (%s)",
                                      quotes[i].name);
        }
    }
    const char *name = ep_conninfo_find_invisible(ep_span_part(text, 0, 3));
    if (name != NULL) {
        return ep_conninfo_refuse(err, "Remove it: type the value instead of pasting it.",
                                  "the value starts with %s", name);
    }
    return true;
}

/* "NAME=scheme://...", "export NAME=..." */
static bool is_assignment(struct ep_span text)
{
    if (ep_span_starts_with(text, "export ")) {
        return true;
    }
    size_t size = 0;
    while (size < text.size
           && (isupper((unsigned char)text.data[size]) || isdigit((unsigned char)text.data[size])
               || text.data[size] == '_')) {
        size++;
    }
    return size > 0 && size < text.size && text.data[size] == '='
           && ep_span_find(text, size, "://") != SIZE_MAX;
}

/* The first key of "key=value", without the blanks around it; empty when there is none. */
static struct ep_span first_key(struct ep_span text)
{
    size_t equals = ep_span_find_byte(text, 0, '=');
    return ep_span_trim(ep_span_part(text, 0, equals == SIZE_MAX ? 0 : equals));
}

/* Pairs separated by semicolons, as ADO.NET and ODBC write them. */
static bool is_semicolon_list(struct ep_span text)
{
    static const char *const keys[] = {"server",  "host",   "data source", "database",
                                       "user id", "user",   "username",    "uid",
                                       "port",    "dbname", "driver",      "dsn"};
    struct ep_span key = first_key(text);
    size_t semicolon = ep_span_find_byte(text, 0, ';');
    size_t blank = ep_span_find_byte(text, key.size + 1, ' ');

    for (size_t i = 0; i < EP_COUNT_OF(keys); i++) {
        if (ep_conninfo_same_word(key, keys[i])) {
            return semicolon != SIZE_MAX && semicolon < blank;
        }
    }
    return false;
}

static bool refuse_mistake(struct ep_span text, struct ep_error *err)
{
    if (ep_span_starts_with(text, "psql ")) {
        return ep_conninfo_refuse(err, "Leave \"psql\" and the quotes out.",
                                  "the value is a psql command");
    }
    if (is_assignment(text)) {
        return ep_conninfo_refuse(err, "Leave out the name and the \"=\" before the address.",
                                  "the value starts with the name of a variable");
    }
    if (ep_span_starts_with(text, "//") || ep_span_find_byte(text, 0, '@') != SIZE_MAX) {
        return ep_conninfo_refuse(err, uri_hint, "\"postgresql://\" is missing at the start");
    }
    if (ep_span_starts_with(text, "/") || ep_span_starts_with(text, "./")) {
        return ep_conninfo_refuse(
            err, "To read the value from a file set DATABASE_URL_FILE to its path.",
            "the value is a path");
    }
    return ep_conninfo_refuse(err, uri_hint, "the value is not a PostgreSQL connection string");
}

bool ep_conninfo_read(struct ep_conninfo_draft *draft, struct ep_span text, struct ep_error *err)
{
    bool is_uri = false;

    if (!check_is_value(text, err) || !check_first_character(text, err)) {
        return false;
    }
    if (ep_conninfo_same_word(ep_span_part(text, 0, 5), "jdbc:")) {
        ep_conninfo_note(draft, "\"jdbc:\" before the scheme was removed");
        draft->plus_is_blank = true;
        text = ep_span_part(text, 5, SIZE_MAX);
    }
    bool is_read = read_uri(draft, text, &is_uri, err);
    if (is_uri) {
        return is_read;
    }
    if (is_semicolon_list(text)) {
        return ep_conninfo_refuse(
            err, uri_hint, "the value is in the key=value;key=value format of ADO.NET or ODBC");
    }
    if (ep_conninfo_find_rule(first_key(text)) != NULL && !ep_span_starts_with(text, "psql ")) {
        return ep_conninfo_read_keywords(draft, text, err);
    }
    return refuse_mistake(text, err);
}
