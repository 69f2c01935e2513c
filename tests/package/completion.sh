# SPDX-License-Identifier: MIT
# What the completion offers for a line with the cursor at its end.
. "${0%/*}/package.sh"
need bash

mkdir -p work/checkpoint work/certificates "work/with space"
touch work/checklist
cd work
cat >../complete.bash <<'END'
. "$1"
complete -p ckmeta || exit 1
failures=0

# offers EXPECTED WORD...: EXPECTED is what is offered, sorted, with spaces between.
offers()
{
    local expected=$1 got
    shift
    COMP_WORDS=(ckmeta "$@") COMP_CWORD=$#
    _ckmeta ckmeta "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
    got=$(printf '%s\n' "${COMPREPLY[@]}" | sort | paste -sd' ')
    if [[ $got != "$expected" ]]; then
        echo "ckmeta $*: offers '$got', not '$expected'"
        failures=$((failures + 1))
    fi
}

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
exit $((failures > 0))
END
bash ../complete.bash "$SOURCE/tools/completion/ckmeta.bash" || fail "the completion"
