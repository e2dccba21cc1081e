import { fieldNames } from '../../core/record/table.ts';
import { everyOption } from '../arguments/arguments.ts';
import type { Command } from '../listing/command.ts';
import type { Option } from '../options/option.ts';

/** Shell commands that list what only the machine knows; each works on Linux and macOS, and prints nothing when it cannot. */
export const LIST_INTERFACES = 'ls /sys/class/net 2>/dev/null || ifconfig -l 2>/dev/null';
export const LIST_PIDS = 'ps -Ao pid= 2>/dev/null';
export const LIST_NETNS = 'ls /run/netns 2>/dev/null';

/** The name of the shell function that completes a command. */
export const functionOf = ({ name }: Command): string => `_netwatch_${name.replace(' ', '_')}`;

/** The spellings of an option: `--filter` and `-f`. Its other long names are not offered. */
export function optionWords(name: string, option: Option): readonly string[] {
  return option.short === null ? [`--${name}`] : [`--${name}`, `-${option.short}`];
}

/** The fields for --fields and --sort while an option is on the line; null stands for none of the options. */
export interface FieldChoice {
  readonly option: string | null;
  readonly fields: string;
}

/** The options that make a command print another record type, with its fields; its usual record type comes last. */
export function fieldChoices(command: Command): readonly FieldChoice[] {
  if (command.kind !== 'listing') return [];
  const absent = Object.fromEntries(Object.entries(everyOption(command)).map(([name, { absent }]) => [name, absent]));
  const tableWith = (values: Readonly<Record<string, unknown>>) =>
    command.tableOf({ ...absent, ...values } as Parameters<typeof command.tableOf>[0]);
  const usual = tableWith({});
  const switches = Object.entries(command.options)
    .filter(([, { value, choices }]) => value === null || choices !== null)
    .map(([name, { read, choices }]) => ({
      option: `--${name}`,
      table: tableWith({ [name]: read(choices?.[0] ?? '', name) }),
    }));
  return [...switches.filter(({ table }) => table !== usual), { option: null, table: usual }].map(
    ({ option, table }) => ({ option, fields: fieldNames(table).join(' ') }),
  );
}

/** Lines of bash or zsh that set $fields according to the options in the text `line`. */
export function fieldsByLine(command: Command, line: string): string {
  const choices = fieldChoices(command);
  const sets = choices.map(({ fields }) => `fields='${fields}'`);
  if (sets.length <= 1) return sets.map((set) => `  local ${set}\n`).join('');
  const cases = choices.map(({ option }, i) => `    ${option === null ? '' : `*' ${option}'[\\ =]`}*) ${sets[i]} ;;\n`);
  return `  local fields\n  case " ${line} " in\n${cases.join('')}  esac\n`;
}
