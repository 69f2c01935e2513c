/* SPDX-License-Identifier: MIT */
/*
 * Passes any bytes as a file of a cgroup to nucleus_metadata_from_state(). The first byte selects
 * the file: '0' is the first one of cgroup_files, and so on, modulo their number. The other files
 * are valid.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <unistd.h>

static const char *dir; /* NULL until the files have been created */

static void make_files(void)
{
    enter_directory();
    assert_int_equal(atexit(leave_directory), 0);
    dir = ".";
    copy_cgroup(dir);
}

/* Only the file called name may be invalid. */
static void check_capture(const char *name)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    enum nucleus_status status;

    poison(&metadata, sizeof metadata);
    status = sample_from_state(dir, &metadata, &err);
    fuzz_check_error(status, &err);
    if (status == NUCLEUS_OK) {
        assert_string_equal(metadata.cgroup_path, dir);
        cJSON_Delete(fuzz_encode(&metadata));
        nucleus_metadata_clear(&metadata);
        return;
    }
    assert_int_equal(status, NUCLEUS_ERROR_SCHEMA);
    assert_int_equal(err.os_error, 0);
    assert_contains(err.message, name);
    assert_true(is_poisoned(&metadata, sizeof metadata));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *name;
    const char *path;

    if (size == 0)
        return 0;
    if (!dir)
        make_files();
    name = cgroup_files[(uint8_t)(data[0] - '0') % CGROUP_FILES];
    path = path_in(dir, name);
    (void)unlink(path); /* some file systems flush a file that is truncated and rewritten */
    write_file(path, data + 1, size - 1);
    check_capture(name);
    (void)unlink(path);
    copy_file(path_in(TEST_DATA "/cgroup", name), path);
    return 0;
}
