/* SPDX-License-Identifier: MIT */
/* Creates the public structs from a state or from JSON text, encodes and clears them. */
#include <stdlib.h>

#include "cgroup.h"
#include "error.h"
#include "json_decode.h"
#include "json_encode.h"
#include "members.h"
#include "system.h"

/* Returns false if out of memory. */
static bool copy_state(const struct nucleus_container_state *state, struct nucleus_metadata *ret)
{
    const char *version = state->version ? state->version : NUCLEUS_CHECKPOINT_VERSION;

    ret->original_pid = state->pid;
    ret->checkpoint_at = nucleus_system_now();
    ret->using_gvisor = state->using_gvisor;
    ret->rootless = state->rootless;
    return nucleus_string_copy(state->id, &ret->container_id) &&
           nucleus_string_copy(state->name, &ret->container_name) &&
           nucleus_strings_copy(state->command, &ret->command) &&
           nucleus_string_copy(version, &ret->version) &&
           nucleus_string_copy(state->cgroup_path, &ret->cgroup_path);
}

/* Validates by encoding and discarding the result. */
static enum nucleus_status check_values(const struct nucleus_object *type, const void *object,
                                        struct nucleus_error *err)
{
    char *text = NULL;
    size_t len;
    enum nucleus_status status =
        nucleus_json_encode(type, object, NUCLEUS_CHECKPOINT_MAX_BYTES, &text, &len, err);

    free(text);
    return status;
}

static enum nucleus_status fill(const struct nucleus_container_state *state,
                                struct nucleus_metadata *ret, struct nucleus_error *err)
{
    /* The state is checked first, so that messages name its members, not those of metadata. */
    enum nucleus_status status = check_values(&nucleus_state_object, state, err);

    if (status == NUCLEUS_OK && !copy_state(state, ret))
        status = nucleus_fail_memory(err);
    if (status == NUCLEUS_OK && state->cgroup_path)
        status = nucleus_cgroup_read_limits(state->cgroup_path, &ret->resource_limits, err);
    if (status == NUCLEUS_OK)
        status = check_values(&nucleus_metadata_object, ret, err);
    return status == NUCLEUS_OK ? nucleus_error_clear(err) : status;
}

enum nucleus_status nucleus_metadata_from_state(const struct nucleus_container_state *state,
                                                struct nucleus_metadata *ret_metadata,
                                                struct nucleus_error *err)
{
    struct nucleus_metadata metadata = {0};
    enum nucleus_status status;

    err = NUCLEUS_ERR_OR_DUMMY(err);
    if (!state || !ret_metadata)
        return nucleus_fail(err, NUCLEUS_ERROR_INVALID_ARGUMENT, "state or ret_metadata is NULL");
    status = fill(state, &metadata, err);
    if (status == NUCLEUS_OK)
        *ret_metadata = metadata;
    else
        nucleus_metadata_clear(&metadata);
    return status;
}

enum nucleus_status nucleus_metadata_to_json(const struct nucleus_metadata *metadata,
                                             char **ret_text, size_t *ret_len,
                                             struct nucleus_error *err)
{
    enum nucleus_status status;

    err = NUCLEUS_ERR_OR_DUMMY(err);
    if (!metadata || !ret_text || !ret_len)
        return nucleus_fail(err, NUCLEUS_ERROR_INVALID_ARGUMENT,
                            "metadata, ret_text or ret_len is NULL");
    status = nucleus_json_encode(&nucleus_metadata_object, metadata, NUCLEUS_CHECKPOINT_MAX_BYTES,
                                 ret_text, ret_len, err);
    return status == NUCLEUS_OK ? nucleus_error_clear(err) : status;
}

enum nucleus_status nucleus_metadata_from_json(const char *text, size_t len,
                                               struct nucleus_metadata *ret_metadata,
                                               struct nucleus_error *err)
{
    struct nucleus_metadata metadata = {0};
    enum nucleus_status status;

    err = NUCLEUS_ERR_OR_DUMMY(err);
    if (!text || !ret_metadata)
        return nucleus_fail(err, NUCLEUS_ERROR_INVALID_ARGUMENT, "text or ret_metadata is NULL");
    status = nucleus_json_decode(text, len, &nucleus_metadata_object, &metadata, err);
    if (status == NUCLEUS_OK)
        *ret_metadata = metadata;
    return status;
}

void nucleus_metadata_clear(struct nucleus_metadata *metadata)
{
    if (metadata)
        nucleus_members_free(&nucleus_metadata_object, metadata);
}

enum nucleus_status nucleus_state_document_from_json(const char *text, size_t len,
                                                     struct nucleus_state_document *ret_document,
                                                     struct nucleus_error *err)
{
    struct nucleus_state_document document = {{0}};
    enum nucleus_status status;

    err = NUCLEUS_ERR_OR_DUMMY(err);
    if (!text || !ret_document)
        return nucleus_fail(err, NUCLEUS_ERROR_INVALID_ARGUMENT, "text or ret_document is NULL");
    status = nucleus_json_decode(text, len, &nucleus_state_object, &document.state, err);
    if (status == NUCLEUS_OK)
        *ret_document = document;
    return status;
}

void nucleus_state_document_clear(struct nucleus_state_document *document)
{
    if (document)
        nucleus_members_free(&nucleus_state_object, &document->state);
}

const char *nucleus_checkpoint_version(void)
{
    return NUCLEUS_CHECKPOINT_VERSION;
}
