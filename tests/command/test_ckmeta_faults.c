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

/* Exit codes that ckmeta does not have: it succeeded though a call failed; a program that it
 * executed, if it ever did, would inherit what it reads; it left a descriptor open. */
enum { UNHEARD = 96, INHERITABLE = 97, OPEN = 98, NOT_STARTED = 99 };

/* The call that fails: the one of this number among those of this name. */
struct fault {
    const char *call;
    size_t number;
    int os_error;
};

static struct fault fault;
static size_t count;    /* of the calls of that name so far */
static bool is_lasting; /* each later call fails, too */

/* Counts a call. Returns whether it is not to be made. */
static bool fails(const char *call)
{
    if (!fault.call || strcmp(call, fault.call) != 0 || ++count < fault.number ||
        (count > fault.number && !is_lasting))
        return false;
    errno = fault.os_error;
    return true;
}

static bool fails_to_read(int fd)
{
    if (fd > 2 && !(fcntl(fd, F_GETFD) & FD_CLOEXEC))
        _exit(INHERITABLE);
    return fails("read");
}

/* The wrapper of a call, which is made unless is_stopped; then it has that result. */
#define WRAP(type, name, is_stopped, result, parameters, arguments)                                \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        return (is_stopped) ? (result) : __real_##name arguments;                                  \
    }
#define WRAP_CALL(type, name, parameters, arguments)                                               \
    WRAP(type, nucleus_system_##name, fails(#name), -1, parameters, arguments)

WRAP_CALL(int, openat, (int dirfd, const char *path, int flags, mode_t mode),
          (dirfd, path, flags, mode))
WRAP_CALL(int, dup_above, (int fd, int min), (fd, min))
/* Whatever close says, the descriptor is gone. */
WRAP(int, nucleus_system_close, fails("close") && __real_nucleus_system_close(fd) == 0, -1,
     (int fd), (fd))
WRAP_CALL(int, fstat, (int fd, struct stat *ret), (fd, ret))
WRAP_CALL(int, fchmod, (int fd, mode_t mode), (fd, mode))
WRAP_CALL(ssize_t, write, (int fd, const void *bytes, size_t size), (fd, bytes, size))
WRAP_CALL(int, fsync, (int fd), (fd))
WRAP_CALL(int, renameat, (int dirfd, const char *from, const char *to), (dirfd, from, to))
WRAP(ssize_t, nucleus_system_read, fails_to_read(fd), -1, (int fd, void *bytes, size_t size),
     (fd, bytes, size))
WRAP(void *, malloc, fails("memory"), NULL, (size_t size), (size))
WRAP(void *, calloc, fails("memory"), NULL, (size_t number, size_t size), (number, size))
WRAP(void *, realloc, fails("memory"), NULL, (void *block, size_t size), (block, size))
WRAP(size_t, fwrite, fails("fwrite"), 0,
     (const void *bytes, size_t size, size_t number, FILE *stream), (bytes, size, number, stream))
WRAP(int, fclose, stream == stdout && fails("fclose"), EOF, (FILE * stream), (stream))

/* In a child: what is printed is dropped, messages go to the file "messages". */
static void run_line(const char *line, const char *input, struct fault failing)
{
    char *argv[16] = {NULL};
    const int argc = (int)split_line(line, argv);
    size_t open_before;
    int code;

    if (!freopen("/dev/null", "w", stdout) || !freopen("messages", "w", stderr) ||
        (input ? !freopen(input, "r", stdin) : fclose(stdin) != 0))
        _exit(NOT_STARTED);
    open_before = count_descriptors();
    (void)umask(0277); /* so that a new file's mode must be set */
    fault = failing;
    is_lasting = argv[0][0] == 'l'; /* a load tries again */
    code = (int)(argv[0][0] == 's' ? ckmeta_save : ckmeta_load)(argc, argv);
    fault = (struct fault){0}; /* what runs from here on is not meant */
    if (count_descriptors() > open_before)
        _exit(OPEN);
    if (code == 0 && count >= failing.number)
        _exit(UNHEARD);
    exit(code);
}

/* Runs a line, with the file input or nothing as standard input. Returns the exit code and what was
 * written to standard error, freed with free(). */
static int run_in_child(const char *line, const char *input, struct fault failing,
                        char **ret_messages)
{
    pid_t child;
    int status;

    (void)fflush(NULL);
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        run_line(line, input, failing);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    *ret_messages = read_file("messages", NULL);
    return WEXITSTATUS(status);
}

#define OPTIONS "save --id i --pid 1 d -- c"
#define CANNOT_SAVE "cannot save 'd/metadata.json': cannot "
#define UNFLUSHED "'d/metadata.json' was replaced, but its directory could not be flushed to disk: "
#define CANNOT_LOAD "cannot load 'a/metadata.json': "
#define CANNOT_WRITE "cannot write to standard output: "

/* A call that fails, the exit code, and what is said about it before the reason. */
static const struct row {
    const char *line;
    struct fault fault;
    int code;
    const char *message;
} rows[] = {
    {"save --state s d", {"read", 1, EIO}, EXIT_FAILED, "cannot read 's': "},
    {"save --metadata m d", {"read", 1, EISDIR}, EXIT_FAILED, "cannot read 'm': "},
    {"save --state - d", {"read", 1, EIO}, EXIT_FAILED, "cannot read standard input: "},
    {OPTIONS, {"openat", 1, EMFILE}, EXIT_FAILED, "cannot open directory 'd': "},
    {OPTIONS, {"openat", 2, EDQUOT}, EXIT_FAILED, CANNOT_SAVE "create temporary file: "},
    {OPTIONS, {"dup_above", 2, EMFILE}, EXIT_FAILED, CANNOT_SAVE "open temporary file: "},
    {OPTIONS, {"write", 1, ENOSPC}, EXIT_FAILED, CANNOT_SAVE "write temporary file: "},
    {OPTIONS, {"fstat", 1, EIO}, EXIT_FAILED, CANNOT_SAVE "examine temporary file: "},
    {OPTIONS, {"fchmod", 1, EACCES}, EXIT_FAILED, CANNOT_SAVE "set the mode of temporary file: "},
    {"save --metadata m d", {"fsync", 1, EIO}, EXIT_FAILED, CANNOT_SAVE "flush temporary file: "},
    {"save --state s d",
     {"renameat", 1, EXDEV},
     EXIT_FAILED,
     CANNOT_SAVE "rename temporary file: "},
    {OPTIONS, {"fsync", 2, EIO}, EXIT_NOT_DURABLE, UNFLUSHED},
    {"save --state s d", {"fsync", 2, ENOSPC}, EXIT_NOT_DURABLE, UNFLUSHED},
    {"save --metadata m d", {"fsync", 2, EDQUOT}, EXIT_NOT_DURABLE, UNFLUSHED},
    {OPTIONS,
     {"close", 3, EIO},
     EXIT_NOT_DURABLE,
     "'d/metadata.json' was replaced, but it could not be closed: "},
    {"load a", {"openat", 1, EACCES}, EXIT_FAILED, "cannot open directory 'a': "},
    {"load a", {"fstat", 1, EIO}, EXIT_FAILED, CANNOT_LOAD},
    {"load a version", {"read", 1, EIO}, EXIT_FAILED, CANNOT_LOAD},
    {"load --help", {"fclose", 1, EDQUOT}, EXIT_FAILED, CANNOT_WRITE},
    {"load --help", {"fwrite", 1, ENOSPC}, EXIT_FAILED, CANNOT_WRITE},
    {"load a", {"fwrite", 1, ENOSPC}, EXIT_FAILED, CANNOT_WRITE},
    {"load a command", {"fwrite", 1, ENOSPC}, EXIT_FAILED, CANNOT_WRITE},
    {"load a version", {"fwrite", 1, ENOSPC}, EXIT_FAILED, CANNOT_WRITE},
    {"load a rootless", {"fwrite", 1, ENOSPC}, EXIT_FAILED, CANNOT_WRITE},
};

static int make_saved(void **state)
{
    (void)enter_place(state);
    assert_int_equal(mkdir("a", 0700), 0);
    copy_file("m", "a/metadata.json");
    return 0;
}

static void each_failed_call_has_its_exit_code_and_words(void **state)
{
    (void)state;
    for (const struct row *row = rows; row < rows + COUNT(rows); row++) {
        char expected[512];
        char *messages;
        const char *input = strstr(row->line, " - ") ? "s" : NULL;
        const int code = run_in_child(row->line, input, row->fault, &messages);

        (void)snprintf(expected, sizeof expected, "ckmeta: %s%s\n", row->message,
                       strerror(row->fault.os_error));
        if (code != row->code || strcmp(messages, expected) != 0 ||
            count_names("d") != (code == EXIT_NOT_DURABLE))
            fail_msg("ckmeta %s: exit code %d, %zu names, %s\nexpected %d, %s", row->line, code,
                     count_names("d"), messages, row->code, expected);
        free(messages);
        (void)unlink("d/metadata.json");
    }
}

/* Fails each allocation in turn until none is left to fail. The first two are for what is read: its
 * text and what it says. */
static void exhaust(const char *line, const char *reading)
{
    struct fault failing = {"memory", 0, ENOMEM};
    int code;

    do {
        char expected[128];
        char *messages;

        failing.number++;
        (void)snprintf(expected, sizeof expected, "ckmeta: %s", failing.number > 2 ? "" : reading);
        code = run_in_child(line, "s", failing, &messages);
        if (code == EXIT_FAILED && (strncmp(messages, expected, strlen(expected)) != 0 ||
                                    strstr(messages, "out of memory\n") == NULL ||
                                    strstr(messages, "invalid") || count_names("d") != 0))
            fail_msg("ckmeta %s, allocation %zu: %s", line, failing.number, messages);
        free(messages);
    } while (code == EXIT_FAILED);
    if (code != EXIT_DONE || failing.number < 3)
        fail_msg("ckmeta %s: exit code %d after %zu allocations", line, code, failing.number);
    (void)unlink("d/metadata.json");
}

static void a_shortage_of_memory_is_exit_code_1(void **state)
{
    (void)state;
    exhaust("save --state s d", "cannot read 's': out of memory\n");
    exhaust("save --state - d", "cannot read standard input: out of memory\n");
    exhaust("save --metadata m d", "cannot read 'm': out of memory\n");
    exhaust(OPTIONS, "out of memory\n");
    exhaust("load a", CANNOT_LOAD);
    exhaust("load a version", CANNOT_LOAD);
    exhaust("load a command", CANNOT_LOAD);
    exhaust("load a resource_limits", CANNOT_LOAD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_failed_call_has_its_exit_code_and_words, make_saved,
                                        leave_directory),
        cmocka_unit_test_setup_teardown(a_shortage_of_memory_is_exit_code_1, make_saved,
                                        leave_directory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
