import { isDeepStrictEqual } from 'node:util';

/**
 * The first prefix of a text whose rows are not the first rows of the whole text, or null: a file cut short keeps what
 * came before the cut and invents nothing.
 */
export function badPrefix<T>(text: string, parse: (text: string) => readonly T[]): string | null {
  const whole = parse(text);
  for (let end = 0; end < text.length; end++) {
    const rows = parse(text.slice(0, end));
    if (!isDeepStrictEqual(rows, whole.slice(0, rows.length))) return text.slice(0, end);
  }
  return null;
}
