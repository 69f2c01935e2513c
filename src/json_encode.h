/* SPDX-License-Identifier: MIT */
/* Encodes a struct that is described by its table as JSON text. */
#pragma once

#include "schema.h"

/*
 * Encodes object, a struct of the given type, as serde_json's to_string_pretty does. *ret_text is
 * NUL-terminated and must be freed with free(3). Returns NUCLEUS_ERROR_INVALID_ARGUMENT for a NULL
 * where a value is required, text that is not UTF-8, or an integer out of range, and
 * NUCLEUS_ERROR_TOO_LARGE if the text is longer than max_len.
 */
enum nucleus_status nucleus_json_encode(const struct nucleus_object *type, const void *object,
                                        size_t max_len, char **ret_text, size_t *ret_len,
                                        struct nucleus_error *err);

/* Like nucleus_json_encode(), but encodes only the value of one member of object. */
enum nucleus_status nucleus_json_encode_member(const struct nucleus_member *member,
                                               const void *object, size_t max_len, char **ret_text,
                                               size_t *ret_len, struct nucleus_error *err);
