/* SPDX-License-Identifier: MIT */
#include "strings.h"

#include <stdlib.h>
#include <string.h>

char *nucleus_string_copy(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);

    if (copy)
        memcpy(copy, text, size);
    return copy;
}

char **nucleus_strings_copy(size_t count, const char *(*next)(const void **cursor),
                            const void *cursor)
{
    char **list = calloc(count + 1, sizeof *list);

    for (size_t i = 0; list && i < count; i++) {
        list[i] = nucleus_string_copy(next(&cursor));
        if (!list[i]) {
            nucleus_strings_free(list);
            return NULL;
        }
    }
    return list;
}

void nucleus_strings_free(char **list)
{
    if (!list)
        return;
    for (size_t i = 0; list[i]; i++)
        free(list[i]);
    free(list);
}
