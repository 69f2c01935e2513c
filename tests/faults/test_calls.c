/* SPDX-License-Identifier: MIT */
/* Checks the flags and the mode of each file that the library opens, and the random bits in the
 * name of a temporary file. */
#include "system_calls.h"
#include "test.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    DIRECTORY = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
    TEMP = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
    INPUT = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
};

static enum nucleus_status save(const char *dir, struct nucleus_error *err)
{
    return save_sample("new", dir, err);
}

static const struct row {
    const char *name;
    enum nucleus_status (*operate)(const char *dir, struct nucleus_error *err);
    const char *dir;
    enum nucleus_status status;
    int directory;          /* flags of its open */
    size_t openings, moves; /* moves: files that are moved away from a free standard descriptor */
} operations[] = {
    {"save", save, ".", NUCLEUS_OK, DIRECTORY, 2, 2},
    {"load", load_sample, ".", NUCLEUS_OK, 0, 1, 0},
    {"load of a missing file", load_sample, "d", NUCLEUS_ERROR_NOT_FOUND, DIRECTORY | O_PATH, 1, 1},
    {"from_state", capture_sample, TEST_DATA "/cgroup", NUCLEUS_OK, DIRECTORY, 8, 1},
};

static struct {
    const struct row *operation;
    size_t openings, moves;
    char failure[128]; /* reported once the standard descriptors are open again */
} run;

/* Other users must not be able to open a new file, even before its first byte is written. */
static void check_opening(struct call *call)
{
    const bool is_temp = is_call(call, "openat temp");
    const bool is_directory = is_call(call, "openat directory");
    const int flags = is_directory ? run.operation->directory : is_temp ? TEMP : INPUT;
    struct stat info;

    if (!is_call(call, "openat") && !is_call(call, "dup_above"))
        return;
    run.openings += is_call(call, "openat");
    run.moves += is_call(call, "dup_above");
    assert_int_equal(fstat((int)call->result, &info), 0);
    if (!(fcntl((int)call->result, F_GETFD) & FD_CLOEXEC) || (is_temp && info.st_mode != 0100600) ||
        (is_call(call, "openat") && (call->flags != flags || call->mode != (is_temp ? 0600 : 0))))
        (void)snprintf(run.failure, sizeof run.failure, "%s %s with flags %#o, mode %o", call->name,
                       call->object, (unsigned)call->flags, (unsigned)call->mode);
}

static void saved(void)
{
    assert_int_equal(save_sample("old", ".", NULL), NUCLEUS_OK);
    assert_int_equal(mkdir("d", 0700), 0);
}

TEST_EACH_IN(saved, operations, each_file_is_opened_with_the_expected_flags)
{
    for (int low = 0; low <= 2; low++) {
        const mode_t mask = umask(0);
        const int kept = fcntl(low, F_DUPFD_CLOEXEC, 3);
        struct nucleus_error err;

        (void)close(low);
        memset(&run, 0, sizeof run);
        run.operation = row;
        set_call_hooks(NULL, check_opening);
        (void)row->operate(row->dir, &err);
        set_call_hooks(NULL, NULL);
        assert_int_equal(dup2(kept, low), low);
        assert_int_equal(close(kept), 0);
        (void)umask(mask);
        assert_status(err.status, row->status, &err);
        assert_string_equal(run.failure, "");
        assert_int_equal(run.openings, row->openings);
        assert_int_equal(run.moves, row->moves);
    }
}

static uint64_t number;  /* the next result of getrandom */
static char created[64]; /* the name of the temporary file */

static void give_number(struct call *call)
{
    if (is_call(call, "openat temp"))
        (void)snprintf(created, sizeof created, "%s", call->path);
    if (!is_call(call, "getrandom"))
        return;
    assert_int_equal(call->size, sizeof number);
    memcpy(call->bytes, &number, sizeof number);
    answer_call(call, sizeof number, 0);
    number++;
}

static void assert_name(uint64_t first, uint64_t used)
{
    char expected[64];

    number = first;
    (void)snprintf(expected, sizeof expected, ".metadata.json.tmp.%016" PRIx64, used);
    set_call_hooks(give_number, NULL);
    assert_int_equal(save_sample("new", ".", NULL), NUCLEUS_OK);
    set_call_hooks(NULL, NULL);
    assert_string_equal(created, expected);
}

TEST_IN(empty_directory, a_temporary_name_has_64_random_bits)
{
    static const uint64_t numbers[] = {0, 1, UINT64_C(0x0123456789abcdef), UINT64_C(1) << 63,
                                       UINT64_MAX};

    for (size_t i = 0; i < 2 * COUNT(numbers); i++)
        assert_name(numbers[i / 2], numbers[i / 2]);
}

TEST_IN(empty_directory, an_existing_file_with_that_name_is_left_unchanged)
{
    static const char path[] = ".metadata.json.tmp.0000000000000007";
    char *text;

    write_text(path, "from another saver");
    assert_name(7, 8);
    text = read_file(path, NULL);
    assert_string_equal(text, "from another saver");
    free(text);
}
