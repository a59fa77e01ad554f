/*
 * log_line.h - one line of the log under construction, for report.h.
 *
 * Texts are cut after EP_LOG_TEXT_BYTES, which ends them in "...": whoever can
 * make the server say something must not fill the log with it.
 */
#ifndef EP_ENTRYPOINT_LOG_LINE_H
#define EP_ENTRYPOINT_LOG_LINE_H

#include "entrypoint/report.h"
#include "format/json.h"

enum { EP_LOG_TEXT_BYTES = 4096 };

/* Append a text, cut if it is too long. */
void ep_log_line_add(struct ep_text *line, const char *text);

/* Append "entrypoint: ", the level's word unless it is info, and the message, printable. */
void ep_log_line_begin(const struct ep_log *log, enum ep_level level, struct ep_span message,
                       struct ep_text *line);

/*
 * Write a line, or several, at once; passwords in it are masked. On GitHub what its runner would
 * take for a command is defused.
 */
void ep_log_line_write(struct ep_log *log, struct ep_text *line);

/* Write a command for GitHub's runner as it is: whoever made it has masked it. */
void ep_log_line_write_command(struct ep_log *log, const struct ep_text *line);

/* Show a line on the terminal, cut to its width, until anything else is written. */
void ep_log_line_show(struct ep_log *log, struct ep_text *line);

/* {"level": ..., "message": ..., "time": ..., "event": ...}; the caller owns it. */
json_t *ep_log_json_begin(enum ep_level level, struct ep_span message, const char *event);

/* Add a field. A text "" or NULL, and a number 0 of the second, are left out. */
void ep_log_json_add_text(json_t *object, const char *name, const char *text);
void ep_log_json_add_integer(json_t *object, const char *name, long long integer);

/* Whether ep_log_json_begin() has a field of that name. */
bool ep_log_json_is_reserved(const char *name);

void ep_log_json_write(struct ep_log *log, const json_t *object);

/* A text in lower case: the names in our lists are upper case. */
void ep_log_add_lower(struct ep_text *text, const char *name);

#endif
