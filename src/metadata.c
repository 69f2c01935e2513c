/* SPDX-License-Identifier: MIT */
/* The life of struct nucleus_metadata, and what it looks like in JSON. */
#include <stdlib.h>

#include "cgroup.h"
#include "error.h"
#include "members.h"
#include "strings.h"
#include "system.h"

#define METADATA(member) .name = #member, .offset = offsetof(struct nucleus_metadata, member)

/* nucleus has the last two since 0.3.6; files without them are read by each of its versions. */
static const struct nucleus_member metadata_members[] = {
    {METADATA(container_id), .kind = NUCLEUS_STRING},
    {METADATA(container_name), .kind = NUCLEUS_STRING},
    {METADATA(original_pid), .kind = NUCLEUS_U32, .max = UINT32_MAX},
    {METADATA(command), .kind = NUCLEUS_STRINGS},
    {METADATA(checkpoint_at), .kind = NUCLEUS_U64, .max = UINT64_MAX},
    {METADATA(version), .kind = NUCLEUS_STRING},
    {METADATA(using_gvisor), .kind = NUCLEUS_BOOL},
    {METADATA(rootless), .kind = NUCLEUS_BOOL},
    {METADATA(cgroup_path), .kind = NUCLEUS_OPTIONAL_STRING},
    {METADATA(resource_limits), .kind = NUCLEUS_OPTIONAL_OBJECT,
     .object = &nucleus_resource_limits_object},
};

const struct nucleus_object nucleus_metadata_object = {
    .size = sizeof(struct nucleus_metadata),
    .members = metadata_members,
    .members_count = sizeof metadata_members / sizeof metadata_members[0],
    .always_count = 8,
};

/* Whether every string of metadata could be replaced by a copy of it; otherwise a NULL stands in
 * for it. */
static bool copy_strings(struct nucleus_metadata *metadata)
{
    bool has_cgroup = metadata->cgroup_path;

    metadata->container_id = nucleus_string_copy(metadata->container_id);
    metadata->container_name = nucleus_string_copy(metadata->container_name);
    metadata->command = nucleus_strings_copy(metadata->command);
    metadata->version = nucleus_string_copy(metadata->version);
    if (has_cgroup)
        metadata->cgroup_path = nucleus_string_copy(metadata->cgroup_path);
    return metadata->container_id && metadata->container_name && metadata->command &&
           metadata->version && (metadata->cgroup_path || !has_cgroup);
}

/* Whether metadata can be saved: it can if it can be written as text. */
static enum nucleus_status check_values(const struct nucleus_metadata *metadata,
                                        struct nucleus_error *err)
{
    char *text = NULL;
    size_t len;
    enum nucleus_status status = nucleus_metadata_to_json(metadata, &text, &len, err);

    free(text);
    return status;
}

/* The strings of ret stay the state's; its resource_limits are its own. */
static enum nucleus_status borrow_state(const struct nucleus_container_state *state,
                                        struct nucleus_metadata *ret, struct nucleus_error *err)
{
    *ret = (struct nucleus_metadata){
        .container_id = (char *)state->id,
        .container_name = (char *)state->name,
        .original_pid = state->pid,
        .command = (char **)state->command,
        .checkpoint_at = nucleus_system_now(),
        .version = (char *)(state->version ? state->version : NUCLEUS_CHECKPOINT_VERSION),
        .using_gvisor = state->using_gvisor,
        .rootless = state->rootless,
        .cgroup_path = (char *)state->cgroup_path,
    };
    return state->cgroup_path
               ? nucleus_cgroup_read_limits(state->cgroup_path, &ret->resource_limits, err)
               : NUCLEUS_OK;
}

enum nucleus_status nucleus_metadata_from_state(const struct nucleus_container_state *state,
                                                struct nucleus_metadata *ret_metadata,
                                                struct nucleus_error *err)
{
    struct nucleus_metadata metadata;
    enum nucleus_status status;

    err = NUCLEUS_OR_SCRATCH(err);
    if (!state || !ret_metadata)
        return nucleus_fail(err, NUCLEUS_ERROR_INVALID_ARGUMENT, "state or ret_metadata is NULL");
    status = borrow_state(state, &metadata, err);
    if (status != NUCLEUS_OK)
        return status;
    status = check_values(&metadata, err);
    if (status != NUCLEUS_OK) {
        nucleus_object_free(&nucleus_resource_limits_object, metadata.resource_limits);
        return status;
    }
    if (!copy_strings(&metadata)) {
        nucleus_metadata_clear(&metadata);
        return nucleus_fail_memory(err);
    }
    *ret_metadata = metadata;
    return nucleus_succeed(err);
}

void nucleus_metadata_clear(struct nucleus_metadata *metadata)
{
    if (metadata)
        nucleus_members_free(&nucleus_metadata_object, metadata);
}

const char *nucleus_checkpoint_version(void)
{
    return NUCLEUS_CHECKPOINT_VERSION;
}
