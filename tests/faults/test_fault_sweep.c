/* SPDX-License-Identifier: MIT */
/*
 * Makes each system call of a save fail in every way that it can. Readers must find the old or the
 * new file, as the status indicates, and no temporary file or descriptor may be left.
 */
#include "system_faults.h"
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOT_DURABLE(os_error) MEANS(os_error, NUCLEUS_ERROR_NOT_DURABLE)
#define UNFLUSHED_FILE "' was replaced, but it could not be flushed to disk: "
#define UNFLUSHED_DIRECTORY "' was replaced, but its directory could not be flushed to disk: "
#define UNCLEAR "; the file may have been replaced"

static const struct step steps[] = {
    {"openat directory", "cannot open *: ",
     .answers = {MEANS(ENOENT, NUCLEUS_ERROR_NOT_FOUND),
                 MEANS(ENOTDIR, NUCLEUS_ERROR_NOT_DIRECTORY), MEANS(ELOOP, NUCLEUS_ERROR_SYMLINK),
                 INTERRUPTED, REFUSED(EACCES), REFUSED(EIO), REFUSED(EMFILE), REFUSED(ESTALE)}},
    {"dup_above directory", "cannot open *: ", .answers = {REFUSED(EMFILE), REFUSED(EINVAL)}},
    {"fstatat fixed", "cannot examine temporary file of nucleus: ",
     .answers = {IGNORED(ENOENT), REFUSED(EACCES), REFUSED(EIO), REFUSED(ELOOP), REFUSED(ESTALE)}},
    {"getdents directory", NULL,
     .answers = {IGNORED(EIO), IGNORED(ENOENT), IGNORED(ENOSYS), IGNORED(EINTR),
                 NOTHING_GIVES(NUCLEUS_OK)}},
    {"fstatat stale", NULL, .answers = {IGNORED(EIO), IGNORED(ENOENT), IGNORED(EACCES)}},
    {"unlinkat stale", NULL, .answers = {IGNORED(EIO), IGNORED(ENOENT), IGNORED(EPERM)}},
    {"getrandom", "cannot create temporary file: ",
     .answers = {INTERRUPTED, REFUSED(EIO), REFUSED(ENOSYS), REFUSED(EAGAIN),
                 SHORT_GIVES(NUCLEUS_ERROR_IO), NOTHING_GIVES(NUCLEUS_ERROR_IO)}},
    {"openat temp", "cannot create temporary file: ",
     .answers = {RETRIED(EEXIST, 16, NUCLEUS_ERROR_IO), RETRIED(EINTR, 16, NUCLEUS_ERROR_IO),
                 ANSWER(DONE_BUT_FAILS, EINTR, NUCLEUS_OK, NUCLEUS_ERROR_IO, 16),
                 MEANS(ENOENT, NUCLEUS_ERROR_NOT_FOUND), REFUSED(EACCES), REFUSED(EDQUOT),
                 REFUSED(EIO), REFUSED(ELOOP), REFUSED(EMFILE), REFUSED(ENOSPC), REFUSED(EPERM),
                 REFUSED(EROFS), DONE(EPERM, NUCLEUS_ERROR_IO),
                 DONE(ENOENT, NUCLEUS_ERROR_NOT_FOUND)}},
    {"dup_above temp", "cannot open temporary file: ", .answers = {REFUSED(EMFILE)}},
    {"fstat temp", " temporary file: ", /* called again after the mode was set */
     .answers = {REFUSED(EIO), REFUSED(ENOMEM), REFUSED(ESTALE)}},
    {"fchmod temp", "cannot set the mode of temporary file: ",
     .answers = {IGNORED(ENOSYS), IGNORED(EPERM), IGNORED(EOPNOTSUPP), IGNORED(EACCES),
                 REFUSED(EIO), REFUSED(EROFS)}},
    {"write temp", "cannot write temporary file: ",
     .answers = {INTERRUPTED, SHORT_GIVES(NUCLEUS_OK), NOTHING_GIVES(NUCLEUS_ERROR_IO),
                 REFUSED(EDQUOT), REFUSED(EFBIG), REFUSED(EIO), REFUSED(ENOSPC), REFUSED(ESTALE)}},
    {"fsync temp", "cannot flush temporary file: ",
     .answers = {INTERRUPTED, REFUSED(EDQUOT), REFUSED(EINVAL), REFUSED(EIO), REFUSED(ENOSPC),
                 REFUSED(EROFS)}},
    {"renameat temp", "cannot rename temporary file: ",
     .answers = {RETRIED(EINTR, 2, NUCLEUS_ERROR_IO), REFUSED(EACCES), REFUSED(EBUSY),
                 REFUSED(EDQUOT), REFUSED(EIO), REFUSED(ENOENT), REFUSED(ENOSPC), REFUSED(EPERM),
                 REFUSED(EROFS), REFUSED(ESTALE), DONE(EINTR, NUCLEUS_OK), DONE(EIO, NUCLEUS_OK),
                 DONE(ENOENT, NUCLEUS_OK), DONE(EISDIR, NUCLEUS_OK), DONE(ETIMEDOUT, NUCLEUS_OK)}},
    {"renameat temp", "': is a directory", .answers = {MEANS(EISDIR, NUCLEUS_ERROR_NOT_REGULAR)}},
    {"fsync directory", UNFLUSHED_DIRECTORY,
     .answers = {RETRIED(EINTR, 100, NUCLEUS_ERROR_NOT_DURABLE), IGNORED(EINVAL),
                 IGNORED(EOPNOTSUPP), IGNORED(ENOSYS), NOT_DURABLE(EDQUOT), NOT_DURABLE(EIO),
                 NOT_DURABLE(ENOSPC), NOT_DURABLE(EROFS)}},
    {"fsync file", UNFLUSHED_FILE,
     .answers = {RETRIED(EINTR, 100, NUCLEUS_ERROR_NOT_DURABLE), NOT_DURABLE(EIO),
                 NOT_DURABLE(EINVAL)}},
    {"fremovexattr file", UNFLUSHED_FILE,
     .answers = {RETRIED(EINTR, 100, NUCLEUS_OK), IGNORED(ENODATA), IGNORED(EOPNOTSUPP),
                 IGNORED(ENOSYS), IGNORED(EPERM), IGNORED(ENOSPC), IGNORED(EDQUOT), IGNORED(ENOMEM),
                 IGNORED(ENOENT), NOT_DURABLE(EIO), NOT_DURABLE(EROFS), NOTHING_GIVES(NUCLEUS_OK)}},
    {"close file", "' was replaced, but it could not be closed: ",
     .answers = {IGNORED(EINTR), NOT_DURABLE(EDQUOT), NOT_DURABLE(EIO), NOT_DURABLE(ENOSPC)}},
    {"close directory", NULL, .answers = {IGNORED(EINTR), IGNORED(EIO)}},
    {"close standard", NULL, .answers = {IGNORED(EINTR), IGNORED(EIO)}},

    /* The first error is reported, even if the cleanup fails as well. */
    {"close standard", "cannot open *: ", .answers = {REFUSED(EIO), REFUSED(EINTR)},
     .standing = {"dup_above directory", FAILS, EMFILE}},
    {"close standard", "cannot open temporary file: ", .answers = {REFUSED(EIO)},
     .standing = {"dup_above temp", FAILS, EMFILE}},
    {"unlinkat temp", "cannot create temporary file: ", .answers = {REFUSED(EIO)},
     .standing = {"openat temp", DONE_BUT_FAILS, EINTR}},
    {"close temp", "cannot write temporary file: ", .answers = {REFUSED(EIO), REFUSED(EINTR)},
     .standing = {"write temp", FAILS, ENOSPC}},
    {"unlinkat temp",
     "cannot write temporary file: ", .answers = {REFUSED(EIO), REFUSED(EINTR), REFUSED(ENOENT)},
     .standing = {"write temp", FAILS, ENOSPC}},
    {"unlinkat temp", "cannot flush temporary file: ", .answers = {REFUSED(EROFS), REFUSED(EACCES)},
     .standing = {"fsync temp", FAILS, EIO}},
    {"unlinkat temp", "cannot rename temporary file: ", .answers = {REFUSED(EBUSY), REFUSED(EIO)},
     .standing = {"renameat temp", FAILS, EBUSY}},
    {"close file", UNFLUSHED_DIRECTORY, .answers = {NOT_DURABLE(EROFS)},
     .standing = {"fsync directory", FAILS, EIO}},

    /* A rename that reports an error may have been performed. */
    {"fstatat file",
     "cannot rename temporary file: ", .answers = {REFUSED(EIO), REFUSED(EACCES), REFUSED(ENOENT)},
     .standing = {"renameat temp", FAILS, EINTR}},
    {"fstatat temp", UNCLEAR, .answers = {REFUSED(EIO), REFUSED(EACCES)},
     .standing = {"renameat temp", FAILS, EXDEV}},
    {"unlinkat temp", UNCLEAR, .answers = {REFUSED(ENOENT)}, /* the lookups were cached */
     .standing = {"renameat temp", FAILS, EIO}},
    {"fstatat file", UNCLEAR, .answers = {REFUSED(EIO), REFUSED(ENOENT)},
     .standing = {"renameat temp", DONE_BUT_FAILS, EIO}},
    {"fstatat file", UNCLEAR,
     .answers = {RETRIED(EIO, 2, NUCLEUS_ERROR_IO), RETRIED(ENOENT, 2, NUCLEUS_ERROR_IO),
                 RETRIED(EINTR, 100, NUCLEUS_ERROR_IO)},
     .standing = {"renameat temp", DONE_BUT_FAILS, EINTR}},
};

static const struct scenario {
    const char *name;
    bool has_old;          /* metadata.json exists */
    bool is_at;            /* nucleus_metadata_save_at() with an O_PATH descriptor */
    bool is_cluttered;     /* an old temporary file, umask 0777, short transfers */
    int closed;            /* how many standard descriptors are closed, from 2 downwards */
    bool has_equal_inodes; /* the file system reports the same inode number for each file */
} scenarios[] = {
    {"first save", .has_old = false},
    {"overwriting save", .has_old = true},
    {"overwriting save_at", .has_old = true, .is_at = true},
    {"first save, cluttered", .is_cluttered = true},
    {"overwriting save, cluttered", .has_old = true, .is_cluttered = true},
    {"first save, 0-2 closed", .closed = 3},
    {"overwriting save_at, 2 closed", .has_old = true, .is_at = true, .closed = 1},
    {"first save, equal inodes", .has_equal_inodes = true},
    {"overwriting save, equal inodes", .has_old = true, .has_equal_inodes = true},
};

static const struct scenario *scenario;
static int directory = -1; /* O_PATH descriptor of d */

static void directory_d(void)
{
    reset_faults();
    if (directory >= 0)
        (void)close(directory);
    assert_int_equal(save_sample("old", ".", NULL), NUCLEUS_OK);
    assert_int_equal(mkdir("d", 0700), 0);
    directory = open("d", O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_true(directory > 2);
}

/* Makes temporary files of other saves stale and, in some scenarios, all inode numbers equal. */
static void change_status(struct call *call)
{
    age_stale_temps(call);
    if (call->info && scenario->has_equal_inodes)
        call->info->st_ino = 42;
}

static void enter(const struct scenario *entered)
{
    scenario = entered;
    set_scenario(scenario->name, scenario->is_at ? "'metadata.json'" : "'d", O_RDONLY);
    set_fault_hooks(NULL, change_status);
    limit_transfers(scenario->is_cluttered ? 100 : 0);
}

static enum nucleus_status save(struct nucleus_error *err)
{
    const mode_t mask = umask(scenario->is_cluttered ? 0777 : 022);
    enum nucleus_status status;
    int kept[3];

    close_stdio(scenario->closed, kept);
    status = scenario->is_at ? save_sample_at("new", directory, err) : save_sample("new", "d", err);
    restore_stdio(scenario->closed, kept);
    (void)umask(mask);
    return status;
}

/* Checks that a reader finds the file that the status indicates, and that others cannot open it. */
static void check_file(const struct nucleus_error *err)
{
    const bool is_reported = err->status == NUCLEUS_OK || err->status == NUCLEUS_ERROR_NOT_DURABLE;
    struct stat info;

    if (lstat("d/metadata.json", &info) < 0) {
        check(!is_reported && !scenario->has_old, "the file exists");
        return;
    }
    check((info.st_mode & 07177) == 0, "the mode is not wider than 0600");
    assert_int_equal(chmod("d/metadata.json", 0600), 0);
    check(has_saved("d", is_reported ? "new" : "old") || strstr(err->message, UNCLEAR),
          "the file is the one that the status indicates");
}

/* Checks that no temporary file is left, except one that the message names. */
static void check_temps(const char *message)
{
    static const char before[] = "; temporary file '";
    const char *found = strstr(message, before);
    char path[NAME_MAX];

    if (found) {
        (void)snprintf(path, sizeof path, "d/%.35s", found + strlen(before));
        (void)unlink(path);
    }
    check(count_names("d") == exists("d/metadata.json"), "no temporary file is left");
}

/* Saves with the faults, and checks the guarantees that hold for every status. */
static enum nucleus_status run(struct nucleus_error *err)
{
    static const char stale[] = "d/.metadata.json.tmp.0123456789abcdef";

    (void)unlink("d/metadata.json");
    if (scenario->has_old)
        assert_int_equal(link("metadata.json", "d/metadata.json"), 0);
    if (scenario->is_cluttered)
        write_text(stale, "");
    (void)run_with_faults(save, err);
    check_file(err);
    check(unlink(stale) < 0 || err->status != NUCLEUS_OK || count_faults() > 0,
          "a stale temporary file is removed");
    check_temps(err->message);
    return err->status;
}

TEST_EACH_IN(directory_d, steps, save_reports_each_fault)
{
    size_t failed = 0;

    for (size_t i = 0; i < COUNT(scenarios); i++) {
        enter(&scenarios[i]);
        failed += sweep(row, steps, COUNT(steps), run);
    }
    assert_true(failed > 0);
}

/* The error numbers are divided among the scenarios. */
TEST_EACH_IN(directory_d, scenarios, save_keeps_its_guarantees_if_any_call_fails)
{
    const int count = COUNT(scenarios);

    enter(row);
    for (int os_error = 1 + (int)(row - scenarios); os_error <= 140; os_error += count)
        sweep_all_calls(os_error, run);
}
