/* SPDX-License-Identifier: MIT */
/* A seccomp filter denies system calls with EPERM. nucleus-checkpoint(7) documents the effects. */
#include "system_calls.h"
#include "test.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Some architectures have more than one name for a call. */
#ifndef SYS_fstatfs64
#define SYS_fstatfs64 (-1)
#endif
#ifndef SYS_clock_nanosleep_time64
#define SYS_clock_nanosleep_time64 (-1)
#endif
#define FSTATFS SYS_fstatfs, SYS_fstatfs64
#define SLEEP SYS_nanosleep, SYS_clock_nanosleep, SYS_clock_nanosleep_time64

static const char stale[] = ".metadata.json.tmp.0123456789abcdef";

static struct nucleus_error *err; /* shared with the child process */

/* Returns false if seccomp is not available. */
static bool deny(int call)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {COUNT(filter), filter};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static void save(void)
{
    (void)save_sample("a", ".", err);
}

static void save_over_a_directory(void)
{
    (void)mkdir("metadata.json", 0700);
    save();
}

static void save_with_umask_0777(void)
{
    (void)umask(0777);
    save();
}

static void load(void)
{
    (void)load_sample(".", err);
}

#define CALLS(...)                                                                                 \
    (const int[])                                                                                  \
    {                                                                                              \
        __VA_ARGS__, 0                                                                             \
    }
static const struct {
    const char *name;
    const int *calls; /* the denied calls, terminated by 0 */
    void (*operation)(void);
    enum nucleus_status status;
    size_t files; /* that exist afterwards, including stale */
    mode_t mode;  /* of metadata.json after success */
    const char *message;
} rows[] = {
    {"nothing", CALLS(-1), save, NUCLEUS_OK, 1, 0600, ""},
    {"getdents64", CALLS(SYS_getdents64), save, NUCLEUS_OK, 2, 0600, ""},
    {"unlinkat", CALLS(SYS_unlinkat), save, NUCLEUS_OK, 2, 0600, ""},
    {"unlinkat after a failure", CALLS(SYS_unlinkat), save_over_a_directory,
     NUCLEUS_ERROR_NOT_REGULAR, 3, 0, "could not be removed: Operation not permitted"},
    {"getrandom", CALLS(SYS_getrandom), save, NUCLEUS_ERROR_IO, 1, 0,
     "cannot create temporary file: Operation not permitted"},
    {"fremovexattr", CALLS(SYS_fremovexattr), save, NUCLEUS_OK, 1, 0600, ""},
    {"fchmod", CALLS(SYS_fchmod), save_with_umask_0777, NUCLEUS_OK, 1, 0, ""},
    {"fstatfs", CALLS(FSTATFS), load, NUCLEUS_ERROR_NOT_FOUND, 1, 0, ""},
    {"fstatfs and clock_nanosleep", CALLS(FSTATFS, SLEEP), load, NUCLEUS_ERROR_NOT_FOUND, 1, 0, ""},
};

static void stale_file(void)
{
    write_text(stale, "");
    set_call_hooks(NULL, age_stale_temps);
    err = mmap(NULL, sizeof *err, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(err, MAP_FAILED);
    poison(err, sizeof *err);
}

TEST_EACH_IN(stale_file, rows, a_denied_call_has_the_documented_effect)
{
    struct stat info;
    int status;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        for (const int *call = row->calls; *call != 0; call++) {
            if (!deny(*call))
                _exit(TEST_SKIPPED);
        }
        row->operation();
        _exit(EXIT_SUCCESS);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == TEST_SKIPPED)
        skip_test("seccomp is not available");
    assert_int_equal(status, 0);
    assert_status(err->status, row->status, err);
    assert_contains(err->message, row->message);
    assert_int_equal(count_names("."), row->files);
    if (row->status == NUCLEUS_OK) {
        assert_int_equal(stat("metadata.json", &info), 0);
        assert_int_equal(info.st_mode & 07777, row->mode);
    }
}
