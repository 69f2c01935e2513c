/* SPDX-License-Identifier: MIT */
#ifndef NUCLEUS_NUMBER_H
#define NUCLEUS_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads a number of len decimal digits, at least one and nothing else. */
bool nucleus_parse_u64(const char *text, size_t len, uint64_t *ret);

#endif
