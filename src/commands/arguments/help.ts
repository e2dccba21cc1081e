import type { Command } from '../listing/command.ts';
import { optionGroups } from './arguments.ts';

const MOST_COLUMNS = 120;

/** yargs lays out the help; only a run that shows help loads it. */
const importYargs = async (): Promise<typeof import('yargs')['default']> => (await import('yargs')).default;

/** The help of one command. */
export async function commandHelp(command: Command, columns: number): Promise<string> {
  const operands = command.operands === '' ? '' : ` ${command.operands}`;
  const help = (await importYargs())([])
    .scriptName('netwatch')
    .locale('en')
    .usage(`netwatch ${command.name}${operands} [options]\n\n${command.about}`)
    .help(false)
    .version(false)
    .wrap(Math.min(columns, MOST_COLUMNS));
  for (const { title, options } of optionGroups(command)) {
    for (const [name, option] of Object.entries(options)) {
      // nothing is parsed here, so the name may carry its value's name, which yargs has no place for
      help.option(option.value === null ? name : `${name} ${option.value}`, {
        ...(option.short === null ? {} : { alias: option.short }),
        describe: option.doc,
        group: `${title}:`,
      });
    }
  }
  // yargs writes a digit as a long option, --ipv4, --4
  const options = (await help.getHelp()).replace(/^ {6}(--\w+), -(-\d)/gm, (match, long, short) =>
    `  ${short}, ${long}`.padEnd(match.length),
  );
  const examples = command.examples.map((one) => `  ${one.line}\n      ${one.about}\n`).join('');
  return `${options}\n\nExamples:\n${examples}\nSee also: man netwatch-${command.name}, netwatch fields\n`;
}

/** The help of the program: its commands. */
export async function programHelp(commands: readonly Command[], columns: number): Promise<string> {
  const parser = (await importYargs())([])
    .scriptName('netwatch')
    .locale('en')
    .usage('netwatch <command> [options]\n\nnetwork diagnostics as records: tables for people, NDJSON for scripts')
    .help(false)
    .version(false)
    .wrap(Math.min(columns, MOST_COLUMNS))
    .example('netwatch', 'who this machine talks to, live')
    .example('netwatch conns --json | jq .remote_addr', 'the same for a script')
    .epilogue(
      'netwatch without a command shows a live table of connections on a terminal, and prints a snapshot in a pipe.\nnetwatch <command> --help says more; netwatch doctor says what this machine permits.',
    );
  for (const one of commands) parser.command(one.name, one.about);
  return `${await parser.getHelp()}\n`;
}
