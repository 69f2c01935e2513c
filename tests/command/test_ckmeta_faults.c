/* SPDX-License-Identifier: MIT */
/*
 * ckmeta's subcommands, called in a child process, where a system call of the library fails, memory
 * runs out at each allocation, or standard output cannot be closed. What no run of the program can
 * be made to do.
 */
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ckmeta.h"

/* Exit codes that ckmeta does not have. A program that it executed, if it ever did, would inherit
 * what it reads. */
enum { INHERITABLE = 97, NOT_STARTED = 99 };

enum call {
    NONE,
    OPENAT,
    MOVE_UP,
    CLOSE,
    FSTATAT,
    FSTAT,
    FCHMOD,
    READ,
    WRITE,
    FSYNC,
    RENAMEAT,
    UNLINKAT,
    GETRANDOM,
    CALLS
};

/* The call that fails: the one of this number. An error of 0 makes a read, and all that follow,
 * find the end of the file. */
struct fault {
    enum call call;
    size_t number;
    int os_error;
};

static struct fault fault;
static int unlink_error; /* of each unlinkat; 0: none */
static size_t counts[CALLS];
static size_t allocations; /* so far */
static size_t failing;     /* the number of the allocation that fails; 0: none */
static bool is_close_failing;
static bool is_print_failing; /* the next fwrite */

/* Counts a call. Returns whether it is not to be made. */
static bool fails(enum call call)
{
    const size_t number = ++counts[call];

    if (call == UNLINKAT && unlink_error != 0) {
        errno = unlink_error;
        return true;
    }
    if (call != fault.call || number < fault.number || (number > fault.number && fault.os_error))
        return false;
    errno = fault.os_error;
    return true;
}

static bool fails_to_read(int fd)
{
    if (fd > 2 && !(fcntl(fd, F_GETFD) & FD_CLOEXEC))
        _exit(INHERITABLE);
    return fails(READ);
}

/* No chance, so that the name of the temporary file is known. */
static ssize_t fill(void *bytes, size_t size)
{
    memset(bytes, 0x5a, size);
    return (ssize_t)size;
}

static bool is_out_of_memory(void)
{
    return ++allocations == failing;
}

/* Once, as on a disk that has room again. */
static bool fails_to_print(void)
{
    const bool fails_now = is_print_failing;

    is_print_failing = false;
    errno = fails_now ? ENOSPC : errno;
    return fails_now;
}

static bool fails_to_close(const FILE *stream)
{
    if (is_close_failing && stream == stdout)
        errno = EDQUOT;
    return is_close_failing && stream == stdout;
}

/* The wrapper of a call, which is made unless is_stopped; then it has that result. */
#define WRAP(type, name, is_stopped, result, parameters, arguments)                                \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        return (is_stopped) ? (result) : __real_##name arguments;                                  \
    }
#define WRAP_CALL(call, type, name, parameters, arguments)                                         \
    WRAP(type, nucleus_system_##name, fails(call), -1, parameters, arguments)

WRAP_CALL(OPENAT, int, openat, (int dirfd, const char *path, int flags, mode_t mode),
          (dirfd, path, flags, mode))
WRAP_CALL(MOVE_UP, int, move_up, (int fd, int min), (fd, min))
WRAP_CALL(CLOSE, int, close, (int fd), (fd))
WRAP_CALL(FSTATAT, int, fstatat, (int dirfd, const char *path, struct stat *ret),
          (dirfd, path, ret))
WRAP_CALL(FSTAT, int, fstat, (int fd, struct stat *ret), (fd, ret))
WRAP_CALL(FCHMOD, int, fchmod, (int fd, mode_t mode), (fd, mode))
WRAP_CALL(WRITE, ssize_t, write, (int fd, const void *bytes, size_t size), (fd, bytes, size))
WRAP_CALL(FSYNC, int, fsync, (int fd), (fd))
WRAP_CALL(RENAMEAT, int, renameat, (int dirfd, const char *from, const char *to), (dirfd, from, to))
WRAP_CALL(UNLINKAT, int, unlinkat, (int dirfd, const char *path), (dirfd, path))
WRAP(ssize_t, nucleus_system_read, fails_to_read(fd), fault.os_error != 0 ? -1 : 0,
     (int fd, void *bytes, size_t size), (fd, bytes, size))
WRAP(ssize_t, nucleus_system_getrandom, true, fails(GETRANDOM) ? -1 : fill(bytes, size),
     (void *bytes, size_t size), (bytes, size))
WRAP(void *, malloc, is_out_of_memory(), NULL, (size_t size), (size))
WRAP(void *, calloc, is_out_of_memory(), NULL, (size_t count, size_t size), (count, size))
WRAP(void *, realloc, is_out_of_memory(), NULL, (void *block, size_t size), (block, size))
WRAP(size_t, fwrite, fails_to_print(), 0,
     (const void *bytes, size_t size, size_t count, FILE *stream), (bytes, size, count, stream))
WRAP(int, fclose, fails_to_close(stream), EOF, (FILE * stream), (stream))

/* In a child: what is printed is dropped, messages go to the file "messages". */
static void run_line(const char *line, const char *input)
{
    char *argv[16] = {NULL};
    const int argc = (int)split_line(line, argv);
    int code;

    if (!freopen("/dev/null", "w", stdout) || !freopen("messages", "w", stderr) ||
        (input ? !freopen(input, "r", stdin) : fclose(stdin) != 0))
        _exit(NOT_STARTED);
    allocations = 0;
    code = (int)(argv[0][0] == 's' ? ckmeta_save : ckmeta_load)(argc, argv);
    failing = 0; /* what runs at exit is not meant */
    exit(code);
}

/* Runs a line, with the file input or nothing as standard input. Returns the exit code and what was
 * written to standard error, freed with free(). */
static int run_in_child(const char *line, const char *input, char **ret_messages)
{
    pid_t child;
    int status;

    (void)fflush(NULL);
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        run_line(line, input);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    *ret_messages = read_file("messages", NULL);
    return WEXITSTATUS(status);
}

#define OPTIONS "save --id i --pid 1 d -- c"
#define CANNOT_SAVE "cannot save 'd/metadata.json': cannot "
#define UNFLUSHED "'d/metadata.json' was replaced, but its directory could not be flushed to disk: "

/* A call that fails, and what is said about it before the reason. */
struct row {
    const char *line;
    struct fault fault;
    const char *message;
};

static const struct row failures[] = {
    {"save --state s d", {READ, 1, EIO}, "cannot read 's': "},
    {"save --metadata m d", {READ, 1, EISDIR}, "cannot read 'm': "},
    {"save --state - d", {READ, 1, EIO}, "cannot read standard input: "},
    {OPTIONS, {OPENAT, 1, EMFILE}, "cannot open directory 'd': "},
    {OPTIONS, {GETRANDOM, 1, ENOSYS}, CANNOT_SAVE "create temporary file: "},
    {OPTIONS, {OPENAT, 2, EDQUOT}, CANNOT_SAVE "create temporary file: "},
    {OPTIONS, {MOVE_UP, 2, EMFILE}, CANNOT_SAVE "open temporary file: "},
    {OPTIONS, {WRITE, 1, ENOSPC}, CANNOT_SAVE "write temporary file: "},
    {OPTIONS, {FSTAT, 1, EIO}, CANNOT_SAVE "examine temporary file: "},
    {OPTIONS, {FCHMOD, 1, EACCES}, CANNOT_SAVE "set the mode of temporary file: "},
    {"save --metadata m d", {FSYNC, 1, EIO}, CANNOT_SAVE "flush temporary file: "},
    {"save --state s d", {RENAMEAT, 1, EXDEV}, CANNOT_SAVE "rename temporary file: "},
    {"load a", {OPENAT, 1, EACCES}, "cannot load 'a/metadata.json': "},
    {"load a version", {READ, 1, EIO}, "cannot load 'a/metadata.json': "},
    {"load a", {READ, 1, 0}, "cannot load 'a/metadata.json': file changed size while being read"},
};

static const struct row not_durable[] = {
    {OPTIONS, {FSYNC, 2, EIO}, UNFLUSHED},
    {"save --state s d", {FSYNC, 2, ENOSPC}, UNFLUSHED},
    {"save --metadata m d", {FSYNC, 2, EDQUOT}, UNFLUSHED},
    {OPTIONS, {CLOSE, 3, EIO}, "'d/metadata.json' was replaced, but it could not be closed: "},
};

/* Runs the row's line, which ends in code and leaves names in d. stuck: what follows the reason. */
static void check_row(const struct row *row, int code, const char *stuck, size_t names)
{
    char expected[512];
    char *messages;
    int got;

    (void)snprintf(expected, sizeof expected, "ckmeta: %s%s%s\n", row->message,
                   row->fault.os_error != 0 ? strerror(row->fault.os_error) : "", stuck);
    fault = row->fault;
    (void)umask(fault.call == FCHMOD ? 0277 : 022);
    got = run_in_child(row->line, strstr(row->line, " - ") ? "s" : NULL, &messages);
    (void)umask(022);
    fault = (struct fault){0};
    if (got != code || strcmp(messages, expected) != 0 || count_names("d") != names)
        fail_msg("ckmeta %s: exit code %d, %zu names, %s\nexpected %d, %zu, %s", row->line, got,
                 count_names("d"), messages, code, names, expected);
    free(messages);
    (void)unlink("d/metadata.json");
}

static void each_failed_call_has_its_words(void **state)
{
    (void)state;
    assert_int_equal(mkdir("a", 0700), 0);
    copy_file("m", "a/metadata.json");
    for (size_t i = 0; i < COUNT(failures); i++)
        check_row(&failures[i], EXIT_FAILED, "", 0);
}

static void a_file_that_may_not_survive_is_exit_code_4(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(not_durable); i++)
        check_row(&not_durable[i], EXIT_NOT_DURABLE, "", 1);
}

static void a_temporary_file_that_is_stuck_is_named(void **state)
{
    static const struct row row = {OPTIONS, {FSYNC, 1, EIO}, CANNOT_SAVE "flush temporary file: "};
    char stuck[128];

    (void)state;
    (void)snprintf(stuck, sizeof stuck, "; temporary file '%s' could not be removed: %s",
                   ".metadata.json.tmp.5a5a5a5a5a5a5a5a", strerror(EROFS));
    unlink_error = EROFS;
    check_row(&row, EXIT_FAILED, stuck, 1);
    unlink_error = 0;
}

/* A FIFO there is removed, not opened. */
static void a_fixed_name_that_cannot_be_removed_is_named(void **state)
{
    static const struct row in_the_way[] = {
        {OPTIONS, {FSTATAT, 1, EIO}, "cannot examine 'd/metadata.json.tmp': "},
        {OPTIONS, {UNLINKAT, 1, EPERM}, "cannot remove 'd/metadata.json.tmp': "},
    };

    (void)state;
    assert_int_equal(mkfifo("d/metadata.json.tmp", 0600), 0);
    for (size_t i = 0; i < COUNT(in_the_way); i++)
        check_row(&in_the_way[i], EXIT_FAILED, "", 1);
}

/* Fails each allocation in turn until none is left to fail. */
static void exhaust(const char *line)
{
    int code;

    failing = 0;
    do {
        char *messages;

        failing++;
        code = run_in_child(line, "s", &messages);
        if (code == EXIT_FAILED &&
            (strncmp(messages, "ckmeta: ", 8) != 0 || strstr(messages, "out of memory\n") == NULL ||
             strstr(messages, "invalid") || count_names("d") != 0))
            fail_msg("ckmeta %s, allocation %zu: %s", line, failing, messages);
        free(messages);
    } while (code == EXIT_FAILED);
    if (code != EXIT_DONE || failing < 3)
        fail_msg("ckmeta %s: exit code %d after %zu allocations", line, code, failing);
    failing = 0;
    (void)unlink("d/metadata.json");
}

static void a_shortage_of_memory_is_exit_code_1(void **state)
{
    static const char *const lines[] = {
        "save --state s d", "save --state - d", "save --metadata m d", OPTIONS,
        "load a",           "load a version",   "load a command",      "load a resource_limits",
    };

    (void)state;
    assert_int_equal(mkdir("a", 0700), 0);
    copy_file("m", "a/metadata.json");
    for (size_t i = 0; i < COUNT(lines); i++)
        exhaust(lines[i]);
}

static void check_cannot_write(const char *line, int os_error)
{
    char expected[128];
    char *messages;

    (void)snprintf(expected, sizeof expected, "ckmeta: cannot write to standard output: %s\n",
                   strerror(os_error));
    assert_int_equal(run_in_child(line, NULL, &messages), EXIT_FAILED);
    assert_string_equal(messages, expected);
    free(messages);
}

static void an_output_that_cannot_be_closed_is_exit_code_1(void **state)
{
    (void)state;
    is_close_failing = true;
    check_cannot_write("load --help", EDQUOT);
    is_close_failing = false;
}

static void an_output_that_lacks_a_part_is_exit_code_1(void **state)
{
    static const char *const lines[] = {"load --help", "load d", "load d command", "load d version",
                                        "load d rootless"};

    (void)state;
    copy_file("m", "d/metadata.json");
    for (size_t i = 0; i < COUNT(lines); i++) {
        is_print_failing = true;
        check_cannot_write(lines[i], ENOSPC);
        is_print_failing = false;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(each_failed_call_has_its_words),
        IN_PLACE(a_file_that_may_not_survive_is_exit_code_4),
        IN_PLACE(a_temporary_file_that_is_stuck_is_named),
        IN_PLACE(a_fixed_name_that_cannot_be_removed_is_named),
        IN_PLACE(a_shortage_of_memory_is_exit_code_1),
        IN_PLACE(an_output_that_cannot_be_closed_is_exit_code_1),
        IN_PLACE(an_output_that_lacks_a_part_is_exit_code_1),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
