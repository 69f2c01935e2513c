/* SPDX-License-Identifier: MIT */
/* The tables of members. */
#include "test.h"

#include <stdlib.h>

#include "json_encode.h"
#include "members.h"

static const struct {
    const char *name;
    const struct nucleus_object *object;
} objects[] = {
    {"metadata", &nucleus_metadata_object},
    {"state", &nucleus_state_object},
    {"io_limit", &nucleus_io_limit_object},
    {"resource_limits", &nucleus_resource_limits_object},
};

/* Without a range a member would accept no number but 0; without a type it would have no members.
 */
TEST_EACH(objects, each_member_is_complete)
{
    assert_true(row->object->members_count <= 32);
    for (size_t i = 0; i < row->object->members_count; i++) {
        const struct nucleus_member *member = &row->object->members[i];
        const enum nucleus_member_kind kind = member->kind;
        const bool is_integer =
            kind == NUCLEUS_U32 || kind == NUCLEUS_U64 || kind == NUCLEUS_OPTIONAL_U64;
        const bool is_nested = kind == NUCLEUS_OPTIONAL_OBJECT || kind == NUCLEUS_OBJECTS;

        assert_true(is_integer == (member->max > 0));
        assert_true(is_nested == (member->object != NULL));
        assert_true(member->offset < row->object->size);
        assert_true(!member->all_or_none || nucleus_member_is_optional(member));
    }
}

/* A kind that the switches do not handle is neither written nor freed. */
TEST(an_unknown_kind_is_ignored)
{
    static const struct nucleus_member member = {
        .name = "a", .name_len = 1, .kind = (enum nucleus_member_kind)99};
    static const struct nucleus_object type = {
        .size = sizeof(void *), .members = &member, .members_count = 1};
    void *object = &object;
    struct nucleus_error err;
    char *encoded;
    size_t len;

    assert_int_equal(nucleus_json_encode(&type, &object, 100, &encoded, &len, &err), NUCLEUS_OK);
    assert_string_equal(encoded, "{\n  \"a\": \n}");
    free(encoded);
    nucleus_members_free(&type, &object);
    assert_null(object);
}
