import { type Numerals, numeralsOf, plainNumerals } from '../../../core/output/units.ts';
import type { Characters } from '../../../core/screen/characters.ts';
import { de } from './de.ts';
import { en, type Texts } from './en.ts';
import { zh } from './zh.ts';

/** By the first part of a language tag. */
export const LANGUAGES: Readonly<Record<string, Texts>> = { en, de, zh };

export interface Language {
  readonly texts: Texts;
  readonly numerals: Numerals;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The language of the screen. One that was asked for (a BCP 47 tag) gives the numerals, and the texts where they are written
 * in it. Else it is that of the locale, if there are texts in it and the terminal can show them. Else it is English, with the
 * numerals that tables have.
 */
export function languageOf(asked: string | null, env: Environment, characters: Characters): Language {
  if (asked !== null) return { texts: textsOf(asked) ?? en, numerals: numeralsOf(asked) };
  const tag = localeTag(firstSet(env, 'LC_ALL', 'LC_MESSAGES', 'LANG'));
  const texts = tag === null ? undefined : textsOf(tag);
  if (tag === null || texts === undefined || texts === en || !canShow(texts, characters))
    return { texts: en, numerals: plainNumerals };
  return { texts, numerals: numeralsOf(tag) };
}

/**
 * What the terminal shows: ASCII where the locale says so, of `LC_ALL=C` and of character sets that are not UTF-8. The console
 * of Linux has a font of 256 or 512 characters. Where no locale is set, as in containers, terminals know UTF-8 nevertheless.
 */
export function charactersOf(env: Environment): Characters {
  const locale = firstSet(env, 'LC_ALL', 'LC_CTYPE', 'LANG');
  if (locale !== null && !/\.utf-?8(@|$)/i.test(locale)) return 'ascii';
  return env.TERM === 'linux' ? 'latin' : 'all';
}

const textsOf = (tag: string): Texts | undefined => {
  const [first = ''] = tag.toLowerCase().split('-', 1);
  return Object.hasOwn(LANGUAGES, first) ? LANGUAGES[first] : undefined;
};

const canShow = (texts: Texts, characters: Characters): boolean =>
  characters === 'all' || (characters === 'latin' && texts !== zh);

/** POSIX: a variable that is empty is not set. */
function firstSet(env: Environment, ...names: readonly string[]): string | null {
  for (const name of names) if (env[name] !== undefined && env[name] !== '') return env[name];
  return null;
}

/** `de_AT.UTF-8@euro` as a tag: `de-AT`; null for the C locale, and for what is no language. */
function localeTag(locale: string | null): string | null {
  const [name = ''] = (locale ?? '').split(/[.@]/, 1);
  if (name === '' || name === 'C' || name === 'POSIX') return null;
  try {
    return Intl.getCanonicalLocales(name.replaceAll('_', '-'))[0] ?? null;
  } catch {
    return null;
  }
}
