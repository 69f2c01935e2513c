/* SPDX-License-Identifier: MIT */
/* The calls that the other tests replace (system.h) are the very ones that the C library has:
 * fsync and no weaker one, the clock of the machine, random bits of the kernel, a sleep; and they
 * fail as those do. */
#include "support.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "system.h"

static mode_t flushed[8]; /* the type of each file, in their order */
static size_t flushes;
static int os_error; /* of each; 0: none */
static int64_t now;
static long pauses[16]; /* nanoseconds */
static size_t paused;
static bool is_interrupted; /* each pause, again and again, when half of it is left */
static bool is_denied;      /* each pause */
static bool is_continued;   /* the next call continues a pause */

int __wrap_fsync(int fd);
int __wrap_fdatasync(int fd);
time_t __wrap_time(time_t *ret);
int64_t __wrap___time64(int64_t *ret);
ssize_t __wrap_getrandom(void *bytes, size_t size, unsigned flags);
int __wrap_nanosleep(const struct timespec *pause, struct timespec *ret);
int __wrap___nanosleep64(const struct timespec *pause, struct timespec *ret);
int __wrap_fstatfs(int fd, struct statfs *ret);
int __wrap_fstatfs64(int fd, struct statfs *ret);

int __wrap_fsync(int fd)
{
    struct stat info;

    assert_int_equal(fstat(fd, &info), 0);
    assert_true(flushes < 8);
    flushed[flushes++] = info.st_mode & S_IFMT;
    errno = os_error;
    return os_error == 0 ? 0 : -1;
}

int __wrap_fdatasync(int fd)
{
    (void)fd;
    fail_msg("fdatasync leaves out what is needed to find the data");
    return -1;
}

time_t __wrap_time(time_t *ret)
{
    assert_null(ret);
    return (time_t)now;
}

/* What a 32-bit system calls it. */
int64_t __wrap___time64(int64_t *ret)
{
    assert_null(ret);
    return now;
}

ssize_t __wrap_getrandom(void *bytes, size_t size, unsigned flags)
{
    assert_int_equal(flags, 0);
    memset(bytes, 0x5a, size);
    return (ssize_t)size;
}

int __wrap_nanosleep(const struct timespec *pause, struct timespec *ret)
{
    const long left = is_interrupted ? pause->tv_nsec / 2 : 0;

    assert_int_equal(pause->tv_sec, 0);
    if (!is_continued)
        paused++;
    assert_true(paused <= 16);
    pauses[paused - 1] += pause->tv_nsec - left;
    is_continued = left > 0;
    ret->tv_nsec = left;
    errno = is_denied ? EPERM : EINTR;
    return left > 0 || is_denied ? -1 : 0;
}

/* FUSE, where a file that is missing may be in the course of being replaced. */
int __wrap_fstatfs(int fd, struct statfs *ret)
{
    (void)fd;
    ret->f_type = 0x65735546;
    return 0;
}

int __wrap_fstatfs64(int fd, struct statfs *ret)
{
    return __wrap_fstatfs(fd, ret);
}

/* What a 32-bit system calls it. */
int __wrap___nanosleep64(const struct timespec *pause, struct timespec *ret)
{
    return __wrap_nanosleep(pause, ret);
}

static void assert_failed(long result)
{
    assert_int_equal(result, -1);
    assert_int_equal(errno, EBADF);
    errno = 0;
}

static void a_failure_comes_with_its_errno(void **state)
{
    char bytes[64] = "";
    struct stat info;

    (void)state;
    errno = 0;
    assert_failed(nucleus_system_openat(-1, "a", O_RDONLY, 0));
    assert_failed(nucleus_system_dup_above(-1, 3));
    assert_failed(nucleus_system_close(-1));
    assert_failed(nucleus_system_fstatat(-1, "a", &info));
    assert_failed(nucleus_system_fstat(-1, &info));
    assert_failed(nucleus_system_fchmod(-1, 0600));
    assert_failed(nucleus_system_read(-1, bytes, sizeof bytes));
    assert_failed(nucleus_system_write(-1, bytes, sizeof bytes));
    assert_failed(nucleus_system_fremovexattr(-1, "user.a"));
    assert_failed(nucleus_system_renameat(-1, "a", "b"));
    assert_failed(nucleus_system_unlinkat(-1, "a"));
    assert_failed(nucleus_system_getdents(-1, bytes, sizeof bytes));
}

static void fsync_is_fsync(void **state)
{
    (void)state;
    flushes = 0;
    os_error = EIO;
    assert_int_equal(nucleus_system_fsync(0), -1);
    assert_int_equal(errno, EIO);
    os_error = 0;
    assert_int_equal(nucleus_system_fsync(0), 0);
    assert_int_equal(flushes, 2);
}

static void save_flushes_the_file_then_the_directory_and_asks_the_file_again(void **state)
{
    struct nucleus_error err;

    flushes = 0;
    assert_status(save_sample("a", *state, &err), NUCLEUS_OK, &err);
    assert_int_equal(flushes, 3);
    assert_int_equal(flushed[0], S_IFREG);
    assert_int_equal(flushed[1], S_IFDIR);
    assert_int_equal(flushed[2], S_IFREG);
}

static void random_bits_come_from_getrandom(void **state)
{
    unsigned char bytes[9] = {0};

    (void)state;
    assert_int_equal(nucleus_system_getrandom(bytes, 8), 8);
    assert_memory_equal(bytes, "ZZZZZZZZ\0", 9);
}

static void the_time_is_0_before_1970(void **state)
{
    static const struct {
        int64_t now;
        uint64_t checkpoint_at;
    } rows[] = {{INT64_MIN, 0}, {-1000, 0}, {-1, 0}, {0, 0}, {1, 1}, {4294967296, 4294967296}};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct nucleus_metadata metadata;
        struct nucleus_error err;

        now = rows[i].now;
        assert_status(sample_from_state(NULL, &metadata, &err), NUCLEUS_OK, &err);
        assert_true(metadata.checkpoint_at == rows[i].checkpoint_at);
        nucleus_metadata_clear(&metadata);
    }
}

static void a_load_waits_twice_as_long_each_time(void **state)
{
    struct nucleus_error err;

    paused = 0;
    memset(pauses, 0, sizeof pauses);
    assert_status(load_sample(*state, &err), NUCLEUS_ERROR_NOT_FOUND, &err);
    assert_int_equal(paused, 9);
    for (size_t i = 0; i < paused; i++)
        assert_int_equal(pauses[i], 50000L << i);
}

static void a_pause_that_signals_interrupt_is_continued(void **state)
{
    is_interrupted = true;
    a_load_waits_twice_as_long_each_time(state);
    is_interrupted = false;
}

static void a_load_goes_on_if_pauses_are_denied(void **state)
{
    is_denied = true;
    a_load_waits_twice_as_long_each_time(state);
    is_denied = false;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_comes_with_its_errno),
        cmocka_unit_test(fsync_is_fsync),
        cmocka_unit_test_setup_teardown(
            save_flushes_the_file_then_the_directory_and_asks_the_file_again, make_directory,
            remove_directory),
        cmocka_unit_test(random_bits_come_from_getrandom),
        cmocka_unit_test(the_time_is_0_before_1970),
        cmocka_unit_test_setup_teardown(a_load_waits_twice_as_long_each_time, make_directory,
                                        remove_directory),
        cmocka_unit_test_setup_teardown(a_pause_that_signals_interrupt_is_continued, make_directory,
                                        remove_directory),
        cmocka_unit_test_setup_teardown(a_load_goes_on_if_pauses_are_denied, make_directory,
                                        remove_directory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
