/* SPDX-License-Identifier: MIT */
/* A save on file systems where chmod is not to be had: it goes on with a mode that gives nobody
 * too much, and publishes no other. */
#include "support.h"

#include <errno.h>
#include <sys/stat.h>

#include "system_calls.h"

static struct {
    mode_t mode;       /* that the temporary file seems to have */
    int os_error;      /* of fchmod; 0: none */
    bool does_nothing; /* fchmod says that it is done, and it is not */
    size_t calls;      /* of it */
} world;

static void before(struct call *call)
{
    if (call->kind != CALL_FCHMOD)
        return;
    world.calls++;
    assert_int_equal(call->object, OBJECT_TEMP);
    assert_int_equal(call->mode, 0600);
    if (world.os_error != 0)
        fail_call(call, world.os_error);
}

static void after(struct call *call)
{
    bool is_changed = world.calls > 0 && world.os_error == 0 && !world.does_nothing;

    if (call->kind == CALL_FSTAT && call->object == OBJECT_TEMP)
        call->info->st_mode = S_IFREG | (is_changed ? 0600 : world.mode);
}

static const struct {
    mode_t mode;
    bool is_wider;
} modes[] = {
    {0000, false}, {0400, false}, {0200, false}, {0644, true},  {0640, true},
    {0610, true},  {0604, true},  {0601, true},  {0700, true},  {0777, true},
    {0044, true},  {04600, true}, {02600, true}, {01600, true}, {0420, true},
};

/* And whether it says that there is no such thing. */
static const struct {
    int os_error;
    bool is_lack;
} failures[] = {
    {0, true},    {ENOSYS, true}, {EPERM, true},  {EOPNOTSUPP, true}, {EACCES, false},
    {EIO, false}, {EROFS, false}, {EINTR, false}, {EINVAL, false},    {ENOTTY, false},
};

static void save_with_mode(const char *dir, enum nucleus_status expected)
{
    struct nucleus_error err;

    assert_int_equal(save_sample("old", dir, NULL), NUCLEUS_OK);
    world.calls = 0;
    watch_calls(before, after);
    (void)!save_sample("new", dir, &err);
    assert_null(unwatch_calls().misuse);
    if (err.status != expected)
        fail_msg("mode %o, %d: status is %d", (unsigned)world.mode, world.os_error, err.status);
    assert_true(has_saved(dir, expected == NUCLEUS_OK ? "new" : "old"));
    assert_int_equal(count_names(dir), 1);
    if (expected == NUCLEUS_OK)
        return;
    assert_int_equal(err.os_error, world.does_nothing ? EPERM : world.os_error);
    assert_contains(err.message, "': cannot set the mode of temporary file: ");
}

static void save_goes_on_without_chmod_only_if_the_mode_is_not_wider(void **state)
{
    enum { FAILURES = sizeof failures / sizeof failures[0] };

    for (size_t i = 0; i < FAILURES * sizeof modes / sizeof modes[0]; i++) {
        bool is_fine = failures[i % FAILURES].is_lack && !modes[i / FAILURES].is_wider;

        world.mode = modes[i / FAILURES].mode;
        world.os_error = failures[i % FAILURES].os_error;
        save_with_mode(*state, is_fine || world.os_error == 0 ? NUCLEUS_OK : NUCLEUS_ERROR_IO);
        assert_int_equal(world.calls, 1);
    }
}

/* ntfs-3g has such a chmod. */
static void save_does_not_believe_a_chmod_that_does_nothing(void **state)
{
    world.os_error = 0;
    world.does_nothing = true;
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        world.mode = modes[i].mode;
        save_with_mode(*state, modes[i].is_wider ? NUCLEUS_ERROR_IO : NUCLEUS_OK);
    }
    world.does_nothing = false;
}

static void save_leaves_a_mode_alone_that_is_right(void **state)
{
    world.mode = 0600;
    world.os_error = EIO;
    save_with_mode(*state, NUCLEUS_OK);
    assert_int_equal(world.calls, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(save_goes_on_without_chmod_only_if_the_mode_is_not_wider),
        TEST(save_does_not_believe_a_chmod_that_does_nothing),
        TEST(save_leaves_a_mode_alone_that_is_right),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
