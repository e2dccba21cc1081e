import { broken, widthOf } from '../output/text-width.ts';
import type { Direction } from '../wire/direction.ts';
import type { Piece } from './reassembly.ts';
import { StreamHex, StreamLines } from './stream-text.ts';

/** A line of a stream that is read in pages. */
export interface StreamLine {
  readonly direction: Direction;
  /** Safe to show; it begins with the arrow, or two spaces where it goes on. */
  readonly text: string;
}

/** Bytes in a line of a dump. */
const BYTES_A_LINE = 16;
const TAB = '    ';

/** A stream in lines of at most `width` columns, of which any part can be read. */
export interface StreamPages {
  readonly count: number;
  lines(from: number, to: number): readonly StreamLine[];
}

/** As `follow` prints it: as text, or dumped. */
export const streamPages = (pieces: readonly Readonly<Piece>[], format: 'text' | 'hex', width: number): StreamPages =>
  format === 'hex' ? hexPages(pieces) : textPages(pieces, width);

function textPages(pieces: readonly Readonly<Piece>[], width: number): StreamPages {
  const all: StreamLine[] = [];
  const made = new StreamLines();
  let text = '';
  for (const piece of pieces) text += made.add(piece);
  text += made.end();
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  for (const line of lines) {
    const direction = line.startsWith('←') ? 1 : 0;
    const parts = partsOf(line.replaceAll('\t', TAB), Math.max(8, width));
    for (const [index, part] of parts.entries()) all.push({ direction, text: index === 0 ? part : `  ${part}` });
  }
  return { count: all.length, lines: (from, to) => all.slice(from, to) };
}

/** Only the lines that are read are made: a dump is five times as long as its bytes. */
function hexPages(pieces: readonly Readonly<Piece>[]): StreamPages {
  const starts: number[] = [];
  let count = 0;
  for (const { missing, start, end } of pieces) {
    starts.push(count);
    count += Math.ceil((end - start) / BYTES_A_LINE) + (missing > 0 ? 1 : 0);
  }
  const hex = new StreamHex();
  return {
    count,
    lines(from, to) {
      const lines: StreamLine[] = [];
      let index = Math.max(0, lastAtOrBefore(starts, from));
      for (; index < pieces.length && starts[index]! < to; index++) {
        const piece = pieces[index]!;
        const own = hex.add(piece).split('\n').slice(0, -1);
        const first = starts[index]!;
        for (const text of own.slice(Math.max(0, from - first), to - first))
          lines.push({ direction: piece.direction, text });
      }
      return lines;
    },
  };
}

/** The last index whose value is not greater. */
function lastAtOrBefore(values: readonly number[], wanted: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! <= wanted) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** A line cut into pieces that fit; those behind the first leave room for two spaces. */
const partsOf = (line: string, width: number): readonly string[] =>
  widthOf(line) <= width ? [line] : broken(line, width, width - 2);
