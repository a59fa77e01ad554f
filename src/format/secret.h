/*
 * secret.h - passwords that got into a text by mistake.
 *
 * Settings that hold a password are never put into a message. But whoever writes a
 * connection string in the place of a server, a folder or a duration sees it
 * quoted in the refusal: what is printed goes through here last.
 */
#ifndef EP_FORMAT_SECRET_H
#define EP_FORMAT_SECRET_H

#include "base/text.h"

/*
 * Overwrite with "*", byte for byte, the password of each URI
 * ("postgresql://user:PASSWORD@host", up to the last "@" before a blank, or where the text is cut
 * with "..."), the value of each "password=", and the string that follows PASSWORD in SQL, also
 * where the SQL is itself quoted (PASSWORD ''...''). The words that stand for one in our own texts,
 * "password" and "PASSWORD", are left.
 */
void ep_secret_mask(struct ep_text *text);

#endif
