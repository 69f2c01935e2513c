/* SPDX-License-Identifier: MIT */
/* The words of a command line. */
#include <string.h>
#include <unistd.h>

#include "ckmeta.h"

static void take_operand(struct arguments *arguments, const char *word)
{
    if (arguments->operands_count < MAX_OPERANDS)
        arguments->operands[arguments->operands_count] = word;
    arguments->operands_count++;
}

/* getopt_long takes abbreviations of options; scripts that use one break with the next option. */
static bool is_abbreviated(const char *word, const struct option *option)
{
    return strncmp(word + 2, option->name, strlen(option->name)) != 0;
}

/* Takes in what getopt_long found in word. Returns DONE, or USAGE after a message. */
static enum exit_code take_option(int letter, const char *word, const struct option *option,
                                  struct arguments *arguments)
{
    const char *page = arguments->page;

    if (letter == ':')
        return misused_word(page, "option ", word, " requires an argument");
    if (letter == '?' && optopt != 0 && word[1] == '-')
        return misused_word(page, "option ", word, " does not take an argument");
    if (letter == '?')
        return misused_word(page, "unrecognized option ", word, "");
    if (option && is_abbreviated(word, option))
        return misused_word(page, "option ", word, " is abbreviated; spell it out");
    if (letter == 1) {
        take_operand(arguments, optarg);
        return DONE;
    }
    if (arguments->values[letter])
        return misused_word(page, "option ", word, " given more than once");
    arguments->values[letter] = optarg ? optarg : "";
    arguments->words[letter] = word;
    return DONE;
}

/* musl's getopt_long ends at a "-", as POSIX has it; glibc's takes it as the operand it is. */
static bool is_at_dash(int argc, char **argv)
{
    return optind < argc && strcmp(argv[optind], "-") == 0;
}

enum exit_code parse_arguments(int argc, char **argv, const char *letters,
                               const struct option *options, struct arguments *arguments)
{
    enum exit_code code = DONE;

    while (code == DONE && !arguments->values['h']) {
        const char *word = argv[optind];
        int index = -1;
        int letter;

        if (is_at_dash(argc, argv)) {
            take_operand(arguments, argv[optind++]);
            continue;
        }
        letter = getopt_long(argc, argv, letters, options, &index);
        if (letter == -1)
            break;
        code = take_option(letter, word, index >= 0 ? &options[index] : NULL, arguments);
    }
    arguments->rest = argv + optind;
    return code;
}

void join_operands(struct arguments *arguments)
{
    for (char **word = arguments->rest; *word; word++)
        take_operand(arguments, *word);
}

enum exit_code check_operands(const struct arguments *arguments, size_t max)
{
    if (arguments->operands_count == 0)
        return misused(arguments->page, "missing operand: DIR");
    if (arguments->operands_count > max)
        return misused_word(arguments->page, "extra operand ", arguments->operands[max], "");
    if (arguments->operands[0][0] == '\0')
        return misused(arguments->page, "DIR is empty");
    return DONE;
}
