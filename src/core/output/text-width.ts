import stringWidth from 'string-width';

const ASCII = /^[\x20-\x7e]*$/;
/**
 * The same with letters of Western Europe, and with what frames, bars and marks are drawn with, all of one column: they are
 * measured for every line of a screen, and string-width takes a thousand times as long.
 */
const ONE_COLUMN =
  /^[\x20-\x7e\xa0-\xa8\xaa-\xac\xaf-\xff\u2013\u2019\u2026\u202f\u2190-\u2193\u2500-\u259f\u25b2\u25b8\u25bc\u25be\u25cf\u2605]*$/;
/** The same with characters of East Asia, of two columns; none of them is joined to another. */
const SIMPLE =
  /^[\x20-\x7e\xa0-\xa8\xaa-\xac\xaf-\xff\u2013\u2019\u2026\u202f\u2190-\u2193\u2500-\u259f\u25b2\u25b8\u25bc\u25be\u25cf\u2605\u3000-\u3029\u3041-\u3096\u309b-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff60]*$/;
const TWO_COLUMNS = /[\u3000-\u9fff\uac00-\ud7a3\uff01-\uff60]/g;

/** Columns a terminal gives to a text that has been made safe: wide characters count two, combining marks none. */
export function widthOf(text: string): number {
  if (ONE_COLUMN.test(text)) return text.length;
  if (!SIMPLE.test(text)) return stringWidth(text);
  return text.length + (text.match(TWO_COLUMNS)?.length ?? 0);
}

/** The text cut to at most `width` columns, its last character an ellipsis when something was cut. */
export function truncate(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width <= 0) return '';
  if (ASCII.test(text)) return `${text.slice(0, width - 1)}…`;
  let out = '';
  let used = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    const columns = widthOf(segment);
    if (used + columns > width - 1) break;
    out += segment;
    used += columns;
  }
  return `${out}…`;
}

/**
 * The text cut to at most `width` columns, an ellipsis in its middle when something was cut; `shift` moves the ellipsis to
 * the right, or to the left.
 */
export function truncateMiddle(text: string, width: number, shift = 0): string {
  if (widthOf(text) <= width) return text;
  if (width <= 2) return truncate(text, width);
  const tail = Math.min(width - 2, Math.max(1, Math.floor((width - 1) / 2) - shift));
  const head = width - 1 - tail;
  if (ASCII.test(text)) return `${text.slice(0, head)}…${text.slice(-tail)}`;
  const segments = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
  return `${fitting(segments, head)}…${fitting(segments.reverse(), tail, true)}`;
}

/** The first segments that fit `width`, in this order or in the opposite one. */
function fitting(segments: readonly string[], width: number, reversed = false): string {
  let out = '';
  let used = 0;
  for (const segment of segments) {
    used += widthOf(segment);
    if (used > width) break;
    out = reversed ? segment + out : out + segment;
  }
  return out;
}

/** The text in lines of at most `width` columns, broken between words, and within those that are longer than a line. */
export function wrap(text: string, width: number): readonly string[] {
  if (widthOf(text) <= width || width <= 0) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (widthOf(longer) <= width) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    const parts = widthOf(word) > width ? broken(word, width) : [word];
    lines.push(...parts.slice(0, -1));
    line = parts.at(-1)!;
  }
  return line === '' ? lines : [...lines, line];
}

/** What a terminal shows as one character: a letter with its marks. */
function* charactersOf(text: string): Iterable<string> {
  if (SIMPLE.test(text)) return yield* text;
  for (const { segment } of new Intl.Segmenter().segment(text)) yield segment;
}

/** A text in parts of at most `width` columns, those behind the first of at most `later`, each of one character at least. */
export function broken(text: string, width: number, later = width): readonly string[] {
  const parts: string[] = [];
  if (ONE_COLUMN.test(text)) {
    parts.push(text.slice(0, width));
    for (let from = width; from < text.length; from += later) parts.push(text.slice(from, from + later));
    return parts;
  }
  let part = '';
  let used = 0;
  for (const segment of charactersOf(text)) {
    const columns = widthOf(segment);
    if (part !== '' && used + columns > (parts.length === 0 ? width : later)) {
      parts.push(part);
      part = '';
      used = 0;
    }
    part += segment;
    used += columns;
  }
  return [...parts, part];
}

/** The text with spaces on one side up to `width` columns. */
export function pad(text: string, width: number, side: 'left' | 'right'): string {
  const spaces = ' '.repeat(Math.max(0, width - widthOf(text)));
  return side === 'left' ? spaces + text : text + spaces;
}
