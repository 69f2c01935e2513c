/* SPDX-License-Identifier: MIT */
/* Makes each allocation of the library and of cJSON fail. The call must report this, free
 * everything that it has allocated, and leave its output and the file unchanged. */
#include "memory_faults.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

static const char document[] =
    "{\"container_id\":\"a\\n\",\"container_name\":\"\\u00e9\",\"original_pid\":1,"
    "\"command\":[\"\\\"\",\"b\"],\"checkpoint_at\":18446744073709551615,\"version\":\"1\\t\","
    "\"using_gvisor\":true,\"rootl\\u0065ss\":false,\"unkn\\u006fwn\":[\"\\\\\"],"
    "\"cgroup_path\":\"/\\/\",\"resource_limits\":{\"cpu_period_us\":1,"
    "\"io_limits\":[{\"device\":\"8:0\"},{\"device\":\"\\u0038:1\"}]}}";
static const char state_document[] =
    "{\"id\":\"a\\n\",\"name\":\"\\u00e9\",\"pid\":1,\"command\":[\"\\\"\",\"b\"],"
    "\"using_gvisor\":false,\"rootless\":true,\"cgroup_path\":\"/c\"}";

static struct nucleus_metadata metadata; /* of the document, but with a name of 2,000 bytes */
static struct nucleus_metadata output;

/* Clears the output of a call that succeeded, or checks that it is untouched. */
static enum nucleus_status clear_output(enum nucleus_status status)
{
    if (status == NUCLEUS_OK)
        nucleus_metadata_clear(&output);
    else
        assert_true(is_poisoned(&output, sizeof output));
    return status;
}

static enum nucleus_status from_state(const char *cgroup, struct nucleus_error *err)
{
    return clear_output(sample_from_state(cgroup, &output, err));
}

static enum nucleus_status from_empty_command(const char *name, struct nucleus_error *err)
{
    static char *const command[] = {NULL, "after the end", NULL};
    const struct nucleus_container_state state = {.id = name, .name = name, .command = command};

    return clear_output(nucleus_metadata_from_state(&state, &output, err));
}

static enum nucleus_status to_json(const char *unused, struct nucleus_error *err)
{
    size_t len = SIZE_MAX;
    char *text = NULL;
    enum nucleus_status status = nucleus_metadata_to_json(&metadata, &text, &len, err);

    (void)unused;
    assert_true((status == NUCLEUS_OK) == (text && len != SIZE_MAX));
    free(text);
    return status;
}

static enum nucleus_status from_json(const char *text, struct nucleus_error *err)
{
    return clear_output(nucleus_metadata_from_json(text, strlen(text), &output, err));
}

static enum nucleus_status read_state(const char *text, struct nucleus_error *err)
{
    struct nucleus_state_document state;
    enum nucleus_status status;

    poison(&state, sizeof state);
    status = nucleus_state_document_from_json(text, strlen(text), &state, err);
    if (status == NUCLEUS_OK)
        nucleus_state_document_clear(&state);
    else
        assert_true(is_poisoned(&state, sizeof state));
    return status;
}

static enum nucleus_status save(const char *dir, struct nucleus_error *err)
{
    return nucleus_metadata_save(&metadata, dir, err);
}

static enum nucleus_status load(const char *dir, struct nucleus_error *err)
{
    return clear_output(nucleus_metadata_load(dir, &output, err));
}

static void documents(void)
{
    nucleus_metadata_clear(&metadata);
    assert_int_equal(nucleus_metadata_from_json(document, strlen(document), &metadata, NULL),
                     NUCLEUS_OK);
    free(metadata.container_name);
    metadata.container_name = calloc(1, 2001);
    assert_non_null(metadata.container_name);
    memset(metadata.container_name, 'n', 2000);
    assert_int_equal(save_sample("old", ".", NULL), NUCLEUS_OK);
}

static const struct row {
    const char *name;
    enum nucleus_status (*call)(const char *argument, struct nucleus_error *err);
    const char *argument;
    const char *message; /* how the message begins */
    size_t allocations;  /* minimum number */
} rows[] = {
    {"from_state", from_state, NULL, "out of memory", 5},
    {"from_state with an empty command", from_empty_command, "a", "out of memory", 4},
    {"from_state with a cgroup", from_state, TEST_DATA "/cgroup", "", 10},
    {"to_json", to_json, NULL, "out of memory", 1},
    {"from_json", from_json, document, "out of memory", 16},
    {"state_document_from_json", read_state, state_document, "out of memory", 8},
    {"save", save, ".", "cannot save './metadata.json': out of memory", 1},
    {"load", load, ".", "cannot load './metadata.json': out of memory", 7},
};

/* Makes the call while the allocations from first to last fail. Returns how many failed. */
static size_t run(const struct row *row, size_t first, size_t last)
{
    /* A load that cannot allocate memory for the text of the file tries again. */
    const bool is_retried = row->call == load && first == 1 && last == 1;
    const size_t descriptors = count_descriptors();
    enum nucleus_status status;
    struct nucleus_error err;
    bool fails;

    poison(&output, sizeof output);
    poison(&err, sizeof err);
    begin_memory(first, last);
    status = row->call(row->argument, &err);
    if (end_memory() != 0)
        fail_msg("allocations %zu to %zu: memory is leaked", first, last);
    fails = count_failed_allocations() > 0 && !is_retried;
    assert_status(status, fails ? NUCLEUS_ERROR_NO_MEMORY : NUCLEUS_OK, &err);
    assert_int_equal(err.os_error, 0);
    assert_true(!fails || strncmp(err.message, row->message, strlen(row->message)) == 0);
    assert_contains(err.message, fails ? "out of memory" : "");
    assert_int_equal(count_descriptors(), descriptors);
    assert_true(!fails || has_saved(".", "old"));
    assert_int_equal(count_names("."), 1);
    return count_failed_allocations();
}

TEST_EACH_IN(documents, rows, a_failed_allocation_is_reported_and_changes_nothing)
{
    size_t n = 1;

    for (; run(row, n, SIZE_MAX) > 0; n++)
        (void)run(row, n, n);
    assert_true(n > row->allocations);
}
