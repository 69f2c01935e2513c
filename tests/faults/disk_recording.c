/* SPDX-License-Identifier: MIT */
#include "disk_recording.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file_server.h"
#include "support.h"

static struct disk_recording *recording; /* where the hooks put it */

static void before_write(struct call *call)
{
    size_t size = recording->new_len / recording->scenario.writes + 1;

    call->size = call->size < size ? call->size : size;
    if (recording->scenario.trouble == FULL_DISK && recording->written > 0)
        fail_call(call, ENOSPC);
}

static void before_flush(struct call *call)
{
    enum disk_trouble trouble = recording->scenario.trouble;

    if (trouble == INTERRUPTED_FLUSHES && recording->flushes++ % 2 == 0)
        fail_call(call, EINTR);
    if (trouble == (call->object == OBJECT_TEMP ? FAILING_FLUSH : FAILING_DIRECTORY_FLUSH))
        fail_call(call, EIO);
}

static void before_call(struct call *call)
{
    if (call->kind == CALL_WRITE)
        before_write(call);
    if (call->kind == CALL_FSYNC)
        before_flush(call);
    if (call->kind == CALL_RENAMEAT && recording->scenario.trouble == FAILING_RENAME)
        fail_call(call, ENOSPC);
}

/* The call does not show its bytes, but now the file has them. */
static void record_write(size_t count)
{
    size_t len;
    char *text = read_file(path_in(recording->dir, recording->temp), &len);

    assert_int_equal(len, recording->written + count);
    disk_write(&recording->disk, recording->file, recording->written, text + recording->written,
               count);
    recording->written += count;
    free(text);
}

static void record_rename(struct call *call)
{
    struct disk *disk = &recording->disk;

    disk_name(disk, "metadata.json", disk_look_up(disk, disk->count, call->path));
    disk_name(disk, call->path, DISK_NO_FILE);
    if (recording->scenario.trouble == LOST_ANSWER) {
        call->result = -1;
        call->os_error = EINTR;
    }
}

static void after_call(struct call *call)
{
    static const struct file_server server = {.leftover_age = 2 * 60 * 60};
    struct disk *disk = &recording->disk;

    if (call->result < 0)
        return;
    answer_as(&server, call);
    if (call->kind == CALL_OPENAT && call->object == OBJECT_TEMP) {
        disk_name(disk, call->path, ++recording->file);
        (void)snprintf(recording->temp, sizeof recording->temp, "%s", call->path);
        recording->written = 0;
    } else if (call->kind == CALL_WRITE) {
        record_write((size_t)call->result);
    } else if (call->kind == CALL_FSYNC && call->object == OBJECT_TEMP) {
        disk_flush_file(disk, recording->file);
    } else if (call->kind == CALL_FSYNC) {
        disk_flush_directory(disk);
    } else if (call->kind == CALL_RENAMEAT) {
        record_rename(call);
    } else if (call->kind == CALL_UNLINKAT) {
        disk_name(disk, call->path, DISK_NO_FILE);
    }
}

/* A file that is there, and safe, before the save. */
static void add_file(const char *name, const char *text, size_t len)
{
    struct disk *disk = &recording->disk;

    write_file(path_in(recording->dir, name), text, len);
    disk_name(disk, name, ++recording->file);
    disk_write(disk, recording->file, 0, text, len);
    disk_flush_file(disk, recording->file);
    disk_flush_directory(disk);
}

static void make_text(const struct nucleus_metadata *metadata, char **ret_text, size_t *ret_len)
{
    struct nucleus_error err;

    assert_status(nucleus_metadata_to_json(metadata, ret_text, ret_len, &err), NUCLEUS_OK, &err);
}

static void make_world(const struct nucleus_metadata *new_metadata)
{
    struct nucleus_metadata old_metadata = sample_metadata("the old one");

    make_text(&old_metadata, &recording->old_text, &recording->old_len);
    make_text(new_metadata, &recording->new_text, &recording->new_len);
    nucleus_metadata_clear(&old_metadata);
    (void)remove(path_in(recording->dir, "metadata.json"));
    if (recording->scenario.has_old)
        add_file("metadata.json", recording->old_text, recording->old_len);
    if (recording->scenario.has_leftover)
        add_file("metadata.json.tmp", "{}", 2);
    recording->start = recording->disk.count;
}

void disk_record(struct disk_recording *ret, const char *dir, const struct disk_scenario *scenario)
{
    struct nucleus_metadata metadata = sample_metadata("new");
    struct nucleus_error err;
    enum nucleus_status status;

    recording = ret;
    memset(recording, 0, sizeof *recording);
    recording->scenario = *scenario;
    recording->dir = dir;
    make_world(&metadata);
    watch_calls(before_call, after_call);
    status = nucleus_metadata_save(&metadata, dir, &err);
    (void)unwatch_calls();
    assert_status(status, scenario->status, &err);
    nucleus_metadata_clear(&metadata);
}

void disk_recording_clear(struct disk_recording *done)
{
    free(done->old_text);
    free(done->new_text);
}
