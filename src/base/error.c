#include "base/error.h"

#include "base/check.h"

#include <errno.h>
#include <stdarg.h>

static const struct ep_fault_row fault_rows[] = {
#define X(name_, exit_status_, meaning_) \
    [EP_FAULT_##name_] = {.name = #name_, .exit_status = (exit_status_), .meaning = (meaning_)},
    EP_FAULT_LIST(X)
#undef X
};

/* Append to a fixed text; mark a text that did not fit instead of hiding the cut. */
EP_PRINTF(3, 0)
static void append(char *text, size_t size, const char *format, va_list arguments)
{
    size_t used = strlen(text);
    int wanted = vsnprintf(text + used, size - used, format, arguments);

    if (wanted < 0 || (size_t)wanted >= size - used) {
        memcpy(text + size - 4, "...", 4);
    }
}

EP_PRINTF(3, 4)
static void append_format(char *text, size_t size, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    append(text, size, format, arguments);
    va_end(arguments);
}

/* Two texts of one kind are kept apart by what stands between them. */
static void separate(char *text, size_t size, const char *separator)
{
    if (text[0] != '\0') {
        append_format(text, size, "%s", separator);
    }
}

EP_PRINTF(4, 0)
static void record(struct ep_error *err, struct ep_where where, enum ep_fault fault,
                   const char *format, va_list arguments)
{
    EP_CHECK(err->fault == EP_FAULT_NONE);
    EP_CHECK(fault != EP_FAULT_NONE);

    *err = (struct ep_error){.fault = fault, .where = where};
    append(err->summary, sizeof(err->summary), format, arguments);
}

bool ep_error_raise(struct ep_error *err, struct ep_where where, enum ep_fault fault,
                    const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    record(err, where, fault, format, arguments);
    va_end(arguments);
    return false;
}

bool ep_error_raise_errno(struct ep_error *err, struct ep_where where, enum ep_fault fault,
                          const char *format, ...)
{
    int errnum = errno;
    va_list arguments;
    va_start(arguments, format);
    record(err, where, fault, format, arguments);
    va_end(arguments);
    err->errnum = errnum;
    append_format(err->summary, sizeof(err->summary), ": %s", strerror(errnum));
    return false;
}

bool ep_error_detail(struct ep_error *err, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    separate(err->detail, sizeof(err->detail), " ");
    append(err->detail, sizeof(err->detail), format, arguments);
    va_end(arguments);
    return false;
}

bool ep_error_hint(struct ep_error *err, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    separate(err->hint, sizeof(err->hint), " ");
    append(err->hint, sizeof(err->hint), format, arguments);
    va_end(arguments);
    return false;
}

bool ep_error_context(struct ep_error *err, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    separate(err->context, sizeof(err->context), "; ");
    append(err->context, sizeof(err->context), format, arguments);
    va_end(arguments);
    return false;
}

bool ep_error_outcome(struct ep_error *err, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    separate(err->outcome, sizeof(err->outcome), " ");
    append(err->outcome, sizeof(err->outcome), format, arguments);
    va_end(arguments);
    return false;
}

bool ep_error_place(struct ep_error *err, const char *file, long line, long column)
{
    err->place = (struct ep_place){.line = line, .column = column};
    append_format(err->place.file, sizeof(err->place.file), "%s", file);
    return false;
}

int ep_error_exit_status(const struct ep_error *err)
{
    EP_CHECK((size_t)err->fault < EP_COUNT_OF(fault_rows));
    return fault_rows[err->fault].exit_status + (err->fault == EP_FAULT_SIGNAL ? err->signal : 0);
}

const struct ep_fault_row *ep_fault_row(size_t index)
{
    return index < EP_COUNT_OF(fault_rows) ? &fault_rows[index] : NULL;
}
