/* SPDX-License-Identifier: MIT */
/* The names of temporary files: .NAME.tmp.<16 hexadecimal digits>, and NAME.tmp of nucleus. */
#ifndef NUCLEUS_TEMP_NAME_H
#define NUCLEUS_TEMP_NAME_H

#include <stdbool.h>
#include <stdint.h>

/* Enough for a NAME of 40 bytes. */
enum { NUCLEUS_TEMP_NAME_SIZE = 64 };

void nucleus_temp_name(char ret[NUCLEUS_TEMP_NAME_SIZE], const char *name, uint64_t random);

/* Whether nucleus_temp_name() could have made temp for name. */
bool nucleus_is_temp_name(const char *temp, const char *name);

/* The one fixed name that nucleus itself uses. */
void nucleus_fixed_temp_name(char ret[NUCLEUS_TEMP_NAME_SIZE], const char *name);

#endif
