import { everyOption } from '../arguments.ts';
import type { Command } from '../command.ts';
import type { Option } from '../option.ts';
import { fieldNames, LIST_INTERFACES, LIST_NETNS, LIST_PIDS, optionWords } from './completion-words.ts';

/** The completion script of bash. It starts no netwatch: every word is written into it. */
export function bashCompletion(commands: readonly Command[]): string {
  return `# bash completion for netwatch; made by: netwatch completion bash
_netwatch() {
  local cur prev command='' i
  cur=\${COMP_WORDS[COMP_CWORD]}
  prev=\${COMP_WORDS[COMP_CWORD-1]}
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      ${commands.map((one) => one.name).join('|')}) command=\${COMP_WORDS[i]}; break ;;
    esac
  done
  COMPREPLY=()
  case $command in
${commands.map((one) => `    ${one.name}) _netwatch_${one.name} ;;`).join('\n')}
    *) COMPREPLY=($(compgen -W '${[...commands.map((one) => one.name), '--help', '--version'].join(' ')}' -- "$cur")) ;;
  esac
}

# completes the last word of a comma-separated list
_netwatch_list() {
  local head=''
  [[ $cur == *,* ]] && head=\${cur%,*},
  COMPREPLY=($(compgen -P "$head" -W "$1" -- "\${cur##*,}"))
  compopt -o nospace 2>/dev/null
}

${commands.map(commandFunction).join('\n')}
complete -F _netwatch netwatch
`;
}

function commandFunction(command: Command): string {
  const options = Object.entries(everyOption(command));
  const cases = options
    .filter(([, option]) => option.value !== null)
    .map(([name, option]) => `    ${optionWords(name, option).join('|')}) ${replyFor(command, option)} return ;;`);
  return `_netwatch_${command.name}() {
  case $prev in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W '${[...options.flatMap(([name, option]) => optionWords(name, option)), ...command.operandChoices].join(' ')}' -- "$cur"))
}
`;
}

function replyFor(command: Command, option: Option): string {
  const from = (words: string): string => `COMPREPLY=($(compgen -W "${words}" -- "$cur"));`;
  if (option.choices !== null) return from(option.choices.join(' '));
  switch (option.offers) {
    case 'file':
      return 'COMPREPLY=($(compgen -f -- "$cur"));';
    case 'interface':
      return from(`$(${LIST_INTERFACES})`);
    case 'process':
      return from(`$(${LIST_PIDS})`);
    case 'netns':
      return from(`$(${LIST_NETNS})`);
    case 'field':
      return `_netwatch_list '${fieldNames(command).join(' ')}';`;
    case 'sort':
      return `_netwatch_list '${fieldNames(command)
        .flatMap((name) => [name, `${name}:desc`])
        .join(' ')}';`;
    default:
      return '';
  }
}
