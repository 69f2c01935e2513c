/* SPDX-License-Identifier: MIT */
/* Any bytes through nucleus_metadata_from_json(): whole metadata, or an error and nothing else. */
#include "fuzz.h"

static void check_whole(const struct nucleus_metadata *metadata)
{
    const struct nucleus_resource_limits *limits = metadata->resource_limits;

    FUZZ_REQUIRE(metadata->container_id && metadata->container_name && metadata->version);
    FUZZ_REQUIRE(metadata->command);
    if (!limits)
        return;
    FUZZ_REQUIRE(limits->cpu_period_us != 0);
    FUZZ_REQUIRE(!limits->pids_max.is_set ||
                 (limits->pids_max.value != 0 && limits->pids_max.value != UINT64_MAX));
    for (size_t i = 0; i < limits->io_limits_count; i++)
        FUZZ_REQUIRE(limits->io_limits[i].device);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    enum nucleus_status status;

    fuzz_poison(&metadata, sizeof metadata);
    status = nucleus_metadata_from_json((const char *)data, size, &metadata, &err);
    fuzz_check_verdict(status, &err, data, size);
    if (status != NUCLEUS_OK) {
        FUZZ_REQUIRE(fuzz_is_poisoned(&metadata, sizeof metadata));
        return 0;
    }
    check_whole(&metadata);
    nucleus_metadata_clear(&metadata);
    return 0;
}
