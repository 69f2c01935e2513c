/* SPDX-License-Identifier: MIT */
/*
 * Makes each system call of a load, and of capturing a cgroup's limits, fail in every way that it
 * can. The result must be complete or untouched, the descriptors closed and the file unchanged.
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
#define READ_ERRORS                                                                                \
    INTERRUPTED, SHORT_GIVES(NUCLEUS_OK), REFUSED(EAGAIN), REFUSED(EIO), REFUSED(EISDIR)
/* Errors that a concurrent replacement of the file can cause. */
#define MISSING RETRIED(ENOENT, 10, NUCLEUS_ERROR_NOT_FOUND)
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
    {"fstat file", "cannot load *: ", .answers = {STALE, REFUSED(EIO), REFUSED(ENOMEM)}},
    {"read file", "cannot load *: ", .answers = {STALE, READ_ERRORS}},
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
    {"fstat file", "cannot read *: ", .answers = {REFUSED(EIO), REFUSED(ENOMEM)}},
    {"read file", "cannot read *: ", .answers = {READ_ERRORS, REFUSED(ENODEV)}},
    {"close file", NULL, .answers = {IGNORED(EINTR), IGNORED(EIO)}},
    {"fstatat io.max", "io.max': ", .answers = {IGNORED(ENOENT), LOOKUP_ERRORS}},
    {"openat io.max", "io.max': ", .answers = {IGNORED(ENOENT), OPEN_ERRORS}},
    {"fstat io.max", "io.max': ", .answers = {REFUSED(EIO)}},
    {"read io.max", "io.max': ", .answers = {READ_ERRORS}},
    {"close io.max", NULL, .answers = {IGNORED(EIO)}},
    {"close directory", NULL, .answers = {IGNORED(EINTR), IGNORED(EIO)}},
};

enum { SHORT_READ = 100, TRIES = 10 };

static char long_dir[PATH_MAX] = "d";

static const struct way {
    const char *name;
    const char *dir; /* NULL for nucleus_metadata_load_at() */
    const char *path;
} ways[] = {
    {"by path", "d", "'d"}, {"by a long path", long_dir, "..."}, {"at", NULL, "'metadata.json'"}};

static const struct way *way;
static int directory = -1;
static char *text; /* the content of the file */
static size_t text_len;
static const char *read_end; /* the end of the buffer of the current read, or NULL */

static void enter(const struct way *entered)
{
    way = entered;
    set_scenario(way->name, way->path);
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
    text = read_data("nucleus-0.3.8-metadata-cgroup.json", &text_len);
    write_file("d/metadata.json", text, text_len);
    enter(&ways[1]);
}

static enum nucleus_status load(struct nucleus_error *err)
{
    struct nucleus_metadata metadata;
    enum nucleus_status status;
    char *loaded;

    poison(&metadata, sizeof metadata);
    status = way->dir ? nucleus_metadata_load(way->dir, &metadata, err)
                      : nucleus_metadata_load_at(directory, &metadata, err);
    if (status != NUCLEUS_OK) {
        check(is_poisoned(&metadata, sizeof metadata), "the result is untouched");
        return status;
    }
    loaded = encode_metadata(&metadata, NULL);
    check(strcmp(loaded, text) == 0, "the result is complete");
    free(loaded);
    nucleus_metadata_clear(&metadata);
    return status;
}

static enum nucleus_status run_load(struct nucleus_error *err)
{
    return run_with_faults(load, err);
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
    assert_true(sweep(row, load_steps, COUNT(load_steps), run_load) > 0);
    assert_file_is_unchanged();
}

TEST_EACH_IN(saved_file, ways, load_keeps_its_guarantees_if_any_call_fails)
{
    limit_transfers(0);
    enter(row);
    for (int os_error = 1; os_error <= 140; os_error++)
        sweep_all_calls(os_error, run_load);
    assert_file_is_unchanged();
}

static const char *const lookups[] = {"fstatat file", "openat file", "fstat file", "read file"};

TEST_EACH_IN(saved_file, lookups, load_succeeds_if_its_second_lookup_succeeds)
{
    struct nucleus_error err;

    for (size_t i = 0; i < COUNT(ways); i += 2) {
        enter(&ways[i]);
        set_fault((struct fault){*row, FAILS, EACCES}, 1, 1);
        assert_status(run_load(&err), NUCLEUS_OK, &err);
        assert_int_equal(count_faults(), 1);
    }
}

/* In each of the first tries, the file changes its size before one of the reads. The next lookup
 * restores it. */
static struct change {
    size_t tries, read; /* number of disturbed tries, and the read that is disturbed */
    off_t size;
    size_t tried, reads;
} change;

static void change_size(struct call *call)
{
    check_buffer(call);
    if (is_call(call, "fstatat")) {
        write_file("d/metadata.json", text, text_len);
        change.tried++;
        change.reads = 0;
    }
    if (is_call(call, "read") && ++change.reads == change.read && change.tried <= change.tries)
        assert_int_equal(truncate("d/metadata.json", change.size), 0);
}

static const struct {
    const char *name;
    int by; /* bytes */
} changes[] = {{"1 byte less", -1}, {"half of it", -400}, {"1 byte more", 1}, {"4 KiB more", 4096}};

TEST_EACH_IN(saved_file, changes, load_retries_if_the_file_changes_size_while_being_read)
{
    const off_t size = (off_t)text_len + row->by;
    struct nucleus_error err;

    set_fault_hooks(change_size, pretend_fuse);
    for (size_t read = 1; read <= text_len / SHORT_READ; read++) {
        change = (struct change){TRIES - 1, read, size, 0, 0};
        assert_status(run_load(&err), NUCLEUS_OK, &err);
        assert_int_equal(change.tried, TRIES);
        change = (struct change){TRIES, read, size, 0, 0};
        (void)run_load(&err);
        check_error(&err, NUCLEUS_ERROR_IO, 0, "': file changed size while being read");
        assert_int_equal(change.tried, TRIES);
    }
}

static void cgroup(void)
{
    reset_faults();
    set_fault_hooks(check_buffer, NULL);
    set_scenario("from_state", TEST_DATA "/cgroup");
    limit_transfers(3);
}

static enum nucleus_status capture(struct nucleus_error *err)
{
    struct nucleus_metadata metadata;
    enum nucleus_status status;

    poison(&metadata, sizeof metadata);
    status = sample_from_state(TEST_DATA "/cgroup", &metadata, err);
    if (status != NUCLEUS_OK) {
        check(is_poisoned(&metadata, sizeof metadata), "the result is untouched");
        return status;
    }
    check(metadata.resource_limits->memory_bytes.value == 536870912 &&
              metadata.resource_limits->pids_max.value == 256,
          "the limits are complete");
    nucleus_metadata_clear(&metadata);
    return status;
}

static enum nucleus_status run_capture(struct nucleus_error *err)
{
    return run_with_faults(capture, err);
}

TEST_EACH_IN(cgroup, cgroup_steps, from_state_reports_each_fault)
{
    assert_true(sweep(row, cgroup_steps, COUNT(cgroup_steps), run_capture) > 0);
}
