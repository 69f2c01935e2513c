/* SPDX-License-Identifier: MIT */
#pragma once

/* Runs actor 0 alone in the current world. Fails the running test unless the kernel, in a real
 * directory, gives the same answers and leaves the same files. */
void compare_with_kernel(void);
