/* SPDX-License-Identifier: MIT */
/*
 * The tests of checkpoint_store.c: a model for tests of your own code that uses the library. Real
 * files in a temporary directory; wrappers.c makes calls of libc fail.
 */
#define _XOPEN_SOURCE 700 /* mkdtemp, nftw */

/* cmocka needs these four before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checkpoint_store.h"
#include "wrappers.h"

static char root_path[] = "/tmp/checkpoint-store-XXXXXX";
static int root;

static int set_up(void **state)
{
    (void)state;
    reset_wrappers();
    (void)umask(022);
    memcpy(strrchr(root_path, '-'), "-XXXXXX", sizeof "-XXXXXX");
    if (!mkdtemp(root_path))
        return -1;
    root = open(root_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return root < 0 ? -1 : 0;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *level)
{
    (void)status, (void)type, (void)level;
    return remove(path);
}

static int tear_down(void **state)
{
    (void)state;
    reset_wrappers(); /* a test that failed has not ended its fault */
    (void)close(root);
    return nftw(root_path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static struct nucleus_metadata describe(const char *name)
{
    char sleep[] = "/bin/sleep", seconds[] = "60";
    char *command[] = {sleep, seconds, NULL};
    const struct nucleus_container_state state = {
        .id = "4f1c", .name = name, .pid = 13789, .command = command, .version = "1.0.0"};
    struct nucleus_metadata metadata;

    assert_int_equal(nucleus_metadata_from_state(&state, &metadata, NULL), NUCLEUS_OK);
    return metadata;
}

static enum store_result save(const char *name, struct nucleus_error *err)
{
    struct nucleus_metadata metadata = describe(name);
    enum store_result result = checkpoint_store_save(root, &metadata, err);

    nucleus_metadata_clear(&metadata);
    return result;
}

/* Metadata is equal if its JSON is: no need to go through the members, nor to follow new ones. */
static void assert_same_metadata(const struct nucleus_metadata *one,
                                 const struct nucleus_metadata *other)
{
    char *texts[2];
    size_t len;

    assert_int_equal(nucleus_metadata_to_json(one, &texts[0], &len, NULL), NUCLEUS_OK);
    assert_int_equal(nucleus_metadata_to_json(other, &texts[1], &len, NULL), NUCLEUS_OK);
    assert_string_equal(texts[0], texts[1]);
    free(texts[0]);
    free(texts[1]);
}

static void assert_stored(const char *name)
{
    struct nucleus_metadata expected = describe(name);
    struct nucleus_metadata loaded;
    struct nucleus_error err;

    if (checkpoint_store_load(root, "4f1c", &loaded, &err) != STORE_DONE)
        fail_msg("%s: %s", nucleus_status_name(err.status), err.message);
    assert_same_metadata(&loaded, &expected);
    nucleus_metadata_clear(&loaded);
    nucleus_metadata_clear(&expected);
}

static void write_metadata(const char *text)
{
    int dir, fd;

    assert_true(mkdirat(root, "4f1c", 0700) == 0 || errno == EEXIST);
    dir = openat(root, "4f1c", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    fd = openat(dir, "metadata.json", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, text, strlen(text)), (int)strlen(text));
    (void)close(fd);
    (void)close(dir);
}

/*
 * If this fails, the other tests could only fail or crash, and are not run. Memory is libc's here,
 * so that nothing crashes where an allocation goes through its wrapper and the free(3) of it does
 * not.
 */
static void the_wrappers_are_reached(void **state)
{
    struct nucleus_error err;

    (void)state;
    wrapped.is_bypassed = true;
    assert_int_equal(save("db", &err), STORE_DONE);
    assert_int_equal(checkpoint_store_rename(root, "4f1c", "web", &err), STORE_DONE);
    if (wrapped.reached != REACHED_ALL)
        fail_msg("wrappers not reached: 0x%x (linked with -flto?)", REACHED_ALL & ~wrapped.reached);
    if (wrapped.blocks < 0)
        fail_msg("%ld blocks freed that no wrapper has allocated", -wrapped.blocks);
}

static void what_was_saved_is_loaded(void **state)
{
    struct nucleus_error err;

    (void)state;
    assert_int_equal(save("db", &err), STORE_DONE);
    assert_stored("db");
    assert_int_equal(checkpoint_store_rename(root, "4f1c", "web", &err), STORE_DONE);
    assert_stored("web");
}

static void the_time_is_that_of_the_clock(void **state)
{
    struct nucleus_metadata metadata;

    (void)state;
    wrapped.now = 1234567890;
    metadata = describe("db");
    assert_true(metadata.checkpoint_at == 1234567890);
    nucleus_metadata_clear(&metadata);
}

static void without_a_checkpoint_there_is_nothing_to_restore(void **state)
{
    struct nucleus_metadata loaded;
    struct nucleus_error err;

    (void)state;
    assert_int_equal(checkpoint_store_load(root, "4f1c", &loaded, &err), STORE_NO_CHECKPOINT);
    assert_int_equal(mkdirat(root, "4f1c", 0700), 0);
    assert_int_equal(checkpoint_store_load(root, "4f1c", &loaded, &err), STORE_NO_CHECKPOINT);
    assert_int_equal(err.status, NUCLEUS_ERROR_NOT_FOUND);
}

static void damaged_metadata_is_not_loaded(void **state)
{
    static const struct {
        const char *text;
        enum nucleus_status status;
    } rows[] = {
        {"", NUCLEUS_ERROR_SYNTAX},
        {"{\"container_id\": \"4f1c\"", NUCLEUS_ERROR_SYNTAX},
        {"{\"container_id\": \"4f1c\"}", NUCLEUS_ERROR_SCHEMA},
        {"{\"container_id\": \"5e2d\", \"container_name\": \"\", \"original_pid\": 1, "
         "\"command\": [], \"checkpoint_at\": 0, \"version\": \"\", \"using_gvisor\": false, "
         "\"rootless\": false}",
         NUCLEUS_ERROR_SCHEMA},
    };
    struct nucleus_metadata loaded;
    struct nucleus_error err;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        write_metadata(rows[i].text);
        if (checkpoint_store_load(root, "4f1c", &loaded, &err) != STORE_DAMAGED ||
            err.status != rows[i].status)
            fail_msg("'%s' gives %s: %s", rows[i].text, nucleus_status_name(err.status),
                     err.message);
    }
}

static void assert_failed(enum store_result result, enum store_result expected,
                          const struct nucleus_error *err, enum nucleus_status status, int os_error)
{
    assert_int_equal(result, expected);
    assert_int_equal(err->status, status);
    assert_int_equal(err->os_error, os_error);
}

/* Renames with 0, 1, 2, ... of what a wrapper hands out, until that is enough. */
static void rename_with_more_and_more(size_t *left, enum nucleus_status status, int os_error)
{
    struct nucleus_error err;
    enum store_result result = STORE_FAILED;

    assert_int_equal(save("db", &err), STORE_DONE);
    for (size_t amount = 0; result != STORE_DONE; amount++) {
        *left = amount;
        result = checkpoint_store_rename(root, "4f1c", "web", &err);
        *left = SIZE_MAX;
        if (result != STORE_DONE) {
            assert_failed(result, STORE_FAILED, &err, status, os_error);
            assert_stored("db");
        }
        assert_true(amount < 4096); /* more than a rename needs */
    }
    assert_stored("web");
}

static void a_full_disk_leaves_the_old_checkpoint(void **state)
{
    (void)state;
    rename_with_more_and_more(&wrapped.room, NUCLEUS_ERROR_IO, ENOSPC);
}

static void without_memory_the_old_checkpoint_stays(void **state)
{
    (void)state;
    rename_with_more_and_more(&wrapped.allocations, NUCLEUS_ERROR_NO_MEMORY, 0);
}

static void a_file_that_cannot_be_flushed_is_not_published(void **state)
{
    struct nucleus_error err;

    (void)state;
    assert_int_equal(save("db", &err), STORE_DONE);
    wrapped.file_fsync = EIO;
    assert_failed(save("web", &err), STORE_FAILED, &err, NUCLEUS_ERROR_IO, EIO);
    assert_stored("db");
}

static void a_directory_that_cannot_be_flushed_is_reported(void **state)
{
    struct nucleus_error err;

    (void)state;
    assert_int_equal(save("db", &err), STORE_DONE);
    wrapped.directory_fsync = EIO;
    assert_failed(save("web", &err), STORE_NOT_DURABLE, &err, NUCLEUS_ERROR_NOT_DURABLE, EIO);
    assert_stored("web"); /* the new file is in place all the same */
}

static void a_store_that_cannot_be_flushed_is_reported(void **state)
{
    struct nucleus_error err;

    (void)state;
    wrapped.save_is_mocked = true; /* all that is flushed now is flushed by the component */
    wrapped.directory_fsync = EIO;
    will_return(__wrap_nucleus_metadata_save_at, NUCLEUS_OK);
    assert_failed(save("db", &err), STORE_NOT_DURABLE, &err, NUCLEUS_ERROR_NOT_DURABLE, EIO);
}

/* The library itself replaced: every status gets to the component, one of a later version too. */
static void each_status_of_a_save_has_its_result(void **state)
{
    struct nucleus_error err;

    (void)state;
    wrapped.save_is_mocked = true;
    for (int status = NUCLEUS_OK; status <= NUCLEUS_ERROR_NOT_DURABLE + 1; status++) {
        enum store_result expected = status == NUCLEUS_OK                  ? STORE_DONE
                                     : status == NUCLEUS_ERROR_NOT_DURABLE ? STORE_NOT_DURABLE
                                                                           : STORE_FAILED;

        will_return(__wrap_nucleus_metadata_save_at, status);
        if (save("db", &err) != expected)
            fail_msg("wrong result of a save that returns %d", status);
    }
}

/* Not a test of the component: run with --leak, it shows that the leak check is at work. */
static void leaks_what_the_library_hands_out(void **state)
{
    struct nucleus_metadata metadata = describe("db");

    (void)state;
    free(metadata.container_name);
    metadata.container_name = NULL;
    wrapped.now = (int64_t)metadata.checkpoint_at;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(int argc, char **argv)
{
    const struct CMUnitTest wrappers[] = {TEST(the_wrappers_are_reached)};
    const struct CMUnitTest tests[] = {
        TEST(what_was_saved_is_loaded),
        TEST(the_time_is_that_of_the_clock),
        TEST(without_a_checkpoint_there_is_nothing_to_restore),
        TEST(damaged_metadata_is_not_loaded),
        TEST(a_full_disk_leaves_the_old_checkpoint),
        TEST(without_memory_the_old_checkpoint_stays),
        TEST(a_file_that_cannot_be_flushed_is_not_published),
        TEST(a_directory_that_cannot_be_flushed_is_reported),
        TEST(a_store_that_cannot_be_flushed_is_reported),
        TEST(each_status_of_a_save_has_its_result),
    };
    const struct CMUnitTest leak[] = {TEST(leaks_what_the_library_hands_out)};

    if (argc > 1 && strcmp(argv[1], "--leak") == 0)
        return cmocka_run_group_tests(leak, NULL, NULL);
    if (cmocka_run_group_tests(wrappers, NULL, NULL) != 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
