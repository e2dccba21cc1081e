import { type Command, pageOf } from '../listing/command.ts';
import { describeOption, type Option } from '../options/option.ts';
import { optionGroups } from './arguments.ts';
import { type Entry, layOut, wrapWords } from './help-layout.ts';

const MOST_COLUMNS = 120;
/** yargs breaks words in lines that are shorter. */
const LEAST_COLUMNS = 40;

/** The help of one command. */
export function commandHelp(command: Command, terminalColumns: number): string {
  const columns = Math.min(terminalColumns, MOST_COLUMNS);
  const operands = command.operands === '' ? '' : ` ${command.operands}`;
  const groups = optionGroups(command).map(
    ({ title, options }) => `${title}:\n${layOut(Object.entries(options).map(entryOf), columns)}`,
  );
  const { operandChoices: choices } = command;
  const offered = choices.length === 0 || choices.every((one) => operands.includes(one)) ? '' : choices.join(', ');
  return [
    `netwatch ${command.name}${operands} [options]\n`,
    paragraph(command.about, columns),
    ...(offered === '' ? [] : [paragraph(`${/[A-Z]+/.exec(operands)?.[0] ?? command.operands}: ${offered}`, columns)]),
    ...groups,
    `Examples:\n${command.examples.map((one) => `  ${one.line}\n      ${one.about}\n`).join('')}`,
    paragraph(`See also: man ${pageOf(command)}, netwatch fields, netwatch help filters`, columns),
  ].join('\n');
}

const paragraph = (text: string, columns: number): string => `${wrapWords(text, columns).join('\n')}\n`;

function entryOf([name, option]: readonly [string, Option]): Entry {
  const names = [name, ...option.also].map((one) => `--${one}`).join(', ');
  const short = option.short === null ? '      ' : `  -${option.short}, `;
  return [`${short}${names}${option.value === null ? '' : ` ${option.value}`}`, describeOption(option)];
}

/** The help of the program: its commands; `topics` are what `netwatch help` explains besides. */
export async function programHelp(
  commands: readonly Command[],
  topics: readonly string[],
  columns: number,
): Promise<string> {
  // yargs lays it out; only a run that shows this help loads it
  const { default: yargs } = await import('yargs');
  const parser = yargs([])
    .scriptName('netwatch')
    .locale('en')
    .usage('netwatch <command> [options]\n\nnetwork diagnostics as records: tables for people, NDJSON for scripts')
    .help(false)
    .version(false)
    .wrap(Math.max(LEAST_COLUMNS, Math.min(columns, MOST_COLUMNS)))
    .example('netwatch', 'a screen of who this machine talks to')
    .example('netwatch conns --json | jq .remote_addr', 'the same for a script')
    .epilogue(
      `netwatch without a command is netwatch watch on a terminal, and prints a snapshot of connections in a pipe.\nnetwatch <command> --help says more; netwatch doctor says what this machine permits.\nnetwatch help explains: ${topics.join(', ')}.`,
    );
  for (const one of commands) parser.command(one.name, one.about);
  return `${await parser.getHelp()}\n`;
}
