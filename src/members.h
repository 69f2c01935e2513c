/* SPDX-License-Identifier: MIT */
/*
 * What a struct looks like in JSON: one table per struct, in the order of the document. Decoder,
 * encoder and clear all walk it, so a new member is one new row.
 */
#ifndef NUCLEUS_MEMBERS_H
#define NUCLEUS_MEMBERS_H

#include "nucleus/checkpoint.h"

/* C type of the member, and how it stands in JSON. */
enum nucleus_member_kind {
    NUCLEUS_STRING,          /* char *: string */
    NUCLEUS_OPTIONAL_STRING, /* char *, NULL when absent: string or null */
    NUCLEUS_STRINGS,         /* char **, NULL-terminated: array of strings */
    NUCLEUS_BOOL,            /* bool */
    NUCLEUS_U32,             /* uint32_t: integer */
    NUCLEUS_U64,             /* uint64_t: integer */
    NUCLEUS_OPTIONAL_U64,    /* struct nucleus_optional_u64: integer or null */
    NUCLEUS_OPTIONAL_OBJECT, /* pointer to a struct, NULL when absent: object or null */
    NUCLEUS_OBJECTS          /* pointer to an array of structs, its length a size_t at offset_count:
                                array of objects */
};

struct nucleus_member {
    const char *name;
    enum nucleus_member_kind kind;
    size_t offset;
    uint64_t min, max;                   /* of integers, both included */
    const struct nucleus_object *object; /* of nested structs */
    size_t offset_count;                 /* of NUCLEUS_OBJECTS */
};

struct nucleus_object {
    size_t size; /* of the struct */
    const struct nucleus_member *members;
    size_t members_count; /* at most 32 */
    /* How many members are always written; those behind are written all, or none when all of
     * them are absent. */
    size_t always_count;
};

extern const struct nucleus_object nucleus_metadata_object;
extern const struct nucleus_object nucleus_io_limit_object;
extern const struct nucleus_object nucleus_resource_limits_object;

/* The place of a member in object; as const as object is. */
void *nucleus_member_at(const struct nucleus_member *member, const void *object);

/* The value of a member that is a pointer. */
void *nucleus_member_pointer(const struct nucleus_member *member, const void *object);

/* The number of elements of an NUCLEUS_OBJECTS. */
size_t *nucleus_member_count(const struct nucleus_member *member, const void *object);

/* Sets a member that is a pointer. Not by assignment: one table serves char * and const char *. */
void nucleus_member_set_pointer(const struct nucleus_member *member, void *object, void *pointer);

/* Sets a member that is an integer, in whichever form it has. */
void nucleus_member_set_integer(const struct nucleus_member *member, void *object, uint64_t value);

/* The value of a member that is an integer, and is present. */
uint64_t nucleus_member_integer(const struct nucleus_member *member, const void *object);

/* The index of the member called name, or members_count. */
size_t nucleus_member_find(const struct nucleus_object *type, const char *name);

/* Whether JSON may leave the member out or say null. */
bool nucleus_member_is_optional(const struct nucleus_member *member);

/* false for an optional member that object does not have. */
bool nucleus_member_is_present(const struct nucleus_member *member, const void *object);

/* Frees all that the members of object own, but not the struct itself, and zeroes it. */
void nucleus_members_free(const struct nucleus_object *type, void *object);

/* The same, and frees the struct. NULL is fine. */
void nucleus_object_free(const struct nucleus_object *type, void *object);

/* Where a member stands, for messages: link it to the outer one on the way down. */
struct nucleus_where {
    const struct nucleus_where *outer;
    const char *name; /* NULL: an element of the outer one, at index */
    size_t index;
};

/* Sets err to "member 'PATH' PROBLEM", PATH like a.b[2].c. Returns status. */
enum nucleus_status nucleus_fail_member(struct nucleus_error *err, enum nucleus_status status,
                                        const struct nucleus_where *where, const char *problem);

/* The same for an integer that is none, or out of its range. */
enum nucleus_status nucleus_fail_range(struct nucleus_error *err, enum nucleus_status status,
                                       const struct nucleus_where *where,
                                       const struct nucleus_member *member);

#endif
