/* SPDX-License-Identifier: MIT */
/*
 * What the reader makes of any bytes, against cJSON's own tree of the same text. cJSON takes more
 * than JSON, so only what it refuses says something about syntax; of what the reader accepts, each
 * string, boolean, absence and count must be the same, and each integer that a double holds
 * exactly.
 */
#include "fuzz.h"

#include <cjson/cJSON.h>
#include <string.h>

enum { LONGEST_NUMBER = 62 }; /* cJSON refuses longer ones: it copies a number to 64 bytes */

/* Some of the bytes may well be in a string. */
static bool has_long_number(const uint8_t *text, size_t size)
{
    size_t length = 0;

    for (size_t i = 0; i < size && length <= LONGEST_NUMBER; i++)
        length = text[i] != '\0' && strchr("0123456789+-.eE", text[i]) ? length + 1 : 0;
    return length > LONGEST_NUMBER;
}

/* NULL for a member that is left out, or null. */
static const cJSON *member(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

    return cJSON_IsNull(item) ? NULL : item;
}

static void check_string(const cJSON *item, const char *value)
{
    if (item)
        FUZZ_REQUIRE(cJSON_IsString(item) && value && strcmp(item->valuestring, value) == 0);
    else
        FUZZ_REQUIRE(!value);
}

static void check_bool(const cJSON *item, bool value)
{
    FUZZ_REQUIRE(value ? cJSON_IsTrue(item) : cJSON_IsFalse(item));
}

/* From 2^53 on cJSON's number need not be the one in the text, but is on the same side of it. */
static void check_integer(const cJSON *item, uint64_t value)
{
    const double inexact = 9007199254740992.0;

    FUZZ_REQUIRE(cJSON_IsNumber(item));
    if (item->valuedouble < inexact)
        FUZZ_REQUIRE((uint64_t)item->valuedouble == value);
    else
        FUZZ_REQUIRE(value >= (uint64_t)inexact);
}

static void check_optional(const cJSON *item, struct nucleus_optional_u64 value)
{
    FUZZ_REQUIRE(value.is_set == (item != NULL));
    if (item)
        check_integer(item, value.value);
}

static void check_strings(const cJSON *array, char *const *list)
{
    FUZZ_REQUIRE(cJSON_IsArray(array));
    for (const cJSON *item = array->child; item; item = item->next) {
        FUZZ_REQUIRE(*list);
        check_string(item, *list++);
    }
    FUZZ_REQUIRE(!*list);
}

static void check_io_limits(const cJSON *array, const struct nucleus_resource_limits *limits)
{
    size_t count = 0;

    FUZZ_REQUIRE(cJSON_IsArray(array));
    for (const cJSON *item = array->child; item; item = item->next) {
        const struct nucleus_io_limit *limit = &limits->io_limits[count++];

        FUZZ_REQUIRE(count <= limits->io_limits_count);
        check_string(member(item, "device"), limit->device);
        check_optional(member(item, "riops"), limit->riops);
        check_optional(member(item, "wiops"), limit->wiops);
        check_optional(member(item, "rbps"), limit->rbps);
        check_optional(member(item, "wbps"), limit->wbps);
    }
    FUZZ_REQUIRE(count == limits->io_limits_count);
}

static void check_limits(const cJSON *item, const struct nucleus_resource_limits *limits)
{
    FUZZ_REQUIRE((limits != NULL) == (item != NULL));
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

static void check_metadata(const cJSON *tree, const struct nucleus_metadata *metadata)
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

static void check_state(const cJSON *tree, const struct nucleus_container_state *state)
{
    check_string(member(tree, "id"), state->id);
    check_string(member(tree, "name"), state->name);
    check_integer(member(tree, "pid"), state->pid);
    check_strings(member(tree, "command"), state->command);
    check_bool(member(tree, "using_gvisor"), state->using_gvisor);
    check_bool(member(tree, "rootless"), state->rootless);
    check_string(member(tree, "cgroup_path"), state->cgroup_path);
}

/* What the reader takes for JSON, cJSON must take too. */
static void check_syntax(enum nucleus_status status, bool is_json)
{
    FUZZ_REQUIRE(is_json || status == NUCLEUS_ERROR_SYNTAX || status == NUCLEUS_ERROR_TOO_LARGE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct nucleus_state_document document;
    struct nucleus_metadata metadata;
    enum nucleus_status status;
    cJSON *tree;

    if (has_long_number(data, size))
        return 0;
    tree = cJSON_ParseWithLength(text, size);
    status = nucleus_metadata_from_json(text, size, &metadata, NULL);
    check_syntax(status, tree);
    if (status == NUCLEUS_OK) {
        check_metadata(tree, &metadata);
        nucleus_metadata_clear(&metadata);
    }
    status = nucleus_state_document_from_json(text, size, &document, NULL);
    check_syntax(status, tree);
    if (status == NUCLEUS_OK) {
        check_state(tree, &document.state);
        nucleus_state_document_clear(&document);
    }
    cJSON_Delete(tree);
    return 0;
}
