/*
 * numbered.h - the table of numbered files: public.schema_migrations.
 *
 * Where there is none it is created, with the columns filename, hash (the file's
 * SHA-256), applied_at and duration_ms. One that exists already is read by its
 * shape: a column of text holds the names, called filename, file_name,
 * migration_name, migration, name, version or id. The names may have ".sql" at
 * their end and a folder in front. In a column "version" that holds nothing but digits, as those
 * of dbmate and Rails do, they are the digits that the files' names begin with. Other
 * columns are left to their defaults; times that must be given are now().
 *
 * What is not understood is refused, golang-migrate's table of one row among it.
 */
#ifndef EP_LEDGER_NUMBERED_H
#define EP_LEDGER_NUMBERED_H

#include "ledger/ledger.h"

/*
 * A row for each column, of tables with their kinds and whether they must be given; one without a
 * column where there is no such table, none without the schema. $1 schema, $2 table, both quoted.
 */
extern const char ep_numbered_ledger_probe[];

void ep_numbered_table_init(struct ep_arena *arena, struct ep_ledger_table *table);

/* What ep_ledger_read() does for such a table. */
bool ep_numbered_ledger_read(struct ep_arena *arena, const struct ep_ledger_table *table,
                             const struct ep_result *probe, const struct ep_result *rows,
                             struct ep_ledger *ret_ledger, struct ep_error *err) EP_MUST_CHECK;

/* What ep_ledger_record() does for such a table; a row that is there already is left alone. */
bool ep_numbered_ledger_record(struct ep_session *session, const struct ep_ledger_table *table,
                               const struct ep_ledger *ledger, const struct ep_migration *migration,
                               int64_t elapsed_ms, struct ep_error *err) EP_MUST_CHECK;

#endif
