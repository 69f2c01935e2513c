/* SPDX-License-Identifier: MIT */
/*
 * The tests of checkpoint_store.c, an example of tests for code that uses the library. They use
 * real files in a temporary directory. The linker option --wrap=NAME lets calls of NAME fail: it
 * redirects each call by the component or by the library to __wrap_NAME, and __real_NAME is the
 * original. nucleus-checkpoint-testing(7) explains the details.
 */
#define _XOPEN_SOURCE 700 /* for mkdtemp() */

/* cmocka.h requires these four. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checkpoint_store.h"

/* The faults of the running test. */
static struct faults {
    int file_fsync;      /* errno of fsync(2) of a file, or 0 */
    int directory_fsync; /* errno of fsync(2) of a directory, or 0 */
    bool save_is_mocked; /* nucleus_metadata_save_at() does nothing but return mock() */
} faults;

/* The kind of file decides which flush fails, so that the order of the calls does not matter. */
int __wrap_fsync(int fd);
int __real_fsync(int fd);

int __wrap_fsync(int fd)
{
    struct stat status;
    int os_error;

    assert_int_equal(fstat(fd, &status), 0);
    os_error = S_ISDIR(status.st_mode) ? faults.directory_fsync : faults.file_fsync;
    if (os_error == 0)
        return __real_fsync(fd);
    errno = os_error;
    return -1;
}

/* The library itself is replaced to test how the component handles a status. */
enum nucleus_status __wrap_nucleus_metadata_save_at(const struct nucleus_metadata *metadata,
                                                    int dirfd, struct nucleus_error *err);
enum nucleus_status __real_nucleus_metadata_save_at(const struct nucleus_metadata *metadata,
                                                    int dirfd, struct nucleus_error *err);

enum nucleus_status __wrap_nucleus_metadata_save_at(const struct nucleus_metadata *metadata,
                                                    int dirfd, struct nucleus_error *err)
{
    if (!faults.save_is_mocked)
        return __real_nucleus_metadata_save_at(metadata, dirfd, err);
    *err = (struct nucleus_error){mock_type(enum nucleus_status), 0, "mocked"};
    return err->status;
}

static char root_path[64];
static int root;

static int set_up(void **state)
{
    (void)state;
    faults = (struct faults){0};
    strcpy(root_path, "/tmp/checkpoint-store-XXXXXX");
    if (!mkdtemp(root_path))
        return -1;
    root = open(root_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return root < 0 ? -1 : 0;
}

/* Removes the checkpoint that a test may have saved. Fails if any other file remains. */
static int tear_down(void **state)
{
    (void)state;
    (void)unlinkat(root, "4f1c/metadata.json", 0);
    (void)unlinkat(root, "4f1c", AT_REMOVEDIR);
    (void)close(root);
    return rmdir(root_path);
}

static enum store_result save(const char *name, struct nucleus_error *err)
{
    char *command[] = {NULL};
    const struct nucleus_container_state state = {.id = "4f1c", .name = name, .command = command};
    struct nucleus_metadata metadata;
    enum store_result result;

    if (nucleus_metadata_from_state(&state, &metadata, err) != NUCLEUS_OK)
        return STORE_FAILED;
    result = checkpoint_store_save(root, &metadata, err);
    nucleus_metadata_clear(&metadata);
    return result;
}

static void assert_stored(const char *name)
{
    struct nucleus_metadata loaded;
    struct nucleus_error err;

    if (checkpoint_store_load(root, "4f1c", &loaded, &err) != STORE_DONE)
        fail_msg("%s: %s", nucleus_status_name(err.status), err.message);
    assert_string_equal(loaded.container_name, name);
    nucleus_metadata_clear(&loaded);
}

static void a_saved_checkpoint_is_loaded(void **state)
{
    struct nucleus_error err;

    (void)state;
    assert_int_equal(save("db", &err), STORE_DONE);
    assert_stored("db");
}

static void without_a_checkpoint_there_is_nothing_to_restore(void **state)
{
    struct nucleus_metadata loaded;
    struct nucleus_error err;

    (void)state;
    assert_int_equal(checkpoint_store_load(root, "4f1c", &loaded, &err), STORE_NO_CHECKPOINT);
    assert_int_equal(mkdirat(root, "4f1c", 0700), 0);
    assert_int_equal(checkpoint_store_load(root, "4f1c", &loaded, &err), STORE_NO_CHECKPOINT);
}

static void an_id_does_not_lead_out_of_the_store(void **state)
{
    static char *const ids[] = {"/tmp", "../4f1c", "4f1c/", ".", ".."};
    struct nucleus_metadata metadata;
    struct nucleus_error err;

    (void)state;
    assert_int_equal(mkdirat(root, "4f1c", 0700), 0);
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        assert_int_equal(checkpoint_store_load(root, ids[i], &metadata, &err), STORE_FAILED);
        assert_int_equal(err.os_error, EINVAL);
        metadata = (struct nucleus_metadata){.container_id = ids[i]};
        assert_int_equal(checkpoint_store_save(root, &metadata, &err), STORE_FAILED);
        assert_int_equal(err.os_error, EINVAL);
    }
}

static void damaged_metadata_is_not_loaded(void **state)
{
    struct nucleus_metadata loaded;
    struct nucleus_error err;

    (void)state;
    assert_int_equal(mkdirat(root, "4f1c", 0700), 0);
    assert_int_equal(symlinkat("elsewhere", root, "4f1c/metadata.json"), 0);
    assert_int_equal(checkpoint_store_load(root, "4f1c", &loaded, &err), STORE_DAMAGED);
    assert_int_equal(err.status, NUCLEUS_ERROR_SYMLINK);
}

static void a_file_that_cannot_be_flushed_is_not_published(void **state)
{
    struct nucleus_error err;

    (void)state;
    assert_int_equal(save("db", &err), STORE_DONE);
    faults.file_fsync = EIO;
    assert_int_equal(save("web", &err), STORE_FAILED);
    assert_int_equal(err.os_error, EIO);
    assert_stored("db");
}

static void a_directory_that_cannot_be_flushed_is_reported(void **state)
{
    struct nucleus_error err;

    (void)state;
    faults.directory_fsync = EIO;
    assert_int_equal(save("db", &err), STORE_NOT_DURABLE);
    assert_stored("db"); /* the new file is in place nevertheless */
    /* With the save of the library mocked, only the flush by the component itself fails. */
    faults.save_is_mocked = true;
    will_return(__wrap_nucleus_metadata_save_at, NUCLEUS_OK);
    assert_int_equal(save("db", &err), STORE_NOT_DURABLE);
}

static void each_status_of_a_save_has_its_result(void **state)
{
    const int unknown = NUCLEUS_ERROR_NOT_DURABLE + 1; /* one that a later version may add */
    struct nucleus_error err;

    (void)state;
    faults.save_is_mocked = true;
    for (int status = NUCLEUS_OK; status <= unknown; status++) {
        enum store_result expected = status == NUCLEUS_OK                  ? STORE_DONE
                                     : status == NUCLEUS_ERROR_NOT_DURABLE ? STORE_NOT_DURABLE
                                                                           : STORE_FAILED;

        will_return(__wrap_nucleus_metadata_save_at, status);
        if (save("db", &err) != expected)
            fail_msg("wrong result of a save that returns %d", status);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_saved_checkpoint_is_loaded),
        TEST(without_a_checkpoint_there_is_nothing_to_restore),
        TEST(an_id_does_not_lead_out_of_the_store),
        TEST(damaged_metadata_is_not_loaded),
        TEST(a_file_that_cannot_be_flushed_is_not_published),
        TEST(a_directory_that_cannot_be_flushed_is_reported),
        TEST(each_status_of_a_save_has_its_result),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
