/* SPDX-License-Identifier: MIT */
/* A message is one line of printable text that keeps its reason regardless of the path. */
#include "test.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"

TEST(success_clears_the_error)
{
    struct nucleus_error err;

    poison(&err, sizeof err);
    assert_int_equal(nucleus_error_clear(&err), NUCLEUS_OK);
    assert_int_equal(err.status, NUCLEUS_OK);
    assert_int_equal(err.os_error, 0);
    assert_string_equal(err.message, "");
}

static const struct {
    const char *path; /* as it is shown */
    const char *dir, *name;
} paths[] = {
    {"plain", NULL, "plain"},
    {"n", "", "n"},
    {"/n", "/", "n"},
    {"/a/n", "/a/", "n"},
    {"/a/n", "/a", "n"},
    {"a\\x0a\\x1b[31m\\x7f/n", "a\n\x1b[31m\x7f", "n"},
    {"\xc3\xa9\xe2\x82\xac/n", "\xc3\xa9\xe2\x82\xac", "n"},
    {"\xf0\x9f\x98\x80 %s%n/n", "\xf0\x9f\x98\x80 %s%n", "n"},
    {"\\x84\\x85\\x86\\x88\\x8d\\x8e\\xd4\\xe4/n", "\x84\x85\x86\x88\x8d\x8e\xd4\xe4", "n"},
    {"\\xff\\xc3/n", "\xff\xc3", "n"},
    {"\\xc2\\x9b/n", "\xc2\x9b", "n"},
    {"\\x1f \\xc2\\x9f/n", "\x1f \xc2\x9f", "n"},
    {"\xc2\xa0/n", "\xc2\xa0", "n"},
    {"\\x0a", NULL, "\n"},
    {"\\xe2\\x80\\xa8", NULL, "\xe2\x80\xa8"}, /* U+2028 */
    {"\\xe2\\x80\\xae", NULL, "\xe2\x80\xae"}, /* U+202E */
    {"\xe2\x80\xa7", NULL, "\xe2\x80\xa7"},    /* U+2027 */
    {"\xe2\x80\xaf", NULL, "\xe2\x80\xaf"},    /* U+202F */
    {"\\xe2\\x80\\x8e", NULL, "\xe2\x80\x8e"}, /* U+200E */
    {"\\xe2\\x80\\x8f", NULL, "\xe2\x80\x8f"}, /* U+200F */
    {"\xe2\x80\x90", NULL, "\xe2\x80\x90"},    /* U+2010 */
    {"\xe2\x81\xa5", NULL, "\xe2\x81\xa5"},    /* U+2065 */
    {"\\xe2\\x81\\xa6", NULL, "\xe2\x81\xa6"}, /* U+2066 */
    {"\\xe2\\x81\\xa9", NULL, "\xe2\x81\xa9"}, /* U+2069 */
    {"\xe2\x81\xaa", NULL, "\xe2\x81\xaa"},    /* U+206A */
    {"\\xd8\\x9c", NULL, "\xd8\x9c"},          /* U+061C */
    {"\xd8\x9d", NULL, "\xd8\x9d"},            /* U+061D */
    {"\xe3\x80\xa8", NULL, "\xe3\x80\xa8"},    /* U+3028 */
};

TEST_EACH(paths, a_path_is_escaped)
{
    struct nucleus_error err;
    char message[sizeof err.message];

    (void)nucleus_fail(&err, NUCLEUS_ERROR_SYNTAX, "%s %d", "100%%", 7);
    assert_string_equal(err.message, "100%% 7");
    nucleus_error_wrap(&err, "cannot x ", (struct nucleus_display_path){row->dir, row->name}, ": ");
    assert_int_equal(err.status, NUCLEUS_ERROR_SYNTAX);
    (void)snprintf(message, sizeof message, "cannot x '%s': 100%%%% 7", row->path);
    assert_string_equal(err.message, message);
}

static const struct {
    const char *text;
    size_t width; /* of its widest character as it is shown */
} units[] = {{"d", 1}, {"\n", 4}, {"\xe2\x82\xac", 3}, {"/abc", 1}};

/* Paths of each length around the limit. */
TEST_EACH(units, a_long_path_loses_its_beginning_and_a_short_one_nothing)
{
    char dir[4096] = "";

    for (size_t i = 0; i < 900; i++) {
        struct nucleus_error err;
        size_t length;

        strcat(dir, row->text);
        (void)nucleus_fail_errno(&err, NUCLEUS_ERROR_IO, ENOSPC, NULL);
        nucleus_error_wrap(&err, "cannot replace ",
                           (struct nucleus_display_path){dir, "metadata.json"}, ": ");
        length = strlen(err.message);
        assert_true(length < sizeof err.message);
        assert_contains(err.message, "/metadata.json': No space left on device");
        if (strstr(err.message, "'...")) {
            assert_true(length + row->width >= sizeof err.message);
            assert_true(strncmp(err.message, "cannot replace '...", 19) == 0);
        }
    }
}

/* Reasons are looked up in the C locale, and the locale object is freed. */
static struct {
    bool fails;
    int mask;
    char name[8];
    locale_t base;
    locale_t freed;
} locale_calls;

locale_t __wrap_newlocale(int mask, const char *name, locale_t base);
locale_t __real_newlocale(int mask, const char *name, locale_t base);
void __wrap_freelocale(locale_t locale);
void __real_freelocale(locale_t locale);

locale_t __wrap_newlocale(int mask, const char *name, locale_t base)
{
    locale_calls.mask = mask;
    locale_calls.base = base;
    locale_calls.freed = (locale_t)0;
    (void)snprintf(locale_calls.name, sizeof locale_calls.name, "%s", name);
    return locale_calls.fails ? (locale_t)0 : __real_newlocale(mask, name, base);
}

void __wrap_freelocale(locale_t locale)
{
    locale_calls.freed = locale;
    __real_freelocale(locale);
}

TEST(reasons_are_english_in_every_locale)
{
    char text[64], small[4];

    nucleus_describe_errno(ENOSPC, text, sizeof text);
    assert_string_equal(text, strerror(ENOSPC)); /* the test runs in the C locale */
    assert_int_equal(locale_calls.mask, LC_ALL_MASK);
    assert_string_equal(locale_calls.name, "C");
    assert_true(locale_calls.base == (locale_t)0);
    assert_true(locale_calls.freed != (locale_t)0);
    nucleus_describe_errno(123456, text, sizeof text);
    assert_true(text[0] != '\0'); /* musl does not include the number */
    nucleus_describe_errno(ENOSPC, small, sizeof small);
    assert_string_equal(small, "No ");
}

TEST(without_a_locale_a_reason_is_a_number)
{
    char text[64], expected[64];

    locale_calls.fails = true;
    nucleus_describe_errno(ENOSPC, text, sizeof text);
    locale_calls.fails = false;
    (void)snprintf(expected, sizeof expected, "error %d", ENOSPC);
    assert_string_equal(text, expected);
}

#define STATUS(status)                                                                             \
    {                                                                                              \
#status, status                                                                            \
    }

static const struct {
    const char *name;
    enum nucleus_status status;
} statuses[] = {
    STATUS(NUCLEUS_OK),
    STATUS(NUCLEUS_ERROR_INVALID_ARGUMENT),
    STATUS(NUCLEUS_ERROR_NO_MEMORY),
    STATUS(NUCLEUS_ERROR_NOT_FOUND),
    STATUS(NUCLEUS_ERROR_NOT_DIRECTORY),
    STATUS(NUCLEUS_ERROR_SYMLINK),
    STATUS(NUCLEUS_ERROR_NOT_REGULAR),
    STATUS(NUCLEUS_ERROR_TOO_LARGE),
    STATUS(NUCLEUS_ERROR_SYNTAX),
    STATUS(NUCLEUS_ERROR_SCHEMA),
    STATUS(NUCLEUS_ERROR_IO),
    STATUS(NUCLEUS_ERROR_NOT_DURABLE),
    {"unknown status", (enum nucleus_status)12},
};

TEST_EACH(statuses, a_status_keeps_its_name_and_number)
{
    assert_int_equal(row->status, row - statuses);
    assert_string_equal(nucleus_status_name(row->status), row->name);
    assert_string_equal(nucleus_status_name((enum nucleus_status) - 1), "unknown status");
}

TEST(err_may_be_null)
{
    const struct nucleus_container_state empty = {0};
    struct nucleus_state_document document;
    struct nucleus_metadata metadata = {0};
    char *text;
    size_t len;
    const enum nucleus_status results[][2] = {
        {nucleus_metadata_from_state(&empty, &metadata, NULL), NUCLEUS_ERROR_INVALID_ARGUMENT},
        {nucleus_metadata_to_json(&metadata, &text, &len, NULL), NUCLEUS_ERROR_INVALID_ARGUMENT},
        {nucleus_metadata_from_json("x", 1, &metadata, NULL), NUCLEUS_ERROR_SYNTAX},
        {nucleus_state_document_from_json("x", 1, &document, NULL), NUCLEUS_ERROR_SYNTAX},
        {nucleus_metadata_save(&metadata, "/none", NULL), NUCLEUS_ERROR_INVALID_ARGUMENT},
        {nucleus_metadata_save_at(&metadata, -1, NULL), NUCLEUS_ERROR_INVALID_ARGUMENT},
        {nucleus_metadata_load("/none", &metadata, NULL), NUCLEUS_ERROR_NOT_FOUND},
        {nucleus_metadata_load_at(-1, &metadata, NULL), NUCLEUS_ERROR_IO},
    };

    for (size_t i = 0; i < COUNT(results); i++)
        assert_int_equal(results[i][0], results[i][1]);
}
