/* SPDX-License-Identifier: MIT */
#include "json_encode.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "json_reader.h"
#include "members.h"

enum { FIRST_CAPACITY = 512 };

/* The text so far. After the first failure, writes are ignored. */
struct writer {
    char *text;
    size_t len;
    size_t capacity;
    size_t max_len;
    size_t depth;
    bool is_empty; /* no item has been written at this depth */
    enum nucleus_status status;
    struct nucleus_error *err;
};

static struct writer new_writer(size_t max_len, struct nucleus_error *err)
{
    struct writer writer = {
        .text = malloc(FIRST_CAPACITY), .capacity = FIRST_CAPACITY, .max_len = max_len, .err = err};

    if (!writer.text)
        writer.status = nucleus_fail_memory(err);
    return writer;
}

/* Makes room for len more bytes and a NUL. */
static bool reserve_text(struct writer *writer, size_t len)
{
    size_t capacity = writer->capacity;
    char *text;

    if (len > writer->max_len - writer->len) {
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

static void refuse_member(struct writer *writer, const struct nucleus_json_path *path,
                          const char *problem)
{
    if (writer->status == NUCLEUS_OK)
        writer->status = nucleus_fail_member(writer->err, NUCLEUS_ERROR_INVALID_ARGUMENT, "member",
                                             path, problem);
}

static void put_newline(struct writer *writer)
{
    put_text(writer, "\n");
    for (size_t i = 0; i < writer->depth; i++)
        put_text(writer, "  ");
}

static void open_container(struct writer *writer, const char *bracket)
{
    put_text(writer, bracket);
    writer->depth++;
    writer->is_empty = true;
}

/* Starts the line of the next member or element. */
static void begin_item(struct writer *writer)
{
    if (!writer->is_empty)
        put_text(writer, ",");
    writer->is_empty = false;
    put_newline(writer);
}

static void close_container(struct writer *writer, const char *bracket)
{
    writer->depth--;
    if (!writer->is_empty)
        put_newline(writer);
    writer->is_empty = false;
    put_text(writer, bracket);
}

/* Writes a control byte, quote or backslash. */
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
                       const struct nucleus_json_path *path)
{
    const char *stop;

    if (!text) {
        refuse_member(writer, path, " is NULL");
        return;
    }
    stop = text + strlen(text);
    put_text(writer, "\"");
    for (;;) {
        const char *special = nucleus_json_skip_unescaped(text, stop);

        put(writer, text, (size_t)(special - text));
        if (special == stop)
            break;
        if ((unsigned char)*special >= 0x80) {
            refuse_member(writer, path, " is not valid UTF-8");
            return;
        }
        put_escape(writer, (unsigned char)*special);
        text = special + 1;
    }
    put_text(writer, "\"");
}

static void put_strings(struct writer *writer, char *const *list,
                        const struct nucleus_json_path *path)
{
    struct nucleus_json_path element = {.outer = path};

    if (!list) {
        refuse_member(writer, path, " is NULL");
        return;
    }
    open_container(writer, "[");
    for (; list[element.index] && writer->status == NUCLEUS_OK; element.index++) {
        begin_item(writer);
        put_string(writer, list[element.index], &element);
    }
    close_container(writer, "]");
}

static void put_object(struct writer *writer, const struct nucleus_object *type, const void *object,
                       const struct nucleus_json_path *path);

static void put_objects(struct writer *writer, const struct nucleus_member *member,
                        const void *object, const struct nucleus_json_path *path)
{
    const struct nucleus_object *type = member->object;
    const char *structs = nucleus_member_get_pointer(member, object);
    const size_t count = nucleus_member_get_count(member, object);
    struct nucleus_json_path element = {.outer = path};

    if (!structs && count > 0) {
        refuse_member(writer, path, " is NULL");
        return;
    }
    open_container(writer, "[");
    for (; element.index < count && writer->status == NUCLEUS_OK; element.index++) {
        begin_item(writer);
        put_object(writer, type, structs + element.index * type->size, &element);
    }
    close_container(writer, "]");
}

static void put_integer(struct writer *writer, const struct nucleus_member *member,
                        const void *object, const struct nucleus_json_path *path)
{
    const uint64_t value = nucleus_member_get_integer(member, object);
    char buf[NUCLEUS_U64_DIGITS];
    const struct nucleus_span digits = nucleus_format_u64(buf, value);

    if (writer->status == NUCLEUS_OK && (value < member->min || value > member->max))
        writer->status =
            nucleus_fail_range(writer->err, NUCLEUS_ERROR_INVALID_ARGUMENT, path, member);
    put(writer, digits.start, digits.len);
}

static void put_member(struct writer *writer, const struct nucleus_member *member,
                       const void *object, const struct nucleus_json_path *path)
{
    if (!nucleus_member_is_present(member, object)) {
        put_text(writer, "null");
        return;
    }
    switch (member->kind) {
    case NUCLEUS_STRING:
    case NUCLEUS_OPTIONAL_STRING:
        put_string(writer, nucleus_member_get_pointer(member, object), path);
        break;
    case NUCLEUS_STRINGS:
        put_strings(writer, nucleus_member_get_pointer(member, object), path);
        break;
    case NUCLEUS_BOOL:
        put_text(writer,
                 *(const bool *)nucleus_member_ptr_const(member, object) ? "true" : "false");
        break;
    case NUCLEUS_U32:
    case NUCLEUS_U64:
    case NUCLEUS_OPTIONAL_U64:
        put_integer(writer, member, object, path);
        break;
    case NUCLEUS_OPTIONAL_OBJECT:
        put_object(writer, member->object, nucleus_member_get_pointer(member, object), path);
        break;
    case NUCLEUS_OBJECTS:
        put_objects(writer, member, object, path);
        break;
    }
}

/* Returns true if any member of the all-or-none group is present. */
static bool group_is_present(const struct nucleus_object *type, const void *object)
{
    for (size_t i = 0; i < type->members_count; i++) {
        if (type->members[i].all_or_none && nucleus_member_is_present(&type->members[i], object))
            return true;
    }
    return false;
}

static void put_object(struct writer *writer, const struct nucleus_object *type, const void *object,
                       const struct nucleus_json_path *path)
{
    const bool writes_group = group_is_present(type, object);

    open_container(writer, "{");
    for (size_t i = 0; i < type->members_count; i++) {
        const struct nucleus_member *member = &type->members[i];
        struct nucleus_json_path member_path = {.outer = path, .name = member->name};

        if (member->all_or_none && !writes_group)
            continue;
        begin_item(writer);
        put_text(writer, "\"");
        put_text(writer, member->name);
        put_text(writer, "\": ");
        put_member(writer, member, object, &member_path);
    }
    close_container(writer, "}");
}

/* Terminates the text and passes it to the caller. */
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
                                        size_t max_len, char **ret_text, size_t *ret_len,
                                        struct nucleus_error *err)
{
    struct writer writer = new_writer(max_len, err);

    put_object(&writer, type, object, NULL);
    return finish(&writer, ret_text, ret_len);
}

enum nucleus_status nucleus_json_encode_member(const struct nucleus_member *member,
                                               const void *object, size_t max_len, char **ret_text,
                                               size_t *ret_len, struct nucleus_error *err)
{
    const struct nucleus_json_path path = {.name = member->name};
    struct writer writer = new_writer(max_len, err);

    put_member(&writer, member, object, &path);
    return finish(&writer, ret_text, ret_len);
}
