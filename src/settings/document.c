#include "settings/document.h"

#include "settings/settings.h"

enum { COLUMNS = 80 };

static bool has_flag(const struct ep_setting *row)
{
    return (row->marks & EP_SETTING_SECRET) == 0;
}

/* Split off the first word; the empty span when there is none left. */
static struct ep_span next_word(const char **text)
{
    const char *start = *text + strspn(*text, " \n");
    struct ep_span word = {.data = start, .size = strcspn(start, " \n")};
    *text = start + word.size;
    return word;
}

void ep_document_wrap(struct ep_text *out, const char *prefix, const char *text)
{
    size_t column = 0;
    for (struct ep_span word = next_word(&text); word.size > 0; word = next_word(&text)) {
        if (column > 0 && column + 1 + word.size > COLUMNS) {
            ep_text_add_byte(out, '\n');
            column = 0;
        }
        ep_text_add(out, column == 0 ? prefix : " ");
        ep_text_append(out, word);
        column += (column == 0 ? strlen(prefix) : 1) + word.size;
    }
    if (column > 0) {
        ep_text_add_byte(out, '\n');
    }
}

static void append_roff(struct ep_text *out, struct ep_span text)
{
    for (size_t i = 0; i < text.size; i++) {
        switch (text.data[i]) {
        case '\\':
            ep_text_add(out, "\\e");
            break;
        case '-': /* else it would be printed as a hyphen, which cannot be copied into a shell */
            ep_text_add(out, "\\-");
            break;
        case '\'':
            ep_text_add(out, "\\(aq");
            break;
        default:
            ep_text_add_byte(out, text.data[i]);
            break;
        }
    }
}

void ep_document_roff(struct ep_text *out, const char *text)
{
    append_roff(out, ep_span_of(text));
}

void ep_document_prose(struct ep_text *out, const char *text)
{
    size_t start = out->size;
    for (struct ep_span word = next_word(&text); word.size > 0; word = next_word(&text)) {
        size_t column = out->size - start;
        if (column > 0 && column + 1 + word.size > COLUMNS - 8) { /* escapes make it longer */
            ep_text_add_byte(out, '\n');
            start = out->size;
            column = 0;
        }
        if (column > 0) {
            ep_text_add_byte(out, ' ');
        } else if (word.data[0] == '.') {
            ep_text_add(out, "\\&");
        }
        append_roff(out, word);
    }
    ep_text_add_byte(out, '\n');
}

void ep_document_capital(struct ep_text *out, const char *text)
{
    bool is_lower = text[0] >= 'a' && text[0] <= 'z';
    ep_text_add_byte(out, is_lower ? (char)(text[0] - 'a' + 'A') : text[0]);
    ep_text_add(out, text + 1);
}

/* "ignore, warn or fail", "0s to 24h", or nothing. Each value between two marks, as in `0s`. */
static void add_range(struct ep_text *out, const struct ep_setting *row, const char *mark)
{
    const char *const *choices = row->type->choices;

    if (row->min[0] != '\0') {
        ep_text_format(out, "%s%s%s to %s%s%s", mark, row->min, mark, mark, row->max, mark);
    }
    for (size_t i = 0; choices != NULL && choices[i] != NULL; i++) {
        const char *separator = choices[i + 1] == NULL ? " or " : ", ";
        ep_text_format(out, "%s%s%s%s", i == 0 ? "" : separator, mark, choices[i], mark);
    }
}

static bool has_range(const struct ep_setting *row)
{
    return row->min[0] != '\0' || row->type->choices != NULL;
}

static void add_default(struct ep_text *out, const struct ep_setting *row, const char *mark)
{
    if (row->fallback == NULL) {
        ep_text_add(out, row->unset);
    } else if (row->fallback[0] == '\0') {
        ep_text_add(out, "none");
    } else {
        ep_text_format(out, "%s%s%s", mark, row->fallback, mark);
    }
}

/* Whether the section stands in a text of names separated by blanks. */
static bool is_listed(const char *section, const char *sections)
{
    for (struct ep_span word = next_word(&sections); word.size > 0; word = next_word(&sections)) {
        if (ep_span_equals(word, section)) {
            return true;
        }
    }
    return false;
}

static void add_flag(struct ep_text *out, const struct ep_setting *row)
{
    struct ep_text facts EP_CLEANUP(ep_text_clear) = {0};

    ep_text_add(out, "  ");
    if (row->letter != '\0') {
        ep_text_format(out, "-%c, ", row->letter);
    }
    if (row->alias != NULL) {
        ep_text_format(out, "--%s, ", row->alias);
    }
    ep_text_format(out, "--%s=%s\n        ", ep_setting_flag(row).text, row->argument);
    ep_document_capital(out, row->summary);
    ep_text_add_byte(out, '\n');

    ep_text_format(&facts, "[%s; default: ", ep_setting_variable(row).text);
    add_default(&facts, row, "");
    if (has_range(row)) {
        ep_text_add(&facts, "; ");
        add_range(&facts, row, "");
    }
    ep_text_add_byte(&facts, ']');
    ep_document_wrap(out, "        ", ep_text_get(&facts));
}

bool ep_document_has_flag(const struct ep_setting *row, const char *sections)
{
    return has_flag(row) && (sections == NULL || is_listed(row->section, sections));
}

void ep_document_flags(struct ep_text *out, const char *sections)
{
    for (size_t i = 0; i < EP_SETTINGS_COUNT; i++) {
        const struct ep_setting *row = &ep_settings_table[i];
        if (ep_document_has_flag(row, sections)) {
            add_flag(out, row);
        }
    }
}

static void add_markdown_flags(struct ep_text *out, const struct ep_setting *row)
{
    if (!has_flag(row)) {
        ep_text_add(out, "none: a command line is public");
        return;
    }
    ep_text_format(out, "`--%s`", ep_setting_flag(row).text);
    if (row->alias != NULL) {
        ep_text_format(out, ", `--%s`", row->alias);
    }
    if (row->letter != '\0') {
        ep_text_format(out, ", `-%c`", row->letter);
    }
}

void ep_document_markdown(struct ep_text *out)
{
    ep_text_add(out,
                "| INI file | Environment | Flag | Default | Meaning |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < EP_SETTINGS_COUNT; i++) {
        const struct ep_setting *row = &ep_settings_table[i];
        ep_text_format(out, "| `[%s] %s` | `%s` | ", row->section, row->key,
                       ep_setting_variable(row).text);
        add_markdown_flags(out, row);
        ep_text_add(out, " | ");
        add_default(out, row, "`");
        ep_text_format(out, " | %s", row->summary);
        if (has_range(row)) {
            ep_text_add(out, ": ");
            add_range(out, row, "`");
        }
        ep_text_add(out, " |\n");
    }
}

void ep_document_ini(struct ep_text *out)
{
    const char *section = "";
    for (size_t i = 0; i < EP_SETTINGS_COUNT; i++) {
        const struct ep_setting *row = &ep_settings_table[i];
        struct ep_text summary EP_CLEANUP(ep_text_clear) = {0};

        if (strcmp(section, row->section) != 0) {
            section = row->section;
            ep_text_format(out, "%s[%s]\n", i == 0 ? "" : "\n", section);
        } else {
            ep_text_add_byte(out, '\n');
        }
        ep_document_capital(&summary, row->summary);
        if (has_range(row)) {
            ep_text_add(&summary, ": ");
            add_range(&summary, row, "");
        }
        ep_text_add_byte(&summary, '.');
        ep_document_wrap(out, "; ", ep_text_get(&summary));
        ep_document_wrap(out, "; ", row->manual);
        const char *value = row->fallback == NULL ? row->example : row->fallback;
        ep_text_format(out, ";%s =%s%s\n", row->key, value[0] == '\0' ? "" : " ", value);
    }
}

static void add_man_names(struct ep_text *out, const struct ep_setting *row)
{
    if (has_flag(row)) {
        ep_text_add(out, ".br\n");
        if (row->letter != '\0') {
            ep_text_format(out, "\\fB\\-%c\\fR, ", row->letter);
        }
        if (row->alias != NULL) {
            ep_text_add(out, "\\fB\\-\\-");
            ep_document_roff(out, row->alias);
            ep_text_add(out, "\\fR, ");
        }
        ep_text_add(out, "\\fB\\-\\-");
        ep_document_roff(out, ep_setting_flag(row).text);
        ep_text_format(out, "\\fR=\\fI%s\\fR\n", row->argument);
    }
    ep_text_format(out, ".br\n\\fB%s\\fR=\\fI%s\\fR\n", ep_setting_variable(row).text,
                   row->argument);
}

void ep_document_man(struct ep_text *out)
{
    for (size_t i = 0; i < EP_SETTINGS_COUNT; i++) {
        const struct ep_setting *row = &ep_settings_table[i];
        struct ep_text facts EP_CLEANUP(ep_text_clear) = {0};

        ep_text_format(out, ".TP\n\\fB[%s] %s\\fR = \\fI%s\\fR\n", row->section, row->key,
                       row->argument);
        ep_document_capital(&facts, row->summary);
        ep_text_add(&facts, ". ");
        ep_text_add(&facts, row->manual);
        ep_document_prose(out, ep_text_get(&facts));

        ep_text_reset(&facts);
        ep_text_add(&facts, "Default: ");
        add_default(&facts, row, "");
        if (has_range(row)) {
            ep_text_add(&facts, "; possible: ");
            add_range(&facts, row, "");
        }
        ep_text_add_byte(&facts, '.');
        ep_document_prose(out, ep_text_get(&facts));
        add_man_names(out, row);
    }
}
