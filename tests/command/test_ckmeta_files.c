/* SPDX-License-Identifier: MIT */
/* What stands at metadata.json or metadata.json.tmp, where a file is expected. */
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STATE TEST_DATA "/nucleus-0.3.8-state.json"
#define SAMPLE "nucleus-0.3.8-metadata.json"

/* Each makes its object at path; victim is a file, made before. */
static int make_symlink(const char *path, const char *victim)
{
    return symlink(victim, path);
}

static int make_dangling_symlink(const char *path, const char *victim)
{
    (void)victim;
    return symlink("nowhere", path);
}

static int make_hard_link(const char *path, const char *victim)
{
    return link(victim, path);
}

static int make_fifo(const char *path, const char *victim)
{
    (void)victim;
    return mkfifo(path, 0600);
}

static int make_socket(const char *path, const char *victim)
{
    (void)victim;
    return mknod(path, S_IFSOCK | 0600, 0);
}

static int make_dir(const char *path, const char *victim)
{
    (void)victim;
    return mkdir(path, 0700);
}

/* What each command says to an object; NULL: it succeeds. */
static const struct row {
    const char *name;
    int (*make)(const char *path, const char *victim);
    const char *load, *save, *save_beside;
} rows[] = {
    {"symlink", make_symlink, "symbolic link", NULL, "symbolic link"},
    {"dangling symlink", make_dangling_symlink, "symbolic link", NULL, "symbolic link"},
    {"hard link", make_hard_link, NULL, NULL, NULL},
    {"FIFO", make_fifo, "not a regular file", NULL, NULL},
    {"socket", make_socket, "not a regular file", NULL, NULL},
    {"directory", make_dir, "not a regular file", "directory", "directory"},
};

/* A victim and a directory with one odd object, called name, in it. */
struct place {
    char victim[512], dir[512], object[512];
    struct stat before; /* of the object */
};

static void set_up(struct place *place, const char *base, const struct row *row, const char *name)
{
    size_t len;
    char *text = read_data(SAMPLE, &len);

    (void)snprintf(place->victim, sizeof place->victim, "%s/victim", base);
    (void)snprintf(place->dir, sizeof place->dir, "%s/dir", base);
    (void)snprintf(place->object, sizeof place->object, "%s/dir/%s", base, name);
    write_file(place->victim, text, len);
    free(text);
    assert_int_equal(mkdir(place->dir, 0700), 0);
    if (row->make(place->object, place->victim) != 0)
        fail_msg("%s: cannot be made", row->name);
    assert_int_equal(lstat(place->object, &place->before), 0);
}

static void check_victim(const struct place *place, const char *row)
{
    char *text = read_file(place->victim, NULL);
    char *expected = read_data(SAMPLE, NULL);

    if (strcmp(text, expected) != 0)
        fail_msg("%s: the victim was written to", row);
    free(expected);
    free(text);
    if (exists(path_in(place->dir, "nowhere")))
        fail_msg("%s: a dangling symbolic link was followed", row);
}

static void check_untouched(const struct place *place, const char *row)
{
    struct stat after;

    if (lstat(place->object, &after) != 0 || after.st_ino != place->before.st_ino ||
        after.st_mode != place->before.st_mode || count_names(place->dir) != 1)
        fail_msg("%s: the directory was changed", row);
}

/* Whether DIR holds one new file and nothing else. */
static void check_saved(const struct place *place, const char *row)
{
    struct stat info;

    if (lstat(path_in(place->dir, "metadata.json"), &info) != 0 ||
        info.st_mode != (S_IFREG | 0600) || info.st_nlink != 1 || count_names(place->dir) != 1)
        fail_msg("%s: there is not just one new file of mode 0600", row);
}

static void tear_down(struct place *place)
{
    assert_int_equal(unlink(place->victim), 0);
    if (remove(place->object) != 0)
        assert_int_equal(unlink(path_in(place->dir, "metadata.json")), 0);
    assert_int_equal(rmdir(place->dir), 0);
}

static void load_refuses_what_is_no_regular_file(void **state)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct place place;

        set_up(&place, *state, &rows[i], "metadata.json");
        if (rows[i].load)
            check_failed(rows[i].name, CKMETA_RUN("load", place.dir), EXIT_FAILED, rows[i].load);
        else
            check_done(rows[i].name, CKMETA_RUN("load", place.dir, "version"), "0.3.8\n");
        check_untouched(&place, rows[i].name);
        check_victim(&place, rows[i].name);
        tear_down(&place);
    }
}

static void check_save(const char *base, const struct row *row, const char *name,
                       const char *message)
{
    struct place place;

    set_up(&place, base, row, name);
    if (message) {
        check_failed(row->name, CKMETA_RUN("save", "--state", STATE, place.dir), EXIT_FAILED,
                     message);
        check_untouched(&place, row->name);
    } else {
        check_done(row->name, CKMETA_RUN("save", "--state", STATE, place.dir), "");
        check_saved(&place, row->name);
    }
    check_victim(&place, row->name);
    tear_down(&place);
}

static void save_replaces_all_but_a_directory(void **state)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check_save(*state, &rows[i], "metadata.json", rows[i].save);
}

static void save_removes_a_stale_temporary_file_but_no_symlink_or_directory(void **state)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check_save(*state, &rows[i], "metadata.json.tmp", rows[i].save_beside);
}

static void a_longer_leftover_is_not_written_into(void **state)
{
    char stale[5000];

    memset(stale, 'x', sizeof stale);
    write_file(path_in(*state, "metadata.json.tmp"), stale, sizeof stale);
    write_file(path_in(*state, "metadata.json"), stale, sizeof stale);
    check_done("save", CKMETA_RUN("save", "--state", STATE, *state), "");
    check_done("load", CKMETA_RUN("load", *state, "container_name"), "web-1\n");
    assert_int_equal(count_names(*state), 1);
}

static void the_mode_is_0600_under_any_umask(void **state)
{
    static const mode_t masks[] = {0777, 0, 022, 0277};

    for (size_t i = 0; i < sizeof masks / sizeof masks[0]; i++) {
        mode_t old = umask(masks[i]);
        struct outcome outcome = CKMETA_RUN("save", "--state", STATE, *state);
        struct stat info;

        (void)umask(old);
        check_done("save", outcome, "");
        assert_int_equal(lstat(path_in(*state, "metadata.json"), &info), 0);
        assert_int_equal(info.st_mode, S_IFREG | 0600);
        assert_int_equal(unlink(path_in(*state, "metadata.json")), 0);
    }
}

int main(void)
{
#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(load_refuses_what_is_no_regular_file),
        IN_DIRECTORY(save_replaces_all_but_a_directory),
        IN_DIRECTORY(save_removes_a_stale_temporary_file_but_no_symlink_or_directory),
        IN_DIRECTORY(a_longer_leftover_is_not_written_into),
        IN_DIRECTORY(the_mode_is_0600_under_any_umask),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
