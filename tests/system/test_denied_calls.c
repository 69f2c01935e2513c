/* SPDX-License-Identifier: MIT */
/*
 * A seccomp filter that denies one system call with EPERM: nucleus-checkpoint(7) documents what a
 * save or a load then does. The temporary files of other savers are two hours old.
 */
#include "support.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "system.h"

enum { TWO_HOURS = 2 * 60 * 60, USER = 1000, ALL_PAUSES = 25550 /* microseconds */ };

/* The call by its names on all architectures; those that this one does not have are -1. */
#ifndef SYS_fcntl64
#define SYS_fcntl64 (-1)
#endif
#ifndef SYS_fstatfs64
#define SYS_fstatfs64 (-1)
#endif
#ifndef SYS_clock_nanosleep_time64
#define SYS_clock_nanosleep_time64 (-1)
#endif
enum { NAMES = 3 };
static const int no_call[NAMES] = {-1, -1, -1};
static const int calls_getdents[NAMES] = {SYS_getdents64, -1, -1};
static const int calls_unlinkat[NAMES] = {SYS_unlinkat, -1, -1};
static const int calls_getrandom[NAMES] = {SYS_getrandom, -1, -1};
static const int calls_fchmod[NAMES] = {SYS_fchmod, -1, -1};
static const int calls_fsync[NAMES] = {SYS_fsync, -1, -1};
static const int calls_fremovexattr[NAMES] = {SYS_fremovexattr, -1, -1};
static const int calls_fcntl[NAMES] = {SYS_fcntl, SYS_fcntl64, -1};
static const int calls_fstatfs[NAMES] = {SYS_fstatfs, SYS_fstatfs64, -1};
static const int calls_sleep[NAMES] = {SYS_clock_nanosleep, SYS_clock_nanosleep_time64,
                                       SYS_nanosleep};

static const char stale[] = ".metadata.json.tmp.0123456789abcdef";
static const char not_local[] = "/dev/pts"; /* a file system that is not known to be local */

static struct result {
    bool is_filtered;
    enum nucleus_status status;
    struct nucleus_error err;
    int64_t duration; /* microseconds */
} * result;           /* shared with the child */

int __real_nucleus_system_fstatat(int dirfd, const char *path, struct stat *ret);
int __wrap_nucleus_system_fstatat(int dirfd, const char *path, struct stat *ret);

int __wrap_nucleus_system_fstatat(int dirfd, const char *path, struct stat *ret)
{
    const int returned = __real_nucleus_system_fstatat(dirfd, path, ret);

    if (returned == 0 && strcmp(path, stale) == 0)
        ret->st_ctim.tv_sec -= TWO_HOURS;
    return returned;
}

/* Returns false if there is no seccomp here. */
static bool deny(const int calls[NAMES])
{
    for (int i = 0; i < NAMES; i++) {
        struct sock_filter filter[] = {
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)calls[i], 0, 1),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        const struct sock_fprog program = {COUNT(filter), filter};

        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
            prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
            return false;
    }
    return true;
}

static int64_t now(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

/* Operations, run in a child under the filter. */

static enum nucleus_status save(void)
{
    return save_sample("a", ".", &result->err);
}

static enum nucleus_status save_with_umask_0777(void)
{
    (void)umask(0777);
    return save();
}

static enum nucleus_status save_as_user_with_umask_0777(void)
{
    if (geteuid() == 0 && setuid(USER) < 0)
        return NUCLEUS_ERROR_IO;
    return save_with_umask_0777();
}

static enum nucleus_status save_without_stdin(void)
{
    (void)close(STDIN_FILENO);
    return save();
}

static enum nucleus_status load_missing(void)
{
    return load_sample(".", &result->err);
}

static enum nucleus_status load_missing_from_another_file_system(void)
{
    return load_sample(not_local, &result->err);
}

static void run(const int calls[NAMES], enum nucleus_status (*operation)(void))
{
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        int64_t begin;

        memset(result, 0, sizeof *result);
        result->is_filtered = deny(calls);
        begin = now();
        result->status = operation();
        result->duration = now() - begin;
        _exit(EXIT_SUCCESS);
    }
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_true(result->is_filtered);
}

static void expect(enum nucleus_status status, const char *message)
{
    assert_status(result->status, status, &result->err);
    assert_contains(result->err.message, message);
}

static void a_save_without_getdents_removes_no_stale_file(void **state)
{
    (void)state;
    write_text(stale, "");
    run(calls_getdents, save);
    expect(NUCLEUS_OK, "");
    assert_true(exists(stale));
    run(no_call, save);
    assert_false(exists(stale));
}

static void a_save_without_unlinkat_removes_no_stale_file(void **state)
{
    (void)state;
    write_text(stale, "");
    run(calls_unlinkat, save);
    expect(NUCLEUS_OK, "");
    assert_true(exists(stale));
}

static void a_failed_save_without_unlinkat_names_its_temporary_file(void **state)
{
    (void)state;
    assert_int_equal(mkdir("metadata.json", 0700), 0);
    run(calls_unlinkat, save);
    expect(NUCLEUS_ERROR_NOT_REGULAR, "could not be removed: Operation not permitted");
    assert_int_equal(count_names("."), 2);
}

static void a_save_without_getrandom_creates_nothing(void **state)
{
    (void)state;
    run(calls_getrandom, save);
    expect(NUCLEUS_ERROR_IO, "cannot create temporary file: Operation not permitted");
    assert_int_equal(count_names("."), 0);
}

static void expect_saved_with_mode(mode_t mode)
{
    struct stat info;

    expect(NUCLEUS_OK, "");
    assert_int_equal(stat("metadata.json", &info), 0);
    assert_int_equal(info.st_mode & 07777, mode);
    assert_int_equal(count_names("."), 1);
}

/* The owner, unless it is root, can open such a file no more. */
static void a_save_without_fchmod_keeps_the_mode_of_the_umask(void **state)
{
    (void)state;
    run(calls_fchmod, save_with_umask_0777);
    expect_saved_with_mode(0);
    if (geteuid() == 0)
        assert_int_equal(chown(".", USER, USER), 0);
    run(calls_fchmod, save_as_user_with_umask_0777);
    expect_saved_with_mode(0);
    run(no_call, save_as_user_with_umask_0777);
    expect_saved_with_mode(0600);
}

static void a_save_without_fsync_replaces_nothing(void **state)
{
    (void)state;
    run(no_call, save);
    expect(NUCLEUS_OK, "");
    run(calls_fsync, save);
    expect(NUCLEUS_ERROR_IO, "cannot flush temporary file: Operation not permitted");
    assert_int_equal(count_names("."), 1);
}

static void a_save_without_fremovexattr_succeeds(void **state)
{
    (void)state;
    run(calls_fremovexattr, save);
    expect(NUCLEUS_OK, "");
}

static void fcntl_is_needed_if_a_standard_descriptor_is_closed(void **state)
{
    (void)state;
    run(calls_fcntl, save);
    expect(NUCLEUS_OK, "");
    run(calls_fcntl, save_without_stdin);
    expect(NUCLEUS_ERROR_IO, "cannot open directory '.': Operation not permitted");
}

static void a_load_without_fstatfs_waits_for_a_missing_file(void **state)
{
    (void)state;
    run(calls_fstatfs, load_missing);
    expect(NUCLEUS_ERROR_NOT_FOUND, "No such file or directory");
    assert_true(result->duration >= ALL_PAUSES);
}

static void a_load_without_pauses_still_ends(void **state)
{
    (void)state;
    run(calls_sleep, load_missing_from_another_file_system);
    expect(NUCLEUS_ERROR_NOT_FOUND, "No such file or directory");
}

static bool has_seccomp(void)
{
    pid_t child = fork();
    int status = 1;

    if (child == 0)
        _exit(deny(no_call) ? 0 : 1);
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(a_save_without_getdents_removes_no_stale_file),
        IN_DIRECTORY(a_save_without_unlinkat_removes_no_stale_file),
        IN_DIRECTORY(a_failed_save_without_unlinkat_names_its_temporary_file),
        IN_DIRECTORY(a_save_without_getrandom_creates_nothing),
        IN_DIRECTORY(a_save_without_fchmod_keeps_the_mode_of_the_umask),
        IN_DIRECTORY(a_save_without_fsync_replaces_nothing),
        IN_DIRECTORY(a_save_without_fremovexattr_succeeds),
        IN_DIRECTORY(fcntl_is_needed_if_a_standard_descriptor_is_closed),
        IN_DIRECTORY(a_load_without_fstatfs_waits_for_a_missing_file),
        IN_DIRECTORY(a_load_without_pauses_still_ends),
    };

    result = mmap(NULL, sizeof *result, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (result == MAP_FAILED || !has_seccomp()) {
        print_message("skipped: there is no seccomp here\n");
        return TEST_SKIPPED;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
