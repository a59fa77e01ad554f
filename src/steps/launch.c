#include "steps/launch.h"

#include "base/check.h"
#include "system/init.h"
#include "system/process.h"
#include "system/signals.h"

extern char **environ; /* POSIX has it in no header */

bool ep_launch_prepare(struct ep_arena *arena, char *const argv[], struct ep_launch *ret_launch,
                       struct ep_error *err)
{
    EP_CHECK(argv[0] != NULL);

    const char *program = NULL;
    if (!ep_process_find(arena, argv[0], getenv("PATH"), &program, err)) {
        return false;
    }
    *ret_launch = (struct ep_launch){.program = program, .argv = argv};
    return true;
}

static bool has_name(const char *variable, const char *const names[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t size = strlen(names[i]);
        if (strncmp(variable, names[i], size) == 0 && variable[size] == '=') {
            return true;
        }
    }
    return false;
}

/* A new array of the same texts: unsetenv() would leave an array that others may hold changed. */
static char **environment_without(struct ep_arena *arena, const char *const names[], size_t count)
{
    size_t size = 0;
    while (environ != NULL && environ[size] != NULL) {
        size++;
    }
    char **kept = ep_arena_array(arena, size + 1, sizeof(*kept));
    size_t used = 0;
    for (size_t i = 0; i < size; i++) {
        if (!has_name(environ[i], names, count)) {
            kept[used++] = environ[i];
        }
    }
    return kept;
}

void ep_launch_exec(const struct ep_launch *launch, const char *const unset_names[],
                    size_t unset_count, struct ep_error *err)
{
    struct ep_arena arena EP_CLEANUP(ep_arena_release) = {0};
    char **environment = environment_without(&arena, unset_names, unset_count);

    ep_signals_leave(); /* nothing is at stake any more, whatever phase the caller was in */
    if (launch->init != EP_SERVER_INIT_NO) {
        const struct ep_init init = {
            .program = launch->program,
            .argv = launch->argv,
            .environment = environment,
            .whole_group = launch->init == EP_SERVER_INIT_GROUP,
        };
        ep_init_run(&init, err);
        return;
    }
    ep_signals_before_exec();
    ep_process_exec(launch->program, launch->argv, environment, err);
}
