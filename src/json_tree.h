/* SPDX-License-Identifier: MIT */
/* JSON text as a cJSON tree, with what cJSON lacks: strictness and exact integers. */
#ifndef NUCLEUS_JSON_TREE_H
#define NUCLEUS_JSON_TREE_H

#include <cjson/cJSON.h>

#include "nucleus/checkpoint.h"

/*
 * Checks text and parses it. ret_tree: an object, freed with cJSON_Delete(); read its strings and
 * numbers with the functions below, never with cJSON's.
 * Returns NUCLEUS_OK, NUCLEUS_ERROR_TOO_LARGE, NUCLEUS_ERROR_SYNTAX, NUCLEUS_ERROR_SCHEMA (not an
 * object), NUCLEUS_ERROR_NO_MEMORY.
 */
enum nucleus_status nucleus_json_parse(const char *text, size_t len, cJSON **ret_tree,
                                       struct nucleus_error *err);

/* The text of a string, borrowed from the tree; NULL if item is none. */
const char *nucleus_json_string(const cJSON *item);

/* The value of a number that is written with digits only and fits, exactly. */
bool nucleus_json_u64(const cJSON *item, uint64_t *ret);

#endif
