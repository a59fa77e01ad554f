#include "source/migration.h"

#include "base/check.h"
#include "format/utf8.h"
#include "system/file.h"
#include "system/thread.h"

#include <stdint.h>
#include <time.h>

const char *ep_migration_name(struct ep_arena *arena, const struct ep_migration *migration)
{
    static const int64_t range_ms = INT64_C(8640000000000000); /* of a Date in JavaScript */

    if (migration->layout != EP_LAYOUT_JOURNAL) {
        return migration->tag;
    }
    int64_t ms = migration->created_at;
    const char *separator = strchr(migration->tag, '_');
    const char *rest = separator == NULL ? "" : separator + 1;
    if (ms < -range_ms || ms > range_ms) {
        return ep_arena_format(arena, "NaNNaNNaNNaNNaNNaN_%s", rest);
    }

    time_t seconds = (time_t)(ms / 1000 - (ms % 1000 < 0 ? 1 : 0));
    struct tm utc = {0};
    EP_CHECK(gmtime_r(&seconds, &utc) != NULL);
    return ep_arena_format(arena, "%d%02d%02d%02d%02d%02d_%s", utc.tm_year + 1900, utc.tm_mon + 1,
                           utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, rest);
}

bool ep_migration_is_sql(const char *file)
{
    struct ep_span span = ep_span_of(file);
    return file[0] != '.' && ep_span_ends_with(span, ".sql")
           && !ep_span_ends_with(span, ".down.sql");
}

static bool read_file(struct ep_arena *scratch, const char *path, struct ep_span *ret_content,
                      struct ep_error *err)
{
    if (ep_file_read(scratch, path, EP_MIGRATION_BYTES_MAX, EP_FAULT_SOURCE, ret_content, err)) {
        return true;
    }
    /* The operating system refused nothing, and it is a file: only its size is left. */
    if (err->errnum == 0 && ep_file_type(path) == EP_FILE_REGULAR) {
        (void)ep_error_hint(err, "Split it into several migrations, or load the data apart from "
                                 "migrations.");
    }
    return false;
}

/* The text as Drizzle has it after Buffer.toString(); replaced owns it where it differs. */
static struct ep_span text_of(struct ep_span content, struct ep_text *replaced)
{
    if (ep_utf8_find_invalid(content) == SIZE_MAX) {
        return content;
    }
    ep_utf8_replace_invalid(content, replaced);
    return ep_text_span(replaced);
}

bool ep_migration_examine(struct ep_arena *scratch, struct ep_migration *migration,
                          struct ep_error *err)
{
    struct ep_text replaced EP_CLEANUP(ep_text_clear) = {0};
    struct ep_span content;

    if (!read_file(scratch, migration->path, &content, err)) {
        return false;
    }
    migration->size = content.size;
    migration->defect_offset = 0;
    migration->defect = ep_defect_find(content, &migration->defect_offset);
    bool is_sound = migration->defect == EP_DEFECT_NONE; /* spares a second look for U+FFFD */
    ep_digest_sha256_hex(is_sound ? content : text_of(content, &replaced), migration->hash);
    return true;
}

/* A part of a list, and how far it could be examined. */
struct share {
    struct ep_migration *items;
    size_t count, examined;
    struct ep_error err;
};

static void *examine_share(void *argument)
{
    struct share *share = argument;
    struct ep_arena scratch EP_CLEANUP(ep_arena_release) = {0};

    while (share->examined < share->count
           && ep_migration_examine(&scratch, &share->items[share->examined], &share->err)) {
        ep_arena_reset(&scratch);
        share->examined++;
    }
    return NULL;
}

bool ep_migration_examine_all(const struct ep_migration_list *list, size_t *ret_failed,
                              struct ep_error *err)
{
    /* Of fewer files, a thread costs more than it spares. */
    enum { SHARED_FROM = 256, STACK_BYTES = 256 * 1024 };
    size_t half = list->count < SHARED_FROM ? 0 : list->count / 2;
    struct share first = {.items = list->items, .count = list->count - half};
    struct share second = {.items = list->items + first.count, .count = half};
    pthread_t thread;
    bool threaded = half > 0 && ep_thread_start(examine_share, &second, STACK_BYTES, &thread);

    (void)examine_share(&first);
    if (threaded) {
        EP_CHECK(pthread_join(thread, NULL) == 0);
    } else {
        (void)examine_share(&second);
    }
    if (first.examined == first.count && second.examined == second.count) {
        return true;
    }
    *err = first.examined < first.count ? first.err : second.err;
    *ret_failed = first.examined < first.count ? first.examined : first.count + second.examined;
    return false;
}

/* Every line ending, which is "\n" or "\r\n", as ending. */
static void append_with_line_endings(struct ep_span text, const char *ending,
                                     struct ep_text *ret_text)
{
    size_t start = 0;
    for (;;) {
        size_t newline = ep_span_find_byte(text, start, '\n');
        if (newline == SIZE_MAX) {
            ep_text_append(ret_text, ep_span_part(text, start, SIZE_MAX));
            return;
        }
        size_t end = newline > start && text.data[newline - 1] == '\r' ? newline - 1 : newline;
        ep_text_append(ret_text, ep_span_part(text, start, end - start));
        ep_text_add(ret_text, ending);
        start = newline + 1;
    }
}

bool ep_migration_hash_line_endings(struct ep_arena *arena, struct ep_migration *migration,
                                    struct ep_error *err)
{
    struct ep_arena scratch EP_CLEANUP(ep_arena_release) = {0};
    struct ep_text replaced EP_CLEANUP(ep_text_clear) = {0};
    struct ep_text changed EP_CLEANUP(ep_text_clear) = {0};
    struct ep_span content;

    if (!read_file(&scratch, migration->path, &content, err)) {
        return false;
    }
    struct ep_span text = text_of(content, &replaced);
    char *hashes = ep_arena_array(arena, 2, EP_DIGEST_HEX_BYTES);
    append_with_line_endings(text, "\n", &changed);
    ep_digest_sha256_hex(ep_text_span(&changed), hashes);
    ep_text_reset(&changed);
    append_with_line_endings(text, "\r\n", &changed);
    ep_digest_sha256_hex(ep_text_span(&changed), hashes + EP_DIGEST_HEX_BYTES);
    migration->hash_lf = hashes;
    migration->hash_crlf = hashes + EP_DIGEST_HEX_BYTES;
    return true;
}
