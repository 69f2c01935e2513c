/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <string.h>

/* Returns NULL for a member that is absent or null. */
static const cJSON *member(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

    return cJSON_IsNull(item) ? NULL : item;
}

static void check_string(const cJSON *item, const char *value)
{
    if (item)
        assert_true(cJSON_IsString(item) && value && strcmp(item->valuestring, value) == 0);
    else
        assert_true(!value);
}

static void check_bool(const cJSON *item, bool value)
{
    assert_true(value ? cJSON_IsTrue(item) : cJSON_IsFalse(item));
}

/* Above 2^53 cJSON's double is not exact, but it is not below 2^53 either. */
static void check_integer(const cJSON *item, uint64_t value)
{
    const double inexact = 9007199254740992.0;

    assert_true(cJSON_IsNumber(item));
    if (item->valuedouble < inexact)
        assert_true((uint64_t)item->valuedouble == value);
    else
        assert_true(value >= (uint64_t)inexact);
}

static void check_optional(const cJSON *item, struct nucleus_optional_u64 value)
{
    assert_true(value.is_set == (item != NULL));
    if (item)
        check_integer(item, value.value);
}

static void check_strings(const cJSON *array, char *const *list)
{
    assert_true(cJSON_IsArray(array));
    for (const cJSON *item = array->child; item; item = item->next) {
        assert_true(*list);
        check_string(item, *list++);
    }
    assert_true(!*list);
}

static void check_io_limits(const cJSON *array, const struct nucleus_resource_limits *limits)
{
    size_t count = 0;

    assert_true(cJSON_IsArray(array));
    for (const cJSON *item = array->child; item; item = item->next) {
        const struct nucleus_io_limit *limit = &limits->io_limits[count++];

        assert_true(count <= limits->io_limits_count);
        check_string(member(item, "device"), limit->device);
        check_optional(member(item, "riops"), limit->riops);
        check_optional(member(item, "wiops"), limit->wiops);
        check_optional(member(item, "rbps"), limit->rbps);
        check_optional(member(item, "wbps"), limit->wbps);
    }
    assert_true(count == limits->io_limits_count);
}

static void check_limits(const cJSON *item, const struct nucleus_resource_limits *limits)
{
    assert_true((limits != NULL) == (item != NULL));
    if (!limits)
        return;
    check_optional(member(item, "memory_bytes"), limits->memory_bytes);
    check_optional(member(item, "memory_high"), limits->memory_high);
    check_optional(member(item, "memory_swap_max"), limits->memory_swap_max);
    check_optional(member(item, "cpu_quota_us"), limits->cpu_quota_us);
    check_integer(member(item, "cpu_period_us"), limits->cpu_period_us);
    check_optional(member(item, "cpu_weight"), limits->cpu_weight);
    check_optional(member(item, "pids_max"), limits->pids_max);
    check_io_limits(member(item, "io_limits"), limits);
}

void fuzz_compare_metadata(const cJSON *tree, const struct nucleus_metadata *metadata)
{
    check_string(member(tree, "container_id"), metadata->container_id);
    check_string(member(tree, "container_name"), metadata->container_name);
    check_integer(member(tree, "original_pid"), metadata->original_pid);
    check_strings(member(tree, "command"), metadata->command);
    check_integer(member(tree, "checkpoint_at"), metadata->checkpoint_at);
    check_string(member(tree, "version"), metadata->version);
    check_bool(member(tree, "using_gvisor"), metadata->using_gvisor);
    check_bool(member(tree, "rootless"), metadata->rootless);
    check_string(member(tree, "cgroup_path"), metadata->cgroup_path);
    check_limits(member(tree, "resource_limits"), metadata->resource_limits);
}

void fuzz_compare_state(const cJSON *tree, const struct nucleus_container_state *state)
{
    check_string(member(tree, "id"), state->id);
    check_string(member(tree, "name"), state->name);
    check_integer(member(tree, "pid"), state->pid);
    check_strings(member(tree, "command"), state->command);
    check_bool(member(tree, "using_gvisor"), state->using_gvisor);
    check_bool(member(tree, "rootless"), state->rootless);
    check_string(member(tree, "cgroup_path"), state->cgroup_path);
}
