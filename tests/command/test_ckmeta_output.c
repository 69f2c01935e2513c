/* SPDX-License-Identifier: MIT */
/* Runs ckmeta with a standard output that cannot be written, and with closed descriptors. */
#include "run.h"

#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#define CANNOT_WRITE "cannot write to standard output: "

/* Saves a command of two arguments, of one byte and of len bytes. */
static void save_long(int len)
{
    char line[32768];

    (void)snprintf(line, sizeof line, "save --id i --pid 1 d -- c %0*d", len, 1);
    expect_output(line, "");
}

static const char *const printing[] = {
    "load d",
    "load d version",
    "load -0 d command",
    "load d rootless",
    "load d resource_limits",
    "load d cgroup_path",
    "--help",
    "--version",
    "save --help",
};

/* The document is first shorter, then longer than the buffer of standard output. */
TEST_EACH_IN(documents, printing, an_output_that_cannot_be_written_gives_exit_code_1)
{
    char line[64];

    for (int len = 1; len < 30000; len += 20000) {
        save_long(len);
        (void)snprintf(line, sizeof line, "%s >/dev/full", *row);
        expect_failure(line, EXIT_FAILED, CANNOT_WRITE, ENOSPC);
        (void)snprintf(line, sizeof line, "%s >&-", *row);
        expect_failure(line, EXIT_FAILED, CANNOT_WRITE, EBADF);
        (void)snprintf(line, sizeof line, "%s <&- >&-", *row);
        expect_failure(line, EXIT_FAILED, CANNOT_WRITE, EBADF);
    }
}

/* The buffer, which has 4096 bytes in glibc, fills at each byte near the end of the output. */
TEST_IN(documents, a_buffer_that_fills_at_any_byte_gives_exit_code_1)
{
    for (int len = 4084; len < 4100; len++) {
        save_long(len);
        expect_failure("load d command >/dev/full", EXIT_FAILED, CANNOT_WRITE, ENOSPC);
    }
}

/* Unless it is ignored, SIGXFSZ ends the process. */
TEST_IN(documents, a_file_size_limit_gives_exit_code_1)
{
    struct rlimit limit;

    save_long(20000);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &(struct rlimit){4096, limit.rlim_max}), 0);
    expect_failure("load d >printed", EXIT_FAILED, CANNOT_WRITE, EFBIG);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* Standard output, unless it is closed, is /dev/full. */
TEST_IN(documents, save_needs_no_standard_descriptor)
{
    for (unsigned mask = 0; mask < 8; mask++) {
        char line[64];

        (void)snprintf(line, sizeof line, "save --metadata m d >/dev/full %s %s %s",
                       mask & 1 ? "<&-" : "", mask & 2 ? ">&-" : "", mask & 4 ? "2>&-" : "");
        expect_output(line, "");
        expect_output("load d container_name", "web-1\n");
        assert_int_equal(unlink("d/metadata.json"), 0);
        assert_int_equal(count_names("d"), 0);
    }
}

TEST_IN(documents, a_closed_standard_error_does_not_change_the_exit_code)
{
    assert_int_equal(run_ckmeta("load 2>&-"), EXIT_USAGE);
    assert_int_equal(run_ckmeta("load missing 2>&-"), EXIT_NOT_FOUND);
    assert_int_equal(run_ckmeta("load s 2>&-"), EXIT_FAILED);
}
