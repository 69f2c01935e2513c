/* SPDX-License-Identifier: MIT */
/*
 * Every public function leaves the process as it was, in success and in failure: signals, umask,
 * working directory, locale, environment, descriptors. That it never calls what would change them,
 * not even for a moment, and keeps no data, is for test_archive.sh.
 */
#include "support.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIGNALS = 65, MAX_FD = 64 };

struct snapshot {
    void (*handlers[SIGNALS])(int);
    int handler_flags[SIGNALS];
    bool is_blocked[SIGNALS];
    mode_t mask;
    char cwd[4096];
    char locale[256];
    char environment[32768];
    int descriptors[MAX_FD]; /* their flags, -1: closed */
    off_t offset;            /* of the directory; others write to what was inherited */
};

static void note_signals(struct snapshot *ret)
{
    sigset_t blocked;

    assert_int_equal(sigprocmask(SIG_BLOCK, NULL, &blocked), 0);
    for (int i = 1; i < SIGNALS; i++) {
        struct sigaction action;

        if (sigaction(i, NULL, &action) < 0)
            continue; /* no such signal, or the C library's own */
        ret->handlers[i] = action.sa_handler;
        ret->handler_flags[i] = action.sa_flags;
        ret->is_blocked[i] = sigismember(&blocked, i) == 1;
    }
}

static struct {
    const char *dir, *missing;
    int dirfd, badfd;
    char *text;
    struct nucleus_metadata metadata, unfit;
} world;

static void note(struct snapshot *ret)
{
    extern char **environ;
    size_t used = 0;

    memset(ret, 0, sizeof *ret);
    note_signals(ret);
    ret->mask = umask(0);
    (void)umask(ret->mask);
    assert_non_null(getcwd(ret->cwd, sizeof ret->cwd));
    (void)snprintf(ret->locale, sizeof ret->locale, "%s", setlocale(LC_ALL, NULL));
    for (char **variable = environ; *variable; variable++) {
        used += (size_t)snprintf(ret->environment + used, sizeof ret->environment - used, "%p %s\n",
                                 (void *)*variable, *variable);
        assert_true(used < sizeof ret->environment);
    }
    for (int fd = 0; fd < MAX_FD; fd++)
        ret->descriptors[fd] = fcntl(fd, F_GETFD);
    ret->offset = lseek(world.dirfd, 0, SEEK_CUR);
}

static int make_world(void **state)
{
    (void)make_directory(state);
    world.dir = *state;
    world.missing = "/nothing/here";
    world.dirfd = open(world.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    world.badfd = -1;
    world.text = read_data("nucleus-0.3.8-state-cgroup.json", NULL);
    world.metadata = sample_metadata("a");
    world.unfit = sample_metadata("\xff");
    /* Not by the library, whose first call would then stand before the first snapshot. */
    copy_file(TEST_DATA "/nucleus-0.2.0-metadata.json", path_in(world.dir, "metadata.json"));
    return 0;
}

static int remove_world(void **state)
{
    nucleus_metadata_clear(&world.metadata);
    nucleus_metadata_clear(&world.unfit);
    free(world.text);
    assert_int_equal(close(world.dirfd), 0);
    return remove_directory(state);
}

/* Each does its work well, or fails. */
static enum nucleus_status save(bool well)
{
    return nucleus_metadata_save(&world.metadata, well ? world.dir : world.missing, NULL);
}

static enum nucleus_status save_at(bool well)
{
    return nucleus_metadata_save_at(&world.metadata, well ? world.dirfd : world.badfd, NULL);
}

static enum nucleus_status load(bool well)
{
    return load_sample(well ? world.dir : world.missing, NULL);
}

static enum nucleus_status load_at(bool well)
{
    return load_sample_at(well ? world.dirfd : world.badfd, NULL);
}

static enum nucleus_status from_state(bool well)
{
    return capture_sample(well ? TEST_DATA "/cgroup" : world.missing, NULL);
}

static enum nucleus_status to_and_from_json(bool well)
{
    struct nucleus_metadata metadata = {0};
    char *text = NULL;
    size_t len = 0;
    enum nucleus_status status =
        nucleus_metadata_to_json(well ? &world.metadata : &world.unfit, &text, &len, NULL);

    if (status == NUCLEUS_OK)
        status = nucleus_metadata_from_json(text, len, &metadata, NULL);
    else
        assert_int_equal(nucleus_metadata_from_json("{", 1, &metadata, NULL), NUCLEUS_ERROR_SYNTAX);
    nucleus_metadata_clear(&metadata);
    free(text);
    return status;
}

static enum nucleus_status read_state(bool well)
{
    struct nucleus_state_document document = {0};
    enum nucleus_status status = nucleus_state_document_from_json(
        world.text, well ? strlen(world.text) : strlen(world.text) / 2, &document, NULL);

    nucleus_state_document_clear(&document);
    return status;
}

static enum nucleus_status name_and_version(bool well)
{
    assert_non_null(nucleus_checkpoint_version());
    assert_non_null(nucleus_status_name(NUCLEUS_OK));
    return well ? NUCLEUS_OK : NUCLEUS_ERROR_IO;
}

static const struct {
    const char *name;
    enum nucleus_status (*act)(bool well);
} acts[] = {
    {"save", save},
    {"save_at", save_at},
    {"load", load},
    {"load_at", load_at},
    {"from_state", from_state},
    {"to_json, from_json", to_and_from_json},
    {"state_document_from_json", read_state},
    {"status_name, version", name_and_version},
};

static void no_function_changes_the_process(void **state)
{
    static struct snapshot before, after;

    (void)state;
    for (size_t i = 0; i < 2 * COUNT(acts); i++) {
        const bool well = i % 2 == 0;

        note(&before);
        assert_int_equal(acts[i / 2].act(well) == NUCLEUS_OK, well);
        note(&after);
        if (memcmp(&before, &after, sizeof before) != 0)
            fail_msg("%s changes the process", acts[i / 2].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(no_function_changes_the_process, make_world, remove_world),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
