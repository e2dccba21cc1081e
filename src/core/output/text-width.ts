import stringWidth from 'string-width';

const ASCII = /^[\x20-\x7e]*$/;
/** The same with what frames, bars and marks are drawn with, all of one column: they are measured for every line of a screen. */
const ONE_COLUMN = /^[\x20-\x7e\xb7\u2013\u2026\u2190-\u2193\u2500-\u259f\u25b2\u25b8\u25bc\u25be\u25cf\u2605]*$/;

/** Columns a terminal gives to a text that has been made safe: wide characters count two, combining marks none. */
export function widthOf(text: string): number {
  return ONE_COLUMN.test(text) ? text.length : stringWidth(text);
}

/** The text cut to at most `width` columns, its last character an ellipsis when something was cut. */
export function truncate(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width <= 0) return '';
  if (ASCII.test(text)) return `${text.slice(0, width - 1)}…`;
  let out = '';
  let used = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    const columns = stringWidth(segment);
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
    used += stringWidth(segment);
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
    line = word;
    while (widthOf(line) > width) {
      const head = headOf(line, width);
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  return line === '' ? lines : [...lines, line];
}

/** The beginning of a word that fits `width`, of one character at least. */
function headOf(word: string, width: number): string {
  if (ASCII.test(word)) return word.slice(0, width);
  const segments = Array.from(new Intl.Segmenter().segment(word), ({ segment }) => segment);
  return fitting(segments, width) || segments[0]!;
}

/** The text with spaces on one side up to `width` columns. */
export function pad(text: string, width: number, side: 'left' | 'right'): string {
  const spaces = ' '.repeat(Math.max(0, width - widthOf(text)));
  return side === 'left' ? spaces + text : text + spaces;
}
