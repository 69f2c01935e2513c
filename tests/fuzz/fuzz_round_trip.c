/* SPDX-License-Identifier: MIT */
/* What from_json takes, to_json writes to bytes that from_json takes again, and nothing is lost. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

static bool same_string(const char *one, const char *other)
{
    return one && other ? strcmp(one, other) == 0 : one == other;
}

static bool same_list(char *const *one, char *const *other)
{
    while (*one && same_string(*one, *other)) {
        one++;
        other++;
    }
    return *one == *other;
}

static bool same_number(struct nucleus_optional_u64 one, struct nucleus_optional_u64 other)
{
    return one.is_set == other.is_set && (!one.is_set || one.value == other.value);
}

static bool same_io_limit(const struct nucleus_io_limit *one, const struct nucleus_io_limit *other)
{
    return same_string(one->device, other->device) && same_number(one->riops, other->riops) &&
           same_number(one->wiops, other->wiops) && same_number(one->rbps, other->rbps) &&
           same_number(one->wbps, other->wbps);
}

static bool same_limits(const struct nucleus_resource_limits *one,
                        const struct nucleus_resource_limits *other)
{
    if (!one || !other)
        return one == other;
    if (one->io_limits_count != other->io_limits_count)
        return false;
    for (size_t i = 0; i < one->io_limits_count; i++) {
        if (!same_io_limit(&one->io_limits[i], &other->io_limits[i]))
            return false;
    }
    return same_number(one->memory_bytes, other->memory_bytes) &&
           same_number(one->memory_high, other->memory_high) &&
           same_number(one->memory_swap_max, other->memory_swap_max) &&
           same_number(one->cpu_quota_us, other->cpu_quota_us) &&
           one->cpu_period_us == other->cpu_period_us &&
           same_number(one->cpu_weight, other->cpu_weight) &&
           same_number(one->pids_max, other->pids_max);
}

static bool same_metadata(const struct nucleus_metadata *one, const struct nucleus_metadata *other)
{
    return same_string(one->container_id, other->container_id) &&
           same_string(one->container_name, other->container_name) &&
           one->original_pid == other->original_pid && same_list(one->command, other->command) &&
           one->checkpoint_at == other->checkpoint_at &&
           same_string(one->version, other->version) && one->using_gvisor == other->using_gvisor &&
           one->rootless == other->rootless && same_string(one->cgroup_path, other->cgroup_path) &&
           same_limits(one->resource_limits, other->resource_limits);
}

static void check_nothing_lost(const struct nucleus_metadata *metadata, size_t size)
{
    struct nucleus_metadata again;
    struct nucleus_error err;
    char *text;
    size_t len;

    if (fuzz_is_too_large(nucleus_metadata_to_json(metadata, &text, &len, &err), size))
        return;
    FUZZ_REQUIRE(err.status == NUCLEUS_OK);
    FUZZ_REQUIRE(nucleus_metadata_from_json(text, len, &again, &err) == NUCLEUS_OK);
    FUZZ_REQUIRE(same_metadata(metadata, &again));
    nucleus_metadata_clear(&again);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;

    if (nucleus_metadata_from_json((const char *)data, size, &metadata, &err) != NUCLEUS_OK)
        return 0;
    fuzz_check_round_trip(&metadata, size);
    check_nothing_lost(&metadata, size);
    nucleus_metadata_clear(&metadata);
    return 0;
}
