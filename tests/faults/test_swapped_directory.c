/* SPDX-License-Identifier: MIT */
/*
 * Right before a system call, an attacker moves the directory away and puts a symbolic link to a
 * victim's directory in its place. Whichever call it is, the victim's directory stays as it is,
 * although every name that the library uses stands there too.
 */
#include "support.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file_server.h"
#include "system_calls.h"

static struct {
    char *dir, *away, *victim; /* paths */
    int dirfd;                 /* of dir; it goes along when dir is moved */
    size_t countdown;          /* to the call that the attack precedes */
    bool is_done;
    bool is_disk_full;
    char victim_before[4096];
} attack;

static int make_places(void **state)
{
    (void)make_directory(state);
    attack.dir = copy_text(path_in(*state, "dir"));
    attack.away = copy_text(path_in(*state, "away"));
    attack.victim = copy_text(path_in(*state, "victim"));
    attack.is_disk_full = false;
    return 0;
}

static int remove_places(void **state)
{
    free(attack.dir);
    free(attack.away);
    free(attack.victim);
    return remove_directory(state);
}

static void save_plainly(const char *dir, const char *id)
{
    struct nucleus_error err;

    assert_status(save_sample(id, dir, &err), NUCLEUS_OK, &err);
}

/* What save cleans up, once it is old: it is, by far_away. */
static void leave(const char *dir)
{
    write_text(path_in(dir, "metadata.json.tmp"), "left over");
    write_text(path_in(dir, ".metadata.json.tmp.0123456789abcdef"), "left over, too");
}

static void far_away(struct call *call)
{
    answer_as(&(struct file_server){.leftover_age = 2 * 60 * 60}, call);
}

/* The directory and the victim's, each with a file and with what save would clean up. */
static void set_up(size_t nth)
{
    assert_int_equal(mkdir(attack.dir, 0700), 0);
    assert_int_equal(mkdir(attack.victim, 0700), 0);
    save_plainly(attack.dir, "old");
    save_plainly(attack.victim, "victim");
    leave(attack.dir);
    leave(attack.victim);
    attack.dirfd = open(attack.dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_true(attack.dirfd >= 0);
    attack.countdown = nth;
    attack.is_done = false;
}

static void remove_all(const char *dir)
{
    char *path = copy_text(dir);

    (void)remove_directory((void **)&path);
}

static void tear_down(void)
{
    assert_int_equal(close(attack.dirfd), 0);
    if (attack.is_done) {
        assert_int_equal(unlink(attack.dir), 0);
        remove_all(attack.away);
    } else {
        remove_all(attack.dir);
    }
    remove_all(attack.victim);
}

/* Names, inodes, modes and contents in dir. */
static void describe(const char *dir, char *ret, size_t size)
{
    struct dirent **entries;
    int count = scandir(dir, &entries, NULL, alphasort);
    size_t used = 0;

    assert_true(count >= 2);
    for (int i = 0; i < count; i++) {
        const char *path = path_in(dir, entries[i]->d_name);
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
    DIR *stream = opendir(attack.dir);

    assert_non_null(stream);
    for (const struct dirent *entry; (entry = readdir(stream));) {
        const char *path = path_in(attack.victim, entry->d_name);

        if (!exists(path))
            write_text(path, "a bait");
    }
    assert_int_equal(closedir(stream), 0);
}

static void swap(struct call *call)
{
    if (attack.is_disk_full && call->kind == CALL_WRITE)
        fail_call(call, ENOSPC);
    if (--attack.countdown != 0)
        return;
    attack.is_done = true;
    copy_names();
    describe(attack.victim, attack.victim_before, sizeof attack.victim_before);
    assert_int_equal(rename(attack.dir, attack.away), 0);
    assert_int_equal(symlink("victim", attack.dir), 0);
}

static void check_victim(size_t nth)
{
    char after[sizeof attack.victim_before];

    describe(attack.victim, after, sizeof after);
    if (strcmp(after, attack.victim_before) != 0)
        fail_msg("before call %zu the victim had\n%snow it has\n%s", nth, attack.victim_before,
                 after);
}

static enum nucleus_status save(bool at)
{
    struct nucleus_metadata metadata = sample_metadata("new");
    enum nucleus_status status;

    watch_calls(swap, far_away);
    status = at ? nucleus_metadata_save_at(&metadata, attack.dirfd, NULL)
                : nucleus_metadata_save(&metadata, attack.dir, NULL);
    assert_null(unwatch_calls().misuse);
    nucleus_metadata_clear(&metadata);
    return status;
}

/* Returns false if the save had no nth call. */
static bool attack_save(bool at, size_t nth)
{
    enum nucleus_status expected = attack.is_disk_full ? NUCLEUS_ERROR_IO : NUCLEUS_OK;

    set_up(nth);
    assert_int_equal(save(at), expected);
    if (attack.is_done) {
        check_victim(nth);
        assert_true(has_saved(attack.away, attack.is_disk_full ? "old" : "new"));
        assert_int_equal(count_names(attack.away), attack.is_disk_full ? 3 : 1);
    }
    tear_down();
    return attack.is_done;
}

static void attack_each_call_of_save(bool at, size_t first)
{
    size_t nth = first;

    while (attack_save(at, nth))
        nth++;
    assert_true(nth > 8);
}

/* Its first call opens the directory: save follows a symbolic link that was there before. */
static void save_stays_in_the_directory_that_it_opened(void **state)
{
    (void)state;
    attack_each_call_of_save(false, 2);
}

static void save_at_stays_in_its_directory(void **state)
{
    (void)state;
    attack_each_call_of_save(true, 1);
}

static void a_failing_save_stays_in_the_directory_that_it_opened(void **state)
{
    (void)state;
    attack.is_disk_full = true;
    attack_each_call_of_save(false, 2);
}

static void a_failing_save_at_stays_in_its_directory(void **state)
{
    (void)state;
    attack.is_disk_full = true;
    attack_each_call_of_save(true, 1);
}

/* Returns false if the load had no nth call. */
static bool attack_load(bool at, size_t nth)
{
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    enum nucleus_status status;

    set_up(nth);
    watch_calls(swap, far_away);
    status = at ? nucleus_metadata_load_at(attack.dirfd, &metadata, &err)
                : nucleus_metadata_load(attack.dir, &metadata, &err);
    assert_null(unwatch_calls().misuse);
    assert_status(status, NUCLEUS_OK, &err);
    /* By its path, load may find the victim's: whole, not a mixture. */
    assert_true(strcmp(metadata.container_id, "old") == 0 ||
                (!at && strcmp(metadata.container_id, "victim") == 0));
    assert_string_equal(metadata.command[0], "sleep");
    nucleus_metadata_clear(&metadata);
    if (attack.is_done)
        check_victim(nth);
    tear_down();
    return attack.is_done;
}

static void load_at_reads_from_its_directory(void **state)
{
    size_t nth = 1;

    (void)state;
    while (attack_load(true, nth))
        nth++;
    assert_true(nth > 5);
}

static void load_changes_nothing_wherever_its_path_leads(void **state)
{
    size_t nth = 1;

    (void)state;
    while (attack_load(false, nth))
        nth++;
    assert_true(nth > 5);
}

#define SWAP_TEST(test) cmocka_unit_test_setup_teardown(test, make_places, remove_places)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SWAP_TEST(save_stays_in_the_directory_that_it_opened),
        SWAP_TEST(save_at_stays_in_its_directory),
        SWAP_TEST(a_failing_save_stays_in_the_directory_that_it_opened),
        SWAP_TEST(a_failing_save_at_stays_in_its_directory),
        SWAP_TEST(load_at_reads_from_its_directory),
        SWAP_TEST(load_changes_nothing_wherever_its_path_leads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
