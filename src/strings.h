/* SPDX-License-Identifier: MIT */
/* Copies of strings, and of NULL-terminated lists of them, in malloc(3)'s memory. */
#ifndef NUCLEUS_STRINGS_H
#define NUCLEUS_STRINGS_H

/* NULL: no memory. */
char *nucleus_string_copy(const char *text);

/* NULL: no memory. */
char **nucleus_strings_copy(char *const *list);

/* Frees the list and its strings. NULL is fine. */
void nucleus_strings_free(char **list);

#endif
