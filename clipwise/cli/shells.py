"""Completion for shells: the scripts that ask `complete` what could stand where the cursor is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from .session import Session

BASH = """\
_clipwise() {
    local line
    COMPREPLY=()
    while IFS= read -r line; do
        COMPREPLY+=("${line%%$'\\t'*}")
    done < <("${COMP_WORDS[0]}" __complete bash "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -o bashdefault -F _clipwise clipwise
"""
ZSH = """\
#compdef clipwise
_clipwise() {
    local line
    local -a found
    while IFS= read -r line; do
        found+=("${${line%%$'\\t'*}//:/\\\\:}:${line#*$'\\t'}")
    done < <("${words[1]}" __complete zsh "${(@)words[2,CURRENT]}" 2>/dev/null)
    if (( $#found )); then
        _describe -t clipwise clipwise found
    else
        _files
    fi
}
if [ "$funcstack[1]" = "_clipwise" ]; then
    _clipwise "$@"
else
    compdef _clipwise clipwise
fi
"""
FISH = """\
function __clipwise_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l found ($words[1] __complete fish $words[2..-1] "$current" 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\\n' $found
    else
        __fish_complete_path "$current"
    end
end
complete -c clipwise -f -a '(__clipwise_complete)'
"""
SCRIPTS: Mapping[str, str] = {"bash": BASH, "zsh": ZSH, "fish": FISH}


def completion(session: Session, shell: Literal["bash", "zsh", "fish"], /) -> None:
    """Print a script that lets a shell complete commands, flags, formats and choices.

    bash: put `eval "$(clipwise completion bash)"` into ~/.bashrc.

    zsh: put `eval "$(clipwise completion zsh)"` into ~/.zshrc, after compinit.

    fish: `clipwise completion fish > ~/.config/fish/completions/clipwise.fish`.
    """
    session.show.result({"shell": shell, "script": SCRIPTS[shell]}, SCRIPTS[shell].rstrip("\n"))
