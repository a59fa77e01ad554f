#include "entrypoint/config_output.h"

enum { COLUMNS = 3 };

struct line {
    struct ep_text cells[COLUMNS];
};

static void lines_clear(struct line (*lines)[EP_SETTINGS_COUNT])
{
    for (size_t i = 0; i < EP_SETTINGS_COUNT; i++) {
        for (size_t column = 0; column < COLUMNS; column++) {
            ep_text_clear(&(*lines)[i].cells[column]);
        }
    }
}

/* A value may hold anything; on a terminal it must stay one line of text. */
static void add_printable(struct ep_text *out, const char *text)
{
    for (; *text != '\0'; text++) {
        bool is_control = (unsigned char)*text < ' ' || *text == 0x7f;
        ep_text_add_byte(out, is_control ? '?' : *text);
    }
}

/* The setting has no value: the variable that was chosen in its place says more than that. */
static void fill_database(struct line *line, const struct ep_database *database)
{
    ep_text_add(&line->cells[1], database == NULL ? "(unset)" : "(set)");
    if (database == NULL) {
        ep_text_add(&line->cells[2], "default");
    } else {
        ep_text_format(&line->cells[2], "environment %s", database->variable);
    }
}

static void fill(struct line *line, const struct ep_setting *row,
                 const struct ep_setting_value *value)
{
    if ((row->marks & EP_SETTING_SECRET) != 0) {
        ep_text_add(&line->cells[1], value->text == NULL ? "(unset)" : "(set)");
    } else if (value->text == NULL) {
        ep_text_add(&line->cells[1], "(unset)");
    } else if (value->text[0] == '\0') {
        ep_text_add(&line->cells[1], "(empty)");
    } else {
        add_printable(&line->cells[1], value->text);
    }
    add_printable(&line->cells[2], value->origin);
}

static size_t widest(const struct line *lines, size_t column)
{
    size_t width = 0;
    for (size_t i = 0; i < EP_SETTINGS_COUNT; i++) {
        size_t size = lines[i].cells[column].size;
        width = size > width ? size : width;
    }
    return width;
}

void ep_config_output_text(struct ep_text *out, const struct ep_configuration *configuration,
                           const struct ep_database *database)
{
    struct line lines[EP_SETTINGS_COUNT] EP_CLEANUP(lines_clear) = {0};

    for (size_t i = 0; i < EP_SETTINGS_COUNT; i++) {
        const struct ep_setting *row = &ep_settings_table[i];
        ep_text_format(&lines[i].cells[0], "%s.%s", row->section, row->key);
        if (i == EP_SETTING_database_url && configuration->values[i].text == NULL) {
            fill_database(&lines[i], database);
        } else {
            fill(&lines[i], row, &configuration->values[i]);
        }
    }

    size_t names = widest(lines, 0), values = widest(lines, 1);
    for (size_t i = 0; i < EP_SETTINGS_COUNT; i++) {
        const struct ep_text *cells = lines[i].cells;
        ep_text_format(out, "%-*s  %-*s  %s\n", (int)names, ep_text_get(&cells[0]), (int)values,
                       ep_text_get(&cells[1]), ep_text_get(&cells[2]));
    }
}
