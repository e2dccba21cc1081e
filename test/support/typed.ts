import { readArguments } from '../../src/commands/arguments/arguments.ts';
import type { Command, ListingValues } from '../../src/commands/listing/command.ts';
import type { Options } from '../../src/commands/options/option.ts';

/** The values of a command's options, which are O, when these words follow its name. */
export function typed<O extends Options>(command: Command, ...words: readonly string[]): ListingValues<O> {
  return readArguments(command, true, words, null).values as ListingValues<O>;
}
