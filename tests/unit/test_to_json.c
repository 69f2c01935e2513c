/* SPDX-License-Identifier: MIT */
/* Metadata is encoded byte for byte as nucleus encodes it, or refused. */
#include "test.h"

#include <stdlib.h>

static const char *const files[] = {"nucleus-0.2.0-metadata.json",
                                    "nucleus-0.3.8-metadata-cgroup.json"};

TEST_EACH(files, a_file_of_nucleus_is_decoded_and_encoded_unchanged)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    size_t file_len, len;
    char *file = read_data(*row, &file_len);
    char *text;

    assert_status(nucleus_metadata_from_json(file, file_len, &metadata, &err), NUCLEUS_OK, &err);
    text = encode_metadata(&metadata, &len);
    assert_int_equal(len, file_len);
    assert_string_equal(text, file);
    nucleus_metadata_clear(&metadata);
    free(text);
    free(file);
}

/* Fails the test unless the text of sample metadata with these members contains expected. */
static void assert_encoded(char *cgroup_path, struct nucleus_resource_limits *limits,
                           const char *expected)
{
    struct nucleus_metadata metadata = sample_metadata("a");
    char *text;

    metadata.cgroup_path = cgroup_path;
    metadata.resource_limits = limits;
    text = encode_metadata(&metadata, NULL);
    assert_contains(text, expected);
    free(text);
    metadata.cgroup_path = NULL;
    metadata.resource_limits = NULL;
    nucleus_metadata_clear(&metadata);
}

TEST(if_one_of_two_members_is_present_the_other_is_null)
{
    char path[] = "";
    struct nucleus_resource_limits limits = {.cpu_period_us = 1};

    assert_encoded(path, NULL, "true,\n  \"cgroup_path\": \"\",\n  \"resource_limits\": null\n}");
    assert_encoded(NULL, &limits,
                   "\"cgroup_path\": null,\n  \"resource_limits\": {\n    \"memory_bytes\": null,");
    assert_encoded(NULL, &limits, "\"pids_max\": null,\n    \"io_limits\": []\n  }\n}");
}

#define LIMITS(...) (&(struct nucleus_resource_limits){__VA_ARGS__})
#define ONE_DEVICE .cpu_period_us = 1, .io_limits_count = 1

static const struct {
    const char *message;
    char *id, *cgroup_path;
    struct nucleus_resource_limits *limits;
} unfit[] = {
    {"member 'container_id' is NULL", NULL, NULL,
     LIMITS(.cpu_period_us = 0)}, /* the first error is reported */
    {"member 'cgroup_path' is not valid UTF-8", "i", "/a\xed\xa0\x80", NULL},
    {"member 'resource_limits.cpu_period_us' must be an integer from 1 to 18446744073709551615",
     "i", NULL, LIMITS(.cpu_period_us = 0)},
    {"member 'resource_limits.pids_max' must be null or an integer from 1 to 18446744073709551614",
     "i", NULL, LIMITS(.cpu_period_us = 1, .pids_max = {true, UINT64_MAX})},
    {"member 'resource_limits.io_limits' is NULL", "i", NULL, LIMITS(ONE_DEVICE)},
    {"member 'resource_limits.io_limits[0].device' is NULL", "i", NULL,
     LIMITS(ONE_DEVICE, .io_limits = &(struct nucleus_io_limit){.rbps = {true, 1}})},
};

TEST_EACH(unfit, metadata_that_cannot_be_loaded_is_refused)
{
    char *command[] = {NULL}, version[] = "v";
    const struct nucleus_metadata metadata = {.container_id = row->id,
                                              .container_name = version,
                                              .command = command,
                                              .version = version,
                                              .cgroup_path = row->cgroup_path,
                                              .resource_limits = row->limits};
    struct nucleus_error err;
    char *text = version;
    size_t len = 77;

    assert_status(nucleus_metadata_to_json(&metadata, &text, &len, &err),
                  NUCLEUS_ERROR_INVALID_ARGUMENT, &err);
    assert_string_equal(err.message, row->message);
    assert_ptr_equal(text, version);
    assert_int_equal(len, 77);
}
