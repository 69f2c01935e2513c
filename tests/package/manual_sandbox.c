/* SPDX-License-Identifier: MIT */
/*
 * manual_sandbox seccomp|landlock ACTION DIR NAME...
 * manual_sandbox deny ACTION DIR NAME...
 *
 * Performs ACTION in DIR while only the system calls, or the Landlock rights, that are named are
 * permitted; a system call that is not permitted kills the process with SIGSYS. With "deny", the
 * system calls that are named fail with EPERM, and all others are permitted. The exit status is
 * the status of the library, or 100 if ACTION cannot be prepared.
 */
#define _GNU_SOURCE
#include <nucleus/checkpoint.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { UNPREPARED = 100, TWO_HOURS = 7200, FUSE_MAGIC = 0x65735546 };

static const char stale_name[] = ".metadata.json.tmp.0123456789abcdef"; /* is two hours old */
static bool shows_fuse; /* fstatfs(2) reports a FUSE file system */

int __real_fstatfs64(int fd, struct statfs64 *ret);
int __wrap_fstatfs64(int fd, struct statfs64 *ret);
int __real_fstatat64(int dirfd, const char *path, struct stat64 *ret, int flags);
int __wrap_fstatat64(int dirfd, const char *path, struct stat64 *ret, int flags);

int __wrap_fstatfs64(int fd, struct statfs64 *ret)
{
    const int result = __real_fstatfs64(fd, ret);

    if (result == 0 && shows_fuse)
        ret->f_type = FUSE_MAGIC;
    return result;
}

int __wrap_fstatat64(int dirfd, const char *path, struct stat64 *ret, int flags)
{
    const int result = __real_fstatat64(dirfd, path, ret, flags);

    if (result == 0 && strcmp(path, stale_name) == 0)
        ret->st_ctim.tv_sec -= TWO_HOURS;
    return result;
}

static void require(bool is_prepared, const char *what)
{
    if (is_prepared)
        return;
    perror(what);
    _exit(UNPREPARED);
}

static void filter_system_calls(char **names)
{
    static const char *const always[] = {"exit_group", "rt_sigreturn"};
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    bool is_filled = filter != NULL;

    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
        is_filled = is_filled && seccomp_rule_add(filter, SCMP_ACT_ALLOW,
                                                  seccomp_syscall_resolve_name(always[i]), 0) == 0;
    for (; *names; names++)
        is_filled = is_filled && seccomp_rule_add(filter, SCMP_ACT_ALLOW,
                                                  seccomp_syscall_resolve_name(*names), 0) == 0;
    require(is_filled && seccomp_load(filter) == 0, "seccomp");
}

static void deny_system_calls(char **names)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    bool is_filled = filter != NULL;

    for (; *names; names++)
        is_filled = is_filled && seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM),
                                                  seccomp_syscall_resolve_name(*names), 0) == 0;
    require(is_filled && seccomp_load(filter) == 0, "seccomp");
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
    struct landlock_ruleset_attr handled = {.handled_access_fs = 0};
    struct landlock_path_beneath_attr beneath = {.parent_fd = open(dir, O_PATH | O_CLOEXEC)};
    int rules;

    /* Every right of the first version of Landlock. */
    handled.handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
    rules = (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0);
    require(rules >= 0 && beneath.parent_fd >= 0, "landlock_create_ruleset");
    for (; *names; names++)
        beneath.allowed_access |= landlock_right(*names);
    if (beneath.allowed_access != 0)
        require(syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) == 0,
                "landlock_add_rule");
    require(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                syscall(SYS_landlock_restrict_self, rules, 0) == 0,
            "landlock_restrict_self");
}

/* Brings about the circumstances in which the rarer system calls are made. */
static void prepare(const char *action)
{
    if (strcmp(action, "save-umask") == 0)
        umask(0777);
    if (strcmp(action, "save-full") == 0) {
        signal(SIGXFSZ, SIG_IGN);
        require(setrlimit(RLIMIT_FSIZE, &(struct rlimit){0, 0}) == 0, "setrlimit");
    }
    if (strstr(action, "-closed")) {
        for (int fd = 0; fd <= 2; fd++)
            (void)close(fd);
    }
    shows_fuse = strcmp(action, "load-fuse") == 0;
}

static enum nucleus_status perform(const char *action, const char *dir, char *argument)
{
    const bool is_capture = strncmp(action, "capture", strlen("capture")) == 0;
    char *command[] = {argument, NULL};
    const struct nucleus_container_state state = {
        .id = "4f1c",
        .name = "db",
        .pid = 13789,
        .command = command,
        .cgroup_path = is_capture ? dir : NULL,
    };
    struct nucleus_metadata metadata = {0};
    struct nucleus_error err;
    enum nucleus_status status;

    if (strncmp(action, "load", strlen("load")) == 0) {
        status = nucleus_metadata_load(dir, &metadata, &err);
    } else {
        status = nucleus_metadata_from_state(&state, &metadata, &err);
        if (status == NUCLEUS_OK && !is_capture)
            status = nucleus_metadata_save(&metadata, dir, &err);
    }
    nucleus_metadata_clear(&metadata);
    return status;
}

int main(int argc, char **argv)
{
    static char argument[1024 * 1024];

    if (argc < 4)
        return UNPREPARED;
    memset(argument, 'a', sizeof argument - 1);
    prepare(argv[2]);
    if (strcmp(argv[1], "seccomp") == 0)
        filter_system_calls(argv + 4);
    else if (strcmp(argv[1], "deny") == 0)
        deny_system_calls(argv + 4);
    else
        restrict_files(argv[3], argv + 4);
    _exit((int)perform(argv[2], argv[3], argument));
}
