/* SPDX-License-Identifier: MIT */
/* A fanotify listener, such as a virus scanner, denies the open of the temporary file after it has
 * been created, so the save must remove it. */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/fanotify.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void deny_opens(int listener)
{
    struct fanotify_event_metadata event;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (read(listener, &event, sizeof event) == (ssize_t)sizeof event) {
        const struct fanotify_response response = {.fd = event.fd, .response = FAN_DENY};

        if (write(listener, &response, sizeof response) != (ssize_t)sizeof response)
            break;
        (void)close(event.fd);
    }
}

TEST_IN(empty_directory, a_denied_open_leaves_no_temporary_file)
{
    const int listener = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY);
    struct nucleus_error err;
    pid_t child;

    if (listener < 0)
        skip_test("fanotify is not available or not permitted");
    assert_int_equal(
        fanotify_mark(listener, FAN_MARK_ADD, FAN_OPEN_PERM | FAN_EVENT_ON_CHILD, AT_FDCWD, "."),
        0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        deny_opens(listener);
        _exit(0);
    }
    (void)save_sample("a", ".", &err);
    (void)kill(child, SIGKILL);
    (void)waitpid(child, NULL, 0);
    (void)close(listener);

    assert_status(err.status, NUCLEUS_ERROR_IO, &err);
    assert_int_equal(err.os_error, EPERM);
    assert_contains(err.message, "cannot create temporary file");
    assert_int_equal(count_names("."), 0);
}
