/* SPDX-License-Identifier: MIT */
#include "temp_name.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void nucleus_temp_name(char ret[NUCLEUS_TEMP_NAME_SIZE], const char *name, uint64_t random)
{
    (void)snprintf(ret, NUCLEUS_TEMP_NAME_SIZE, ".%s.tmp.%016" PRIx64, name, random);
}

bool nucleus_is_temp_name(const char *temp, const char *name)
{
    char zero[NUCLEUS_TEMP_NAME_SIZE];
    size_t prefix;

    nucleus_temp_name(zero, name, 0);
    prefix = strlen(zero) - 16;
    return strncmp(temp, zero, prefix) == 0 && strlen(temp + prefix) == 16 &&
           strspn(temp + prefix, "0123456789abcdef") == 16;
}

void nucleus_fixed_temp_name(char ret[NUCLEUS_TEMP_NAME_SIZE], const char *name)
{
    (void)snprintf(ret, NUCLEUS_TEMP_NAME_SIZE, "%s.tmp", name);
}
