/*
 * sections.h - files that hold both ways: what dbmate, goose and sql-migrate write.
 *
 *     -- migrate:up [transaction:false]     -- +goose Up              -- +migrate Up
 * [notransaction] CREATE TABLE a ();                    CREATE TABLE a ();        CREATE TABLE a
 * ();
 *     -- migrate:down                       -- +goose Down            -- +migrate Down
 *     DROP TABLE a;                         DROP TABLE a;             DROP TABLE a;
 *
 * The part that goes up is the migration; the other one is what a rollback runs.
 * Lines are looked at as these tools do, also within strings; case and blanks do
 * not matter. goose's "NO TRANSACTION" counts wherever it stands. StatementBegin and StatementEnd
 * are comments here: nothing is cut at semicolons.
 */
#ifndef EP_SOURCE_SECTIONS_H
#define EP_SOURCE_SECTIONS_H

#include "base/span.h"

enum ep_section_tool {
    EP_SECTION_TOOL_NONE, /* the whole text goes up */
    EP_SECTION_TOOL_DBMATE,
    EP_SECTION_TOOL_GOOSE,
    EP_SECTION_TOOL_SQL_MIGRATE
};

struct ep_sections {
    enum ep_section_tool tool;
    struct ep_span up, down; /* parts of the text, behind the line that begins them */
    bool has_down;
    bool up_alone, down_alone; /* to be run without a transaction */
    const char *problem;       /* NULL, or why it cannot be run safely, a sentence */
    size_t problem_offset;     /* the line that is to blame, byte of the text */
};

void ep_sections_find(struct ep_span text, struct ep_sections *ret_sections);

/* "dbmate", "goose", "sql-migrate"; "" for none. */
const char *ep_section_tool_name(enum ep_section_tool tool);

#endif
