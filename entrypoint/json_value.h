/*
 * json_value.h - what the commands with --json build their documents from.
 */
#ifndef EP_ENTRYPOINT_JSON_VALUE_H
#define EP_ENTRYPOINT_JSON_VALUE_H

#include "base/compiler.h"

#include <jansson.h>

/* The reference to value becomes the object's, or the array's. */
void ep_json_value_set(json_t *object, const char *name, json_t *value);
void ep_json_value_append(json_t *array, json_t *value);

/* A text, in which what is not UTF-8 is U+FFFD; NULL becomes null. */
json_t *ep_json_value_text(const char *string);

/* A text, null where it is NULL. */
void ep_json_value_set_text(json_t *object, const char *name, const char *string);
void ep_json_value_set_number(json_t *object, const char *name, size_t number);

#endif
