# SPDX-License-Identifier: MIT
# bash completion for ckmeta(1)

# Sets COMPREPLY to the output of compgen for these options and the word at the cursor. A completed
# directory is followed by a slash instead of a space.
_ckmeta_reply()
{
    if [[ $1 == -[df] ]]; then
        compopt -o filenames 2>/dev/null
    fi
    mapfile -t COMPREPLY < <(compgen "$@" -- "$word")
}

_ckmeta()
{
    local word=${COMP_WORDS[COMP_CWORD]}
    local option=${COMP_WORDS[COMP_CWORD - 1]}
    local fields='container_id container_name original_pid command checkpoint_at version
        using_gvisor rootless cgroup_path resource_limits'
    local operands=0 i

    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        _ckmeta_reply -W 'save load -h --help --version'
        return
    fi
    # bash splits --state=FILE into three words.
    if [[ $word == = ]]; then
        word=
    elif [[ $option == = ]]; then
        option=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    case ${COMP_WORDS[1]}:$option in
    save:--state | save:--metadata) _ckmeta_reply -f; return ;;
    save:--cgroup) _ckmeta_reply -d; return ;;
    save:--id | save:--pid | save:--name | save:--runtime-version) return ;;
    esac
    for ((i = 2; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[1]}:${COMP_WORDS[i]} in
        save:--) _ckmeta_reply -f; return ;;
        *:-*) ;;
        *) ((operands++)) ;;
        esac
    done
    case ${COMP_WORDS[1]}:$word in
    save:-*)
        _ckmeta_reply -W '--state --metadata --id --pid --name --gvisor --rootless --cgroup
            --runtime-version -h --help'
        ;;
    load:-*) _ckmeta_reply -W '-0 --null -h --help' ;;
    save:*) _ckmeta_reply -d ;;
    load:*)
        if ((operands == 0)); then
            _ckmeta_reply -d
        elif ((operands == 1)); then
            _ckmeta_reply -W "$fields"
        fi
        ;;
    esac
}

complete -F _ckmeta ckmeta
