/* SPDX-License-Identifier: MIT */
/*
 * One directory on a disk that may lose its power: what was asked of it, and all that it may hold
 * after a cut. It promises less than any real filesystem does:
 *
 *   - A write that was not followed by a flush of its file may be there, lost, cut short or, at
 *     its end, zeros; each write for itself.
 *   - A change of a name that was not followed by a flush of the directory may be there or not,
 *     each for itself and in any order. A rename is two changes, and flushing a file does not
 *     keep its name.
 *   - What was flushed is certain.
 */
#ifndef NUCLEUS_TEST_DISK_MODEL_H
#define NUCLEUS_TEST_DISK_MODEL_H

#include <stddef.h>

enum { DISK_MAX_EVENTS = 64, DISK_MAX_NAME = 64, DISK_MAX_FILE = 4096, DISK_NO_FILE = -1 };

enum disk_event_type { DISK_WRITE, DISK_FLUSH_FILE, DISK_NAME, DISK_FLUSH_DIRECTORY };

struct disk_event {
    enum disk_event_type type;
    int file;                  /* DISK_NAME: DISK_NO_FILE when the name is removed */
    char name[DISK_MAX_NAME];  /* DISK_NAME */
    size_t offset;             /* DISK_WRITE */
    size_t len;                /* DISK_WRITE */
    char bytes[DISK_MAX_FILE]; /* DISK_WRITE */
};

/* What was asked for, in its order; starts as a directory without names. Files are numbers. */
struct disk {
    struct disk_event events[DISK_MAX_EVENTS];
    size_t count;
};

void disk_write(struct disk *disk, int file, size_t offset, const void *bytes, size_t len);
void disk_flush_file(struct disk *disk, int file);
void disk_name(struct disk *disk, const char *name, int file);
void disk_flush_directory(struct disk *disk);

/* The file, or DISK_NO_FILE, that name stands for after the first count events, no cut between. */
int disk_look_up(const struct disk *disk, size_t count, const char *name);

/* Forgets each event of a type from number start on. */
void disk_forget(struct disk *disk, size_t start, enum disk_event_type type);

/* bytes is NULL when there is no file. */
typedef void disk_reader(const char *bytes, size_t len, void *context);

/*
 * Shows reader all that it may find under name when the power went after the first count events.
 * The same content may be shown more than once.
 */
void disk_cut(const struct disk *disk, size_t count, const char *name, disk_reader *reader,
              void *context);

#endif
