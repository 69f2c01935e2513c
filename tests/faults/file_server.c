/* SPDX-License-Identifier: MIT */
#include "file_server.h"

enum { HOURS = 60 * 60 };

const struct file_server file_servers[] = {
    {.name = "this machine"},
    {.name = "clock 3 hours fast", .ahead = 3 * HOURS},
    {.name = "clock 3 hours slow", .ahead = -3 * HOURS},
    {.name = "equal inode numbers", .inodes = INODES_EQUAL},
    {.name = "no inode numbers", .inodes = INODES_ZERO},
};

const size_t file_servers_count = sizeof file_servers / sizeof file_servers[0];

void answer_as(const struct file_server *server, struct call *call)
{
    if (!call->info || call->result < 0)
        return;
    call->info->st_ctime += (time_t)server->ahead;
    if (call->object == OBJECT_LEFTOVER)
        call->info->st_ctime -= (time_t)server->leftover_age;
    /* As NFSv3 may have it, and what would mislead whoever asks for it. */
    call->info->st_mtime = call->object == OBJECT_LEFTOVER ? call->info->st_ctime : 0;
    if (server->inodes != INODES_DIFFER)
        call->info->st_ino = server->inodes == INODES_EQUAL ? 42 : 0;
}
