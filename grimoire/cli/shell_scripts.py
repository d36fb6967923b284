"""The scripts by which shells complete: `grimoire --show-completion` shows one, `--install-completion` installs it.

Typer's own would do too, but for these: nothing that completes is ever evaluated, a file's name is completed where
nothing else is known, no space follows what goes on (`1=`), and fish asks once rather than twice.
"""

from __future__ import annotations

BASH = r"""
%(complete_func)s() {
    local line
    COMPREPLY=()
    while IFS= read -r line; do
        [[ -n $line ]] && COMPREPLY+=("$line")
    done <<< "$(env COMP_WORDS="$(printf '%%s\n' "${COMP_WORDS[@]}")" COMP_CWORD="$COMP_CWORD" \
        %(autocomplete_var)s=complete_bash "$1" 2>/dev/null)"
    if [[ ${#COMPREPLY[@]} -gt 0 && ${COMPREPLY[0]} == *[=/] ]]; then
        compopt -o nospace 2>/dev/null
    fi
    return 0
}

complete -o default -F %(complete_func)s %(prog_name)s
"""

ZSH = r"""
#compdef %(prog_name)s

%(complete_func)s() {
    local line
    local -a closed open
    for line in "${(@f)$(env _TYPER_COMPLETE_ARGS="${words[1,$CURRENT]}" \
            %(autocomplete_var)s=complete_zsh "${words[1]}" 2>/dev/null)}"; do
        case $line in
            -*) open+=("${line[2,-1]}") ;;
            +*) closed+=("${line[2,-1]}") ;;
        esac
    done
    (( $#open )) && _describe %(prog_name)s open -S ''
    (( $#closed )) && _describe %(prog_name)s closed
    (( $#open + $#closed )) || _files
}

# On the search path of functions, this file is itself the function that completes, from the first Tab on.
if [[ ${funcstack[1]} == _%(prog_name)s ]]; then
    %(complete_func)s "$@"
else
    compdef %(complete_func)s %(prog_name)s
fi
"""

FISH = r"""
function %(complete_func)s
    set -l found (env %(autocomplete_var)s=complete_fish _TYPER_COMPLETE_FISH_ACTION=get-args \
        _TYPER_COMPLETE_ARGS=(commandline -cp | string collect) %(prog_name)s 2>/dev/null)
    if test -n "$found"
        printf '%%s\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end

complete --command %(prog_name)s --no-files --arguments '(%(complete_func)s)'
"""
