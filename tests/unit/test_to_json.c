/* SPDX-License-Identifier: MIT */
/* Metadata comes out byte for byte as nucleus writes it, or not at all. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void files_of_nucleus_come_back_byte_for_byte(void **state)
{
    static const char *const files[] = {"nucleus-0.2.0-metadata.json",
                                        "nucleus-0.3.8-metadata-cgroup.json"};

    (void)state;
    for (size_t i = 0; i < COUNT(files); i++) {
        struct nucleus_metadata metadata;
        struct nucleus_error err;
        size_t file_len, len;
        char *file = read_data(files[i], &file_len);
        char *text;

        assert_status(nucleus_metadata_from_json(file, file_len, &metadata, &err), NUCLEUS_OK,
                      &err);
        assert_status(nucleus_metadata_to_json(&metadata, &text, &len, &err), NUCLEUS_OK, &err);
        assert_int_equal(len, file_len);
        assert_string_equal(text, file);
        nucleus_metadata_clear(&metadata);
        free(text);
        free(file);
    }
}

/* nucleus 0.3.8 writes two nulls there; without them each version of nucleus reads the file. */
static void two_absent_members_are_left_out(void **state)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    size_t len;
    char *text = read_data("nucleus-0.3.8-metadata.json", &len);

    (void)state;
    assert_status(nucleus_metadata_from_json(text, len, &metadata, &err), NUCLEUS_OK, &err);
    assert_null(metadata.cgroup_path);
    assert_null(metadata.resource_limits);
    free(text);
    assert_status(nucleus_metadata_to_json(&metadata, &text, &len, &err), NUCLEUS_OK, &err);
    assert_null(strstr(text, "cgroup_path"));
    assert_contains(text, "\"rootless\": true\n}");
    nucleus_metadata_clear(&metadata);
    free(text);
}

static void one_present_member_brings_the_other_as_null(void **state)
{
    struct nucleus_metadata metadata = sample_metadata("a");
    struct nucleus_error err;
    char *text;
    size_t len;

    (void)state;
    metadata.cgroup_path = copy_text("");
    assert_status(nucleus_metadata_to_json(&metadata, &text, &len, &err), NUCLEUS_OK, &err);
    assert_contains(text, "true,\n  \"cgroup_path\": \"\",\n  \"resource_limits\": null\n}");
    free(text);
    free(metadata.cgroup_path);
    metadata.cgroup_path = NULL;
    metadata.resource_limits = calloc(1, sizeof *metadata.resource_limits);
    assert_non_null(metadata.resource_limits);
    metadata.resource_limits->cpu_period_us = 1;
    assert_status(nucleus_metadata_to_json(&metadata, &text, &len, &err), NUCLEUS_OK, &err);
    assert_contains(text, "\"cgroup_path\": null,\n  \"resource_limits\": {\n    \"memory_bytes\": "
                          "null,");
    assert_contains(text, "\"pids_max\": null,\n    \"io_limits\": []\n  }\n}");
    free(text);
    nucleus_metadata_clear(&metadata);
}

/* Whatever stands in the bytes between them, as in a struct that is not zeroed. */
static void only_is_set_says_whether_a_number_is_there(void **state)
{
    struct nucleus_resource_limits limits = {.cpu_period_us = 1};
    struct nucleus_metadata metadata = sample_metadata("a");
    struct nucleus_error err;
    char *text;
    size_t len;

    (void)state;
    poison(&limits.memory_bytes, sizeof limits.memory_bytes);
    limits.memory_bytes.is_set = false;
    metadata.resource_limits = &limits;
    assert_status(nucleus_metadata_to_json(&metadata, &text, &len, &err), NUCLEUS_OK, &err);
    assert_contains(text, "\"memory_bytes\": null,");
    free(text);
    metadata.resource_limits = NULL;
    nucleus_metadata_clear(&metadata);
}

static void strings_are_escaped_as_serde_json_does(void **state)
{
    struct nucleus_metadata metadata = sample_metadata(
        "\x01\x1f\x7f /\"\\\b\f\n\r\t\xc2\x80\xe2\x80\xa8\xf0\x9f\x98\x80 and plain text");
    struct nucleus_error err;
    char *text;
    size_t len;

    (void)state;
    assert_status(nucleus_metadata_to_json(&metadata, &text, &len, &err), NUCLEUS_OK, &err);
    assert_contains(text, "\"\\u0001\\u001f\x7f /\\\"\\\\\\b\\f\\n\\r\\t\xc2\x80\xe2\x80\xa8"
                          "\xf0\x9f\x98\x80 and plain text\"");
    assert_int_equal(len, strlen(text));
    free(text);
    nucleus_metadata_clear(&metadata);
}

static void each_control_character_is_escaped(void **state)
{
    static const char short_names[] = "\bb\ff\nn\rr\tt"; /* the character and its name */

    (void)state;
    for (char byte = 1; byte < 0x20; byte++) {
        const char *name = strchr(short_names, byte);
        struct nucleus_metadata metadata = sample_metadata((const char[]){byte, '\0'});
        struct nucleus_error err;
        char expected[32], escape[8];
        char *text;
        size_t len;

        (void)snprintf(escape, sizeof escape, name ? "\\%c" : "\\u%04x", name ? name[1] : byte);
        (void)snprintf(expected, sizeof expected, "\"container_id\": \"%s\",", escape);
        assert_status(nucleus_metadata_to_json(&metadata, &text, &len, &err), NUCLEUS_OK, &err);
        assert_contains(text, expected);
        nucleus_metadata_clear(&metadata);
        free(text);
    }
}

static void what_no_reader_takes_is_refused(void **state)
{
    static char *command[] = {"sleep", NULL};
    struct nucleus_io_limit nameless = {.rbps = {true, 1}};
    struct nucleus_resource_limits no_period = {0}, no_pids = {0}, no_array = {0}, no_device = {0};
    const struct {
        char *id, *cgroup_path;
        struct nucleus_resource_limits *limits;
        const char *message;
    } rows[] = {
        {NULL, NULL, NULL, "member 'container_id' is NULL"},
        {NULL, NULL, &no_period, "member 'container_id' is NULL"}, /* the first fault is named */
        {"i", "/a\xed\xa0\x80", NULL, "member 'cgroup_path' is not valid UTF-8"},
        {"i", NULL, &no_period,
         "member 'resource_limits.cpu_period_us' must be an integer from 1 to "
         "18446744073709551615"},
        {"i", NULL, &no_pids,
         "member 'resource_limits.pids_max' must be null or an integer from 1 to "
         "18446744073709551614"},
        {"i", NULL, &no_array, "member 'resource_limits.io_limits' is NULL"},
        {"i", NULL, &no_device, "member 'resource_limits.io_limits[0].device' is NULL"},
    };

    (void)state;
    no_pids.cpu_period_us = no_array.cpu_period_us = no_device.cpu_period_us = 1;
    no_pids.pids_max = (struct nucleus_optional_u64){true, UINT64_MAX};
    no_array.io_limits_count = no_device.io_limits_count = 1;
    no_device.io_limits = &nameless;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct nucleus_metadata metadata = {.container_id = rows[i].id,
                                                  .container_name = "n",
                                                  .command = command,
                                                  .version = "v",
                                                  .cgroup_path = rows[i].cgroup_path,
                                                  .resource_limits = rows[i].limits};
        struct nucleus_error err;
        char *text = (char *)&err;
        size_t len = 77;

        assert_status(nucleus_metadata_to_json(&metadata, &text, &len, &err),
                      NUCLEUS_ERROR_INVALID_ARGUMENT, &err);
        assert_string_equal(err.message, rows[i].message);
        assert_ptr_equal(text, &err);
        assert_int_equal(len, 77);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_of_nucleus_come_back_byte_for_byte),
        cmocka_unit_test(two_absent_members_are_left_out),
        cmocka_unit_test(one_present_member_brings_the_other_as_null),
        cmocka_unit_test(only_is_set_says_whether_a_number_is_there),
        cmocka_unit_test(strings_are_escaped_as_serde_json_does),
        cmocka_unit_test(each_control_character_is_escaped),
        cmocka_unit_test(what_no_reader_takes_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
