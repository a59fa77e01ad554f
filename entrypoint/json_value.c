#include "entrypoint/json_value.h"

#include "base/check.h"
#include "format/utf8.h"

void ep_json_value_set(json_t *object, const char *name, json_t *value)
{
    EP_CHECK(json_object_set_new(object, name, value) == 0);
}

void ep_json_value_append(json_t *array, json_t *value)
{
    EP_CHECK(json_array_append_new(array, value) == 0);
}

json_t *ep_json_value_text(const char *string)
{
    struct ep_text text EP_CLEANUP(ep_text_clear) = {0};

    if (string == NULL) {
        return json_null();
    }
    ep_utf8_replace_invalid(ep_span_of(string), &text);
    return json_stringn(ep_text_get(&text), text.size);
}

void ep_json_value_set_text(json_t *object, const char *name, const char *string)
{
    ep_json_value_set(object, name, ep_json_value_text(string));
}

void ep_json_value_set_number(json_t *object, const char *name, size_t number)
{
    ep_json_value_set(object, name, json_integer((json_int_t)number));
}
