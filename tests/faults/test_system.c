/* SPDX-License-Identifier: MIT */
/* Checks that the functions of system.h, which other tests replace, make the system calls that they
 * are named after: fsync rather than a weaker flush, random bits from the kernel, real pauses. */
#include "test.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "system.h"

static mode_t flushed[4]; /* the types of the files that were flushed */
static size_t flushes;
static int64_t now;
static long magic;      /* of the file system, or -1 if fstatfs fails */
static long pauses[16]; /* nanoseconds */
static size_t paused;
static bool is_interrupted; /* each pause is interrupted when half of it is left, repeatedly */
static bool is_denied;      /* each pause is denied */
static bool is_continued;   /* the next call continues a pause */

int __real_fsync(int fd);
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

    if (fstat(fd, &info) == 0 && flushes < COUNT(flushed))
        flushed[flushes++] = info.st_mode & S_IFMT;
    return __real_fsync(fd);
}

int __wrap_fdatasync(int fd)
{
    (void)fd;
    fail_msg("fdatasync does not flush all metadata");
    return -1;
}

time_t __wrap_time(time_t *ret)
{
    assert_null(ret);
    return (time_t)now;
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
    assert_true(paused <= COUNT(pauses));
    pauses[paused - 1] += pause->tv_nsec - left;
    is_continued = left > 0;
    ret->tv_nsec = left;
    errno = is_denied ? EPERM : EINTR;
    return left > 0 || is_denied ? -1 : 0;
}

int __wrap_fstatfs(int fd, struct statfs *ret)
{
    (void)fd;
    ret->f_type = (__typeof__(ret->f_type))magic;
    return magic < 0 ? -1 : 0;
}

/* 32-bit systems have these names for the calls. */
int64_t __wrap___time64(int64_t *ret)
{
    assert_null(ret);
    return now;
}

int __wrap___nanosleep64(const struct timespec *pause, struct timespec *ret)
{
    return __wrap_nanosleep(pause, ret);
}

int __wrap_fstatfs64(int fd, struct statfs *ret)
{
    return __wrap_fstatfs(fd, ret);
}

static void assert_failed(long result)
{
    assert_int_equal(result, -1);
    assert_int_equal(errno, EBADF);
    errno = 0;
}

TEST(a_failure_sets_errno)
{
    char bytes[64] = "";
    struct stat info;

    errno = 0;
    assert_failed(nucleus_system_openat(-1, "a", O_RDONLY, 0));
    assert_failed(nucleus_system_dup_above(-1, 3));
    assert_failed(nucleus_system_close(-1));
    assert_failed(nucleus_system_fstatat(-1, "a", &info));
    assert_failed(nucleus_system_fstat(-1, &info));
    assert_failed(nucleus_system_fchmod(-1, 0600));
    assert_failed(nucleus_system_read(-1, bytes, sizeof bytes));
    assert_failed(nucleus_system_write(-1, bytes, sizeof bytes));
    assert_failed(nucleus_system_fsync(-1));
    assert_failed(nucleus_system_fremovexattr(-1, "user.a"));
    assert_failed(nucleus_system_renameat(-1, "a", "b"));
    assert_failed(nucleus_system_unlinkat(-1, "a"));
    assert_failed(nucleus_system_getdents(-1, bytes, sizeof bytes));
}

TEST_IN(empty_directory, save_flushes_the_file_then_the_directory_and_then_the_file_again)
{
    static const mode_t expected[] = {S_IFREG, S_IFDIR, S_IFREG};
    struct nucleus_error err;

    assert_status(save_sample("a", ".", &err), NUCLEUS_OK, &err);
    assert_int_equal(flushes, COUNT(expected));
    assert_memory_equal(flushed, expected, sizeof expected);
}

TEST(random_bits_come_from_getrandom)
{
    unsigned char bytes[9] = {0};

    assert_int_equal(nucleus_system_getrandom(bytes, 8), 8);
    assert_memory_equal(bytes, "ZZZZZZZZ\0", 9);
}

TEST(the_time_is_0_before_1970)
{
    static const int64_t times[] = {INT64_MIN, -1, 0, 1, 4294967296};

    for (size_t i = 0; i < COUNT(times); i++) {
        now = times[i];
        assert_true(nucleus_system_now() == (times[i] < 0 ? 0 : (uint64_t)times[i]));
    }
}

static const struct {
    const char *name;
    long magic;
    bool is_interrupted, is_denied;
    size_t pauses;
} loads[] = {
    {"on a local file system, tmpfs", 0x01021994, false, false, 0},
    {"on FUSE, where a file that is being replaced can be missing", 0x65735546, false, false, 9},
    {"if the file system is unknown", -1, false, false, 9},
    {"with signals during each pause", 0x65735546, true, false, 9},
    {"under a filter that denies pauses", 0x65735546, false, true, 9},
};

TEST_EACH_IN(empty_directory, loads, each_pause_of_a_load_is_twice_as_long_as_the_one_before)
{
    struct nucleus_error err;

    magic = row->magic;
    is_interrupted = row->is_interrupted;
    is_denied = row->is_denied;
    paused = 0;
    memset(pauses, 0, sizeof pauses);
    assert_status(load_sample(".", &err), NUCLEUS_ERROR_NOT_FOUND, &err);
    assert_int_equal(paused, row->pauses);
    for (size_t i = 0; i < paused; i++)
        assert_int_equal(pauses[i], 50000L << i);
}
