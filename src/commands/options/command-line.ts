import type { Place } from '../../core/failure.ts';

/** The command line as one text, with the place of one of its words. */
export function placeOf(words: readonly string[], index: number): Place {
  const quoted = ['netwatch', ...words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`))];
  const column = quoted.slice(0, index + 1).reduce((sum, word) => sum + word.length + 1, 0);
  return index < 0
    ? { text: quoted.join(' '), column: 0, length: 'netwatch'.length }
    : { text: quoted.join(' '), column, length: quoted[index + 1]?.length ?? 1 };
}
