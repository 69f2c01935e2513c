/* SPDX-License-Identifier: MIT */
/* The subcommands of ckmeta in a child process whose calls or allocations fail. */
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

/* Exit codes of the child if ckmeta ignored a failed call, read from a descriptor that it would
 * pass on to a program, or left a descriptor open, and if the child could not prepare itself. */
enum { IGNORED = 96, INHERITABLE = 97, LEFT_OPEN = 98, NOT_STARTED = 99 };

/* The call that fails: the number-th of those with this name. */
struct fault {
    const char *call;
    size_t number;
    int os_error;
};

static struct fault fault;
static size_t count;    /* of the calls with that name so far */
static bool is_lasting; /* true if all later calls fail as well */

/* Counts the call, and returns true if it must fail. */
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

/* Defines the wrapper of a call, which returns result instead of making the call if fails_now. */
#define WRAP(type, name, fails_now, result, parameters, arguments)                                 \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        return (fails_now) ? (result) : __real_##name arguments;                                   \
    }
#define WRAP_CALL(type, name, parameters, arguments)                                               \
    WRAP(type, nucleus_system_##name, fails(#name), -1, parameters, arguments)

WRAP_CALL(int, openat, (int dirfd, const char *path, int flags, mode_t mode),
          (dirfd, path, flags, mode))
WRAP_CALL(int, dup_above, (int fd, int min), (fd, min))
/* The descriptor is closed even if close(2) reports an error. */
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

/* Runs a line. Output is discarded; messages go to the file "messages". Standard input is the file
 * s, or closed, so that the first descriptor that is opened is a standard one. */
static void run_line(const char *line, struct fault failing)
{
    char *argv[16] = {NULL};
    const int argc = (int)split_line(line, argv);
    const bool is_open = strstr(line, " - ") || strcmp(failing.call, "memory") == 0;
    size_t descriptors;
    int code;

    if (!freopen("/dev/null", "w", stdout) || !freopen("messages", "w", stderr) ||
        (is_open ? !freopen("s", "r", stdin) : fclose(stdin) != 0))
        _exit(NOT_STARTED);
    descriptors = count_descriptors();
    (void)umask(0277); /* so that the mode of a new file must be set */
    fault = failing;
    is_lasting = argv[0][0] == 'l'; /* a load retries */
    code = (int)(argv[0][0] == 's' ? ckmeta_save : ckmeta_load)(argc, argv);
    fault = (struct fault){0};
    if (count_descriptors() > descriptors)
        _exit(LEFT_OPEN);
    exit(code == EXIT_DONE && count >= failing.number ? IGNORED : code);
}

/* Runs a line in a child. Returns the exit code, and the messages, which must be freed with
 * free(3). */
static int run_in_child(const char *line, struct fault failing, char **ret_messages)
{
    pid_t child;
    int status;

    (void)fflush(NULL);
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        run_line(line, failing);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    *ret_messages = read_file("messages", NULL);
    return WEXITSTATUS(status);
}

#define STATE "save --state s d"
#define METADATA "save --metadata m d"
#define OPTIONS "save --id i --pid 1 d -- c"
#define CANNOT_SAVE "cannot save 'd/metadata.json': cannot "
#define UNFLUSHED "'d/metadata.json' was replaced, but its directory could not be flushed to disk: "
#define CANNOT_LOAD "cannot load 'a/metadata.json': "
#define CANNOT_WRITE "cannot write to standard output: "

static const struct {
    const char *line;
    struct fault fault;
    int code;
    const char *message; /* without the text of the error */
} rows[] = {
    {STATE, {"read", 1, EIO}, EXIT_FAILED, "cannot read 's': "},
    {METADATA, {"read", 1, EISDIR}, EXIT_FAILED, "cannot read 'm': "},
    {"save --state - d", {"read", 1, EIO}, EXIT_FAILED, "cannot read standard input: "},
    {OPTIONS, {"openat", 1, EMFILE}, EXIT_FAILED, "cannot open directory 'd': "},
    {OPTIONS, {"openat", 2, EDQUOT}, EXIT_FAILED, CANNOT_SAVE "create temporary file: "},
    {OPTIONS, {"dup_above", 2, EMFILE}, EXIT_FAILED, CANNOT_SAVE "open temporary file: "},
    {OPTIONS, {"write", 1, ENOSPC}, EXIT_FAILED, CANNOT_SAVE "write temporary file: "},
    {OPTIONS, {"fstat", 1, EIO}, EXIT_FAILED, CANNOT_SAVE "examine temporary file: "},
    {OPTIONS, {"fchmod", 1, EACCES}, EXIT_FAILED, CANNOT_SAVE "set the mode of temporary file: "},
    {METADATA, {"fsync", 1, EIO}, EXIT_FAILED, CANNOT_SAVE "flush temporary file: "},
    {STATE, {"renameat", 1, EXDEV}, EXIT_FAILED, CANNOT_SAVE "rename temporary file: "},
    {OPTIONS, {"fsync", 2, EIO}, EXIT_NOT_DURABLE, UNFLUSHED},
    {STATE, {"fsync", 2, ENOSPC}, EXIT_NOT_DURABLE, UNFLUSHED},
    {METADATA, {"fsync", 2, EDQUOT}, EXIT_NOT_DURABLE, UNFLUSHED},
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
    {"load a version", {"fwrite", 2, ENOSPC}, EXIT_FAILED, CANNOT_WRITE},
};

static void saved(void)
{
    documents();
    assert_int_equal(mkdir("a", 0700), 0);
    copy_file("m", "a/metadata.json");
}

TEST_EACH_IN(saved, rows, a_failed_call_has_its_exit_code_and_message)
{
    char expected[512];
    char *messages;
    const int code = run_in_child(row->line, row->fault, &messages);

    (void)snprintf(expected, sizeof expected, "ckmeta: %s%s\n", row->message,
                   strerror(row->fault.os_error));
    assert_string_equal(messages, expected);
    assert_int_equal(code, row->code);
    assert_int_equal(count_names("d"), code == EXIT_NOT_DURABLE);
    free(messages);
}

/* The message if one of the first two allocations fails, which are for the input. */
static const struct {
    const char *line, *message;
} exhausted[] = {
    {"save --state s d", "cannot read 's': out of memory\n"},
    {"save --state - d", "cannot read standard input: out of memory\n"},
    {"save --metadata m d", "cannot read 'm': out of memory\n"},
    {OPTIONS, "out of memory\n"},
    {"load a", CANNOT_LOAD},
    {"load a version", CANNOT_LOAD},
    {"load a command", CANNOT_LOAD},
    {"load a resource_limits", CANNOT_LOAD},
};

/* Fails each allocation in turn until the line succeeds. */
TEST_EACH_IN(saved, exhausted, a_shortage_of_memory_is_exit_code_1)
{
    struct fault failing = {"memory", 0, ENOMEM};
    int code;

    do {
        char expected[128];
        char *messages;

        failing.number++;
        (void)snprintf(expected, sizeof expected, "ckmeta: %s",
                       failing.number > 2 ? "" : row->message);
        code = run_in_child(row->line, failing, &messages);
        if (code == EXIT_FAILED && (strncmp(messages, expected, strlen(expected)) != 0 ||
                                    !strstr(messages, "out of memory\n") ||
                                    strstr(messages, "invalid") || count_names("d") != 0))
            fail_msg("allocation %zu: %s", failing.number, messages);
        free(messages);
    } while (code == EXIT_FAILED);
    assert_int_equal(code, EXIT_DONE);
    assert_true(failing.number >= 3);
}
