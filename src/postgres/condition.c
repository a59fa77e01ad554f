#include "postgres/condition.h"

#include "base/compiler.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct condition {
    const char *sqlstate, *name;
};

#define EP_CONDITION(sqlstate_, name_) {.sqlstate = (sqlstate_), .name = (name_)},
static const struct condition conditions[] = {
#include "postgres/condition.def"
};
#undef EP_CONDITION

static int compare(const void *sqlstate, const void *condition)
{
    return strcmp(sqlstate, ((const struct condition *)condition)->sqlstate);
}

const char *ep_condition_name(const char *sqlstate)
{
    const struct condition *found =
        bsearch(sqlstate, conditions, EP_COUNT_OF(conditions), sizeof(conditions[0]), compare);
    return found == NULL ? "" : found->name;
}
