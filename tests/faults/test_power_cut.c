/* SPDX-License-Identifier: MIT */
/*
 * The power goes at any point of a save, and the disk holds any of what disk_model.h allows. A
 * reader finds the old file or the new one, whole; after success only the new one, after a failure
 * only the old one. The last tests take a flush away and see the model find the loss.
 */
#include "support.h"

#include <string.h>

#include "disk_recording.h"

static const char target[] = "metadata.json";

static struct disk_recording recording;

/* What readers found. */
struct findings {
    size_t missing;
    size_t old;
    size_t new;
    size_t torn;
};

static const struct disk_scenario first_save = {
    "first save", false, false, 1, NO_TROUBLE, NUCLEUS_OK,
};

static const struct disk_scenario overwrite = {
    "overwrite", true, false, 1, NO_TROUBLE, NUCLEUS_OK,
};

static const struct disk_scenario in_short_writes = {
    "overwrite in short writes", true, false, 4, NO_TROUBLE, NUCLEUS_OK,
};

static const struct disk_scenario beside_a_leftover = {
    "overwrite beside a leftover", true, true, 1, NO_TROUBLE, NUCLEUS_OK,
};

static const struct disk_scenario troubles[] = {
    {"first save in short writes", false, false, 4, NO_TROUBLE, NUCLEUS_OK},
    {"first save beside a leftover", false, true, 1, NO_TROUBLE, NUCLEUS_OK},
    {"flushes are interrupted", true, false, 1, INTERRUPTED_FLUSHES, NUCLEUS_OK},
    {"the answer of the rename is lost", true, false, 1, LOST_ANSWER, NUCLEUS_OK},
    {"the disk is full", true, true, 3, FULL_DISK, NUCLEUS_ERROR_IO},
    {"the disk is full at the first save", false, false, 3, FULL_DISK, NUCLEUS_ERROR_IO},
    {"the file cannot be flushed", true, false, 1, FAILING_FLUSH, NUCLEUS_ERROR_IO},
    {"the rename fails", true, false, 1, FAILING_RENAME, NUCLEUS_ERROR_IO},
    {"the directory cannot be flushed", true, false, 1, FAILING_DIRECTORY_FLUSH,
     NUCLEUS_ERROR_NOT_DURABLE},
    {"the directory cannot be flushed at the first save", false, false, 1, FAILING_DIRECTORY_FLUSH,
     NUCLEUS_ERROR_NOT_DURABLE},
};

/* A reader that finds metadata.json so. */
static void read_it(const char *bytes, size_t len, void *context)
{
    struct findings *found = context;
    struct nucleus_metadata metadata;

    if (!bytes) {
        found->missing++;
        return;
    }
    if (nucleus_metadata_from_json(bytes, len, &metadata, NULL) != NUCLEUS_OK) {
        found->torn++;
        return;
    }
    nucleus_metadata_clear(&metadata);
    if (len == recording.old_len && memcmp(bytes, recording.old_text, len) == 0)
        found->old++;
    else if (len == recording.new_len && memcmp(bytes, recording.new_text, len) == 0)
        found->new ++;
    else
        found->torn++;
}

/* All cuts before the save returned. */
static struct findings read_during(void)
{
    struct findings found = {0};

    for (size_t count = recording.start; count < recording.disk.count; count++)
        disk_cut(&recording.disk, count, target, read_it, &found);
    return found;
}

/* A cut right after the save returned. */
static struct findings read_after(void)
{
    struct findings found = {0};

    disk_cut(&recording.disk, recording.disk.count, target, read_it, &found);
    return found;
}

static bool keeps_promises(void)
{
    const struct disk_scenario *scenario = &recording.scenario;
    struct findings during = read_during();
    struct findings after = read_after();
    bool kept = during.torn + after.torn == 0;

    if (scenario->has_old)
        kept = kept && during.missing + after.missing == 0;
    else
        kept = kept && during.old + after.old == 0;
    if (scenario->status == NUCLEUS_OK)
        kept = kept && after.old + after.missing == 0 && after.new > 0;
    if (scenario->status == NUCLEUS_ERROR_IO)
        kept = kept && during.new + after.new == 0;
    return kept;
}

/* Whether the model came upon all that may happen; without that its silence means nothing. */
static bool is_searched(void)
{
    struct findings during = read_during();
    size_t before = recording.scenario.has_old ? during.old : during.missing;

    return before > 0 && (recording.scenario.status == NUCLEUS_ERROR_IO || during.new > 0);
}

static void report(const char *when, struct findings found)
{
    print_error("%s: missing %zu, old %zu, new %zu, torn %zu %s\n", recording.scenario.name,
                found.missing, found.old, found.new, found.torn, when);
}

static bool survives(const char *dir, const struct disk_scenario *scenario)
{
    bool survived;

    disk_record(&recording, dir, scenario);
    survived = keeps_promises() && is_searched();
    if (!survived) {
        report("before it returned", read_during());
        report("after it returned", read_after());
    }
    disk_recording_clear(&recording);
    return survived;
}

static void a_first_save_survives_a_power_cut(void **state)
{
    assert_true(survives(*state, &first_save));
}

static void an_overwrite_survives_a_power_cut(void **state)
{
    assert_true(survives(*state, &overwrite));
}

static void an_overwrite_in_short_writes_survives_a_power_cut(void **state)
{
    assert_true(survives(*state, &in_short_writes));
}

static void an_overwrite_beside_a_leftover_survives_a_power_cut(void **state)
{
    assert_true(survives(*state, &beside_a_leftover));
}

static void a_save_in_trouble_survives_a_power_cut(void **state)
{
    size_t failures = 0;

    for (size_t i = 0; i < sizeof troubles / sizeof troubles[0]; i++)
        failures += !survives(*state, &troubles[i]);
    assert_int_equal(failures, 0);
}

static void count_file(const char *bytes, size_t len, void *context)
{
    (void)len;
    *(size_t *)context += bytes != NULL;
}

static void no_temporary_file_comes_back_after_success(void **state)
{
    const struct disk *disk = &recording.disk;
    size_t names = 0;
    size_t leftovers = 0;

    disk_record(&recording, *state, &beside_a_leftover);
    for (size_t i = 0; i < disk->count; i++) {
        if (disk->events[i].type != DISK_NAME || strcmp(disk->events[i].name, target) == 0)
            continue;
        names++;
        disk_cut(disk, disk->count, disk->events[i].name, count_file, &leftovers);
    }
    assert_int_equal(names, 4); /* each of the two temporary files is made and removed */
    assert_int_equal(leftovers, 0);
    disk_recording_clear(&recording);
}

static void without_the_file_flush_a_torn_file_is_found(void **state)
{
    const struct disk_scenario *const scenarios[] = {&first_save, &overwrite, &in_short_writes};

    for (size_t i = 0; i < 3; i++) {
        disk_record(&recording, *state, scenarios[i]);
        disk_forget(&recording.disk, recording.start, DISK_FLUSH_FILE);
        assert_true(read_during().torn > 0);
        assert_true(read_after().torn > 0);
        assert_false(keeps_promises());
        disk_recording_clear(&recording);
    }
}

static void without_the_directory_flush_the_save_is_found_undone(void **state)
{
    disk_record(&recording, *state, &first_save);
    disk_forget(&recording.disk, recording.start, DISK_FLUSH_DIRECTORY);
    assert_true(read_after().missing > 0);
    assert_false(keeps_promises());
    disk_recording_clear(&recording);

    disk_record(&recording, *state, &overwrite);
    disk_forget(&recording.disk, recording.start, DISK_FLUSH_DIRECTORY);
    assert_true(read_after().old > 0);
    assert_false(keeps_promises());
    disk_recording_clear(&recording);
}

static void with_the_file_flush_after_the_rename_a_torn_file_is_found(void **state)
{
    disk_record(&recording, *state, &overwrite);
    disk_forget(&recording.disk, recording.start, DISK_FLUSH_FILE);
    disk_forget(&recording.disk, recording.start, DISK_FLUSH_DIRECTORY);
    disk_flush_file(&recording.disk, recording.file);
    disk_flush_directory(&recording.disk);
    assert_true(read_during().torn > 0);
    assert_int_equal(read_after().torn, 0); /* too late for those who read before */
    assert_false(keeps_promises());
    disk_recording_clear(&recording);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_first_save_survives_a_power_cut),
        cmocka_unit_test(an_overwrite_survives_a_power_cut),
        cmocka_unit_test(an_overwrite_in_short_writes_survives_a_power_cut),
        cmocka_unit_test(an_overwrite_beside_a_leftover_survives_a_power_cut),
        cmocka_unit_test(a_save_in_trouble_survives_a_power_cut),
        cmocka_unit_test(no_temporary_file_comes_back_after_success),
        cmocka_unit_test(without_the_file_flush_a_torn_file_is_found),
        cmocka_unit_test(without_the_directory_flush_the_save_is_found_undone),
        cmocka_unit_test(with_the_file_flush_after_the_rename_a_torn_file_is_found),
    };

    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
