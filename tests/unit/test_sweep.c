/* SPDX-License-Identifier: MIT */
/* What a save does about the temporary files that earlier ones have left. */
#include "support.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "system.h"

static size_t reads; /* of the directory */

ssize_t __real_nucleus_system_getdents(int fd, void *bytes, size_t size);
ssize_t __wrap_nucleus_system_getdents(int fd, void *bytes, size_t size);

ssize_t __wrap_nucleus_system_getdents(int fd, void *bytes, size_t size)
{
    reads++;
    return __real_nucleus_system_getdents(fd, bytes, size);
}

/* A name in dir, last changed this many seconds ago. */
static void leave(const char *dir, const char *name, time_t age)
{
    const struct timespec times[2] = {{.tv_sec = time(NULL) - age}, {.tv_sec = time(NULL) - age}};

    if (!exists(path_in(dir, name)))
        write_text(path_in(dir, name), "left over");
    assert_int_equal(utimensat(AT_FDCWD, path_in(dir, name), times, AT_SYMLINK_NOFOLLOW), 0);
}

static void only_our_own_old_leftovers_are_swept(void **state)
{
    enum { OLD = 3700, YOUNG = 3000 };
    static const struct {
        const char *name;
        time_t age;
        bool swept;
    } rows[] = {
        {".metadata.json.tmp.0123456789abcdef", OLD, true},
        {".metadata.json.tmp.ffffffffffffffff", OLD, true},
        {".metadata.json.tmp.0123456789abcde0", YOUNG, false},
        {".metadata.json.tmp.0123456789abcde1", -OLD, false},
        {".metadata.json.tmp.0123456789abcdeF", OLD, false},
        {".metadata.json.tmp.0123456789abcde", OLD, false},
        {".metadata.json.tmp.0123456789abcdef0", OLD, false},
        {".metadata.json.tmp.0123456789abcdeg", OLD, false},
        {".metadata.json.tmp.", OLD, false},
        {".metadata.json.tmX.0123456789abcdef", OLD, false},
        {"metadata.json.tmp.0123456789abcdef", OLD, false},
        {"pages-1.img", OLD, false},
    };
    struct nucleus_error err;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        leave(*state, rows[i].name, rows[i].age);
    assert_int_equal(symlink("x", path_in(*state, ".metadata.json.tmp.1111111111111111")), 0);
    leave(*state, ".metadata.json.tmp.1111111111111111", OLD);
    assert_int_equal(mkdir(path_in(*state, ".metadata.json.tmp.2222222222222222"), 0700), 0);
    leave(*state, ".metadata.json.tmp.2222222222222222", OLD);
    assert_status(save_sample("a", *state, &err), NUCLEUS_OK, &err);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (exists(path_in(*state, rows[i].name)) == rows[i].swept)
            fail_msg("%s is %s", rows[i].name, rows[i].swept ? "still there" : "gone");
    }
    assert_true(exists(path_in(*state, ".metadata.json.tmp.1111111111111111")));
    assert_true(exists(path_in(*state, ".metadata.json.tmp.2222222222222222")));
}

/* The sweep reads names in several steps. */
static void leftovers_are_found_among_many_names(void **state)
{
    struct nucleus_error err;
    char name[64];

    for (int i = 0; i < 1000; i++) {
        (void)snprintf(name, sizeof name, "pages-%d-of-a-checkpoint-with-many-images.img", i);
        write_text(path_in(*state, name), "");
        (void)snprintf(name, sizeof name, ".metadata.json.tmp.%016x", i);
        if (i % 100 == 0)
            leave(*state, name, 3700);
    }
    assert_status(save_sample("a", *state, &err), NUCLEUS_OK, &err);
    assert_int_equal(count_names(*state), 1001);
}

/* 4,000 names of 200 bytes are more than the sweep ever reads. */
static void the_sweep_ends_in_a_large_directory(void **state)
{
    struct nucleus_error err;
    char name[256];

    for (int i = 0; i < 4000; i++) {
        (void)snprintf(name, sizeof name, "%0200d", i);
        write_text(path_in(*state, name), "");
    }
    reads = 0;
    assert_status(save_sample("a", *state, &err), NUCLEUS_OK, &err);
    assert_int_equal(reads, 16);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(only_our_own_old_leftovers_are_swept),
        TEST(leftovers_are_found_among_many_names),
        TEST(the_sweep_ends_in_a_large_directory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
