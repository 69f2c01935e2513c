/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <unistd.h>

#include "ckmeta.h"

/* getopt_long takes abbreviations of options; scripts that use one break with the next option. */
static bool is_abbreviated(const char *word, const struct option *option)
{
    return strncmp(word + 2, option->name, strlen(option->name)) != 0;
}

/* Takes in what getopt_long found in word. Returns DONE, or USAGE after a message. */
static enum exit_code take_option(int letter, const char *word, const struct option *option,
                                  struct arguments *arguments)
{
    if (letter == ':')
        return misused_word("bad option", word, "it needs a value");
    if (letter == '?')
        return misused_word("bad option", word,
                            optopt != 0 && word[1] == '-' ? "it takes no value" : "it is unknown");
    if (option && is_abbreviated(word, option))
        return misused_word("bad option", word, "write it in full");
    if (letter == 1) {
        if (arguments->operands_count < MAX_OPERANDS)
            arguments->operands[arguments->operands_count] = optarg;
        arguments->operands_count++;
        return DONE;
    }
    if (arguments->values[letter])
        return misused_word("bad option", word, "it stands there twice");
    arguments->values[letter] = optarg ? optarg : "";
    return DONE;
}

enum exit_code parse_arguments(int argc, char **argv, const char *letters,
                               const struct option *options, struct arguments *ret)
{
    enum exit_code code = DONE;

    opterr = 0;
    while (code == DONE && !ret->values['h']) {
        const char *word = argv[optind];
        int index = -1;
        int letter = getopt_long(argc, argv, letters, options, &index);

        if (letter == -1)
            break;
        code = take_option(letter, word, index >= 0 ? &options[index] : NULL, ret);
    }
    if (optind > 1 && strcmp(argv[optind - 1], "--") == 0)
        ret->rest = argv + optind;
    return code;
}
