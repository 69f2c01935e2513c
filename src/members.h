/* SPDX-License-Identifier: MIT */
/* Walking the tables of schema.h: the members of a struct, found, read, set, freed and named. */
#ifndef NUCLEUS_MEMBERS_H
#define NUCLEUS_MEMBERS_H

#include "schema.h"
#include "strings.h"

/* The place of a member in an object that is read, or changed. */
const void *nucleus_member_ptr_const(const struct nucleus_member *member, const void *object);
void *nucleus_member_ptr(const struct nucleus_member *member, void *object);

/* The value of a member that is a pointer. */
void *nucleus_member_pointer(const struct nucleus_member *member, const void *object);

/* Sets a member that is a pointer. Not by assignment: one table serves char * and const char *. */
void nucleus_member_set_pointer(const struct nucleus_member *member, void *object, void *pointer);

/* The number of elements of a NUCLEUS_OBJECTS, and setting it. */
size_t nucleus_member_count(const struct nucleus_member *member, const void *object);
void nucleus_member_set_count(const struct nucleus_member *member, void *object, size_t count);

/* The value of a member that is an integer and present, and setting it. */
uint64_t nucleus_member_integer(const struct nucleus_member *member, const void *object);
void nucleus_member_set_integer(const struct nucleus_member *member, void *object, uint64_t value);

/* The member called name, or NULL. */
const struct nucleus_member *nucleus_member_find(const struct nucleus_object *type,
                                                 struct nucleus_span name);

/* Whether JSON may leave the member out or say null. */
bool nucleus_member_is_optional(const struct nucleus_member *member);

/* false for an optional member that object does not have. */
bool nucleus_member_is_present(const struct nucleus_member *member, const void *object);

/* Frees all that the members of object own, but not the struct itself, and zeroes it. */
void nucleus_members_free(const struct nucleus_object *type, void *object);

/* The same, and frees the struct. NULL is fine. */
void nucleus_object_free(const struct nucleus_object *type, void *object);

/* Where a member is, for messages: linked to the outer one on the way down. */
struct nucleus_json_path {
    const struct nucleus_json_path *outer;
    const char *name; /* NULL: an element of the outer one, at index */
    size_t index;
};

/* Sets err to "WHAT 'PATH'PROBLEM", PATH like a.b[2].c. Returns status. */
enum nucleus_status nucleus_fail_member(struct nucleus_error *err, enum nucleus_status status,
                                        const char *what, const struct nucleus_json_path *where,
                                        const char *problem);

/* The same for an integer that is none, or out of the member's range. */
enum nucleus_status nucleus_fail_range(struct nucleus_error *err, enum nucleus_status status,
                                       const struct nucleus_json_path *where,
                                       const struct nucleus_member *member);

#endif
