/* SPDX-License-Identifier: MIT */
/* What struct nucleus_resource_limits looks like in JSON, in nucleus's order. */
#include "members.h"

#define IO(member) .name = #member, .offset = offsetof(struct nucleus_io_limit, member)
#define LIMIT(member) .name = #member, .offset = offsetof(struct nucleus_resource_limits, member)
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct nucleus_member io_limit_members[] = {
    {IO(device), .kind = NUCLEUS_STRING},
    {IO(riops), .kind = NUCLEUS_OPTIONAL_U64, .max = UINT64_MAX},
    {IO(wiops), .kind = NUCLEUS_OPTIONAL_U64, .max = UINT64_MAX},
    {IO(rbps), .kind = NUCLEUS_OPTIONAL_U64, .max = UINT64_MAX},
    {IO(wbps), .kind = NUCLEUS_OPTIONAL_U64, .max = UINT64_MAX},
};

const struct nucleus_object nucleus_io_limit_object = {
    .size = sizeof(struct nucleus_io_limit),
    .members = io_limit_members,
    .members_count = COUNT(io_limit_members),
    .always_count = COUNT(io_limit_members),
};

/* A period of 0, and 0 or 2^64-1 processes, are what nucleus refuses. */
static const struct nucleus_member resource_limits_members[] = {
    {LIMIT(memory_bytes), .kind = NUCLEUS_OPTIONAL_U64, .max = UINT64_MAX},
    {LIMIT(memory_high), .kind = NUCLEUS_OPTIONAL_U64, .max = UINT64_MAX},
    {LIMIT(memory_swap_max), .kind = NUCLEUS_OPTIONAL_U64, .max = UINT64_MAX},
    {LIMIT(cpu_quota_us), .kind = NUCLEUS_OPTIONAL_U64, .max = UINT64_MAX},
    {LIMIT(cpu_period_us), .kind = NUCLEUS_U64, .min = 1, .max = UINT64_MAX},
    {LIMIT(cpu_weight), .kind = NUCLEUS_OPTIONAL_U64, .max = UINT64_MAX},
    {LIMIT(pids_max), .kind = NUCLEUS_OPTIONAL_U64, .min = 1, .max = UINT64_MAX - 1},
    {LIMIT(io_limits), .kind = NUCLEUS_OBJECTS, .object = &nucleus_io_limit_object,
     .offset_count = offsetof(struct nucleus_resource_limits, io_limits_count)},
};

const struct nucleus_object nucleus_resource_limits_object = {
    .size = sizeof(struct nucleus_resource_limits),
    .members = resource_limits_members,
    .members_count = COUNT(resource_limits_members),
    .always_count = COUNT(resource_limits_members),
};
