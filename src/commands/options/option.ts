import { type Failure, usageError } from '../../core/failure.ts';
import { parseQuantity } from '../../core/filter/quantity.ts';

/**
 * An option as data: help, man page, completion and the parser are all made from it. `read` turns the typed text into
 * the value, or throws a Failure (exit 64).
 */
export interface Option<T = unknown> {
  readonly doc: string;
  /** One letter (or digit) for the short form. */
  readonly short: string | null;
  /** Other long names, as other programs spell it. */
  readonly also: readonly string[];
  /** Name of the value in help, such as FILE; null for a flag. */
  readonly value: string | null;
  readonly read: (typed: string, name: string) => T;
  /** The value as text, as it would be typed. */
  write(value: T): string;
  /** The value when the option was not typed. */
  readonly absent: T;
  /** The values to offer for completion. */
  readonly choices: readonly string[] | null;
  /** Whether help is silent about it: it is understood only to be refused. */
  readonly hidden: boolean;
  /** Whether it takes several values, separated by commas. */
  readonly list: boolean;
  /** What a shell offers for the value, if that is not a closed set. */
  readonly offers: Offer | null;
}

/** What help says of an option: its doc, and the values that it takes, unless these stand there already. */
export function describeOption({ doc, value, choices, list }: Option): string {
  if (choices === null || choices.join('|') === value || choices.every((one) => doc.includes(one))) return doc;
  return `${doc} ${list ? 'Of these' : 'One of'}: ${choices.join(', ')}.`;
}

export type Offer = 'file' | 'interface' | 'field' | 'sort' | 'process' | 'netns' | 'record';

export type Options = Readonly<Record<string, Option>>;

/** The values of a set of options, by long name. */
export type Values<O extends Options> = { readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never };

interface Extra {
  readonly short?: string;
  readonly also?: readonly string[];
  readonly value?: string;
  readonly offers?: Offer;
  readonly hidden?: boolean;
  readonly choices?: readonly string[];
}

function option<T>(
  doc: string,
  read: Option<T>['read'],
  absent: T,
  value: string | null,
  extra: Extra,
  list = false,
  write: (value: T) => string = String,
): Option<T> {
  return {
    doc,
    short: extra.short ?? null,
    also: extra.also ?? [],
    value,
    read,
    write,
    absent,
    choices: extra.choices ?? null,
    hidden: extra.hidden ?? false,
    list,
    offers: extra.offers ?? null,
  };
}

export const flag = (doc: string, extra: Extra = {}): Option<boolean> =>
  option(doc, () => true, false as boolean, null, extra);

/** Any text except an empty one, which nearly always means a shell variable that was not set. */
export const text = (doc: string, extra: Extra = {}): Option<string | null> =>
  option<string | null>(doc, readText, null, extra.value ?? 'TEXT', extra);

export const words = (doc: string, extra: Extra = {}): Option<readonly string[] | null> =>
  option<readonly string[] | null>(doc, readWords, null, extra.value ?? 'A,B', extra, true);

export const integer = (
  doc: string,
  range: { readonly least: number; readonly most?: number },
  extra: Extra = {},
): Option<number | null> =>
  option<number | null>(
    doc,
    (typed, name) => readInteger(typed, name, range.least, range.most ?? Number.MAX_SAFE_INTEGER),
    null,
    extra.value ?? 'N',
    extra,
  );

/** Bytes: `65536`, `4MiB`, `2M`; see the filter language for the units. */
export const size = (doc: string, extra: Extra = {}): Option<number | null> =>
  option<number | null>(doc, readSize, null, extra.value ?? 'SIZE', extra);

/** Milliseconds: `500ms`, `2s`, `1m`, `1h`; a bare number is seconds. */
export const duration = (doc: string, extra: Extra = {}): Option<number | null> =>
  option<number | null>(doc, readDuration, null, extra.value ?? 'D', extra, false, writeDuration);

/** Milliseconds, as `duration`, but of the past: nobody waits for it to pass. */
export const period = (doc: string, extra: Extra = {}): Option<number | null> =>
  option<number | null>(doc, readPeriod, null, extra.value ?? 'D', extra, false, writeDuration);

/** A BCP 47 language tag. */
export const language = (doc: string, extra: Extra = {}): Option<string | null> =>
  option<string | null>(doc, readLanguage, null, extra.value ?? 'TAG', extra);

export const choice = <const V extends string>(
  doc: string,
  values: readonly V[],
  extra: Extra = {},
): Option<V | null> =>
  option<V | null>(doc, oneOf(values), null, extra.value ?? values.join('|'), { ...extra, choices: values });

/** Several of a closed set, separated by commas. */
export function choices<const V extends string>(doc: string, values: readonly V[]): Option<readonly V[] | null> {
  const read = (typed: string, name: string): readonly V[] =>
    readWords(typed, name).map((word) => oneOf(values)(word, name));
  return option<readonly V[] | null>(doc, read, null, values.join(','), { choices: values }, true);
}

/** Reads one value of a closed set. */
const oneOf =
  <V extends string>(values: readonly V[]) =>
  (typed: string, name: string): V => {
    const found = values.find((value) => value === typed);
    if (found === undefined) throw wrongValue(name, typed, `one of ${values.join(', ')}`);
    return found;
  };

/** The Failure for a wrong value of `--name`. The caller adds the place on the command line. */
function wrongValue(name: string, typed: string, expected: string): Failure {
  return usageError(`--${name} "${typed}" is not ${expected}`);
}

function readText(typed: string, name: string): string {
  if (typed === '') throw usageError(`--${name} is empty`);
  return typed;
}

function readWords(typed: string, name: string): readonly string[] {
  const list = typed.split(',').map((word) => word.trim());
  if (list.some((word) => word === '')) throw wrongValue(name, typed, 'a list such as a,b,c');
  return list;
}

function readInteger(typed: string, name: string, least: number, most: number): number {
  const value = /^[0-9]{1,16}$/.test(typed) ? Number(typed) : Number.NaN;
  if (!(value >= least && value <= most)) {
    throw wrongValue(name, typed, `a whole number from ${least} to ${most}`);
  }
  return value;
}

function readSize(typed: string, name: string): number {
  const bytes = parseQuantity(typed, 'bytes', (_message, hint) => wrongValue(name, typed, `a size, ${hint}`));
  if (!(bytes >= 1 && bytes <= MOST_BYTES)) throw wrongValue(name, typed, 'a size of at least a byte and below 2 GiB');
  return Math.floor(bytes);
}
const MOST_BYTES = 2 ** 31 - 1;

function readLanguage(typed: string, name: string): string {
  try {
    return Intl.getCanonicalLocales(typed)[0] ?? typed;
  } catch {
    throw wrongValue(name, typed, 'a language tag such as en, de or pt-BR');
  }
}

const MILLIS_PER: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** The longest wait a timer of the runtime can hold. */
const LONGEST_MS = 2 ** 31 - 1;

/** Writes a duration in the largest unit that needs no fraction. */
function writeDuration(millis: number | null): string {
  const [unit = 'ms', size = 1] = Object.entries(MILLIS_PER).findLast(([, one]) => (millis ?? 0) % one === 0) ?? [];
  return `${(millis ?? 0) / size}${unit}`;
}

const LONGEST_PERIOD_MS = 100 * 365 * 86_400_000;

function readDuration(typed: string, name: string): number {
  return readLength(typed, name, LONGEST_MS, '500ms, 2s, 1m (at most 24d)');
}

function readPeriod(typed: string, name: string): number {
  return readLength(typed, name, LONGEST_PERIOD_MS, '1h, 7d, 30d');
}

function readLength(typed: string, name: string, longestMs: number, examples: string): number {
  const match = /^([0-9]+\.?[0-9]*|\.[0-9]+)(ms|s|m|h|d)?$/.exec(typed);
  const millis = match === null ? Number.NaN : Number(match[1]) * (MILLIS_PER[match[2] ?? 's'] ?? Number.NaN);
  if (!(millis > 0 && millis <= longestMs)) throw wrongValue(name, typed, `a length of time such as ${examples}`);
  return millis;
}
