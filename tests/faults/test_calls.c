/* SPDX-License-Identifier: MIT */
/*
 * What the library asks of the system: the flags and the mode of each opening, asked for and had,
 * the random bits of which the temporary name is made, and no more of a file than it needs.
 */
#include "support.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "system_calls.h"

enum {
    DIRECTORY = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
    TEMP = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
    INPUT = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
};

/* Loads from an empty directory, as it should. */
static enum nucleus_status load_nothing(const char *dir, struct nucleus_error *err)
{
    char *empty = copy_text(path_in(dir, "empty"));
    enum nucleus_status status;

    assert_int_equal(mkdir(empty, 0700), 0);
    status = load_sample(empty, err);
    assert_int_equal(rmdir(empty), 0);
    free(empty);
    if (status == NUCLEUS_ERROR_NOT_FOUND)
        status = err->status = NUCLEUS_OK;
    return status;
}

/* Every opening of an act belongs to a row. */
static const struct row {
    const char *name;
    act_on_files *act;
    enum call_object object;
    int flags;
    mode_t mode;
} rows[] = {
    {"save", save_new, OBJECT_DIRECTORY, DIRECTORY, 0},
    {"save", save_new, OBJECT_TEMP, TEMP, 0600},
    {"load", load_nothing, OBJECT_DIRECTORY, DIRECTORY | O_PATH, 0},
    {"load", load_sample, OBJECT_FILE, INPUT, 0},
    {"from_state", capture_limits, OBJECT_DIRECTORY, DIRECTORY, 0},
    {"from_state", capture_limits, OBJECT_IO_MAX, INPUT, 0},
    {"from_state", capture_limits, OBJECT_FILE, INPUT, 0},
};

enum { ROWS = COUNT(rows) };

static const struct row *current;
static bool seen[ROWS];
static size_t moves;

static void check_opening(const struct call *call)
{
    struct stat info;

    for (size_t i = 0; i < ROWS; i++) {
        if (rows[i].act != current->act || rows[i].object != call->object)
            continue;
        seen[i] = true;
        if (call->flags != rows[i].flags || call->mode != rows[i].mode)
            fail_msg("%s opens %s with flags %#o, mode %o", rows[i].name, object_name(call->object),
                     (unsigned)call->flags, (unsigned)call->mode);
        /* Nobody else may open it even before the first byte. */
        assert_int_equal(fstat((int)call->result, &info), 0);
        assert_true(rows[i].mode == 0 || (info.st_mode & 07777) == rows[i].mode);
        return;
    }
    fail_msg("%s opens %s", current->name, object_name(call->object));
}

static void after(struct call *call)
{
    if (call->kind != CALL_OPENAT && call->kind != CALL_MOVE_UP)
        return;
    assert_true(call->result >= 0);
    if ((fcntl((int)call->result, F_GETFD) & FD_CLOEXEC) == 0)
        fail_msg("%s lets a child inherit what %s gave", current->name, call_name(call->kind));
    moves += call->kind == CALL_MOVE_UP;
    if (call->kind == CALL_OPENAT)
        check_opening(call);
}

/* With one of the standard descriptors free and a umask that takes nothing. */
static void act(const char *dir, int low)
{
    mode_t mask = umask(0);
    int kept = fcntl(low, F_DUPFD_CLOEXEC, 3);
    struct nucleus_error err;

    (void)close(low);
    (void)!watch_act(current->act, dir, &err, NULL, after);
    assert_int_equal(dup2(kept, low), low);
    assert_int_equal(close(kept), 0);
    (void)umask(mask);
    assert_status(err.status, NUCLEUS_OK, &err);
}

static void each_opening_has_its_flags(void **state)
{
    size_t moves_from_0 = 0;

    assert_int_equal(save_new(*state, NULL), NUCLEUS_OK);
    for (int low = 0; low <= 2; low++) {
        moves = 0;
        for (current = rows; current < rows + ROWS; current++)
            act(*state, low);
        if (low == 0)
            moves_from_0 = moves;
        assert_true(moves > 0);
        assert_int_equal(moves, moves_from_0);
    }
    for (size_t i = 0; i < ROWS; i++)
        assert_true(seen[i]);
}

static uint64_t number;  /* what getrandom gives */
static char created[64]; /* under this name */

static void give_number(struct call *call)
{
    if (call->kind == CALL_OPENAT && call->object == OBJECT_TEMP)
        (void)snprintf(created, sizeof created, "%s", call->path);
    if (call->kind != CALL_GETRANDOM)
        return;
    assert_int_equal(call->size, sizeof number);
    memcpy(call->bytes, &number, sizeof number);
    call->is_answered = true;
    call->result = sizeof number;
}

static void assert_name(const char *dir)
{
    char expected[64];

    (void)snprintf(expected, sizeof expected, ".metadata.json.tmp.%016" PRIx64, number);
    assert_int_equal(watch_act(save_new, dir, NULL, give_number, NULL), NUCLEUS_OK);
    assert_string_equal(created, expected);
}

/* Nothing else goes in: the same bits give the same name again. */
static void a_temporary_name_is_64_random_bits(void **state)
{
    number = UINT64_C(0x0123456789abcdef);
    assert_name(*state);
    for (unsigned bit = 0; bit < 64; bit++) {
        number = UINT64_C(1) << bit;
        assert_name(*state);
        number = ~number;
        assert_name(*state);
        assert_name(*state);
    }
}

static void give_next_number(struct call *call)
{
    give_number(call);
    number += call->kind == CALL_GETRANDOM;
}

/* Whoever has it, and whatever is in it. */
static void a_name_that_is_taken_is_left_alone(void **state)
{
    const char *path = path_in(*state, ".metadata.json.tmp.0000000000000007");
    char *text;

    write_text(path, "of another saver");
    number = 7;
    assert_int_equal(watch_act(save_new, *state, NULL, give_next_number, NULL), NUCLEUS_OK);
    assert_string_equal(created, ".metadata.json.tmp.0000000000000008");
    assert_true(has_saved(*state, "new"));
    text = read_file(path, NULL);
    assert_string_equal(text, "of another saver");
    free(text);
}

static size_t reads;

static void count_reads(struct call *call)
{
    reads += call->kind == CALL_READ;
}

/* Its size tells enough, to the byte. */
static void a_file_that_is_too_large_is_not_read(void **state)
{
    const char *path = path_in(*state, "metadata.json");

    write_text(path, "");
    for (off_t size = NUCLEUS_CHECKPOINT_MAX_BYTES; size <= NUCLEUS_CHECKPOINT_MAX_BYTES + 1;
         size++) {
        const bool is_large = size > NUCLEUS_CHECKPOINT_MAX_BYTES;

        assert_int_equal(truncate(path, size), 0);
        reads = 0;
        assert_int_equal(watch_act(load_sample, *state, NULL, count_reads, NULL),
                         is_large ? NUCLEUS_ERROR_TOO_LARGE : NUCLEUS_ERROR_SYNTAX);
        assert_true((reads == 0) == is_large);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_opening_has_its_flags),
        TEST(a_temporary_name_is_64_random_bits),
        TEST(a_name_that_is_taken_is_left_alone),
        TEST(a_file_that_is_too_large_is_not_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
