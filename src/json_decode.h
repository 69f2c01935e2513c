/* SPDX-License-Identifier: MIT */
/* Decodes JSON text into a struct that is described by its table. */
#pragma once

#include "schema.h"

/*
 * Decodes text into *ret, a struct of the given type that must be zeroed and must be released with
 * nucleus_members_free(). After an error *ret is zeroed again. Returns the statuses of
 * nucleus_metadata_from_json().
 */
enum nucleus_status nucleus_json_decode(const char *text, size_t len,
                                        const struct nucleus_object *type, void *ret,
                                        struct nucleus_error *err);
