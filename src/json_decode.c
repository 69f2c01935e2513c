/* SPDX-License-Identifier: MIT */
#include "json_decode.h"

#include <stdlib.h>
#include <string.h>

/* Installed as cjson/cJSON.h, but cJSON.h in its source tree. */
#if __has_include(<cJSON.h>)
#include <cJSON.h>
#else
#include <cjson/cJSON.h>
#endif

#include "error.h"
#include "json_reader.h"
#include "members.h"

struct decoder {
    struct nucleus_json_reader reader;
    struct nucleus_error *err;
};

/* The destination of the next value. */
struct slot {
    const struct nucleus_member *member;
    void *object;
    struct nucleus_json_path path;
};

/* Converts the result of a reader function to a status. */
static enum nucleus_status syntax_status(const struct decoder *decoder, bool is_well_formed)
{
    if (is_well_formed)
        return NUCLEUS_OK;
    return nucleus_json_fail(&decoder->reader, NUCLEUS_ERROR_SYNTAX, decoder->reader.problem,
                             decoder->err);
}

static enum nucleus_status fail_type(const struct decoder *decoder,
                                     const struct nucleus_json_path *path, const char *problem)
{
    return nucleus_fail_member(decoder->err, NUCLEUS_ERROR_SCHEMA, "member", path, problem);
}

static struct nucleus_span unquoted(const struct nucleus_json_string *string)
{
    return (struct nucleus_span){string->quoted.start + 1, string->quoted.len - 2};
}

/* Returns a copy that was allocated with malloc(3), or NULL if out of memory: the host may have
 * replaced cJSON's allocator. */
static char *decode_escapes(struct nucleus_span quoted)
{
    cJSON *item = cJSON_ParseWithLengthOpts(quoted.start, quoted.len, NULL, false);
    char *copy = NULL;

    if (item)
        (void)nucleus_string_copy(item->valuestring, &copy);
    cJSON_Delete(item);
    return copy;
}

/*
 * Makes room for one more element in an array of count elements. The capacity follows from count:
 * 4, or the next power of two. Returns the array, or NULL if out of memory.
 */
static void *grow_array(void *array, size_t count, size_t element_size)
{
    const bool is_full = count == 0 || (count >= 4 && (count & (count - 1)) == 0);

    if (!is_full)
        return array;
    return realloc(array, (count > 0 ? 2 * count : 4) * element_size);
}

/* Reads a string into *ret, which must be freed with free(3) and is NULL after an error. */
static enum nucleus_status read_string(struct decoder *decoder,
                                       const struct nucleus_json_path *path, char **ret)
{
    struct nucleus_json_string string;

    *ret = NULL;
    if (nucleus_json_peek(&decoder->reader) != '"')
        return fail_type(decoder, path, " is not a string");
    if (!nucleus_json_read_string(&decoder->reader, &string))
        return syntax_status(decoder, false);
    *ret = string.has_escape ? decode_escapes(string.quoted) : nucleus_span_copy(unquoted(&string));
    return *ret ? NUCLEUS_OK : nucleus_fail_memory(decoder->err);
}

static enum nucleus_status decode_string(struct decoder *decoder, const struct slot *slot)
{
    char *text;
    enum nucleus_status status = read_string(decoder, &slot->path, &text);

    nucleus_member_set_pointer(slot->member, slot->object, text);
    return status;
}

/* Reads a string and appends it to the member, a NULL-terminated list. */
static enum nucleus_status append_string(struct decoder *decoder, const struct slot *slot,
                                         const struct nucleus_json_path *element)
{
    const size_t count = element->index;
    char **list = nucleus_member_get_pointer(slot->member, slot->object);

    list = grow_array(list, count + 1, sizeof *list);
    if (!list)
        return nucleus_fail_memory(decoder->err);
    nucleus_member_set_pointer(slot->member, slot->object, list);
    list[count + 1] = NULL;
    return read_string(decoder, element, &list[count]);
}

static enum nucleus_status decode_object(struct decoder *decoder, const struct nucleus_object *type,
                                         void *object, const struct nucleus_json_path *path);

/* Reads a struct and appends it to the member. It is attached first, so that an error frees it. */
static enum nucleus_status append_object(struct decoder *decoder, const struct slot *slot,
                                         const struct nucleus_json_path *element)
{
    const struct nucleus_object *type = slot->member->object;
    const size_t count = element->index;
    char *structs = nucleus_member_get_pointer(slot->member, slot->object);

    structs = grow_array(structs, count, type->size);
    if (!structs)
        return nucleus_fail_memory(decoder->err);
    memset(structs + count * type->size, 0, type->size);
    nucleus_member_set_pointer(slot->member, slot->object, structs);
    nucleus_member_set_count(slot->member, slot->object, count + 1);
    return decode_object(decoder, type, structs + count * type->size, element);
}

static enum nucleus_status decode_array(struct decoder *decoder, const struct slot *slot)
{
    struct nucleus_json_path element = {.outer = &slot->path};
    enum nucleus_status status;
    bool more;

    if (nucleus_json_peek(&decoder->reader) != '[')
        return fail_type(decoder, &slot->path, " is not an array");
    status = syntax_status(decoder, nucleus_json_enter(&decoder->reader, &more));
    for (; status == NUCLEUS_OK && more; element.index++) {
        status = slot->member->kind == NUCLEUS_STRINGS ? append_string(decoder, slot, &element)
                                                       : append_object(decoder, slot, &element);
        if (status == NUCLEUS_OK)
            status = syntax_status(decoder, nucleus_json_next(&decoder->reader, &more));
    }
    return status;
}

static enum nucleus_status decode_strings(struct decoder *decoder, const struct slot *slot)
{
    char **list = grow_array(NULL, 0, sizeof *list);

    if (!list)
        return nucleus_fail_memory(decoder->err);
    list[0] = NULL;
    nucleus_member_set_pointer(slot->member, slot->object, list);
    return decode_array(decoder, slot);
}

static enum nucleus_status decode_nested(struct decoder *decoder, const struct slot *slot)
{
    void *nested = calloc(1, slot->member->object->size);

    if (!nested)
        return nucleus_fail_memory(decoder->err);
    nucleus_member_set_pointer(slot->member, slot->object, nested);
    return decode_object(decoder, slot->member->object, nested, &slot->path);
}

static enum nucleus_status decode_bool(struct decoder *decoder, const struct slot *slot)
{
    const char first = nucleus_json_peek(&decoder->reader);

    if (first != 't' && first != 'f')
        return fail_type(decoder, &slot->path, " is not a boolean");
    *(bool *)nucleus_member_ptr(slot->member, slot->object) = first == 't';
    return syntax_status(decoder, nucleus_json_skip(&decoder->reader));
}

/* Like serde_json, accepts digits only: no sign, fraction or exponent. */
static enum nucleus_status decode_integer(struct decoder *decoder, const struct slot *slot)
{
    const struct nucleus_member *member = slot->member;
    const char first = nucleus_json_peek(&decoder->reader);
    struct nucleus_span number;
    uint64_t value;

    if (first < '0' || first > '9')
        return nucleus_fail_range(decoder->err, NUCLEUS_ERROR_SCHEMA, &slot->path, member);
    if (!nucleus_json_read_number(&decoder->reader, &number))
        return syntax_status(decoder, false);
    if (!nucleus_parse_u64(number, &value) || value < member->min || value > member->max)
        return nucleus_fail_range(decoder->err, NUCLEUS_ERROR_SCHEMA, &slot->path, member);
    nucleus_member_set_integer(member, slot->object, value);
    return NUCLEUS_OK;
}

static enum nucleus_status decode_value(struct decoder *decoder, const struct slot *slot)
{
    if (nucleus_member_is_optional(slot->member) && nucleus_json_peek(&decoder->reader) == 'n')
        return syntax_status(decoder, nucleus_json_skip(&decoder->reader));
    switch (slot->member->kind) {
    case NUCLEUS_STRING:
    case NUCLEUS_OPTIONAL_STRING:
        return decode_string(decoder, slot);
    case NUCLEUS_STRINGS:
        return decode_strings(decoder, slot);
    case NUCLEUS_BOOL:
        return decode_bool(decoder, slot);
    case NUCLEUS_U32:
    case NUCLEUS_U64:
    case NUCLEUS_OPTIONAL_U64:
        return decode_integer(decoder, slot);
    case NUCLEUS_OPTIONAL_OBJECT:
        return decode_nested(decoder, slot);
    case NUCLEUS_OBJECTS:
        break;
    }
    return decode_array(decoder, slot);
}

/* Reads a name. Sets *ret to its member, or to NULL if the name is unknown. */
static enum nucleus_status read_name(struct decoder *decoder, const struct nucleus_object *type,
                                     const struct nucleus_member **ret)
{
    struct nucleus_json_string name;
    char *decoded;

    if (!nucleus_json_read_key(&decoder->reader, &name))
        return syntax_status(decoder, false);
    if (!name.has_escape) {
        *ret = nucleus_member_find(type, unquoted(&name));
        return NUCLEUS_OK;
    }
    decoded = decode_escapes(name.quoted);
    if (!decoded)
        return nucleus_fail_memory(decoder->err);
    *ret = nucleus_member_find(type, (struct nucleus_span){decoded, strlen(decoded)});
    free(decoded);
    return NUCLEUS_OK;
}

/* Reads a name and its value. *seen has a bit for each member of type. */
static enum nucleus_status decode_member(struct decoder *decoder, const struct nucleus_object *type,
                                         void *object, uint32_t *seen,
                                         const struct nucleus_json_path *path)
{
    struct slot slot = {.object = object, .path = {.outer = path}};
    enum nucleus_status status = read_name(decoder, type, &slot.member);
    uint32_t bit;

    if (status != NUCLEUS_OK)
        return status;
    if (!slot.member)
        return syntax_status(decoder, nucleus_json_skip(&decoder->reader));
    slot.path.name = slot.member->name;
    bit = UINT32_C(1) << (slot.member - type->members);
    if (*seen & bit)
        return nucleus_fail_member(decoder->err, NUCLEUS_ERROR_SCHEMA, "duplicate member",
                                   &slot.path, "");
    *seen |= bit;
    return decode_value(decoder, &slot);
}

/* Fails for the first required member that is not in seen. */
static enum nucleus_status check_complete(const struct decoder *decoder,
                                          const struct nucleus_object *type, uint32_t seen,
                                          const struct nucleus_json_path *path)
{
    for (size_t i = 0; i < type->members_count; i++) {
        const struct nucleus_member *member = &type->members[i];
        struct nucleus_json_path missing = {.outer = path, .name = member->name};

        if (!(seen & UINT32_C(1) << i) && !nucleus_member_is_optional(member))
            return nucleus_fail_member(decoder->err, NUCLEUS_ERROR_SCHEMA, "missing member",
                                       &missing, "");
    }
    return NUCLEUS_OK;
}

/* Recursive, but only as deep as the tables are nested. path is NULL for the document itself. */
static enum nucleus_status decode_object(struct decoder *decoder, const struct nucleus_object *type,
                                         void *object, const struct nucleus_json_path *path)
{
    enum nucleus_status status;
    uint32_t seen = 0;
    bool more;

    if (nucleus_json_peek(&decoder->reader) != '{')
        return path ? fail_type(decoder, path, " is not an object")
                    : nucleus_json_fail(&decoder->reader, NUCLEUS_ERROR_SCHEMA,
                                        "expected an object", decoder->err);
    status = syntax_status(decoder, nucleus_json_enter(&decoder->reader, &more));
    while (status == NUCLEUS_OK && more) {
        status = decode_member(decoder, type, object, &seen, path);
        if (status == NUCLEUS_OK)
            status = syntax_status(decoder, nucleus_json_next(&decoder->reader, &more));
    }
    return status == NUCLEUS_OK ? check_complete(decoder, type, seen, path) : status;
}

/* Syntax errors take precedence over NUCLEUS_ERROR_SCHEMA, so the rest of the text is checked. */
static enum nucleus_status prefer_syntax(struct decoder *decoder, size_t len)
{
    struct nucleus_json_reader *reader = &decoder->reader;

    nucleus_json_init(reader, reader->text, len);
    if (nucleus_json_skip(reader) && nucleus_json_expect_end(reader))
        return NUCLEUS_ERROR_SCHEMA;
    return syntax_status(decoder, false);
}

enum nucleus_status nucleus_json_decode(const char *text, size_t len,
                                        const struct nucleus_object *type, void *ret,
                                        struct nucleus_error *err)
{
    struct decoder decoder = {.err = err};
    enum nucleus_status status;

    if (len > NUCLEUS_CHECKPOINT_MAX_BYTES)
        return nucleus_fail_too_large(err);
    nucleus_json_init(&decoder.reader, text, len);
    status = decode_object(&decoder, type, ret, NULL);
    if (status == NUCLEUS_OK)
        status = syntax_status(&decoder, nucleus_json_expect_end(&decoder.reader));
    if (status == NUCLEUS_OK)
        return nucleus_error_clear(err);
    nucleus_members_free(type, ret);
    return status == NUCLEUS_ERROR_SCHEMA ? prefer_syntax(&decoder, len) : status;
}
