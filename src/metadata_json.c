/* SPDX-License-Identifier: MIT */
#include "error.h"
#include "json_decode.h"
#include "json_encode.h"

enum nucleus_status nucleus_metadata_to_json(const struct nucleus_metadata *metadata,
                                             char **ret_text, size_t *ret_len,
                                             struct nucleus_error *err)
{
    enum nucleus_status status;

    err = NUCLEUS_OR_SCRATCH(err);
    if (!metadata || !ret_text || !ret_len)
        return nucleus_fail(err, NUCLEUS_ERROR_INVALID_ARGUMENT,
                            "metadata, ret_text or ret_len is NULL");
    status = nucleus_json_encode(&nucleus_metadata_object, metadata, NUCLEUS_CHECKPOINT_MAX_BYTES,
                                 ret_text, ret_len, err);
    return status == NUCLEUS_OK ? nucleus_succeed(err) : status;
}

enum nucleus_status nucleus_metadata_from_json(const char *text, size_t len,
                                               struct nucleus_metadata *ret_metadata,
                                               struct nucleus_error *err)
{
    err = NUCLEUS_OR_SCRATCH(err);
    if (!text || !ret_metadata)
        return nucleus_fail(err, NUCLEUS_ERROR_INVALID_ARGUMENT, "text or ret_metadata is NULL");
    return nucleus_json_decode(text, len, &nucleus_metadata_object, ret_metadata, err);
}
