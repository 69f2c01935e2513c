/* SPDX-License-Identifier: MIT */
/* Reads the resource limits of a cgroup v2 directory. */
#pragma once

#include "nucleus/checkpoint.h"

/* *ret must be freed with nucleus_object_free(). Returns the statuses of
 * nucleus_metadata_from_state(). */
enum nucleus_status nucleus_cgroup_read_limits(const char *dir,
                                               struct nucleus_resource_limits **ret,
                                               struct nucleus_error *err);
