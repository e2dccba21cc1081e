import packageJson from '../../../package.json' with { type: 'json' };
import { EXIT, Failure } from '../../core/failure.ts';
import { OutputClosed } from '../../core/output/sink.ts';
import { fieldsAsked } from '../about/fields-help.ts';
import { type Arguments, findCommand, readArguments, unnamedMember } from '../arguments/arguments.ts';
import { parseSettings } from '../arguments/settings.ts';
import { fromSettings } from '../arguments/settings-failure.ts';
import { readSettingsFile } from '../arguments/settings-file.ts';
import { type Context, contextFor } from '../context/context.ts';
import { openRealContext } from '../context/real-context.ts';
import type { ListingValues, TextCommand } from '../listing/command.ts';
import { runListing } from '../listing/run-listing.ts';
import type { Options, Values } from '../options/option.ts';
import type { globalOptions } from '../options/shared-options.ts';
import { canShowScreen } from '../watch/can-show-screen.ts';
import { errorLines } from './error-report.ts';
import { asksPlugin, reportPluginFailure } from './plugin-failure.ts';
import { COMMANDS, DEFAULT_COMMAND } from './registry.ts';

/** Records go to stdout, everything else to stderr; returns the exit status, and never throws. */
export async function program(argv: readonly string[]): Promise<number> {
  const context = openRealContext();
  try {
    return await run(context, argv);
  } catch (error) {
    if (error instanceof OutputClosed) return EXIT.ok;
    for (const line of errorLines(error, argv.includes('-v') || argv.includes('--verbose'))) context.warn(line);
    return error instanceof Failure ? error.exit : EXIT.internal;
  }
}

/** What `netwatch` without a command does on a terminal that can show the screen: it is there sooner than a first table. */
const SCREEN = ['watch'];
/** And on one that cannot: it shows connections, busiest first, redrawn in place. */
const LIVE_TABLE = ['--interval', '1', '--sort', 'rx_rate:desc,tx_rate:desc'];

/** Accepts `netwatch help conns`, which many people type first. */
function withHelpOption(argv: readonly string[]): readonly string[] {
  if (argv[0] === 'help') return [...argv.slice(argv[1] === 'help' ? 2 : 1), '--help'];
  return argv[0] === 'version' ? ['--version'] : argv;
}

/** The word of `netwatch help WORD`; null for any other command line. */
function helpWord([first, second]: readonly string[]): string | null {
  return first === 'help' && second !== undefined && second !== 'help' && !second.startsWith('-') ? second : null;
}

/** The same in a given context; throws Failure, OutputClosed, or anything else for a bug. */
export async function run(context: Context, argv: readonly string[]): Promise<number> {
  if (!asksPlugin(argv)) return runCommand(context, argv);
  try {
    return await runCommand(context, argv);
  } catch (error) {
    if (error instanceof OutputClosed) throw error;
    return reportPluginFailure(context, error);
  }
}

async function runCommand(context: Context, argv: readonly string[]): Promise<number> {
  const word = helpWord(argv);
  if (word !== null) {
    const { helpOn } = await import('./help-pages.ts');
    return printText(context, helpOn(word, argv, context.terminal.columns()));
  }
  const live = argv.length === 0 && context.terminal.stdoutIsTerminal;
  const alone = live ? (canShowScreen(context) ? SCREEN : LIVE_TABLE) : null;
  const { command, named, rest } = findCommand(alone ?? withHelpOption(argv), COMMANDS, DEFAULT_COMMAND);
  // the file is named by an option, and gives defaults of options: so they are read twice when there is one
  let read = readArguments(command, named, rest, null);
  const general = read.values as Values<typeof globalOptions>;
  if (general.version) return printText(context, `netwatch ${packageJson.version}\n`);
  if (general.help) {
    const { helpOf } = await import('./help-pages.ts');
    return printText(context, await helpOf(named ? command : null, context.terminal.columns()));
  }
  // a word that asks about it may be an argument: export -- --help
  if (command.kind === 'group') throw unnamedMember(command);
  // a broken file must not take the completion of every shell with it
  if (command.kind === 'text' && !command.readsSettings) return printCommand(context, command, read);
  const { env, say } = contextFor(context, general);
  const reader = { env, uid: process.geteuid?.() ?? null, say };
  const settings = readSettingsFile(general.config, reader);
  const defaults = settings === null ? null : parseSettings(settings, command, COMMANDS);
  if (defaults !== null) read = readArguments(command, named, rest, defaults);
  if (command.kind === 'text' || command.kind === 'screen') {
    try {
      if (command.kind === 'text') return await printCommand(context, command, read);
      return await command.show(contextFor(context, general), read.values as Values<Options> & typeof general);
    } catch (error) {
      throw fromSettings(error, defaults);
    }
  }
  const listed = fieldsAsked(command, read);
  if (listed !== null) return runListing(listed.command, contextFor(context, general), listed.values, listed.operands);
  let status: number;
  try {
    const values = read.values as ListingValues<Options>;
    status = await runListing(command, contextFor(context, values), values, read.operands);
  } catch (error) {
    throw fromSettings(error, defaults);
  }
  // the live table is left by Ctrl-C: that is its normal end
  return live && context.signal.aborted ? EXIT.ok : status;
}

const printCommand = async (context: Context, command: TextCommand, { values, operands }: Arguments): Promise<number> =>
  printText(context, await command.print(context, values, operands, COMMANDS));

async function printText(context: Context, text: string): Promise<number> {
  await context.stdout.write(text);
  await context.stdout.flush();
  return EXIT.ok;
}
