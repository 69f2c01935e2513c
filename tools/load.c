/* SPDX-License-Identifier: MIT */
/* ckmeta load */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ckmeta.h"
#include "json_encode.h"
#include "members.h"

static const char load_help[] =
    "usage: ckmeta load [-0] DIR [FIELD]\n"
    "\n"
    "Checks DIR/metadata.json and prints it, or one FIELD of it: container_id,\n"
    "container_name, original_pid, command, checkpoint_at, version, using_gvisor,\n"
    "rootless, cgroup_path or resource_limits.\n"
    "\n"
    "  -0, --null     end the value, or each word of command, in NUL; needs a FIELD\n"
    "  -h, --help     print this and exit\n"
    "\n"
    "Exit status: 0 printed, 1 failed, 2 usage, 3 DIR or its metadata.json does not exist.\n";

/* Prints text and end, a newline or NUL. */
static bool put_ended(const char *text, char end)
{
    return put(text, strlen(text)) && put(&end, 1);
}

static enum exit_code print_json(const struct nucleus_object *type, const void *object, char end)
{
    struct nucleus_error err;
    char *text;
    size_t len;
    bool done;

    if (nucleus_json_encode(type, object, SIZE_MAX, &text, &len, &err) != NUCLEUS_OK)
        return failed(&err);
    done = put_ended(text, end);
    free(text);
    return finish_output(done);
}

static enum exit_code print_number(uint64_t value, char end)
{
    char digits[24];

    (void)snprintf(digits, sizeof digits, "%" PRIu64, value);
    return finish_output(put_ended(digits, end));
}

static enum exit_code print_strings(char *const *list, char end)
{
    bool done = true;

    for (; done && *list; list++)
        done = put_ended(*list, end);
    return finish_output(done);
}

/* Prints the value of one member, raw. */
static enum exit_code print_field(const struct nucleus_metadata *metadata,
                                  const struct nucleus_member *member, char end)
{
    const void *pointer;

    switch (member->kind) {
    case NUCLEUS_STRINGS:
        return print_strings(nucleus_member_pointer(member, metadata), end);
    case NUCLEUS_STRING:
    case NUCLEUS_OPTIONAL_STRING:
        pointer = nucleus_member_pointer(member, metadata);
        return finish_output(put_ended(pointer ? pointer : "", end));
    case NUCLEUS_BOOL:
        return finish_output(
            put_ended(*(const bool *)nucleus_member_at(member, metadata) ? "true" : "false", end));
    case NUCLEUS_OPTIONAL_OBJECT:
        pointer = nucleus_member_pointer(member, metadata);
        return pointer ? print_json(member->object, pointer, end)
                       : finish_output(put_ended("null", end));
    default:
        return print_number(nucleus_member_integer(member, metadata), end);
    }
}

/* Adds the words behind "--", which are operands too, and counts the lot. */
static enum exit_code check_load(struct arguments *arguments,
                                 const struct nucleus_member **ret_field)
{
    const struct nucleus_object *type = &nucleus_metadata_object;
    const char *field;
    size_t i;

    for (char **word = arguments->rest; word && *word; word++) {
        if (arguments->operands_count < MAX_OPERANDS)
            arguments->operands[arguments->operands_count] = *word;
        arguments->operands_count++;
    }
    if (arguments->operands_count < 1 || arguments->operands_count > MAX_OPERANDS)
        return misused("load takes a DIR and at most one FIELD");
    field = arguments->operands[1];
    if (!field && arguments->values['0'])
        return misused("-0 needs a FIELD");
    if (!field)
        return DONE;
    i = nucleus_member_find(type, field);
    if (i == type->members_count)
        return misused_word("bad FIELD", field, "no member is called so");
    *ret_field = &type->members[i];
    return DONE;
}

enum exit_code ckmeta_load(int argc, char **argv)
{
    static const struct option options[] = {
        {"null", no_argument, NULL, '0'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct arguments arguments = {0};
    const struct nucleus_member *field = NULL;
    struct nucleus_metadata metadata;
    struct nucleus_error err;
    enum exit_code code = parse_arguments(argc, argv, "-:0h", options, &arguments);

    if (code != DONE)
        return code;
    if (arguments.values['h'])
        return print_help(load_help);
    code = check_load(&arguments, &field);
    if (code != DONE)
        return code;
    if (nucleus_metadata_load(arguments.operands[0], &metadata, &err) != NUCLEUS_OK) {
        (void)failed(&err);
        return err.status == NUCLEUS_ERROR_NOT_FOUND ? NOT_FOUND : FAILED;
    }
    if (field)
        code = print_field(&metadata, field, arguments.values['0'] ? '\0' : '\n');
    else
        code = print_json(&nucleus_metadata_object, &metadata, '\n');
    nucleus_metadata_clear(&metadata);
    return code;
}
