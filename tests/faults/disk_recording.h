/* SPDX-License-Identifier: MIT */
/* A save, as the disk of disk_model.h sees it. */
#ifndef NUCLEUS_TEST_DISK_RECORDING_H
#define NUCLEUS_TEST_DISK_RECORDING_H

#include <stdbool.h>
#include <stddef.h>

#include "disk_model.h"
#include "nucleus/checkpoint.h"

/* What goes wrong while the save runs. */
enum disk_trouble {
    NO_TROUBLE,
    INTERRUPTED_FLUSHES, /* EINTR, nothing flushed; then it works */
    LOST_ANSWER,         /* of the rename: EINTR, but done */
    FULL_DISK,           /* after the first write */
    FAILING_FLUSH,       /* of the file */
    FAILING_RENAME,
    FAILING_DIRECTORY_FLUSH
};

struct disk_scenario {
    const char *name;
    bool has_old;      /* metadata.json is there before */
    bool has_leftover; /* metadata.json.tmp is */
    size_t writes;     /* that the new text takes, at least */
    enum disk_trouble trouble;
    enum nucleus_status status; /* that the save shall return */
};

struct disk_recording {
    struct disk_scenario scenario;
    const char *dir;
    struct disk disk;
    size_t start;             /* events before it are of the world that the save found */
    int file;                 /* the number of the file made last */
    char temp[DISK_MAX_NAME]; /* its name when it was made */
    size_t written;           /* to it */
    size_t flushes;
    char *old_text;
    char *new_text;
    size_t old_len;
    size_t new_len;
};

/* Saves in dir. One recording at a time, for disk_recording_clear(). */
void disk_record(struct disk_recording *ret, const char *dir, const struct disk_scenario *scenario);

void disk_recording_clear(struct disk_recording *done);

#endif
