# SPDX-License-Identifier: MIT
# completion.sh SHELL: ckmeta's help, ckmeta(1) and the completion for bash, fish or zsh list the same
# options and fields, and the completion offers only words that are valid at the cursor.
. "${0%/*}/package.sh"
shell=$1
need "$shell"

page=$SOURCE/tools/man/ckmeta.1
completion=$(find "$prefix/share" "(" -path "*$shell*/ckmeta*" -o -path "*$shell*/_ckmeta" ")")

help() # [SUBCOMMAND]
{
    run "$prefix/bin/ckmeta" "$@" --help
}

# options: prints the options that the text in standard input contains.
options()
{
    grep -oE '(^|[^A-Za-z0-9-])--?[a-z0-9]+(-[a-z]+)*' | sed 's/^[^-]//' | sort -u
}

manual_options() # SUBSECTION
{
    sed -n "/^\.Ss $1\$/,/^\.S[hs] /s/^\.It Fl /Fl /p" "$page" |
        sed 's/ Ar .*//; s/ , /\n/g; s/Fl Fl /--/g; s/Fl /-/g' | sort
}

# completions LINE: prints the words that are offered at the end of the command line "ckmeta LINE". For
# zsh, whose own functions produce the words, it prints the arguments of these functions instead: the
# subcommands, or a specification of each option and operand.
completions()
{
    # shellcheck disable=SC2016
    case $shell in
    bash)
        bash -c '. "$0"
            complete -p ckmeta >&2 || exit 1
            read -ra COMP_WORDS <<<"ckmeta ${1//=/ = }" # bash splits words at =
            [[ $1 == *[^\ ] ]] || COMP_WORDS+=("")
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _ckmeta
            printf "%s\n" "${COMPREPLY[@]}"' "$completion" "$1"
        ;;
    fish)
        fish --no-config -c 'source $argv[1]; complete -C "ckmeta $argv[2]"' "$completion" "$1" |
            cut -f 1 | sed 's,/$,,; s,^--[a-z]*=,,'
        ;;
    zsh)
        zsh -f -c 'compadd() { print -rl -- ${@:#--} }
            _arguments() { print -rl -- "${@[2,-1]//$'"'\\n'"'/ }" }
            words=(ckmeta ${=1})
            [[ $1 == *[^\ ] ]] || words+=("")
            CURRENT=${#words}
            . "$0"' "$completion" "$1"
        ;;
    esac | sort
}

# compare_options SECTION LINE: checks that SECTION of ckmeta(1), and the completion of "ckmeta LINE-",
# contain the same options as the help text in standard input.
compare_options()
{
    options >help
    cat help >>known
    manual_options "$1" >manual
    expect_same "$1 in ckmeta(1)" help manual
    completions "$2-" | sed 's/^([^)]*)//' | grep -oE '^--?[a-z0-9-]+' | sort >completed
    expect_same "$1: completion" help completed
}

help save | compare_options "Options of save" "save "
help load | compare_options "Options of load" "load "
help | grep -v 'ckmeta \(save\|load\)' | compare_options "Options without a subcommand" ""
! help | options | grep -vxF -f known || fail "ckmeta --help contains other options"
[ "$(completions '' | grep -v '^-' | paste -s -d ' ')" = "load save" ] ||
    fail "wrong subcommands are completed: $(completions '')"

# The fields are the members of the document that load prints.
mkdir checkpoint
cp "$SOURCE/tests/data/nucleus-0.3.8-metadata-cgroup.json" checkpoint/metadata.json
run "$prefix/bin/ckmeta" load checkpoint | sed -n 's/^  "\([a-z_]*\)":.*/\1/p' | sort >fields
help load | sed '1,/one FIELD:$/d; /^$/,$d' | grep -o '[a-z_]*' | grep -vx or | sort >listed
expect_same "the fields in the help" fields listed
sed -n '/^\.Ss Fields$/,/^\.El/s/^\.It Cm //p' "$page" | sort >listed
expect_same "the fields in ckmeta(1)" fields listed
case $shell in
zsh) completions 'load ' | sed -n 's/^2:field:(\(.*\))$/\1/p' | tr -s ' ' '\n' | sort ;;
*) completions 'load . ' ;;
esac >listed
expect_same "the completed fields" fields listed
[ -z "$(completions 'unknown ')" ] || fail "an unknown subcommand is completed"

if [ "$shell" = zsh ]; then
    sed -n 1p "$completion" | grep -qx '#compdef ckmeta' || fail "zsh does not find the completion"
    for specification in '--state=:state document:_files' '--metadata=:metadata:_files' \
        '--cgroup=:cgroup directory:_directories' '1:directory:_directories' \
        '*:argument of the command:_files'; do
        completions 'save ' | grep -qFx -e "$specification" || fail "save lacks '$specification'"
    done
    exit 0
fi

# Each row is LINE|WORDS: the words that are offered at the end of LINE.
mkdir work work/checkpoint work/certificates "work/with space"
touch work/checklist
cd work
while IFS='|' read -r line expected; do
    offered=$(completions "$line" | paste -s -d ' ')
    [ "$offered" = "$expected" ] || fail "'ckmeta $line' is completed with '$offered', not '$expected'"
done <<'END'
s|save
--v|--version
x|
save |certificates checkpoint with space
save che|checkpoint
save --s|--state
save checkpoint --r|--rootless --runtime-version
save --state c|certificates checklist checkpoint
save --state=|certificates checklist checkpoint with space
save --state=checkl|checklist
save --metadata=checkl|checklist
save --cgroup |certificates checkpoint with space
save --id |
save --pid |
save --name c|
save --runtime-version |
save --id 1 --pid 2 checkpoint -- che|checklist checkpoint
save --id 1 --pid 2 checkpoint -- --state |certificates checklist checkpoint with space
load |certificates checkpoint with space
load -0 |certificates checkpoint with space
load checkpoint c|cgroup_path checkpoint_at command container_id container_name
load -0 checkpoint com|command
load checkpoint command |
load --n|--null
END
