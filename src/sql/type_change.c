#include "sql/type_change.h"

#include "sql/cursor.h"

enum family {
    OTHER,
    INTEGER,
    DECIMAL,
    BINARY_FLOAT,
    TEXT,
    TIME_POINT,
    DATE,
    TIME_OF_DAY,
    INTERVAL,
    BITS,
    JSON,
    NETWORK
};

/* A type that is understood. rank orders those of a family by what they hold. */
struct kind {
    const char *words; /* canonical, as format_type() writes it */
    enum family family;
    int rank;
    const char *aliases[3];
};

static const struct kind kinds[] = {
    {"smallint", INTEGER, 1, {"int2"}},
    {"integer", INTEGER, 2, {"int", "int4"}},
    {"bigint", INTEGER, 3, {"int8"}},
    {"numeric", DECIMAL, 0, {"decimal", "dec"}},
    {"real", BINARY_FLOAT, 1, {"float4"}},
    {"double precision", BINARY_FLOAT, 2, {"float8", "float"}},
    {"character", TEXT, 0, {"char", "bpchar", "nchar"}},
    {"character varying", TEXT, 1, {"varchar", "char varying"}},
    {"text", TEXT, 2, {0}},
    {"timestamp without time zone", TIME_POINT, 1, {"timestamp"}},
    {"timestamp with time zone", TIME_POINT, 2, {"timestamptz"}},
    {"date", DATE, 0, {0}},
    {"time without time zone", TIME_OF_DAY, 1, {"time"}},
    {"time with time zone", TIME_OF_DAY, 2, {"timetz"}},
    {"interval", INTERVAL, 0, {0}},
    {"bit", BITS, 0, {0}},
    {"bit varying", BITS, 1, {"varbit"}},
    {"json", JSON, 0, {0}},
    {"jsonb", JSON, 1, {0}},
    {"cidr", NETWORK, 0, {0}},
    {"inet", NETWORK, 1, {0}},
};

/* One type, taken apart. */
struct type {
    const struct kind *kind; /* NULL: not one of the table */
    char words[64];          /* lower case, one blank between, without modifiers */
    long modifiers[2];       /* -1: not given */
    bool is_array;
};

static const struct kind *find_kind(const char *words)
{
    for (size_t i = 0; i < EP_COUNT_OF(kinds); i++) {
        bool found = strcmp(words, kinds[i].words) == 0;
        for (size_t j = 0; j < EP_COUNT_OF(kinds[i].aliases); j++) {
            const char *alias = kinds[i].aliases[j];
            found = found || (alias != NULL && strcmp(words, alias) == 0);
        }
        if (found) {
            return &kinds[i];
        }
    }
    return NULL;
}

/* "(10, 2)", from the "(" on. */
static void take_modifiers(struct ep_sql_cursor *cursor, long modifiers[2])
{
    size_t count = 0;

    while (!cursor->at_end && !ep_sql_cursor_take_byte(cursor, ')')) {
        struct ep_span text = ep_sql_token_text(cursor->lexer.text, cursor->token);
        if (cursor->token.kind == EP_SQL_NUMBER && count < 2 && text.size < 8) {
            char number[8] = "";
            memcpy(number, text.data, text.size);
            modifiers[count++] = strtol(number, NULL, 10);
        }
        ep_sql_cursor_advance(cursor);
    }
}

static void add_word(struct type *type, struct ep_span word)
{
    size_t size = strlen(type->words);
    int written = snprintf(type->words + size, sizeof(type->words) - size, "%s%.*s",
                           size == 0 ? "" : " ", EP_SPAN_PRINT(word));
    (void)written; /* what is cut is no type of the table */
    for (char *at = type->words + size; *at != '\0'; at++) {
        if (*at >= 'A' && *at <= 'Z') {
            *at = (char)(*at - 'A' + 'a');
        }
    }
}

static void read_type(struct ep_span text, struct type *ret_type)
{
    struct type type = {.modifiers = {-1, -1}};
    struct ep_sql_cursor cursor;

    ep_sql_cursor_begin(&cursor, text, 0, text.size);
    if (ep_sql_cursor_take(&cursor, "PG_CATALOG")) {
        (void)ep_sql_cursor_take_byte(&cursor, '.');
    }
    while (!cursor.at_end) {
        if (ep_sql_cursor_take_byte(&cursor, '(')) {
            take_modifiers(&cursor, type.modifiers);
        } else if (ep_sql_cursor_is_byte(&cursor, '[')) {
            type.is_array = true;
            ep_sql_cursor_skip(&cursor);
        } else {
            add_word(&type, ep_sql_token_text(cursor.lexer.text, cursor.token));
            ep_sql_cursor_advance(&cursor);
        }
    }
    type.kind = find_kind(type.words);
    if (type.kind != NULL && strcmp(type.kind->words, "character") == 0 && type.modifiers[0] < 0
        && strcmp(type.words, "bpchar") != 0) {
        type.modifiers[0] = 1; /* char is char(1), but bpchar has no limit */
    }
    *ret_type = type;
}

/* Whether a length or precision takes everything that another one does; -1 has no limit. */
static bool holds(long to, long from)
{
    return to < 0 || (from >= 0 && to >= from);
}

static void judge_text(const struct type *from, const struct type *to, bool is_explicit,
                       struct ep_type_change *change)
{
    bool fits = holds(to->modifiers[0], from->modifiers[0]);
    bool is_same_kind = from->kind == to->kind;
    bool is_free = is_same_kind || to->kind->rank == 0 || from->kind->rank > 0;

    /* Blanks are added to the end of char(n), and taken off at the end of it and of bpchar. */
    if ((from->kind->rank == 0 && from->modifiers[0] >= 0)
        || (to->kind->rank == 0 && to->modifiers[0] >= 0)) {
        is_free = is_same_kind && to->modifiers[0] < 0;
    }
    change->cost = fits && is_free ? EP_TYPE_CHANGE_FREE : EP_TYPE_CHANGE_REWRITE;
    if (!fits && is_explicit) {
        change->loss = "longer values are cut, because USING casts";
    } else if (!fits) {
        change->failure = "a longer value makes it fail";
    }
}

static void judge_decimal(const struct type *from, const struct type *to,
                          struct ep_type_change *change)
{
    long from_scale = from->modifiers[0] < 0 ? -1 : from->modifiers[1] < 0 ? 0 : from->modifiers[1];
    long to_scale = to->modifiers[0] < 0 ? -1 : to->modifiers[1] < 0 ? 0 : to->modifiers[1];
    bool fits = holds(to->modifiers[0], from->modifiers[0]);

    change->cost = to->modifiers[0] < 0 || (fits && from_scale == to_scale)
                       ? EP_TYPE_CHANGE_FREE
                       : EP_TYPE_CHANGE_REWRITE;
    if (!holds(to_scale, from_scale)) {
        change->loss = "digits behind the decimal point are rounded away";
    }
    if (to->modifiers[0] >= 0
        && (from->modifiers[0] < 0
            || to->modifiers[0] - to_scale < from->modifiers[0] - from_scale)) {
        change->failure = "a greater value makes it fail";
    }
}

/* Seconds with fewer digits behind the point; 6 is what there is without a number. */
static void judge_seconds(const struct type *from, const struct type *to,
                          struct ep_type_change *change)
{
    long from_digits = from->modifiers[0] < 0 ? 6 : from->modifiers[0];
    long to_digits = to->modifiers[0] < 0 ? 6 : to->modifiers[0];

    change->cost = from->kind == to->kind && to_digits >= from_digits ? EP_TYPE_CHANGE_FREE
                                                                      : EP_TYPE_CHANGE_REWRITE;
    if (to_digits < from_digits) {
        change->loss = "fractions of a second are rounded away";
    } else if (from->kind->rank > to->kind->rank && from->kind->family == TIME_OF_DAY) {
        change->loss = "the time zone gets lost";
    }
}

static void judge_family(const struct type *from, const struct type *to, bool is_explicit,
                         struct ep_type_change *change)
{
    switch (from->kind->family) {
    case TEXT:
        judge_text(from, to, is_explicit, change);
        break;
    case DECIMAL:
        judge_decimal(from, to, change);
        break;
    case TIME_POINT:
    case TIME_OF_DAY:
    case INTERVAL:
        judge_seconds(from, to, change);
        break;
    case INTEGER:
        if (from->kind->rank > to->kind->rank) {
            change->failure = "a greater value makes it fail";
        }
        break;
    case BINARY_FLOAT:
        if (from->kind->rank > to->kind->rank) {
            change->loss = "digits get lost";
        }
        break;
    case JSON:
        if (from->kind->rank < to->kind->rank) {
            change->loss = "the order of keys, keys that occur twice and blanks get lost";
        }
        break;
    case NETWORK:
        change->cost = from->kind->rank < to->kind->rank ? EP_TYPE_CHANGE_FREE : change->cost;
        break;
    case BITS:
        change->cost = to->kind->rank == 1 && from->kind->rank == 1
                               && holds(to->modifiers[0], from->modifiers[0])
                           ? EP_TYPE_CHANGE_FREE
                           : EP_TYPE_CHANGE_REWRITE;
        break;
    case DATE:
    case OTHER:
        break;
    }
}

/* From one family to another. */
static const char *find_loss(const struct type *from, const struct type *to)
{
    static const struct {
        enum family from, to;
        const char *loss;
    } losses[] = {
        {DECIMAL, INTEGER, "digits behind the decimal point are rounded away"},
        {BINARY_FLOAT, INTEGER, "digits behind the decimal point are rounded away"},
        {DECIMAL, BINARY_FLOAT, "digits behind the fifteenth, or sixth, get lost"},
        {TIME_POINT, DATE, "the time of day gets lost"},
        {TIME_POINT, TIME_OF_DAY, "the date gets lost"},
        {INTERVAL, TIME_OF_DAY, "days get lost"},
    };

    for (size_t i = 0; i < EP_COUNT_OF(losses); i++) {
        if (from->kind->family == losses[i].from && to->kind->family == losses[i].to) {
            return losses[i].loss;
        }
    }
    bool is_exact = strcmp(to->kind->words, "double precision") == 0 && from->kind->rank < 3;
    if (from->kind->family == INTEGER && to->kind->family == BINARY_FLOAT && !is_exact
        && from->kind->rank > 1) {
        return "great values lose digits";
    }
    if (from->kind->family == BINARY_FLOAT && to->kind->family == DECIMAL) {
        return "digits behind the fifteenth, or sixth, get lost";
    }
    return NULL;
}

void ep_type_change_judge(struct ep_span from, struct ep_span to, bool is_explicit,
                          struct ep_type_change *ret_change)
{
    struct ep_type_change change = {.cost = EP_TYPE_CHANGE_REWRITE};
    struct type old_type, new_type;

    read_type(from, &old_type);
    read_type(to, &new_type);
    change.is_known = old_type.kind != NULL && new_type.kind != NULL;
    bool is_same = old_type.is_array == new_type.is_array
                   && (change.is_known ? old_type.kind == new_type.kind
                                       : strcmp(old_type.words, new_type.words) == 0)
                   && old_type.modifiers[0] == new_type.modifiers[0]
                   && old_type.modifiers[1] == new_type.modifiers[1];
    if (is_same) {
        change.cost = EP_TYPE_CHANGE_FREE;
    } else if (change.is_known && old_type.is_array == new_type.is_array) {
        if (old_type.kind->family == new_type.kind->family) {
            judge_family(&old_type, &new_type, is_explicit, &change);
        } else {
            change.loss = find_loss(&old_type, &new_type);
        }
    }
    if (!is_same && new_type.is_array
        && (new_type.kind != old_type.kind || new_type.modifiers[0] >= 0)) {
        change.cost = EP_TYPE_CHANGE_REWRITE; /* element by element, also where one costs nothing */
    }
    /* Of text, and of one enum to another; all else is left to the server to refuse. */
    bool from_text = old_type.kind != NULL && old_type.kind->family == TEXT;
    bool to_text = new_type.kind != NULL && new_type.kind->family == TEXT;
    change.default_fails = !is_same
                           && (from_text ? !to_text || old_type.is_array != new_type.is_array
                                         : old_type.kind == NULL && new_type.kind == NULL);
    *ret_change = change;
}
