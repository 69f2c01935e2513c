# SPDX-License-Identifier: MIT
# Each option and field in ckmeta's help is in ckmeta(1) and in the completion, and the reverse.
. "${0%/*}/package.sh"
need bash

page=$SOURCE/tools/man/ckmeta.1

help_options() # [SUBCOMMAND]
{
    run "$prefix/bin/ckmeta" "$@" --help | grep -oE '(^|[^A-Za-z0-9-])--?[a-z0-9]+(-[a-z]+)*' |
        sed 's/^[^-]//' | sort -u
}

manual_options() # SUBSECTION
{
    sed -n "/^\.Ss $1\$/,/^\.S[hs] /s/^\.It Fl /Fl /p" "$page" |
        sed 's/ Ar .*//; s/ , /\n/g; s/Fl Fl /--/g; s/Fl /-/g' | sort -u
}

completions() # WORD...: what the completion makes of the last one
{
    bash -c '. "$1"; shift
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        _ckmeta
        printf "%s\n" "${COMPREPLY[@]}"' bash "$SOURCE/tools/completion/ckmeta.bash" "$@" | sort
}

# compare SUBSECTION [SUBCOMMAND]
compare()
{
    subsection=$1
    shift
    help_options "$@" >help
    manual_options "$subsection" >manual
    [ -s help ] || fail "the help has no options: $*"
    expect_same "the options in ckmeta(1), $subsection" help manual
    completions ckmeta "$@" - >completion
    expect_same "the completed options, $subsection" help completion
}

# The usage lines in the general help have the options of the subcommands too.
help_options >all
{ help_options save; help_options load; } >subcommands
sort -u subcommands >known
if comm -13 known all | grep -vxe --version; then
    fail "ckmeta --help has options of its own"
fi

compare "Options of save" save
compare "Options of load" load
printf '%s\n' --help --version -h >general
manual_options "Options without a subcommand" | sort >manual
expect_same "the options in ckmeta(1) without a subcommand" general manual
for option in --help --version -h; do
    run "$prefix/bin/ckmeta" --help | grep -qe "$option" || fail "ckmeta --help lacks $option"
done

# Fields: the members that are printed.
sed -n '/^\.Ss Fields$/,/^\.El/s/^\.It Cm //p' "$page" | sort >manual
completions ckmeta load . "" >completion
expect_same "the completed fields" manual completion
run "$prefix/bin/ckmeta" load --help | tr ',.\n' '   ' | sed 's/.* one FIELD:\(.*\)  -0 .*/\1/' |
    grep -oE '[a-z]+(_[a-z]+)*' | grep -vx or | sort >help
expect_same "the fields in the help" manual help
