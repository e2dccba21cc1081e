import { type Arguments, everyOption } from '../arguments/arguments.ts';
import type { ListingCommand, ListingValues } from '../listing/command.ts';
import type { Options } from '../options/option.ts';
import { fields } from './fields.ts';

/** A run of `netwatch fields`. */
export interface FieldsRun {
  readonly command: ListingCommand;
  readonly values: ListingValues<Options>;
  readonly operands: readonly string[];
}

/** Options about the output that hold for a list of fields too. */
const KEPT = ['output', 'json', 'tsv', 'csv', 'no-header', 'color', 'lang', 'quiet', 'verbose'];

/**
 * The run that answers `--fields help`: it lists the fields of the record type that the other options ask for; null where
 * that was not asked. Formats that a list of fields does not have are left out. Throws Failure 64 as the command does.
 */
export function fieldsAsked(command: ListingCommand, { values }: Arguments): FieldsRun | null {
  const asked = values as ListingValues<Options>;
  if (asked.fields?.join() !== 'help') return null;
  const options = everyOption(fields);
  const absent = Object.entries(options).map(([name, { absent: value }]) => [name, value]);
  const kept = KEPT.map((name) => [name, asked[name]]);
  const given = Object.fromEntries([...absent, ...kept]) as ListingValues<Options>;
  const hasFormat = given.output === null || options.output!.choices!.includes(given.output);
  return {
    command: fields as ListingCommand,
    values: hasFormat ? given : { ...given, output: null },
    operands: [command.tableOf({ ...asked, fields: null }).type],
  };
}
