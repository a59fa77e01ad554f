/* Compiled with PostgreSQL's headers, and without our warnings: they do not pass them. */
#include "postgres_fe.h"

#include "common/logging.h"
#include "fe_utils/psqlscan.h"
#include "fe_utils/psqlscan_int.h"
#include "mb/pg_wchar.h"

#include "psql.h"

#undef free
#undef malloc

/* Of the lexer that flex generated; the header declares none. */
extern char *psql_yyget_text(yyscan_t scanner);
extern int psql_yyget_leng(yyscan_t scanner);

struct psql_scan {
    PsqlScanState state;
    PQExpBuffer query;
    const char *text;
    size_t size;
    size_t base; /* where the part begins that is being scanned */
};

static const PsqlScanCallbacks no_variables = {NULL};

struct psql_scan *psql_open(const char *text, size_t size)
{
    struct psql_scan *psql = pg_malloc0(sizeof(*psql));

    psql->state = psql_scan_create(&no_variables);
    psql->query = createPQExpBuffer();
    psql->text = text;
    psql->size = size;
    psql_scan_setup(psql->state, text, (int)size, PG_UTF8, true);
    return psql;
}

void psql_close(struct psql_scan *psql)
{
    psql_scan_finish(psql->state);
    psql_scan_destroy(psql->state);
    destroyPQExpBuffer(psql->query);
    free(psql);
}

struct psql_event psql_next(struct psql_scan *psql)
{
    promptStatus_t prompt = PROMPT_READY;

    resetPQExpBuffer(psql->query);
    PsqlScanResult result = psql_scan(psql->state, psql->query, &prompt);
    struct psql_event event = {.query = psql->query->data, .query_size = psql->query->len};
    if (result == PSCAN_SEMICOLON || result == PSCAN_BACKSLASH) {
        const char *last = psql_yyget_text(psql->state->scanner);
        event.stop = result == PSCAN_SEMICOLON ? PSQL_SEMICOLON : PSQL_BACKSLASH;
        event.offset = psql->base + (size_t)(last - psql->state->scanbuf)
                       + (size_t)psql_yyget_leng(psql->state->scanner);
    } else {
        event.stop = result == PSCAN_EOL ? PSQL_COMPLETE : PSQL_INCOMPLETE;
        event.offset = psql->size;
    }
    return event;
}

void psql_continue(struct psql_scan *psql, size_t offset)
{
    psql_scan_finish(psql->state);
    psql_scan_reset(psql->state);
    psql->base = offset;
    psql_scan_setup(psql->state, psql->text + offset, (int)(psql->size - offset), PG_UTF8, true);
}

/* What psqlscan.c needs and is never reached: encodings that are not UTF-8, and warnings. */
int PQmblen(const char *s, int encoding)
{
    return 1;
}

void pg_log_generic(enum pg_log_level level, enum pg_log_part part, const char *pg_restrict fmt,
                    ...)
{
}
