/* SPDX-License-Identifier: MIT */
/* A save whose new file has another mode than expected, which cannot be changed everywhere, or
 * whose name has another file after a rename that reported an error. */
#include "support.h"

#include <errno.h>
#include <sys/stat.h>

#include "system_calls.h"

enum { DOES_NOTHING = -1 }; /* and says that it is done, as on ntfs-3g */

static struct {
    mode_t mode;  /* that the temporary file seems to have */
    int chmod;    /* errno of fchmod; 0: it works; DOES_NOTHING */
    size_t calls; /* of it */
} world;

static void before(struct call *call)
{
    if (call->kind != CALL_FCHMOD)
        return;
    world.calls++;
    assert_int_equal(call->object, OBJECT_TEMP);
    assert_int_equal(call->mode, 0600);
    if (world.chmod > 0)
        fail_call(call, world.chmod);
}

static void after(struct call *call)
{
    bool is_changed = world.calls > 0 && world.chmod == 0;

    if (call->kind == CALL_FSTAT && call->object == OBJECT_TEMP)
        call->info->st_mode = S_IFREG | (is_changed ? 0600 : world.mode);
}

static void save_with_mode(const char *dir, bool is_fine)
{
    enum nucleus_status expected = is_fine ? NUCLEUS_OK : NUCLEUS_ERROR_IO;
    struct nucleus_error err;

    assert_int_equal(save_sample("old", dir, NULL), NUCLEUS_OK);
    world.calls = 0;
    if (watch_act(save_new, dir, &err, before, after) != expected)
        fail_msg("mode %o, chmod %d: status is %d", (unsigned)world.mode, world.chmod, err.status);
    assert_true(has_saved(dir, is_fine ? "new" : "old"));
    assert_int_equal(count_names(dir), 1);
    assert_int_equal(world.calls, world.mode != 0600);
    if (is_fine)
        return;
    assert_int_equal(err.os_error, world.chmod == DOES_NOTHING ? EPERM : world.chmod);
    assert_contains(err.message, "': cannot set the mode of temporary file: ");
}

/* It goes on with a mode that gives nobody too much, and publishes no other. */
static void save_goes_on_without_chmod_only_if_the_mode_is_not_wider(void **state)
{
    static const struct {
        mode_t mode;
        bool is_wider;
    } modes[] = {
        {0600, false}, {0000, false}, {0400, false}, {0200, false}, {0644, true}, {0640, true},
        {0610, true},  {0604, true},  {0601, true},  {0700, true},  {0777, true}, {0044, true},
        {04600, true}, {02600, true}, {01600, true}, {0420, true},
    };
    static const struct {
        int chmod;
        bool is_lack; /* there is no such thing */
    } chmods[] = {
        {0, false},         {DOES_NOTHING, true}, {ENOSYS, true},  {EPERM, true},
        {EOPNOTSUPP, true}, {EIO, false},         {EACCES, false}, {EROFS, false},
        {EINTR, false},     {EINVAL, false},      {ENOTTY, false},
    };
    enum { CHMODS = COUNT(chmods) };

    for (size_t i = 0; i < CHMODS * COUNT(modes); i++) {
        world.mode = modes[i / CHMODS].mode;
        world.chmod = chmods[i % CHMODS].chmod;
        save_with_mode(*state, world.mode == 0600 || world.chmod == 0 ||
                                   (chmods[i % CHMODS].is_lack && !modes[i / CHMODS].is_wider));
    }
}

static struct {
    dev_t device;
    ino_t inode;
} other; /* what is added to the numbers of metadata.json */

static void rename_with_an_error(struct call *call)
{
    if (call->kind == CALL_RENAMEAT) {
        call->result = -1;
        call->os_error = EIO;
    }
    if (call->kind == CALL_FSTATAT && call->object == OBJECT_FILE) {
        call->info->st_dev += other.device;
        call->info->st_ino += other.inode;
    }
}

static void save_does_not_take_another_file_for_its_own(void **state)
{
    for (int i = 0; i < 3; i++) {
        struct nucleus_error err;

        other.device = i == 1;
        other.inode = i == 2;
        assert_int_equal(watch_act(save_new, *state, &err, NULL, rename_with_an_error),
                         i == 0 ? NUCLEUS_OK : NUCLEUS_ERROR_IO);
        if (i > 0)
            assert_contains(err.message, "; the file may have been replaced");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(save_goes_on_without_chmod_only_if_the_mode_is_not_wider,
                                        make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(save_does_not_take_another_file_for_its_own, make_directory,
                                        remove_directory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
