/* SPDX-License-Identifier: MIT */
/* Copies of strings, and of NULL-terminated lists of them, in malloc(3)'s memory. */
#ifndef NUCLEUS_STRINGS_H
#define NUCLEUS_STRINGS_H

#include <stddef.h>

/* NULL: no memory. */
char *nucleus_string_copy(const char *text);

/* Copies count strings into a list, taking each from next(&cursor). NULL: no memory. */
char **nucleus_strings_copy(size_t count, const char *(*next)(const void **cursor),
                            const void *cursor);

/* Frees the list and its strings. NULL is fine. */
void nucleus_strings_free(char **list);

#endif
