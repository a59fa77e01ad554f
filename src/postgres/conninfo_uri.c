#include "postgres/conninfo_draft.h"

#include "base/text.h"

#include <stdint.h>

/* A URI after its scheme; path starts with "/" unless empty, query is without its "?". */
struct parts {
    struct ep_span userinfo, hosts, path, query;
    bool has_userinfo;
};

/* Passwords out of documentation. Percent-encoded, they are taken as they are. */
static const char *const placeholders[] = {
    "[YOUR-PASSWORD]", "[YOUR_PASSWORD]", "[YOUR-DB-PASSWORD]", "[PASSWORD]",    "<PASSWORD>",
    "<YOUR-PASSWORD>", "<YOUR_PASSWORD>", "<DB_PASSWORD>",      "YOUR-PASSWORD", "YOUR_PASSWORD",
};

static size_t find_first_of(struct ep_span text, size_t from, const char *bytes)
{
    for (size_t i = from; i < text.size; i++) {
        if (strchr(bytes, text.data[i]) != NULL) {
            return i;
        }
    }
    return text.size;
}

static bool holds_byte(struct ep_span text, char byte)
{
    return ep_span_find_byte(text, 0, byte) != SIZE_MAX;
}

/* The rule of the key in "key=..." at the start of text, or NULL. */
static const struct ep_conninfo_rule *rule_at(struct ep_span text)
{
    size_t equals = find_first_of(text, 0, "=&?@");
    if (equals == text.size || text.data[equals] != '=') {
        return NULL;
    }
    return ep_conninfo_find_rule(ep_span_part(text, 0, equals));
}

/*
 * Where the user and password end: SIZE_MAX when there are none.
 *
 * libpq takes the first "@" before any "/", Node's drivers the last one before
 * "/", "?" and "#", which they refuse in a password while libpq does not. So:
 * the first "@" says that there is a user; from there on the authority ends at
 * "/", "?" or "#", and the last "@" in it counts. "?" before the first "@" is
 * the start of a query when a known key follows.
 */
static size_t find_userinfo_end(struct ep_span rest)
{
    size_t slash = find_first_of(rest, 0, "/");
    size_t at = find_first_of(rest, 0, "@");
    size_t question = find_first_of(rest, 0, "?");

    if (at >= slash
        || (question < at && rule_at(ep_span_part(rest, question + 1, SIZE_MAX)) != NULL)) {
        return SIZE_MAX;
    }
    size_t end = find_first_of(rest, at, "/?#");
    while (end > at && rest.data[end - 1] != '@') {
        end--;
    }
    return end - 1;
}

static struct parts split(struct ep_span rest)
{
    struct parts parts = {0};
    size_t userinfo_end = find_userinfo_end(rest);
    size_t start = 0;

    if (userinfo_end != SIZE_MAX) {
        parts.has_userinfo = true;
        parts.userinfo = ep_span_part(rest, 0, userinfo_end);
        start = userinfo_end + 1;
    }
    size_t hosts_end = find_first_of(rest, start, "/?#");
    size_t path_end = find_first_of(rest, hosts_end, "?");
    parts.hosts = ep_span_part(rest, start, hosts_end - start);
    parts.path = ep_span_part(rest, hosts_end, path_end - hosts_end);
    parts.query = ep_span_part(rest, path_end + 1, SIZE_MAX);
    return parts;
}

/* What is wrong with a URI as a whole, before any part of it is believed. */
static bool check_parts(const struct ep_conninfo_draft *draft, struct ep_span rest,
                        const struct parts *parts, struct ep_error *err)
{
    if (!parts->has_userinfo && holds_byte(parts->query, '@')
        && ep_span_find(parts->query, 0, "X-Amz-") != SIZE_MAX) {
        return ep_conninfo_refuse(
            err,
            "Percent-encode the token: every \"/\", \"?\", \"&\", \"=\", \"%\" and \":\" of it.",
            "the password is an unescaped access token");
    }
    if (holds_byte(parts->path, '@')) {
        size_t at = find_first_of(parts->path, 0, "@");
        return ep_conninfo_refuse(
            err, ep_conninfo_encode_hint,
            "an \"@\" after the host, at character %zu: it is not clear where the password ends",
            ep_conninfo_position(draft, parts->path.data + at));
    }
    for (size_t i = 0; i < rest.size; i++) {
        unsigned char byte = (unsigned char)rest.data[i];
        if (byte < 0x20 || byte == 0x7F) {
            return ep_conninfo_refuse(err, "Write the whole URI on one line, without tabs.",
                                      "a line end or control character stands at character %zu",
                                      ep_conninfo_position(draft, rest.data + i));
        }
    }
    return true;
}

/* What Node's drivers would read differently, or not at all. */
static void note_userinfo(struct ep_conninfo_draft *draft, struct ep_span raw,
                          struct ep_span password)
{
    static const char *const unreadable[][2] = {{"#", "%23"}, {"?", "%3F"}};

    for (size_t i = 0; i < EP_COUNT_OF(unreadable); i++) {
        if (ep_span_find(raw, 0, unreadable[i][0]) != SIZE_MAX) {
            ep_conninfo_note(
                draft,
                "the user name or password holds a raw \"%s\": Node's drivers refuse the URI, "
                "write %s",
                unreadable[i][0], unreadable[i][1]);
        }
    }
    if (holds_byte(raw, '@')) {
        ep_conninfo_note(draft, "the user name or password holds a raw \"@\": they were read up to "
                                "the last one, write %%40");
    }
    if (holds_byte(raw, ' ')) {
        ep_conninfo_note(draft, "the user name or password holds a raw blank: write %%20");
    }
    if (ep_span_starts_with(password, "[") && ep_span_ends_with(password, "]")) {
        ep_conninfo_note(draft, "the password stands in brackets: are they part of it?");
    }
}

static bool read_password(struct ep_conninfo_draft *draft, struct ep_span raw,
                          const char **ret_password, struct ep_error *err)
{
    if (ep_conninfo_is_variable(raw)) {
        return ep_conninfo_refuse_variable(draft, "the password", raw, err);
    }
    for (size_t i = 0; i < EP_COUNT_OF(placeholders); i++) {
        if (ep_conninfo_same_word(raw, placeholders[i])) {
            return ep_conninfo_refuse(err, "Put the real password in its place.",
                                      "the password is the placeholder %s", placeholders[i]);
        }
    }
    struct ep_conninfo_piece piece = {
        .what = "the password",
        .raw = raw,
        .position = ep_conninfo_position(draft, raw.data),
        .is_secret = true,
        .is_encoded = true,
    };
    return ep_conninfo_decode(draft, &piece, ret_password, err);
}

static bool read_userinfo(struct ep_conninfo_draft *draft, struct ep_span raw, struct ep_error *err)
{
    size_t colon = find_first_of(raw, 0, ":");
    struct ep_conninfo_piece user = {
        .what = "the user name",
        .raw = ep_span_part(raw, 0, colon),
        .position = ep_conninfo_position(draft, raw.data),
        .is_encoded = true,
    };
    const char *text = NULL;

    if (ep_conninfo_is_variable(user.raw)) {
        return ep_conninfo_refuse_variable(draft, "the user name", user.raw, err);
    }
    if (!ep_conninfo_decode(draft, &user, &text, err)) {
        return false;
    }
    if (text[0] != '\0') {
        ep_conninfo_set(draft, "user", text);
    }
    struct ep_span password = ep_span_part(raw, colon + 1, SIZE_MAX);
    if (password.size > 0) {
        if (!read_password(draft, password, &text, err)) {
            return false;
        }
        ep_conninfo_set(draft, "password", text);
    }
    note_userinfo(draft, raw, password);
    return true;
}

/* The colon before the port, or the size of the host. */
static bool find_port(struct ep_conninfo_draft *draft, struct ep_span host, size_t *ret_colon,
                      struct ep_error *err)
{
    size_t first = find_first_of(host, 0, ":");
    size_t last = host.size;
    while (last > first && host.data[last - 1] != ':') {
        last--;
    }
    if (first == host.size || last - 1 == first) {
        *ret_colon = first;
        return true;
    }
    if (!ep_conninfo_same_word(ep_span_part(host, 0, 3), "%2F")) {
        return ep_conninfo_refuse(err, "An IPv6 address stands in brackets: [fd12::10]:5432.",
                                  "the host at character %zu holds more than one \":\"",
                                  ep_conninfo_position(draft, host.data));
    }
    /* Cloud SQL's folders hold colons; only digits after the last one are a port. */
    bool has_port = find_first_of(host, last, "0123456789") == last && last < host.size;
    *ret_colon = has_port ? last - 1 : host.size;
    ep_conninfo_note(draft, "the socket folder holds a raw \":\": write %%3A");
    return true;
}

/* One of the hosts; what it says goes to the ends of the two lists. */
static bool read_host(struct ep_conninfo_draft *draft, struct ep_span host, struct ep_text *names,
                      struct ep_text *ports, struct ep_error *err)
{
    struct ep_conninfo_piece piece = {
        .what = "the host",
        .position = ep_conninfo_position(draft, host.data),
        .is_encoded = true,
    };
    size_t colon = 0;

    if (ep_span_starts_with(host, "[")) {
        size_t bracket = find_first_of(host, 0, "]");
        colon = bracket + 1;
        if (bracket == host.size || (colon < host.size && host.data[colon] != ':')) {
            return ep_conninfo_refuse(err, "Write [fd12::10]:5432.",
                                      "the \"[\" at character %zu is not closed before the port",
                                      piece.position);
        }
        piece.raw = ep_span_part(host, 1, bracket - 1);
        ep_conninfo_note(draft, "the host is an IPv6 address in brackets: postgres.js misreads it");
    } else {
        if (!find_port(draft, host, &colon, err)) {
            return false;
        }
        piece.raw = ep_span_part(host, 0, colon);
    }
    struct ep_span port = ep_span_part(host, colon + 1, SIZE_MAX);
    if (holds_byte(host, '$') || holds_byte(host, '{')) {
        bool in_port = find_first_of(host, 0, "${") > colon;
        return ep_conninfo_refuse_variable(draft, in_port ? "the port" : "the host",
                                           in_port ? port : host, err);
    }
    const char *name = NULL;
    if (!ep_conninfo_decode(draft, &piece, &name, err)) {
        return false;
    }
    ep_text_add(names, name);
    ep_text_append(ports, port);
    return true;
}

static bool read_hosts(struct ep_conninfo_draft *draft, struct ep_span raw, struct ep_error *err)
{
    struct ep_text names EP_CLEANUP(ep_text_clear) = {0};
    struct ep_text ports EP_CLEANUP(ep_text_clear) = {0};
    size_t commas = 0;

    if (raw.size == 0) {
        return true;
    }
    draft->host_position = ep_conninfo_position(draft, raw.data);
    for (size_t start = 0; start <= raw.size;) {
        size_t end = find_first_of(raw, start, ",");
        struct ep_span host = {.data = raw.data + start, .size = end - start};
        if (!read_host(draft, host, &names, &ports, err)) {
            return false;
        }
        if (end < raw.size) {
            ep_text_add_byte(&names, ',');
            ep_text_add_byte(&ports, ',');
            commas++;
        }
        start = end + 1;
    }
    draft->names = ep_arena_copy(draft->arena, ep_text_span(&names));
    draft->ports = ports.size == commas ? NULL : ep_arena_copy(draft->arena, ep_text_span(&ports));
    if (commas > 0 && draft->ports != NULL) {
        ep_conninfo_note(draft, "the URI names several hosts with ports: node-postgres refuses it");
    }
    return true;
}

static bool check_path(const struct ep_conninfo_draft *draft, struct ep_span path,
                       struct ep_error *err)
{
    size_t hash = find_first_of(path, 0, "#");
    size_t bad = find_first_of(path, 0, ";\"'");

    if (hash < path.size) {
        return ep_conninfo_refuse(err, "Remove it, or write %23 for \"#\".",
                                  "a \"#\" after the host, at character %zu, would become part of "
                                  "the database name",
                                  ep_conninfo_position(draft, path.data + hash));
    }
    if (bad < path.size) {
        return ep_conninfo_refuse(
            err, "Remove it; parameters follow a \"?\" and are separated by \"&\".",
            "a semicolon or quote at character %zu would become part of the database name",
            ep_conninfo_position(draft, path.data + bad));
    }
    size_t ampersand = find_first_of(path, 0, "&");
    if (ampersand < path.size && holds_byte(ep_span_part(path, ampersand, SIZE_MAX), '=')) {
        return ep_conninfo_refuse(err, "Write \"?\" before the first parameter.",
                                  "an \"&\" without a \"?\" before it stands at character %zu",
                                  ep_conninfo_position(draft, path.data + ampersand));
    }
    return true;
}

static bool read_path(struct ep_conninfo_draft *draft, struct ep_span path, struct ep_error *err)
{
    if (!check_path(draft, path, err)) {
        return false;
    }
    struct ep_span raw = draft->path_is_socket ? path : ep_span_part(path, 1, SIZE_MAX);
    size_t size = raw.size;
    while (!draft->path_is_socket && raw.size > 0 && raw.data[raw.size - 1] == '/') {
        raw.size--;
    }
    if (raw.size < size && raw.size > 0) {
        ep_conninfo_note(draft, "the \"/\" after the database name was removed");
    }
    if (raw.size == 0) {
        return true;
    }
    struct ep_conninfo_piece piece = {
        .what = draft->path_is_socket ? "the socket folder" : "the database name",
        .raw = raw,
        .position = ep_conninfo_position(draft, raw.data),
        .is_encoded = true,
    };
    const char *text = NULL;
    if (holds_byte(raw, '{') || ep_conninfo_is_variable(raw)) {
        return ep_conninfo_refuse_variable(draft, piece.what, raw, err);
    }
    if (!ep_conninfo_decode(draft, &piece, &text, err)) {
        return false;
    }
    if (draft->path_is_socket) {
        draft->names = text;
        return true;
    }
    if (strchr(text, '/') != NULL) {
        ep_conninfo_note(draft, "the database name holds a \"/\"");
    }
    if (strstr(text, "://") != NULL) {
        return ep_conninfo_refuse(err, "Write one URI.", "the path holds a second URI");
    }
    if (holds_byte(raw, ' ')) {
        ep_conninfo_note(draft, "the database name holds a raw blank: write %%20");
    }
    if (holds_byte(raw, '%')) {
        ep_conninfo_note(draft, "the database name is percent-encoded: postgres.js does not "
                                "decode it");
    }
    ep_conninfo_set(draft, "dbname", text);
    return true;
}

/* True for parameters whose values never hold a "?". */
static bool takes_no_text(struct ep_span key)
{
    const struct ep_conninfo_rule *rule = ep_conninfo_find_rule(key);
    return rule != NULL && rule->action != EP_CONNINFO_TEXT && rule->action != EP_CONNINFO_OPTIONS
           && rule->action != EP_CONNINFO_HOSTS && rule->action != EP_CONNINFO_ALIAS
           && rule->action != EP_CONNINFO_SETTING && rule->action != EP_CONNINFO_DATABASE;
}

/* One "key=value"; ret_size is what it takes of the token when "?" was written for "&". */
static bool read_parameter(struct ep_conninfo_draft *draft, struct ep_span token, size_t *ret_size,
                           struct ep_error *err)
{
    size_t equals = find_first_of(token, 0, "=");
    struct ep_conninfo_pair pair = {
        .key = ep_span_part(token, 0, equals),
        .value = ep_span_part(token, equals + 1, SIZE_MAX),
        .is_encoded = true,
    };
    *ret_size = token.size;
    if (equals == token.size) {
        draft->keys_are_public = false; /* it may be no key at all */
        return ep_conninfo_refuse(err, ep_conninfo_encode_hint, "%s has no \"=\" and no value",
                                  ep_conninfo_label(draft, &pair));
    }
    size_t question = find_first_of(pair.value, 0, "?");
    if (question < pair.value.size && takes_no_text(pair.key)
        && rule_at(ep_span_part(pair.value, question + 1, SIZE_MAX)) != NULL) {
        ep_conninfo_note(draft, "a second \"?\" was read as \"&\"");
        pair.value.size = question;
        *ret_size = equals + 1 + question;
    }
    return ep_conninfo_assign(draft, &pair, err);
}

static bool read_query(struct ep_conninfo_draft *draft, struct ep_span query, struct ep_error *err)
{
    static const char entity_rest[] = "amp;";

    for (size_t start = 0; start < query.size;) {
        size_t end = find_first_of(query, start, "&");
        struct ep_span token = {.data = query.data + start, .size = end - start};
        size_t size = token.size;

        if (start > 0 && ep_span_starts_with(token, entity_rest)) {
            ep_conninfo_note(draft, "\"&amp;\" was read as \"&\"");
            start += sizeof(entity_rest) - 1;
            continue;
        }
        if (token.size > 0 && !read_parameter(draft, token, &size, err)) {
            return false;
        }
        start += size + 1;
    }
    return true;
}

bool ep_conninfo_read_uri(struct ep_conninfo_draft *draft, struct ep_span rest,
                          struct ep_error *err)
{
    struct parts parts = split(rest);

    draft->from_uri = true;
    /* With a user, a password and a path before it, a query is most probably one. */
    draft->keys_are_public =
        parts.has_userinfo && holds_byte(parts.userinfo, ':') && parts.path.size > 0;
    return check_parts(draft, rest, &parts, err)
           && (!parts.has_userinfo || read_userinfo(draft, parts.userinfo, err))
           && read_hosts(draft, parts.hosts, err) && read_path(draft, parts.path, err)
           && read_query(draft, parts.query, err);
}
