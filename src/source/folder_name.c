#include "source/folder_name.h"

/* --- the time --- */

enum { TIME_UNITS = 14 };

/*
 * The first UTF-16 units of a name, NUL where it is shorter. One beyond ASCII
 * is no digit whatever it is, so "?" stands for it, and two for a surrogate pair.
 */
static void first_units(const char *name, char ret_units[TIME_UNITS + 1])
{
    size_t count = 0;

    memset(ret_units, '\0', TIME_UNITS + 1);
    for (const char *at = name; *at != '\0' && count < TIME_UNITS; at++) {
        unsigned char byte = (unsigned char)*at;
        if ((byte & 0xC0) == 0x80) { /* belongs to the character before */
            continue;
        }
        ret_units[count] = '?';
        if (byte < 0x80) {
            ret_units[count] = *at;
        }
        count++;
        if (byte >= 0xF0 && count < TIME_UNITS) {
            ret_units[count++] = '?';
        }
    }
}

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

/* JavaScript's parseInt(units.slice(0, size), 10); false for NaN. */
static bool parse_int(const char *units, size_t size, int64_t *ret_number)
{
    size_t at = 0;
    while (at < size && units[at] != '\0' && strchr(" \t\n\v\f\r", units[at]) != NULL) {
        at++;
    }
    bool is_negative = at < size && units[at] == '-';
    if (at < size && (units[at] == '-' || units[at] == '+')) {
        at++;
    }
    if (at == size || !is_digit(units[at])) {
        return false;
    }
    int64_t number = 0;
    for (; at < size && is_digit(units[at]); at++) {
        number = number * 10 + (units[at] - '0');
    }
    *ret_number = is_negative ? -number : number;
    return true;
}

static int64_t floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days from 1970 to the first of a month (from 0), which may lie outside the year. */
static int64_t days_before(int64_t year, int64_t month)
{
    static const int days[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};

    year += floor_divide(month, 12);
    month -= floor_divide(month, 12) * 12;
    return 365 * (year - 1970) + floor_divide(year - 1969, 4) - floor_divide(year - 1901, 100)
           + floor_divide(year - 1601, 400) + days[month] + (month > 1 && is_leap(year) ? 1 : 0);
}

bool ep_folder_name_parse(const char *name, int64_t *ret_created_at)
{
    enum { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, PARTS };
    static const size_t sizes[PARTS] = {4, 2, 2, 2, 2, 2};
    char units[TIME_UNITS + 1];
    int64_t part[PARTS];

    first_units(name, units);
    size_t start = 0;
    for (size_t i = 0; i < PARTS; i++) {
        if (!parse_int(units + start, sizes[i], &part[i])) {
            return false;
        }
        start += sizes[i];
    }
    int64_t year = part[YEAR] >= 0 && part[YEAR] <= 99 ? part[YEAR] + 1900 : part[YEAR];
    int64_t days = days_before(year, part[MONTH] - 1) + part[DAY] - 1;
    *ret_created_at =
        (((days * 24 + part[HOUR]) * 60 + part[MINUTE]) * 60 + part[SECOND]) * INT64_C(1000);
    return true;
}

/* --- the order --- */

/* Where the weights of two names first differ, or where both end. */
struct difference {
    unsigned char a, b; /* the characters; NUL is the end */
    int by_weight;      /* their order, as of strcmp() */
    int by_case;        /* that of the first letters before it that differ in case: small first */
};

/* ICU gives no weight to control characters, but for those that are blanks. */
static const char *skip_weightless(const char *at)
{
    while ((*at >= '\x01' && *at < '\t') || (*at > '\r' && *at < ' ') || *at == '\x7F') {
        at++;
    }
    return at;
}

static bool is_capital(unsigned char character)
{
    return character >= 'A' && character <= 'Z';
}

/* The place in ICU's order, letters without their case; all others behind. NUL comes first. */
static int weight(unsigned char character)
{
    static const char order[] = "\t\n\v\f\r _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789"
                                "abcdefghijklmnopqrstuvwxyz";
    if (character == '\0' || character >= 0x80) {
        return character;
    }
    char small = (char)(is_capital(character) ? character - 'A' + 'a' : character);
    return 1 + (int)(strchr(order, small) - order);
}

static struct difference find_difference(const char *a, const char *b)
{
    struct difference found = {0};

    for (;; a++, b++) {
        a = skip_weightless(a);
        b = skip_weightless(b);
        found.a = (unsigned char)*a;
        found.b = (unsigned char)*b;
        if (found.a != found.b) {
            found.by_weight = weight(found.a) - weight(found.b);
            if (found.by_weight != 0) {
                return found;
            }
            if (found.by_case == 0) {
                found.by_case = is_capital(found.a) - is_capital(found.b);
            }
        } else if (found.a == '\0') {
            return found;
        }
    }
}

int ep_folder_name_compare(const char *a, const char *b)
{
    struct difference difference = find_difference(a, b);

    if (difference.by_weight != 0) {
        return difference.by_weight;
    }
    return difference.by_case != 0 ? difference.by_case : strcmp(a, b);
}

bool ep_folder_name_is_certain(const char *a, const char *b)
{
    struct difference difference = find_difference(a, b);
    return difference.a < 0x80 && difference.b < 0x80;
}
