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

void *nucleus_member_get_pointer(const struct nucleus_member *member, const void *object)
{
    void *pointer;

    memcpy(&pointer, nucleus_member_ptr_const(member, object), sizeof pointer);
    return pointer;
}

void nucleus_member_set_pointer(const struct nucleus_member *member, void *object, void *pointer)
{
    memcpy(nucleus_member_ptr(member, object), &pointer, sizeof pointer);
}

size_t nucleus_member_get_count(const struct nucleus_member *member, const void *object)
{
    return *(const size_t *)(const void *)((const char *)object + member->offset_count);
}

void nucleus_member_set_count(const struct nucleus_member *member, void *object, size_t count)
{
    *(size_t *)(void *)((char *)object + member->offset_count) = count;
}

uint64_t nucleus_member_get_integer(const struct nucleus_member *member, const void *object)
{
    const void *ptr = nucleus_member_ptr_const(member, object);

    if (member->kind == NUCLEUS_U32)
        return *(const uint32_t *)ptr;
    if (member->kind == NUCLEUS_U64)
        return *(const uint64_t *)ptr;
    return ((const struct nucleus_optional_u64 *)ptr)->value;
}

void nucleus_member_set_integer(const struct nucleus_member *member, void *object, uint64_t value)
{
    void *ptr = nucleus_member_ptr(member, object);

    if (member->kind == NUCLEUS_U32)
        *(uint32_t *)ptr = (uint32_t)value;
    else if (member->kind == NUCLEUS_U64)
        *(uint64_t *)ptr = value;
    else
        *(struct nucleus_optional_u64 *)ptr = (struct nucleus_optional_u64){true, value};
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
    return !nucleus_member_is_optional(member) || nucleus_member_get_pointer(member, object);
}

static void free_objects(const struct nucleus_object *type, char *objects, size_t count)
{
    for (size_t i = 0; objects && i < count; i++)
        nucleus_members_free(type, objects + i * type->size);
    free(objects);
}

static void free_member(const struct nucleus_member *member, const void *object)
{
    switch (member->kind) {
    case NUCLEUS_STRING:
    case NUCLEUS_OPTIONAL_STRING:
        free(nucleus_member_get_pointer(member, object));
        break;
    case NUCLEUS_STRINGS:
        nucleus_strings_free(nucleus_member_get_pointer(member, object));
        break;
    case NUCLEUS_OPTIONAL_OBJECT:
        nucleus_object_free(member->object, nucleus_member_get_pointer(member, object));
        break;
    case NUCLEUS_OBJECTS:
        free_objects(member->object, nucleus_member_get_pointer(member, object),
                     nucleus_member_get_count(member, object));
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

/* Writes path to the size bytes at buf. Returns its length. */
static size_t format_path(const struct nucleus_json_path *path, char *buf, size_t size)
{
    size_t len = path->outer ? format_path(path->outer, buf, size) : 0;

    if (path->name)
        len += (size_t)snprintf(buf + len, size - len, "%s%s", len > 0 ? "." : "", path->name);
    else
        len += (size_t)snprintf(buf + len, size - len, "[%zu]", path->index);
    return len;
}

enum nucleus_status nucleus_fail_member(struct nucleus_error *err, enum nucleus_status status,
                                        const char *what, const struct nucleus_json_path *path,
                                        const char *problem)
{
    char text[128];

    (void)format_path(path, text, sizeof text);
    return nucleus_fail(err, status, "%s '%s'%s", what, text, problem);
}

enum nucleus_status nucleus_fail_range(struct nucleus_error *err, enum nucleus_status status,
                                       const struct nucleus_json_path *path,
                                       const struct nucleus_member *member)
{
    char problem[128];

    (void)snprintf(problem, sizeof problem, " must be %san integer from %" PRIu64 " to %" PRIu64,
                   nucleus_member_is_optional(member) ? "null or " : "", member->min, member->max);
    return nucleus_fail_member(err, status, "member", path, problem);
}
