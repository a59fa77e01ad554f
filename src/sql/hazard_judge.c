/* The rules: action by action, with what the run has done before. */
#include "sql/hazard_key.h"
#include "sql/type_change.h"

#include <stdint.h>

/* Versions of PostgreSQL, as 120000, from which on something costs less. */
enum {
    CONSTANT_DEFAULT_IS_FREE = 110000,
    CHECK_PROVES_NOT_NULL = 120000,
    /* CREATE INDEX CONCURRENTLY misses rows: see the notes of release 14.4. */
    INDEX_CORRUPTION_FROM = 140000,
    INDEX_CORRUPTION_UP_TO = 140003,
};

/* One call of ep_hazard_judge(). */
struct judge {
    struct ep_hazard_report report;
    struct ep_hazard_state state;
    int server_version;
    struct ep_hazard_keys keys;
    struct ep_sql_name *dropped_types;
    size_t dropped_type_count;
};

/* The action at hand. */
struct scene {
    const struct ep_hazard_subject *subject;
    const struct ep_sql_action *action;
    struct ep_hazard_relation *relation;
};

static const struct ep_hazard_words no_words;

static void add(struct judge *judge, const struct scene *scene, enum ep_hazard_id id)
{
    ep_hazard_report_add(&judge->report, id, scene->subject, scene->relation, no_words);
}

static void add_detail(struct judge *judge, const struct scene *scene, enum ep_hazard_id id,
                       const char *detail)
{
    ep_hazard_report_add(&judge->report, id, scene->subject, scene->relation,
                         (struct ep_hazard_words){.detail = detail});
}

static bool has(const struct scene *scene, enum ep_sql_action_mark mark)
{
    return ep_sql_action_has(scene->action, mark);
}

static void judge_create(struct judge *judge, const struct scene *scene)
{
    struct ep_sql_name name = scene->action->object;

    if (scene->action->kind == EP_SQL_ACTION_CREATE_TYPE) {
        for (size_t i = 0; i < judge->dropped_type_count; i++) {
            if (ep_hazard_state_same(judge->dropped_types[i], name)) {
                ep_hazard_report_add(&judge->report, EP_HAZARD_RULE_ENUM_RECREATED, scene->subject,
                                     NULL, no_words);
            }
        }
        return;
    }
    if (has(scene, EP_SQL_MARK_IF_EXISTS)) {
        const struct ep_hazard_relation *old = ep_hazard_state_find(&judge->state, name);
        if (!old->is_dropped && (old->is_created || (old->fact != NULL && old->fact->exists))) {
            return; /* nothing happens */
        }
    }
    (void)ep_hazard_state_create(&judge->state, name);
}

/* What is no relation, and has no facts. */
static void judge_drop_other(struct judge *judge, const struct scene *scene)
{
    bool is_owned = scene->action->name != NULL && strcmp(scene->action->name, "OWNED BY") == 0;
    struct ep_hazard_words words = {
        .type = scene->action->name,
        .detail = has(scene, EP_SQL_MARK_CASCADE) ? " CASCADE" : NULL,
    };

    if (scene->action->kind == EP_SQL_ACTION_DROP_DATABASE) {
        ep_hazard_report_add(&judge->report, EP_HAZARD_RULE_DROP_DATABASE, scene->subject, NULL,
                             words);
    } else if (words.detail != NULL || is_owned) {
        ep_hazard_report_add(&judge->report, EP_HAZARD_RULE_DROP_CASCADE, scene->subject, NULL,
                             words);
    }
    if (scene->action->kind == EP_SQL_ACTION_DROP_TYPE) {
        judge->dropped_types[judge->dropped_type_count++] = scene->action->object;
    }
}

static void judge_add_column(struct judge *judge, const struct scene *scene)
{
    struct ep_hazard_column *column =
        ep_hazard_state_first(&judge->state, scene->relation, scene->action);
    bool has_default = has(scene, EP_SQL_MARK_DEFAULT);
    bool is_computed = has(scene, EP_SQL_MARK_COMPUTED)
                       || (has_default && judge->server_version < CONSTANT_DEFAULT_IS_FREE);

    if (column == NULL || (column->fact != NULL && has(scene, EP_SQL_MARK_IF_EXISTS))) {
        return; /* nothing happens */
    }
    if (has(scene, EP_SQL_MARK_NOT_NULL) && !has_default) {
        add(judge, scene, EP_HAZARD_RULE_REQUIRED_COLUMN);
    }
    if (is_computed) {
        add(judge, scene, EP_HAZARD_RULE_COLUMN_REWRITE);
    }
    if (ep_sql_word_is(scene->action->type, "JSON")) {
        add(judge, scene, EP_HAZARD_RULE_JSON_COLUMN);
    }
    *column = (struct ep_hazard_column){
        .name = column->name,
        .type = scene->action->type,
        .is_added = true,
        .has_default = has_default,
        .is_filled = has_default,
        .next = column->next,
    };
}

static void judge_drop_column(struct judge *judge, const struct scene *scene)
{
    const struct ep_hazard_column *column =
        ep_hazard_state_first(&judge->state, scene->relation, scene->action);
    bool is_absent = column == NULL || (column->fact == NULL && scene->relation->fact != NULL);

    if (!is_absent && !column->is_added) {
        add(judge, scene, EP_HAZARD_RULE_DROP_COLUMN);
    }
}

static void judge_set_type(struct judge *judge, const struct scene *scene)
{
    struct ep_hazard_column *column =
        ep_hazard_state_first(&judge->state, scene->relation, scene->action);
    struct ep_type_change change = {.cost = EP_TYPE_CHANGE_REWRITE};

    if (column == NULL || (column->type.size == 0 && scene->relation->fact != NULL)) {
        return; /* no such column: the server will say so */
    }
    if (column->type.size > 0) {
        ep_type_change_judge(column->type, scene->action->type, has(scene, EP_SQL_MARK_CAST),
                             &change);
    }
    if (has(scene, EP_SQL_MARK_USING)) {
        change.cost = EP_TYPE_CHANGE_REWRITE;
        change.loss = NULL;
        change.failure = "what becomes of the values is for USING to say";
    }
    if (change.default_fails && column->has_default) {
        add(judge, scene, EP_HAZARD_RULE_DEFAULT_NOT_CAST);
    }
    if (change.loss != NULL) {
        add_detail(judge, scene, EP_HAZARD_RULE_LOSSY_TYPE, change.loss);
    }
    if (change.cost == EP_TYPE_CHANGE_REWRITE) {
        const char *failure = change.failure == NULL ? "" : change.failure;
        add_detail(
            judge, scene, EP_HAZARD_RULE_TYPE_REWRITE,
            ep_arena_format(judge->state.arena, "%s%s", failure[0] == '\0' ? "" : "; ", failure));
    }
    column->type = scene->action->type;
}

static void judge_set_not_null(struct judge *judge, const struct scene *scene)
{
    const struct ep_hazard_column *column =
        ep_hazard_state_first(&judge->state, scene->relation, scene->action);
    int percent = -1;

    if (column == NULL || (column->fact != NULL && column->fact->is_not_null)
        || (judge->server_version >= CHECK_PROVES_NOT_NULL
            && ep_hazard_state_is_proven(scene->relation, column->name))) {
        return;
    }
    add(judge, scene, EP_HAZARD_RULE_NOT_NULL_LOCK);
    if (column->fact != NULL) {
        percent = column->fact->null_percent;
    }
    if (!column->is_filled && percent != 0) {
        add_detail(judge, scene, EP_HAZARD_RULE_NULL_VALUES,
                   percent < 0 ? NULL
                               : ep_arena_format(judge->state.arena,
                                                 ": it was NULL in %d %% of the rows when they "
                                                 "were last analyzed",
                                                 percent));
    }
}

static void judge_column(struct judge *judge, const struct scene *scene)
{
    struct ep_hazard_column *column =
        ep_hazard_state_first(&judge->state, scene->relation, scene->action);

    switch ((int)scene->action->kind) {
    case EP_SQL_ACTION_ADD_COLUMN:
        judge_add_column(judge, scene);
        break;
    case EP_SQL_ACTION_DROP_COLUMN:
        judge_drop_column(judge, scene);
        break;
    case EP_SQL_ACTION_SET_TYPE:
        judge_set_type(judge, scene);
        break;
    case EP_SQL_ACTION_DROP_NOT_NULL:
        if (!column->is_added) {
            add(judge, scene, EP_HAZARD_RULE_DROP_NOT_NULL);
        }
        break;
    case EP_SQL_ACTION_SET_DEFAULT:
    case EP_SQL_ACTION_DROP_DEFAULT:
        column->has_default = scene->action->kind == EP_SQL_ACTION_SET_DEFAULT;
        break;
    case EP_SQL_ACTION_RENAME_COLUMN:
        if (!column->is_added) {
            add(judge, scene, EP_HAZARD_RULE_RENAME_COLUMN);
        }
        if (scene->action->other.name != NULL) {
            ep_hazard_state_rename_column(&judge->state, scene->relation, column->name,
                                          scene->action->other.name);
        }
        break;
    default:
        break;
    }
}

static void judge_constraint(struct judge *judge, const struct scene *scene)
{
    const struct ep_sql_action *action = scene->action;
    bool is_valid = !has(scene, EP_SQL_MARK_NOT_VALID);
    struct ep_hazard_constraint constraint = {
        .name = action->name, .is_valid = is_valid, .transaction = scene->subject->transaction};

    if (action->kind == EP_SQL_ACTION_ADD_CHECK) {
        constraint.column = action->column_count == 0 ? NULL : action->columns[0];
        if (is_valid) {
            add(judge, scene, EP_HAZARD_RULE_CHECK_LOCK);
        }
    } else if (action->kind == EP_SQL_ACTION_ADD_FOREIGN_KEY) {
        ep_hazard_key_add(&judge->keys.foreign_keys, scene->relation, scene->subject);
        if (is_valid) {
            add(judge, scene, EP_HAZARD_RULE_FOREIGN_KEY_LOCK);
        }
    }
    ep_hazard_state_add_constraint(&judge->state, scene->relation, constraint);
}

static void judge_validate(struct judge *judge, const struct scene *scene)
{
    const char *name = scene->action->name;
    const struct ep_hazard_constraint *own =
        name == NULL ? NULL : ep_hazard_state_constraint(scene->relation, name);

    if (own != NULL && own->transaction == scene->subject->transaction) {
        add(judge, scene, EP_HAZARD_RULE_VALIDATE_LOCK);
    }
    if (name != NULL) {
        ep_hazard_state_validate(&judge->state, scene->relation, name);
    }
}

/* Indexes, and the constraints that are made of one. */
static void judge_index(struct judge *judge, const struct scene *scene)
{
    enum ep_sql_action_kind kind = scene->action->kind;

    ep_hazard_key_add(&judge->keys.indexes, scene->relation, scene->subject);
    if (kind == EP_SQL_ACTION_CREATE_INDEX) {
        if (!has(scene, EP_SQL_MARK_CONCURRENTLY)) {
            add(judge, scene, EP_HAZARD_RULE_INDEX_LOCK);
        } else if (judge->server_version >= INDEX_CORRUPTION_FROM
                   && judge->server_version <= INDEX_CORRUPTION_UP_TO) {
            add(judge, scene, EP_HAZARD_RULE_INDEX_CORRUPTION);
        }
    } else if (kind == EP_SQL_ACTION_ADD_EXCLUSION) {
        add(judge, scene, EP_HAZARD_RULE_EXCLUSION_LOCK);
    } else if (!has(scene, EP_SQL_MARK_USING_INDEX)) {
        add_detail(judge, scene, EP_HAZARD_RULE_UNIQUE_LOCK,
                   kind == EP_SQL_ACTION_ADD_UNIQUE ? "UNIQUE" : "PRIMARY KEY");
    }
}

static void judge_rows(struct judge *judge, const struct scene *scene)
{
    bool has_where = has(scene, EP_SQL_MARK_WHERE);

    if (scene->action->kind == EP_SQL_ACTION_DELETE) {
        if (!has_where) {
            add(judge, scene, EP_HAZARD_RULE_DELETE_ALL);
        }
        return;
    }
    if (scene->relation->altered_in == scene->subject->transaction) {
        add(judge, scene, EP_HAZARD_RULE_FILL_UNDER_LOCK);
    } else if (!has_where) {
        add(judge, scene, EP_HAZARD_RULE_UPDATE_ALL);
    }
    for (size_t i = 0; i < scene->action->column_count; i++) {
        ep_hazard_state_column(&judge->state, scene->relation, scene->action->columns[i])
            ->is_filled = true;
    }
}

static void judge_rename(struct judge *judge, const struct scene *scene)
{
    add(judge, scene, EP_HAZARD_RULE_RENAME_TABLE);
    if (scene->action->other.name != NULL) {
        scene->relation->name = scene->action->other;
    }
}

static void judge_attach(struct judge *judge, const struct scene *scene)
{
    struct ep_sql_name name = scene->action->other;

    if (name.name != NULL) {
        struct scene partition = *scene;
        partition.relation = ep_hazard_state_find(&judge->state, name);
        ep_hazard_report_add(
            &judge->report, EP_HAZARD_RULE_ATTACH_LOCK, scene->subject, partition.relation,
            (struct ep_hazard_words){.object = name.schema == NULL
                                                   ? name.name
                                                   : ep_arena_format(judge->state.arena, "%s.%s",
                                                                     name.schema, name.name)});
    }
}

/* Kinds that one rule is all about, unless it is done CONCURRENTLY or NOT VALID. */
static bool judge_simple(struct judge *judge, const struct scene *scene)
{
    static const struct {
        enum ep_sql_action_kind kind;
        enum ep_hazard_id id;
        unsigned harmless; /* marks */
        bool is_relation;
    } rows[] = {
        {EP_SQL_ACTION_DROP_TABLE, EP_HAZARD_RULE_DROP_TABLE, 0, true},
        {EP_SQL_ACTION_DROP_INDEX, EP_HAZARD_RULE_DROP_INDEX_LOCK, EP_SQL_MARK_CONCURRENTLY, true},
        {EP_SQL_ACTION_RENAME_SCHEMA, EP_HAZARD_RULE_RENAME_SCHEMA, 0, false},
        {EP_SQL_ACTION_RENAME_VALUE, EP_HAZARD_RULE_RENAME_VALUE, 0, false},
        {EP_SQL_ACTION_REWRITE_TABLE, EP_HAZARD_RULE_TABLE_REWRITE, 0, true},
        {EP_SQL_ACTION_DETACH_PARTITION, EP_HAZARD_RULE_DETACH_LOCK, EP_SQL_MARK_CONCURRENTLY,
         true},
        {EP_SQL_ACTION_REINDEX, EP_HAZARD_RULE_REINDEX_LOCK, EP_SQL_MARK_CONCURRENTLY, true},
        {EP_SQL_ACTION_REFRESH_VIEW, EP_HAZARD_RULE_REFRESH_LOCK, EP_SQL_MARK_CONCURRENTLY, true},
        {EP_SQL_ACTION_LOCK_TABLE, EP_HAZARD_RULE_LOCK_TABLE, 0, true},
        {EP_SQL_ACTION_DOMAIN_CONSTRAINT, EP_HAZARD_RULE_DOMAIN_LOCK, EP_SQL_MARK_NOT_VALID, false},
    };

    for (size_t i = 0; i < EP_COUNT_OF(rows); i++) {
        if (scene->action->kind == rows[i].kind) {
            if ((scene->action->marks & rows[i].harmless) == 0) {
                ep_hazard_report_add(&judge->report, rows[i].id, scene->subject,
                                     rows[i].is_relation ? scene->relation : NULL, no_words);
            }
            return true;
        }
    }
    return false;
}

static void judge_other(struct judge *judge, const struct scene *scene)
{
    switch ((int)scene->action->kind) {
    case EP_SQL_ACTION_DROP_VIEW:
        ep_hazard_report_add(&judge->report, EP_HAZARD_RULE_DROP_VIEW, scene->subject,
                             scene->relation,
                             (struct ep_hazard_words){.type = scene->action->name});
        break;
    case EP_SQL_ACTION_TRUNCATE:
        add_detail(judge, scene, EP_HAZARD_RULE_TRUNCATE,
                   has(scene, EP_SQL_MARK_CASCADE) ? ", and those of every table that refers to it"
                                                   : NULL);
        break;
    case EP_SQL_ACTION_SET_NOT_NULL:
        judge_set_not_null(judge, scene);
        break;
    case EP_SQL_ACTION_ADD_CHECK:
    case EP_SQL_ACTION_ADD_FOREIGN_KEY:
        judge_constraint(judge, scene);
        break;
    case EP_SQL_ACTION_VALIDATE_CONSTRAINT:
        judge_validate(judge, scene);
        break;
    case EP_SQL_ACTION_CREATE_INDEX:
    case EP_SQL_ACTION_ADD_UNIQUE:
    case EP_SQL_ACTION_ADD_PRIMARY_KEY:
    case EP_SQL_ACTION_ADD_EXCLUSION:
        judge_index(judge, scene);
        break;
    case EP_SQL_ACTION_UPDATE:
    case EP_SQL_ACTION_DELETE:
        judge_rows(judge, scene);
        break;
    case EP_SQL_ACTION_RENAME_TABLE:
    case EP_SQL_ACTION_RENAME_VIEW:
    case EP_SQL_ACTION_SET_SCHEMA:
        judge_rename(judge, scene);
        break;
    case EP_SQL_ACTION_ATTACH_PARTITION:
        judge_attach(judge, scene);
        break;
    default:
        if (scene->action->column_count > 0) {
            judge_column(judge, scene);
        }
        break;
    }
}

/* ALTER TABLE keeps nearly everybody out until its transaction ends. */
static bool is_alteration(enum ep_sql_action_kind kind)
{
    static const enum ep_sql_action_kind kinds[] = {
        EP_SQL_ACTION_ADD_COLUMN,      EP_SQL_ACTION_DROP_COLUMN,   EP_SQL_ACTION_SET_TYPE,
        EP_SQL_ACTION_SET_NOT_NULL,    EP_SQL_ACTION_DROP_NOT_NULL, EP_SQL_ACTION_SET_DEFAULT,
        EP_SQL_ACTION_DROP_DEFAULT,    EP_SQL_ACTION_ADD_CHECK,     EP_SQL_ACTION_ADD_UNIQUE,
        EP_SQL_ACTION_ADD_PRIMARY_KEY, EP_SQL_ACTION_RENAME_TABLE,  EP_SQL_ACTION_RENAME_COLUMN,
    };

    for (size_t i = 0; i < EP_COUNT_OF(kinds); i++) {
        if (kind == kinds[i]) {
            return true;
        }
    }
    return false;
}

static void judge_action(struct judge *judge, const struct ep_hazard_subject *subject)
{
    struct scene scene = {.subject = subject, .action = &subject->action};

    switch ((int)scene.action->kind) {
    case EP_SQL_ACTION_CREATE_TABLE:
    case EP_SQL_ACTION_CREATE_VIEW:
    case EP_SQL_ACTION_CREATE_TYPE:
        judge_create(judge, &scene);
        return;
    case EP_SQL_ACTION_DROP_SCHEMA:
    case EP_SQL_ACTION_DROP_TYPE:
    case EP_SQL_ACTION_DROP_OTHER:
    case EP_SQL_ACTION_DROP_DATABASE:
        judge_drop_other(judge, &scene);
        return;
    default:
        break;
    }
    scene.relation = ep_hazard_state_find(&judge->state, scene.action->object);
    if (has(&scene, EP_SQL_MARK_OF_CREATE) && !scene.relation->is_created) {
        return; /* of a CREATE TABLE IF NOT EXISTS that does nothing */
    }
    if (!judge_simple(judge, &scene)) {
        judge_other(judge, &scene);
    }
    if (scene.action->kind == EP_SQL_ACTION_DROP_TABLE
        || scene.action->kind == EP_SQL_ACTION_DROP_VIEW) {
        scene.relation->is_dropped = true;
    } else if (is_alteration(scene.action->kind)) {
        scene.relation->altered_in = subject->transaction;
    }
}

/* Those of the foreign keys go where their statements are; each is behind what it was. */
static void sort(struct ep_hazard_list *list)
{
    for (size_t i = 1; i < list->count; i++) {
        struct ep_hazard hazard = list->items[i];
        size_t at = i;
        for (; at > 0 && list->items[at - 1].subject > hazard.subject; at--) {
            list->items[at] = list->items[at - 1];
        }
        list->items[at] = hazard;
    }
}

void ep_hazard_judge(struct ep_arena *arena, const struct ep_hazard_subject *subjects, size_t count,
                     const struct ep_relation_list *facts, int server_version,
                     struct ep_hazard_list *ret_list)
{
    struct judge judge = {
        .report = {.arena = arena},
        .state = {.arena = arena, .facts = facts},
        .server_version = server_version,
        .dropped_types = ep_arena_array(arena, count, sizeof(*judge.dropped_types)),
    };

    ep_hazard_keys_init(arena, count, &judge.keys);
    for (size_t i = 0; i < count; i++) {
        judge_action(&judge, &subjects[i]);
    }
    ep_hazard_keys_judge(&judge.keys, &judge.report);
    sort(&judge.report.list);
    *ret_list = judge.report.list;
}
