/* SPDX-License-Identifier: MIT */
#include "json_decode.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "json_tree.h"
#include "strings.h"

/* How many strings of an array are copied before their items are deleted. */
enum { BLOCK = 131072 };

static enum nucleus_status wrong_type(struct nucleus_error *err, const struct nucleus_where *where,
                                      const char *problem)
{
    return nucleus_fail_member(err, NUCLEUS_ERROR_SCHEMA, where, problem);
}

/* Deletes the items of an array that stand before item. */
static void delete_before(cJSON *array, cJSON *item)
{
    item->prev->next = NULL;
    item->prev = NULL;
    cJSON_Delete(array->child);
    array->child = item;
}

/*
 * Copies of the strings of an array. NULL: no memory.
 * A tree of many short strings takes 28 times the bytes of the text, their copies 14 times; both
 * at once would be too much. So items that were copied are deleted, a block at a time: one by one
 * they would leave the heap full of holes.
 */
static char **take_strings(cJSON *array, size_t count)
{
    char **list = calloc(count + 1, sizeof *list);
    cJSON *item = array->child;

    if (!list)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && i % BLOCK == 0)
            delete_before(array, item);
        list[i] = nucleus_string_copy(item->valuestring);
        if (!list[i]) {
            nucleus_strings_free(list);
            return NULL;
        }
        item = item->next;
    }
    return list;
}

static enum nucleus_status decode_strings(cJSON *array, const struct nucleus_member *member,
                                          void *object, const struct nucleus_where *where,
                                          struct nucleus_error *err)
{
    struct nucleus_where element = {.outer = where};
    const cJSON *item;
    char **list;

    cJSON_ArrayForEach (item, array) {
        if (!nucleus_json_string(item))
            return wrong_type(err, &element, "is not a string");
        element.index++;
    }
    list = take_strings(array, element.index);
    if (!list)
        return nucleus_fail_memory(err);
    nucleus_member_set_pointer(member, object, list);
    return NUCLEUS_OK;
}

static enum nucleus_status decode_object(const cJSON *tree, const struct nucleus_object *type,
                                         void *object, const struct nucleus_where *where,
                                         struct nucleus_error *err);

/* An array of structs; each is linked to object before it is filled, so that it is never lost. */
static enum nucleus_status decode_objects(const cJSON *array, const struct nucleus_member *member,
                                          void *object, const struct nucleus_where *where,
                                          struct nucleus_error *err)
{
    const struct nucleus_object *type = member->object;
    struct nucleus_where element = {.outer = where};
    size_t count = (size_t)cJSON_GetArraySize(array);
    char *structs = calloc(count + 1, type->size);
    const cJSON *item;

    if (!structs)
        return nucleus_fail_memory(err);
    nucleus_member_set_pointer(member, object, structs);
    *nucleus_member_count(member, object) = count;
    cJSON_ArrayForEach (item, array) {
        enum nucleus_status status =
            decode_object(item, type, structs + element.index * type->size, &element, err);

        if (status != NUCLEUS_OK)
            return status;
        element.index++;
    }
    return NUCLEUS_OK;
}

static enum nucleus_status decode_inner(const cJSON *item, const struct nucleus_member *member,
                                        void *object, const struct nucleus_where *where,
                                        struct nucleus_error *err)
{
    void *inner = calloc(1, member->object->size);

    if (!inner)
        return nucleus_fail_memory(err);
    nucleus_member_set_pointer(member, object, inner);
    return decode_object(item, member->object, inner, where, err);
}

static enum nucleus_status decode_string(const char *text, const struct nucleus_member *member,
                                         void *object, struct nucleus_error *err)
{
    char *copy = nucleus_string_copy(text);

    if (!copy)
        return nucleus_fail_memory(err);
    nucleus_member_set_pointer(member, object, copy);
    return NUCLEUS_OK;
}

static enum nucleus_status decode_integer(const cJSON *item, const struct nucleus_member *member,
                                          void *object, const struct nucleus_where *where,
                                          struct nucleus_error *err)
{
    uint64_t value;

    if (!nucleus_json_u64(item, &value) || value < member->min || value > member->max)
        return nucleus_fail_range(err, NUCLEUS_ERROR_SCHEMA, where, member);
    nucleus_member_set_integer(member, object, value);
    return NUCLEUS_OK;
}

/* Reads item into a member of object. */
static enum nucleus_status decode_member(cJSON *item, const struct nucleus_member *member,
                                         void *object, const struct nucleus_where *where,
                                         struct nucleus_error *err)
{
    void *place = nucleus_member_at(member, object);
    const char *text;

    if (cJSON_IsNull(item) && nucleus_member_is_optional(member))
        return NUCLEUS_OK;
    switch (member->kind) {
    case NUCLEUS_STRING:
    case NUCLEUS_OPTIONAL_STRING:
        text = nucleus_json_string(item);
        return text ? decode_string(text, member, object, err)
                    : wrong_type(err, where, "is not a string");
    case NUCLEUS_STRINGS:
        return cJSON_IsArray(item) ? decode_strings(item, member, object, where, err)
                                   : wrong_type(err, where, "is not an array");
    case NUCLEUS_BOOL:
        *(bool *)place = cJSON_IsTrue(item);
        return cJSON_IsBool(item) ? NUCLEUS_OK
                                  : wrong_type(err, where, "is neither true nor false");
    case NUCLEUS_OPTIONAL_OBJECT:
        return decode_inner(item, member, object, where, err);
    case NUCLEUS_OBJECTS:
        return cJSON_IsArray(item) ? decode_objects(item, member, object, where, err)
                                   : wrong_type(err, where, "is not an array");
    default:
        return decode_integer(item, member, object, where, err);
    }
}

/* Reports the first member that is required but not among seen. */
static enum nucleus_status check_complete(const struct nucleus_object *type, uint32_t seen,
                                          const struct nucleus_where *where,
                                          struct nucleus_error *err)
{
    for (size_t i = 0; i < type->members_count; i++) {
        const struct nucleus_member *member = &type->members[i];
        struct nucleus_where missing = {.outer = where, .name = member->name};

        if (!(seen & UINT32_C(1) << i) && !nucleus_member_is_optional(member))
            return nucleus_fail_member(err, NUCLEUS_ERROR_SCHEMA, &missing, "is missing");
    }
    return NUCLEUS_OK;
}

/* The index of the member called name, likely tried first; or members_count. */
static size_t find_member(const struct nucleus_object *type, const char *name, size_t likely)
{
    if (likely < type->members_count && strcmp(type->members[likely].name, name) == 0)
        return likely;
    return nucleus_member_find(type, name);
}

static enum nucleus_status decode_object(const cJSON *tree, const struct nucleus_object *type,
                                         void *object, const struct nucleus_where *where,
                                         struct nucleus_error *err)
{
    uint32_t seen = 0;
    size_t likely = 0; /* most documents have the order of the table */
    cJSON *item;

    if (!cJSON_IsObject(tree))
        return wrong_type(err, where, "is not an object");
    cJSON_ArrayForEach (item, tree) {
        size_t i = find_member(type, item->string, likely);
        struct nucleus_where here = {.outer = where, .name = item->string};
        enum nucleus_status status;

        if (i == type->members_count)
            continue;
        if (seen & UINT32_C(1) << i)
            return nucleus_fail_member(err, NUCLEUS_ERROR_SCHEMA, &here, "stands there twice");
        seen |= UINT32_C(1) << i;
        likely = i + 1;
        status = decode_member(item, &type->members[i], object, &here, err);
        if (status != NUCLEUS_OK)
            return status;
    }
    return check_complete(type, seen, where, err);
}

enum nucleus_status nucleus_json_decode(const char *text, size_t len,
                                        const struct nucleus_object *type, void *ret,
                                        struct nucleus_error *err)
{
    enum nucleus_status status;
    cJSON *tree;
    void *object;

    status = nucleus_json_parse(text, len, &tree, err);
    if (status != NUCLEUS_OK)
        return status;
    object = calloc(1, type->size);
    if (!object) {
        cJSON_Delete(tree);
        return nucleus_fail_memory(err);
    }
    status = decode_object(tree, type, object, NULL, err);
    cJSON_Delete(tree);
    if (status != NUCLEUS_OK) {
        nucleus_object_free(type, object);
        return status;
    }
    memcpy(ret, object, type->size);
    free(object);
    return nucleus_succeed(err);
}
