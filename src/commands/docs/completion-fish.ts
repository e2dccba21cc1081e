import { everyOption } from '../arguments.ts';
import type { Command } from '../command.ts';
import type { Option } from '../option.ts';
import { fieldNames, LIST_INTERFACES, LIST_NETNS, LIST_PIDS } from './completion-words.ts';

/** The completion script of fish. */
export function fishCompletion(commands: readonly Command[]): string {
  const names = commands.map((one) => one.name).join(' ');
  return `# fish completion for netwatch; made by: netwatch completion fish
complete -c netwatch -f
${commands.map((one) => `complete -c netwatch -n 'not __fish_seen_subcommand_from ${names}' -a ${one.name} -d ${quote(one.about)}`).join('\n')}
${commands.flatMap(commandLines).join('\n')}
`;
}

function commandLines(command: Command): readonly string[] {
  const start = `complete -c netwatch -n '__fish_seen_subcommand_from ${command.name}'`;
  const lines = Object.entries(everyOption(command)).map(([name, option]) => {
    const short = option.short === null ? '' : ` -s ${option.short}`;
    return `${start}${short} -l ${name}${valueFor(command, option)} -d ${quote(option.doc)}`;
  });
  if (command.operandChoices.length > 0) lines.push(`${start} -a ${quote(command.operandChoices.join(' '))}`);
  return lines;
}

function valueFor(command: Command, option: Option): string {
  if (option.value === null) return '';
  if (option.choices !== null) return ` -x -a ${quote(option.choices.join(' '))}`;
  switch (option.offers) {
    case 'file':
      return ' -r -F';
    case 'interface':
      return ` -x -a '(${LIST_INTERFACES.replace('||', '; or')})'`;
    case 'process':
      return ` -x -a '(${LIST_PIDS})'`;
    case 'netns':
      return ` -x -a '(${LIST_NETNS})'`;
    case 'field':
      return ` -x -a '(__fish_complete_list , "string split \\" \\" ${quoteInner(fieldNames(command))}")'`;
    case 'sort':
      return ` -x -a '(__fish_complete_list , "string split \\" \\" ${quoteInner(fieldNames(command).flatMap((name) => [name, `${name}:desc`]))}")'`;
    default:
      return ' -x';
  }
}

function quoteInner(words: readonly string[]): string {
  return `\\"${words.join(' ')}\\"`;
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
