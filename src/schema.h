/* SPDX-License-Identifier: MIT */
/*
 * The JSON form of each struct: a table with one row per member, in the order of the document. The
 * decoder, the encoder, nucleus_metadata_clear() and ckmeta use these tables.
 *
 * To add a member: add it to the struct in the public header, add a row to its table in schema.c,
 * and, if a state has it, copy it in metadata.c's copy_state(). A row whose kind does not fit
 * the C type of the member does not compile. A new kind is a new constant here; the compiler then
 * reports each switch that lacks it.
 */
#pragma once

#include "nucleus/checkpoint.h"

/* JSON type of a member. schema.c lists the C types of each kind. */
enum nucleus_member_kind {
    NUCLEUS_STRING,
    NUCLEUS_OPTIONAL_STRING, /* or null; NULL when absent */
    NUCLEUS_STRINGS,         /* array of strings; NULL-terminated */
    NUCLEUS_BOOL,
    NUCLEUS_U32,
    NUCLEUS_U64,
    NUCLEUS_OPTIONAL_U64,    /* or null */
    NUCLEUS_OPTIONAL_OBJECT, /* or null; NULL when absent */
    NUCLEUS_OBJECTS          /* array of objects; a separate member counts them */
};

struct nucleus_member {
    const char *name;
    size_t name_len;
    size_t offset;
    uint64_t min, max;                   /* of integers, inclusive */
    const struct nucleus_object *object; /* of nested structs */
    size_t offset_count;                 /* of the size_t that counts NUCLEUS_OBJECTS */
    enum nucleus_member_kind kind;
    bool all_or_none; /* members with this flag are written if any of them is present */
};

struct nucleus_object {
    size_t size; /* of the struct */
    const struct nucleus_member *members;
    size_t members_count; /* at most 32 */
};

/* The rows of nucleus_resource_limits_object. */
enum nucleus_limit {
    NUCLEUS_LIMIT_MEMORY,
    NUCLEUS_LIMIT_MEMORY_HIGH,
    NUCLEUS_LIMIT_MEMORY_SWAP,
    NUCLEUS_LIMIT_CPU_QUOTA,
    NUCLEUS_LIMIT_CPU_PERIOD,
    NUCLEUS_LIMIT_CPU_WEIGHT,
    NUCLEUS_LIMIT_PIDS,
    NUCLEUS_LIMIT_IO,
    NUCLEUS_LIMIT_COUNT
};

extern const struct nucleus_member nucleus_limit_rows[NUCLEUS_LIMIT_COUNT];

extern const struct nucleus_object nucleus_metadata_object;
extern const struct nucleus_object nucleus_state_object;
extern const struct nucleus_object nucleus_io_limit_object;
extern const struct nucleus_object nucleus_resource_limits_object;
