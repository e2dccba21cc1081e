import parser from 'yargs-parser';
import { usageError } from '../../core/failure.ts';
import { placeOf } from './command-line.ts';
import type { Options } from './option.ts';

/** Options that select, and what to write in place of a second one, which would silently replace the first. */
const GIVEN_ONCE: Readonly<Record<string, string>> = {
  ...Object.fromEntries(['filter', 'expect', 'fail-on', 'wait', 'bpf'].map((name) => [name, 'join the two with and'])),
  ...Object.fromEntries(['port', 'pid', 'process', 'user'].map((one) => [one, 'for either of two: --filter "A or B"'])),
};

/** Beside lists, what may be several, separated by commas: as of tcpdump and dumpcap, each `-i` adds one. */
const ADDED: ReadonlySet<string> = new Set(['interface']);

/** Names that the parser uses for itself, and those that every object has. */
const RESERVED = /^--(_|\$0|__proto__)(=|$)/;

/** Values by the long names of options, as they were typed; operands under `_`. */
type Arguments = Readonly<Record<string, unknown>> & { readonly _: readonly unknown[] };

/**
 * Splits words into options and operands. Throws Failure 64 for an option without its value or with a value that it
 * does not take, and for a selection that is given twice, because one of the two would be ignored. A list that is given twice
 * is one list; of other values the last one counts.
 */
export function splitWords(options: Options, words: readonly string[], helpLine: string): Arguments {
  const entries = Object.entries(options);
  const valued = entries.filter(([, option]) => option.value !== null).map(([name]) => name);
  const { argv, error } = parser.detailed(spellOut(options, words), {
    boolean: entries.filter(([, option]) => option.value === null).map(([name]) => name),
    string: valued,
    narg: Object.fromEntries(valued.map((name) => [name, 1])),
    alias: Object.fromEntries(entries.flatMap(([name, { short }]) => (short === null ? [] : [[name, short]]))),
    configuration: {
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'strip-aliased': true,
    },
  });
  if (error !== null) {
    const name = /^Not enough arguments following: (.*)$/.exec(error.message)?.[1];
    const message =
      name === undefined ? error.message.toLowerCase() : `no value after ${name.length === 1 ? '-' : '--'}${name}`;
    throw usageError(message, { hint: helpLine });
  }
  return withOneValue(argv, options);
}

function withOneValue(argv: Arguments, options: Options): Arguments {
  const oneOf = (name: string, value: unknown): unknown => {
    if (name === '_' || !Array.isArray(value)) return value;
    const adds = ADDED.has(name) || (Object.hasOwn(options, name) && options[name]!.list);
    return adds ? value.join(',') : value.at(-1);
  };
  return Object.fromEntries(Object.entries(argv).map(([name, value]) => [name, oneOf(name, value)])) as Arguments;
}

/**
 * The words with one option each: `-ojson` and `-qo json` become `-o json`, as getopt(3) reads them. Unknown letters
 * are left for the caller to report.
 */
function spellOut(options: Options, words: readonly string[]): string[] {
  const otherNames = new Map(Object.entries(options).flatMap(([name, { also }]) => also.map((other) => [other, name])));
  const byLetter = new Map(
    Object.entries(options).flatMap(([name, option]) => (option.short === null ? [] : [[option.short, name] as const])),
  );
  const out: string[] = [];
  const given = new Set<string>();
  const note = (name: string, at: number): void => {
    const hint = Object.hasOwn(GIVEN_ONCE, name) ? GIVEN_ONCE[name] : undefined;
    if (hint !== undefined && given.has(name)) {
      throw usageError(`--${name} is given twice`, { hint, place: placeOf(words, at) });
    }
    given.add(name);
  };
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--') return [...out, ...words.slice(at)];
    if (RESERVED.test(word)) throw usageError(`unknown option ${word}`, { place: placeOf(words, at) });
    const long = /^--([^=]+)(=?)/.exec(word);
    const typed = long?.[1];
    const name = typed === undefined ? undefined : (otherNames.get(typed) ?? typed);
    if (typed !== undefined && name !== undefined) {
      const option = Object.hasOwn(options, name) ? options[name] : undefined;
      if (option !== undefined) note(name, at);
      if (option?.value === null && long?.[2] === '=') {
        throw usageError(`--${typed} takes no value`, { place: placeOf(words, at) });
      }
      out.push(`--${name}${word.slice(`--${typed}`.length)}`);
      if (option !== undefined && option.value !== null && long?.[2] === '') out.push(...words.slice(++at, at + 1));
      continue;
    }
    const letters = /^-[^-]/.test(word) ? word.slice(1) : '';
    const spelled = spellLetters(letters, options, byLetter);
    if (letters === '' || spelled === null) {
      if (letters.includes('_')) throw usageError('unknown option -_', { place: placeOf(words, at) });
      out.push(word);
      continue;
    }
    for (const one of spelled.names) note(one, at);
    out.push(...spelled.words);
    if (spelled.wantsValue) out.push(...words.slice(++at, at + 1));
  }
  return out;
}

/** A group of letters as words; null when one of them is not an option. */
function spellLetters(
  letters: string,
  options: Options,
  byLetter: ReadonlyMap<string, string>,
): { readonly words: readonly string[]; readonly names: readonly string[]; readonly wantsValue: boolean } | null {
  const words: string[] = [];
  const names: string[] = [];
  for (let i = 0; i < letters.length; i++) {
    const letter = letters[i] ?? '';
    const name = byLetter.get(letter);
    if (name === undefined) return null;
    names.push(name);
    words.push(`-${letter}`);
    if (options[name]?.value === null) continue;
    const rest = letters.slice(i + 1).replace(/^=/, '');
    if (rest !== '') words.push(rest);
    return { words, names, wantsValue: rest === '' };
  }
  return { words, names, wantsValue: false };
}
