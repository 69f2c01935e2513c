/* SPDX-License-Identifier: MIT */
/*
 * manual_sandbox seccomp|landlock save|load|capture DIR NAME...
 *
 * Performs the action in DIR, or for "capture" reads the limits of the cgroup DIR, while only the
 * named system calls or Landlock rights are permitted. Any other system call kills the process with
 * SIGSYS. The exit status is the status of the library, or 100 if there can be no such sandbox.
 */
#define _GNU_SOURCE
#include <nucleus/checkpoint.h>

#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NO_SANDBOX = 100 };

static void require(bool is_prepared, const char *what)
{
    if (is_prepared)
        return;
    perror(what);
    _exit(NO_SANDBOX);
}

static void permit_system_call(scmp_filter_ctx filter, const char *name)
{
    int call = seccomp_syscall_resolve_name(name);

    require(seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0) == 0, name);
}

static void restrict_system_calls(char **names)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);

    require(filter != NULL, "seccomp_init");
    permit_system_call(filter, "exit_group");
    for (; *names; names++)
        permit_system_call(filter, *names);
    require(seccomp_load(filter) == 0, "seccomp_load");
}

static __u64 landlock_right(const char *name)
{
    static const struct {
        const char *name;
        __u64 right;
    } rights[] = {
        {"LANDLOCK_ACCESS_FS_MAKE_REG", LANDLOCK_ACCESS_FS_MAKE_REG},
        {"LANDLOCK_ACCESS_FS_READ_DIR", LANDLOCK_ACCESS_FS_READ_DIR},
        {"LANDLOCK_ACCESS_FS_READ_FILE", LANDLOCK_ACCESS_FS_READ_FILE},
        {"LANDLOCK_ACCESS_FS_REMOVE_FILE", LANDLOCK_ACCESS_FS_REMOVE_FILE},
        {"LANDLOCK_ACCESS_FS_WRITE_FILE", LANDLOCK_ACCESS_FS_WRITE_FILE},
    };

    for (size_t i = 0; i < sizeof rights / sizeof rights[0]; i++) {
        if (strcmp(name, rights[i].name) == 0)
            return rights[i].right;
    }
    require(false, name);
    return 0;
}

static void restrict_files(const char *dir, char **names)
{
    /* All rights of the first version of Landlock are denied unless a rule permits them. */
    const struct landlock_ruleset_attr denied = {
        .handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1,
    };
    struct landlock_path_beneath_attr beneath = {.parent_fd = open(dir, O_PATH | O_CLOEXEC)};
    int rules = (int)syscall(SYS_landlock_create_ruleset, &denied, sizeof denied, 0);

    require(rules >= 0, "landlock_create_ruleset");
    for (; *names; names++)
        beneath.allowed_access |= landlock_right(*names);
    if (beneath.allowed_access != 0)
        require(syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) == 0,
                "landlock_add_rule");
    require(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                syscall(SYS_landlock_restrict_self, rules, 0) == 0,
            "landlock_restrict_self");
}

static enum nucleus_status perform(const char *action, const char *dir)
{
    static char argument[1024 * 1024]; /* large enough for malloc(3) to map memory */
    char *command[] = {argument, NULL};
    const bool is_capture = strcmp(action, "capture") == 0;
    const struct nucleus_container_state state = {
        .id = "4f1c",
        .name = "db",
        .command = command,
        .cgroup_path = is_capture ? dir : NULL,
    };
    struct nucleus_metadata metadata = {0};
    enum nucleus_status status;

    memset(argument, 'a', sizeof argument - 1);
    if (strcmp(action, "load") == 0) {
        status = nucleus_metadata_load(dir, &metadata, NULL);
    } else {
        status = nucleus_metadata_from_state(&state, &metadata, NULL);
        if (status == NUCLEUS_OK && !is_capture)
            status = nucleus_metadata_save(&metadata, dir, NULL);
    }
    nucleus_metadata_clear(&metadata);
    return status;
}

int main(int argc, char **argv)
{
    require(argc >= 4, "arguments");
    if (strcmp(argv[1], "seccomp") == 0)
        restrict_system_calls(argv + 4);
    else
        restrict_files(argv[3], argv + 4);
    _exit((int)perform(argv[2], argv[3]));
}
