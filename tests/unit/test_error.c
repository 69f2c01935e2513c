/* SPDX-License-Identifier: MIT */
/* Messages are one line of printable text, and keep the reason however long the path is. */
#include "test.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"

static const struct {
    const char *path; /* as displayed */
    const char *dir, *name;
} paths[] = {
    {"n", "", "n"},
    {"/n", "/", "n"},
    {"/a/n", "/a", "n"},
    {"\xf0\x9f\x98\x80 %s%n/n", "\xf0\x9f\x98\x80 %s%n", "n"},
    {"a\\x0a\\x1b[31m\\x7f/n", "a\n\x1b[31m\x7f", "n"},
    {"\\x84\\x85\\x86\\x88\\x8d\\x8e\\xd4\\xe4/n", "\x84\x85\x86\x88\x8d\x8e\xd4\xe4", "n"},
    {"\\xff\\xc3", NULL, "\xff\xc3"},
    {"\\x1f \\xc2\\x9f\xc2\xa0", NULL, "\x1f \xc2\x9f\xc2\xa0"},
    /* U+061C and U+061D; U+3028 and U+2028; and the bounds of ranges next to their neighbors */
    {"\\xd8\\x9c\xd8\x9d", NULL, "\xd8\x9c\xd8\x9d"},
    {"\xe3\x80\xa8\\xe2\\x80\\xa8", NULL, "\xe3\x80\xa8\xe2\x80\xa8"},
    {"\xe2\x80\xa7\\xe2\\x80\\xae\xe2\x80\xaf", NULL, "\xe2\x80\xa7\xe2\x80\xae\xe2\x80\xaf"},
    {"\\xe2\\x80\\x8e\\xe2\\x80\\x8f\xe2\x80\x90", NULL, "\xe2\x80\x8e\xe2\x80\x8f\xe2\x80\x90"},
    {"\xe2\x81\xa5\\xe2\\x81\\xa6", NULL, "\xe2\x81\xa5\xe2\x81\xa6"},
    {"\\xe2\\x81\\xa9\xe2\x81\xaa", NULL, "\xe2\x81\xa9\xe2\x81\xaa"},
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
    size_t width; /* of its widest character as displayed */
} units[] = {{"d", 1}, {"\n", 4}, {"\xe2\x82\xac", 3}, {"/abc", 1}};

/* Paths of each length around the limit. */
TEST_EACH(units, a_path_loses_its_beginning_only_if_it_is_too_long)
{
    char dir[4096] = "";

    for (size_t i = 0; i < 900; i++) {
        struct nucleus_error err;
        const char *end;

        strcat(dir, row->text);
        (void)nucleus_fail_errno(&err, NUCLEUS_ERROR_IO, ENOSPC, NULL);
        nucleus_error_wrap(&err, "cannot replace ",
                           (struct nucleus_display_path){dir, "metadata.json"}, ": ");
        /* Not strlen, whose result a compiler may assume to be less than the size. */
        end = memchr(err.message, '\0', sizeof err.message);
        assert_non_null(end);
        assert_contains(err.message, "/metadata.json': No space left on device");
        if (strstr(err.message, "'...")) {
            assert_true(end + row->width >= err.message + sizeof err.message);
            assert_true(strncmp(err.message, "cannot replace '...", 19) == 0);
        }
    }
}

TEST(a_reason_loses_its_end_only_if_it_is_too_long)
{
    enum { MAX_LEN = 288 };
    struct nucleus_error err;

    (void)nucleus_fail(&err, NUCLEUS_ERROR_SYNTAX, "%0*d", MAX_LEN + 1, 1);
    nucleus_error_wrap(&err, "cannot x ", (struct nucleus_display_path){NULL, "n"}, ": ");
    assert_int_equal(strlen(err.message), strlen("cannot x 'n': ") + MAX_LEN);
}

static locale_t locale_in_use; /* the locale object that is not freed yet, or 0 */
static int locale_requests;    /* number of calls of newlocale */
static bool locale_fails;      /* makes newlocale fail */

locale_t __wrap_newlocale(int mask, const char *name, locale_t base);
locale_t __real_newlocale(int mask, const char *name, locale_t base);
void __wrap_freelocale(locale_t locale);
void __real_freelocale(locale_t locale);

locale_t __wrap_newlocale(int mask, const char *name, locale_t base)
{
    assert_true(mask == LC_ALL_MASK && strcmp(name, "C") == 0 && !base);
    locale_requests++;
    return locale_in_use = locale_fails ? (locale_t)0 : __real_newlocale(mask, name, base);
}

void __wrap_freelocale(locale_t locale)
{
    assert_true(locale && locale == locale_in_use);
    locale_in_use = (locale_t)0;
    __real_freelocale(locale);
}

TEST(reasons_are_english_in_every_locale)
{
    char text[64], expected[64];

    locale_requests = 0;
    nucleus_describe_errno(ENOSPC, text, sizeof text);
    assert_string_equal(text, strerror(ENOSPC)); /* the test runs in the C locale */
    assert_true(locale_requests == 1 && !locale_in_use);
    locale_fails = true;
    nucleus_describe_errno(ENOSPC, text, sizeof text);
    locale_fails = false;
    (void)snprintf(expected, sizeof expected, "error %d", ENOSPC);
    assert_string_equal(text, expected);
}

TEST(a_status_keeps_its_name_and_number)
{
    static const char *const names[] = {
        "NUCLEUS_OK",
        "NUCLEUS_ERROR_INVALID_ARGUMENT",
        "NUCLEUS_ERROR_NO_MEMORY",
        "NUCLEUS_ERROR_NOT_FOUND",
        "NUCLEUS_ERROR_NOT_DIRECTORY",
        "NUCLEUS_ERROR_SYMLINK",
        "NUCLEUS_ERROR_NOT_REGULAR",
        "NUCLEUS_ERROR_TOO_LARGE",
        "NUCLEUS_ERROR_SYNTAX",
        "NUCLEUS_ERROR_SCHEMA",
        "NUCLEUS_ERROR_IO",
        "NUCLEUS_ERROR_NOT_DURABLE",
        "unknown status",
    };

    for (size_t i = 0; i < COUNT(names); i++)
        assert_string_equal(nucleus_status_name((enum nucleus_status)i), names[i]);
    assert_string_equal(nucleus_status_name((enum nucleus_status) - 1), "unknown status");
}
