# SPDX-License-Identifier: MIT
# completion.sh SHELL: what ckmeta's help lists is completed in zsh or fish, each where it fits. The
# completion of bash is tested in options.sh.
. "${0%/*}/package.sh"
shell=$1
need "$shell"

help_options() # [SUBCOMMAND]
{
    run "$prefix/bin/ckmeta" "$@" --help | grep -oE '(^|[^A-Za-z0-9-])--?[a-z0-9]+(-[a-z]+)*' |
        sed 's/^[^-]//' | sort -u
}

help_fields()
{
    run "$prefix/bin/ckmeta" load --help | tr ',.\n' '   ' | sed 's/.* one FIELD:\(.*\)  -0 .*/\1/' |
        grep -oE '[a-z]+(_[a-z]+)*' | grep -vx or | sort
}

# completions WORD...: what fish offers at the end of the last word after "ckmeta", or what zsh's own
# functions are asked to offer there: a list of words for the subcommand, else each _arguments spec.
completions()
{
    case $shell in
    fish)
        line=ckmeta
        for word; do
            line="$line $word"
        done
        # shellcheck disable=SC2016
        fish --no-config -c 'source $argv[1]; complete -C $argv[2]' \
            "$SOURCE/tools/completion/ckmeta.fish" "$line" | cut -f 1
        ;;
    zsh)
        # shellcheck disable=SC2016
        zsh -f -c 'compadd() { print -rl -- ${@:#--} }
            _arguments() { print -rl -- "$@[2,-1]" }
            words=(ckmeta "$@") CURRENT=$(($# + 1))
            . "$0"' "$SOURCE/tools/completion/_ckmeta" "$@"
        ;;
    esac
}

options() # [SUBCOMMAND]: the completed options
{
    completions "$@" - | sed 's/^([^)]*)//' | grep -oE '^--?[a-z0-9-]+' | sort
}

for subcommand in save load; do
    help_options "$subcommand" >help
    options "$subcommand" >completed
    expect_same "the options of $subcommand" help completed
done
printf '%s\n' --help --version -h >help
options >completed
expect_same "the options without a subcommand" help completed
[ "$(completions '' | grep -v '^-' | sort | paste -s -d ' ')" = "load save" ] ||
    fail "the subcommands are: $(completions '')"

offers() # EXPECTED WORD...
{
    expected=$1
    shift
    offered=$(completions "$@" | sort | paste -s -d ' ')
    [ "$offered" = "$expected" ] || fail "ckmeta $*: offers '$offered', not '$expected'"
}

help_fields >help
mkdir work work/checkpoint work/certificates
touch work/checklist
cd work
case $shell in
fish)
    everything='certificates/ checklist checkpoint/'
    completions load . '' | sort >../completed
    offers "certificates/ checkpoint/" save ''
    offers "$everything" save --state c
    offers "$everything" save --metadata c
    offers "certificates/ checkpoint/" save --cgroup ''
    offers "" save --id ''
    offers "" save --runtime-version ''
    offers "$everything" save --id 1 --pid 2 checkpoint -- c
    offers "certificates/ checkpoint/" load ''
    offers "command" load -0 checkpoint com
    offers "" load checkpoint command ''
    ;;
zsh)
    zsh -n "$SOURCE/tools/completion/_ckmeta" || fail "zsh refuses it"
    sed -n 1p "$SOURCE/tools/completion/_ckmeta" | grep -qx '#compdef ckmeta' ||
        fail "zsh would not find it"
    completions load '' | tr '\n' ' ' | sed -n 's/.* 2:field:(\([^)]*\)).*/\1\n/p' |
        grep -oE '[a-z_]+' | sort >../completed
    for spec in '--state=:state document:_files' '--cgroup=:cgroup directory:_directories' \
        '1:directory:_directories' '*:argument of the command:_files'; do
        completions save '' | grep -qFx -e "$spec" || fail "save lacks '$spec'"
    done
    ;;
esac
cd ..
expect_same "the fields" help completed
offers "" unknown ''
