/* SPDX-License-Identifier: MIT */
/* The life cycle of struct nucleus_metadata: created from a state, modified, cleared. */
#include "test.h"

#include <cjson/cJSON.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static char *const command[] = {"sleep", "", "1", NULL};

/* test_ckmeta_save.c tests more states, including one with a version. */
TEST(a_state_is_copied_with_the_time_and_version)
{
    const struct nucleus_container_state container = {
        .id = "abc", .name = "web", .pid = 7, .command = command, .using_gvisor = true};
    const uint64_t before = (uint64_t)time(NULL);
    struct nucleus_metadata metadata;
    struct nucleus_error err;

    assert_status(nucleus_metadata_from_state(&container, &metadata, &err), NUCLEUS_OK, &err);
    assert_string_equal(metadata.container_id, "abc");
    assert_ptr_not_equal(metadata.container_id, container.id);
    assert_string_equal(metadata.container_name, "web");
    assert_int_equal(metadata.original_pid, 7);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(metadata.command[i], command[i]);
    assert_null(metadata.command[3]);
    assert_true(metadata.checkpoint_at >= before && metadata.checkpoint_at <= (uint64_t)time(NULL));
    assert_string_equal(metadata.version, NUCLEUS_CHECKPOINT_VERSION);
    assert_true(metadata.using_gvisor && !metadata.rootless);
    assert_null(metadata.cgroup_path);
    assert_null(metadata.resource_limits);
    nucleus_metadata_clear(&metadata);
}

static char *const not_utf_8[] = {"ok", "\xff", NULL};

static const struct {
    const char *message;
    struct nucleus_container_state state;
} unfit_states[] = {
    {"member 'id' is NULL", {.name = "n", .command = command}},
    {"member 'command' is NULL", {.id = "i", .name = "n"}},
    {"member 'cgroup_path' is not valid UTF-8",
     {.id = "i", .name = "n", .command = command, .cgroup_path = "\xff"}},
    {"member 'name' is not valid UTF-8", {.id = "i", .name = "\xc0\x80", .command = command}},
    {"member 'command[1]' is not valid UTF-8", {.id = "i", .name = "n", .command = not_utf_8}},
    {"member 'version' is not valid UTF-8",
     {.id = "i", .name = "n", .command = command, .version = "\xf5"}},
};

TEST_EACH(unfit_states, a_state_that_cannot_be_saved_is_refused)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;

    poison(&metadata, sizeof metadata);
    assert_status(nucleus_metadata_from_state(&row->state, &metadata, &err),
                  NUCLEUS_ERROR_INVALID_ARGUMENT, &err);
    assert_string_equal(err.message, row->message);
    assert_true(is_poisoned(&metadata, sizeof metadata));
}

static void assert_refused(enum nucleus_status status, const struct nucleus_error *err,
                           const char *message)
{
    assert_int_equal(status, NUCLEUS_ERROR_INVALID_ARGUMENT);
    if (err)
        assert_string_equal(err->message, message);
}

static void pass_null(struct nucleus_error *err)
{
    static const char from_state[] = "state or ret_metadata is NULL";
    static const char to_json[] = "metadata, ret_text or ret_len is NULL";
    static const char from_json[] = "text or ret_metadata is NULL";
    static const char read_state[] = "text or ret_document is NULL";
    static const char save[] = "metadata or dir is NULL", load[] = "dir or ret_metadata is NULL";
    const struct nucleus_container_state state = {.id = "i", .name = "n", .command = command};
    struct nucleus_metadata metadata = {0};
    struct nucleus_state_document document;
    char *text;
    size_t len;

    assert_refused(nucleus_metadata_from_state(NULL, &metadata, err), err, from_state);
    assert_refused(nucleus_metadata_from_state(&state, NULL, err), err, from_state);
    assert_refused(nucleus_metadata_to_json(NULL, &text, &len, err), err, to_json);
    assert_refused(nucleus_metadata_to_json(&metadata, NULL, &len, err), err, to_json);
    assert_refused(nucleus_metadata_to_json(&metadata, &text, NULL, err), err, to_json);
    assert_refused(nucleus_metadata_from_json(NULL, 0, &metadata, err), err, from_json);
    assert_refused(nucleus_metadata_from_json("{}", 2, NULL, err), err, from_json);
    assert_refused(nucleus_state_document_from_json(NULL, 0, &document, err), err, read_state);
    assert_refused(nucleus_state_document_from_json("{}", 2, NULL, err), err, read_state);
    assert_refused(nucleus_metadata_save(NULL, ".", err), err, save);
    assert_refused(nucleus_metadata_save(&metadata, NULL, err), err, save);
    assert_refused(nucleus_metadata_save_at(NULL, AT_FDCWD, err), err, "metadata is NULL");
    assert_refused(nucleus_metadata_load(NULL, &metadata, err), err, load);
    assert_refused(nucleus_metadata_load(".", NULL, err), err, load);
    assert_refused(nucleus_metadata_load_at(AT_FDCWD, NULL, err), err, "ret_metadata is NULL");
}

TEST(null_is_refused_by_every_function)
{
    struct nucleus_error err;

    pass_null(&err);
    pass_null(NULL); /* err may be NULL */
}

TEST(clearing_twice_is_harmless)
{
    static const struct nucleus_metadata zero;
    struct nucleus_metadata metadata = sample_metadata("a");

    nucleus_metadata_clear(&metadata);
    assert_memory_equal(&metadata, &zero, sizeof zero);
    nucleus_metadata_clear(&metadata);
    nucleus_metadata_clear(NULL);
}

TEST(a_list_that_was_not_allocated_can_be_cleared)
{
    struct nucleus_metadata metadata = {.resource_limits =
                                            calloc(1, sizeof *metadata.resource_limits)};

    assert_non_null(metadata.resource_limits);
    metadata.resource_limits->io_limits_count = 1;
    nucleus_metadata_clear(&metadata);
}

/* A host's cJSON hooks. Their memory has a header, so that free(3) would fail on it. */
static size_t hook_calls;

static void *hook_malloc(size_t size)
{
    char *block = malloc(size + 16);

    hook_calls++;
    return block ? block + 16 : NULL;
}

static void hook_free(void *block)
{
    if (block)
        free((char *)block - 16);
}

static void replace(char **string)
{
    free(*string);
    *string = copy_text("another");
}

/* Each kind of string has an escape, because cJSON decodes only those strings. */
TEST(a_caller_may_replace_strings_and_set_cjson_hooks)
{
    static const char text[] =
        "{\"container_id\":\"\\u0069\",\"container_name\":\"\\n\",\"original_pid\":1,"
        "\"command\":[\"\\\\\",\"c\\/\"],\"checkpoint_at\":1,\"version\":\"\\t\","
        "\"using_gvisor\":false,\"rootless\":false,\"cgroup_path\":\"\\/\",\"resource_limits\":"
        "{\"cpu_period_us\":1,\"io_limits\":[{\"device\":\"\\u0038:0\"}]}}";
    cJSON_Hooks hooks = {hook_malloc, hook_free};
    struct nucleus_metadata metadata;
    struct nucleus_error err;

    cJSON_InitHooks(&hooks);
    assert_status(nucleus_metadata_from_json(text, strlen(text), &metadata, &err), NUCLEUS_OK,
                  &err);
    cJSON_InitHooks(NULL);
    assert_true(hook_calls > 6);
    replace(&metadata.container_id);
    replace(&metadata.command[1]);
    replace(&metadata.resource_limits->io_limits[0].device);
    nucleus_metadata_clear(&metadata);
}

TEST(all_forms_of_the_version_agree)
{
    char version[32];

    (void)snprintf(version, sizeof version, "%d.%d.%d", NUCLEUS_CHECKPOINT_VERSION_MAJOR,
                   NUCLEUS_CHECKPOINT_VERSION_MINOR, NUCLEUS_CHECKPOINT_VERSION_PATCH);
    assert_string_equal(version, NUCLEUS_CHECKPOINT_VERSION);
    assert_string_equal(nucleus_checkpoint_version(), NUCLEUS_CHECKPOINT_VERSION);
}
