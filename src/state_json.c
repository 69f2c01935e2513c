/* SPDX-License-Identifier: MIT */
/* The container-state document that nucleus keeps. */
#include "error.h"
#include "json_decode.h"

#define STATE(member) .name = #member, .offset = offsetof(struct nucleus_container_state, member)

/* version is the caller's and not in the document. */
static const struct nucleus_member state_members[] = {
    {STATE(id), .kind = NUCLEUS_STRING},
    {STATE(name), .kind = NUCLEUS_STRING},
    {STATE(pid), .kind = NUCLEUS_U32, .max = UINT32_MAX},
    {STATE(command), .kind = NUCLEUS_STRINGS},
    {STATE(using_gvisor), .kind = NUCLEUS_BOOL},
    {STATE(rootless), .kind = NUCLEUS_BOOL},
    {STATE(cgroup_path), .kind = NUCLEUS_OPTIONAL_STRING},
};

static const struct nucleus_object state_object = {
    .size = sizeof(struct nucleus_container_state),
    .members = state_members,
    .members_count = sizeof state_members / sizeof state_members[0],
    .always_count = sizeof state_members / sizeof state_members[0],
};

enum nucleus_status nucleus_state_document_from_json(const char *text, size_t len,
                                                     struct nucleus_state_document *ret_document,
                                                     struct nucleus_error *err)
{
    err = NUCLEUS_OR_SCRATCH(err);
    if (!text || !ret_document)
        return nucleus_fail(err, NUCLEUS_ERROR_INVALID_ARGUMENT, "text or ret_document is NULL");
    return nucleus_json_decode(text, len, &state_object, &ret_document->state, err);
}

void nucleus_state_document_clear(struct nucleus_state_document *document)
{
    if (document)
        nucleus_members_free(&state_object, &document->state);
}
