#include "sql/action_reader.h"

struct ep_sql_action *ep_sql_reader_add(const struct ep_sql_reader *reader,
                                        enum ep_sql_action_kind kind, size_t offset,
                                        struct ep_sql_name object)
{
    struct ep_sql_action_list *list = reader->list;

    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? 16 : list->capacity * 2;
        struct ep_sql_action *items = ep_arena_array(reader->arena, capacity, sizeof(*items));
        if (list->count > 0) {
            memcpy(items, list->items, list->count * sizeof(*items));
        }
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count] =
        (struct ep_sql_action){.kind = kind, .offset = offset, .object = object};
    return &list->items[list->count++];
}

void ep_sql_reader_set_column(const struct ep_sql_reader *reader, struct ep_sql_action *action,
                              const char *column)
{
    const char **columns = ep_arena_array(reader->arena, 1, sizeof(*columns));

    columns[0] = column;
    action->columns = columns;
    action->column_count = column == NULL ? 0 : 1;
}
