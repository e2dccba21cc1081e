import { usageError } from '../../core/failure.ts';
import { section } from '../../core/record/table.ts';
import { setting } from '../../core/record/tables/setting.ts';
import { didYouMean } from '../../core/suggest.ts';
import { parseSettings } from '../arguments/settings.ts';
import { readSettingsFile } from '../arguments/settings-file.ts';
import { type Command, listing } from '../listing/command.ts';
import type { Values } from '../options/option.ts';
import type { globalOptions } from '../options/shared-options.ts';
import { settingRows, type Typed } from './setting-rows.ts';

/** `netwatch config show`: each setting, and where it comes from. `all` are all commands. */
export function configOf(all: () => readonly Command[]): Command {
  const command: Command = listing({
    name: 'config',
    about: 'each setting, and whether the file, the environment or the default says so',
    details: [
      'config show lists every option that a configuration file may set, with the value that it has when it is not typed: what the file says, with the line and the column, or the environment, or the default. The setting config is the file that is read. Where commands have different values, each value is a row that names its commands; with names of commands, only those are listed.',
      'A file with a setting that is unknown or wrong is an error (78), as it is for the commands. The values of a file that the user who called sudo may not read are not shown.',
    ],
    operands: 'show [COMMAND...]',
    operandChoices: ['show'],
    options: {},
    tables: [setting],
    examples: [
      { line: 'netwatch config show', about: 'all of them' },
      { line: "netwatch config show -f 'source != default'", about: 'those that somebody has set' },
      { line: 'netwatch config show conns --json', about: 'those of one command, for a script' },
    ],
    tableOf: () => setting,
    async *run(context, values, operands) {
      const named = commandsNamed(operands, all());
      const { env } = context;
      // what is not trusted was said when the program looked for its own settings
      const from = readSettingsFile(values.config, { env, uid: process.geteuid?.() ?? null, say: () => {} });
      const own = from === null ? {} : parseSettings(from, command, all()).values;
      yield [section(setting, settingRows(named, all(), from, typedOf(values, own), env))];
    },
  });
  return command;
}

/** The general options of this run that the file did not set. */
function typedOf(values: Values<typeof globalOptions>, own: Readonly<Record<string, string>>): Typed {
  const { config, color, lang, quiet, verbose } = values;
  return {
    config,
    color: color === own.color ? null : color,
    lang: lang === own.lang ? null : lang,
    quiet: quiet && own.quiet !== 'true',
    verbose: verbose && own.verbose !== 'true',
  };
}

/** The commands after `show`, or all of them. Throws Failure 64 for anything else. */
function commandsNamed(operands: readonly string[], all: readonly Command[]): readonly Command[] {
  const [what, ...names] = operands;
  if (what === undefined) throw usageError('config what?', { hint: 'netwatch config show' });
  if (what !== 'show') throw usageError(`config ${what} is not known`, { hint: 'netwatch config show' });
  const known = all.map(({ name }) => name);
  for (const name of names) {
    if (known.includes(name)) continue;
    throw usageError(`unknown command "${name}"`, {
      hint: didYouMean(name, known, 'netwatch --help lists the commands'),
    });
  }
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}
