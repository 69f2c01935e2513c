/* SPDX-License-Identifier: MIT */
/* A save where fstat(2) says something else of the new file than expected: another mode, which
 * cannot be changed everywhere, or another identity after a rename that reported an error. */
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

static const struct identity {
    const char *name;
    dev_t device; /* added to the device that the target seems to be on */
    ino_t inode;  /* and to its inode */
    enum nucleus_status status;
} identities[] = {
    {"ours", 0, 0, NUCLEUS_OK},
    {"another device", 1, 0, NUCLEUS_ERROR_IO},
    {"another inode", 0, 1, NUCLEUS_ERROR_IO},
};

static const struct identity *identity;
static struct stat temp; /* of the temporary file */
static bool is_open;

static void follow_descriptor(struct call *call)
{
    if (call->kind == CALL_CLOSE && call->object == OBJECT_TEMP)
        is_open = false;
    /* Its inode number is its own as long as it is open. */
    if (call->kind == CALL_RENAMEAT || call->object == OBJECT_FILE)
        assert_true(is_open);
}

static void change_identity(struct call *call)
{
    if (call->kind == CALL_FSTAT) {
        temp = *call->info;
        is_open = true;
    }
    if (call->kind == CALL_RENAMEAT) {
        call->result = -1;
        call->os_error = EIO;
    }
    if (call->kind != CALL_FSTATAT || call->object != OBJECT_FILE)
        return;
    *call->info = temp;
    call->info->st_dev += identity->device;
    call->info->st_ino += identity->inode;
}

/* Only the same inode of the same device is ours. */
static void a_rename_that_failed_is_done_only_if_our_file_is_there(void **state)
{
    for (size_t i = 0; i < COUNT(identities); i++) {
        struct nucleus_error err;

        identity = &identities[i];
        if (watch_act(save_new, *state, &err, follow_descriptor, change_identity) !=
            identity->status)
            fail_msg("%s: status is %d", identity->name, err.status);
        assert_int_equal(err.os_error, identity->status == NUCLEUS_OK ? 0 : EIO);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(save_goes_on_without_chmod_only_if_the_mode_is_not_wider),
        TEST(a_rename_that_failed_is_done_only_if_our_file_is_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
