import { EXIT, Failure, usageError } from '../../core/failure.ts';
import { didYouMean } from '../../core/suggest.ts';
import { type Command, membersOf } from '../listing/command.ts';
import { placeOf } from '../options/command-line.ts';
import type { Option, Options } from '../options/option.ts';
import {
  documentOptionsOf,
  globalOptions,
  type ListingValues,
  outputOptionsOf,
  repeatOptionsOf,
  rootOptions,
} from '../options/shared-options.ts';
import { splitWords } from '../options/split-words.ts';

export interface Arguments {
  readonly values: Readonly<Record<string, unknown>>;
  readonly operands: readonly string[];
}

/** Option defaults from the configuration file. */
export interface Defaults {
  readonly file: string;
  /** The values as they would be typed, by long name. */
  readonly values: Readonly<Record<string, string>>;
  /** Where each value is in the file: `line 3, column 5`. */
  readonly places: Readonly<Record<string, string>>;
  /** Whether no message may quote what the file says. */
  readonly isSecret: boolean;
}

/** Groups of options that answer one question: a typed one overrides all of its group in the configuration. */
const RIVALS = [
  ['output', 'json', 'tsv', 'csv'],
  ['ebpf', 'no-ebpf'],
  ['resolve', 'numeric'],
];

/** Every option of a command, its own first, in the groups that help shows. */
export function optionGroups(command: Command): readonly { readonly title: string; readonly options: Options }[] {
  return everyGroup(command)
    .map(({ title, options }) => ({
      title,
      options: Object.fromEntries(Object.entries(options).filter(([, { hidden }]) => !hidden)),
    }))
    .filter(({ options }) => Object.keys(options).length > 0);
}

function everyGroup(command: Command): readonly { readonly title: string; readonly options: Options }[] {
  const groups: { title: string; options: Options }[] = [{ title: 'Options', options: command.options }];
  if (command.kind === 'listing') {
    const formats = command.formats.flatMap(({ name }) => name ?? []);
    const optionsOf = command.formats.some(({ choosesFields }) => choosesFields) ? outputOptionsOf : documentOptionsOf;
    groups.push({ title: 'Output', options: optionsOf(formats) });
    if (command.repeats) groups.push({ title: 'Repeating and checking', options: repeatOptionsOf(command.statements) });
  }
  groups.push({ title: 'General', options: generalOptions(command) });
  return groups;
}

function generalOptions(command: Command): Options {
  // a screen says itself what its language is for
  if (command.kind === 'screen') return withoutOwn(globalOptions, command);
  if (command.kind !== 'listing' || command.refusesRoot === null) return globalOptions;
  const { help, version, ...others } = globalOptions;
  return { ...others, ...rootOptions, help, version };
}

const withoutOwn = (options: Options, command: Command): Options =>
  Object.fromEntries(Object.entries(options).filter(([name]) => !Object.hasOwn(command.options, name)));

/** Every option that a command understands. */
export function everyOption(command: Command): Options {
  return Object.assign({}, ...everyGroup(command).map((group) => group.options)) as Options;
}

/** Those that help and completion offer. */
export function offeredOptions(command: Command): Options {
  return Object.assign({}, ...optionGroups(command).map((group) => group.options)) as Options;
}

interface Named {
  readonly command: Command;
  readonly named: boolean;
  /** The other words. */
  readonly rest: readonly string[];
}

/** Which command is named: the first word that is neither an option nor the value of one, and in a group the second. */
export function findCommand(argv: readonly string[], commands: readonly Command[], fallback: Command): Named {
  const at = plainWord(argv, commands);
  if (at < 0) return { command: fallback, named: false, rest: argv };
  const word = argv[at]!;
  const command = commands.find((one) => one.name === word);
  if (command === undefined) {
    const names = commands.map((one) => one.name);
    throw usageError(`unknown command "${word}"`, {
      hint: didYouMean(word, names, 'netwatch --help lists the commands', (near) => `netwatch ${near}`),
      place: placeOf(argv, at),
    });
  }
  const rest = argv.toSpliced(at, 1);
  return command.kind === 'group' ? findMember(command, rest, commands) : { command, named: true, rest };
}

/** Words that ask about a command. */
const QUESTIONS = new Set(['-h', '--help', '--version']);

/** A group alone does nothing. */
export const unnamedMember = (group: Command): Failure =>
  usageError(`${group.name} what?`, { hint: group.examples[0]!.line });

/** The group itself where that is asked about. Throws Failure 64 where no command of it is named. */
function findMember(group: Command, rest: readonly string[], commands: readonly Command[]): Named {
  const members = membersOf(group.name, commands);
  const at = plainWord(rest, members);
  if (at < 0 && rest.some((word) => QUESTIONS.has(word))) return { command: group, named: true, rest };
  if (at < 0) throw unnamedMember(group);
  const name = `${group.name} ${rest[at]}`;
  const command = members.find((one) => one.name === name);
  if (command !== undefined) return { command, named: true, rest: rest.toSpliced(at, 1) };
  const [word, line] = [rest[at]!, [group.name, ...rest]];
  const hint = `netwatch ${group.name} --help lists what it can`;
  throw usageError(`${name} is not known`, {
    hint: didYouMean(word, group.operandChoices, hint, (near) => `netwatch ${group.name} ${near}`),
    place: placeOf(line, at + 1),
  });
}

/** The index of the first word that is neither an option of one of the commands nor its value; -1 for none. */
function plainWord(argv: readonly string[], commands: readonly Command[]): number {
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!;
    if (word === '--') break;
    if (!word.startsWith('-') || word === '-') return i;
    if (takesNextWord(word, commands)) i++;
  }
  return -1;
}

/** Whether the option `word`, before the command's name, takes the next word as its value. */
function takesNextWord(word: string, commands: readonly Command[]): boolean {
  return commands.some((command) =>
    Object.entries(everyOption(command)).some(
      ([name, option]) => option.value !== null && (word === `--${name}` || word === `-${option.short}`),
    ),
  );
}

/**
 * Reads the words after the command's name. Throws Failure 64 that points at the word, or 78 when a default from the
 * configuration is not a valid value of its option.
 */
export function readArguments(
  command: Command,
  named: boolean,
  rest: readonly string[],
  defaults: Defaults | null,
): Arguments {
  const options = everyOption(command);
  const line = named ? [...command.name.split(' '), ...rest] : rest;
  const parsed = splitWords(options, rest, `netwatch ${command.name} --help`);
  for (const key of Object.keys(parsed)) {
    if (key === '_' || Object.hasOwn(options, key) || isShort(options, key)) continue;
    if (Object.hasOwn(rootOptions, key)) throw misplacedRoot(`--root cannot be used with ${command.name}`, line);
    throw unknownOption(key, options, line, named ? command.name : '');
  }
  const beaten = new Set(RIVALS.filter((names) => names.some((name) => parsed[name] !== undefined)).flat());
  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(options)) {
    if (parsed[name] !== undefined) values[name] = readTyped(name, option, parsed[name], line);
    else if (defaults === null || beaten.has(name)) values[name] = option.absent;
    else values[name] = readDefault(name, option, defaults);
  }
  if (command.kind === 'listing' && values.root !== null) {
    const refusal = command.refusesRoot?.(values as ListingValues<Options>) ?? null;
    if (refusal !== null && parsed.root !== undefined) throw misplacedRoot(refusal, line);
    // that of the configuration is for runs that read a machine
    if (refusal !== null) values.root = null;
  }
  const operands = parsed._.map(String);
  if (operands.length > 0 && command.operands === '') {
    throw usageError(`unexpected argument "${operands[0]}"`, {
      hint: `netwatch ${command.name} --help`,
      place: placeOf(line, line.lastIndexOf(operands[0] ?? '')),
    });
  }
  return { values, operands };
}

function isShort(options: Options, letter: string): boolean {
  return Object.values(options).some((option) => option.short === letter);
}

function readTyped(name: string, option: Option, typed: unknown, line: readonly string[]): unknown {
  if (option.value === null) return typed === true;
  try {
    return option.read(String(typed), name);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const at = line.findIndex(
      (word) =>
        word === `--${name}` ||
        word.startsWith(`--${name}=`) ||
        (option.short !== null && /^-[^-]/.test(word) && word.includes(option.short)),
    );
    throw usageError(error.message, { hint: error.hint, place: placeOf(line, line[at + 1] === typed ? at + 1 : at) });
  }
}

function readDefault(name: string, option: Option, { file, values, places, isSecret }: Defaults): unknown {
  const value = values[name];
  if (value === undefined) return option.absent;
  const wrong = (message: string, hint: string | null = null): Failure =>
    new Failure(
      EXIT.config,
      `${file}: ${places[name]}: ${isSecret ? `this value of ${name} is not valid` : message}`,
      isSecret ? {} : { hint },
    );
  if (option.value === null) {
    if (value === 'true' || value === 'false') return value === 'true';
    throw wrong(`${name} "${value}" is neither true nor false`);
  }
  try {
    return option.read(value, name);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw wrong(error.message.replace(/^--/, ''), error.hint);
  }
}

function misplacedRoot(message: string, line: readonly string[]): Failure {
  const at = line.findIndex((word) => word === '--root' || word.startsWith('--root='));
  return usageError(message, {
    hint: '--root works with netwatch conns, ifaces, capture --devices, export conns, export snapshot, export metrics, insights and doctor',
    place: placeOf(line, at),
  });
}

function unknownOption(key: string, options: Options, line: readonly string[], command: string): Failure {
  const dashed = key.length === 1 ? `-${key}` : `--${key}`;
  const at = line.findIndex(
    (word) =>
      word === dashed ||
      word.startsWith(`${dashed}=`) ||
      (key.length === 1 && /^-[^-]/.test(word) && word.includes(key)),
  );
  const help = `netwatch ${command === '' ? '' : `${command} `}--help lists the options`;
  return usageError(`unknown option ${dashed}`, {
    hint: didYouMean(key, Object.keys(options), help, (near) => `--${near}`),
    place: placeOf(line, at),
  });
}
