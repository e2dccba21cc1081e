import type { Field } from '../record/field.ts';
import { NUMERIC_KINDS } from '../record/field.ts';
import { addressCut, type Cut, cutList, textCut, timeCut, widthApart } from './cell-cut.ts';
import { truncate } from './text-width.ts';

/** Spaces between two columns. */
export const GUTTER = 2;
/** Text of the columns that answer the question, and of the others, has so many columns of the terminal, if it needs them. */
const TEXT_THAT_ANSWERS = 20;
const OTHER_TEXT = 12;
/** When nothing else helps. */
const LEAST_TEXT = 8;
/** No IPv4 address and no hardware address is longer. */
const LEAST_ADDRESS = 17;
const LEAST_BAR = 10;
/** Columns with this priority are hidden last of all. */
export const ANSWERS = 1;

/** What may be done to a column that is too wide. */
export type Shape = 'fixed' | 'text' | 'list' | 'address' | 'time' | 'bar';

/** A column whose widest cell is known. */
export interface MeasuredColumn {
  readonly shape: Shape;
  readonly priority: number;
  /** See Field. */
  readonly least: number | null;
  /** The columns of the terminal that its widest cell takes, or its heading. */
  readonly width: number;
  /** All its cells that differ. */
  readonly cells: () => ReadonlySet<string>;
}

/** A column as it is drawn. */
export interface FittedColumn<C> {
  readonly column: C;
  readonly width: number;
  readonly cut: Cut;
}

export interface Fit<C> {
  readonly shown: readonly FittedColumn<C>[];
  readonly hidden: readonly C[];
}

/** The shape of a field's column. */
export function shapeOf({ kind, values, many }: Field): Shape {
  if (many) return 'list';
  if (kind === 'address' || kind === 'list' || kind === 'time') return kind;
  return NUMERIC_KINDS.has(kind) || kind === 'flag' || values !== null ? 'fixed' : 'text';
}

/** A column while room is found for it. */
interface Candidate<C> {
  readonly column: C;
  readonly at: number;
  readonly shape: Shape;
  readonly priority: number;
  /** The widths that show more and more, from the least that is still of use; the last shows all. */
  readonly steps: readonly number[];
  /** The least of all, where columns that answer the question would have to go. */
  readonly bare: number;
  readonly cut: Cut;
  width: number;
}

/**
 * Fits columns into `room` columns of the terminal. Text and times are cut first, then columns are hidden by priority.
 * Those that answer the question stay. Addresses are whole if these columns have room for it. Otherwise they are
 * shortened in the middle, to a width in which different ones look different. Room that is left goes back to what was
 * cut, then to what was hidden.
 */
export function fitColumns<C extends MeasuredColumn>(columns: readonly C[], room: number): Fit<C> {
  const addresses = new Set(columns.flatMap(({ shape, cells }) => (shape === 'address' ? [...cells()] : [])));
  const all = columns.map((column, at) => candidateOf(column, at, addresses));
  const shown = new Set(all);
  const over = (): number => [...shown].reduce((sum, { width }) => sum + width + GUTTER, -GUTTER) - room;
  const answers = all.filter(({ priority }) => priority === ANSWERS);
  const fitsWhole = answers.reduce((sum, { steps }) => sum + steps[0]! + GUTTER, -GUTTER) <= room;
  for (const one of all) one.width = one.shape === 'address' && !fitsWhole ? one.bare : one.steps[0]!;
  const leaving = all
    .filter(({ priority }) => priority > ANSWERS)
    .sort(byPriority)
    .reverse();
  for (const one of leaving) if (over() > 0) shown.delete(one);
  for (const shape of ['time', 'text', 'list'] as const) shrink([...shown], shape, over);
  for (const one of [...shown].sort(byWorth)) {
    if (one.shape === 'address')
      for (const each of shown) if (over() > 0) each.width = Math.min(each.width, leastOf(each));
    if (over() > 0 && shown.size > 1) shown.delete(one);
  }
  const [only] = shown;
  if (only !== undefined && over() > 0) only.width = Math.max(1, room);
  widen([...shown].sort(byPriority), () => -over());
  for (const one of [...all].sort(byPriority)) {
    if (shown.has(one) || one.width + GUTTER > -over()) continue;
    shown.add(one);
    widen([one], () => -over());
  }
  return {
    shown: all.filter((one) => shown.has(one)).map((one) => fitted(one, addresses)),
    hidden: all.filter((one) => !shown.has(one)).map(({ column }) => column),
  };
}

/** The columns as wide as they are. */
export function wholeColumns<C extends MeasuredColumn>(columns: readonly C[]): Fit<C> {
  return { shown: columns.map((column) => ({ column, width: column.width, cut: truncate })), hidden: [] };
}

const byPriority = <C>(a: Candidate<C>, b: Candidate<C>): number => a.priority - b.priority || a.at - b.at;

/** When the columns that answer the question do not fit either: a time goes first, addresses go last. */
const byWorth = <C>(a: Candidate<C>, b: Candidate<C>): number => worthOf(a.shape) - worthOf(b.shape) || b.at - a.at;
const worthOf = (shape: Shape): number => (shape === 'time' ? 0 : shape === 'address' ? 2 : 1);

/** Of addresses as few columns as may be, though some look alike then. */
const leastOf = <C>({ shape, width }: Candidate<C>): number =>
  shape === 'address' ? Math.min(width, LEAST_ADDRESS) : width;

/** `addresses` are those of all columns: an address must not look like one of another column either. */
function candidateOf<C extends MeasuredColumn>(column: C, at: number, addresses: ReadonlySet<string>): Candidate<C> {
  const { shape, priority, width, least } = column;
  const usual = priority === ANSWERS ? TEXT_THAT_ANSWERS : OTHER_TEXT;
  const of = (steps: readonly number[], bare: number, cut: Cut): Candidate<C> => ({
    column,
    at,
    shape,
    priority,
    steps,
    bare: Math.min(bare, width),
    cut,
    width,
  });
  switch (shape) {
    case 'fixed':
      return of([width], width, truncate);
    case 'text':
    case 'list': {
      const useful = Math.min(width, least ?? usual);
      const bare = least === Number.POSITIVE_INFINITY ? width : LEAST_TEXT;
      return of([useful, width], bare, shape === 'list' ? cutList : truncate);
    }
    case 'bar':
      return of([Math.min(width, LEAST_BAR), width], LEAST_BAR, (cell, to) =>
        cell.slice(0, Math.round((cell.length * to) / width)),
      );
    case 'address':
      return of([width], widthApart(addresses, LEAST_ADDRESS, width), truncate);
    case 'time': {
      const { widths, cut } = timeCut(column.cells());
      const [seconds, millis, dated] = widths;
      return of([...new Set([millis, dated, width].map((one) => Math.max(one, seconds)))], seconds, cut);
    }
  }
}

/** Takes from the widest column of a shape, a column of the terminal at a time. */
function shrink<C>(shown: readonly Candidate<C>[], shape: Shape, over: () => number): void {
  const some = shown.filter((one) => one.shape === shape);
  while (over() > 0) {
    let widest: Candidate<C> | null = null;
    for (const one of some) if (one.width > one.bare && one.width > (widest?.width ?? 0)) widest = one;
    if (widest === null) return;
    widest.width = shape === 'time' ? widest.bare : widest.width - 1;
  }
}

/** Gives room back to what was cut: to addresses in equal parts, to a text what is left, to a time what a step needs. */
function widen<C>(shown: readonly Candidate<C>[], left: () => number): void {
  const addresses = shown.filter(({ shape }) => shape === 'address');
  while (left() > 0) {
    let narrowest: Candidate<C> | null = null;
    for (const one of addresses)
      if (one.width < one.steps[0]! && (narrowest === null || one.width < narrowest.width)) narrowest = one;
    if (narrowest === null) break;
    narrowest.width++;
  }
  for (const one of shown) {
    const step =
      one.shape === 'time'
        ? one.steps.findLast((width) => width <= one.width + left())
        : Math.min(one.steps.at(-1)!, one.width + left());
    if (step !== undefined && step > one.width) one.width = step;
  }
}

function fitted<C extends MeasuredColumn>(one: Candidate<C>, addresses: ReadonlySet<string>): FittedColumn<C> {
  const { column, width, shape } = one;
  const isCut = width < column.width;
  if (isCut && shape === 'text') return { column, width, cut: textCut(column.cells(), width) };
  if (isCut && shape === 'address') return { column, width, cut: addressCut(addresses, width) };
  return { column, width, cut: one.cut };
}
