/* SPDX-License-Identifier: MIT */
/*
 * Each system call of a load, and of the reading of a cgroup's limits, fails in each way it can.
 * The whole file comes out or nothing does; no descriptor is left, no file is changed.
 */
#include "system_faults.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
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

/* Of a load by a path that is too long for a lookup of DIR/metadata.json: any other load begins
 * with one, and does all this only if that fails. */
static const struct step load_steps[] = {
    {CALL_OPENAT, OBJECT_DIRECTORY, "cannot open directory ",
     .answers = {MEANS(ENOENT, NUCLEUS_ERROR_NOT_FOUND), NO_DIRECTORY, LOOKUP_FAILURES,
                 RETRIED(EINTR), REFUSED(EMFILE)}},
    {CALL_CLOSE, OBJECT_DIRECTORY, NULL, .answers = {IGNORED(EINTR), IGNORED(EIO)}},
    {CALL_FSTATAT, OBJECT_FILE, "cannot load '",
     .answers = {{FAILS, ENOENT, NUCLEUS_OK, NUCLEUS_ERROR_NOT_FOUND},
                 RETRIED(ESTALE),
                 LOOKUP_FAILURES}},
    {CALL_OPENAT, OBJECT_FILE, "cannot load '",
     .answers = {{FAILS, ENOENT, NUCLEUS_OK, NUCLEUS_ERROR_NOT_FOUND},
                 RETRIED(ESTALE),
                 OPENING_FAILURES}},
    {CALL_FSTAT, OBJECT_FILE, "cannot load '",
     .answers = {RETRIED(ESTALE), REFUSED(EIO), REFUSED(ENOMEM)}},
    {CALL_READ, OBJECT_FILE, "cannot load '", .answers = {RETRIED(ESTALE), READING_FAILURES}},
    {CALL_CLOSE, OBJECT_FILE, NULL, .answers = {IGNORED(EINTR), IGNORED(EIO)}},
    {CALL_FSTATFS, OBJECT_DIRECTORY, "cannot load '",
     .answers = {MEANS(EIO, NUCLEUS_ERROR_NOT_FOUND), MEANS(ENOSYS, NUCLEUS_ERROR_NOT_FOUND)},
     .standing = {CALL_FSTATAT, OBJECT_FILE, FAILS, ENOENT}},
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
    LOAD_STEPS = COUNT(load_steps),
    CGROUP_STEPS = COUNT(cgroup_steps),
    LIMIT = 100, /* bytes a read, for several reads a file */
};

enum { BY_PATH, BY_LONG_PATH, AT };

static struct {
    const char *dir;
    int dirfd;
    char long_dir[PATH_MAX];
    size_t way; /* BY_PATH, BY_LONG_PATH or AT */
    char *text;
    size_t len;
} fixture;

static int make_fixture(void **state)
{
    (void)make_directory(state);
    fixture.dir = *state;
    fixture.dirfd = open(fixture.dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_true(fixture.dirfd >= 0);
    (void)snprintf(fixture.long_dir, sizeof fixture.long_dir, "%s", fixture.dir);
    for (size_t len = strlen(fixture.dir); len < PATH_MAX - 8; len = strlen(fixture.long_dir))
        memcpy(fixture.long_dir + len, "/.", sizeof "/.");
    fixture.text = read_data("nucleus-0.3.8-metadata-cgroup.json", &fixture.len);
    write_file(path_in(fixture.dir, "metadata.json"), fixture.text, fixture.len);
    count_cjson_memory();
    return 0;
}

/* Nothing was changed, and nothing was added. */
static int remove_fixture(void **state)
{
    char *text = read_file(path_in(fixture.dir, "metadata.json"), NULL);

    assert_string_equal(text, fixture.text);
    free(text);
    assert_int_equal(count_names(fixture.dir), 1);
    clear_faults();
    set_hook(NULL);
    ignore_cjson_memory();
    assert_int_equal(close(fixture.dirfd), 0);
    free(fixture.text);
    return remove_directory(state);
}

static void act(struct outcome *ret)
{
    if (fixture.way == AT)
        ret->status = nucleus_metadata_load_at(fixture.dirfd, &ret->metadata, &ret->err);
    else
        ret->status = nucleus_metadata_load(fixture.way == BY_PATH ? fixture.dir : fixture.long_dir,
                                            &ret->metadata, &ret->err);
}

static struct outcome load(void)
{
    struct outcome outcome;
    char *found;
    size_t len;

    (void)act_with_faults(act, &outcome);
    if (outcome.status != NUCLEUS_OK)
        return outcome;
    assert_int_equal(nucleus_metadata_to_json(&outcome.metadata, &found, &len, NULL), NUCLEUS_OK);
    check(strcmp(found, fixture.text) == 0, "the metadata is whole");
    free(found);
    clear_outcome(&outcome);
    return outcome;
}

static void enter_load(size_t way)
{
    fixture.way = way;
    set_scenario("load", fixture.way == BY_PATH ? fixture.dir
                         : fixture.way == AT    ? "metadata"
                                                : "...");
    limit_transfers(LIMIT);
}

static void enter_long_load(size_t scenario)
{
    (void)scenario;
    enter_load(BY_LONG_PATH);
}

static void load_says_what_each_fault_means(void **state)
{
    (void)state;
    sweep(load_steps, LOAD_STEPS, enter_long_load, 1, load);
}

static void load_keeps_its_promises_whichever_call_fails(void **state)
{
    (void)state;
    for (size_t way = BY_PATH; way <= AT; way++) {
        enter_load(way);
        limit_transfers(0);
        for (int os_error = 1; os_error <= LAST_ERRNO; os_error++) {
            sweep_all_calls(os_error, false, load);
            sweep_all_calls(os_error, true, load);
        }
    }
}

static void load_succeeds_if_its_second_look_does(void **state)
{
    (void)state;
    for (size_t way = BY_PATH; way <= AT; way += AT) {
        for (size_t i = 0; i < LOAD_STEPS; i++) {
            struct outcome outcome;

            clear_faults();
            enter_load(way);
            add_fault((struct fault){load_steps[i].kind, OBJECT_FILE, FAILS, EACCES}, 1, 1);
            outcome = load();
            check_error(&outcome, NUCLEUS_OK, 0, NULL);
        }
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
    const char *path = path_in(fixture.dir, "metadata.json");

    if (call->kind == CALL_FSTATAT) {
        write_file(path, fixture.text, fixture.len);
        change.tried++;
        change.reads = 0;
    }
    if (call->kind == CALL_READ && ++change.reads == change.at && change.tried <= change.tries)
        assert_int_equal(truncate(path, change.size), 0);
}

static struct outcome load_while_it_changes(size_t tries, size_t at, int by)
{
    memset(&change, 0, sizeof change);
    change.tries = tries;
    change.at = at;
    change.size = (off_t)fixture.len + by;
    return load();
}

static void load_refuses_a_file_that_changes_its_size(void **state)
{
    static const struct {
        const char *name;
        int by; /* bytes */
    } rows[] = {{"one byte less", -1}, {"half of it", -400}, {"one more", 1}, {"4 KiB more", 4096}};
    struct outcome outcome;
    size_t reads;

    (void)state;
    enter_load(BY_LONG_PATH);
    set_hook(change_size);
    outcome = load_while_it_changes(9, 3, 1);
    check_error(&outcome, NUCLEUS_OK, 0, NULL);
    reads = change.reads;
    assert_true(reads > 5);
    assert_int_equal(change.tried, 10);
    for (size_t i = 0; i < COUNT(rows); i++) {
        for (size_t at = 1; at <= reads; at++) {
            set_scenario(rows[i].name, "...");
            outcome = load_while_it_changes(SIZE_MAX, at, rows[i].by);
            check_error(&outcome, NUCLEUS_ERROR_IO, 0, "': file changed size while being read");
            assert_int_equal(change.tried, 10);
        }
    }
    write_file(path_in(fixture.dir, "metadata.json"), fixture.text, fixture.len);
}

static void act_on_cgroup(struct outcome *ret)
{
    ret->status = sample_from_state(TEST_DATA "/cgroup", &ret->metadata, &ret->err);
}

static struct outcome capture(void)
{
    struct outcome outcome;

    (void)act_with_faults(act_on_cgroup, &outcome);
    if (outcome.status != NUCLEUS_OK)
        return outcome;
    check(outcome.metadata.resource_limits->memory_bytes.value == 536870912, "limits are whole");
    check(outcome.metadata.resource_limits->pids_max.value == 256, "limits are whole to the end");
    clear_outcome(&outcome);
    return outcome;
}

static void enter_capture(size_t scenario)
{
    (void)scenario;
    set_scenario("from_state with a cgroup", TEST_DATA "/cgroup");
    limit_transfers(3);
}

static void from_state_says_what_each_fault_means(void **state)
{
    (void)state;
    sweep(cgroup_steps, CGROUP_STEPS, enter_capture, 1, capture);
}

/* io.max goes on and on, a page at a time. */
static void read_newlines(struct call *call)
{
    if (call->kind != CALL_READ || call->object != OBJECT_IO_MAX)
        return;
    call->is_answered = true;
    call->result = call->size < 4096 ? (long)call->size : 4096;
    memset(call->bytes, '\n', (size_t)call->result);
}

static void from_state_refuses_a_file_without_end(void **state)
{
    struct outcome outcome;

    (void)state;
    enter_capture(0);
    limit_transfers(0);
    set_hook(read_newlines);
    outcome = capture();
    set_hook(NULL);
    check_error(&outcome, NUCLEUS_ERROR_SCHEMA, 0, "io.max': longer than 65536 bytes");
}

#define LOAD_TEST(test) cmocka_unit_test_setup_teardown(test, make_fixture, remove_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOAD_TEST(load_says_what_each_fault_means),
        LOAD_TEST(load_keeps_its_promises_whichever_call_fails),
        LOAD_TEST(load_succeeds_if_its_second_look_does),
        LOAD_TEST(load_refuses_a_file_that_changes_its_size),
        cmocka_unit_test(from_state_says_what_each_fault_means), /* descriptor 3 is free */
        cmocka_unit_test(from_state_refuses_a_file_without_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
