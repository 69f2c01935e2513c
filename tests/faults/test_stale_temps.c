/* SPDX-License-Identifier: MIT */
/* Tests the names of temporary files, and that a save removes those of savers that died. The age of
 * a file is the difference between two timestamps of the file server, which are simulated here. */
#include "system_calls.h"
#include "test.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "stale_temps.h"

enum { HOUR = 60 * 60, NOW = 2000000000 };

static const char stale_name[] = ".metadata.json.tmp.0123456789abcdef";

/* The attributes that the library sees of the new file and of other temporary files. */
static struct {
    uid_t own_uid, other_uid;
    int64_t own_ctime, other_ctime;
    bool is_listing_endless;
    size_t listings;
} fixture;

static void stale_files(void)
{
    memset(&fixture, 0, sizeof fixture);
    fixture.own_ctime = NOW;
    fixture.other_ctime = NOW - 2 * HOUR;
}

static void list_forever(struct call *call)
{
    struct dirent64 entry = {.d_name = "pages-1.img"};

    if (!is_call(call, "getdents"))
        return;
    fixture.listings++;
    if (!fixture.is_listing_endless)
        return;
    entry.d_reclen = (unsigned short)call->size;
    memset(call->bytes, 0, call->size);
    memcpy(call->bytes, &entry, sizeof entry);
    answer_call(call, (long)call->size, 0);
}

static void simulate(struct call *call)
{
    const bool is_own = strcmp(call->object, "temp") == 0;

    if (!call->info || call->result < 0)
        return;
    call->info->st_uid = is_own ? fixture.own_uid : fixture.other_uid;
    call->info->st_mtime = 0; /* NFSv3 may store anything there */
    /* A lookup by name may report another time, but the new file must not seem stale. */
    call->info->st_ctime = (time_t)(is_call(call, "fstat temp") ? fixture.own_ctime
                                    : is_own                    ? fixture.own_ctime - 2 * HOUR
                                                                : fixture.other_ctime);
    if (call->path && strncmp(call->path, ".metadata.json.tmp.eeee", 23) == 0)
        call->info->st_ctime = (time_t)fixture.own_ctime;
}

static void save(void)
{
    struct nucleus_error err;

    set_call_hooks(list_forever, simulate);
    (void)save_sample("new", ".", &err);
    set_call_hooks(NULL, NULL);
    assert_status(err.status, NUCLEUS_OK, &err);
    assert_true(has_saved(".", "new"));
}

static const struct {
    const char *name;
    int64_t own, other; /* ctimes */
    bool is_kept;
} ages[] = {
    {"an hour and a second", NOW, NOW - HOUR - 1, false},
    {"an hour", NOW, NOW - HOUR, true},
    {"the same age", NOW, NOW, true},
    {"younger", NOW, NOW + HOUR + 1, true},
    {"an hour and a second before 1970", 0, -HOUR - 1, false},
    {"younger, own before 1970", -HOUR, 0, true},
    {"oldest, own youngest", INT64_MAX, INT64_MIN, false},
    {"youngest, own oldest", INT64_MIN, INT64_MAX, true},
    {"oldest, an hour and a second", INT64_MIN + HOUR + 1, INT64_MIN, false},
    {"oldest, an hour", INT64_MIN + HOUR, INT64_MIN, true},
};

TEST_EACH_IN(stale_files, ages, save_removes_files_that_are_more_than_an_hour_older_than_its_own)
{
    fixture.own_ctime = row->own;
    fixture.other_ctime = row->other;
    write_text(stale_name, "");
    save();
    assert_int_equal(exists(stale_name), row->is_kept);
}

static const struct {
    const char *name;
    mode_t type; /* S_IFLNK, or as for mknod(2) */
    bool is_kept;
} names[] = {
    {".metadata.json.tmp.0123456789abcdef", S_IFREG, false},
    {".metadata.json.tmp.ffffffffffffffff", S_IFREG, false},
    {".metadata.json.tmp.0123456789abcde", S_IFREG, true},
    {".metadata.json.tmp.0123456789abcdef0", S_IFREG, true},
    {".metadata.json.tmp.0123456789abcdef~", S_IFREG, true},
    {".metadata.json.tmp.0123456789ABCDEF", S_IFREG, true},
    {".metadata.json.tmp.0123456789abcdeg", S_IFREG, true},
    {".metadata.json.tmp.012345678:abcdef", S_IFREG, true},
    {".metadata.json.tmp.012345678`abcdef", S_IFREG, true},
    {".metadata.json.tmp.", S_IFREG, true},
    {".metadata.json.tmp-0123456789abcdef", S_IFREG, true},
    {".metadata.json.0123456789abcdef", S_IFREG, true},
    {"metadata.json.tmp.0123456789abcdef", S_IFREG, true},
    {".state.json.tmp.0123456789abcdef", S_IFREG, true},
    {"metadata.json.tmp", S_IFREG, true},
    {".metadata.json.tmp.1111111111111111", S_IFDIR, true},
    {".metadata.json.tmp.2222222222222222", S_IFLNK, true},
    {".metadata.json.tmp.3333333333333333", S_IFIFO, true},
};

TEST_EACH_IN(stale_files, names, save_removes_only_regular_files_whose_name_matches_exactly)
{
    if (row->type == S_IFDIR)
        assert_int_equal(mkdir(row->name, 0700), 0);
    else if (row->type == S_IFLNK)
        assert_int_equal(symlink("metadata.json", row->name), 0);
    else
        assert_int_equal(mknod(row->name, row->type | 0600, 0), 0);
    save();
    assert_int_equal(exists(row->name), row->is_kept);
}

static const struct {
    const char *name;
    uid_t own, other;
    bool is_kept;
} owners[] = {
    {"root", 0, 0, false},
    {"a user", 1000, 1000, false},
    {"a high user ID", 65533, 65533, false},
    {"root, with a file of a user", 0, 1000, true},
    {"a user, with a file of root", 1000, 0, true},
    {"the overflow user, with a file of root", 65534, 0, true},
    {"the overflow user, with a file of the overflow user", 65534, 65534, true},
};

TEST_EACH_IN(stale_files, owners, save_removes_only_files_of_the_same_owner)
{
    write_text(stale_name, "");
    fixture.own_uid = row->own;
    fixture.other_uid = row->other;
    save();
    assert_int_equal(exists(stale_name), row->is_kept);
}

/* The ten stale files are spread over a listing that takes several calls to read. */
TEST_IN(stale_files, save_removes_at_most_eight_files)
{
    char name[64];

    for (int i = 0; i < 400; i++) {
        (void)snprintf(name, sizeof name,
                       i % 40 == 39 ? ".metadata.json.tmp.%016x"
                       : i % 2 == 0 ? ".metadata.json.tmp.eeee%012x"
                                    : ".metadata.json.tmp.%015x-",
                       i);
        write_text(name, "");
    }
    save();
    assert_true(fixture.listings > 2);
    assert_int_equal(count_names("."), 1 + 390 + 2);
    save();
    assert_int_equal(count_names("."), 1 + 390);
}

TEST_IN(stale_files, save_reads_a_listing_with_at_most_1024_calls)
{
    fixture.is_listing_endless = true;
    save();
    assert_int_equal(fixture.listings, 1024);
}

static const struct {
    const char *name; /* the end of the file name */
    uint64_t number;
} numbers[] = {
    {"0000000000000000", 0},
    {"0000000000000001", 1},
    {"0123456789abcdef", UINT64_C(0x0123456789abcdef)},
    {"8000000000000000", UINT64_C(1) << 63},
    {"ffffffffffffffff", UINT64_MAX},
};

static uint64_t number; /* the next result of getrandom */

static void give_number(struct call *call)
{
    memcpy(call->bytes, &number, sizeof number);
    answer_call(call, (long)call->size, 0);
}

TEST_EACH(numbers, a_temporary_name_has_64_random_bits)
{
    char name[NUCLEUS_TEMP_NAME_SIZE];

    number = row->number;
    set_call_hooks(give_number, NULL);
    assert_int_equal(nucleus_temp_name(name, "metadata.json"), 0);
    set_call_hooks(NULL, NULL);
    assert_memory_equal(name, ".metadata.json.tmp.", 19);
    assert_string_equal(name + 19, row->name);
}
