/* SPDX-License-Identifier: MIT */
/* Metadata comes out byte for byte as nucleus writes it, or not at all. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

static void files_of_nucleus_come_back_byte_for_byte(void **state)
{
    static const char *const files[] = {"nucleus-0.2.0-metadata.json",
                                        "nucleus-0.3.8-metadata-cgroup.json"};

    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
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

static void an_empty_command_is_two_brackets(void **state)
{
    char *no_words[] = {NULL};
    struct nucleus_metadata metadata = sample_metadata("a");
    char **words = metadata.command;
    struct nucleus_error err;
    char *text;
    size_t len;

    (void)state;
    metadata.command = no_words;
    metadata.checkpoint_at = UINT64_MAX;
    metadata.original_pid = UINT32_MAX;
    assert_status(nucleus_metadata_to_json(&metadata, &text, &len, &err), NUCLEUS_OK, &err);
    assert_contains(text, "\"original_pid\": 4294967295,\n  \"command\": [],\n"
                          "  \"checkpoint_at\": 18446744073709551615,\n");
    free(text);
    metadata.command = words;
    nucleus_metadata_clear(&metadata);
}

/* Refusals: how to spoil good metadata, and what is said of it. */
struct refusal {
    const char *message;
    void (*spoil)(struct nucleus_metadata *metadata);
};

static void drop_id(struct nucleus_metadata *metadata)
{
    free(metadata->container_id);
    metadata->container_id = NULL;
}

static void drop_command(struct nucleus_metadata *metadata)
{
    for (char **word = metadata->command; *word; word++)
        free(*word);
    free(metadata->command);
    metadata->command = NULL;
}

static void break_version(struct nucleus_metadata *metadata)
{
    metadata->version[0] = '\xff';
}

static void break_word(struct nucleus_metadata *metadata)
{
    metadata->command[1][0] = '\xc3';
}

static void break_cgroup(struct nucleus_metadata *metadata)
{
    metadata->cgroup_path = copy_text("/a\xed\xa0\x80");
}

static void give_limits(struct nucleus_metadata *metadata)
{
    metadata->resource_limits = calloc(1, sizeof *metadata->resource_limits);
    assert_non_null(metadata->resource_limits);
}

static void forbid_processes(struct nucleus_metadata *metadata)
{
    give_limits(metadata);
    metadata->resource_limits->cpu_period_us = 1;
    metadata->resource_limits->pids_max = (struct nucleus_optional_u64){true, UINT64_MAX};
}

static void drop_devices(struct nucleus_metadata *metadata)
{
    give_limits(metadata);
    metadata->resource_limits->cpu_period_us = 1;
    metadata->resource_limits->io_limits_count = 1;
}

static void drop_device(struct nucleus_metadata *metadata)
{
    drop_devices(metadata);
    metadata->resource_limits->io_limits = calloc(1, sizeof(struct nucleus_io_limit));
    assert_non_null(metadata->resource_limits->io_limits);
}

/* Two faults: the first is named. */
static void drop_id_and_period(struct nucleus_metadata *metadata)
{
    drop_id(metadata);
    give_limits(metadata);
}

static const struct refusal refusals[] = {
    {"member 'container_id' is NULL", drop_id_and_period},
    {"member 'container_id' is NULL", drop_id},
    {"member 'command' is NULL", drop_command},
    {"member 'version' is not valid UTF-8", break_version},
    {"member 'command[1]' is not valid UTF-8", break_word},
    {"member 'cgroup_path' is not valid UTF-8", break_cgroup},
    {"member 'resource_limits.cpu_period_us' must be an integer from 1 to 18446744073709551615",
     give_limits},
    {"member 'resource_limits.pids_max' must be null or an integer from 1 to "
     "18446744073709551614",
     forbid_processes},
    {"member 'resource_limits.io_limits' is NULL", drop_devices},
    {"member 'resource_limits.io_limits[0].device' is NULL", drop_device},
};

static void what_no_reader_takes_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        struct nucleus_metadata metadata = sample_metadata("a");
        struct nucleus_error err;
        char *text = (char *)&err;
        size_t len = 77;

        refusals[i].spoil(&metadata);
        assert_status(nucleus_metadata_to_json(&metadata, &text, &len, &err),
                      NUCLEUS_ERROR_INVALID_ARGUMENT, &err);
        assert_string_equal(err.message, refusals[i].message);
        assert_ptr_equal(text, &err);
        assert_int_equal(len, 77);
        if (metadata.resource_limits && !metadata.resource_limits->io_limits)
            metadata.resource_limits->io_limits_count = 0;
        nucleus_metadata_clear(&metadata);
    }
}

static void null_is_refused(void **state)
{
    struct nucleus_metadata metadata = sample_metadata("a");
    struct nucleus_error err;
    char *text;
    size_t len;

    (void)state;
    assert_status(nucleus_metadata_to_json(NULL, &text, &len, &err), NUCLEUS_ERROR_INVALID_ARGUMENT,
                  &err);
    assert_status(nucleus_metadata_to_json(&metadata, NULL, &len, &err),
                  NUCLEUS_ERROR_INVALID_ARGUMENT, &err);
    assert_status(nucleus_metadata_to_json(&metadata, &text, NULL, &err),
                  NUCLEUS_ERROR_INVALID_ARGUMENT, &err);
    assert_status(nucleus_metadata_from_json(NULL, 0, &metadata, &err),
                  NUCLEUS_ERROR_INVALID_ARGUMENT, &err);
    assert_status(nucleus_metadata_from_json("{}", 2, NULL, &err), NUCLEUS_ERROR_INVALID_ARGUMENT,
                  &err);
    nucleus_metadata_clear(&metadata);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_of_nucleus_come_back_byte_for_byte),
        cmocka_unit_test(two_absent_members_are_left_out),
        cmocka_unit_test(one_present_member_brings_the_other_as_null),
        cmocka_unit_test(strings_are_escaped_as_serde_json_does),
        cmocka_unit_test(an_empty_command_is_two_brackets),
        cmocka_unit_test(what_no_reader_takes_is_refused),
        cmocka_unit_test(null_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
