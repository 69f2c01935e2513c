/* SPDX-License-Identifier: MIT */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum nucleus_status save_at(const char *id, int dirfd, struct nucleus_error *err)
{
    struct nucleus_metadata metadata = sample_metadata(id);
    enum nucleus_status status = nucleus_metadata_save_at(&metadata, dirfd, err);

    nucleus_metadata_clear(&metadata);
    return status;
}

/* dir holds metadata.json of this container and nothing else. */
static void assert_saved(const char *dir, const char *id)
{
    assert_true(has_saved(dir, id));
    assert_int_equal(count_names(dir), 1);
}

static void a_saved_file_is_the_canonical_text(void **state)
{
    struct nucleus_metadata metadata = sample_metadata("a");
    struct nucleus_error err;
    size_t len, file_len;
    char *text, *file;

    memset(&err, 0xa5, sizeof err);
    assert_status(nucleus_metadata_save(&metadata, *state, &err), NUCLEUS_OK, &err);
    assert_string_equal(err.message, "");
    assert_int_equal(err.os_error, 0);
    assert_status(nucleus_metadata_to_json(&metadata, &text, &len, &err), NUCLEUS_OK, &err);
    file = read_file(path_in(*state, "metadata.json"), &file_len);
    assert_int_equal(file_len, len);
    assert_memory_equal(file, text, len);
    free(file);
    free(text);
    nucleus_metadata_clear(&metadata);
    assert_saved(*state, "a");
}

static void a_second_save_replaces_the_first(void **state)
{
    struct nucleus_error err;

    assert_status(save_sample("first", *state, &err), NUCLEUS_OK, &err);
    assert_status(save_sample("second", *state, &err), NUCLEUS_OK, &err);
    assert_saved(*state, "second");
}

static void the_mode_is_0600_whatever_the_umask(void **state)
{
    static const mode_t masks[] = {0, 022, 0277, 0777};

    for (size_t i = 0; i < sizeof masks / sizeof masks[0]; i++) {
        mode_t old = umask(masks[i]);
        struct nucleus_error err;
        struct stat info;

        assert_status(save_sample("a", *state, &err), NUCLEUS_OK, &err);
        assert_int_equal(umask(old), masks[i]);
        assert_int_equal(stat(path_in(*state, "metadata.json"), &info), 0);
        assert_int_equal(info.st_mode & 07777, 0600);
    }
}

/* O_PATH, read-only and AT_FDCWD serve alike; the descriptor stays as it was. */
static void save_at_takes_any_kind_of_descriptor(void **state)
{
    static const int flags[] = {O_PATH, O_RDONLY};
    struct nucleus_error err;
    int here = open(".", O_RDONLY | O_DIRECTORY);

    assert_true(here >= 0);
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        int fd = open(*state, flags[i] | O_DIRECTORY);
        size_t before = count_descriptors();

        assert_true(fd >= 0);
        assert_status(save_at("at", fd, &err), NUCLEUS_OK, &err);
        assert_int_equal(count_descriptors(), before);
        if (flags[i] == O_RDONLY)
            assert_int_equal(lseek(fd, 0, SEEK_CUR), 0);
        assert_int_equal(close(fd), 0);
        assert_saved(*state, "at");
    }
    assert_int_equal(chdir(*state), 0);
    assert_status(save_at("cwd", AT_FDCWD, &err), NUCLEUS_OK, &err);
    assert_int_equal(fchdir(here), 0);
    assert_int_equal(close(here), 0);
    assert_saved(*state, "cwd");
}

static void a_bad_directory_has_a_status_of_its_own(void **state)
{
    const char *file = path_in(*state, "file");
    const char *loop = path_in(*state, "loop");
    const struct {
        const char *dir;
        enum nucleus_status status;
        int os_error;
    } rows[] = {
        {"", NUCLEUS_ERROR_NOT_FOUND, ENOENT},
        {path_in(*state, "none"), NUCLEUS_ERROR_NOT_FOUND, ENOENT},
        {file, NUCLEUS_ERROR_NOT_DIRECTORY, ENOTDIR},
        {path_in(file, "x"), NUCLEUS_ERROR_NOT_DIRECTORY, ENOTDIR},
        {path_in(*state, "fifo"), NUCLEUS_ERROR_NOT_DIRECTORY, ENOTDIR},
        {loop, NUCLEUS_ERROR_SYMLINK, ELOOP},
    };

    write_text(file, "x");
    assert_int_equal(mkfifo(path_in(*state, "fifo"), 0600), 0);
    assert_int_equal(symlink("loop", loop), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct nucleus_error err;

        assert_status(save_sample("a", rows[i].dir, &err), rows[i].status, &err);
        assert_int_equal(err.os_error, rows[i].os_error);
        assert_contains(err.message, "cannot open directory '");
        assert_contains(err.message, rows[i].dir);
    }
}

static void a_descriptor_that_is_no_directory_is_refused(void **state)
{
    struct nucleus_error err;
    int fd;

    assert_status(save_at("a", -1, &err), NUCLEUS_ERROR_IO, &err);
    assert_string_equal(err.message,
                        "cannot open directory of 'metadata.json': Bad file descriptor");
    assert_int_equal(err.os_error, EBADF);
    write_text(path_in(*state, "file"), "x");
    fd = open(path_in(*state, "file"), O_RDONLY);
    assert_true(fd >= 0);
    assert_status(save_at("a", fd, &err), NUCLEUS_ERROR_NOT_DIRECTORY, &err);
    assert_int_equal(close(fd), 0);
}

static void a_removed_directory_is_not_found(void **state)
{
    const char *dir = path_in(*state, "gone");
    struct nucleus_error err;
    int fd;

    assert_int_equal(mkdir(dir, 0700), 0);
    fd = open(dir, O_RDONLY | O_DIRECTORY);
    assert_true(fd >= 0);
    assert_int_equal(rmdir(dir), 0);
    assert_status(save_at("a", fd, &err), NUCLEUS_ERROR_NOT_FOUND, &err);
    assert_contains(err.message, "'metadata.json'");
    assert_int_equal(close(fd), 0);
}

static void a_symbolic_link_to_a_directory_is_followed(void **state)
{
    const char *dir = path_in(*state, "dir");
    const char *link = path_in(*state, "link");
    struct nucleus_error err;

    assert_int_equal(mkdir(dir, 0700), 0);
    assert_int_equal(symlink("dir", link), 0);
    assert_status(save_sample("a", link, &err), NUCLEUS_OK, &err);
    assert_saved(dir, "a");
}

static void what_cannot_be_saved_touches_nothing(void **state)
{
    struct nucleus_metadata metadata = sample_metadata("\xff");
    struct nucleus_error err;

    assert_status(nucleus_metadata_save(&metadata, *state, &err), NUCLEUS_ERROR_INVALID_ARGUMENT,
                  &err);
    assert_contains(err.message, "/metadata.json': member 'container_id' is not valid UTF-8");
    assert_status(nucleus_metadata_save(&metadata, "", &err), NUCLEUS_ERROR_INVALID_ARGUMENT, &err);
    nucleus_metadata_clear(&metadata);
    assert_int_equal(count_names(*state), 0);
}

static void null_is_refused(void **state)
{
    struct nucleus_metadata metadata = sample_metadata("a");
    struct nucleus_error err;

    assert_status(nucleus_metadata_save(NULL, *state, &err), NUCLEUS_ERROR_INVALID_ARGUMENT, &err);
    assert_status(nucleus_metadata_save(&metadata, NULL, &err), NUCLEUS_ERROR_INVALID_ARGUMENT,
                  &err);
    assert_status(nucleus_metadata_save_at(NULL, AT_FDCWD, &err), NUCLEUS_ERROR_INVALID_ARGUMENT,
                  &err);
    nucleus_metadata_clear(&metadata);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_saved_file_is_the_canonical_text),
        TEST(a_second_save_replaces_the_first),
        TEST(the_mode_is_0600_whatever_the_umask),
        TEST(save_at_takes_any_kind_of_descriptor),
        TEST(a_bad_directory_has_a_status_of_its_own),
        TEST(a_descriptor_that_is_no_directory_is_refused),
        TEST(a_removed_directory_is_not_found),
        TEST(a_symbolic_link_to_a_directory_is_followed),
        TEST(what_cannot_be_saved_touches_nothing),
        TEST(null_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
