#include "sql/hazard.h"

#include "base/check.h"
#include "sql/hazard_state.h"

const struct ep_hazard_rule ep_hazard_rules[EP_HAZARD_RULE_COUNT] = {
#define EP_HAZARD(id, name_, class_, severity_, weight_, message_, remedy_) \
    {.name = (name_),                                                       \
     .class = EP_HAZARD_##class_,                                           \
     .severity = EP_HAZARD_##severity_,                                     \
     .weight = EP_HAZARD_##weight_,                                         \
     .message = (message_),                                                 \
     .remedy = (remedy_)},
#include "sql/hazard.def"
#undef EP_HAZARD
};

const char *ep_hazard_class_words(enum ep_hazard_class class)
{
    static const char *const words[] = {
        [EP_HAZARD_DATA_LOSS] = "data loss",     [EP_HAZARD_FAILURE] = "failure",
        [EP_HAZARD_LOCK] = "long lock",          [EP_HAZARD_REWRITE] = "rewrite",
        [EP_HAZARD_SERVERS] = "running servers", [EP_HAZARD_ADVICE] = "advice",
    };

    EP_CHECK((size_t) class < EP_COUNT_OF(words));
    return words[class];
}

const char *ep_hazard_severity_words(enum ep_hazard_severity severity)
{
    static const char *const words[] = {
        [EP_HAZARD_NOTE] = "note",
        [EP_HAZARD_WARNING] = "warning",
        [EP_HAZARD_DANGER] = "danger",
    };

    EP_CHECK((size_t)severity < EP_COUNT_OF(words));
    return words[severity];
}

/* Actions on things that are no relations, or that the database need not be asked for. */
static bool is_asked(const struct ep_sql_action *action)
{
    static const enum ep_sql_action_kind others[] = {
        EP_SQL_ACTION_CREATE_TABLE,      EP_SQL_ACTION_CREATE_VIEW,   EP_SQL_ACTION_CREATE_TYPE,
        EP_SQL_ACTION_DROP_SCHEMA,       EP_SQL_ACTION_DROP_TYPE,     EP_SQL_ACTION_DROP_OTHER,
        EP_SQL_ACTION_DROP_DATABASE,     EP_SQL_ACTION_RENAME_SCHEMA, EP_SQL_ACTION_RENAME_VALUE,
        EP_SQL_ACTION_DOMAIN_CONSTRAINT,
    };

    for (size_t i = 0; i < EP_COUNT_OF(others); i++) {
        if (action->kind == others[i]) {
            return false;
        }
    }
    return !ep_sql_action_has(action, EP_SQL_MARK_OF_CREATE);
}

/* One call of ep_hazard_names(). */
struct names {
    struct ep_hazard_state created; /* by the run, without IF NOT EXISTS */
    struct ep_sql_name *items;
    size_t count;
};

static void add_name(struct names *names, struct ep_sql_name name)
{
    for (const struct ep_hazard_relation *at = names->created.relations; at != NULL;
         at = at->next) {
        if (ep_hazard_state_same(at->name, name)) {
            return;
        }
    }
    for (size_t i = 0; i < names->count; i++) {
        const struct ep_sql_name *item = &names->items[i];
        if (ep_hazard_state_same(*item, name) && (item->schema == NULL) == (name.schema == NULL)) {
            return;
        }
    }
    names->items[names->count++] = name;
}

void ep_hazard_names(struct ep_arena *arena, const struct ep_hazard_subject *subjects, size_t count,
                     const struct ep_sql_name **ret_names, size_t *ret_count)
{
    struct names names = {
        .created = {.arena = arena},
        .items = ep_arena_array(arena, 2 * count, sizeof(*names.items)),
    };

    for (size_t i = 0; i < count; i++) {
        const struct ep_sql_action *action = &subjects[i].action;
        bool is_new = action->kind == EP_SQL_ACTION_CREATE_TABLE
                      && !ep_sql_action_has(action, EP_SQL_MARK_IF_EXISTS);
        if (is_new) {
            (void)ep_hazard_state_create(&names.created, action->object);
        } else if (is_asked(action)) {
            add_name(&names, action->object);
            if (action->kind == EP_SQL_ACTION_ATTACH_PARTITION && action->other.name != NULL) {
                add_name(&names, action->other);
            }
        }
    }
    *ret_names = names.items;
    *ret_count = names.count;
}
