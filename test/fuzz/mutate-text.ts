import type { Prng } from './prng.ts';

/** Characters that texts of netwatch have a meaning for, and those that terminals do. */
const CHARACTERS = [
  ...'"\'()[]{}<>=!&|~,.:;/\\-+*%$#@^?_ \t\n\r\0\u001b\u007f\u009b\u202e\ufeff\u3002\ud800é漢😀'.split(''),
  ...['0', '9', 'a', 'Z', '\ud83d\ude00', '\u0130', 'ß'],
];
const NUMBERS = [
  '0',
  '-1',
  '65536',
  '4294967296',
  '9007199254740993',
  '1e400',
  '0x1F',
  '99999999999999999999',
  '.5',
  '5.',
];
const LONGEST = 20_000;

/** A damaged copy of a text, a token or a character at a time; `words` are those of its language. */
export function mutateText(prng: Prng, from: string, words: readonly string[]): string {
  let text = from;
  for (let left = prng.few(6); left > 0; left--) text = mutateOnce(prng, text, words).slice(0, LONGEST);
  return text;
}

function mutateOnce(prng: Prng, text: string, words: readonly string[]): string {
  const at = prng.below(text.length + 1);
  const end = Math.min(text.length, at + 1 + prng.below(8));
  const put = (middle: string, until = at): string => text.slice(0, at) + middle + text.slice(until);
  switch (prng.below(13)) {
    case 0:
    case 1:
      return put(prng.of(CHARACTERS));
    case 2:
      return put(prng.of(CHARACTERS), at + 1);
    case 3:
      return put('', end);
    case 4:
      return text.slice(0, at);
    case 5:
      return put(text.slice(at, end).repeat(prng.once(10) ? 1500 : 2));
    case 6:
    case 7:
      return put(words.length === 0 ? '' : ` ${prng.of(words)} `);
    case 8:
      return put(words.length === 0 ? '' : prng.of(words), end);
    case 9:
      return text.replace(/\d+/g, (digits) => (prng.once(2) ? prng.of(NUMBERS) : digits));
    case 10: {
      const other = prng.below(text.length + 1);
      return put(text.slice(Math.min(at, other), Math.max(at, other)));
    }
    case 11: {
      const lines = text.split('\n');
      const line = prng.below(lines.length);
      const moved = lines.splice(line, 1);
      if (prng.once(2)) lines.splice(prng.below(lines.length + 1), 0, ...moved, ...(prng.once(2) ? moved : []));
      return lines.join('\n');
    }
    default:
      return prng.once(40) ? '('.repeat(5000) + text : put(String.fromCharCode(prng.below(0x300)));
  }
}
