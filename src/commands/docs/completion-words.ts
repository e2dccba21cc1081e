import type { Command } from '../command.ts';
import type { Option } from '../option.ts';

/** Shell commands that list what only the machine knows; each works on Linux and macOS, and prints nothing when it cannot. */
export const LIST_INTERFACES = 'ls /sys/class/net 2>/dev/null || ifconfig -l 2>/dev/null';
export const LIST_PIDS = 'ps -Ao pid= 2>/dev/null';
export const LIST_NETNS = 'ls /run/netns 2>/dev/null';

/** The spellings of an option: `--filter` and `-f`. */
export function optionWords(name: string, option: Option): readonly string[] {
  return option.short === null ? [`--${name}`] : [`--${name}`, `-${option.short}`];
}

/** The fields of every record type a command prints, each once. */
export function fieldNames(command: Command): readonly string[] {
  return command.kind === 'listing' ? [...new Set(command.tables.flatMap((table) => Object.keys(table.fields)))] : [];
}
