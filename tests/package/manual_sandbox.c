/* SPDX-License-Identifier: MIT */
/*
 * manual_sandbox save|load|limits DIR
 *
 * Saves or loads in DIR, or reads the limits of the cgroup DIR. sched_yield(2) marks the beginning
 * in a trace. If the macro RIGHTS is defined, Landlock permits only these rights, and only in DIR.
 * Exits with the status of the library, or with 100 if the kernel has no Landlock.
 */
#define _GNU_SOURCE
#include <nucleus/checkpoint.h>

#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef RIGHTS
enum { NO_LANDLOCK = 100 };

static bool restrict_files(const char *dir)
{
    /* All rights of the first version of Landlock are denied unless a rule permits them. */
    const struct landlock_ruleset_attr denied = {
        .handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1,
    };
    const struct landlock_path_beneath_attr beneath = {
        .allowed_access = RIGHTS,
        .parent_fd = open(dir, O_PATH | O_CLOEXEC),
    };
    int rules = (int)syscall(SYS_landlock_create_ruleset, &denied, sizeof denied, 0);

    if (beneath.allowed_access != 0 &&
        syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) != 0)
        return false;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           syscall(SYS_landlock_restrict_self, rules, 0) == 0;
}
#endif

static enum nucleus_status perform(const char *action, const char *dir)
{
    static char argument[1024 * 1024]; /* large enough for malloc(3) to map memory */
    char *command[] = {argument, NULL};
    const bool reads_limits = strcmp(action, "limits") == 0;
    const struct nucleus_container_state state = {
        .id = "4f1c",
        .name = "db",
        .command = command,
        .cgroup_path = reads_limits ? dir : NULL,
    };
    struct nucleus_metadata metadata = {0};
    enum nucleus_status status;

    memset(argument, 'a', sizeof argument - 1);
    (void)sched_yield();
    if (strcmp(action, "load") == 0) {
        status = nucleus_metadata_load(dir, &metadata, NULL);
    } else {
        status = nucleus_metadata_from_state(&state, &metadata, NULL);
        if (status == NUCLEUS_OK && !reads_limits)
            status = nucleus_metadata_save(&metadata, dir, NULL);
    }
    nucleus_metadata_clear(&metadata);
    return status;
}

int main(int argc, char **argv)
{
    (void)argc;
#ifdef RIGHTS
    if (!restrict_files(argv[2]))
        _exit(NO_LANDLOCK);
#endif
    _exit((int)perform(argv[1], argv[2]));
}
