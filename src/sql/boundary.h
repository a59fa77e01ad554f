/*
 * boundary.h - which statements may stand in a transaction, and which must not.
 *
 * Pure: a statement's words and the server's version in, facts out. What depends
 * on the database as well (a table that is partitioned) is told as such.
 *
 * Source: the callers of PreventInTransactionBlock() in PostgreSQL 12 to 18, and
 * TransactionStmt of src/backend/parser/gram.y. For servers before 12 that of
 * ALTER TYPE ... ADD VALUE is known too.
 */
#ifndef EP_SQL_BOUNDARY_H
#define EP_SQL_BOUNDARY_H

#include "sql/statement.h"

enum ep_boundary_kind {
    EP_BOUNDARY_NONE,           /* may run in a transaction block */
    EP_BOUNDARY_ALONE,          /* is refused in one */
    EP_BOUNDARY_IF_PARTITIONED, /* is refused in one if the table or index is partitioned */
    EP_BOUNDARY_ADD_VALUE,      /* may, but the value is of no use before a commit */
    EP_BOUNDARY_BEGIN,          /* BEGIN without any option */
    EP_BOUNDARY_COMMIT,         /* COMMIT, END: without any option */
    EP_BOUNDARY_SAVEPOINT,      /* SAVEPOINT, RELEASE, ROLLBACK TO: stay in the transaction */
    EP_BOUNDARY_CONTROL,        /* ROLLBACK, ABORT, and the above with options */
    EP_BOUNDARY_PREPARE         /* PREPARE TRANSACTION */
};

/* By what a catalog tells whether a statement that was interrupted came to its end. */
enum ep_boundary_effect {
    EP_EFFECT_NONE, /* nothing tells: it is run again */
    EP_EFFECT_INDEX_CREATED,
    EP_EFFECT_INDEX_DROPPED,
    EP_EFFECT_REINDEXED, /* only what it left when it was interrupted */
    EP_EFFECT_DATABASE_CREATED,
    EP_EFFECT_DATABASE_DROPPED,
    EP_EFFECT_TABLESPACE_CREATED,
    EP_EFFECT_TABLESPACE_DROPPED,
    EP_EFFECT_SUBSCRIPTION_CREATED,
    EP_EFFECT_SUBSCRIPTION_DROPPED,
    EP_EFFECT_PARTITION_DETACHED,
    EP_EFFECT_VALUE_ADDED
};

struct ep_boundary {
    enum ep_boundary_kind kind;
    const char *what; /* "CREATE INDEX CONCURRENTLY", for messages; "" with NONE */
    enum ep_boundary_effect effect;
    /*
     * As written, schema and quotes included; parts of the text. name is the index, database,
     * tablespace, subscription, partition or type; empty where the statement gives none. table
     * is the index's (CREATE) or the partition's parent.
     */
    struct ep_span name, table;
    struct ep_span value; /* of ADD VALUE: the literal, with its quotes */
};

/* server_version as 150018. The statement must be an EP_SQL_ITEM_STATEMENT of text. */
void ep_boundary_judge(struct ep_span text, const struct ep_sql_statement *statement,
                       int server_version, struct ep_boundary *ret_boundary);

/*
 * Whether a statement may use the enum value: one of its strings, dollar-quoted ones
 * too, has the value's text as a word of its own.
 */
bool ep_boundary_uses_value(struct ep_span text, const struct ep_sql_statement *statement,
                            struct ep_span value);

/* What a file asks for at its top, before its first statement. */
enum ep_directive {
    EP_DIRECTIVE_NONE,
    EP_DIRECTIVE_TRANSACTION,    /* -- entrypoint: transaction */
    EP_DIRECTIVE_NO_TRANSACTION, /* -- entrypoint: no-transaction */
    EP_DIRECTIVE_UNKNOWN         /* -- entrypoint: with anything else */
};

/* The first directive of a text; ret_word is what stands behind the colon, a part of text. */
enum ep_directive ep_directive_find(struct ep_span text, struct ep_span *ret_word);

#endif
