/* SPDX-License-Identifier: MIT */
/*
 * Each system call of a save fails in each way it can. A reader finds the old file or the new one,
 * whole, and as the status says; no temporary file and no descriptor is left.
 */
#include "system_faults.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory_faults.h"

/* What stands in the directory besides metadata.json; with it come a umask that takes all bits,
 * short transfers, and an old leftover of ours. */
enum clutter {
    CLEAN,
    STALE_TEMP, /* an old metadata.json.tmp */
    LIVE_TEMP,  /* a young one, of a nucleus that saves just now */
    ODD_TEMP,   /* a FIFO of that name */
};

static const struct scenario {
    const char *name;
    bool has_old; /* metadata.json is there already */
    bool is_at;   /* nucleus_metadata_save_at(), of an O_PATH descriptor */
    enum clutter clutter;
    bool is_stdio_closed;
} scenarios[] = {
    {"first save", false, false, CLEAN, false},
    {"overwrite", true, false, CLEAN, false},
    {"first save_at", false, true, CLEAN, false},
    {"overwriting save_at", true, true, CLEAN, false},
    {"first save, cluttered", false, false, STALE_TEMP, false},
    {"overwrite, cluttered", true, false, STALE_TEMP, false}, /* makes the most calls */
    {"overwriting save_at beside nucleus", true, true, LIVE_TEMP, false},
    {"first save beside a FIFO", false, false, ODD_TEMP, false},
    {"first save, 0-2 closed", false, false, CLEAN, true},
    {"overwriting save_at, 0-2 closed", true, true, CLEAN, true},
};

static const struct step steps[] = {
    {CALL_OPENAT, OBJECT_DIRECTORY, "cannot open ",
     .answers = {MEANS(ENOENT, NUCLEUS_ERROR_NOT_FOUND),
                 MEANS(ENOTDIR, NUCLEUS_ERROR_NOT_DIRECTORY), MEANS(ELOOP, NUCLEUS_ERROR_SYMLINK),
                 RETRIED(EINTR), REFUSED(EACCES), REFUSED(EIO), REFUSED(EMFILE), REFUSED(ENFILE),
                 REFUSED(ENOMEM), REFUSED(ESTALE)}},
    {CALL_MOVE_UP, OBJECT_DIRECTORY, "cannot open ", .answers = {REFUSED(EMFILE), REFUSED(EINVAL)}},
    {CALL_FSTATAT, OBJECT_FIXED_TEMP, "cannot examine temporary file of nucleus",
     .answers = {IGNORED(ENOENT), REFUSED(EACCES), REFUSED(EIO), REFUSED(ELOOP), REFUSED(ESTALE)}},
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
                 REFUSED(EPERM), REFUSED(EROFS), DONE(EPERM, NUCLEUS_ERROR_IO, NUCLEUS_ERROR_IO)}},
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
    {CALL_FSYNC, OBJECT_FILE, "' was replaced, but it could not be flushed to disk: ",
     .answers = {ANSWER(FAILS, EINTR, NUCLEUS_OK, NUCLEUS_ERROR_NOT_DURABLE),
                 MEANS(EIO, NUCLEUS_ERROR_NOT_DURABLE), MEANS(EINVAL, NUCLEUS_ERROR_NOT_DURABLE)}},
    {CALL_FREMOVEXATTR, OBJECT_FILE, "' was replaced, but it could not be flushed to disk: ",
     .answers = {IGNORED(EINTR), IGNORED(ENODATA), IGNORED(EOPNOTSUPP), IGNORED(ENOSYS),
                 IGNORED(EPERM), IGNORED(ENOSPC), IGNORED(EDQUOT), IGNORED(ENOMEM), IGNORED(ENOENT),
                 MEANS(EIO, NUCLEUS_ERROR_NOT_DURABLE), MEANS(EROFS, NUCLEUS_ERROR_NOT_DURABLE),
                 NOTHING_GIVES(NUCLEUS_OK)}},
    {CALL_CLOSE, OBJECT_FILE, "' was replaced, but it could not be closed: ",
     .answers = {IGNORED(EINTR), MEANS(EDQUOT, NUCLEUS_ERROR_NOT_DURABLE),
                 MEANS(EIO, NUCLEUS_ERROR_NOT_DURABLE), MEANS(ENOSPC, NUCLEUS_ERROR_NOT_DURABLE)}},
    {CALL_CLOSE, OBJECT_LOW, NULL, .answers = {IGNORED(EINTR), IGNORED(EIO)}},
    {CALL_RENAMEAT, OBJECT_TEMP, "cannot rename temporary file",
     .answers = {RETRIED(EINTR), DONE(EINTR, NUCLEUS_OK, NUCLEUS_OK), REFUSED(EACCES),
                 REFUSED(EBUSY), REFUSED(EDQUOT), REFUSED(EIO), REFUSED(ENOENT), REFUSED(ENOSPC),
                 REFUSED(EPERM), REFUSED(EROFS), REFUSED(ESTALE)}},
    {CALL_RENAMEAT, OBJECT_TEMP, "': is a directory",
     .answers = {MEANS(EISDIR, NUCLEUS_ERROR_NOT_REGULAR)}},
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
    {CALL_CLOSE, OBJECT_LOW, "cannot open ", .answers = {REFUSED(EIO), REFUSED(EINTR)},
     .standing = {CALL_MOVE_UP, OBJECT_DIRECTORY, FAILS, EMFILE}},
    {CALL_CLOSE, OBJECT_LOW, "cannot open temporary file", .answers = {REFUSED(EIO)},
     .standing = {CALL_MOVE_UP, OBJECT_TEMP, FAILS, EMFILE}},
    {CALL_UNLINKAT, OBJECT_TEMP, "cannot create temporary file", .answers = {REFUSED(EIO)},
     .standing = {CALL_OPENAT, OBJECT_TEMP, DONE_BUT_FAILS, EINTR}},
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
    {CALL_CLOSE, OBJECT_FILE, "' was replaced, but its directory could not be flushed to disk: ",
     .answers = {MEANS(EROFS, NUCLEUS_ERROR_NOT_DURABLE)},
     .standing = {CALL_FSYNC, OBJECT_DIRECTORY, FAILS, EIO}},
};

enum {
    STEPS = COUNT(steps),
    SCENARIOS = COUNT(scenarios),
};

static const char fixed_name[] = "metadata.json.tmp";
static const char leftover_name[] = ".metadata.json.tmp.0123456789abcdef";
static const char temp_prefix[] = ".metadata.json.tmp.";

static struct {
    const struct scenario *scenario;
    const char *dir;
    int dirfd;
    struct nucleus_metadata metadata; /* the new one */
    char *old_text, *new_text;
} fixture;

static char *encode(const char *id)
{
    struct nucleus_metadata metadata = sample_metadata(id);
    struct nucleus_error err;
    char *text;
    size_t len;

    assert_status(nucleus_metadata_to_json(&metadata, &text, &len, &err), NUCLEUS_OK, &err);
    nucleus_metadata_clear(&metadata);
    return text;
}

static int make_fixture(void **state)
{
    static const char new_id[] = "the-new-one, which is longer";

    (void)make_directory(state);
    fixture.dir = *state;
    fixture.dirfd = open(fixture.dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_true(fixture.dirfd >= 0);
    fixture.metadata = sample_metadata(new_id);
    fixture.old_text = encode("the-old-one");
    fixture.new_text = encode(new_id);
    return 0;
}

static int remove_fixture(void **state)
{
    clear_faults();
    assert_int_equal(close(fixture.dirfd), 0);
    nucleus_metadata_clear(&fixture.metadata);
    free(fixture.old_text);
    free(fixture.new_text);
    return remove_directory(state);
}

static void enter(const struct scenario *scenario, const struct file_server *server)
{
    static char name[128];

    (void)snprintf(name, sizeof name, "%s, %s", scenario->name, server->name);
    set_scenario(name, scenario->is_at ? "" : fixture.dir);
    fixture.scenario = scenario;
    set_file_server(server);
    age_leftovers(scenario->clutter == LIVE_TEMP ? 0 : 2 * 60 * 60);
    limit_transfers(scenario->clutter != CLEAN ? 200 : 0);
}

/* Each scenario on each file server. */
static void enter_one(size_t number)
{
    enter(&scenarios[number / file_servers_count], &file_servers[number % file_servers_count]);
}

static void prepare(void)
{
    const char *fixed = path_in(fixture.dir, fixed_name);
    const char *file = path_in(fixture.dir, "metadata.json");

    (void)unlink(file);
    (void)unlink(fixed);
    if (fixture.scenario->has_old) {
        write_text(file, fixture.old_text);
        assert_int_equal(chmod(file, 0600), 0);
    }
    if (fixture.scenario->clutter == CLEAN)
        return;
    write_text(path_in(fixture.dir, leftover_name), "half a fi");
    if (fixture.scenario->clutter == ODD_TEMP)
        assert_int_equal(mkfifo(fixed, 0600), 0);
    else
        write_text(fixed, "half a fi");
}

static void take_stdio_away(int ret_kept[3])
{
    for (int fd = 0; fd <= 2; fd++) {
        ret_kept[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 20);
        (void)close(fd);
    }
}

static void give_stdio_back(const int kept[3])
{
    for (int fd = 0; fd <= 2; fd++) {
        (void)dup2(kept[fd], fd);
        (void)close(kept[fd]);
    }
}

static void act(struct outcome *ret)
{
    const struct scenario *scenario = fixture.scenario;
    mode_t mask = umask(scenario->clutter != CLEAN ? 0777 : 0022);
    int kept[3];

    if (scenario->is_stdio_closed)
        take_stdio_away(kept);
    ret->status = scenario->is_at
                      ? nucleus_metadata_save_at(&fixture.metadata, fixture.dirfd, &ret->err)
                      : nucleus_metadata_save(&fixture.metadata, fixture.dir, &ret->err);
    if (scenario->is_stdio_closed)
        give_stdio_back(kept);
    (void)umask(mask);
}

/* metadata.json holds text; NULL: it is not there. Where its mode could not be set, no bit of it
 * may be one too many. */
static void check_file(const char *text, bool is_mode_stuck)
{
    const char *path = path_in(fixture.dir, "metadata.json");
    struct stat info;
    char *found;

    check(exists(path) == (text != NULL), "metadata.json is there only if it should be");
    if (!text)
        return;
    assert_int_equal(lstat(path, &info), 0);
    check((info.st_mode & 07777) == 0600 || (is_mode_stuck && (info.st_mode & 07177) == 0),
          "the mode is 0600");
    assert_int_equal(chmod(path, 0600), 0); /* to be read here */
    found = read_file(path, NULL);
    check(strcmp(found, text) == 0, "metadata.json is whole, and the one that the status says");
    free(found);
}

/* Of all temporary files, and for the next save there is none. */
static void check_temps(const char *message, bool is_temp_stuck)
{
    DIR *stream = opendir(fixture.dir);
    char stuck[NAME_MAX + 64];

    (void)unlink(path_in(fixture.dir, leftover_name));
    assert_non_null(stream);
    for (const struct dirent *entry; (entry = readdir(stream));) {
        if (strncmp(entry->d_name, temp_prefix, strlen(temp_prefix)) != 0)
            continue;
        check(is_temp_stuck, "no temporary file is left");
        (void)snprintf(stuck, sizeof stuck,
                       "; temporary file '%s' could not be removed: ", entry->d_name);
        check(strstr(message, stuck), "the message names the temporary file that is left");
        assert_int_equal(unlinkat(dirfd(stream), entry->d_name, 0), 0);
    }
    assert_int_equal(closedir(stream), 0);
}

/* What a reader finds now, and whenever the power goes. */
static void check_readers(enum nucleus_status status, const struct call_report *report)
{
    const char *old_text = fixture.scenario->has_old ? fixture.old_text : NULL;
    bool is_in_place = status == NUCLEUS_OK || status == NUCLEUS_ERROR_NOT_DURABLE;

    check_file(is_in_place ? fixture.new_text : old_text, report->is_mode_stuck);
    check(!is_in_place || report->is_directory_flushed, "the directory is flushed");
    check(status != NUCLEUS_OK || report->found_after == FOUND_NEW, "the new file is durable");
    check(status != NUCLEUS_OK || report->is_settled, "no temporary file comes back");
    check(!(report->found & FOUND_TORN), "the file is flushed before it is renamed");
    check(is_in_place || report->found == FOUND_AS_BEFORE, "the old file is durable");
}

/* Saves in the scenario, and checks what must be so whatever the status is. */
static struct outcome save(void)
{
    const enum clutter clutter = fixture.scenario->clutter;
    struct outcome outcome;
    struct call_report report;

    prepare();
    report = act_with_faults(act, &outcome);
    check(report.lowest_fd > 2, "no descriptor below 3 is used");
    check_readers(outcome.status, &report);
    check(clutter == CLEAN || exists(path_in(fixture.dir, fixed_name)), "nucleus keeps its file");
    if (outcome.status == NUCLEUS_OK && count_faults() == 0)
        check(count_names(fixture.dir) == (clutter == LIVE_TEMP ? 3
                                           : clutter == CLEAN   ? 1
                                                                : 2),
              "old leftovers are swept, and they alone");
    check_temps(outcome.err.message, report.is_temp_stuck);
    return outcome;
}

static void save_says_what_each_fault_means(void **state)
{
    (void)state;
    sweep(steps, STEPS, enter_one, SCENARIOS * file_servers_count, save);
}

/* Whatever it is, with whatever errno, in the scenario with the most calls. */
static void save_keeps_its_promises_whichever_call_fails(void **state)
{
    (void)state;
    enter(&scenarios[5], &file_servers[0]);
    for (int os_error = 1; os_error <= LAST_ERRNO; os_error++)
        sweep_all_calls(os_error, false, save);
}

/* A disk that dies, a full one, a storm of signals, a table that is full. */
static void save_keeps_its_promises_when_all_calls_fail_from_one_on(void **state)
{
    static const int os_errors[] = {EIO, ENOSPC, EINTR, EROFS, EMFILE, EACCES, ENOMEM};

    (void)state;
    for (size_t i = 0; i < SCENARIOS; i++) {
        enter(&scenarios[i], &file_servers[0]);
        for (size_t j = 0; j < COUNT(os_errors); j++)
            sweep_all_calls(os_errors[j], true, save);
    }
}

/* The file went into place; the answer was lost, whatever stands for it. */
static void save_believes_in_a_rename_that_reports_an_error(void **state)
{
    (void)state;
    for (int os_error = 1; os_error <= LAST_ERRNO; os_error++) {
        for (size_t i = 0; i < file_servers_count; i++) {
            struct outcome outcome;

            enter(&scenarios[(size_t)os_error % SCENARIOS], &file_servers[i]);
            add_fault((struct fault){CALL_RENAMEAT, OBJECT_TEMP, DONE_BUT_FAILS, os_error}, 1, 1);
            outcome = save();
            check_error(&outcome, NUCLEUS_OK, 0, NULL);
            clear_faults();
        }
    }
}

/* At first even the look at it fails. */
static void save_believes_in_a_rename_once_it_sees_its_file(void **state)
{
    static const int os_errors[] = {EIO, ENOENT, EINTR};

    (void)state;
    enter(&scenarios[1], &file_servers[0]);
    for (size_t i = 0; i < COUNT(os_errors); i++) {
        struct outcome outcome;

        add_fault((struct fault){CALL_FSTATAT, OBJECT_FILE, FAILS, os_errors[i]}, 1, 1);
        add_fault((struct fault){CALL_RENAMEAT, OBJECT_TEMP, DONE_BUT_FAILS, EINTR}, 1, 1);
        outcome = save();
        check(count_faults() == 1, "it looked");
        check_error(&outcome, NUCLEUS_OK, 0, NULL);
        clear_faults();
    }
}

/* The rename has an effect and reports EIO; then looks at metadata.json fail. */
static struct outcome save_with_unclear_rename(enum effect rename, int look_errno, size_t looks)
{
    struct outcome outcome;

    enter(&scenarios[1], &file_servers[0]);
    add_fault((struct fault){CALL_FSTATAT, OBJECT_FILE, FAILS, look_errno}, 1, looks);
    add_fault((struct fault){CALL_RENAMEAT, OBJECT_TEMP, rename, EIO}, 1, 1);
    prepare();
    (void)act_with_faults(act, &outcome);
    clear_faults();
    return outcome;
}

static void save_says_that_the_file_may_have_been_replaced(void **state)
{
    struct outcome outcome = save_with_unclear_rename(DONE_BUT_FAILS, EIO, SIZE_MAX);

    (void)state;
    check_error(&outcome, NUCLEUS_ERROR_IO, EIO, "cannot rename temporary file");
    assert_contains(outcome.err.message, "; the file may have been replaced");
    check_file(fixture.new_text, false);
    /* The temporary file is still there, so the rename was not performed. */
    outcome = save_with_unclear_rename(FAILS, EIO, SIZE_MAX);
    check_error(&outcome, NUCLEUS_ERROR_IO, EIO, "cannot rename temporary file");
    assert_null(strstr(outcome.err.message, "replaced"));
    check_file(fixture.old_text, false);
}

static void save_reports_the_error_of_the_rename_that_may_have_been_performed(void **state)
{
    struct outcome outcome;

    (void)state;
    enter(&scenarios[1], &file_servers[0]);
    add_fault((struct fault){CALL_FSTATAT, OBJECT_FILE, FAILS, EIO}, 1, SIZE_MAX);
    add_fault((struct fault){CALL_RENAMEAT, OBJECT_TEMP, DONE_BUT_FAILS, EINTR}, 1, 1);
    prepare();
    (void)act_with_faults(act, &outcome);
    clear_faults();
    check_error(&outcome, NUCLEUS_ERROR_IO, EINTR, "cannot rename temporary file");
}

static void save_repeats_a_look_that_signals_interrupt(void **state)
{
    struct outcome outcome = save_with_unclear_rename(DONE_BUT_FAILS, EINTR, 99);

    (void)state;
    check_error(&outcome, NUCLEUS_OK, 0, NULL);
    outcome = save_with_unclear_rename(DONE_BUT_FAILS, EINTR, 100);
    check_error(&outcome, NUCLEUS_ERROR_IO, EIO, "cannot rename temporary file");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_fixture, remove_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(save_says_what_each_fault_means),
        TEST(save_keeps_its_promises_whichever_call_fails),
        TEST(save_keeps_its_promises_when_all_calls_fail_from_one_on),
        TEST(save_believes_in_a_rename_that_reports_an_error),
        TEST(save_believes_in_a_rename_once_it_sees_its_file),
        TEST(save_says_that_the_file_may_have_been_replaced),
        TEST(save_reports_the_error_of_the_rename_that_may_have_been_performed),
        TEST(save_repeats_a_look_that_signals_interrupt),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
