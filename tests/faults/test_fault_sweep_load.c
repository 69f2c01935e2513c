/* SPDX-License-Identifier: MIT */
/*
 * Each system call of a load, and of the reading of a cgroup's limits, fails in each way it can.
 * The whole file comes out or nothing does; no descriptor is left, no file is changed.
 */
#include "system_faults.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "memory_faults.h"

/* How a lookup fails; ENOENT and ENOTDIR are the caller's. */
#define LOOKUP_FAILURES                                                                            \
    MEANS(ELOOP, NUCLEUS_ERROR_SYMLINK), REFUSED(EACCES), REFUSED(EIO), REFUSED(ENOMEM)

#define OPENING_FAILURES                                                                           \
    LOOKUP_FAILURES, MEANS(ENXIO, NUCLEUS_ERROR_NOT_REGULAR), RETRIED(EINTR), REFUSED(EMFILE),     \
        REFUSED(ENFILE), REFUSED(EPERM)

#define READING_FAILURES                                                                           \
    RETRIED(EINTR), SHORT_GIVES(NUCLEUS_OK), REFUSED(EAGAIN), REFUSED(EIO), REFUSED(EISDIR)

#define NO_DIRECTORY MEANS(ENOTDIR, NUCLEUS_ERROR_NOT_DIRECTORY)

static const struct step load_steps[] = {
    {CALL_FSTATAT, OBJECT_FILE, "cannot load '",
     .answers = {{FAILS, ENOENT, NUCLEUS_OK, NUCLEUS_ERROR_NOT_FOUND},
                 RETRIED(ESTALE),
                 LOOKUP_FAILURES}},
    {CALL_FSTATAT, OBJECT_FILE, "cannot open directory ", .answers = {NO_DIRECTORY}},
    {CALL_OPENAT, OBJECT_FILE, "cannot load '",
     .answers = {{FAILS, ENOENT, NUCLEUS_OK, NUCLEUS_ERROR_NOT_FOUND},
                 RETRIED(ESTALE),
                 OPENING_FAILURES}},
    {CALL_OPENAT, OBJECT_FILE, "cannot open directory ", .answers = {NO_DIRECTORY}},
    {CALL_FSTAT, OBJECT_FILE, "cannot load '",
     .answers = {RETRIED(ESTALE), REFUSED(EIO), REFUSED(ENOMEM)}},
    {CALL_READ, OBJECT_FILE, "cannot load '", .answers = {RETRIED(ESTALE), READING_FAILURES}},
    {CALL_CLOSE, OBJECT_FILE, NULL, .answers = {IGNORED(EINTR), IGNORED(EIO)}},
};

/* A file that is not there is an error of the system here, but for io.max. */
static const struct step cgroup_steps[] = {
    {CALL_OPENAT, OBJECT_DIRECTORY, "cannot open cgroup directory '",
     .answers = {REFUSED(ENOENT), NO_DIRECTORY, OPENING_FAILURES}},
    {CALL_FSTATAT, OBJECT_FILE, "cannot read '",
     .answers = {REFUSED(ENOENT), NO_DIRECTORY, LOOKUP_FAILURES}},
    {CALL_OPENAT, OBJECT_FILE, "cannot read '",
     .answers = {REFUSED(ENOENT), NO_DIRECTORY, OPENING_FAILURES}},
    {CALL_FSTAT, OBJECT_FILE, "cannot read '", .answers = {REFUSED(EIO), REFUSED(ENOMEM)}},
    {CALL_READ, OBJECT_FILE, "cannot read '", .answers = {READING_FAILURES, REFUSED(ENODEV)}},
    {CALL_CLOSE, OBJECT_FILE, NULL, .answers = {IGNORED(EINTR), IGNORED(EIO)}},
    {CALL_FSTATAT, OBJECT_IO_MAX, "io.max'",
     .answers = {IGNORED(ENOENT), NO_DIRECTORY, LOOKUP_FAILURES}},
    {CALL_OPENAT, OBJECT_IO_MAX, "io.max'",
     .answers = {IGNORED(ENOENT), NO_DIRECTORY, OPENING_FAILURES}},
    {CALL_FSTAT, OBJECT_IO_MAX, "io.max'", .answers = {REFUSED(EIO)}},
    {CALL_READ, OBJECT_IO_MAX, "io.max'", .answers = {READING_FAILURES}},
    {CALL_CLOSE, OBJECT_IO_MAX, NULL, .answers = {IGNORED(EIO)}},
    {CALL_CLOSE, OBJECT_DIRECTORY, NULL, .answers = {IGNORED(EINTR), IGNORED(EIO)}},
};

enum {
    LOAD_STEPS = sizeof load_steps / sizeof load_steps[0],
    CGROUP_STEPS = sizeof cgroup_steps / sizeof cgroup_steps[0],
    LIMIT = 100, /* bytes a read, for several reads a file */
};

static struct {
    const char *dir;
    int dirfd; /* -1: nucleus_metadata_load() */
    char *text;
    size_t len;
} fixture;

/* What a call gave. */
struct outcome {
    enum nucleus_status status;
    struct nucleus_error err;
    struct nucleus_metadata metadata;
};

static int make_fixture(void **state)
{
    (void)make_directory(state);
    fixture.dir = *state;
    fixture.dirfd = -1;
    fixture.text = read_data("nucleus-0.3.8-metadata-cgroup.json", &fixture.len);
    count_cjson_memory();
    return 0;
}

static int remove_fixture(void **state)
{
    clear_faults();
    set_scenario(NULL);
    pause_memory();
    ignore_cjson_memory();
    free(fixture.text);
    return remove_directory(state);
}

/* All of metadata is still as memset left it, and all memory was given back. */
static void check_nothing(const struct nucleus_metadata *metadata)
{
    const unsigned char *bytes = (const unsigned char *)metadata;
    size_t count = 0;

    for (size_t i = 0; i < sizeof *metadata; i++)
        count += bytes[i] == 0xa5;
    check(count == sizeof *metadata, "the output is untouched");
    check(count_blocks() == 0, "no memory is lost");
}

/* The only memory that is left is the metadata's. */
static void clear_metadata(struct nucleus_metadata *metadata)
{
    resume_memory();
    nucleus_metadata_clear(metadata);
    pause_memory();
    check(count_blocks() == 0, "no memory is lost");
}

static void check_metadata(struct nucleus_metadata *metadata, const char *text)
{
    char *found;
    size_t len;

    assert_int_equal(nucleus_metadata_to_json(metadata, &found, &len, NULL), NUCLEUS_OK);
    check(strcmp(found, text) == 0, "the metadata is whole");
    free(found);
    clear_metadata(metadata);
}

static struct outcome load(void)
{
    size_t descriptors = count_descriptors();
    struct outcome outcome;

    memset(&outcome, 0xa5, sizeof outcome);
    begin_faults();
    outcome.status = fixture.dirfd >= 0
                         ? nucleus_metadata_load_at(fixture.dirfd, &outcome.metadata, &outcome.err)
                         : nucleus_metadata_load(fixture.dir, &outcome.metadata, &outcome.err);
    (void)end_faults();
    check(count_descriptors() == descriptors, "no descriptor is left or lost");
    if (outcome.status != NUCLEUS_OK)
        check_nothing(&outcome.metadata);
    return outcome;
}

static void check_load(const struct outcome *outcome, const struct expected *expected)
{
    check_error(expected, outcome->status, &outcome->err,
                fixture.dirfd >= 0 ? "metadata.json'" : fixture.dir);
}

static void load_as_swept(void)
{
    struct expected expected;
    struct outcome outcome;

    limit_transfers(LIMIT);
    outcome = load();
    expected = expected_by_sweep();
    check_load(&outcome, &expected);
    if (outcome.status == NUCLEUS_OK)
        check_metadata(&outcome.metadata, fixture.text);
}

static void check_made(const bool *made, const struct step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!made[i])
            fail_msg("nothing came to row %zu, %s of %s", i, call_name(steps[i].kind),
                     object_name(steps[i].object));
    }
}

static void load_says_what_each_fault_means(void **state)
{
    bool made[LOAD_STEPS] = {false};
    char *text;

    (void)state;
    write_file(path_in(fixture.dir, "metadata.json"), fixture.text, fixture.len);
    set_scenario("load");
    sweep(load_steps, LOAD_STEPS, load_as_swept, made);
    set_scenario("load_at");
    fixture.dirfd = open(fixture.dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    sweep(load_steps, LOAD_STEPS, load_as_swept, made);
    (void)close(fixture.dirfd);
    check_made(made, load_steps, LOAD_STEPS);
    assert_int_equal(count_names(fixture.dir), 1);
    text = read_file(path_in(fixture.dir, "metadata.json"), NULL);
    assert_string_equal(text, fixture.text);
    free(text);
}

static void load_keeps_its_promises_whichever_call_fails(void **state)
{
    enum { LAST_ERRNO = 140 }; /* Linux's numbers, and some that nobody has */

    (void)state;
    write_file(path_in(fixture.dir, "metadata.json"), fixture.text, fixture.len);
    for (int os_error = 1; os_error <= LAST_ERRNO; os_error++) {
        for (size_t n = 1; n == 1 || count_faults() > 0; n++) {
            struct outcome outcome;

            clear_faults();
            add_fault((struct fault){.os_error = os_error}, n, n % 2 ? SIZE_MAX : n);
            outcome = load();
            if (outcome.status == NUCLEUS_OK)
                check_metadata(&outcome.metadata, fixture.text);
            else
                check(outcome.err.os_error == os_error, "os_error is that of the call");
        }
    }
}

/* A file that is being replaced is tried ten times; the last answer counts. */
static void load_starts_again_nine_times(void **state)
{
    static const struct {
        struct fault fault;
        size_t tries;
        enum nucleus_status in_the_end;
    } rows[] = {
        {{CALL_FSTATAT, OBJECT_FILE, FAILS, ESTALE}, 10, NUCLEUS_ERROR_IO},
        {{CALL_OPENAT, OBJECT_FILE, FAILS, ESTALE}, 10, NUCLEUS_ERROR_IO},
        {{CALL_OPENAT, OBJECT_FILE, FAILS, ENOENT}, 10, NUCLEUS_ERROR_NOT_FOUND},
        {{CALL_FSTAT, OBJECT_FILE, FAILS, ESTALE}, 10, NUCLEUS_ERROR_IO},
        {{CALL_READ, OBJECT_FILE, FAILS, ESTALE}, 10, NUCLEUS_ERROR_IO},
        {{CALL_FSTATAT, OBJECT_FILE, FAILS, ENOENT}, 10, NUCLEUS_ERROR_NOT_FOUND},
        {{CALL_READ, OBJECT_FILE, FAILS, EIO}, 1, NUCLEUS_ERROR_IO},
    };

    (void)state;
    write_file(path_in(fixture.dir, "metadata.json"), fixture.text, fixture.len);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct expected expected = {rows[i].in_the_end, rows[i].fault.os_error, "cannot load '"};
        struct outcome outcome;

        clear_faults();
        add_fault(rows[i].fault, 1, SIZE_MAX);
        outcome = load();
        check_load(&outcome, &expected);
        check(count_faults() == rows[i].tries, "it is tried that often");
        clear_faults();
        if (rows[i].tries > 1)
            add_fault(rows[i].fault, 1, rows[i].tries - 1);
        outcome = load();
        check(outcome.status == NUCLEUS_OK, "the last try counts");
        check_metadata(&outcome.metadata, fixture.text);
    }
}

/* In each of the first tries, right before a read, counted from 1, the file gets another size;
 * when it is looked for again it is whole. */
static struct {
    size_t tries; /* that are spoiled */
    size_t at;
    off_t size;
    size_t tried;
    size_t reads; /* of this try */
} change;

static void change_size(struct call *call)
{
    if (call->kind == CALL_FSTATAT) {
        write_file(path_in(fixture.dir, "metadata.json"), fixture.text, fixture.len);
        change.tried++;
        change.reads = 0;
    }
    if (call->kind != CALL_READ)
        return;
    call->size = call->size < LIMIT ? call->size : LIMIT;
    if (++change.reads == change.at && change.tried <= change.tries)
        assert_int_equal(truncate(path_in(fixture.dir, "metadata.json"), change.size), 0);
}

static struct outcome load_while_it_changes(size_t tries, size_t at, int by)
{
    struct outcome outcome;

    write_file(path_in(fixture.dir, "metadata.json"), fixture.text, fixture.len);
    memset(&outcome, 0xa5, sizeof outcome);
    memset(&change, 0, sizeof change);
    change.tries = tries;
    change.at = at;
    change.size = (off_t)fixture.len + by;
    watch_calls(change_size, NULL);
    begin_memory(1, 0);
    outcome.status = nucleus_metadata_load(fixture.dir, &outcome.metadata, &outcome.err);
    pause_memory();
    check(!unwatch_calls().misuse, "no descriptor is left");
    return outcome;
}

static void load_refuses_a_file_that_changes_its_size(void **state)
{
    static const struct expected unchanged = {.status = NUCLEUS_OK};
    static const struct expected changed = {NUCLEUS_ERROR_IO, 0,
                                            "': file changed size while being read"};
    static const struct {
        const char *name;
        int by; /* bytes */
    } rows[] = {{"one byte less", -1}, {"half of it", -400}, {"one more", 1}, {"4 KiB more", 4096}};
    struct outcome outcome = load_while_it_changes(9, 3, 1);
    size_t reads = change.reads;

    (void)state;
    check_load(&outcome, &unchanged);
    check_metadata(&outcome.metadata, fixture.text);
    assert_true(reads > 5);
    assert_int_equal(change.tried, 10);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (size_t at = 1; at <= reads; at++) {
            set_scenario(rows[i].name);
            outcome = load_while_it_changes(SIZE_MAX, at, rows[i].by);
            check_load(&outcome, &changed);
            check_nothing(&outcome.metadata);
            assert_int_equal(change.tried, 10);
        }
    }
}

static void capture_as_swept(void)
{
    static char *const command[] = {"true", NULL};
    struct nucleus_container_state container = {
        .id = "id", .name = "name", .command = command, .cgroup_path = TEST_DATA "/cgroup"};
    size_t descriptors = count_descriptors();
    struct expected expected;
    struct outcome outcome;

    limit_transfers(3);
    memset(&outcome, 0xa5, sizeof outcome);
    begin_faults();
    outcome.status = nucleus_metadata_from_state(&container, &outcome.metadata, &outcome.err);
    (void)end_faults();
    check(count_descriptors() == descriptors, "no descriptor is left or lost");
    expected = expected_by_sweep();
    check_error(&expected, outcome.status, &outcome.err, container.cgroup_path);
    if (outcome.status != NUCLEUS_OK) {
        check_nothing(&outcome.metadata);
        return;
    }
    check(outcome.metadata.resource_limits->memory_bytes.value == 536870912, "limits are whole");
    check(outcome.metadata.resource_limits->pids_max.value == 256, "limits are whole to the end");
    clear_metadata(&outcome.metadata);
}

static void from_state_says_what_each_fault_means(void **state)
{
    bool made[CGROUP_STEPS] = {false};

    (void)state;
    set_scenario("from_state with a cgroup");
    sweep(cgroup_steps, CGROUP_STEPS, capture_as_swept, made);
    check_made(made, cgroup_steps, CGROUP_STEPS);
}

#define LOAD_TEST(test) cmocka_unit_test_setup_teardown(test, make_fixture, remove_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOAD_TEST(load_says_what_each_fault_means),
        LOAD_TEST(load_keeps_its_promises_whichever_call_fails),
        LOAD_TEST(load_starts_again_nine_times),
        LOAD_TEST(load_refuses_a_file_that_changes_its_size),
        LOAD_TEST(from_state_says_what_each_fault_means),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
