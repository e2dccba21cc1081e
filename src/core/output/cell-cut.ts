import { truncate, truncateMiddle, widthOf } from './text-width.ts';

/** Makes a cell narrower: `cut(cell, width)` takes at most `width` columns of the terminal. */
export type Cut = (cell: string, width: number) => string;

/** Different cells beyond which nobody looks whether two of them look alike. */
const MOST_COMPARED = 1000;

/** How many of the cells look different in `width` columns. */
function countApart(cells: ReadonlySet<string>, cut: Cut, width: number): number {
  const seen = new Set<string>();
  let compared = 0;
  for (const cell of cells) {
    seen.add(cut(cell, width));
    if (++compared === MOST_COMPARED) break;
  }
  return seen.size;
}

/** How far the ellipsis of an address may be from its middle. */
const SHIFTS = [0, 2, -2, 4, -4, 6, -6, 8, -8, 10, -10];

/** The ways to shorten an address to `width` columns that tell it from `other`, if that is one; the usual one first. */
export function* shortAddresses(address: string, width: number, other: string | null = null): Iterable<string> {
  for (const shift of SHIFTS) {
    const short = truncateMiddle(address, width, shift);
    if (other === null || short !== truncateMiddle(other, width, shift)) yield short;
  }
}

/** Cuts addresses where most of them look different then, near their middle if possible. */
export function addressCut(cells: ReadonlySet<string>, width: number): Cut {
  const all = Math.min(cells.size, MOST_COMPARED);
  let best: Cut = truncateMiddle;
  let most = 0;
  for (const shift of SHIFTS) {
    const cut: Cut = (cell, to) => truncateMiddle(cell, to, shift);
    const apart = countApart(cells, cut, width);
    if (apart > most) {
      best = cut;
      most = apart;
    }
    if (most === all) break;
  }
  return best;
}

/** The least width, from `from` to `whole`, in which every two different addresses look different. */
export function widthApart(cells: ReadonlySet<string>, from: number, whole: number): number {
  const all = Math.min(cells.size, MOST_COMPARED);
  let width = Math.min(from, whole);
  while (width < whole && countApart(cells, addressCut(cells, width), width) < all) width++;
  return width;
}

/** Cuts text at its end, or in its middle where fewer cells look alike then. */
export function textCut(cells: ReadonlySet<string>, width: number): Cut {
  return countApart(cells, truncateMiddle, width) > countApart(cells, truncate, width) ? truncateMiddle : truncate;
}

/** The elements of a list that fit whole, or the first one cut, and how many more there are: `10.0.0.1/24, +2`. */
export function cutList(cell: string, width: number): string {
  if (widthOf(cell) <= width) return cell;
  const elements = cell.split(', ');
  const [first] = elements;
  for (let count = elements.length - 1; count > 0; count--) {
    const short = `${elements.slice(0, count).join(', ')}, +${elements.length - count}`;
    if (widthOf(short) <= width) return short;
  }
  const others = elements.length === 1 ? '' : `, +${elements.length - 1}`;
  return truncate(truncateMiddle(first!, width - others.length) + others, width);
}

const TIME = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?Z$/;
const TO_MILLISECONDS = 4;

type TimeForm = (date: string, time: string, fraction: string) => string;

/** How times are written in fewer columns. */
export interface TimeCut {
  readonly cut: Cut;
  /** The widths of seconds, of milliseconds, of both with the date, and of all that is known. */
  readonly widths: readonly [number, number, number, number];
}

/**
 * Times in fewer columns: without the digits after milliseconds, then without the date where all have the same (else
 * without the year), then without milliseconds. The Z of UTC stays.
 */
export function timeCut(cells: ReadonlySet<string>): TimeCut {
  const dates = new Set<string>();
  for (const cell of cells) {
    const date = TIME.exec(cell)?.[1];
    if (date !== undefined) dates.add(date);
  }
  const day = (date: string): string => (dates.size === 1 ? '' : `${date.slice(5)} `);
  const forms: readonly [TimeForm, TimeForm, TimeForm] = [
    (date, time) => `${day(date)}${time}Z`,
    (date, time, fraction) => `${day(date)}${time}${fraction.slice(0, TO_MILLISECONDS)}Z`,
    (date, time, fraction) => `${date} ${time}${fraction.slice(0, TO_MILLISECONDS)}Z`,
  ];
  const written = (cell: string, form: TimeForm): string => {
    const match = TIME.exec(cell);
    return match === null ? cell : form(match[1]!, match[2]!, match[3] ?? '');
  };
  const widest = (form: TimeForm): number => {
    let most = 0;
    for (const cell of cells) most = Math.max(most, widthOf(written(cell, form)));
    return most;
  };
  let whole = 0;
  for (const cell of cells) whole = Math.max(whole, widthOf(cell));
  const widths: TimeCut['widths'] = [widest(forms[0]), widest(forms[1]), widest(forms[2]), whole];
  return {
    widths,
    cut(cell, width) {
      if (width >= whole) return cell;
      const form = width >= widths[2] ? forms[2] : width >= widths[1] ? forms[1] : forms[0];
      return truncate(written(cell, form), width);
    },
  };
}
