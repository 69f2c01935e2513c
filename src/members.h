/* SPDX-License-Identifier: MIT */
/* Access to the members of a struct through the tables of schema.h. */
#pragma once

#include "schema.h"
#include "strings.h"

/* Return the address of a member in object. */
const void *nucleus_member_ptr_const(const struct nucleus_member *member, const void *object);
void *nucleus_member_ptr(const struct nucleus_member *member, void *object);

/* Get and set a member that is a pointer of any type. */
void *nucleus_member_get_pointer(const struct nucleus_member *member, const void *object);
void nucleus_member_set_pointer(const struct nucleus_member *member, void *object, void *pointer);

/* Get and set the number of elements of a NUCLEUS_OBJECTS member. */
size_t nucleus_member_get_count(const struct nucleus_member *member, const void *object);
void nucleus_member_set_count(const struct nucleus_member *member, void *object, size_t count);

/* Get and set an integer. An optional one must be present for get; set makes it present. */
uint64_t nucleus_member_get_integer(const struct nucleus_member *member, const void *object);
void nucleus_member_set_integer(const struct nucleus_member *member, void *object, uint64_t value);

/* Returns the member called name, or NULL if the name is unknown. */
const struct nucleus_member *nucleus_member_find(const struct nucleus_object *type,
                                                 struct nucleus_span name);

/* Returns true if the member may be null or missing in JSON. */
bool nucleus_member_is_optional(const struct nucleus_member *member);

/* Returns false if the member is optional and object does not have it. */
bool nucleus_member_is_present(const struct nucleus_member *member, const void *object);

/* Frees everything that the members of object own, but not object itself, and zeroes it. */
void nucleus_members_free(const struct nucleus_object *type, void *object);

/* Like nucleus_members_free(), but also frees object, which may be NULL. */
void nucleus_object_free(const struct nucleus_object *type, void *object);

/* The path of a value in a document, for messages. Each level links to the outer one. */
struct nucleus_json_path {
    const struct nucleus_json_path *outer;
    const char *name; /* NULL for an array element, which has an index */
    size_t index;
};

/* Sets err to "WHAT 'PATH'PROBLEM", with a PATH such as a.b[2].c. Returns status. */
enum nucleus_status nucleus_fail_member(struct nucleus_error *err, enum nucleus_status status,
                                        const char *what, const struct nucleus_json_path *path,
                                        const char *problem);

/* Sets err for a value that is not an integer in the range of the member. Returns status. */
enum nucleus_status nucleus_fail_range(struct nucleus_error *err, enum nucleus_status status,
                                       const struct nucleus_json_path *path,
                                       const struct nucleus_member *member);
