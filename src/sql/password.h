/*
 * password.h - the passwords that SQL text holds, for showing the text to somebody.
 */
#ifndef EP_SQL_PASSWORD_H
#define EP_SQL_PASSWORD_H

#include "base/text.h"

/*
 * Append text, as many bytes, with "*" for each byte of a string that follows the word PASSWORD:
 * CREATE ROLE app PASSWORD '...', OPTIONS (user 'app', password '...').
 */
void ep_sql_mask_passwords(struct ep_span text, struct ep_text *ret_text);

#endif
