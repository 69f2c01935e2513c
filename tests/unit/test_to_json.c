/* SPDX-License-Identifier: MIT */
/* Metadata is encoded byte for byte as nucleus encodes it, or refused. */
#include "test.h"

#include <stdlib.h>
#include <string.h>

/* Decodes a document, and returns its metadata in encoded form. Must be freed with free(3). */
static char *encode_again(const char *document)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    char *text;

    assert_status(parse_exactly(document, strlen(document), &metadata, &err), NUCLEUS_OK, &err);
    text = encode_metadata(&metadata, NULL);
    nucleus_metadata_clear(&metadata);
    return text;
}

static const char *const files[] = {"nucleus-0.2.0-metadata.json",
                                    "nucleus-0.3.8-metadata-cgroup.json"};

TEST_EACH(files, a_file_of_nucleus_is_encoded_unchanged)
{
    char *file = read_data(*row, NULL), *text = encode_again(file);

    assert_string_equal(text, file);
    free(text);
    free(file);
}

static const struct {
    const char *document;
    const char *part; /* of the encoded document */
} documents[] = {
    {MINIMAL ",\"cgroup_path\":null,\"resource_limits\":null}", "\"rootless\": true\n}"},
    /* If only one of cgroup_path and resource_limits is present, the other is null. */
    {WITH_PATH(""), "true,\n  \"cgroup_path\": \"\",\n  \"resource_limits\": null\n}"},
    {WITH_LIMITS(PERIOD NO_IO),
     "true,\n  \"cgroup_path\": null,\n  \"resource_limits\": {\n    \"memory_bytes\": null,"},
    {WITH_LIMITS(PERIOD NO_IO ",\"x\":[-0,{\"y\":1.5},1e+2,2E-3]"),
     "\"pids_max\": null,\n    \"io_limits\": []\n  }\n}"},
    /* The bounds of all ranges. */
    {WITH_LIMITS("\"cpu_period_us\":1,\"pids_max\":1,\"memory_bytes\":0,\"memory_high\":0,"
                 "\"memory_swap_max\":0,\"cpu_quota_us\":0,\"cpu_weight\":0,\"io_limits\":["
                 "{\"device\":\"\",\"riops\":0,\"wiops\":0,\"rbps\":0,\"wbps\":0}]"),
     "\"cpu_period_us\": 1,\n    \"cpu_weight\": 0,\n    \"pids_max\": 1,"},
    {WITH_LIMITS("\"cpu_period_us\":" MOST
                 ",\"pids_max\":18446744073709551614,\"memory_bytes\":" MOST
                 ",\"memory_high\":" MOST ",\"memory_swap_max\":" MOST ",\"cpu_quota_us\":" MOST
                 ",\"cpu_weight\":" MOST ",\"io_limits\":[{\"device\":\"\",\"riops\":" MOST
                 ",\"wiops\":" MOST ",\"rbps\":" MOST ",\"wbps\":" MOST "}]"),
     "\"cpu_weight\": " MOST ",\n    \"pids_max\": 18446744073709551614,"},
    {WITH_PATH("\\ud800\\udc00"), "\"\xf0\x90\x80\x80\""},
    {WITH_PATH("\\uDBFF\\uDFFF"), "\"\xf4\x8f\xbf\xbf\""},
    {WITH_PATH("\\uD7ff\\uE000"), "\"\xed\x9f\xbf\xee\x80\x80\""},
    {WITH_PATH("\\u0123\\u4567\\u89ab\\ucdef"), "\"\xc4\xa3\xe4\x95\xa7\xe8\xa6\xab\xec\xb7\xaf\""},
    {WITH_PATH("\\u89AB\\uCDEF"), "\"\xe8\xa6\xab\xec\xb7\xaf\""},
    {WITH_PATH("\\u0001\\/\\b\\f\\n\\r\\t\\\\\\\""), "\"\\u0001/\\b\\f\\n\\r\\t\\\\\\\"\""},
};

TEST_EACH(documents, limits_of_a_cgroup_and_escapes_are_decoded_and_encoded)
{
    char *text = encode_again(row->document);

    assert_contains(text, row->part);
    free(text);
}

static char *no_command[] = {NULL};

#define VALID .container_name = "n", .command = no_command, .version = "v"
#define LIMITS(...)                                                                                \
    .resource_limits = &(struct nucleus_resource_limits)                                           \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define ONE_DEVICE .cpu_period_us = 1, .io_limits_count = 1

static const struct {
    const char *message;
    struct nucleus_metadata metadata;
} unfit[] = {
    {"member 'container_id' is NULL",
     {VALID, LIMITS(.cpu_period_us = 0)}}, /* the first error is reported */
    {"member 'cgroup_path' is not valid UTF-8",
     {VALID, .container_id = "i", .cgroup_path = "/a\xed\xa0\x80"}},
    {"member 'resource_limits.cpu_period_us' must be an integer from 1 to " MOST,
     {VALID, .container_id = "i", LIMITS(.cpu_period_us = 0)}},
    {"member 'resource_limits.pids_max' must be null or an integer from 1 to 18446744073709551614",
     {VALID, .container_id = "i", LIMITS(.cpu_period_us = 1, .pids_max = {true, UINT64_MAX})}},
    {"member 'resource_limits.io_limits' is NULL",
     {VALID, .container_id = "i", LIMITS(ONE_DEVICE)}},
    {"member 'resource_limits.io_limits[0].device' is NULL",
     {VALID, .container_id = "i",
      LIMITS(ONE_DEVICE, .io_limits = &(struct nucleus_io_limit){.rbps = {true, 1}})}},
};

TEST_EACH(unfit, metadata_that_cannot_be_loaded_is_refused)
{
    struct nucleus_error err;
    char *text;
    size_t len;

    poison(&text, sizeof text);
    poison(&len, sizeof len);
    assert_status(nucleus_metadata_to_json(&row->metadata, &text, &len, &err),
                  NUCLEUS_ERROR_INVALID_ARGUMENT, &err);
    assert_string_equal(err.message, row->message);
    assert_true(is_poisoned(&text, sizeof text) && is_poisoned(&len, sizeof len));
}
