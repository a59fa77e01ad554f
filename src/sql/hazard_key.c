#include "sql/hazard_key.h"

void ep_hazard_keys_init(struct ep_arena *arena, size_t count, struct ep_hazard_keys *ret_keys)
{
    ret_keys->indexes = (struct ep_hazard_key_list){
        .items = ep_arena_array(arena, count, sizeof(struct ep_hazard_key))};
    ret_keys->foreign_keys = (struct ep_hazard_key_list){
        .items = ep_arena_array(arena, count, sizeof(struct ep_hazard_key))};
}

void ep_hazard_key_add(struct ep_hazard_key_list *list, const struct ep_hazard_relation *relation,
                       const struct ep_hazard_subject *subject)
{
    list->items[list->count++] = (struct ep_hazard_key){.relation = relation, .subject = subject};
}

/* Whether the leading columns of an index are those of the key, in any order. */
static bool covers(const char *const *columns, size_t count, const struct ep_sql_action *key)
{
    if (count < key->column_count) {
        return false;
    }
    for (size_t i = 0; i < key->column_count; i++) {
        bool found = false;
        for (size_t j = 0; j < key->column_count; j++) {
            found = found || strcmp(columns[j], key->columns[i]) == 0;
        }
        if (!found) {
            return false;
        }
    }
    return true;
}

static bool has_index(const struct ep_hazard_keys *keys, const struct ep_hazard_key *key)
{
    const struct ep_sql_action *action = &key->subject->action;
    const struct ep_relation *fact = key->relation->fact;

    for (size_t i = 0; i < keys->indexes.count; i++) {
        const struct ep_hazard_key *index = &keys->indexes.items[i];
        if (index->relation == key->relation
            && covers(index->subject->action.columns, index->subject->action.column_count,
                      action)) {
            return true;
        }
    }
    for (size_t i = 0; fact != NULL && i < fact->index_count; i++) {
        if (covers(fact->indexes[i].columns, fact->indexes[i].column_count, action)) {
            return true;
        }
    }
    return false;
}

void ep_hazard_keys_judge(const struct ep_hazard_keys *keys, struct ep_hazard_report *report)
{
    for (size_t i = 0; i < keys->foreign_keys.count; i++) {
        const struct ep_hazard_key *key = &keys->foreign_keys.items[i];
        if (key->subject->action.column_count > 0 && !key->relation->is_dropped
            && !has_index(keys, key)) {
            /* Also of a table of the run: its index is missing as much. */
            ep_hazard_report_add(report, EP_HAZARD_RULE_FOREIGN_KEY_INDEX, key->subject, NULL,
                                 (struct ep_hazard_words){0});
        }
    }
}
