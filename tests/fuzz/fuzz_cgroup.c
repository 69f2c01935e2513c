/* SPDX-License-Identifier: MIT */
/*
 * Passes any bytes as a file of a cgroup to nucleus_metadata_from_state(). The first byte selects
 * the file: '0' is the first one of the table below, and so on, modulo its size. The other files
 * are valid.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *name, *valid;
} files[] = {
    {"memory.max", "536870912\n"},
    {"memory.high", "max\n"},
    {"memory.swap.max", "0\n"},
    {"cpu.max", "50000 100000\n"},
    {"cpu.weight", "100\n"},
    {"pids.max", "256\n"},
    {"io.max", "8:0 rbps=1048576 wbps=2097152\n"},
};

enum { FILES = COUNT(files) };

static void *dir;

static void fill(size_t file, const void *bytes, size_t len)
{
    const char *path = path_in(dir, files[file].name);

    (void)unlink(path); /* some file systems flush a file that was truncated and rewritten */
    write_file(path, bytes, len);
}

static void remove_files(void)
{
    (void)remove_directory(&dir);
}

static void make_files(void)
{
    (void)make_directory(&dir);
    assert_int_equal(atexit(remove_files), 0);
    for (size_t i = 0; i < FILES; i++)
        fill(i, files[i].valid, strlen(files[i].valid));
}

/* Only the file called name may be invalid. */
static void check_capture(const char *name, size_t size)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    enum nucleus_status status;

    poison(&metadata, sizeof metadata);
    status = sample_from_state(dir, &metadata, &err);
    fuzz_check_error(status, &err);
    if (status == NUCLEUS_OK) {
        assert_non_null(metadata.resource_limits);
        assert_string_equal(metadata.cgroup_path, dir);
        fuzz_check_round_trip(&metadata, size);
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
    size_t file;

    if (size == 0)
        return 0;
    if (!dir)
        make_files();
    file = (uint8_t)(data[0] - '0') % FILES;
    fill(file, data + 1, size - 1);
    check_capture(files[file].name, size);
    fill(file, files[file].valid, strlen(files[file].valid));
    return 0;
}
