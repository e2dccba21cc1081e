import { offeredOptions } from '../arguments/arguments.ts';
import { type Command, membersOf } from '../listing/command.ts';
import type { Option } from '../options/option.ts';
import { fieldsByLine, functionOf, LIST_INTERFACES, LIST_NETNS, LIST_PIDS, optionWords } from './completion-words.ts';

/** The completion script of zsh, for a folder in $fpath under the name _netwatch. */
export function zshCompletion(commands: readonly Command[]): string {
  const alone = commands.filter(({ name }) => !name.includes(' '));
  return `#compdef netwatch
# zsh completion for netwatch; made by: netwatch completion zsh
_netwatch() {
  local curcontext=$curcontext state line
  typeset -A opt_args
  _arguments -C '1:command:_netwatch_commands' '*::argument:->rest'
  case $state in
    rest)
      case $words[1] in
${alone.map((one) => `        ${one.name}) ${functionOf(one)} ;;`).join('\n')}
      esac ;;
  esac
}

_netwatch_commands() {
  local -a commands
  commands=(
${alone.map((one) => `    ${quote(`${one.name}:${one.about}`)}`).join('\n')}
  )
  _describe command commands
}

# completes the last item of a comma-separated list
_netwatch_list() {
  compset -P '*,'
  compadd -S '' "$@"
}

# completes words, and schemes, where a target begins
_netwatch_operands() {
  compadd -S '' -- \${(M)@:#*://}
  compadd -- \${@:#*://}
}

${commands.map((one) => (one.kind === 'group' ? groupFunction(one, commands) : commandFunction(one))).join('\n')}
if [ "$funcstack[1]" = _netwatch ]; then
  _netwatch "$@"
else
  compdef _netwatch netwatch
fi
`;
}

function commandFunction(command: Command): string {
  const specs = Object.entries(offeredOptions(command)).flatMap(([name, option]) => {
    const tail = `[${escapeSpec(option.doc)}]${option.value === null ? '' : `:${escapeSpec(option.value)}:${actionFor(option)}`}`;
    const words = optionWords(name, option);
    // with a = at its end _arguments takes --name=value as well
    return words.map((word) => {
      const spelling = option.value !== null && word.startsWith('--') ? `${word}=` : word;
      return `    ${quote(`(${words.join(' ')})${spelling}${tail}`)}`;
    });
  });
  if (command.operandChoices.length > 0)
    specs.push(`    ${quote(`*:argument:_netwatch_operands ${command.operandChoices.join(' ')}`)}`);
  return `${functionOf(command)}() {
${fieldsByLine(command, '$words')}  _arguments -s \\
${specs.join(' \\\n')}
}
`;
}

/** Completes the second word of a command, and then as the command does. */
function groupFunction(group: Command, commands: readonly Command[]): string {
  const members = membersOf(group.name, commands);
  return `${functionOf(group)}() {
  local curcontext=$curcontext state line
  _arguments -C ${quote(`1:what:(${group.operandChoices.join(' ')})`)} '*::argument:->rest'
  case $state in
    rest)
      case $words[1] in
${members.map((one) => `        ${one.name.split(' ')[1]}) ${functionOf(one)} ;;`).join('\n')}
      esac ;;
  esac
}
`;
}

function actionFor(option: Option): string {
  if (option.choices !== null) {
    const choices = option.choices.join(' ');
    return option.list ? `_netwatch_list ${choices}` : `(${choices})`;
  }
  switch (option.offers) {
    case 'file':
      return '_files';
    case 'interface':
      return `($(${LIST_INTERFACES}))`;
    case 'process':
      return `($(${LIST_PIDS}))`;
    case 'netns':
      return `($(${LIST_NETNS}))`;
    case 'field':
      return `_netwatch_list \${=fields}`;
    case 'sort':
      return `_netwatch_list \${=fields} \${^=fields}\\:desc`;
    default:
      return ' ';
  }
}

/** Brackets and colons separate the parts of an _arguments specification. */
function escapeSpec(text: string): string {
  return text.replace(/[\\[\]:]/g, '\\$&');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
