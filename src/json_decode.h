/* SPDX-License-Identifier: MIT */
/* JSON text as a struct, by its table. */
#ifndef NUCLEUS_JSON_DECODE_H
#define NUCLEUS_JSON_DECODE_H

#include "schema.h"

/*
 * Reads a struct of the given type. ret: zeroed; what it owns is freed with
 * nucleus_members_free(). After an error it is zeroed again.
 * Returns as nucleus_metadata_from_json().
 */
enum nucleus_status nucleus_json_decode(const char *text, size_t len,
                                        const struct nucleus_object *type, void *ret,
                                        struct nucleus_error *err);

#endif
