/* SPDX-License-Identifier: MIT */
/* The resource limits that a cgroup v2 directory states. */
#ifndef NUCLEUS_CGROUP_H
#define NUCLEUS_CGROUP_H

#include "nucleus/checkpoint.h"

/* ret: freed with nucleus_object_free(). Statuses: nucleus_metadata_from_state(). */
enum nucleus_status nucleus_cgroup_read_limits(const char *dir,
                                               struct nucleus_resource_limits **ret,
                                               struct nucleus_error *err);

#endif
