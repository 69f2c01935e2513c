/* SPDX-License-Identifier: MIT */
/* The life of struct nucleus_metadata: from a state, changed by hand, cleared. */
#include "support.h"

#include <cjson/cJSON.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static char *const command[] = {"sleep", "", "1", NULL};

static struct nucleus_container_state sample_state(void)
{
    return (struct nucleus_container_state){
        .id = "abc", .name = "web", .pid = 7, .command = command, .using_gvisor = true};
}

static void a_state_is_copied_and_stamped(void **state)
{
    struct nucleus_container_state container = sample_state();
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    uint64_t before = (uint64_t)time(NULL);

    (void)state;
    assert_status(nucleus_metadata_from_state(&container, &metadata, &err), NUCLEUS_OK, &err);
    assert_string_equal(metadata.container_id, "abc");
    assert_ptr_not_equal(metadata.container_id, container.id);
    assert_string_equal(metadata.container_name, "web");
    assert_int_equal(metadata.original_pid, 7);
    assert_string_equal(metadata.command[0], "sleep");
    assert_string_equal(metadata.command[1], "");
    assert_string_equal(metadata.command[2], "1");
    assert_null(metadata.command[3]);
    assert_true(metadata.checkpoint_at >= before);
    assert_true(metadata.checkpoint_at <= (uint64_t)time(NULL));
    assert_string_equal(metadata.version, NUCLEUS_CHECKPOINT_VERSION);
    assert_true(metadata.using_gvisor);
    assert_false(metadata.rootless);
    assert_null(metadata.cgroup_path);
    assert_null(metadata.resource_limits);
    nucleus_metadata_clear(&metadata);
    container.version = "9.9";
    assert_status(nucleus_metadata_from_state(&container, &metadata, &err), NUCLEUS_OK, &err);
    assert_string_equal(metadata.version, "9.9");
    nucleus_metadata_clear(&metadata);
}

static void a_state_that_cannot_be_saved_is_refused(void **state)
{
    static char *const broken[] = {"ok", "\xff", NULL};
    const struct {
        struct nucleus_container_state state;
        const char *message;
    } rows[] = {
        {{.name = "n", .command = command}, "member 'id' is NULL"},
        {{.id = "i", .command = command}, "member 'name' is NULL"},
        {{.id = "i", .name = "n"}, "member 'command' is NULL"},
        {{.id = "\x80", .name = "n", .command = command}, "member 'id' is not valid UTF-8"},
        {{.id = "i", .name = "\xc0\x80", .command = command}, "member 'name' is not valid UTF-8"},
        {{.id = "i", .name = "n", .command = broken}, "member 'command[1]' is not valid UTF-8"},
        {{.id = "i", .name = "n", .command = command, .version = "\xf5"},
         "member 'version' is not valid UTF-8"},
    };
    struct nucleus_metadata metadata;
    struct nucleus_error err;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        poison(&metadata, sizeof metadata);
        assert_status(nucleus_metadata_from_state(&rows[i].state, &metadata, &err),
                      NUCLEUS_ERROR_INVALID_ARGUMENT, &err);
        assert_string_equal(err.message, rows[i].message);
        assert_true(is_poisoned(&metadata, sizeof metadata));
    }
}

static void assert_refused(enum nucleus_status status, struct nucleus_error *err,
                           const char *message)
{
    assert_status(status, NUCLEUS_ERROR_INVALID_ARGUMENT, err);
    assert_string_equal(err->message, message);
}

/* Of each public function. */
static void null_is_refused(void **state)
{
    static const char from_state[] = "state or ret_metadata is NULL";
    static const char to_json[] = "metadata, ret_text or ret_len is NULL";
    static const char from_json[] = "text or ret_metadata is NULL";
    static const char read_state[] = "text or ret_document is NULL";
    static const char save[] = "metadata or dir is NULL";
    static const char load[] = "dir or ret_metadata is NULL";
    struct nucleus_container_state container = sample_state();
    struct nucleus_metadata metadata = sample_metadata("a");
    struct nucleus_state_document document;
    struct nucleus_error err;
    char *text;
    size_t len;

    (void)state;
    assert_refused(nucleus_metadata_from_state(NULL, &metadata, &err), &err, from_state);
    assert_refused(nucleus_metadata_from_state(&container, NULL, &err), &err, from_state);
    assert_refused(nucleus_metadata_to_json(NULL, &text, &len, &err), &err, to_json);
    assert_refused(nucleus_metadata_to_json(&metadata, NULL, &len, &err), &err, to_json);
    assert_refused(nucleus_metadata_to_json(&metadata, &text, NULL, &err), &err, to_json);
    assert_refused(nucleus_metadata_from_json(NULL, 0, &metadata, &err), &err, from_json);
    assert_refused(nucleus_metadata_from_json("{}", 2, NULL, &err), &err, from_json);
    assert_refused(nucleus_state_document_from_json(NULL, 0, &document, &err), &err, read_state);
    assert_refused(nucleus_state_document_from_json("{}", 2, NULL, &err), &err, read_state);
    assert_refused(nucleus_metadata_save(NULL, ".", &err), &err, save);
    assert_refused(nucleus_metadata_save(&metadata, NULL, &err), &err, save);
    assert_refused(nucleus_metadata_save_at(NULL, AT_FDCWD, &err), &err, "metadata is NULL");
    assert_refused(nucleus_metadata_load(NULL, &metadata, &err), &err, load);
    assert_refused(nucleus_metadata_load(".", NULL, &err), &err, load);
    assert_refused(nucleus_metadata_load_at(AT_FDCWD, NULL, &err), &err, "ret_metadata is NULL");
    nucleus_metadata_clear(&metadata);
}

static void strings_may_be_replaced_by_hand(void **state)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    size_t len;
    char *text = read_data("nucleus-0.3.8-metadata-cgroup.json", &len);

    (void)state;
    assert_status(nucleus_metadata_from_json(text, len, &metadata, &err), NUCLEUS_OK, &err);
    free(text);
    free(metadata.command[1]);
    metadata.command[1] = copy_text("-c");
    free(metadata.resource_limits->io_limits[0].device);
    metadata.resource_limits->io_limits[0].device = copy_text("9:9");
    free(metadata.container_name);
    metadata.container_name = copy_text("other");
    assert_status(nucleus_metadata_to_json(&metadata, &text, &len, &err), NUCLEUS_OK, &err);
    assert_contains(text, "\"other\"");
    assert_contains(text, "\"-c\"");
    assert_contains(text, "\"9:9\"");
    free(text);
    nucleus_metadata_clear(&metadata);
}

static void clearing_twice_is_fine(void **state)
{
    static const struct nucleus_metadata zero;
    struct nucleus_metadata metadata = sample_metadata("a");

    (void)state;
    nucleus_metadata_clear(&metadata);
    assert_memory_equal(&metadata, &zero, sizeof zero);
    nucleus_metadata_clear(&metadata);
    nucleus_metadata_clear(NULL);
}

/* A host's cJSON hooks: memory with a header, so that free() of it would crash. */
static void *hook_malloc(size_t size)
{
    char *block = malloc(size + 16);

    return block ? block + 16 : NULL;
}

static void hook_free(void *block)
{
    if (block)
        free((char *)block - 16);
}

static void nothing_of_cjson_s_memory_is_handed_out(void **state)
{
    cJSON_Hooks hooks = {hook_malloc, hook_free};
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    size_t len;
    char *text = read_data("nucleus-0.3.8-metadata-cgroup.json", &len);

    (void)state;
    cJSON_InitHooks(&hooks);
    assert_status(nucleus_metadata_from_json(text, len, &metadata, &err), NUCLEUS_OK, &err);
    cJSON_InitHooks(NULL);
    nucleus_metadata_clear(&metadata);
    free(text);
}

static void the_version_is_one(void **state)
{
    char version[32];

    (void)state;
    (void)snprintf(version, sizeof version, "%d.%d.%d", NUCLEUS_CHECKPOINT_VERSION_MAJOR,
                   NUCLEUS_CHECKPOINT_VERSION_MINOR, NUCLEUS_CHECKPOINT_VERSION_PATCH);
    assert_string_equal(version, NUCLEUS_CHECKPOINT_VERSION);
    assert_string_equal(nucleus_checkpoint_version(), NUCLEUS_CHECKPOINT_VERSION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_state_is_copied_and_stamped),
        cmocka_unit_test(a_state_that_cannot_be_saved_is_refused),
        cmocka_unit_test(null_is_refused),
        cmocka_unit_test(strings_may_be_replaced_by_hand),
        cmocka_unit_test(clearing_twice_is_fine),
        cmocka_unit_test(nothing_of_cjson_s_memory_is_handed_out),
        cmocka_unit_test(the_version_is_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
