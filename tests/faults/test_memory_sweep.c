/* SPDX-License-Identifier: MIT */
/*
 * Each allocation fails, of the library and of cJSON: the first, the second, and so on, once and
 * from then on. The call says that memory is short, gives all back and leaves everything as it
 * was.
 */
#include "support.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "memory_faults.h"

static const char escaped_document[] =
    "{\"container_id\":\"a\\n\",\"container_name\":\"\\u00e9\",\"original_pid\":1,"
    "\"command\":[\"\\\"\"],\"checkpoint_at\":18446744073709551615,\"version\":\"1\\t\","
    "\"using_gvisor\":true,\"rootl\\u0065ss\":false,\"unkn\\u006fwn\":[\"\\\\\"]}";

static struct {
    const char *dir; /* has the old file */
    int dirfd;
    char *with_limits, *state_document; /* texts */
    struct nucleus_metadata metadata;
} fixture;

/* What a call puts out. */
union output {
    struct nucleus_metadata metadata;
    struct nucleus_state_document document;
    char *text;
};

static int make_fixture(void **state)
{
    struct nucleus_metadata old = sample_metadata("old");
    struct nucleus_error err;

    (void)make_directory(state);
    fixture.dir = *state;
    fixture.dirfd = open(fixture.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(fixture.dirfd >= 0);
    assert_status(nucleus_metadata_save(&old, fixture.dir, &err), NUCLEUS_OK, &err);
    nucleus_metadata_clear(&old);
    fixture.with_limits = read_data("nucleus-0.3.8-metadata-cgroup.json", NULL);
    fixture.state_document = read_data("nucleus-0.3.8-state-cgroup.json", NULL);
    assert_status(nucleus_metadata_from_json(fixture.with_limits, strlen(fixture.with_limits),
                                             &fixture.metadata, &err),
                  NUCLEUS_OK, &err);
    count_cjson_memory();
    return 0;
}

static int remove_fixture(void **state)
{
    pause_memory();
    ignore_cjson_memory();
    nucleus_metadata_clear(&fixture.metadata);
    free(fixture.with_limits);
    free(fixture.state_document);
    (void)close(fixture.dirfd);
    return remove_directory(state);
}

static enum nucleus_status from_state(const char *cgroup_path, union output *ret,
                                      struct nucleus_error *err)
{
    static char *const command[] = {"nginx", "-g", "daemon off;", NULL};
    const struct nucleus_container_state state = {
        .id = "id", .name = "name", .command = command, .cgroup_path = cgroup_path};

    return nucleus_metadata_from_state(&state, &ret->metadata, err);
}

static enum nucleus_status without_cgroup(union output *ret, struct nucleus_error *err)
{
    return from_state(NULL, ret, err);
}

static enum nucleus_status with_cgroup(union output *ret, struct nucleus_error *err)
{
    return from_state(TEST_DATA "/cgroup", ret, err);
}

static enum nucleus_status to_json(union output *ret, struct nucleus_error *err)
{
    size_t len = SIZE_MAX;
    enum nucleus_status status = nucleus_metadata_to_json(&fixture.metadata, &ret->text, &len, err);

    assert_true((status == NUCLEUS_OK) == (len != SIZE_MAX));
    return status;
}

static enum nucleus_status from_json(union output *ret, struct nucleus_error *err)
{
    return nucleus_metadata_from_json(fixture.with_limits, strlen(fixture.with_limits),
                                      &ret->metadata, err);
}

static enum nucleus_status from_escaped_json(union output *ret, struct nucleus_error *err)
{
    return nucleus_metadata_from_json(escaped_document, sizeof escaped_document - 1, &ret->metadata,
                                      err);
}

static enum nucleus_status read_state(union output *ret, struct nucleus_error *err)
{
    return nucleus_state_document_from_json(fixture.state_document, strlen(fixture.state_document),
                                            &ret->document, err);
}

static enum nucleus_status save(union output *ret, struct nucleus_error *err)
{
    (void)ret;
    return nucleus_metadata_save(&fixture.metadata, fixture.dir, err);
}

static enum nucleus_status save_at(union output *ret, struct nucleus_error *err)
{
    (void)ret;
    return nucleus_metadata_save_at(&fixture.metadata, fixture.dirfd, err);
}

static enum nucleus_status load(union output *ret, struct nucleus_error *err)
{
    return nucleus_metadata_load(fixture.dir, &ret->metadata, err);
}

static enum nucleus_status load_at(union output *ret, struct nucleus_error *err)
{
    return nucleus_metadata_load_at(fixture.dirfd, &ret->metadata, err);
}

static void clear_metadata(union output *output)
{
    nucleus_metadata_clear(&output->metadata);
}

static void clear_state(union output *output)
{
    nucleus_state_document_clear(&output->document);
}

static void free_text(union output *output)
{
    free(output->text);
}

static void nothing(union output *output)
{
    (void)output;
}

static const struct action {
    const char *name;
    enum nucleus_status (*call)(union output *ret, struct nucleus_error *err);
    void (*release)(union output *output);
    const char *message; /* of its failure: the beginning */
    size_t allocations;  /* it makes, at least */
} actions[] = {
    {"from_state", without_cgroup, clear_metadata, "out of memory", 8},
    {"from_state with a cgroup", with_cgroup, clear_metadata, "", 12},
    {"to_json", to_json, free_text, "out of memory", 1},
    {"from_json", from_json, clear_metadata, "out of memory", 14},
    {"from_json, escapes", from_escaped_json, clear_metadata, "out of memory", 12},
    {"state_document_from_json", read_state, clear_state, "out of memory", 8},
    {"save", save, nothing, "cannot save 'nucleus-test-", 1},
    {"save_at", save_at, nothing, "cannot save 'metadata.json': ", 1},
    {"load", load, clear_metadata, "cannot load 'nucleus-test-", 14},
    {"load_at", load_at, clear_metadata, "cannot load 'metadata.json': ", 14},
};

enum { ACTIONS = sizeof actions / sizeof actions[0] };

static bool is_untouched(const union output *output)
{
    const unsigned char *bytes = (const unsigned char *)output;
    size_t count = 0;

    for (size_t i = 0; i < sizeof *output; i++)
        count += bytes[i] == 0xa5;
    return count == sizeof *output;
}

static const char *wrong_error(const struct action *action, const struct nucleus_error *err)
{
    static const char reason[] = "out of memory";
    size_t len = strlen(err->message);

    if (err->status != NUCLEUS_ERROR_NO_MEMORY || err->os_error != 0)
        return "err has another status or an os_error";
    if (strncmp(err->message, action->message, strlen(action->message)) != 0)
        return "the message begins otherwise";
    if (len < sizeof reason - 1 || strcmp(err->message + len - (sizeof reason - 1), reason) != 0)
        return "the message gives another reason";
    return NULL;
}

/* Acts while memory is short. Returns what was wrong then; NULL: nothing. */
static const char *act(const struct action *action, size_t first, size_t last)
{
    size_t descriptors = count_descriptors();
    enum nucleus_status status;
    struct nucleus_error err;
    union output output;

    memset(&output, 0xa5, sizeof output);
    memset(&err, 0xa5, sizeof err);
    begin_memory(first, last);
    status = action->call(&output, &err);
    if (status == NUCLEUS_OK)
        action->release(&output);
    pause_memory();
    if (count_blocks() != 0)
        return "memory is lost";
    if (count_descriptors() != descriptors)
        return "descriptors are lost";
    if (count_failed_allocations() == 0)
        return status == NUCLEUS_OK && err.status == NUCLEUS_OK ? NULL : "it failed";
    if (status != NUCLEUS_ERROR_NO_MEMORY)
        return "the status is another";
    return is_untouched(&output) ? wrong_error(action, &err) : "the output was touched";
}

/* At the first allocation, the second, and so on until the shortage comes too late. */
static void sweep(const struct action *action, bool forever)
{
    size_t n = 1;

    do {
        const char *wrong = act(action, n, forever ? SIZE_MAX : n);

        if (wrong)
            fail_msg("%s, allocation %zu%s: %s", action->name, n, forever ? " and on" : "", wrong);
        n++;
    } while (count_failed_allocations() > 0);
    if (n < action->allocations)
        fail_msg("%s made only %zu allocations", action->name, n);
}

static void a_shortage_of_memory_is_reported_and_leaves_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < ACTIONS; i++) {
        sweep(&actions[i], false);
        sweep(&actions[i], true);
    }
}

static void a_save_without_memory_leaves_the_old_file(void **state)
{
    char *old = read_file(path_in(*state, "metadata.json"), NULL);

    for (size_t n = 1; n == 1 || count_failed_allocations() > 0; n++) {
        struct nucleus_error err;
        enum nucleus_status status;
        char *text;

        begin_memory(n, n);
        status = nucleus_metadata_save(&fixture.metadata, *state, &err);
        pause_memory();
        text = read_file(path_in(*state, "metadata.json"), NULL);
        assert_string_equal(text, status == NUCLEUS_OK ? fixture.with_limits : old);
        assert_int_equal(count_names(*state), 1);
        free(text);
    }
    free(old);
}

#define MEMORY_TEST(test) cmocka_unit_test_setup_teardown(test, make_fixture, remove_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        MEMORY_TEST(a_shortage_of_memory_is_reported_and_leaves_nothing),
        MEMORY_TEST(a_save_without_memory_leaves_the_old_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
