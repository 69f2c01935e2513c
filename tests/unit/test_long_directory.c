/* SPDX-License-Identifier: MIT */
/* A directory whose path is as long as a path may be: what can be saved there can be loaded. */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[PATH_MAX + 2];

/* Makes path one component, of len bytes, longer. */
static void append(size_t len)
{
    char *end = path + strlen(path);

    *end = '/';
    memset(end + 1, 'd', len);
    end[1 + len] = '\0';
}

/* From the parent, for which the paths of what is inside are not too long. */
static void remove_here(size_t parent_len)
{
    int dirfd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    assert_true(dirfd >= 0);
    assert_int_equal(unlinkat(dirfd, "metadata.json", 0), 0);
    assert_int_equal(close(dirfd), 0);
    assert_int_equal(rmdir(path), 0);
    path[parent_len] = '\0';
}

static void save_and_load(void)
{
    struct nucleus_error err;

    assert_status(load_sample(path, &err), NUCLEUS_ERROR_NOT_FOUND, &err);
    assert_contains(err.message, "ddd/metadata.json': ");
    assert_status(save_sample("a", path, &err), NUCLEUS_OK, &err);
    assert_true(has_saved(path, "a"));
}

static void a_path_of_any_length_is_saved_into_and_loaded_from(void **state)
{
    size_t parent_len;

    (void)snprintf(path, sizeof path, "%s", (const char *)*state);
    while (strlen(path) < PATH_MAX - 250) {
        append(100);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    parent_len = strlen(path);
    for (size_t len = PATH_MAX - 20; len < PATH_MAX; len++) {
        append(len - parent_len - 1);
        assert_int_equal(strlen(path), len);
        assert_int_equal(mkdir(path, 0700), 0);
        save_and_load();
        if (len < PATH_MAX - 1) {
            strcat(path, "/");
            assert_true(has_saved(path, "a"));
        }
        remove_here(parent_len);
    }
}

static void a_longer_path_is_refused_alike(void **state)
{
    struct nucleus_error err;

    (void)state;
    memset(path, '/', PATH_MAX);
    path[PATH_MAX] = '\0';
    assert_status(load_sample(path, &err), NUCLEUS_ERROR_IO, &err);
    assert_int_equal(err.os_error, ENAMETOOLONG);
    assert_contains(err.message, "cannot open directory '...///");
    assert_status(save_sample("a", path, &err), NUCLEUS_ERROR_IO, &err);
    assert_int_equal(err.os_error, ENAMETOOLONG);
    assert_contains(err.message, "cannot open directory '...///");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_path_of_any_length_is_saved_into_and_loaded_from),
        TEST(a_longer_path_is_refused_alike),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
