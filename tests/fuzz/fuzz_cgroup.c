/* SPDX-License-Identifier: MIT */
/*
 * Passes any bytes as a file of a cgroup to nucleus_metadata_from_state(). The first byte selects
 * the file: '0' is the first one of cgroup_files, and so on, modulo their number. The other files
 * are valid.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <unistd.h>

static void *dir;

static void remove_files(void)
{
    (void)remove_directory(&dir);
}

static void make_files(void)
{
    (void)make_directory(&dir);
    assert_int_equal(atexit(remove_files), 0);
    copy_cgroup(dir);
}

static void check_value(const cJSON *object, const char *name, struct nucleus_optional_u64 value)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

    if (value.is_set)
        assert_true(cJSON_IsNumber(item) && item->valuedouble == (double)value.value);
    else
        assert_true(cJSON_IsNull(item));
}

/* Checks that the text has each value under the name of its member. */
static void check_limits(const cJSON *tree, const struct nucleus_resource_limits *limits)
{
    const struct nucleus_optional_u64 period = {true, limits->cpu_period_us};
    const cJSON *device;
    size_t count = 0;

    check_value(tree, "memory_bytes", limits->memory_bytes);
    check_value(tree, "memory_high", limits->memory_high);
    check_value(tree, "memory_swap_max", limits->memory_swap_max);
    check_value(tree, "cpu_quota_us", limits->cpu_quota_us);
    check_value(tree, "cpu_period_us", period);
    check_value(tree, "cpu_weight", limits->cpu_weight);
    check_value(tree, "pids_max", limits->pids_max);
    cJSON_ArrayForEach (device, cJSON_GetObjectItemCaseSensitive(tree, "io_limits")) {
        const struct nucleus_io_limit *io = &limits->io_limits[count++];

        check_value(device, "riops", io->riops);
        check_value(device, "wiops", io->wiops);
        check_value(device, "rbps", io->rbps);
        check_value(device, "wbps", io->wbps);
    }
    assert_int_equal(count, limits->io_limits_count);
}

/* Only the file called name may be invalid. */
static void check_capture(const char *name)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    enum nucleus_status status;
    cJSON *output;

    poison(&metadata, sizeof metadata);
    status = sample_from_state(dir, &metadata, &err);
    fuzz_check_error(status, &err);
    if (status == NUCLEUS_OK) {
        assert_string_equal(metadata.cgroup_path, dir);
        output = fuzz_encode(&metadata);
        check_limits(cJSON_GetObjectItemCaseSensitive(output, "resource_limits"),
                     metadata.resource_limits);
        cJSON_Delete(output);
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
