/* SPDX-License-Identifier: MIT */
#include "save_scenario.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory_faults.h"

const struct save_scenario save_scenarios[] = {
    {.name = "first save"},
    {.name = "overwrite", .has_old = true},
    {.name = "first save_at", .at = true},
    {.name = "overwriting save_at", .has_old = true, .at = true},
    {.name = "first save, cluttered", .clutter = STALE_TEMP},
    {.name = "overwrite, cluttered", .has_old = true, .clutter = STALE_TEMP},
    {.name = "overwriting save_at beside nucleus",
     .has_old = true,
     .at = true,
     .clutter = LIVE_TEMP},
    {.name = "first save beside a FIFO", .clutter = ODD_TEMP},
    {.name = "first save, 0-2 closed", .is_stdio_closed = true},
    {.name = "overwriting save_at, 0-2 closed",
     .has_old = true,
     .at = true,
     .is_stdio_closed = true},
};

const size_t save_scenarios_count = sizeof save_scenarios / sizeof save_scenarios[0];

static const char leftover_name[] = ".metadata.json.tmp.0123456789abcdef";
static const char temp_prefix[] = ".metadata.json.tmp.";

static struct {
    const struct save_scenario *scenario;
    struct file_server server;
    const char *dir;
    int dirfd;
    struct nucleus_metadata metadata; /* the new one */
    char *old_text, *new_text;
    size_t descriptors;
} fixture;

static char *encode(const struct nucleus_metadata *metadata)
{
    struct nucleus_error err;
    char *text;
    size_t len;

    assert_status(nucleus_metadata_to_json(metadata, &text, &len, &err), NUCLEUS_OK, &err);
    return text;
}

int make_save_fixture(void **state)
{
    struct nucleus_metadata old = sample_metadata("the-old-one");

    (void)make_directory(state);
    fixture.dir = *state;
    fixture.dirfd = open(fixture.dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_true(fixture.dirfd >= 0);
    fixture.metadata = sample_metadata("the-new-one, which is longer");
    fixture.old_text = encode(&old);
    fixture.new_text = encode(&fixture.metadata);
    nucleus_metadata_clear(&old);
    fixture.descriptors = count_descriptors();
    return 0;
}

int remove_save_fixture(void **state)
{
    clear_faults();
    set_scenario(NULL);
    (void)close(fixture.dirfd);
    nucleus_metadata_clear(&fixture.metadata);
    free(fixture.old_text);
    free(fixture.new_text);
    return remove_directory(state);
}

void set_save_scenario(const struct save_scenario *scenario, const struct file_server *server)
{
    fixture.scenario = scenario;
    fixture.server = *server;
    fixture.server.leftover_age = scenario->clutter == LIVE_TEMP ? 0 : 2 * 60 * 60;
    set_scenario(scenario->name);
    set_file_server(&fixture.server);
    limit_transfers(scenario->clutter != CLEAN ? 200 : 0);
}

/* The next name in a directory but . and ..; NULL: no more. */
static const char *next_name(DIR *stream)
{
    const struct dirent *entry;

    do
        entry = readdir(stream);
    while (entry && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
    return entry ? entry->d_name : NULL;
}

static void empty_directory(void)
{
    DIR *stream = opendir(fixture.dir);

    assert_non_null(stream);
    for (const char *name; (name = next_name(stream));)
        assert_int_equal(unlinkat(dirfd(stream), name, 0), 0);
    assert_int_equal(closedir(stream), 0);
}

static void prepare(void)
{
    empty_directory();
    if (fixture.scenario->has_old)
        write_text(path_in(fixture.dir, "metadata.json"), fixture.old_text);
    if (fixture.scenario->clutter == CLEAN)
        return;
    write_text(path_in(fixture.dir, leftover_name), "half a fi");
    if (fixture.scenario->clutter == ODD_TEMP)
        assert_int_equal(mkfifo(path_in(fixture.dir, "metadata.json.tmp"), 0600), 0);
    else
        write_text(path_in(fixture.dir, "metadata.json.tmp"), "half a fi");
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

/* metadata.json holds text; NULL: it is not there. */
static void check_file(const char *text)
{
    const char *path = path_in(fixture.dir, "metadata.json");
    char *found;

    check(exists(path) == (text != NULL), "metadata.json is there only if it should be");
    if (!text)
        return;
    found = read_file(path, NULL);
    check(strcmp(found, text) == 0, "metadata.json is whole, and the one that the status says");
    free(found);
}

/* Where the mode could not be set, no bit of it may be one too many. */
static void check_mode(bool is_mode_stuck)
{
    const char *path = path_in(fixture.dir, "metadata.json");
    struct stat info;

    check(lstat(path, &info) == 0, "there is a file");
    check((info.st_mode & 07777) == 0600 || (is_mode_stuck && (info.st_mode & 07177) == 0),
          "the mode is 0600");
    assert_int_equal(chmod(path, 0600), 0); /* to be read here */
}

/* Whether name is a temporary file of this save. */
static bool is_own_temp(const char *name)
{
    return strncmp(name, temp_prefix, strlen(temp_prefix)) == 0 && strcmp(name, leftover_name) != 0;
}

static void check_temps(const char *message, bool is_temp_stuck)
{
    DIR *stream = opendir(fixture.dir);
    char stuck[NAME_MAX + 64];

    assert_non_null(stream);
    for (const char *name; (name = next_name(stream));) {
        if (!is_own_temp(name))
            continue;
        check(is_temp_stuck, "no temporary file is left");
        (void)snprintf(stuck, sizeof stuck, "; temporary file '%s' could not be removed: ", name);
        check(strstr(message, stuck), "the message names the temporary file that is left");
    }
    assert_int_equal(closedir(stream), 0);
}

static void check_directory(const struct save_outcome *outcome, const struct call_report *report)
{
    if (outcome->status == NUCLEUS_OK || outcome->status == NUCLEUS_ERROR_NOT_DURABLE) {
        check(report->is_directory_flushed, "the directory is flushed");
        check_mode(report->is_mode_stuck);
        check_file(fixture.new_text);
    } else {
        check_file(fixture.scenario->has_old ? fixture.old_text : NULL);
    }
    check_temps(outcome->err.message, report->is_temp_stuck);
    if (fixture.scenario->clutter == LIVE_TEMP)
        check(exists(path_in(fixture.dir, "metadata.json.tmp")), "nucleus keeps its file");
}

static void save(struct save_outcome *outcome)
{
    const struct save_scenario *scenario = fixture.scenario;
    mode_t mask = umask(scenario->clutter != CLEAN ? 0777 : 0022);
    int kept[3];

    if (scenario->is_stdio_closed)
        take_stdio_away(kept);
    begin_faults();
    outcome->status =
        scenario->at ? nucleus_metadata_save_at(&fixture.metadata, fixture.dirfd, &outcome->err)
                     : nucleus_metadata_save(&fixture.metadata, fixture.dir, &outcome->err);
    if (scenario->is_stdio_closed)
        give_stdio_back(kept);
    (void)umask(mask);
}

struct save_outcome save_in_scenario(void)
{
    struct save_outcome outcome;
    struct call_report report;

    prepare();
    memset(&outcome, 0xa5, sizeof outcome);
    save(&outcome);
    report = end_faults();
    check(count_descriptors() == fixture.descriptors, "no descriptor is left or lost");
    check(count_blocks() == 0, "no memory is lost");
    check(report.lowest_fd > 2, "no descriptor below 3 is used");
    check_directory(&outcome, &report);
    if (outcome.status == NUCLEUS_OK && count_faults() == 0)
        check(count_names(fixture.dir) == (fixture.scenario->clutter == LIVE_TEMP ? 3 : 1),
              "old leftovers are swept, and they alone");
    return outcome;
}

void check_save_outcome(const struct expected *expected, const struct save_outcome *outcome)
{
    check_error(expected, outcome->status, &outcome->err, fixture.scenario->at ? "" : fixture.dir);
}
