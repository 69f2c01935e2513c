/* SPDX-License-Identifier: MIT */
#include "members.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"

const void *nucleus_member_ptr_const(const struct nucleus_member *member, const void *object)
{
    return (const char *)object + member->offset;
}

void *nucleus_member_ptr(const struct nucleus_member *member, void *object)
{
    return (char *)object + member->offset;
}

void *nucleus_member_pointer(const struct nucleus_member *member, const void *object)
{
    void *pointer;

    memcpy(&pointer, nucleus_member_ptr_const(member, object), sizeof pointer);
    return pointer;
}

void nucleus_member_set_pointer(const struct nucleus_member *member, void *object, void *pointer)
{
    memcpy(nucleus_member_ptr(member, object), &pointer, sizeof pointer);
}

size_t nucleus_member_count(const struct nucleus_member *member, const void *object)
{
    return *(const size_t *)(const void *)((const char *)object + member->offset_count);
}

void nucleus_member_set_count(const struct nucleus_member *member, void *object, size_t count)
{
    *(size_t *)(void *)((char *)object + member->offset_count) = count;
}

uint64_t nucleus_member_integer(const struct nucleus_member *member, const void *object)
{
    const void *place = nucleus_member_ptr_const(member, object);

    if (member->kind == NUCLEUS_U32)
        return *(const uint32_t *)place;
    if (member->kind == NUCLEUS_U64)
        return *(const uint64_t *)place;
    return ((const struct nucleus_optional_u64 *)place)->value;
}

void nucleus_member_set_integer(const struct nucleus_member *member, void *object, uint64_t value)
{
    void *place = nucleus_member_ptr(member, object);

    if (member->kind == NUCLEUS_U32)
        *(uint32_t *)place = (uint32_t)value;
    else if (member->kind == NUCLEUS_U64)
        *(uint64_t *)place = value;
    else
        *(struct nucleus_optional_u64 *)place = (struct nucleus_optional_u64){true, value};
}

const struct nucleus_member *nucleus_member_find(const struct nucleus_object *type,
                                                 struct nucleus_span name)
{
    for (size_t i = 0; i < type->members_count; i++) {
        const struct nucleus_member *member = &type->members[i];

        if (member->name_len == name.len && memcmp(member->name, name.start, name.len) == 0)
            return member;
    }
    return NULL;
}

bool nucleus_member_is_optional(const struct nucleus_member *member)
{
    return member->kind == NUCLEUS_OPTIONAL_STRING || member->kind == NUCLEUS_OPTIONAL_U64 ||
           member->kind == NUCLEUS_OPTIONAL_OBJECT;
}

bool nucleus_member_is_present(const struct nucleus_member *member, const void *object)
{
    if (member->kind == NUCLEUS_OPTIONAL_U64)
        return ((const struct nucleus_optional_u64 *)nucleus_member_ptr_const(member, object))
            ->is_set;
    return !nucleus_member_is_optional(member) || nucleus_member_pointer(member, object);
}

static void free_objects(const struct nucleus_object *type, char *objects, size_t count)
{
    for (size_t i = 0; i < count; i++)
        nucleus_members_free(type, objects + i * type->size);
    free(objects);
}

static void free_member(const struct nucleus_member *member, void *object)
{
    switch (member->kind) {
    case NUCLEUS_STRING:
    case NUCLEUS_OPTIONAL_STRING:
        free(nucleus_member_pointer(member, object));
        break;
    case NUCLEUS_STRINGS:
        nucleus_strings_free(nucleus_member_pointer(member, object));
        break;
    case NUCLEUS_OPTIONAL_OBJECT:
        nucleus_object_free(member->object, nucleus_member_pointer(member, object));
        break;
    case NUCLEUS_OBJECTS:
        free_objects(member->object, nucleus_member_pointer(member, object),
                     nucleus_member_count(member, object));
        break;
    case NUCLEUS_BOOL:
    case NUCLEUS_U32:
    case NUCLEUS_U64:
    case NUCLEUS_OPTIONAL_U64:
        break;
    }
}

void nucleus_members_free(const struct nucleus_object *type, void *object)
{
    for (size_t i = 0; i < type->members_count; i++)
        free_member(&type->members[i], object);
    memset(object, 0, type->size);
}

void nucleus_object_free(const struct nucleus_object *type, void *object)
{
    if (object)
        nucleus_members_free(type, object);
    free(object);
}

/* Writes where as a path to the size bytes at out. Returns the bytes written. */
static size_t describe(const struct nucleus_json_path *where, char *out, size_t size)
{
    size_t used = where->outer ? describe(where->outer, out, size) : 0;

    if (where->name)
        used += (size_t)snprintf(out + used, size - used, "%s%s", used > 0 ? "." : "", where->name);
    else
        used += (size_t)snprintf(out + used, size - used, "[%zu]", where->index);
    return used;
}

enum nucleus_status nucleus_fail_member(struct nucleus_error *err, enum nucleus_status status,
                                        const char *what, const struct nucleus_json_path *where,
                                        const char *problem)
{
    char path[128];

    (void)describe(where, path, sizeof path);
    return nucleus_fail(err, status, "%s '%s'%s", what, path, problem);
}

enum nucleus_status nucleus_fail_range(struct nucleus_error *err, enum nucleus_status status,
                                       const struct nucleus_json_path *where,
                                       const struct nucleus_member *member)
{
    char problem[128];

    (void)snprintf(problem, sizeof problem, " must be %san integer from %" PRIu64 " to %" PRIu64,
                   nucleus_member_is_optional(member) ? "null or " : "", member->min, member->max);
    return nucleus_fail_member(err, status, "member", where, problem);
}
