/* SPDX-License-Identifier: MIT */
/* A directory whose path is up to PATH_MAX - 1 bytes long can be saved to and loaded from. */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[PATH_MAX + 2];

/* Makes path longer by one component of len bytes, and creates it as a directory. */
static void descend(size_t len)
{
    char *end = path + strlen(path);

    *end = '/';
    memset(end + 1, 'd', len);
    end[1 + len] = '\0';
    assert_int_equal(mkdir(path, 0700), 0);
}

static void save_and_load(void)
{
    struct nucleus_error err;
    int dirfd;

    assert_status(load_sample(path, &err), NUCLEUS_ERROR_NOT_FOUND, &err);
    assert_contains(err.message, "ddd/metadata.json': ");
    assert_status(save_sample("a", path, &err), NUCLEUS_OK, &err);
    assert_true(has_saved(path, "a"));
    dirfd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (strlen(path) < PATH_MAX - 1)
        assert_true(has_saved(strcat(path, "/"), "a"));
    assert_int_equal(unlinkat(dirfd, "metadata.json", 0), 0);
    assert_int_equal(close(dirfd), 0);
    assert_int_equal(rmdir(path), 0);
}

TEST_IN(empty_directory, a_path_of_any_length_can_be_saved_to_and_loaded_from)
{
    size_t parent_len;

    strcpy(path, ".");
    while (strlen(path) < PATH_MAX - 250)
        descend(100);
    parent_len = strlen(path);
    for (size_t len = PATH_MAX - 20; len < PATH_MAX; len++) {
        descend(len - parent_len - 1);
        assert_int_equal(strlen(path), len);
        save_and_load();
        path[parent_len] = '\0';
    }
}

TEST(a_longer_path_is_refused_by_load_and_save_alike)
{
    struct nucleus_error load_err, save_err;

    memset(path, '/', PATH_MAX);
    path[PATH_MAX] = '\0';
    assert_status(load_sample(path, &load_err), NUCLEUS_ERROR_IO, &load_err);
    assert_int_equal(load_err.os_error, ENAMETOOLONG);
    assert_contains(load_err.message, "cannot open directory '...///");
    assert_status(save_sample("a", path, &save_err), NUCLEUS_ERROR_IO, &save_err);
    assert_int_equal(save_err.os_error, ENAMETOOLONG);
    assert_string_equal(save_err.message, load_err.message);
}
