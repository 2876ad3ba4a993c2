/** What a shell has to know: each calls the executable with the words of its line, the last being completed. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** The first argument of such a call. Answers a line for each candidate, `value TAB description`. */
export const COMPLETE = '--completeWords';

// Nothing to offer: the shell completes file names. Values with = or : are words of their own in bash.
const BASH = `# Completes NAME, as NAME completion bash prints it.
_FUNCTION_completion() {
  local line word words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  COMPREPLY=()
  while IFS=$'\\t' read -r word line; do COMPREPLY+=("$word"); done \\
    < <("\${COMP_WORDS[0]}" ${COMPLETE} "\${words[@]}" 2>/dev/null)
}
complete -o default -F _FUNCTION_completion NAME
`;

const ZSH = `#compdef NAME
# Completes NAME, as NAME completion zsh prints it.
_FUNCTION_completion() {
  local line
  local -a found
  while IFS= read -r line; do found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}"); done \\
    < <("\${words[1]}" ${COMPLETE} "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#found} )); then _describe NAME found; else _files; fi
}
if [[ \${funcstack[1]} == _NAME ]]; then _FUNCTION_completion; else compdef _FUNCTION_completion NAME; fi
`;

const FISH = `# Completes NAME, as NAME completion fish prints it.
function __FUNCTION_completion
  set -l words (commandline -opc) (commandline -ct)
  $words[1] ${COMPLETE} $words[2..-1] 2>/dev/null
end
complete -c NAME -f -n 'test (count (__FUNCTION_completion)) -gt 0' -a '(__FUNCTION_completion)'
`;

const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };

/** @param name of the executable's file */
export function scriptFor(shell: Shell, name: string): string {
  const inNames = name.replace(/\W/g, '_');
  return SCRIPTS[shell].replaceAll('FUNCTION', inNames).replaceAll('NAME', name);
}
