/* SPDX-License-Identifier: MIT */
/*
 * Makes each system call of a load, and of reading the limits of a cgroup, fail in every way that
 * it can. The result must be complete or untouched, the descriptors closed and the file unchanged.
 */
#include "system_faults.h"
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The errors of any lookup, except ENOENT, whose meaning differs between the tables. */
#define LOOKUP_ERRORS                                                                              \
    MEANS(ENOTDIR, NUCLEUS_ERROR_NOT_DIRECTORY), MEANS(ELOOP, NUCLEUS_ERROR_SYMLINK),              \
        REFUSED(EACCES), REFUSED(EIO), REFUSED(ENOMEM)
#define OPEN_ERRORS                                                                                \
    LOOKUP_ERRORS, MEANS(ENXIO, NUCLEUS_ERROR_NOT_REGULAR), INTERRUPTED, REFUSED(EMFILE),          \
        REFUSED(EPERM)
/* An open file exists and is regular, even if fstat or read fails with the errno of a lookup. */
#define FSTAT_ERRORS REFUSED(EIO), REFUSED(ENOMEM), REFUSED(ENOTDIR), REFUSED(ELOOP), REFUSED(ENXIO)
#define READ_ERRORS                                                                                \
    FSTAT_ERRORS, INTERRUPTED, SHORT_GIVES(NUCLEUS_OK), REFUSED(EAGAIN), REFUSED(EISDIR)
/* Errors that a concurrent replacement of the file can cause. */
#define MISSING RETRIED(ENOENT, 10, NUCLEUS_ERROR_NOT_FOUND)
#define VANISHED RETRIED(ENOENT, 10, NUCLEUS_ERROR_IO)
#define STALE RETRIED(ESTALE, 10, NUCLEUS_ERROR_IO)
/* After the first failure, cgroup.controllers is looked up as well. */
#define MISSING_LIMIT ANSWER(FAILS, ENOENT, NUCLEUS_ERROR_IO, NUCLEUS_ERROR_IO, 2)

/* The steps of a load whose DIR is too long for a lookup of DIR/metadata.json. Any other load
 * begins with that lookup, and takes these steps only if it fails. */
static const struct step load_steps[] = {
    {"openat directory",
     "cannot open directory *: ", .answers = {MEANS(ENOENT, NUCLEUS_ERROR_NOT_FOUND), OPEN_ERRORS}},
    {"fstatat file", "cannot load *: ", .answers = {MISSING, STALE, LOOKUP_ERRORS}},
    {"openat file", "cannot load *: ", .answers = {MISSING, STALE, OPEN_ERRORS}},
    {"fstat file", "cannot load *: ", .answers = {VANISHED, STALE, FSTAT_ERRORS}},
    {"read file", "cannot load *: ", .answers = {VANISHED, STALE, READ_ERRORS}},
    {"close file", NULL, .answers = {IGNORED(EINTR), IGNORED(EIO)}},
    {"close directory", NULL, .answers = {IGNORED(EINTR), IGNORED(EIO)}},
    {"fstatfs directory", "cannot load *: ",
     .answers = {MEANS(EIO, NUCLEUS_ERROR_NOT_FOUND), MEANS(ENOSYS, NUCLEUS_ERROR_NOT_FOUND)},
     .standing = {"fstatat file", FAILS, ENOENT}},
};

/* ENOENT is an ordinary error here, except for io.max, which may be missing. */
static const struct step cgroup_steps[] = {
    {"openat directory",
     "cannot open cgroup directory *: ", .answers = {REFUSED(ENOENT), OPEN_ERRORS}},
    {"fstatat file", "cannot read *: ", .answers = {MISSING_LIMIT, LOOKUP_ERRORS}},
    {"openat file", "cannot read *: ", .answers = {REFUSED(ENOENT), OPEN_ERRORS}},
    {"fstat file", "cannot read *: ", .answers = {REFUSED(ENOENT), FSTAT_ERRORS}},
    {"read file", "cannot read *: ", .answers = {REFUSED(ENOENT), READ_ERRORS, REFUSED(ENODEV)}},
    {"close file", NULL, .answers = {IGNORED(EINTR), IGNORED(EIO)}},
    {"fstatat io.max", "io.max': ", .answers = {IGNORED(ENOENT), LOOKUP_ERRORS}},
    {"openat io.max", "io.max': ", .answers = {IGNORED(ENOENT), OPEN_ERRORS}},
    {"fstat io.max", "io.max': ", .answers = {REFUSED(ENOENT), FSTAT_ERRORS}},
    {"read io.max", "io.max': ", .answers = {REFUSED(ENOENT), READ_ERRORS}},
    {"close io.max", NULL, .answers = {IGNORED(EIO)}},
    {"close directory", NULL, .answers = {IGNORED(EINTR), IGNORED(EIO)}},
};

enum { SHORT_READ = 100, TRIES = 10 };

static char long_dir[PATH_MAX] = "d";

static const struct way {
    const char *name;
    const char *dir;  /* NULL for nucleus_metadata_load_at() */
    const char *path; /* part of each error message */
    int closed;       /* how many standard descriptors are closed, from 2 downwards */
} ways[] = {
    {"by path", "d", "'d", 0},
    {"by a long path", long_dir, "...", 0},
    {"at", NULL, "'metadata.json'", 0},
    {"by path, 0-2 closed", "d", "'d", 3},
};

static const struct way from_state = {"from_state", TEST_DATA "/cgroup", TEST_DATA "/cgroup", 0};

static const struct way *way;
static int directory = -1;
static char *text;           /* the content of the file */
static const char *read_end; /* the end of the buffer of the current read, or NULL */

static void enter(const struct way *entered)
{
    way = entered;
    set_scenario(way->name, way->path, way == &from_state ? O_RDONLY : O_PATH);
}

/* Checks that the read after a short read requests exactly the rest of the buffer. */
static void check_buffer(struct call *call)
{
    if (is_call(call, "openat"))
        read_end = NULL;
    if (!is_call(call, "read"))
        return;
    check(!read_end || call->bytes + call->size == read_end, "a read fits into the buffer");
    read_end = call->bytes + call->size;
}

/* Pretends that the file is on FUSE, where a file that is being replaced can seem to be missing. */
static void pretend_fuse(struct call *call)
{
    if (is_call(call, "fstatfs") && call->result >= 0)
        call->filesystem->f_type = 0x65735546;
}

static void saved_file(void)
{
    reset_faults();
    set_fault_hooks(check_buffer, pretend_fuse);
    limit_transfers(SHORT_READ);
    if (directory >= 0)
        (void)close(directory);
    assert_int_equal(mkdir("d", 0700), 0);
    directory = open("d", O_PATH | O_DIRECTORY | O_CLOEXEC);
    while (strlen(long_dir) < PATH_MAX - 8)
        strcat(long_dir, "/.");
    free(text);
    text = read_data("nucleus-0.3.8-metadata-cgroup.json", NULL);
    write_text("d/metadata.json", text);
    enter(&ways[1]);
}

static enum nucleus_status get_metadata(struct nucleus_metadata *ret, struct nucleus_error *err)
{
    enum nucleus_status status;
    int kept[3];

    if (way == &from_state)
        return sample_from_state(way->dir, ret, err);
    close_stdio(way->closed, kept);
    status = way->dir ? nucleus_metadata_load(way->dir, ret, err)
                      : nucleus_metadata_load_at(directory, ret, err);
    restore_stdio(way->closed, kept);
    return status;
}

static bool is_complete(const struct nucleus_metadata *metadata)
{
    char *encoded;
    bool is_same;

    if (way == &from_state)
        return metadata->resource_limits->memory_bytes.value == 536870912 &&
               metadata->resource_limits->pids_max.value == 256;
    encoded = encode_metadata(metadata, NULL);
    is_same = strcmp(encoded, text) == 0;
    free(encoded);
    return is_same;
}

/* Checks that the result is complete or untouched. */
static enum nucleus_status get_and_check(struct nucleus_error *err)
{
    struct nucleus_metadata metadata;
    enum nucleus_status status;

    poison(&metadata, sizeof metadata);
    status = get_metadata(&metadata, err);
    if (status != NUCLEUS_OK) {
        check(is_poisoned(&metadata, sizeof metadata), "the result is untouched");
        return status;
    }
    check(is_complete(&metadata), "the result is complete");
    nucleus_metadata_clear(&metadata);
    return status;
}

static enum nucleus_status run(struct nucleus_error *err)
{
    return run_with_faults(get_and_check, err);
}

static void assert_file_is_unchanged(void)
{
    char *found = read_file("d/metadata.json", NULL);

    assert_string_equal(found, text);
    assert_int_equal(count_names("d"), 1);
    free(found);
}

TEST_EACH_IN(saved_file, load_steps, load_reports_each_fault)
{
    assert_true(sweep(row, load_steps, COUNT(load_steps), run) > 0);
    assert_file_is_unchanged();
}

TEST_EACH_IN(saved_file, ways, load_keeps_its_guarantees_if_any_call_fails)
{
    limit_transfers(0);
    enter(row);
    for (int os_error = 1; os_error <= 140; os_error++)
        sweep_all_calls(os_error, run);
    assert_file_is_unchanged();
}

static const char *const lookups[] = {"fstatat file", "openat file", "fstat file", "read file"};

TEST_EACH_IN(saved_file, lookups, load_succeeds_if_its_second_lookup_succeeds)
{
    struct nucleus_error err;

    for (size_t i = 0; i < COUNT(ways); i += 2) {
        enter(&ways[i]);
        set_fault((struct fault){*row, FAILS, EACCES}, 1, 1);
        assert_status(run(&err), NUCLEUS_OK, &err);
        assert_int_equal(count_faults(), 1);
    }
}

/* In the first tries of a load, the file seems to change its size after fstat. */
static struct {
    off_t by;     /* the reported size minus the real one */
    size_t tries; /* number of tries that are disturbed */
    size_t tried; /* number of tries so far */
} change;

static void change_size(struct call *call)
{
    pretend_fuse(call);
    if (is_call(call, "fstat file") && change.tried++ < change.tries)
        call->info->st_size += change.by;
}

static const struct {
    const char *name;
    off_t by;
} changes[] = {
    {"1 byte less", 1}, {"1 byte more", -1}, {"4 KiB less", 4096}, {"400 bytes more", -400}};

TEST_EACH_IN(saved_file, changes, load_retries_if_the_file_changes_size_while_being_read)
{
    struct nucleus_error err;

    set_fault_hooks(check_buffer, change_size);
    change.by = row->by;
    change.tries = TRIES - 1;
    change.tried = 0;
    assert_status(run(&err), NUCLEUS_OK, &err);
    assert_int_equal(change.tried, TRIES);
    change.tries = TRIES;
    change.tried = 0;
    (void)run(&err);
    check_error(&err, NUCLEUS_ERROR_IO, 0, "': file changed size while being read");
    assert_int_equal(change.tried, TRIES);
}

TEST_EACH_IN(saved_file, cgroup_steps, from_state_reports_each_fault)
{
    limit_transfers(3);
    enter(&from_state);
    assert_true(sweep(row, cgroup_steps, COUNT(cgroup_steps), run) > 0);
}
