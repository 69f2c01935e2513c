/* SPDX-License-Identifier: MIT */
#include "json_encode.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "members.h"
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

static struct writer new_writer(size_t cap, struct nucleus_error *err)
{
    struct writer writer = {.text = malloc(FIRST_CAPACITY),
                            .capacity = FIRST_CAPACITY,
                            .cap = cap,
                            .status = NUCLEUS_OK,
                            .err = err};

    if (!writer.text)
        writer.status = nucleus_fail_memory(err);
    return writer;
}

/* Room for len bytes more and a NUL. */
static bool reserve_text(struct writer *writer, size_t len)
{
    size_t capacity = writer->capacity;
    char *text;

    if (len > writer->cap - writer->len) {
        writer->status = nucleus_fail_too_large(writer->err);
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
    if (writer->status != NUCLEUS_OK || !reserve_text(writer, len))
        return;
    memcpy(writer->text + writer->len, bytes, len);
    writer->len += len;
}

static void put_text(struct writer *writer, const char *text)
{
    put(writer, text, strlen(text));
}

static void refuse_member(struct writer *writer, const struct nucleus_json_path *where,
                          const char *problem)
{
    if (writer->status == NUCLEUS_OK)
        writer->status = nucleus_fail_member(writer->err, NUCLEUS_ERROR_INVALID_ARGUMENT, "member",
                                             where, problem);
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

/* A control byte, quote or backslash. */
static void put_escape(struct writer *writer, unsigned char byte)
{
    static const char digits[] = "0123456789abcdef";
    static const char short_bytes[] = "\"\\\b\f\n\r\t";
    static const char short_names[] = "\"\\bfnrt";
    const char *found = strchr(short_bytes, byte);

    if (found)
        put(writer, (const char[]){'\\', short_names[found - short_bytes]}, 2);
    else
        put(writer, (const char[]){'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15]}, 6);
}

static void put_string(struct writer *writer, const char *text,
                       const struct nucleus_json_path *where)
{
    const char *stop;

    if (!text) {
        refuse_member(writer, where, " is NULL");
        return;
    }
    stop = text + strlen(text);
    put_text(writer, "\"");
    for (;;) {
        const char *special = nucleus_skip_text(text, stop);

        put(writer, text, (size_t)(special - text));
        if (special == stop)
            break;
        if ((unsigned char)*special >= 0x80) {
            refuse_member(writer, where, " is not valid UTF-8");
            return;
        }
        put_escape(writer, (unsigned char)*special);
        text = special + 1;
    }
    put_text(writer, "\"");
}

static void put_strings(struct writer *writer, char *const *list,
                        const struct nucleus_json_path *where)
{
    struct nucleus_json_path element = {.outer = where};

    if (!list) {
        refuse_member(writer, where, " is NULL");
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
                       const struct nucleus_json_path *where);

static void put_objects(struct writer *writer, const struct nucleus_member *member,
                        const void *object, const struct nucleus_json_path *where)
{
    const char *structs = nucleus_member_pointer(member, object);
    size_t count = nucleus_member_count(member, object);
    struct nucleus_json_path element = {.outer = where};

    if (!structs && count > 0) {
        refuse_member(writer, where, " is NULL");
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

static void put_integer(struct writer *writer, const struct nucleus_member *member,
                        const void *object, const struct nucleus_json_path *where)
{
    uint64_t value = nucleus_member_integer(member, object);

    if (value >= member->min && value <= member->max) {
        char room[NUCLEUS_U64_DIGITS];
        struct nucleus_span digits = nucleus_format_u64(room, value);

        put(writer, digits.start, digits.len);
    } else if (writer->status == NUCLEUS_OK) {
        writer->status =
            nucleus_fail_range(writer->err, NUCLEUS_ERROR_INVALID_ARGUMENT, where, member);
    }
}

static void put_member(struct writer *writer, const struct nucleus_member *member,
                       const void *object, const struct nucleus_json_path *where)
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
        put_text(writer,
                 *(const bool *)nucleus_member_ptr_const(member, object) ? "true" : "false");
        break;
    case NUCLEUS_U32:
    case NUCLEUS_U64:
    case NUCLEUS_OPTIONAL_U64:
        put_integer(writer, member, object, where);
        break;
    case NUCLEUS_OPTIONAL_OBJECT:
        put_object(writer, member->object, nucleus_member_pointer(member, object), where);
        break;
    case NUCLEUS_OBJECTS:
        put_objects(writer, member, object, where);
        break;
    }
}

/* Whether the members that are written only together are. */
static bool has_any(const struct nucleus_object *type, const void *object)
{
    for (size_t i = 0; i < type->members_count; i++) {
        if (type->members[i].is_written_if_any &&
            nucleus_member_is_present(&type->members[i], object))
            return true;
    }
    return false;
}

static void put_object(struct writer *writer, const struct nucleus_object *type, const void *object,
                       const struct nucleus_json_path *where)
{
    const bool is_all_written = has_any(type, object);

    begin(writer, "{");
    for (size_t i = 0; i < type->members_count; i++) {
        const struct nucleus_member *member = &type->members[i];
        struct nucleus_json_path here = {.outer = where, .name = member->name};

        if (member->is_written_if_any && !is_all_written)
            continue;
        next(writer);
        put_text(writer, "\"");
        put_text(writer, member->name);
        put_text(writer, "\": ");
        put_member(writer, member, object, &here);
    }
    end(writer, "}");
}

/* Ends the text and hands it out. */
static enum nucleus_status finish(struct writer *writer, char **ret_text, size_t *ret_len)
{
    if (writer->status != NUCLEUS_OK) {
        free(writer->text);
        return writer->status;
    }
    writer->text[writer->len] = '\0';
    *ret_text = writer->text;
    *ret_len = writer->len;
    return NUCLEUS_OK;
}

enum nucleus_status nucleus_json_encode(const struct nucleus_object *type, const void *object,
                                        size_t cap, char **ret_text, size_t *ret_len,
                                        struct nucleus_error *err)
{
    struct writer writer = new_writer(cap, err);

    put_object(&writer, type, object, NULL);
    return finish(&writer, ret_text, ret_len);
}

enum nucleus_status nucleus_json_encode_member(const struct nucleus_member *member,
                                               const void *object, size_t cap, char **ret_text,
                                               size_t *ret_len, struct nucleus_error *err)
{
    const struct nucleus_json_path where = {.name = member->name};
    struct writer writer = new_writer(cap, err);

    put_member(&writer, member, object, &where);
    return finish(&writer, ret_text, ret_len);
}
