/* condition.h - what a SQLSTATE is called: "42P01" is undefined_table. */
#ifndef EP_POSTGRES_CONDITION_H
#define EP_POSTGRES_CONDITION_H

/* PostgreSQL's own name, as PL/pgSQL's EXCEPTION clause takes it; "" for one that it does not have.
 */
const char *ep_condition_name(const char *sqlstate);

#endif
