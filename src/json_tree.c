/* SPDX-License-Identifier: MIT */
/*
 * cJSON keeps numbers as doubles, and before 1.7.19 refuses those of more than 63 bytes. So the
 * copy of the text that cJSON gets has each number that a double may not hold exactly as a string:
 * a mark, then the number's own bytes. The mark is a byte that never occurs in UTF-8, so nothing
 * in a document can pass for one.
 */
#include "json_tree.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "json_check.h"
#include "number.h"
#include "utf8.h"

static const char mark = '\xff';

/* What marking adds to a number: two quotes and the mark. */
enum { MARK_BYTES = 3 };

/* The first byte behind the string at text, whose opening quote it is. The text was checked. */
static const char *skip_string(const char *text, const char *end)
{
    for (text++; *text != '"';) {
        const char *next = nucleus_skip_plain(text, end);

        if (next == text)
            next += *text == '\\' ? 2 : 1;
        text = next;
    }
    return text + 1;
}

/* Appends len bytes to out. Returns the end. */
static char *append(char *out, const char *bytes, size_t len)
{
    memcpy(out, bytes, len);
    return out + len;
}

/* Copies the checked text to out, marking inexact numbers. Returns the end. */
static char *mark_numbers(char *out, const char *text, const char *end)
{
    while (text < end) {
        bool exact = true;
        size_t length = nucleus_json_number(text, end, &exact);

        if (length == 0)
            length = *text == '"' ? (size_t)(skip_string(text, end) - text) : 1;
        if (exact) {
            out = append(out, text, length);
        } else {
            *out++ = '"';
            *out++ = mark;
            out = append(out, text, length);
            *out++ = '"';
        }
        text += length;
    }
    return out;
}

/* The checked text as cJSON shall have it, NUL-terminated. NULL: no memory. */
static char *prepare(const char *text, size_t len, size_t inexact, size_t *ret_len)
{
    char *copy = malloc(len + inexact * MARK_BYTES + 1);
    char *end;

    if (!copy)
        return NULL;
    if (inexact > 0)
        end = mark_numbers(copy, text, text + len);
    else
        end = append(copy, text, len);
    *end = '\0';
    *ret_len = (size_t)(end - copy);
    return copy;
}

enum nucleus_status nucleus_json_parse(const char *text, size_t len, cJSON **ret_tree,
                                       struct nucleus_error *err)
{
    enum nucleus_status status;
    const char *start;
    size_t inexact;
    char *copy;

    if (len > NUCLEUS_CHECKPOINT_MAX_BYTES)
        return nucleus_fail_large(err);
    status = nucleus_json_check(text, len, &inexact, err);
    if (status != NUCLEUS_OK)
        return status;
    start = nucleus_json_skip_space(text, text + len);
    if (*start != '{')
        return nucleus_json_fail(err, NUCLEUS_ERROR_SCHEMA, text, start, "expected an object");
    copy = prepare(text, len, inexact, &len);
    /* With its NUL in the length: cJSON looks one byte ahead. */
    *ret_tree = copy ? cJSON_ParseWithLengthOpts(copy, len + 1, NULL, false) : NULL;
    free(copy);
    if (!*ret_tree)
        return nucleus_fail_memory(err);
    return NUCLEUS_OK;
}

static bool is_marked(const cJSON *item)
{
    return cJSON_IsString(item) && item->valuestring[0] == mark;
}

const char *nucleus_json_string(const cJSON *item)
{
    return cJSON_IsString(item) && !is_marked(item) ? item->valuestring : NULL;
}

bool nucleus_json_u64(const cJSON *item, uint64_t *ret)
{
    if (is_marked(item)) {
        const char *digits = item->valuestring + 1;

        return nucleus_parse_u64(digits, strlen(digits), ret);
    }
    if (cJSON_IsNumber(item))
        *ret = (uint64_t)item->valuedouble;
    return cJSON_IsNumber(item);
}
