/* SPDX-License-Identifier: MIT */
/*
 * What a save does about temporary files: those that dead savers of ours have left, and
 * metadata.json.tmp, nucleus's, whose saver may be alive. The clock is the file server's, so each
 * test says what it shows.
 */
#include "support.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "system_calls.h"

enum { HOUR = 60 * 60, NOW = 2000000000, OLD = NOW - 2 * HOUR, YOUNG = NOW - HOUR };

static const char fixed[] = "metadata.json.tmp";
static const char own[] = ".metadata.json.tmp.0123456789abcdef";

/* What the library sees. */
static struct {
    uid_t owner, left_owner; /* of the new file, and of other temporary files */
    int64_t now;             /* ctime of the new file */
    int64_t left;            /* ctime of every temporary file of another saver */
    int64_t modified;        /* mtime of everything */
    const char *stale;       /* the only one of the files of others that is old, or NULL */
    bool is_own_stale;       /* by its name, but not by its descriptor */
    int listing;             /* errno of each listing; 0: it works; -1: it never ends */
    unsigned char type;      /* d_type of every entry, unless it is 0 */
    size_t listings;
} world;

static int make_world(void **state)
{
    memset(&world, 0, sizeof world);
    world.now = NOW;
    world.left = OLD;
    return make_directory(state);
}

/* One entry fills the buffer, again and again. */
static void list_forever(struct call *call)
{
    struct dirent64 *entry = call->bytes;

    memset(entry, 0, call->size);
    entry->d_reclen = (unsigned short)call->size;
    strcpy(entry->d_name, "pages-1.img");
    call->is_answered = true;
    call->result = (long)call->size;
}

static void before(struct call *call)
{
    if (call->kind == CALL_OPENAT &&
        (call->object == OBJECT_FIXED_TEMP || call->object == OBJECT_LEFTOVER))
        fail_msg("%s is opened", call->path);
    if (call->kind != CALL_GETDENTS)
        return;
    world.listings++;
    assert_int_equal(call->size, 4096);
    if (world.listing < 0)
        list_forever(call);
    else if (world.listing > 0)
        fail_call(call, world.listing);
}

static void mistype(struct call *call)
{
    for (long at = 0; at < call->result;) {
        struct dirent64 *entry = (struct dirent64 *)(void *)((char *)call->bytes + at);

        entry->d_type = world.type;
        at += entry->d_reclen;
    }
}

static void after(struct call *call)
{
    if (call->kind == CALL_GETDENTS && world.type != 0 && !call->is_answered)
        mistype(call);
    if (!call->info || call->result < 0)
        return;
    call->info->st_ctime = (time_t)(call->object == OBJECT_TEMP ? world.now : world.left);
    call->info->st_mtime = (time_t)world.modified;
    if (world.stale && call->path && strcmp(call->path, world.stale) == 0)
        call->info->st_ctime = (time_t)OLD;
    if (world.is_own_stale && call->kind == CALL_FSTATAT)
        call->info->st_ctime = (time_t)OLD;
    call->info->st_uid = call->object == OBJECT_TEMP ? world.owner : world.left_owner;
}

static void save(const char *dir)
{
    struct nucleus_error err;

    assert_status(watch_act(save_new, dir, &err, before, after), NUCLEUS_OK, &err);
    assert_true(has_saved(dir, "new"));
}

static void save_sweeps_what_is_more_than_an_hour_older_than_its_own_file(void **state)
{
    static const int64_t modified[] = {0, NOW, INT64_MAX};
    static const struct {
        int64_t now, left;
        bool is_left;
    } rows[] = {
        {NOW, NOW - HOUR - 1, false},
        {NOW, NOW - HOUR, true},
        {NOW, NOW, true},
        {NOW, NOW + HOUR + 1, true},
        {NOW, 0, false},
        {0, -HOUR - 1, false},
        {-HOUR, 0, true},
        {INT64_MAX, INT64_MIN, false},
        {INT64_MIN, INT64_MAX, true},
        {INT64_MAX, INT64_MAX - HOUR - 1, false},
        {INT64_MAX, INT64_MAX - HOUR, true},
        {INT64_MAX, INT64_MAX, true},
        {INT64_MIN + HOUR + 1, INT64_MIN, false},
        {INT64_MIN + HOUR, INT64_MIN, true},
        {INT64_MIN, INT64_MIN, true},
    };

    for (size_t i = 0; i < 3 * COUNT(rows); i++) {
        world.now = rows[i / 3].now;
        world.left = rows[i / 3].left;
        world.modified = modified[i % 3];
        write_text(path_in(*state, own), "half a fi");
        save(*state);
        if (exists(path_in(*state, own)) != rows[i / 3].is_left)
            fail_msg("row %zu, mtime %zu: not as it should be", i / 3, i % 3);
    }
}

static void make_file(const char *path)
{
    write_text(path, "half a fi");
}

static void make_subdirectory(const char *path)
{
    assert_int_equal(mkdir(path, 0700), 0);
}

static void make_symlink(const char *path)
{
    assert_int_equal(symlink("metadata.json", path), 0);
}

static void make_fifo(const char *path)
{
    assert_int_equal(mkfifo(path, 0600), 0);
}

static void make_nothing(const char *path)
{
    (void)path;
}

static void save_sweeps_regular_files_of_the_exact_name(void **state)
{
    static const unsigned char types[] = {0, DT_REG, DT_DIR, DT_LNK, DT_FIFO};
    static const struct {
        const char *name;
        void (*make)(const char *path);
        bool is_swept;
    } rows[] = {
        {".metadata.json.tmp.0123456789abcdef", make_file, true},
        {".metadata.json.tmp.ffffffffffffffff", make_file, true},
        {".metadata.json.tmp.0123456789abcde", make_file, false},
        {".metadata.json.tmp.0123456789abcdef0", make_file, false},
        {".metadata.json.tmp.0123456789abcdef~", make_file, false},
        {".metadata.json.tmp.0123456789ABCDEF", make_file, false},
        {".metadata.json.tmp.0123456789abcdeg", make_file, false},
        {".metadata.json.tmp.012345678:abcdef", make_file, false},
        {".metadata.json.tmp.012345678`abcdef", make_file, false},
        {".metadata.json.tmp.", make_file, false},
        {".metadata.json.tmp-0123456789abcdef", make_file, false},
        {".metadata.json.0123456789abcdef", make_file, false},
        {"metadata.json.tmp.0123456789abcdef", make_file, false},
        {".state.json.tmp.0123456789abcdef", make_file, false},
        {"metadata.json.tmp~", make_file, false},
        {".metadata.json.tmp.1111111111111111", make_subdirectory, false},
        {".metadata.json.tmp.2222222222222222", make_symlink, false},
        {".metadata.json.tmp.3333333333333333", make_fifo, false},
    };
    enum { ROWS = COUNT(rows) };

    for (size_t i = 0; i < sizeof types; i++) {
        world.type = types[i];
        for (size_t j = 0; j < ROWS; j++)
            if (!exists(path_in(*state, rows[j].name)))
                rows[j].make(path_in(*state, rows[j].name));
        save(*state);
        for (size_t j = 0; j < ROWS; j++)
            if (exists(path_in(*state, rows[j].name)) == rows[j].is_swept)
                fail_msg("%s is %s", rows[j].name, rows[j].is_swept ? "left" : "gone");
    }
}

static void save_removes_only_files_of_the_owner_of_its_own_file(void **state)
{
    static const struct {
        uid_t owner, left_owner;
        bool is_left;
    } rows[] = {
        {0, 0, false},   {1000, 1000, false}, {65533, 65533, false}, {0, 1000, true},
        {1000, 0, true}, {65534, 0, true},    {65534, 65534, true}, /* nobody knows whose it is */
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        make_file(path_in(*state, own));
        world.owner = rows[i].owner;
        world.left_owner = rows[i].left_owner;
        save(*state);
        assert_int_equal(exists(path_in(*state, own)), rows[i].is_left);
    }
}

/* The stale files are among names that take several reads. */
static void save_sweeps_eight_at_most(void **state)
{
    char name[64];

    for (int i = 0; i < 400; i++) {
        /* What only resembles their names takes the place of none. */
        (void)snprintf(name, sizeof name, "%cmetadata.json.tmp.%015x%c", ".._.."[i % 5], i,
                       "g`0:-"[i % 5]);
        make_file(path_in(*state, name));
        (void)snprintf(name, sizeof name, ".metadata.json.tmp.%016x", i);
        if (i % 40 == 0)
            make_file(path_in(*state, name));
        else if (i % 4 == 0)
            make_symlink(path_in(*state, name));
    }
    save(*state);
    assert_true(world.listings > 4);
    assert_int_equal(count_names(*state), 1 + 400 + 90 + 2);
    save(*state);
    assert_int_equal(count_names(*state), 1 + 400 + 90);
}

/* CRIU writes thousands of files into the directory, and eight younger temporary files come first.
 */
static void save_finds_a_stale_file_among_many_names(void **state)
{
    enum { NAMES = 8000 };
    char name[64];

    world.left = YOUNG;
    world.stale = own;
    for (int i = 0; i < NAMES; i++) {
        (void)snprintf(name, sizeof name, i < 100 ? ".metadata.json.tmp.%016x" : "pages-%d.img", i);
        make_file(path_in(*state, name));
    }
    make_file(path_in(*state, own));
    save(*state);
    assert_false(exists(path_in(*state, own)));
    assert_int_equal(count_names(*state), NAMES + 1);
}

/* A file system may report a different time by the name than by the descriptor. */
static void save_never_removes_its_own_file(void **state)
{
    world.is_own_stale = true;
    save(*state);
    assert_int_equal(count_names(*state), 1);
}

/* nucleus may be alive, so its file is left alone; a link or a directory is refused. */
static void save_checks_the_file_of_nucleus_regardless_of_the_listing(void **state)
{
    static const int listings[] = {0, -1, ENOSYS, EIO, EINTR};
    static const struct {
        void (*make)(const char *path);
        int64_t left;
        enum nucleus_status status;
        bool is_left;
    } rows[] = {
        {make_nothing, OLD, NUCLEUS_OK, false},
        {make_file, OLD, NUCLEUS_OK, true},
        {make_file, YOUNG, NUCLEUS_OK, true},
        {make_symlink, OLD, NUCLEUS_ERROR_SYMLINK, true},
        {make_subdirectory, OLD, NUCLEUS_ERROR_NOT_REGULAR, true},
        {make_fifo, OLD, NUCLEUS_OK, true},
    };
    enum { ROWS = COUNT(rows) };

    for (size_t i = 0; i < ROWS * COUNT(listings); i++) {
        const char *path = path_in(*state, fixed);
        struct nucleus_error err;

        (void)remove(path);
        rows[i % ROWS].make(path);
        world.left = rows[i % ROWS].left;
        world.listing = listings[i / ROWS];
        world.listings = 0;
        assert_status(watch_act(save_new, *state, &err, before, after), rows[i % ROWS].status,
                      &err);
        if (exists(path) != rows[i % ROWS].is_left)
            fail_msg("row %zu, listing %d: not as it should be", i % ROWS, world.listing);
        if (world.listing < 0 && err.status == NUCLEUS_OK)
            assert_int_equal(world.listings, 1024);
        assert_int_equal(err.os_error, 0);
        if (err.status != NUCLEUS_OK)
            assert_contains(err.message, ": 'metadata.json.tmp' is a ");
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_world, remove_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(save_sweeps_what_is_more_than_an_hour_older_than_its_own_file),
        TEST(save_sweeps_regular_files_of_the_exact_name),
        TEST(save_removes_only_files_of_the_owner_of_its_own_file),
        TEST(save_sweeps_eight_at_most),
        TEST(save_finds_a_stale_file_among_many_names),
        TEST(save_never_removes_its_own_file),
        TEST(save_checks_the_file_of_nucleus_regardless_of_the_listing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
