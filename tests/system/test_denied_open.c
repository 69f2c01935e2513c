/* SPDX-License-Identifier: MIT */
/*
 * A fanotify listener, such as a virus scanner, denies the open of the temporary file. The file
 * exists all the same, so the save must remove it or name it.
 */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static struct {
    int notifications;
    pid_t listener;
} fixture;

/* Denies the event if it is about a temporary file. */
static void answer(int notifications, const struct fanotify_event_metadata *event)
{
    struct fanotify_response response = {.fd = event->fd, .response = FAN_ALLOW};
    char link[64];
    char path[4096];
    ssize_t len;

    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", event->fd);
    len = readlink(link, path, sizeof path - 1);
    path[len < 0 ? 0 : len] = '\0';
    if (strstr(path, "/.metadata.json.tmp."))
        response.response = FAN_DENY;
    if (write(notifications, &response, sizeof response) != (ssize_t)sizeof response)
        _exit(EXIT_FAILURE);
    (void)close(event->fd);
}

static void listen_forever(int notifications)
{
    struct fanotify_event_metadata events[16];

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
        ssize_t len = read(notifications, events, sizeof events);

        for (struct fanotify_event_metadata *event = events; FAN_EVENT_OK(event, len);
             event = FAN_EVENT_NEXT(event, len))
            answer(notifications, event);
    }
}

static int start_listener(void **state)
{
    assert_int_equal(enter_directory(state), 0);
    fixture.notifications = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY);
    assert_true(fixture.notifications >= 0);
    assert_int_equal(fanotify_mark(fixture.notifications, FAN_MARK_ADD,
                                   FAN_OPEN_PERM | FAN_EVENT_ON_CHILD, AT_FDCWD, "."),
                     0);
    fixture.listener = fork();
    assert_true(fixture.listener >= 0);
    if (fixture.listener == 0)
        listen_forever(fixture.notifications);
    return 0;
}

/* Closing the last descriptor permits what is still waiting for an answer. */
static int stop_listener(void **state)
{
    (void)kill(fixture.listener, SIGKILL);
    (void)waitpid(fixture.listener, NULL, 0);
    (void)close(fixture.notifications);
    return leave_directory(state);
}

/* ioctl(2) with the type of its request that the kernel has; that of musl is another. */
static int change_flags(int fd, unsigned long request, int *flags)
{
    return (int)syscall(SYS_ioctl, fd, request, flags);
}

static int set_append_only(bool is_append_only)
{
    int fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int flags = 0;
    int result;

    assert_true(fd >= 0);
    result = change_flags(fd, FS_IOC_GETFLAGS, &flags);
    flags = is_append_only ? flags | FS_APPEND_FL : flags & ~FS_APPEND_FL;
    if (result == 0)
        result = change_flags(fd, FS_IOC_SETFLAGS, &flags);
    (void)close(fd);
    return result;
}

static void a_denied_open_leaves_no_temporary_file(void **state)
{
    struct nucleus_error err;

    (void)state;
    assert_status(save_sample("a", ".", &err), NUCLEUS_ERROR_IO, &err);
    assert_int_equal(err.os_error, EPERM);
    assert_contains(err.message, "cannot create temporary file");
    assert_int_equal(count_names("."), 0);
}

static void a_temporary_file_that_cannot_be_removed_is_named(void **state)
{
    struct nucleus_error err;
    const char *name;
    char named[64];

    (void)state;
    assert_int_equal(set_append_only(true), 0);
    assert_int_equal(save_sample("a", ".", &err), NUCLEUS_ERROR_IO);
    assert_int_equal(set_append_only(false), 0);
    assert_int_equal(count_names("."), 1);
    assert_contains(err.message, "could not be removed");
    name = strstr(err.message, ".metadata.json.tmp.");
    assert_non_null(name);
    (void)snprintf(named, sizeof named, "%.*s", (int)strcspn(name, "'"), name);
    assert_true(exists(named));
}

/* Returns NULL, or the name of what this test needs and cannot do. */
static const char *find_missing(void)
{
    int notifications = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY);
    const char *missing = NULL;
    void *directory;

    if (notifications < 0)
        return "fanotify_init";
    (void)close(notifications);
    assert_int_equal(enter_directory(&directory), 0);
    if (set_append_only(true) < 0)
        missing = "append-only directories";
    else
        assert_int_equal(set_append_only(false), 0);
    assert_int_equal(leave_directory(&directory), 0);
    return missing;
}

int main(void)
{
#define WITH_LISTENER(test) cmocka_unit_test_setup_teardown(test, start_listener, stop_listener)
    const struct CMUnitTest tests[] = {
        WITH_LISTENER(a_denied_open_leaves_no_temporary_file),
        WITH_LISTENER(a_temporary_file_that_cannot_be_removed_is_named),
    };
    const char *missing = find_missing();

    if (missing) {
        print_message("skipped: %s: %s\n", missing, strerror(errno));
        return TEST_SKIPPED;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
