#include "postgres/conninfo_draft.h"

#include <ctype.h>
#include <stdint.h>

enum { KEY_BYTES_MAX = 40 };

/* A key that could be a name: letters, digits, "_", "-", "." */
static bool is_name(struct ep_span key)
{
    for (size_t i = 0; i < key.size; i++) {
        if (!isalnum((unsigned char)key.data[i]) && strchr("_-.", key.data[i]) == NULL) {
            return false;
        }
    }
    return key.size > 0 && key.size <= KEY_BYTES_MAX && isalpha((unsigned char)key.data[0]);
}

const char *ep_conninfo_label(const struct ep_conninfo_draft *draft,
                              const struct ep_conninfo_pair *pair)
{
    const struct ep_conninfo_rule *rule = ep_conninfo_find_rule(pair->key);
    if (rule != NULL) {
        return ep_arena_format(draft->arena, "parameter \"%s\"", rule->key);
    }
    if (draft->keys_are_public && is_name(pair->key)) {
        return ep_arena_format(draft->arena, "parameter \"%.*s\"", EP_SPAN_PRINT(pair->key));
    }
    return ep_arena_format(draft->arena, "the parameter at character %zu",
                           ep_conninfo_position(draft, pair->key.data));
}

static bool holds_word(struct ep_span span, const char *word)
{
    for (size_t i = 0; i < span.size; i++) {
        if (ep_conninfo_same_word(ep_span_part(span, i, strlen(word)), word)) {
            return true;
        }
    }
    return false;
}

static bool speaks_of_secret(struct ep_span key)
{
    static const char *const words[] = {"pas", "word", "pwd", "secret", "token", "key"};

    for (size_t i = 0; i < EP_COUNT_OF(words); i++) {
        if (holds_word(key, words[i])) {
            return true;
        }
    }
    return false;
}

bool ep_conninfo_refuse_at(const struct ep_conninfo_draft *draft,
                           const struct ep_conninfo_pair *pair, struct ep_error *err)
{
    return ep_conninfo_refuse(
        err, ep_conninfo_encode_hint,
        "an \"@\" follows the parameter at character %zu: it is not clear where the password ends",
        ep_conninfo_position(draft, pair->key.data));
}

/* Leaving such a key out may be less safe than whoever wrote it wanted to be. */
static bool speaks_of_security(struct ep_span key, const struct ep_conninfo_rule *suggestion)
{
    return holds_word(key, "ssl") || holds_word(key, "tls") || holds_word(key, "%")
           || (suggestion != NULL && (suggestion->marks & EP_CONNINFO_SECURITY) != 0);
}

bool ep_conninfo_assign_unknown(struct ep_conninfo_draft *draft,
                                const struct ep_conninfo_pair *pair, struct ep_error *err)
{
    const struct ep_conninfo_rule *suggestion = ep_conninfo_suggest(pair->key);
    size_t from = (size_t)(pair->key.data - draft->value.data);

    if (pair->is_encoded && ep_span_find_byte(draft->value, from, '@') != SIZE_MAX) {
        return ep_conninfo_refuse_at(draft, pair, err);
    }
    /* "passwordS3cret" is one slip away from "password=S3cret", and "&" may be part of it. */
    draft->keys_are_public = draft->keys_are_public && !speaks_of_secret(pair->key);

    const char *label = ep_conninfo_label(draft, pair);
    const char *question = "";
    if (suggestion != NULL && draft->keys_are_public && is_name(pair->key)) {
        question = ep_arena_format(draft->arena, "Did you mean \"%s\"?", suggestion->key);
    }
    if (speaks_of_security(pair->key, suggestion)) {
        return ep_conninfo_refuse(
            err,
            question[0] != '\0' ? question : "libpq has sslmode, sslrootcert, sslcert, sslkey.",
            "%s is not known, and leaving it out could weaken security", label);
    }
    ep_conninfo_note(draft, "%s is not known and was ignored%s%s", label,
                     question[0] != '\0' ? ". " : "", question);
    return true;
}
