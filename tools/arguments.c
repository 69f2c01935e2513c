/* SPDX-License-Identifier: MIT */
/* Parses the command line. */
#include <string.h>
#include <unistd.h>

#include "ckmeta.h"

static void add_operand(struct arguments *arguments, const char *operand)
{
    if (arguments->operands_count < MAX_OPERANDS)
        arguments->operands[arguments->operands_count] = operand;
    arguments->operands_count++;
}

/* getopt_long accepts abbreviated options. Scripts that use one break when an option is added. */
static bool is_abbreviated(const char *arg, const struct option *option)
{
    return strncmp(arg + 2, option->name, strlen(option->name)) != 0;
}

/* Stores the option or operand that getopt_long found in arg. Returns DONE, or USAGE after printing
 * a message. */
static enum exit_code add_option(int letter, const char *arg, const struct option *option,
                                 struct arguments *arguments)
{
    const char *help_command = arguments->help_command;

    if (letter == ':')
        return usage_error_arg(help_command, "option ", arg, " requires an argument");
    if (letter == '?' && optopt != 0 && arg[1] == '-')
        return usage_error_arg(help_command, "option ", arg, " does not take an argument");
    if (letter == '?')
        return usage_error_arg(help_command, "unrecognized option ", arg, "");
    if (option && is_abbreviated(arg, option))
        return usage_error_arg(help_command, "option ", arg, " is abbreviated; spell it out");
    if (letter == 1) {
        add_operand(arguments, optarg);
        return DONE;
    }
    if (arguments->values[letter])
        return usage_error_arg(help_command, "option ", arg, " given more than once");
    arguments->values[letter] = optarg ? optarg : "";
    arguments->typed[letter] = arg;
    return DONE;
}

/* musl's getopt_long stops at "-", as POSIX specifies; glibc's returns it as an operand. */
static bool is_at_dash(int argc, char **argv)
{
    return optind < argc && strcmp(argv[optind], "-") == 0;
}

enum exit_code parse_arguments(int argc, char **argv, const char *letters,
                               const struct option *options, struct arguments *arguments)
{
    enum exit_code code = DONE;

    while (code == DONE && !arguments->values['h']) {
        const char *arg = argv[optind];
        int index = -1;
        int letter;

        if (is_at_dash(argc, argv)) {
            add_operand(arguments, argv[optind++]);
            continue;
        }
        letter = getopt_long(argc, argv, letters, options, &index);
        if (letter == -1)
            break;
        code = add_option(letter, arg, index >= 0 ? &options[index] : NULL, arguments);
    }
    arguments->rest = argv + optind;
    return code;
}

void join_operands(struct arguments *arguments)
{
    for (char **arg = arguments->rest; *arg; arg++)
        add_operand(arguments, *arg);
}

enum exit_code check_operands(const struct arguments *arguments, size_t max)
{
    if (arguments->operands_count == 0)
        return usage_error(arguments->help_command, "missing operand: DIR");
    if (arguments->operands_count > max)
        return usage_error_arg(arguments->help_command, "extra operand ", arguments->operands[max],
                               "");
    if (arguments->operands[0][0] == '\0')
        return usage_error(arguments->help_command, "DIR is empty");
    return DONE;
}
