#include "format/json_write.h"

#include "base/check.h"

#include <math.h>
#include <stdint.h>

/* A double as 0.DIGITS times ten to the power of point. */
struct decimal {
    char digits[24];
    int count;
    int point;
};

enum { DIGITS_MAX = 17 }; /* these always suffice */

/* precision digits of a positive number, and what is one more in the last of them. */
static bool try_digits(double number, int precision, struct decimal *ret_decimal)
{
    char text[40];
    EP_CHECK(snprintf(text, sizeof(text), "%.*e", precision - 1, number) > 0);
    bool is_read_back = strtod(text, NULL) == number;
    if (!is_read_back) {
        /*
         * Just above a power of two the doubles are twice as far apart as below it: the next
         * digits may belong to the number although the nearest do not.
         */
        char *last = strchr(text, 'e') - 1;
        if (*last == '9') {
            return false;
        }
        (*last)++;
        is_read_back = strtod(text, NULL) == number;
    }
    const char *exponent = strchr(text, 'e');
    ret_decimal->count = 0;
    for (const char *at = text; at < exponent; at++) {
        if (*at != '.') {
            ret_decimal->digits[ret_decimal->count++] = *at;
        }
    }
    ret_decimal->point = (int)strtol(exponent + 1, NULL, 10) + 1;
    return is_read_back;
}

/* The fewest digits that are read back as the same double. */
static struct decimal find_digits(double number)
{
    struct decimal decimal = {0};
    int precision = 1;
    while (!try_digits(number, precision, &decimal)) {
        EP_CHECK(precision++ < DIGITS_MAX);
    }
    return decimal;
}

static void add_zeros(struct ep_text *text, int count)
{
    for (int i = 0; i < count; i++) {
        ep_text_add_byte(text, '0');
    }
}

static void add_exponential(struct ep_text *text, const struct decimal *decimal)
{
    int exponent = decimal->point - 1;
    ep_text_add_byte(text, decimal->digits[0]);
    if (decimal->count > 1) {
        ep_text_format(text, ".%.*s", decimal->count - 1, decimal->digits + 1);
    }
    ep_text_format(text, "e%c%d", exponent < 0 ? '-' : '+', abs(exponent));
}

void ep_json_write_number(double number, struct ep_text *ret_text)
{
    EP_CHECK(isfinite(number));
    if (number == 0) { /* also -0 */
        ep_text_add_byte(ret_text, '0');
        return;
    }
    if (number < 0) {
        ep_text_add_byte(ret_text, '-');
    }
    struct decimal decimal = find_digits(fabs(number));
    const int point = decimal.point;

    if (point > 21 || point <= -6) {
        add_exponential(ret_text, &decimal);
    } else if (point <= 0) {
        ep_text_add(ret_text, "0.");
        add_zeros(ret_text, -point);
        ep_text_format(ret_text, "%.*s", decimal.count, decimal.digits);
    } else if (decimal.count <= point) {
        ep_text_format(ret_text, "%.*s", decimal.count, decimal.digits);
        add_zeros(ret_text, point - decimal.count);
    } else {
        ep_text_format(ret_text, "%.*s.%.*s", point, decimal.digits, decimal.count - point,
                       decimal.digits + point);
    }
}

static void write_string(struct ep_span string, struct ep_text *text)
{
    static const char plain[] = "\"\\\b\f\n\r\t";
    static const char escaped[] = "\"\\bfnrt";

    ep_text_add_byte(text, '"');
    for (size_t i = 0; i < string.size; i++) {
        char byte = string.data[i];
        const char *found = byte == '\0' ? NULL : strchr(plain, byte);
        if (found != NULL) {
            ep_text_format(text, "\\%c", escaped[found - plain]);
        } else if ((unsigned char)byte < 0x20) {
            ep_text_format(text, "\\u%04x", (unsigned int)byte);
        } else {
            ep_text_add_byte(text, byte);
        }
    }
    ep_text_add_byte(text, '"');
}

/* Whether JavaScript takes the name of a member for the index of an array: 0 to 2^32 - 2. */
static bool is_index(const char *name, uint32_t *ret_index)
{
    uint64_t number = 0;
    size_t size = 0;
    for (; name[size] >= '0' && name[size] <= '9' && size < 10; size++) {
        number = number * 10 + (uint64_t)(name[size] - '0');
    }
    if (size == 0 || name[size] != '\0' || (name[0] == '0' && size > 1) || number >= UINT32_MAX) {
        return false;
    }
    *ret_index = (uint32_t)number;
    return true;
}

struct member {
    const char *name;
    json_t *value;
    size_t number; /* its place among all */
    uint32_t index;
    bool is_index;
};

static int compare_members(const void *a, const void *b)
{
    const struct member *left = a;
    const struct member *right = b;
    if (left->is_index != right->is_index) {
        return left->is_index ? -1 : 1;
    }
    if (left->is_index) {
        return (left->index > right->index) - (left->index < right->index);
    }
    return (left->number > right->number) - (left->number < right->number);
}

/* The caller frees it. */
static struct member *sort_members(json_t *object)
{
    size_t count = json_object_size(object);
    struct member *members = calloc(count + 1, sizeof(*members));
    size_t i = 0;
    if (members == NULL) {
        ep_check_out_of_memory();
    }
    for (void *at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at)) {
        struct member *member = &members[i];
        *member = (struct member){
            .name = json_object_iter_key(at), .value = json_object_iter_value(at), .number = i};
        member->is_index = is_index(member->name, &member->index);
        i++;
    }
    qsort(members, count, sizeof(*members), compare_members);
    return members;
}

static void write_value(json_t *value, size_t depth, struct ep_text *text);

static void start_line(struct ep_text *text, size_t depth)
{
    ep_text_add_byte(text, '\n');
    for (size_t i = 0; i < depth; i++) {
        ep_text_add(text, "  ");
    }
}

static void write_object(json_t *object, size_t depth, struct ep_text *text)
{
    size_t count = json_object_size(object);
    struct member *members = sort_members(object);

    ep_text_add_byte(text, '{');
    for (size_t i = 0; i < count; i++) {
        ep_text_add(text, i > 0 ? "," : "");
        start_line(text, depth + 1);
        write_string(ep_span_of(members[i].name), text);
        ep_text_add(text, ": ");
        write_value(members[i].value, depth + 1, text);
    }
    if (count > 0) {
        start_line(text, depth);
    }
    ep_text_add_byte(text, '}');
    free(members);
}

static void write_array(json_t *array, size_t depth, struct ep_text *text)
{
    size_t count = json_array_size(array);

    ep_text_add_byte(text, '[');
    for (size_t i = 0; i < count; i++) {
        ep_text_add(text, i > 0 ? "," : "");
        start_line(text, depth + 1);
        write_value(json_array_get(array, i), depth + 1, text);
    }
    if (count > 0) {
        start_line(text, depth);
    }
    ep_text_add_byte(text, ']');
}

static void write_value(json_t *value, size_t depth, struct ep_text *text)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        write_object(value, depth, text);
        return;
    case JSON_ARRAY:
        write_array(value, depth, text);
        return;
    case JSON_STRING:
        write_string((struct ep_span){json_string_value(value), json_string_length(value)}, text);
        return;
    case JSON_INTEGER:
    case JSON_REAL:
        ep_json_write_number(json_number_value(value), text);
        return;
    case JSON_TRUE:
        ep_text_add(text, "true");
        return;
    case JSON_FALSE:
        ep_text_add(text, "false");
        return;
    case JSON_NULL:
        ep_text_add(text, "null");
        return;
    }
}

void ep_json_write(json_t *value, struct ep_text *ret_text)
{
    write_value(value, 0, ret_text);
}
