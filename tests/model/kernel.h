/* SPDX-License-Identifier: MIT */
#pragma once

/* Runs actor 0 alone over the world as it is now. Fails the running test unless the kernel gives
 * the same answers in a real directory, and leaves the same files there. */
void compare_with_kernel(void);
