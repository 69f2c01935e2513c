# SPDX-License-Identifier: MIT
# Each option and field in ckmeta's help is in ckmeta(1) and in the completion, and the reverse; and
# the completion offers what fits.
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

completions() # WORD...: what is offered behind "ckmeta", with the cursor at the end of the last one
{
    bash -c '. "$0"
        complete -p ckmeta >&2 || exit 1
        COMP_WORDS=(ckmeta "$@") COMP_CWORD=$#
        _ckmeta ckmeta "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf "%s\n" "${COMPREPLY[@]}"' "$SOURCE/tools/completion/ckmeta.bash" "$@" | sort
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
    completions "$@" - >completion
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
completions load . "" >completion
expect_same "the completed fields" manual completion
run "$prefix/bin/ckmeta" load --help | tr ',.\n' '   ' | sed 's/.* one FIELD:\(.*\)  -0 .*/\1/' |
    grep -oE '[a-z]+(_[a-z]+)*' | grep -vx or | sort >help
expect_same "the fields in the help" manual help

offers() # EXPECTED WORD...: the completion offers this, sorted, with spaces between
{
    expected=$1
    shift
    offered=$(completions "$@" | paste -s -d ' ')
    [ "$offered" = "$expected" ] || fail "ckmeta $*: offers '$offered', not '$expected'"
}

mkdir -p work/checkpoint work/certificates "work/with space"
touch work/checklist
cd work
directories='certificates checkpoint with space'
everything='certificates checklist checkpoint with space'
offers '--help --version -h load save' ''
offers 'save' s
offers '--version' --v
offers '' x
offers "$directories" save ''
offers 'checkpoint' save che
offers '--state' save --s
offers '--rootless --runtime-version' save checkpoint --r
offers '--metadata' save --m
offers "$everything" save --state ''
offers 'checklist checkpoint' save --state che
offers "$everything" save --state =
offers 'checklist' save --state = checkl
offers "$everything" save --metadata ''
offers 'checklist' save --metadata = checkl
offers "$directories" save --cgroup ''
offers '' save --id ''
offers '' save --pid ''
offers '' save --runtime-version ''
offers '' save --name c
offers 'checklist checkpoint' save --id 1 --pid 2 checkpoint -- che
offers "$everything" save --id 1 --pid 2 checkpoint -- --state ''
offers "$directories" load ''
offers "$directories" load -0 ''
offers 'cgroup_path checkpoint_at command container_id container_name' load checkpoint c
offers 'command' load -0 checkpoint com
offers '' load checkpoint command ''
offers '--null' load --n
offers '' unknown ''
