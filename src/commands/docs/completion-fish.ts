import { offeredOptions } from '../arguments/arguments.ts';
import type { Command } from '../listing/command.ts';
import type { Option } from '../options/option.ts';
import { fieldChoices, functionOf, LIST_INTERFACES, LIST_NETNS, LIST_PIDS } from './completion-words.ts';

/** The completion script of fish. */
export function fishCompletion(commands: readonly Command[]): string {
  const alone = commands.filter(({ name }) => !name.includes(' '));
  const names = alone.map((one) => one.name).join(' ');
  return `# fish completion for netwatch; made by: netwatch completion fish
# offers its arguments for the last item of a comma-separated list
function __netwatch_list
    set -l head (commandline -ct | string replace -r '^--[^=]*=' '' | string match -r '.*,')
    printf '%s\\n' "$head"$argv
end

# whether these are the first words, besides options
function __netwatch_is
    set -l words (string match -v -- '-*' (commandline -opc)[2..])
    test "$words[1..$(count $argv)]" = "$argv"
end

${commands.map(fieldsFunction).join('')}complete -c netwatch -f
${alone.map((one) => `complete -c netwatch -n 'not __fish_seen_subcommand_from ${names}' -a ${one.name} -d ${quote(one.about)}`).join('\n')}
${commands.flatMap(commandLines).join('\n')}
`;
}

function commandLines(command: Command): readonly string[] {
  const start = `complete -c netwatch -n '__netwatch_is ${command.name}'`;
  const lines = Object.entries(offeredOptions(command)).map(([name, option]) => {
    const short = option.short === null ? '' : ` -s ${option.short}`;
    return `${start}${short} -l ${name}${valueFor(command, option)} -d ${quote(option.doc)}`;
  });
  if (command.operandChoices.length > 0) lines.push(`${start} -a ${quote(command.operandChoices.join(' '))}`);
  return lines;
}

/** A function that prints the fields of the record type that the line asks for. */
function fieldsFunction(command: Command): string {
  const cases = fieldChoices(command).map(({ option, fields }) => {
    const pattern = option === null ? "'*'" : `'* ${option} *' '* ${option}=*'`;
    return `        case ${pattern}\n            printf '%s\\n' ${fields}\n`;
  });
  if (cases.length === 0) return '';
  return `function _${functionOf(command)}_fields
    switch (commandline -p)' '
${cases.join('')}    end
end

`;
}

function valueFor(command: Command, option: Option): string {
  if (option.value === null) return '';
  if (option.choices !== null) {
    const choices = option.choices.join(' ');
    return ` -x -a ${quote(option.list ? `(__netwatch_list ${choices})` : choices)}`;
  }
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
      return ` -x -a '(__netwatch_list (_${functionOf(command)}_fields))'`;
    case 'sort':
      return ` -x -a '(__netwatch_list (_${functionOf(command)}_fields){,:desc})'`;
    default:
      return ' -x';
  }
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
