/* SPDX-License-Identifier: MIT */
/*
 * Right before a system call, an attacker moves the directory away and puts a symbolic link to a
 * victim's directory in its place. Whichever call it is, the victim's directory stays as it is,
 * although every name that the library uses stands there too. Or, right before a load opens
 * metadata.json, the attacker puts something else there: it is refused, unread, and nothing is
 * waited for.
 */
#include "support.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "system_calls.h"

/* In the working directory. */
static const char dir[] = "dir", away[] = "away", victim[] = "victim";

static struct {
    int dirfd;        /* of dir; it goes along when dir is moved */
    size_t countdown; /* to the call that the attack precedes */
    bool is_done;
    bool is_disk_full;
    char victim_before[4096];
} attack;

static enum nucleus_status save_at(const char *ignored, struct nucleus_error *err)
{
    (void)ignored;
    return save_sample_at("new", attack.dirfd, err);
}

/* The old file, whole; by its path, load may find the victim's. */
static void check_loaded(struct nucleus_metadata *metadata, bool is_at)
{
    assert_true(strcmp(metadata->container_id, "old") == 0 ||
                (!is_at && strcmp(metadata->container_id, victim) == 0));
    assert_string_equal(metadata->command[0], "sleep");
    nucleus_metadata_clear(metadata);
}

static enum nucleus_status load(const char *path, struct nucleus_error *err)
{
    struct nucleus_metadata metadata;
    enum nucleus_status status = nucleus_metadata_load(path, &metadata, err);

    if (status == NUCLEUS_OK)
        check_loaded(&metadata, false);
    return status;
}

static enum nucleus_status load_at(const char *ignored, struct nucleus_error *err)
{
    struct nucleus_metadata metadata;
    enum nucleus_status status = nucleus_metadata_load_at(attack.dirfd, &metadata, err);

    (void)ignored;
    if (status == NUCLEUS_OK)
        check_loaded(&metadata, true);
    return status;
}

static const struct row {
    const char *name;
    act_on_files *act;
    size_t first;   /* call that an attack precedes; 2: the directory is open then */
    size_t calls;   /* at least */
    const char *id; /* of the file in the directory, afterwards */
    bool is_disk_full;
} rows[] = {
    /* By its path, save follows a symbolic link that was there before it began. */
    {"save", save_new, 2, 8, "new", false},
    {"save_at", save_at, 1, 8, "new", false},
    {"failing save", save_new, 2, 8, "old", true},
    {"failing save_at", save_at, 1, 8, "old", true},
    {"load", load, 1, 5, "old", false},
    {"load_at", load_at, 1, 5, "old", false},
};

/* With a file and with what save would clean up. */
static void make_target(const char *path, const char *id)
{
    struct nucleus_error err;

    assert_int_equal(mkdir(path, 0700), 0);
    assert_status(save_sample(id, path, &err), NUCLEUS_OK, &err);
    write_text(path_in(path, "metadata.json.tmp"), "left over");
    write_text(path_in(path, ".metadata.json.tmp.0123456789abcdef"), "left over, too");
}

/* Names, inodes, modes and contents in the victim's directory. */
static void describe_victim(char *ret, size_t size)
{
    struct dirent **entries;
    int count = scandir(victim, &entries, NULL, alphasort);
    size_t used = 0;

    assert_true(count >= 2);
    for (int i = 0; i < count; i++) {
        const char *path = path_in(victim, entries[i]->d_name);
        struct stat info;
        char *text;

        assert_int_equal(lstat(path, &info), 0);
        text = S_ISREG(info.st_mode) ? read_file(path, NULL) : copy_text("");
        used += (size_t)snprintf(ret + used, size - used, "%s %ju %o %s\n", entries[i]->d_name,
                                 (uintmax_t)info.st_ino, (unsigned)info.st_mode, text);
        assert_true(used < size);
        free(text);
        free(entries[i]);
    }
    free(entries);
}

/* Each name in the directory stands in the victim's too, the temporary one included. */
static void copy_names(void)
{
    DIR *stream = opendir(dir);

    assert_non_null(stream);
    for (const struct dirent *entry; (entry = readdir(stream));) {
        const char *path = path_in(victim, entry->d_name);

        if (!exists(path))
            write_text(path, "a bait");
    }
    assert_int_equal(closedir(stream), 0);
}

static void swap_directory(struct call *call)
{
    if (attack.is_disk_full && call->kind == CALL_WRITE)
        fail_call(call, ENOSPC);
    if (--attack.countdown != 0)
        return;
    attack.is_done = true;
    copy_names();
    describe_victim(attack.victim_before, sizeof attack.victim_before);
    assert_int_equal(rename(dir, away), 0);
    assert_int_equal(symlink(victim, dir), 0);
}

static void check_attacked(const struct row *row, size_t nth)
{
    char after[sizeof attack.victim_before];

    describe_victim(after, sizeof after);
    if (strcmp(after, attack.victim_before) != 0)
        fail_msg("%s, before call %zu the victim had\n%snow it has\n%s", row->name, nth,
                 attack.victim_before, after);
    assert_true(has_saved(away, row->id));
    assert_int_equal(count_names(away), strcmp(row->id, "new") == 0 ? 2 : 3);
}

/* Returns false if the act had no nth call. */
static bool attack_call(const struct row *row, size_t nth)
{
    struct nucleus_error err;
    void *root;

    (void)enter_directory(&root);
    make_target(dir, "old");
    make_target(victim, victim);
    attack.dirfd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_true(attack.dirfd >= 0);
    attack.countdown = nth;
    attack.is_done = false;
    attack.is_disk_full = row->is_disk_full;
    assert_status(watch_act(row->act, dir, &err, swap_directory, NULL),
                  row->is_disk_full ? NUCLEUS_ERROR_IO : NUCLEUS_OK, &err);
    if (attack.is_done)
        check_attacked(row, nth);
    assert_int_equal(close(attack.dirfd), 0);
    (void)leave_directory(&root);
    return attack.is_done;
}

static void each_call_stays_in_the_directory_that_was_opened(void **state)
{
    (void)state;
    age_leftovers(2 * 60 * 60);
    for (const struct row *row = rows; row < rows + COUNT(rows); row++) {
        size_t nth = row->first;

        while (attack_call(row, nth))
            nth++;
        assert_true(nth > row->calls);
    }
}

static bool put_link(const char *path)
{
    return symlink("victim", path) == 0;
}

static bool put_fifo(const char *path)
{
    return mkfifo(path, 0600) == 0;
}

static bool put_directory(const char *path)
{
    return mkdir(path, 0700) == 0;
}

/* /dev/zero. */
static bool put_device(const char *path)
{
    return mknod(path, S_IFCHR | 0600, makedev(1, 5)) == 0;
}

static struct {
    const char *path;
    bool (*put)(const char *path); /* whether it could */
    bool is_put;
    size_t at; /* the opening that the swap precedes; those before it fail */
} swap;

static void swap_file(struct call *call)
{
    assert_int_not_equal(call->kind, CALL_READ);
    if (call->kind != CALL_OPENAT || call->object != OBJECT_FILE || swap.at == 0)
        return;
    if (--swap.at > 0) {
        fail_call(call, EACCES);
        return;
    }
    assert_int_equal(unlink(swap.path), 0);
    swap.is_put = swap.put(swap.path);
    if (!swap.is_put)
        fail_call(call, EIO);
}

static void load_refuses_what_is_put_in_place_of_its_file(void **state)
{
    static const char odd[] = "/metadata.json': is not a regular file";
    static const struct {
        const char *name;
        bool (*put)(const char *path);
        enum nucleus_status status;
        const char *message;
    } files[] = {
        {"link", put_link, NUCLEUS_ERROR_SYMLINK, ""},
        {"FIFO", put_fifo, NUCLEUS_ERROR_NOT_REGULAR, odd},
        {"directory", put_directory, NUCLEUS_ERROR_NOT_REGULAR, "is a directory"},
        {"device", put_device, NUCLEUS_ERROR_NOT_REGULAR, odd},
    };

    swap.path = path_in(*state, "metadata.json");
    assert_int_equal(save_sample(victim, *state, NULL), NUCLEUS_OK);
    assert_int_equal(rename(swap.path, path_in(*state, victim)), 0);
    /* A load looks at the file twice before it gives up. */
    for (size_t row = 0; row < 2 * COUNT(files); row++) {
        const size_t i = row / 2;
        struct nucleus_error err;

        assert_int_equal(save_new(*state, NULL), NUCLEUS_OK);
        swap.at = 1 + row % 2;
        swap.put = files[i].put;
        (void)alarm(60); /* an opened FIFO would hang */
        (void)!watch_act(load_sample, *state, &err, swap_file, NULL);
        (void)alarm(0);
        print_message("%s%s\n", files[i].name, swap.is_put ? "" : ": cannot be made here");
        if (swap.is_put) {
            assert_status(err.status, files[i].status, &err);
            assert_contains(err.message, files[i].message);
        }
        assert_int_equal(remove(swap.path), swap.is_put ? 0 : -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_call_stays_in_the_directory_that_was_opened),
        cmocka_unit_test_setup_teardown(load_refuses_what_is_put_in_place_of_its_file,
                                        make_directory, remove_directory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
