/* SPDX-License-Identifier: MIT */
/* The tables of members. */
#include "test.h"

#include <stdlib.h>

#include "json_decode.h"
#include "json_encode.h"
#include "members.h"

/* The decoder records the members that it has seen in 32 bits. */
TEST(no_object_has_more_than_32_members)
{
    assert_true(nucleus_metadata_object.members_count <= 32);
    assert_true(nucleus_resource_limits_object.members_count <= 32);
}

TEST(an_unknown_kind_is_neither_read_nor_written_nor_freed)
{
    static const struct nucleus_member member = {
        .name = "a", .name_len = 1, .kind = (enum nucleus_member_kind)99};
    static const struct nucleus_object type = {
        .size = sizeof(void *), .members = &member, .members_count = 1};
    static const char text[] = "{\"a\":1}";
    void *object = &object, *decoded = NULL;
    struct nucleus_error err;
    char *encoded;
    size_t len;

    assert_int_equal(nucleus_json_encode(&type, &object, 100, &encoded, &len, &err), NUCLEUS_OK);
    assert_string_equal(encoded, "{\n  \"a\": \n}");
    free(encoded);
    assert_status(nucleus_json_decode(text, sizeof text - 1, &type, &decoded, &err),
                  NUCLEUS_ERROR_SCHEMA, &err);
    assert_null(decoded);
    nucleus_members_free(&type, &object);
    assert_null(object);
}
