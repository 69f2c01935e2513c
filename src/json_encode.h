/* SPDX-License-Identifier: MIT */
/* A struct as JSON text, by its table. */
#ifndef NUCLEUS_JSON_ENCODE_H
#define NUCLEUS_JSON_ENCODE_H

#include "schema.h"

/*
 * Writes a struct of the given type as serde_json's to_string_pretty does. object: its values may
 * be anything; NULL where none is allowed, text that is not UTF-8 and integers out of their range
 * are NUCLEUS_ERROR_INVALID_ARGUMENT. cap: on the bytes of the text. ret_text, ret_len, statuses:
 * as nucleus_metadata_to_json().
 */
enum nucleus_status nucleus_json_encode(const struct nucleus_object *type, const void *object,
                                        size_t cap, char **ret_text, size_t *ret_len,
                                        struct nucleus_error *err);

/* The same for the value of one member. */
enum nucleus_status nucleus_json_encode_member(const struct nucleus_member *member,
                                               const void *object, size_t cap, char **ret_text,
                                               size_t *ret_len, struct nucleus_error *err);

#endif
