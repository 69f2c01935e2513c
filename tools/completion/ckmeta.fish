# SPDX-License-Identifier: MIT
# fish completion for ckmeta(1)

# Succeeds if the cursor is at operand number $argv[2] of subcommand $argv[1], or anywhere in that
# subcommand if $argv[2] is ".".
function __ckmeta_at
    set -l tokens (commandline -opc)
    test (count $tokens) -gt 1; and test $tokens[2] = $argv[1]; or return 1
    test "$argv[2]" = .; and return 0
    test (count (string match -v -- '-*' $tokens[3..])) -eq (math $argv[2] - 1)
end

complete -c ckmeta -f
complete -c ckmeta -n __fish_use_subcommand -a 'save load'
complete -c ckmeta -n __fish_use_subcommand -l version
complete -c ckmeta -s h -l help
complete -c ckmeta -n '__ckmeta_at save .' -a '(__fish_complete_directories)'
complete -c ckmeta -n '__ckmeta_at save .; and contains -- -- (commandline -opc)' -F
for option in state metadata
    complete -c ckmeta -n '__ckmeta_at save .' -l $option -rF
end
for option in id pid name runtime-version
    complete -c ckmeta -n '__ckmeta_at save .' -l $option -x
end
complete -c ckmeta -n '__ckmeta_at save .' -l cgroup -xa '(__fish_complete_directories)'
complete -c ckmeta -n '__ckmeta_at save .' -l gvisor
complete -c ckmeta -n '__ckmeta_at save .' -l rootless
complete -c ckmeta -n '__ckmeta_at load .' -s 0 -l null
complete -c ckmeta -n '__ckmeta_at load 1' -a '(__fish_complete_directories)'
complete -c ckmeta -n '__ckmeta_at load 2' -a 'container_id container_name original_pid command
    checkpoint_at version using_gvisor rootless cgroup_path resource_limits'
