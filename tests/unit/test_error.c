/* SPDX-License-Identifier: MIT */
/* Messages: one line, foreign text escaped, the reason kept whatever the length of the path. */
#include "support.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"

static void success_says_nothing(void **state)
{
    struct nucleus_error err;

    (void)state;
    poison(&err, sizeof err);
    assert_int_equal(nucleus_error_clear(&err), NUCLEUS_OK);
    assert_int_equal(err.status, NUCLEUS_OK);
    assert_int_equal(err.os_error, 0);
    assert_string_equal(err.message, "");
}

static void foreign_text_is_escaped(void **state)
{
    static const struct {
        const char *dir, *name, *message;
    } rows[] = {
        {NULL, "plain", "cannot x 'plain': 100%%"},
        {"", "n", "cannot x 'n': 100%%"},
        {"/", "n", "cannot x '/n': 100%%"},
        {"/a/", "n", "cannot x '/a/n': 100%%"},
        {"/a", "n", "cannot x '/a/n': 100%%"},
        {"a\n\x1b[31m\x7f", "n", "cannot x 'a\\x0a\\x1b[31m\\x7f/n': 100%%"},
        {"\xc3\xa9\xe2\x82\xac", "n", "cannot x '\xc3\xa9\xe2\x82\xac/n': 100%%"},
        {"\xf0\x9f\x98\x80 %s%n", "n", "cannot x '\xf0\x9f\x98\x80 %s%n/n': 100%%"},
        {"\x84\x85\x86\x88\x8d\x8e\xd4\xe4", "n",
         "cannot x '\\x84\\x85\\x86\\x88\\x8d\\x8e\\xd4\\xe4/n': 100%%"},
        {"\xff\xc3", "n", "cannot x '\\xff\\xc3/n': 100%%"},
        {"\xc2\x9b", "n", "cannot x '\\xc2\\x9b/n': 100%%"},
        {"\x1f \xc2\x9f", "n", "cannot x '\\x1f \\xc2\\x9f/n': 100%%"},
        {"\xc2\xa0", "n", "cannot x '\xc2\xa0/n': 100%%"},
        {NULL, "\n", "cannot x '\\x0a': 100%%"},
        {NULL, "\xe2\x80\xa8", "cannot x '\\xe2\\x80\\xa8': 100%%"}, /* U+2028 */
        {NULL, "\xe2\x80\xae", "cannot x '\\xe2\\x80\\xae': 100%%"}, /* U+202E */
        {NULL, "\xe2\x80\xa7", "cannot x '\xe2\x80\xa7': 100%%"},    /* U+2027 */
        {NULL, "\xe2\x80\xaf", "cannot x '\xe2\x80\xaf': 100%%"},    /* U+202F */
        {NULL, "\xe2\x80\x8e", "cannot x '\\xe2\\x80\\x8e': 100%%"}, /* U+200E */
        {NULL, "\xe2\x80\x8f", "cannot x '\\xe2\\x80\\x8f': 100%%"}, /* U+200F */
        {NULL, "\xe2\x80\x90", "cannot x '\xe2\x80\x90': 100%%"},    /* U+2010 */
        {NULL, "\xe2\x81\xa5", "cannot x '\xe2\x81\xa5': 100%%"},    /* U+2065 */
        {NULL, "\xe2\x81\xa6", "cannot x '\\xe2\\x81\\xa6': 100%%"}, /* U+2066 */
        {NULL, "\xe2\x81\xa9", "cannot x '\\xe2\\x81\\xa9': 100%%"}, /* U+2069 */
        {NULL, "\xe2\x81\xaa", "cannot x '\xe2\x81\xaa': 100%%"},    /* U+206A */
        {NULL, "\xd8\x9c", "cannot x '\\xd8\\x9c': 100%%"},          /* U+061C */
        {NULL, "\xd8\x9d", "cannot x '\xd8\x9d': 100%%"},            /* U+061D */
        {NULL, "\xe3\x80\xa8", "cannot x '\xe3\x80\xa8': 100%%"},    /* U+3028 */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct nucleus_error err;

        (void)nucleus_fail(&err, NUCLEUS_ERROR_IO, "%s", "100%%");
        nucleus_error_wrap(&err, "cannot x ",
                           (struct nucleus_display_path){rows[i].dir, rows[i].name}, ": ");
        assert_string_equal(err.message, rows[i].message);
    }
}

/* At each length around the limit the message is whole, and short paths are not touched. */
static void a_long_path_loses_its_beginning(void **state)
{
    static const struct {
        const char *text;
        size_t width; /* of its widest character, as it is shown */
    } units[] = {{"d", 1}, {"\n", 4}, {"\xe2\x82\xac", 3}, {"/abc", 1}};
    char dir[4096];

    (void)state;
    for (size_t unit = 0; unit < COUNT(units); unit++) {
        dir[0] = '\0';
        for (size_t i = 0; i < 900; i++) {
            struct nucleus_error err;
            size_t length;

            strcat(dir, units[unit].text);
            (void)nucleus_fail_errno(&err, NUCLEUS_ERROR_IO, ENOSPC, NULL);
            nucleus_error_wrap(&err, "cannot replace ",
                               (struct nucleus_display_path){dir, "metadata.json"}, ": ");
            length = strlen(err.message);
            assert_true(length < sizeof err.message);
            assert_contains(err.message, "/metadata.json': No space left on device");
            if (strstr(err.message, "'...")) {
                assert_true(length + units[unit].width >= sizeof err.message);
                assert_true(strncmp(err.message, "cannot replace '...", 19) == 0);
            }
        }
        assert_non_null(strstr(dir, units[unit].text));
    }
}

static void wrapping_keeps_status_and_reason(void **state)
{
    struct nucleus_error err;

    (void)state;
    (void)nucleus_fail(&err, NUCLEUS_ERROR_SYNTAX, "line %d", 7);
    assert_string_equal(err.message, "line 7");
    nucleus_error_wrap(&err, "cannot load ", (struct nucleus_display_path){"/ck", "metadata.json"},
                       ": ");
    assert_int_equal(err.status, NUCLEUS_ERROR_SYNTAX);
    assert_string_equal(err.message, "cannot load '/ck/metadata.json': line 7");
}

/* The library's messages are English: it asks for the names of errors in the C locale. */
static struct {
    bool fails;
    int mask;
    char name[8];
    locale_t base;
    locale_t freed; /* the last one */
} newlocale_call;

locale_t __wrap_newlocale(int mask, const char *name, locale_t base);
locale_t __real_newlocale(int mask, const char *name, locale_t base);
void __wrap_freelocale(locale_t locale);
void __real_freelocale(locale_t locale);

locale_t __wrap_newlocale(int mask, const char *name, locale_t base)
{
    newlocale_call.mask = mask;
    newlocale_call.base = base;
    newlocale_call.freed = (locale_t)0;
    (void)snprintf(newlocale_call.name, sizeof newlocale_call.name, "%s", name);
    return newlocale_call.fails ? (locale_t)0 : __real_newlocale(mask, name, base);
}

void __wrap_freelocale(locale_t locale)
{
    newlocale_call.freed = locale;
    __real_freelocale(locale);
}

static void reasons_are_english_in_every_locale(void **state)
{
    char text[64];

    (void)state;
    nucleus_describe_errno(ENOSPC, text, sizeof text);
    assert_string_equal(text, strerror(ENOSPC)); /* the test's own locale is C */
    assert_int_equal(newlocale_call.mask, LC_ALL_MASK);
    assert_string_equal(newlocale_call.name, "C");
    assert_true(newlocale_call.base == (locale_t)0);
    assert_true(newlocale_call.freed != (locale_t)0);
}

static void without_a_locale_an_error_is_a_number(void **state)
{
    char text[64], expected[64];

    (void)state;
    newlocale_call.fails = true;
    nucleus_describe_errno(ENOSPC, text, sizeof text);
    newlocale_call.fails = false;
    (void)snprintf(expected, sizeof expected, "error %d", ENOSPC);
    assert_string_equal(text, expected);
}

static void each_status_has_its_own_name(void **state)
{
#define NAMED(status)                                                                              \
    {                                                                                              \
        status, #status                                                                            \
    }
    static const struct {
        enum nucleus_status status;
        const char *name;
    } rows[] = {
        NAMED(NUCLEUS_OK),
        NAMED(NUCLEUS_ERROR_INVALID_ARGUMENT),
        NAMED(NUCLEUS_ERROR_NO_MEMORY),
        NAMED(NUCLEUS_ERROR_NOT_FOUND),
        NAMED(NUCLEUS_ERROR_NOT_DIRECTORY),
        NAMED(NUCLEUS_ERROR_SYMLINK),
        NAMED(NUCLEUS_ERROR_NOT_REGULAR),
        NAMED(NUCLEUS_ERROR_TOO_LARGE),
        NAMED(NUCLEUS_ERROR_SYNTAX),
        NAMED(NUCLEUS_ERROR_SCHEMA),
        NAMED(NUCLEUS_ERROR_IO),
        NAMED(NUCLEUS_ERROR_NOT_DURABLE),
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(rows[i].status, i);
        assert_string_equal(nucleus_status_name(rows[i].status), rows[i].name);
    }
    assert_string_equal(nucleus_status_name((enum nucleus_status)12), "unknown status");
    assert_string_equal(nucleus_status_name((enum nucleus_status) - 1), "unknown status");
}

static void an_unknown_errno_still_has_words(void **state)
{
    char small[4];
    char text[64];

    (void)state;
    nucleus_describe_errno(123456, text, sizeof text);
    assert_true(text[0] != '\0'); /* musl has no number in it */
    nucleus_describe_errno(ENOSPC, small, sizeof small);
    assert_true(strlen(small) < sizeof small);
}

static void no_message_is_needed(void **state)
{
    const struct nucleus_container_state empty = {0};
    struct nucleus_state_document document;
    struct nucleus_metadata metadata = {0};
    char *text;
    size_t len;

    (void)state;
    assert_int_equal(nucleus_metadata_from_state(&empty, &metadata, NULL),
                     NUCLEUS_ERROR_INVALID_ARGUMENT);
    assert_int_equal(nucleus_metadata_to_json(&metadata, &text, &len, NULL),
                     NUCLEUS_ERROR_INVALID_ARGUMENT);
    assert_int_equal(nucleus_metadata_from_json("x", 1, &metadata, NULL), NUCLEUS_ERROR_SYNTAX);
    assert_int_equal(nucleus_state_document_from_json("x", 1, &document, NULL),
                     NUCLEUS_ERROR_SYNTAX);
    assert_int_equal(nucleus_metadata_save(&metadata, "/nonexistent", NULL),
                     NUCLEUS_ERROR_INVALID_ARGUMENT);
    assert_int_equal(nucleus_metadata_save_at(&metadata, -1, NULL), NUCLEUS_ERROR_INVALID_ARGUMENT);
    assert_int_equal(nucleus_metadata_load("/nonexistent", &metadata, NULL),
                     NUCLEUS_ERROR_NOT_FOUND);
    assert_int_equal(nucleus_metadata_load_at(-1, &metadata, NULL), NUCLEUS_ERROR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(success_says_nothing),
        cmocka_unit_test(foreign_text_is_escaped),
        cmocka_unit_test(a_long_path_loses_its_beginning),
        cmocka_unit_test(wrapping_keeps_status_and_reason),
        cmocka_unit_test(reasons_are_english_in_every_locale),
        cmocka_unit_test(without_a_locale_an_error_is_a_number),
        cmocka_unit_test(each_status_has_its_own_name),
        cmocka_unit_test(an_unknown_errno_still_has_words),
        cmocka_unit_test(no_message_is_needed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
