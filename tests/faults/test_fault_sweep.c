/* SPDX-License-Identifier: MIT */
/*
 * Each system call of a save fails in each way it can. A reader finds the old file or the new one,
 * whole, and as the status says; no temporary file and no descriptor is left.
 */
#include "save_scenario.h"

#include <errno.h>

static const struct step steps[] = {
    {CALL_OPENAT, OBJECT_DIRECTORY, "cannot open ",
     .answers = {MEANS(ENOENT, NUCLEUS_ERROR_NOT_FOUND),
                 MEANS(ENOTDIR, NUCLEUS_ERROR_NOT_DIRECTORY), MEANS(ELOOP, NUCLEUS_ERROR_SYMLINK),
                 RETRIED(EINTR), REFUSED(EACCES), REFUSED(EIO), REFUSED(EMFILE), REFUSED(ENFILE),
                 REFUSED(ENOMEM), REFUSED(ESTALE)}},
    {CALL_MOVE_UP, OBJECT_DIRECTORY, "cannot open ", .answers = {REFUSED(EMFILE), REFUSED(EINVAL)}},
    {CALL_FSTATAT, OBJECT_FIXED_TEMP, "cannot examine '",
     .answers = {IGNORED(ENOENT), REFUSED(EACCES), REFUSED(EIO), REFUSED(ELOOP), REFUSED(ESTALE)}},
    {CALL_UNLINKAT, OBJECT_FIXED_TEMP, "cannot remove '",
     .answers = {DONE(ENOENT, NUCLEUS_OK, NUCLEUS_OK), REFUSED(EACCES), REFUSED(EPERM),
                 REFUSED(EBUSY), REFUSED(EIO), REFUSED(EROFS)}},
    {CALL_GETDENTS, OBJECT_DIRECTORY, NULL,
     .answers = {IGNORED(EIO), IGNORED(ENOENT), IGNORED(ENOSYS), IGNORED(EINTR),
                 NOTHING_GIVES(NUCLEUS_OK)}},
    {CALL_FSTATAT, OBJECT_LEFTOVER, NULL,
     .answers = {IGNORED(EIO), IGNORED(ENOENT), IGNORED(EACCES)}},
    {CALL_UNLINKAT, OBJECT_LEFTOVER, NULL,
     .answers = {IGNORED(EIO), IGNORED(ENOENT), IGNORED(EPERM)}},
    {CALL_GETRANDOM, OBJECT_ANY, "cannot create temporary file",
     .answers = {RETRIED(EINTR), REFUSED(EIO), REFUSED(ENOSYS), REFUSED(EAGAIN),
                 SHORT_GIVES(NUCLEUS_ERROR_IO), NOTHING_GIVES(NUCLEUS_ERROR_IO)}},
    {CALL_OPENAT, OBJECT_TEMP, "cannot create temporary file",
     .answers = {RETRIED(EEXIST), RETRIED(EINTR), DONE(EINTR, NUCLEUS_OK, NUCLEUS_ERROR_IO),
                 MEANS(ENOENT, NUCLEUS_ERROR_NOT_FOUND), REFUSED(EACCES), REFUSED(EDQUOT),
                 REFUSED(EIO), REFUSED(ELOOP), REFUSED(EMFILE), REFUSED(ENFILE), REFUSED(ENOSPC),
                 REFUSED(EPERM), REFUSED(EROFS)}},
    {CALL_MOVE_UP, OBJECT_TEMP, "cannot open temporary file", .answers = {REFUSED(EMFILE)}},
    {CALL_FSTAT, OBJECT_TEMP, " temporary file: ", /* once more when its mode was set */
     .answers = {REFUSED(EIO), REFUSED(ENOMEM), REFUSED(ESTALE)}},
    {CALL_FCHMOD, OBJECT_TEMP, "cannot set the mode of temporary file",
     .answers = {IGNORED(ENOSYS), IGNORED(EPERM), IGNORED(EOPNOTSUPP), REFUSED(EACCES),
                 REFUSED(EIO), REFUSED(EROFS)}},
    {CALL_WRITE, OBJECT_TEMP, "cannot write temporary file",
     .answers = {RETRIED(EINTR), SHORT_GIVES(NUCLEUS_OK), NOTHING_GIVES(NUCLEUS_ERROR_IO),
                 REFUSED(EDQUOT), REFUSED(EFBIG), REFUSED(EIO), REFUSED(ENOSPC), REFUSED(ESTALE)}},
    {CALL_FSYNC, OBJECT_TEMP, "cannot flush temporary file",
     .answers = {RETRIED(EINTR), REFUSED(EDQUOT), REFUSED(EINVAL), REFUSED(EIO), REFUSED(ENOSPC),
                 REFUSED(EROFS)}},
    {CALL_CLOSE, OBJECT_TEMP, "' was replaced, but it could not be closed: ",
     .answers = {IGNORED(EINTR), MEANS(EDQUOT, NUCLEUS_ERROR_NOT_DURABLE),
                 MEANS(EIO, NUCLEUS_ERROR_NOT_DURABLE), MEANS(ENOSPC, NUCLEUS_ERROR_NOT_DURABLE)}},
    {CALL_CLOSE, OBJECT_LOW, NULL, .answers = {IGNORED(EINTR), IGNORED(EIO)}},
    {CALL_RENAMEAT, OBJECT_TEMP, "cannot rename temporary file",
     .answers = {RETRIED(EINTR), DONE(EINTR, NUCLEUS_OK, NUCLEUS_OK), REFUSED(EACCES),
                 REFUSED(EBUSY), REFUSED(EDQUOT), REFUSED(EIO), REFUSED(ENOENT), REFUSED(ENOSPC),
                 REFUSED(EPERM), REFUSED(EROFS), REFUSED(ESTALE),
                 MEANS(EISDIR, NUCLEUS_ERROR_NOT_REGULAR)}},
    {CALL_FSYNC, OBJECT_DIRECTORY,
     "' was replaced, but its directory could not be flushed to disk: ",
     .answers = {{FAILS, EINTR, NUCLEUS_OK, NUCLEUS_ERROR_NOT_DURABLE},
                 IGNORED(EINVAL),
                 IGNORED(EOPNOTSUPP),
                 IGNORED(ENOSYS),
                 MEANS(EDQUOT, NUCLEUS_ERROR_NOT_DURABLE),
                 MEANS(EIO, NUCLEUS_ERROR_NOT_DURABLE),
                 MEANS(ENOSPC, NUCLEUS_ERROR_NOT_DURABLE),
                 MEANS(EROFS, NUCLEUS_ERROR_NOT_DURABLE)}},
    {CALL_CLOSE, OBJECT_DIRECTORY, NULL, .answers = {IGNORED(EINTR), IGNORED(EIO)}},

    /* After a failure the first errno counts, whatever the clean-up meets. */
    {CALL_CLOSE, OBJECT_TEMP, "cannot write temporary file",
     .answers = {REFUSED(EIO), REFUSED(EINTR)},
     .standing = {CALL_WRITE, OBJECT_TEMP, FAILS, ENOSPC}},
    {CALL_UNLINKAT, OBJECT_TEMP, "cannot write temporary file",
     .answers = {REFUSED(EIO), REFUSED(EINTR), DONE(ENOENT, NUCLEUS_ERROR_IO, NUCLEUS_ERROR_IO)},
     .standing = {CALL_WRITE, OBJECT_TEMP, FAILS, ENOSPC}},
    {CALL_UNLINKAT, OBJECT_TEMP, "cannot flush temporary file",
     .answers = {REFUSED(EROFS), REFUSED(EACCES)},
     .standing = {CALL_FSYNC, OBJECT_TEMP, FAILS, EIO}},
    {CALL_UNLINKAT, OBJECT_TEMP, "cannot rename temporary file",
     .answers = {REFUSED(EBUSY), REFUSED(EIO)},
     .standing = {CALL_RENAMEAT, OBJECT_TEMP, FAILS, EBUSY}},
    {CALL_FSTATAT, OBJECT_FILE, "cannot rename temporary file",
     .answers = {REFUSED(EIO), REFUSED(EACCES), REFUSED(ENOENT)},
     .standing = {CALL_RENAMEAT, OBJECT_TEMP, FAILS, EINTR}},
    {CALL_FSTATAT, OBJECT_TEMP, "cannot rename temporary file",
     .answers = {REFUSED(EIO), REFUSED(EACCES)},
     .standing = {CALL_RENAMEAT, OBJECT_TEMP, FAILS, EXDEV}},
};

enum { STEPS = sizeof steps / sizeof steps[0] };

static struct save_outcome save_with(const struct save_scenario *scenario, struct fault fault,
                                     size_t first, size_t last)
{
    clear_faults();
    set_save_scenario(scenario, &file_servers[0]);
    add_fault(fault, first, last);
    return save_in_scenario();
}

static void save_as_swept(void)
{
    struct save_outcome outcome = save_in_scenario();
    struct expected expected = expected_by_sweep();

    check_save_outcome(&expected, &outcome);
}

static void save_says_what_each_fault_means(void **state)
{
    bool made[STEPS] = {false};

    (void)state;
    for (size_t i = 0; i < save_scenarios_count * file_servers_count; i++) {
        set_save_scenario(&save_scenarios[i / file_servers_count],
                          &file_servers[i % file_servers_count]);
        sweep(steps, STEPS, save_as_swept, made);
    }
    for (size_t i = 0; i < STEPS; i++) {
        if (!made[i])
            fail_msg("no save came to row %zu, %s of %s", i, call_name(steps[i].kind),
                     object_name(steps[i].object));
    }
}

/* Linux's numbers, and some that nobody has. */
enum { LAST_ERRNO = 140 };

/* Whatever it is, with whatever errno: save_in_scenario() checks what holds without exception. */
static void save_keeps_its_promises_whichever_call_fails(void **state)
{
    const struct save_scenario *overwrite = &save_scenarios[5]; /* the one with the most calls */

    (void)state;
    assert_true(overwrite->has_old && overwrite->clutter == STALE_TEMP);
    for (int os_error = 1; os_error <= LAST_ERRNO; os_error++) {
        struct fault fault = {.os_error = os_error};

        for (size_t n = 1; n == 1 || count_faults() > 0; n++) {
            struct save_outcome outcome = save_with(overwrite, fault, n, n);

            check(outcome.status == NUCLEUS_OK || outcome.err.os_error == os_error,
                  "os_error is that of the call");
        }
    }
}

/* A disk that dies, a full one, a storm of signals, a table that is full. */
static void save_keeps_its_promises_when_all_calls_fail_from_one_on(void **state)
{
    static const int os_errors[] = {EIO, ENOSPC, EINTR, EROFS, EMFILE, EACCES, ENOMEM};

    (void)state;
    for (size_t i = 0; i < save_scenarios_count; i++) {
        for (size_t j = 0; j < sizeof os_errors / sizeof os_errors[0]; j++) {
            struct fault fault = {.os_error = os_errors[j]};

            for (size_t n = 1; n == 1 || count_faults() > 0; n++)
                (void)save_with(&save_scenarios[i], fault, n, SIZE_MAX);
        }
    }
}

/* The file went into place; the answer was lost, whatever stands for it. */
static void save_believes_in_a_rename_that_reports_an_error(void **state)
{
    const struct expected expected = {.status = NUCLEUS_OK};

    (void)state;
    for (int os_error = 1; os_error <= LAST_ERRNO; os_error++) {
        for (size_t i = 0; i < file_servers_count; i++) {
            struct save_outcome outcome;

            clear_faults();
            set_save_scenario(&save_scenarios[(size_t)os_error % save_scenarios_count],
                              &file_servers[i]);
            add_fault((struct fault){CALL_RENAMEAT, OBJECT_TEMP, DONE_BUT_FAILS, os_error}, 1, 1);
            outcome = save_in_scenario();
            check_save_outcome(&expected, &outcome);
        }
    }
}

/* At first even the look at it fails. */
static void save_believes_in_a_rename_once_it_sees_its_file(void **state)
{
    static const int os_errors[] = {EIO, ENOENT, EINTR};
    const struct expected expected = {.status = NUCLEUS_OK};

    (void)state;
    for (size_t i = 0; i < sizeof os_errors / sizeof os_errors[0]; i++) {
        struct save_outcome outcome;

        clear_faults();
        set_save_scenario(&save_scenarios[1], &file_servers[0]);
        add_fault((struct fault){CALL_FSTATAT, OBJECT_FILE, FAILS, os_errors[i]}, 1, 1);
        add_fault((struct fault){CALL_RENAMEAT, OBJECT_TEMP, DONE_BUT_FAILS, EINTR}, 1, 1);
        outcome = save_in_scenario();
        check(count_faults() == 1, "it looked");
        check_save_outcome(&expected, &outcome);
    }
}

/* Names that are all taken end the search for one. */
static void save_tries_16_names(void **state)
{
    static const struct fault taken = {CALL_OPENAT, OBJECT_TEMP, FAILS, EEXIST};

    (void)state;
    check(save_with(&save_scenarios[1], taken, 1, 15).status == NUCLEUS_OK, "the last is free");
    check(save_with(&save_scenarios[1], taken, 1, 16).status == NUCLEUS_ERROR_IO, "none is free");
    check(count_faults() == 16, "16 names were tried");
}

#define SAVE_TEST(test)                                                                            \
    cmocka_unit_test_setup_teardown(test, make_save_fixture, remove_save_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SAVE_TEST(save_says_what_each_fault_means),
        SAVE_TEST(save_keeps_its_promises_whichever_call_fails),
        SAVE_TEST(save_keeps_its_promises_when_all_calls_fail_from_one_on),
        SAVE_TEST(save_believes_in_a_rename_that_reports_an_error),
        SAVE_TEST(save_believes_in_a_rename_once_it_sees_its_file),
        SAVE_TEST(save_tries_16_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
