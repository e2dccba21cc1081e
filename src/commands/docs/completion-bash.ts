import { offeredOptions } from '../arguments/arguments.ts';
import type { Command } from '../listing/command.ts';
import type { Option } from '../options/option.ts';
import { fieldsByLine, functionOf, LIST_INTERFACES, LIST_NETNS, LIST_PIDS, optionWords } from './completion-words.ts';

/** The completion script for bash 3.2 and later. It does not start netwatch: it contains every word. */
export function bashCompletion(commands: readonly Command[]): string {
  const names = commands.map((one) => one.name).filter((name) => !name.includes(' '));
  return `# bash completion for netwatch; made by: netwatch completion bash
_netwatch() {
  local whole='' prev='' command='' word
  # since bash 4 words are split at = and : as well; here they become whole again
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
    if [[ $word == [=:]* || $whole == *[=:] && $word == [!-]* ]]; then
      whole+=$word
      continue
    fi
    prev=$whole whole=$word
    case $command:$prev in
      ${names.map((name) => `:${name}`).join('|')}) command=$prev ;;
${commands
  .filter(({ name }) => name.includes(' '))
  .map(({ name }) => `      ${name.replace(' ', ':')}) command='${name}' ;;\n`)
  .join('')}    esac
  done
  # cur is to be completed, head stands before it, and kept is what readline does not replace
  local cur=$whole head='' kept='' breaks=\${COMP_WORDBREAKS//[!=:]}
  [[ $breaks ]] && kept=\${whole%"\${whole##*[$breaks]}"}
  [[ $whole == --*=* ]] && prev=\${whole%%=*} cur=\${whole#*=} head=$prev=
  COMPREPLY=()
  case $command in
${commands.map((one) => `    '${one.name}') ${functionOf(one)} ;;`).join('\n')}
    *) _netwatch_words '${[...names, '--help', '--version'].join(' ')}' ;;
  esac
}

# offers the words of $1 that begin with what was typed
_netwatch_words() {
  local word words
  read -r -d '' -a words <<< "$1"
  for word in "\${words[@]}"; do
    [[ $word == "$cur"* ]] && word=$head$word && COMPREPLY+=("\${word#"$kept"}")
  done
  # a scheme is where a target begins
  [[ \${COMPREPLY-} == *:// ]] && compopt -o nospace 2>/dev/null
  return 0
}

# offers them for the last item of a comma-separated list
_netwatch_list() {
  [[ $cur == *,* ]] && head+=\${cur%,*}, cur=\${cur##*,}
  _netwatch_words "$1"
  compopt -o nospace 2>/dev/null
}

_netwatch_files() {
  compopt -o default 2>/dev/null || COMPREPLY=($(compgen -f -- "$cur"))
}

${commands.map(commandFunction).join('\n')}
complete -F _netwatch netwatch
`;
}

function commandFunction(command: Command): string {
  const options = Object.entries(offeredOptions(command));
  const cases = options
    .filter(([, option]) => option.value !== null)
    .map(([name, option]) => `    ${optionWords(name, option).join('|')}) ${replyFor(option)} ;;`);
  const words = [...options.flatMap(([name, option]) => optionWords(name, option)), ...command.operandChoices];
  return `${functionOf(command)}() {
${fieldsByLine(command, `\${COMP_WORDS[*]}`)}  case $prev in
${cases.join('\n')}
    *) _netwatch_words '${words.join(' ')}' ;;
  esac
}
`;
}

function replyFor(option: Option): string {
  if (option.choices !== null) return `_netwatch_${option.list ? 'list' : 'words'} '${option.choices.join(' ')}'`;
  switch (option.offers) {
    case 'file':
      return '_netwatch_files';
    case 'interface':
      return `_netwatch_words "$(${LIST_INTERFACES})"`;
    case 'process':
      return `_netwatch_words "$(${LIST_PIDS})"`;
    case 'netns':
      return `_netwatch_words "$(${LIST_NETNS})"`;
    case 'field':
      return '_netwatch_list "$fields"';
    case 'sort':
      return `_netwatch_list "$fields \${fields// /:desc }:desc"`;
    default:
      return ':';
  }
}
