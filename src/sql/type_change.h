/*
 * type_change.h - what ALTER COLUMN ... TYPE costs, from the two types' names.
 */
#ifndef EP_SQL_TYPE_CHANGE_H
#define EP_SQL_TYPE_CHANGE_H

#include "base/span.h"

enum ep_type_change_cost {
    EP_TYPE_CHANGE_FREE,    /* only the catalogs change */
    EP_TYPE_CHANGE_REWRITE, /* the table and its indexes are written anew */
};

struct ep_type_change {
    enum ep_type_change_cost cost;
    const char *loss;    /* what of the values gets lost, a clause; NULL: nothing */
    const char *failure; /* which values make the server refuse, a clause; NULL: none */
    bool is_known;       /* both types are among those that are understood */
    bool default_fails;  /* a default of the column has no cast that the server does by itself */
};

/*
 * from is as format_type() writes it, to as in SQL, with its aliases. An
 * explicit cast (USING column::type) cuts a text that is too long where the
 * server would refuse it otherwise.
 *
 * Source: PostgreSQL 18, ATColumnChangeRequiresRewrite, the casts of pg_cast.dat and the support
 * functions of varchar, numeric, timestamp and the like, which say when a cast does nothing.
 */
void ep_type_change_judge(struct ep_span from, struct ep_span to, bool is_explicit,
                          struct ep_type_change *ret_change);

#endif
