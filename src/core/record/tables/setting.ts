import { choice, list, maybe, shown, text } from '../field.ts';
import { type Row, table } from '../table.ts';

/** What an option is when it is not typed, and who says so. */
export const setting = table('setting', 'One row per setting, and per value that it has for some commands.', {
  name: text('Long name of the option.', shown('SETTING', 1)),
  value: maybe(
    text('As it would be typed; null when it has none, and where the file may not be shown.', shown('VALUE', 1)),
  ),
  source: choice('Who says so.', ['option', 'environment', 'file', 'default'], shown('SOURCE', 2)),
  origin: maybe(text('The option, the variable or the file; null for a default.', shown('FROM', 2))),
  place: maybe(text('Where in the file: line and column.', shown('PLACE', 4))),
  commands: list('The commands for which it holds.', shown('COMMANDS', 3)),
});
export type SettingRow = Row<typeof setting>;
