import { usageError } from '../../core/failure.ts';
import { didYouMean } from '../../core/suggest.ts';

/** The longest wait that a timer of the runtime can hold. */
const LONGEST_MS = 2 ** 31 - 1;
const MOST = Number.MAX_SAFE_INTEGER;

/** What a value may be, in the words of the message when it is something else. */
const KINDS = {
  text: [
    'a text that is not empty',
    (value: unknown) => typeof value === 'string' && value !== '' && !value.includes('\0'),
  ],
  texts: [
    'an array of texts',
    // a hole in an array is undefined, too: `every` would pass over it
    (value: unknown) => Array.isArray(value) && Array.from(value).every((one) => typeof one === 'string'),
  ],
  geoip: ['true, false or an array of files', (value: unknown) => typeof value === 'boolean' || KINDS.texts[1](value)],
  expression: ['a text', (value: unknown) => typeof value === 'string'],
  flag: ['true or false', (value: unknown) => typeof value === 'boolean'],
  millis: [
    `a number of milliseconds above 0, and at most ${LONGEST_MS}`,
    (value: unknown) => isBetween(value, Number.MIN_VALUE, LONGEST_MS),
  ],
  count: ['a whole number above 0', (value: unknown) => Number.isInteger(value) && isBetween(value, 1, MOST)],
  snaplen: [
    'a whole number from 14 to 262144',
    (value: unknown) => Number.isInteger(value) && isBetween(value, 14, 262_144),
  ],
  number: ['a whole number, 0 or more', (value: unknown) => Number.isInteger(value) && isBetween(value, 0, MOST)],
  choice: ['a text or a function', (value: unknown) => typeof value === 'string' || typeof value === 'function'],
  call: ['a function', (value: unknown) => typeof value === 'function'],
  signal: ['an AbortSignal', (value: unknown) => value instanceof AbortSignal],
} as const;

/** The name of a kind, or the values that there are. */
export type OptionKind = keyof typeof KINDS | readonly string[];

/** The options of a function, and of what kind each is. */
export type OptionKinds = Readonly<Record<string, OptionKind>>;

const LISTENING: OptionKinds = { signal: 'signal', onNotice: 'call', onLimit: 'call', onGap: 'call' };

const isBetween = (value: unknown, least: number, most: number): boolean =>
  typeof value === 'number' && value >= least && value <= most;

/**
 * Throws Failure 64 for an option that does not exist, which is nearly always a misspelt one, and for a value of another
 * kind. An option that is undefined was not given.
 */
export function requireOptions(given: unknown, own: OptionKinds): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw usageError(`options are an object, not ${show(given)}`);
  }
  const kinds: OptionKinds = { ...own, ...LISTENING };
  for (const [name, value] of Object.entries(given)) {
    const kind = kinds[name];
    if (kind === undefined || !Object.hasOwn(kinds, name)) {
      const names = Object.keys(own);
      throw usageError(`unknown option "${name}"`, { hint: didYouMean(name, names, `one of ${names.join(', ')}`) });
    }
    if (value !== undefined) requireValue(`option "${name}"`, value, kind);
  }
}

/** Throws Failure 64 for a value of another kind. */
export function requireValue(what: string, value: unknown, kind: OptionKind): void {
  if (typeof kind !== 'string') {
    if ((kind as readonly unknown[]).includes(value)) return;
    throw usageError(`${what} is ${show(value)}, not one of ${kind.join(', ')}`);
  }
  const [words, holds] = KINDS[kind];
  if (!holds(value)) throw usageError(`${what} is ${show(value)}, not ${words}`);
}

/** Throws Failure 64 for options that do not go with a file that is read. */
export function refuseWithRead(given: Readonly<Record<string, unknown>>, names: readonly string[]): void {
  if (given.read === undefined) return;
  const name = names.find((one) => given[one] !== undefined && given[one] !== false);
  if (name !== undefined) throw usageError(`option "${name}" is about a live machine, not about a file that is read`);
}

/** How many entries of an array a message shows. */
const MOST_SHOWN = 5;

/** A value as a message shows it. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) {
    const shown = Array.from(value.slice(0, MOST_SHOWN), (one) => (Array.isArray(one) ? 'an array' : show(one)));
    return `[${[...shown, ...(value.length > MOST_SHOWN ? ['…'] : [])].join(', ')}]`;
  }
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
