/* Unit tests of entrypoint/command_line.c and commands.c: what is ours, what is the server's. */
#include "entrypoint/command_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ARGUMENTS_MAX = 10 };

static struct ep_arena arena;

static int clean(void **state)
{
    (void)state;
    ep_arena_release(&arena);
    return 0;
}

/* arguments are those behind the program's own name. */
static bool parse(const char *const arguments[], struct ep_command_line *ret_line,
                  struct ep_error *err)
{
    char **argv = ep_arena_array(&arena, ARGUMENTS_MAX + 2, sizeof(*argv));
    argv[0] = ep_arena_copy(&arena, ep_span_of("entrypoint"));
    for (size_t i = 0; i < ARGUMENTS_MAX && arguments[i] != NULL; i++) {
        argv[i + 1] = ep_arena_copy(&arena, ep_span_of(arguments[i]));
    }
    return ep_command_line_parse(&arena, argv, ret_line, err);
}

static struct ep_command_line parsed(const char *const arguments[])
{
    struct ep_command_line line;
    struct ep_error err = {0};
    bool is_parsed = parse(arguments, &line, &err);
    if (!is_parsed) {
        print_message("# %s: %s\n", arguments[0], err.summary);
    }
    assert_true(is_parsed);
    return line;
}

static void assert_texts(char *const *actual, const char *const *expected)
{
    if (expected[0] == NULL) {
        assert_null(actual);
        return;
    }
    for (size_t i = 0; expected[i] != NULL; i++) {
        assert_non_null(actual[i]);
        assert_string_equal(actual[i], expected[i]);
        assert_true(expected[i + 1] != NULL || actual[i + 1] == NULL);
    }
}

struct accepted {
    const char *arguments[ARGUMENTS_MAX];
    enum ep_command_id command;
    const char *server[ARGUMENTS_MAX];
    const char *timeout; /* the text of the flag for wait.timeout */
};

static const struct accepted server_cases[] = {
    {{"node", "dist/index.js"}, EP_COMMAND_RUN, {"node", "dist/index.js"}, NULL},
    {{"node", "--help", "-V", "--", "migrate"},
     EP_COMMAND_RUN,
     {"node", "--help", "-V", "--", "migrate"},
     NULL},
    {{"node", "--timeout", "1s"}, EP_COMMAND_RUN, {"node", "--timeout", "1s"}, NULL},
    {{"--", "migrate"}, EP_COMMAND_RUN, {"migrate"}, NULL},
    {{"--", "--odd"}, EP_COMMAND_RUN, {"--odd"}, NULL},
    {{"--", "--", "x"}, EP_COMMAND_RUN, {"--", "x"}, NULL},
    {{"run", "migrate", "x"}, EP_COMMAND_RUN, {"migrate", "x"}, NULL},
    {{"run", "--", "run"}, EP_COMMAND_RUN, {"run"}, NULL},
    {{"run", "run"}, EP_COMMAND_RUN, {"run"}, NULL},
    {{"run", "-t", "2s", "node", "-t", "3s"}, EP_COMMAND_RUN, {"node", "-t", "3s"}, "2s"},
    {{"run", "-t", "2s", "--", "-t"}, EP_COMMAND_RUN, {"-t"}, "2s"},
    {{"--timeout", "2s", "node"}, EP_COMMAND_RUN, {"node"}, "2s"},
    {{"--timeout=2s", "--", "node"}, EP_COMMAND_RUN, {"node"}, "2s"},
    {{"migrat"}, EP_COMMAND_RUN, {"migrat"}, NULL},
    {{"-"}, EP_COMMAND_RUN, {"-"}, NULL},
    {{"", "x"}, EP_COMMAND_RUN, {"", "x"}, NULL},
    {{"/bin/migrate"}, EP_COMMAND_RUN, {"/bin/migrate"}, NULL},
};

static const struct accepted command_cases[] = {
    {{"wait"}, EP_COMMAND_WAIT, {0}, NULL},
    {{"migrate"}, EP_COMMAND_MIGRATE, {0}, NULL},
    {{"apply"}, EP_COMMAND_MIGRATE, {0}, NULL},
    {{"verify"}, EP_COMMAND_VERIFY, {0}, NULL},
    {{"new", "add_users"}, EP_COMMAND_NEW, {0}, NULL},
    {{"generate", "add users", "-t", "2s"}, EP_COMMAND_NEW, {0}, "2s"},
    {{"-t", "2s", "new", "--", "--x"}, EP_COMMAND_NEW, {0}, "2s"},
    {{"new", "migrate"}, EP_COMMAND_NEW, {0}, NULL},
    {{"config"}, EP_COMMAND_CONFIG, {0}, NULL},
    {{"version"}, EP_COMMAND_VERSION, {0}, NULL},
    {{"help"}, EP_COMMAND_HELP, {0}, NULL},
    {{"migrate", "--"}, EP_COMMAND_MIGRATE, {0}, NULL},
    {{"migrate", "--wait-timeout", "2s"}, EP_COMMAND_MIGRATE, {0}, "2s"},
    {{"--wait-timeout=2s", "migrate"}, EP_COMMAND_MIGRATE, {0}, "2s"},
    {{"migrate", "--timeout=2s"}, EP_COMMAND_MIGRATE, {0}, "2s"},
    {{"migrate", "-t2s"}, EP_COMMAND_MIGRATE, {0}, "2s"},
    {{"migrate", "-t", "2s"}, EP_COMMAND_MIGRATE, {0}, "2s"},
    {{"migrate", "--timeout="}, EP_COMMAND_MIGRATE, {0}, ""},
    {{"migrate", "--timeout", ""}, EP_COMMAND_MIGRATE, {0}, ""},
    {{"migrate", "--timeout", "-1s"}, EP_COMMAND_MIGRATE, {0}, "-1s"},
    {{"migrate", "--timeout=a=b"}, EP_COMMAND_MIGRATE, {0}, "a=b"},
    {{"-t", "1s", "migrate", "--timeout=2s", "-t3s"}, EP_COMMAND_MIGRATE, {0}, "3s"},
};

static void assert_accepted(const struct accepted *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct ep_command_line line = parsed(cases[i].arguments);
        const char *timeout = line.settings.flags[EP_SETTING_wait_timeout_ms];

        print_message("# %s\n", cases[i].arguments[0]);
        assert_int_equal(line.command->id, cases[i].command);
        assert_texts(line.server, cases[i].server);
        assert_int_equal(timeout == NULL, cases[i].timeout == NULL);
        if (timeout != NULL) {
            assert_string_equal(timeout, cases[i].timeout);
        }
        assert_null(line.settings.environment);
    }
}

static void the_server_and_all_behind_it_is_passed_on(void **state)
{
    (void)state;
    assert_accepted(server_cases, EP_COUNT_OF(server_cases));
}

static void commands_take_options_before_and_behind(void **state)
{
    (void)state;
    assert_accepted(command_cases, EP_COUNT_OF(command_cases));
}

static void the_name_of_a_new_migration_is_kept(void **state)
{
    static const char *const cases[][ARGUMENTS_MAX] = {
        {"new", "a b", "--dirs", "x"}, {"new", "--", "a b"}, {"new", "--dirs=x", "a b"}};
    (void)state;
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        assert_string_equal(parsed(cases[i]).name, "a b");
    }
}

static void every_setting_but_the_secret_has_a_flag(void **state)
{
    (void)state;
    for (size_t i = 0; i < EP_SETTINGS_COUNT; i++) {
        const struct ep_setting *row = &ep_settings_table[i];
        const char *arguments[ARGUMENTS_MAX] = {
            ep_arena_format(&arena, "--%s", ep_setting_flag(row).text), "value", "config"};
        struct ep_command_line line;
        struct ep_error err = {0};

        bool is_parsed = parse(arguments, &line, &err);

        assert_int_equal(is_parsed, (row->marks & EP_SETTING_SECRET) == 0);
        if (is_parsed) {
            assert_string_equal(line.settings.flags[i], "value");
        }
    }
}

static void the_file_is_named_by_its_option(void **state)
{
    (void)state;
    static const char *const cases[][ARGUMENTS_MAX] = {
        {"--config", "a.ini", "config"},
        {"--config=a.ini", "config"},
        {"config", "-c", "a.ini"},
        {"config", "-ca.ini"},
        {"-c", "b.ini", "config", "--config=a.ini"},
    };
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_command_line line = parsed(cases[i]);
        assert_int_equal(line.command->id, EP_COMMAND_CONFIG);
        assert_string_equal(line.settings.config_path, "a.ini");
    }
}

static void help_and_version_work_anywhere_before_the_server(void **state)
{
    (void)state;
    static const struct {
        const char *arguments[ARGUMENTS_MAX];
        enum ep_command_id command;
        const char *topic; /* NULL: everything */
        enum ep_help_page page;
    } cases[] = {
        {{"--help"}, EP_COMMAND_HELP, NULL, EP_HELP_TEXT},
        {{"-h"}, EP_COMMAND_HELP, NULL, EP_HELP_TEXT},
        {{"-h", "node", "server.js"}, EP_COMMAND_HELP, NULL, EP_HELP_TEXT},
        {{"--help", "apply", "too", "--many"}, EP_COMMAND_HELP, "migrate", EP_HELP_TEXT},
        {{"migrate", "--help"}, EP_COMMAND_HELP, "migrate", EP_HELP_TEXT},
        {{"run", "-h", "node"}, EP_COMMAND_HELP, "run", EP_HELP_TEXT},
        {{"run", "--help", "migrate"}, EP_COMMAND_HELP, "run", EP_HELP_TEXT},
        {{"help", "wait"}, EP_COMMAND_HELP, "wait", EP_HELP_TEXT},
        {{"help", "help"}, EP_COMMAND_HELP, "help", EP_HELP_TEXT},
        {{"help", "--man"}, EP_COMMAND_HELP, NULL, EP_HELP_MAN},
        {{"help", "--markdown"}, EP_COMMAND_HELP, NULL, EP_HELP_MARKDOWN},
        {{"--ini", "help"}, EP_COMMAND_HELP, NULL, EP_HELP_INI},
        {{"--version"}, EP_COMMAND_VERSION, NULL, EP_HELP_TEXT},
        {{"migrate", "-V", "--nonsense"}, EP_COMMAND_VERSION, NULL, EP_HELP_TEXT},
    };
    for (size_t i = 0; i < EP_COUNT_OF(cases); i++) {
        struct ep_command_line line = parsed(cases[i].arguments);

        print_message("# %s %s\n", cases[i].arguments[0], cases[i].arguments[1]);
        assert_int_equal(line.command->id, cases[i].command);
        assert_int_equal(line.help_page, cases[i].page);
        assert_int_equal(line.help_topic == NULL, cases[i].topic == NULL);
        if (cases[i].topic != NULL) {
            assert_string_equal(line.help_topic->name, cases[i].topic);
        }
    }
}

struct refusal {
    const char *arguments[ARGUMENTS_MAX];
    const char *summary, *hint; /* the hint need only contain this */
};

static const struct refusal refusals[] = {
    {{0}, "no server to start", "repeat CMD, or use \"migrate\" to migrate only."},
    {{"run"}, "no server to start", "clears the CMD inherited from the base image"},
    {{"run", "--"}, "no server to start", "clears the CMD"},
    {{"--"}, "no server to start", "clears the CMD"},
    {{"--timeout", "5s"}, "no server to start", "clears the CMD"},
    {{"migrate", "x"}, "command \"migrate\" takes no arguments", "write \"run\" in its place"},
    {{"apply", "--", "x"}, "command \"migrate\" takes no arguments", "write \"--\" before it"},
    {{"wait", "node"}, "command \"wait\" takes no arguments", "write \"run\""},
    {{"verify", "users"}, "command \"verify\" takes no arguments", "write \"run\""},
    {{"config", "x"}, "command \"config\" takes no arguments", "write \"--\" before it"},
    {{"new"}, "no name for the migration", "Write \"entrypoint new add_users\"."},
    {{"generate", "--"}, "no name for the migration", ""},
    {{"new", "add", "users"}, "command \"new\" takes one name", "into quotes"},
    {{"new", "add", "--", "users"}, "command \"new\" takes one name", "into quotes"},
    {{"version", "x"}, "command \"version\" takes no arguments", "write \"--\" before it"},
    {{"help", "--", "x"}, "command \"help\" takes no arguments", ""},
    {{"help", "migrat"}, "there is no command \"migrat\"", "Did you mean \"migrate\"?"},
    {{"help", "node"}, "there is no command \"node\"", "lists the commands"},
    {{"help", "run", "wait"}, "command \"help\" explains one command at a time", ""},
    {{"migrate", "--timeout"}, "option --timeout has no value", "Write --timeout DURATION."},
    {{"-t"}, "option -t has no value", "Write -t DURATION."},
    {{"run", "--config", "--", "x"}, "option --config has no value", "Write --config FILE."},
    {{"--help=x"}, "option --help takes no value", ""},
    {{"-hV"}, "option -h takes no value", ""},
    {{"--tiemout=5s", "x"}, "unknown option --tiemout", "Did you mean --timeout?"},
    {{"--log_level=x"}, "unknown option --log_level", "Did you mean --log-level?"},
    {{"--nonsense"}, "unknown option --nonsense", "\"entrypoint help\" lists the options"},
    {{"-x", "y"}, "unknown option -x", "\"entrypoint help\" lists the options"},
    {{"--=x"}, "unknown option --", ""},
    {{"--json", "migrate"},
     "option --json is for the commands \"status plan check\"",
     "Write \"entrypoint status --json\"."},
    {{"--exit-code", "node"}, "option --exit-code is for the command \"status\"", ""},
    {{"status", "--sql"}, "option --sql is for the command \"plan\"", ""},
    {{"status", "--json=yes"}, "option --json takes no value", ""},
    {{"mark"}, "no migration to mark", "entrypoint mark 0000_init"},
    {{"mark", "0000_a", "--all"}, "either migrations or --all", ""},
    {{"status", "--all"}, "option --all is for the command \"mark\"", ""},
    {{"status", "more"}, "command \"status\" takes no arguments", ""},
    {{"run", "--man", "node"}, "option --man is for the command \"help\"", ""},
    {{"--database-url=postgres://u:hunter2@h/d"},
     "option --database-url is refused: a command line is public",
     "ENTRYPOINT_DATABASE_URL_FILE"},
    {{"--database-url", "postgres://u:hunter2@h/d"},
     "option --database-url is refused: a command line is public",
     "ENTRYPOINT_DATABASE_URL"},
    {{"--databse_url=postgres://u:hunter2@h/d"},
     "option --databse_url is refused: a command line is public",
     "ENTRYPOINT_DATABASE_URL"},
    {{"--url=postgres://u:hunter2@h/d"}, "unknown option --url", ""},
    {{"migrate", "postgres://u:hunter2@h/d"}, "command \"migrate\" takes no arguments", ""},
};

static void what_is_wrong_is_refused_with_a_hint(void **state)
{
    (void)state;
    for (size_t i = 0; i < EP_COUNT_OF(refusals); i++) {
        struct ep_command_line line;
        struct ep_error err = {0};

        print_message("# %s\n", refusals[i].summary);
        assert_false(parse(refusals[i].arguments, &line, &err));

        assert_int_equal(err.fault, EP_FAULT_USAGE);
        assert_string_equal(err.summary, refusals[i].summary);
        assert_non_null(strstr(err.hint, refusals[i].hint));
        assert_null(strstr(err.summary, "hunter2"));
        assert_null(strstr(err.hint, "hunter2"));
    }
}

static void an_argv_without_even_a_name_is_no_server(void **state)
{
    (void)state;
    char *const argv[] = {NULL};
    struct ep_command_line line;
    struct ep_error err = {0};

    assert_false(ep_command_line_parse(&arena, argv, &line, &err));
    assert_string_equal(err.summary, "no server to start");
}

static void a_slip_of_the_pen_is_noticed(void **state)
{
    (void)state;
    assert_string_equal(ep_command_suggest("migrat"), "migrate");
    assert_string_equal(ep_command_suggest("wiat"), "wait");
    assert_string_equal(ep_command_suggest("aply"), "apply");
    assert_string_equal(ep_command_suggest("versoin"), "version");
    assert_null(ep_command_suggest("node"));
    assert_null(ep_command_suggest("npm"));
    assert_null(ep_command_suggest(""));
}

static void the_tables_are_complete_and_in_style(void **state)
{
    (void)state;
    for (size_t i = 0; i < EP_COMMAND_COUNT; i++) {
        const struct ep_command *command = &ep_commands[i];
        assert_int_equal(command->id, i);
        assert_true(strlen(command->summary) <= 60);
        assert_int_not_equal(command->summary[strlen(command->summary) - 1], '.');
        assert_int_equal(command->manual[strlen(command->manual) - 1], '.');
        assert_ptr_equal(ep_command_find(command->name), command);
    }
    for (size_t i = 0; i < EP_OPTION_COUNT; i++) {
        assert_int_equal(ep_options[i].id, i);
        assert_null(ep_setting_find_flag(ep_span_of(ep_options[i].name)));
        for (size_t j = 0; j < EP_SETTINGS_COUNT; j++) {
            assert_true(ep_options[i].letter == '\0'
                        || ep_options[i].letter != ep_settings_table[j].letter);
        }
    }
}

static void tags_may_stand_anywhere(void **state)
{
    (void)state;
    struct ep_command_line line =
        parsed((const char *const[]){"mark", "0000_a", "--dirs", "x", "0001_b", "--", "--c", NULL});

    assert_int_equal(line.command->id, EP_COMMAND_MARK);
    assert_int_equal(line.tag_count, 3);
    assert_string_equal(line.tags[0], "0000_a");
    assert_string_equal(line.tags[1], "0001_b");
    assert_string_equal(line.tags[2], "--c");
    line = parsed((const char *const[]){"--all", "mark", NULL});
    assert_int_equal(line.tag_count, 0);
    assert_true(line.options[EP_OPTION_ALL]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(tags_may_stand_anywhere, clean),
        cmocka_unit_test_teardown(the_server_and_all_behind_it_is_passed_on, clean),
        cmocka_unit_test_teardown(commands_take_options_before_and_behind, clean),
        cmocka_unit_test_teardown(the_name_of_a_new_migration_is_kept, clean),
        cmocka_unit_test_teardown(every_setting_but_the_secret_has_a_flag, clean),
        cmocka_unit_test_teardown(the_file_is_named_by_its_option, clean),
        cmocka_unit_test_teardown(help_and_version_work_anywhere_before_the_server, clean),
        cmocka_unit_test_teardown(what_is_wrong_is_refused_with_a_hint, clean),
        cmocka_unit_test(an_argv_without_even_a_name_is_no_server),
        cmocka_unit_test(a_slip_of_the_pen_is_noticed),
        cmocka_unit_test(the_tables_are_complete_and_in_style),
    };
    return cmocka_run_group_tests_name("command_line", tests, NULL, NULL);
}
