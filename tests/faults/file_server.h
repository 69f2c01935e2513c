/* SPDX-License-Identifier: MIT */
/* Lets the file system of a test answer as one that is far away does: by a clock of its own, and
 * with inode numbers that say nothing. */
#ifndef NUCLEUS_TEST_FILE_SERVER_H
#define NUCLEUS_TEST_FILE_SERVER_H

#include <stdint.h>

#include "system_calls.h"

enum inodes { INODES_DIFFER, INODES_EQUAL, INODES_ZERO };

struct file_server {
    const char *name;
    int64_t ahead;        /* its clock, of ours, in seconds */
    int64_t leftover_age; /* how much older than this every temporary file of another run is */
    enum inodes inodes;
};

/* This machine, its clock fast and slow by hours, and each kind of inode numbers. */
extern const struct file_server file_servers[];
extern const size_t file_servers_count;

/* For the hook after a call: puts the server's answer in the place of what the system said. */
void answer_as(const struct file_server *server, struct call *call);

#endif
