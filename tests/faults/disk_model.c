/* SPDX-License-Identifier: MIT */
#include "disk_model.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "support.h"

/* What a file may hold, while it is being put together, and who wants to see it. */
struct content {
    char bytes[DISK_MAX_FILE];
    size_t len;
    disk_reader *reader;
    void *context;
};

static struct disk_event *add(struct disk *disk, enum disk_event_type type, int file)
{
    struct disk_event *event = &disk->events[disk->count++];

    assert_in_range(disk->count, 1, DISK_MAX_EVENTS);
    memset(event, 0, sizeof *event);
    event->type = type;
    event->file = file;
    return event;
}

void disk_write(struct disk *disk, int file, size_t offset, const void *bytes, size_t len)
{
    struct disk_event *event = add(disk, DISK_WRITE, file);

    assert_in_range(offset + len, 1, DISK_MAX_FILE);
    event->offset = offset;
    event->len = len;
    memcpy(event->bytes, bytes, len);
}

void disk_flush_file(struct disk *disk, int file)
{
    (void)add(disk, DISK_FLUSH_FILE, file);
}

void disk_name(struct disk *disk, const char *name, int file)
{
    struct disk_event *event = add(disk, DISK_NAME, file);

    assert_in_range(strlen(name), 1, DISK_MAX_NAME - 1);
    (void)snprintf(event->name, sizeof event->name, "%s", name);
}

void disk_flush_directory(struct disk *disk)
{
    (void)add(disk, DISK_FLUSH_DIRECTORY, DISK_NO_FILE);
}

static bool is_change(const struct disk_event *event, const char *name)
{
    return event->type == DISK_NAME && strcmp(event->name, name) == 0;
}

int disk_look_up(const struct disk *disk, size_t count, const char *name)
{
    int file = DISK_NO_FILE;

    for (size_t i = 0; i < count; i++)
        if (is_change(&disk->events[i], name))
            file = disk->events[i].file;
    return file;
}

void disk_forget(struct disk *disk, size_t start, enum disk_event_type type)
{
    size_t kept = start;

    for (size_t i = start; i < disk->count; i++)
        if (disk->events[i].type != type)
            disk->events[kept++] = disk->events[i];
    disk->count = kept;
}

/* Of the first count events, how many the last flush of the file, or of the directory, covers. */
static size_t certain(const struct disk *disk, size_t count, enum disk_event_type type, int file)
{
    for (; count > 0; count--)
        if (disk->events[count - 1].type == type && disk->events[count - 1].file == file)
            return count;
    return 0;
}

/* The first keep bytes of a write; the others are zeros, or missing as if never written. */
static void apply(struct content *content, const struct disk_event *write, size_t keep, bool zeros)
{
    size_t len = zeros ? write->len : keep;

    if (len == 0)
        return;
    memset(content->bytes + write->offset, 0, len);
    memcpy(content->bytes + write->offset, write->bytes, keep);
    if (content->len < write->offset + len)
        content->len = write->offset + len;
}

/* Gives each write of file from event number at on each of its fates. */
static void cut_writes(const struct disk *disk, size_t at, size_t count, int file,
                       const struct content *before)
{
    const struct disk_event *write;

    while (at < count && (disk->events[at].type != DISK_WRITE || disk->events[at].file != file))
        at++;
    if (at == count) {
        before->reader(before->bytes, before->len, before->context);
        return;
    }
    write = &disk->events[at];
    for (int fate = 0; fate < 10; fate++) {
        const size_t keeps[] = {0, 1, write->len / 2, write->len - 1, write->len};
        struct content content = *before;

        apply(&content, write, keeps[fate / 2], fate % 2 == 1);
        cut_writes(disk, at + 1, count, file, &content);
    }
}

static void cut_file(const struct disk *disk, size_t count, int file, disk_reader *reader,
                     void *context)
{
    struct content content = {.reader = reader, .context = context};
    size_t flushed = certain(disk, count, DISK_FLUSH_FILE, file);

    for (size_t i = 0; i < flushed; i++)
        if (disk->events[i].type == DISK_WRITE && disk->events[i].file == file)
            apply(&content, &disk->events[i], disk->events[i].len, false);
    cut_writes(disk, flushed, count, file, &content);
}

static void cut_entry(const struct disk *disk, size_t count, int file, disk_reader *reader,
                      void *context)
{
    if (file == DISK_NO_FILE)
        reader(NULL, 0, context);
    else
        cut_file(disk, count, file, reader, context);
}

/* Any of the changes in any order: of those to this name the last one stands. So each of them
 * may stand, and so may what was flushed. */
void disk_cut(const struct disk *disk, size_t count, const char *name, disk_reader *reader,
              void *context)
{
    size_t flushed = certain(disk, count, DISK_FLUSH_DIRECTORY, DISK_NO_FILE);

    cut_entry(disk, count, disk_look_up(disk, flushed, name), reader, context);
    for (size_t i = flushed; i < count; i++)
        if (is_change(&disk->events[i], name))
            cut_entry(disk, count, disk->events[i].file, reader, context);
}
