/* SPDX-License-Identifier: MIT */
#include "json_encode.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "utf8.h"

enum { FIRST_CAPACITY = 512 };

/* The text so far. After the first failure every write is ignored. */
struct writer {
    char *text;
    size_t len;
    size_t capacity;
    size_t cap; /* on len */
    size_t depth;
    bool first; /* nothing stands yet in the innermost brackets */
    enum nucleus_status status;
    struct nucleus_error *err;
};

/* Room for len bytes more and a NUL. */
static bool reserve(struct writer *writer, size_t len)
{
    size_t capacity = writer->capacity > 0 ? writer->capacity : FIRST_CAPACITY;
    char *text;

    if (len > writer->cap - writer->len) {
        writer->status = nucleus_fail_large(writer->err);
        return false;
    }
    while (capacity <= writer->len + len)
        capacity *= 2;
    if (capacity == writer->capacity)
        return true;
    text = realloc(writer->text, capacity);
    if (!text) {
        writer->status = nucleus_fail_memory(writer->err);
        return false;
    }
    writer->text = text;
    writer->capacity = capacity;
    return true;
}

static void put(struct writer *writer, const char *bytes, size_t len)
{
    if (writer->status != NUCLEUS_OK || !reserve(writer, len))
        return;
    memcpy(writer->text + writer->len, bytes, len);
    writer->len += len;
}

static void put_text(struct writer *writer, const char *text)
{
    put(writer, text, strlen(text));
}

static void refuse(struct writer *writer, const struct nucleus_where *where, const char *problem)
{
    if (writer->status == NUCLEUS_OK)
        writer->status =
            nucleus_fail_member(writer->err, NUCLEUS_ERROR_INVALID_ARGUMENT, where, problem);
}

static void put_newline(struct writer *writer)
{
    put_text(writer, "\n");
    for (size_t i = 0; i < writer->depth; i++)
        put_text(writer, "  ");
}

static void begin(struct writer *writer, const char *bracket)
{
    put_text(writer, bracket);
    writer->depth++;
    writer->first = true;
}

/* Goes to the place of the next member or element. */
static void next(struct writer *writer)
{
    if (!writer->first)
        put_text(writer, ",");
    writer->first = false;
    put_newline(writer);
}

static void end(struct writer *writer, const char *bracket)
{
    writer->depth--;
    if (!writer->first)
        put_newline(writer);
    writer->first = false;
    put_text(writer, bracket);
}

static void put_integer(struct writer *writer, uint64_t value)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, value);

    put(writer, digits, (size_t)len);
}

/* A control byte, quote or backslash. */
static void put_escape(struct writer *writer, char byte)
{
    static const char short_bytes[] = "\"\\\b\f\n\r\t";
    static const char short_names[] = "\"\\bfnrt";
    const char *found = strchr(short_bytes, byte);
    char escape[8];

    if (found)
        (void)snprintf(escape, sizeof escape, "\\%c", short_names[found - short_bytes]);
    else
        (void)snprintf(escape, sizeof escape, "\\u%04x", (unsigned)byte);
    put_text(writer, escape);
}

static void put_string(struct writer *writer, const char *text, const struct nucleus_where *where)
{
    const char *stop;

    if (!text) {
        refuse(writer, where, "is NULL");
        return;
    }
    stop = text + strlen(text);
    put_text(writer, "\"");
    while (text < stop) {
        const char *plain = text;
        size_t length;

        text = nucleus_skip_plain(text, stop);
        put(writer, plain, (size_t)(text - plain));
        if (text == stop)
            break;
        length = nucleus_utf8_length(text, stop);
        if (length == 0) {
            refuse(writer, where, "is not valid UTF-8");
            return;
        }
        if (length == 1)
            put_escape(writer, *text);
        else
            put(writer, text, length);
        text += length;
    }
    put_text(writer, "\"");
}

static void put_strings(struct writer *writer, char *const *list, const struct nucleus_where *where)
{
    struct nucleus_where element = {.outer = where};

    if (!list) {
        refuse(writer, where, "is NULL");
        return;
    }
    begin(writer, "[");
    for (; *list && writer->status == NUCLEUS_OK; list++) {
        next(writer);
        put_string(writer, *list, &element);
        element.index++;
    }
    end(writer, "]");
}

static void put_object(struct writer *writer, const struct nucleus_object *type, const void *object,
                       const struct nucleus_where *where);

static void put_objects(struct writer *writer, const struct nucleus_member *member,
                        const void *object, const struct nucleus_where *where)
{
    const char *structs = nucleus_member_pointer(member, object);
    size_t count = *nucleus_member_count(member, object);
    struct nucleus_where element = {.outer = where};

    if (!structs && count > 0) {
        refuse(writer, where, "is NULL");
        return;
    }
    begin(writer, "[");
    for (; element.index < count && writer->status == NUCLEUS_OK; element.index++) {
        next(writer);
        put_object(writer, member->object, structs + element.index * member->object->size,
                   &element);
    }
    end(writer, "]");
}

static void put_number(struct writer *writer, const struct nucleus_member *member,
                       const void *object, const struct nucleus_where *where)
{
    uint64_t value = nucleus_member_integer(member, object);

    if (value >= member->min && value <= member->max)
        put_integer(writer, value);
    else if (writer->status == NUCLEUS_OK)
        writer->status =
            nucleus_fail_range(writer->err, NUCLEUS_ERROR_INVALID_ARGUMENT, where, member);
}

static void put_member(struct writer *writer, const struct nucleus_member *member,
                       const void *object, const struct nucleus_where *where)
{
    if (!nucleus_member_is_present(member, object)) {
        put_text(writer, "null");
        return;
    }
    switch (member->kind) {
    case NUCLEUS_STRING:
    case NUCLEUS_OPTIONAL_STRING:
        put_string(writer, nucleus_member_pointer(member, object), where);
        break;
    case NUCLEUS_STRINGS:
        put_strings(writer, nucleus_member_pointer(member, object), where);
        break;
    case NUCLEUS_BOOL:
        put_text(writer, *(const bool *)nucleus_member_at(member, object) ? "true" : "false");
        break;
    case NUCLEUS_OPTIONAL_OBJECT:
        put_object(writer, member->object, nucleus_member_pointer(member, object), where);
        break;
    case NUCLEUS_OBJECTS:
        put_objects(writer, member, object, where);
        break;
    default:
        put_number(writer, member, object, where);
    }
}

/* How many members are written: see always_count. */
static size_t count_written(const struct nucleus_object *type, const void *object)
{
    for (size_t i = type->always_count; i < type->members_count; i++) {
        if (nucleus_member_is_present(&type->members[i], object))
            return type->members_count;
    }
    return type->always_count;
}

static void put_object(struct writer *writer, const struct nucleus_object *type, const void *object,
                       const struct nucleus_where *where)
{
    size_t count = count_written(type, object);

    begin(writer, "{");
    for (size_t i = 0; i < count; i++) {
        const struct nucleus_member *member = &type->members[i];
        struct nucleus_where here = {.outer = where, .name = member->name};

        next(writer);
        put_text(writer, "\"");
        put_text(writer, member->name);
        put_text(writer, "\": ");
        put_member(writer, member, object, &here);
    }
    end(writer, "}");
}

enum nucleus_status nucleus_json_encode(const struct nucleus_object *type, const void *object,
                                        size_t cap, char **ret_text, size_t *ret_len,
                                        struct nucleus_error *err)
{
    struct writer writer = {.cap = cap, .status = NUCLEUS_OK, .err = err};

    put_object(&writer, type, object, NULL);
    if (writer.status != NUCLEUS_OK) {
        free(writer.text);
        return writer.status;
    }
    writer.text[writer.len] = '\0';
    *ret_text = writer.text;
    *ret_len = writer.len;
    return NUCLEUS_OK;
}
