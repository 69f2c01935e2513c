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

/* A name that takes more room than the text has so far, wherever it stands. */
static char *long_name(void)
{
    char *name = calloc(1, 2000);

    assert_non_null(name);
    return memset(name, 'n', 1999);
}

static int make_fixture(void **state)
{
    struct nucleus_error err;

    (void)make_directory(state);
    fixture.dir = *state;
    fixture.dirfd = open(fixture.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(fixture.dirfd >= 0);
    assert_status(save_sample("old", fixture.dir, &err), NUCLEUS_OK, &err);
    fixture.with_limits = read_data("nucleus-0.3.8-metadata-cgroup.json", NULL);
    fixture.state_document = read_data("nucleus-0.3.8-state-cgroup.json", NULL);
    assert_status(nucleus_metadata_from_json(fixture.with_limits, strlen(fixture.with_limits),
                                             &fixture.metadata, &err),
                  NUCLEUS_OK, &err);
    free(fixture.metadata.container_name);
    fixture.metadata.container_name = long_name();
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

static enum nucleus_status without_cgroup(union output *ret, struct nucleus_error *err)
{
    return sample_from_state(NULL, &ret->metadata, err);
}

/* What stands behind the end of the list is not of it. */
static enum nucleus_status without_command(union output *ret, struct nucleus_error *err)
{
    static char *const command[] = {NULL, "behind", NULL};
    const struct nucleus_container_state state = {.id = "id", .name = "name", .command = command};

    return nucleus_metadata_from_state(&state, &ret->metadata, err);
}

static enum nucleus_status with_cgroup(union output *ret, struct nucleus_error *err)
{
    return sample_from_state(TEST_DATA "/cgroup", &ret->metadata, err);
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
    {"from_state", without_cgroup, clear_metadata, "out of memory", 5},
    {"from_state without a command", without_command, clear_metadata, "out of memory", 4},
    {"from_state with a cgroup", with_cgroup, clear_metadata, "", 10},
    {"to_json", to_json, free_text, "out of memory", 1},
    {"from_json", from_json, clear_metadata, "out of memory", 11},
    {"from_json, escapes", from_escaped_json, clear_metadata, "out of memory", 9},
    {"state_document_from_json", read_state, clear_state, "out of memory", 5},
    {"save", save, nothing, "cannot save 'nucleus-test-", 1},
    {"save_at", save_at, nothing, "cannot save 'metadata.json': ", 1},
    {"load", load, clear_metadata, "cannot load 'nucleus-test-", 11},
    {"load_at", load_at, clear_metadata, "cannot load 'metadata.json': ", 11},
};

/* The action at hand, and the allocations that fail. */
static struct {
    const struct action *action;
    size_t first, last;
} run;

static void check(bool is_true, const char *what)
{
    if (!is_true)
        fail_msg("%s, allocation %zu%s: not so: %s", run.action->name, run.first,
                 run.last > run.first ? " and on" : "", what);
}

static void check_error(const struct nucleus_error *err)
{
    static const char reason[] = "out of memory";
    const char *message = err->message;
    size_t begin = strlen(run.action->message);

    check(err->status == NUCLEUS_ERROR_NO_MEMORY && err->os_error == 0, "err says so");
    check(strncmp(message, run.action->message, begin) == 0, "the message says what failed");
    check(strlen(message) >= sizeof reason - 1 &&
              strcmp(message + strlen(message) - (sizeof reason - 1), reason) == 0,
          "the message ends with the reason");
}

/* A load that gets no memory for the text of the file looks at it once more. */
static bool is_tried_again(void)
{
    return strncmp(run.action->name, "load", 4) == 0 && run.first == 1 && run.last == 1;
}

/* Acts while memory is short. */
static void act(void)
{
    char *old_text = read_file(path_in(fixture.dir, "metadata.json"), NULL);
    size_t descriptors = count_descriptors();
    union output output;
    enum nucleus_status status;
    struct nucleus_error err;
    char *text;

    poison(&output, sizeof output);
    poison(&err, sizeof err);
    begin_memory(run.first, run.last);
    status = run.action->call(&output, &err);
    if (status == NUCLEUS_OK)
        run.action->release(&output);
    pause_memory();
    check(count_blocks() == 0, "no memory is lost");
    check(count_descriptors() == descriptors, "no descriptor is lost");
    check((status == NUCLEUS_OK) == (count_failed_allocations() == 0 || is_tried_again()),
          "it fails if it has to");
    check(status == err.status, "err has the status");
    text = read_file(path_in(fixture.dir, "metadata.json"), NULL);
    if (status != NUCLEUS_OK) {
        check_error(&err);
        check(is_poisoned(&output, sizeof output), "the output is untouched");
        check(strcmp(text, old_text) == 0, "the file is untouched");
    }
    check(count_names(fixture.dir) == 1, "no temporary file is left");
    free(text);
    free(old_text);
}

/* At the first allocation, the second, and so on until the shortage comes too late. */
static void sweep(bool forever)
{
    run.first = 0;
    do {
        run.first++;
        run.last = forever ? SIZE_MAX : run.first;
        act();
    } while (count_failed_allocations() > 0);
    check(run.first > run.action->allocations, "it makes more allocations");
}

static void a_shortage_of_memory_is_reported_and_leaves_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(actions); i++) {
        run.action = &actions[i];
        sweep(false);
        sweep(true);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_shortage_of_memory_is_reported_and_leaves_nothing,
                                        make_fixture, remove_fixture),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
