#include "steps/match.h"

#include "source/numbered.h"

/* What rows and migrations are looked up by: a number, then a text; then their own order. */
struct entry {
    int64_t number;
    const char *text;
    size_t item; /* its position in the ledger or in the list */
};

struct index {
    struct entry *entries;
    size_t count;
};

struct matcher {
    struct ep_arena *arena;
    const struct ep_migration_list *migrations;
    const struct ep_ledger *ledger;
    struct ep_match *match;
    struct index by_time;          /* rows: created_at and hash */
    struct index by_hash, by_name; /* rows */
    struct index all_by_time;      /* migrations: created_at and hash */
    struct index all_by_hash;      /* migrations */
};

static int compare_keys(const struct entry *a, int64_t number, const char *text)
{
    if (a->number != number) {
        return a->number < number ? -1 : 1;
    }
    return strcmp(a->text, text);
}

static int compare_entries(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int order = compare_keys(x, y->number, y->text);
    return order != 0 ? order : (x->item > y->item) - (x->item < y->item);
}

static struct index index_open(struct ep_arena *arena, size_t most)
{
    return (struct index){.entries = ep_arena_array(arena, most, sizeof(struct entry))};
}

static void index_add(struct index *index, int64_t number, const char *text, size_t item)
{
    index->entries[index->count++] = (struct entry){.number = number, .text = text, .item = item};
}

static void index_sort(struct index *index)
{
    for (size_t i = 1; i < index->count; i++) { /* mostly they are in order already */
        if (compare_entries(&index->entries[i - 1], &index->entries[i]) > 0) {
            qsort(index->entries, index->count, sizeof(*index->entries), compare_entries);
            return;
        }
    }
}

/* The first entry that is not before the key. */
static size_t index_find(const struct index *index, int64_t number, const char *text)
{
    size_t low = 0, high = index->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_keys(&index->entries[middle], number, text) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool at_number(const struct index *index, size_t at, int64_t number)
{
    return at < index->count && index->entries[at].number == number;
}

static bool at_key(const struct index *index, size_t at, int64_t number, const char *text)
{
    return at_number(index, at, number) && strcmp(index->entries[at].text, text) == 0;
}

/* --- rows without a name --- */

/*
 * Drizzle takes the digits of created_at but for the last three, so a time before 1970 is
 * rounded towards it, unlike in its folder's name.
 */
static int64_t upgrade_second(const struct ep_ledger_row *row)
{
    return row->created_at / 1000 * 1000;
}

static bool is_folder(const struct matcher *matcher, size_t item)
{
    return matcher->migrations->items[item].layout == EP_LAYOUT_FOLDERS;
}

/* The migration whose name Drizzle's upgrade of the table would write into a row. */
static const struct ep_migration *upgrade_owner(const struct matcher *matcher,
                                                const struct ep_ledger_row *row)
{
    const struct index *times = &matcher->all_by_time, *hashes = &matcher->all_by_hash;
    const struct ep_migration *items = matcher->migrations->items, *found = NULL;
    int64_t second = upgrade_second(row);
    size_t candidates = 0;

    if (row->has_created_at) {
        for (size_t at = index_find(times, second, ""); at_number(times, at, second); at++) {
            candidates++;
            found = &items[times->entries[at].item];
        }
    }
    if (candidates == 1) {
        return found;
    }
    if (candidates > 1) {
        size_t at = index_find(times, second, row->hash);
        return at_key(times, at, second, row->hash) ? &items[times->entries[at].item] : NULL;
    }
    for (size_t at = index_find(hashes, 0, row->hash); at_key(hashes, at, 0, row->hash); at++) {
        found = &items[hashes->entries[at].item]; /* the last wins */
    }
    return found;
}

/* --- migrations in folders of their own --- */

static void match_folders(struct matcher *matcher)
{
    const struct ep_ledger *ledger = matcher->ledger;
    size_t count = matcher->migrations->count;
    struct index names = index_open(matcher->arena, count);

    matcher->all_by_time = index_open(matcher->arena, count);
    matcher->all_by_hash = index_open(matcher->arena, count);
    for (size_t i = 0; i < count; i++) {
        const struct ep_migration *migration = &matcher->migrations->items[i];
        if (is_folder(matcher, i)) {
            index_add(&names, 0, migration->tag, i);
            index_add(&matcher->all_by_time, migration->created_at, migration->hash, i);
            index_add(&matcher->all_by_hash, 0, migration->hash, i);
        }
    }
    index_sort(&names);
    index_sort(&matcher->all_by_time);
    index_sort(&matcher->all_by_hash);

    for (size_t i = 0; i < ledger->row_count && names.count > 0; i++) {
        const struct ep_ledger_row *row = &ledger->rows[i];
        const struct ep_migration *owner = NULL;
        if (row->name != NULL) {
            size_t at = index_find(&names, 0, row->name);
            if (at_key(&names, at, 0, row->name)) {
                owner = &matcher->migrations->items[names.entries[at].item];
            }
        } else {
            owner = upgrade_owner(matcher, row);
        }
        if (owner != NULL) {
            const struct ep_ledger_row **slot =
                &matcher->match->rows[owner - matcher->migrations->items];
            matcher->match->owners[i] = owner;
            matcher->match->matched_count += *slot == NULL;
            *slot = *slot == NULL ? row : *slot;
        }
    }
}

/* --- numbered files --- */

/* What the table knows a file by: its tag, or the digits that it begins with. */
const char *ep_match_name(struct ep_arena *arena, const struct ep_migration *migration,
                          const struct ep_ledger *ledger)
{
    struct ep_span number = ep_numbered_number(migration->tag);

    if (ledger->names == NULL || !ledger->names->by_number || number.size == 0) {
        return migration->tag;
    }
    return ep_arena_copy(arena, number);
}

static void own(struct matcher *matcher, size_t row, size_t item)
{
    struct ep_match *match = matcher->match;

    match->owners[row] = &matcher->migrations->items[item];
    match->matched_count += match->rows[item] == NULL;
    match->rows[item] = match->rows[item] == NULL ? &matcher->ledger->rows[row] : match->rows[item];
}

/* A row whose file is gone belongs to the file with the same content that has no row: renamed. */
static void match_renamed(struct matcher *matcher)
{
    const struct ep_migration_list *migrations = matcher->migrations;

    for (size_t i = 0; i < matcher->ledger->row_count; i++) {
        const struct ep_ledger_row *row = &matcher->ledger->rows[i];
        for (size_t j = 0; j < migrations->count && matcher->match->owners[i] == NULL; j++) {
            if (!row->is_hashless && matcher->match->rows[j] == NULL
                && strcmp(migrations->items[j].hash, row->hash) == 0) {
                own(matcher, i, j);
            }
        }
    }
}

static void match_numbered(struct matcher *matcher)
{
    struct index names = index_open(matcher->arena, matcher->migrations->count);

    for (size_t i = 0; i < matcher->migrations->count; i++) {
        index_add(&names, 0,
                  ep_match_name(matcher->arena, &matcher->migrations->items[i], matcher->ledger),
                  i);
    }
    index_sort(&names);
    for (size_t i = 0; i < matcher->ledger->row_count; i++) {
        const char *name = matcher->ledger->rows[i].name;
        size_t at = index_find(&names, 0, name);
        if (at_key(&names, at, 0, name)) {
            own(matcher, i, names.entries[at].item);
        }
    }
    match_renamed(matcher);
}

/* --- migrations of a journal --- */

enum pass { PASS_EXACT, PASS_TIME, PASS_NAME, PASS_SECONDS, PASS_HASH, PASS_COUNT };

static int64_t whole_seconds(int64_t ms)
{
    int64_t rest = (ms % 1000 + 1000) % 1000;
    return ms < INT64_MIN + rest ? ms : ms - rest; /* the first of all begins before all times */
}

/* The first row with the key that nobody has; any_text: of those from the text on. */
static const struct ep_ledger_row *claim(struct matcher *matcher, const struct index *index,
                                         int64_t number, const char *text, bool any_text)
{
    for (size_t at = index_find(index, number, text);
         any_text ? at_number(index, at, number) : at_key(index, at, number, text); at++) {
        size_t item = index->entries[at].item;
        if (matcher->match->owners[item] == NULL) {
            return &matcher->ledger->rows[item];
        }
    }
    return NULL;
}

static const struct ep_ledger_row *find_row(struct matcher *matcher,
                                            const struct ep_migration *migration, enum pass pass)
{
    switch (pass) {
    case PASS_EXACT:
        return claim(matcher, &matcher->by_time, migration->created_at, migration->hash, false);
    case PASS_TIME:
        return claim(matcher, &matcher->by_time, migration->created_at, "", true);
    case PASS_NAME:
        return claim(matcher, &matcher->by_name, 0, ep_migration_name(matcher->arena, migration),
                     false);
    case PASS_SECONDS:
        return claim(matcher, &matcher->by_time, whole_seconds(migration->created_at),
                     migration->hash, false);
    case PASS_HASH:
        return claim(matcher, &matcher->by_hash, 0, migration->hash, false);
    case PASS_COUNT:
        break;
    }
    return NULL;
}

/* What a pass looks rows up by; the first is nearly always all that is needed. */
static void index_rows(struct matcher *matcher, enum pass pass)
{
    const struct ep_ledger *ledger = matcher->ledger;
    struct index index = index_open(matcher->arena, ledger->row_count);

    for (size_t i = 0; i < ledger->row_count; i++) {
        const struct ep_ledger_row *row = &ledger->rows[i];
        if (pass == PASS_EXACT && row->has_created_at) {
            index_add(&index, row->created_at, row->hash, i);
        } else if (pass == PASS_NAME && row->name != NULL) {
            index_add(&index, 0, row->name, i);
        } else if (pass == PASS_HASH) {
            index_add(&index, 0, row->hash, i);
        }
    }
    index_sort(&index);
    if (pass == PASS_EXACT) {
        matcher->by_time = index;
    } else if (pass == PASS_NAME) {
        matcher->by_name = index;
    } else if (pass == PASS_HASH) {
        matcher->by_hash = index;
    }
}

/* Each pass over all migrations, so that a weaker reason never takes another's row. */
static void match_journals(struct matcher *matcher)
{
    const struct ep_migration_list *migrations = matcher->migrations;
    struct ep_match *match = matcher->match;

    for (enum pass pass = PASS_EXACT; pass < PASS_COUNT && match->matched_count < migrations->count;
         pass++) {
        index_rows(matcher, pass);
        for (size_t i = 0; i < migrations->count; i++) {
            if (match->rows[i] != NULL || is_folder(matcher, i)) {
                continue;
            }
            const struct ep_ledger_row *row = find_row(matcher, &migrations->items[i], pass);
            if (row != NULL) {
                match->rows[i] = row;
                match->owners[row - matcher->ledger->rows] = &migrations->items[i];
                match->matched_count++;
            }
        }
    }
}

/* A row that says what another one says: of two Drizzles that ran at once. */
static bool is_repeated(const struct ep_ledger_row *row, const struct ep_ledger_row *other,
                        const struct ep_migration *migration)
{
    if (row->name != NULL && other->name != NULL) {
        return strcmp(row->name, other->name) == 0;
    }
    return (row->has_created_at && row->created_at == migration->created_at)
           || strcmp(row->hash, migration->hash) == 0;
}

static void own_repeated(struct matcher *matcher)
{
    const struct ep_migration_list *migrations = matcher->migrations;

    for (size_t i = 0; i < matcher->ledger->row_count; i++) {
        for (size_t j = 0; j < migrations->count && matcher->match->owners[i] == NULL; j++) {
            const struct ep_ledger_row *row = matcher->match->rows[j];
            if (row != NULL && !is_folder(matcher, j)
                && is_repeated(&matcher->ledger->rows[i], row, &migrations->items[j])) {
                matcher->match->owners[i] = &migrations->items[j];
            }
        }
    }
}

void ep_match_make(struct ep_arena *arena, const struct ep_migration_list *migrations,
                   const struct ep_ledger *ledger, struct ep_match *ret_match)
{
    struct matcher matcher = {
        .arena = arena, .migrations = migrations, .ledger = ledger, .match = ret_match};

    *ret_match = (struct ep_match){
        .rows = ep_arena_array(arena, migrations->count, sizeof(*ret_match->rows)),
        .owners = ep_arena_array(arena, ledger->row_count, sizeof(*ret_match->owners)),
    };
    if (ledger->shape == EP_LEDGER_NAMES) {
        match_numbered(&matcher);
        return;
    }
    match_folders(&matcher);
    match_journals(&matcher);
    own_repeated(&matcher);
}

void ep_match_find_mismatches(struct ep_arena *arena, const struct ep_migration_list *migrations,
                              const struct ep_match *match, const size_t **ret_indices,
                              size_t *ret_count)
{
    size_t *indices = NULL;
    size_t count = 0;

    for (size_t i = 0; i < migrations->count; i++) {
        const struct ep_ledger_row *row = match->rows[i];
        if (row != NULL && !row->is_hashless && strcmp(row->hash, migrations->items[i].hash) != 0) {
            indices = ep_arena_grow(arena, indices, count, sizeof(*indices));
            indices[count++] = i;
        }
    }
    *ret_indices = indices;
    *ret_count = count;
}
