/* SPDX-License-Identifier: MIT */
/* Saves on file systems that create a file with an unexpected mode and may be unable to change it,
 * or that may report an error although they performed the rename. */
#include "system_calls.h"
#include "test.h"

#include <errno.h>
#include <string.h>

enum { NO_EFFECT = -1 }; /* fchmod succeeds, but changes nothing, as on ntfs-3g */

static struct {
    mode_t mode;    /* as fstat reports it for the temporary file */
    int os_error;   /* of fchmod, 0 if it works, or NO_EFFECT */
    size_t fchmods; /* number of calls */
} file;

static void deny_fchmod(struct call *call)
{
    if (!is_call(call, "fchmod"))
        return;
    file.fchmods++;
    assert_true(is_call(call, "fchmod temp"));
    assert_int_equal(call->mode, 0600);
    if (file.os_error > 0)
        answer_call(call, -1, file.os_error);
}

static void change_mode(struct call *call)
{
    if (is_call(call, "fstat temp"))
        call->info->st_mode = S_IFREG | (file.fchmods > 0 && file.os_error == 0 ? 0600 : file.mode);
}

static void save_with_mode(bool succeeds)
{
    struct nucleus_error err;

    assert_int_equal(save_sample("old", ".", NULL), NUCLEUS_OK);
    file.fchmods = 0;
    set_call_hooks(deny_fchmod, change_mode);
    (void)save_sample("new", ".", &err);
    set_call_hooks(NULL, NULL);
    assert_status(err.status, succeeds ? NUCLEUS_OK : NUCLEUS_ERROR_IO, &err);
    assert_true(has_saved(".", succeeds ? "new" : "old"));
    assert_int_equal(count_names("."), 1);
    assert_int_equal(file.fchmods, file.mode != 0600);
    if (succeeds)
        return;
    assert_int_equal(err.os_error, file.os_error == NO_EFFECT ? EPERM : file.os_error);
    assert_contains(err.message, "': cannot set the mode of temporary file: ");
}

static const struct {
    const char *name;
    mode_t mode;
    bool is_wider;
} modes[] = {
    {"0600", 0600, false},  {"0000", 0000, false},  {"0400", 0400, false}, {"0200", 0200, false},
    {"0644", 0644, true},   {"0610", 0610, true},   {"0604", 0604, true},  {"0601", 0601, true},
    {"0700", 0700, true},   {"0044", 0044, true},   {"0420", 0420, true},  {"04600", 04600, true},
    {"02600", 02600, true}, {"01600", 01600, true},
};

TEST_EACH_IN(empty_directory, modes, save_accepts_a_stricter_mode_if_it_cannot_be_changed)
{
    static const int unsupported[] = {NO_EFFECT, ENOSYS, EPERM, EACCES, EOPNOTSUPP};
    static const int failed[] = {EIO, EROFS, EINTR, EINVAL};

    file.mode = row->mode;
    file.os_error = 0;
    save_with_mode(true);
    for (size_t i = 0; i < COUNT(unsupported); i++) {
        file.os_error = unsupported[i];
        save_with_mode(!row->is_wider);
    }
    for (size_t i = 0; i < COUNT(failed); i++) {
        file.os_error = failed[i];
        save_with_mode(row->mode == 0600);
    }
}

static const struct other {
    const char *name;
    dev_t device;
    ino_t inode;
} others[] = {{"another device", 1, 0}, {"another inode", 0, 1}};

static const struct other *other; /* what is added to the device and inode of metadata.json */

static void replace_renamed(struct call *call)
{
    if (is_call(call, "renameat") || is_call(call, "unlinkat temp"))
        answer_call(call, -1, EIO);
    if (!is_call(call, "fstatat file"))
        return;
    call->info->st_dev += other->device;
    call->info->st_ino += other->inode;
}

TEST_EACH_IN(empty_directory, others, save_does_not_mistake_another_file_for_its_own)
{
    struct nucleus_error err;

    other = row;
    set_call_hooks(NULL, replace_renamed);
    (void)save_sample("new", ".", &err);
    set_call_hooks(NULL, NULL);
    assert_status(err.status, NUCLEUS_ERROR_IO, &err);
    assert_contains(err.message, "' could not be removed: ");
    assert_string_equal(strrchr(err.message, ';'), "; the file may have been replaced");
}
