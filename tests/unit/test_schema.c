/* SPDX-License-Identifier: MIT */
/* The tables of members: what every row must have, and what becomes of a kind that nobody knows. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "json_decode.h"
#include "json_encode.h"
#include "members.h"

static const struct nucleus_object *const objects[] = {
    &nucleus_metadata_object,
    &nucleus_state_object,
    &nucleus_io_limit_object,
    &nucleus_resource_limits_object,
};

static bool is_integer(enum nucleus_member_kind kind)
{
    return kind == NUCLEUS_U32 || kind == NUCLEUS_U64 || kind == NUCLEUS_OPTIONAL_U64;
}

/* A row that lacks a range would take no number but 0; one that lacks a type has no members. */
static void each_row_is_complete(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(objects); i++) {
        assert_true(objects[i]->members_count <= 32);
        for (size_t j = 0; j < objects[i]->members_count; j++) {
            const struct nucleus_member *member = &objects[i]->members[j];
            bool is_nested =
                member->kind == NUCLEUS_OPTIONAL_OBJECT || member->kind == NUCLEUS_OBJECTS;

            assert_true(is_integer(member->kind) == (member->max > 0));
            assert_true(is_nested == (member->object != NULL));
            assert_true(member->offset < objects[i]->size);
            assert_true(!member->all_or_none || nucleus_member_is_optional(member));
        }
    }
}

static void members_are_found_by_their_whole_name(void **state)
{
    const struct nucleus_object *type = &nucleus_metadata_object;
    const struct nucleus_member *version =
        nucleus_member_find(type, (struct nucleus_span){"version1", 7});

    (void)state;
    assert_string_equal(version->name, "version");
    assert_null(nucleus_member_find(type, (struct nucleus_span){"version1", 8}));
    assert_null(nucleus_member_find(type, (struct nucleus_span){"version", 6}));
    assert_null(nucleus_member_find(type, (struct nucleus_span){"", 0}));
}

/* No kind is the last word: one without code of its own is neither read, written nor freed. */
static void a_kind_without_code_is_left_alone(void **state)
{
    static const struct nucleus_member member = {
        .name = "a", .name_len = 1, .kind = (enum nucleus_member_kind)99};
    static const struct nucleus_object type = {
        .size = sizeof(void *), .members = &member, .members_count = 1};
    static const char text[] = "{\"a\":1}";
    void *object = state, *decoded = NULL;
    struct nucleus_error err;
    char *encoded;
    size_t len;

    assert_int_equal(nucleus_json_encode(&type, &object, 100, &encoded, &len, &err), NUCLEUS_OK);
    assert_string_equal(encoded, "{\n  \"a\": \n}");
    free(encoded);
    assert_status(nucleus_json_decode(text, sizeof text - 1, &type, &decoded, &err),
                  NUCLEUS_ERROR_SYNTAX, &err);
    assert_null(decoded);
    nucleus_members_free(&type, &object);
    assert_null(object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_is_complete),
        cmocka_unit_test(members_are_found_by_their_whole_name),
        cmocka_unit_test(a_kind_without_code_is_left_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
