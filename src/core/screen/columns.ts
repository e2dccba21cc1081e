import { formatterFor, type Numerals, UNKNOWN } from '../output/units.ts';
import { type Field, isNumeric, type Kind } from '../record/field.ts';
import { type AnyRow, fieldNamed, headingOf, type RecordTable } from '../record/table.ts';
import type { Role } from './theme.ts';

/** Columns between two cells. */
export const GAP = 1;
/** Columns of this priority stay, whatever there is room for. */
const ANSWERS = 1;
/** How wide the cells of a kind are: always so wide that numbers do not jump from one look to the next. */
const WIDTHS: Readonly<Record<Kind, readonly [least: number, most: number]>> = {
  text: [8, 28],
  address: [15, 39],
  port: [5, 5],
  integer: [7, 7],
  count: [7, 7],
  bytes: [8, 8],
  byte_rate: [9, 9],
  packet_rate: [10, 10],
  millis: [8, 8],
  seconds: [7, 7],
  percent: [6, 6],
  number: [7, 7],
  flag: [5, 5],
  time: [12, 12],
  list: [10, 40],
};
/** A zero or an empty list, which says nothing but that there is none, and a value that is not known: they must not look alike. */
export const NONE = '–';
export const NOT_KNOWN = '?';

/** A column of a list, before it is known how much room there is. */
export interface ListColumn {
  readonly field: string;
  readonly heading: string;
  readonly align: 'left' | 'right';
  readonly priority: number;
  readonly least: number;
  readonly most: number;
  /** As a person reads it; not yet safe. */
  readonly write: (row: AnyRow) => string;
  readonly role: (row: AnyRow) => Role | null;
  /** Whether it is a share of 100 that is drawn as a bar as wide as the column. */
  readonly isBar: boolean;
}

/** A column and the room it has. */
export interface PlacedColumn {
  readonly column: ListColumn;
  readonly width: number;
}

/** The columns of the fields of a table. */
export function columnsOf(table: RecordTable, names: readonly string[], numerals: Numerals): readonly ListColumn[] {
  return names.flatMap((name) => {
    const field = fieldNamed(table, name);
    if (field === undefined) return [];
    const column = columnOf(name, field, numerals);
    return field.bar
      ? [column, { ...column, heading: '', align: 'left', least: BAR[0], most: BAR[1], isBar: true }]
      : [column];
  });
}
const BAR = [8, 40] as const;

/** How much of a bar of `width` columns is filled. */
export function barLength(value: unknown, width: number): number {
  return typeof value === 'number' ? Math.max(0, Math.min(width, Math.round((value / 100) * width))) : 0;
}

function columnOf(name: string, field: Field, numerals: Numerals): ListColumn {
  const heading = headingOf(name, field);
  const [least, most] = widthsOf(field);
  const format = formatterFor(field, numerals);
  const isNumber = isNumeric(field);
  const isAmount = isNumber && field.kind !== 'port' && field.kind !== 'integer';
  const isNone = (value: unknown): boolean => (isAmount && value === 0) || isEmptyList(value);
  return {
    field: name,
    heading,
    align: isNumber ? 'right' : 'left',
    priority: field.priority,
    least: Math.max(least, heading.length),
    most: Math.max(most, heading.length),
    isBar: false,
    write(row) {
      const value = row[name];
      if (isNone(value)) return NONE;
      if (value === null || value === undefined) return NOT_KNOWN;
      if (field.kind === 'time') return String(value).slice(11, 23);
      const text = format(value);
      return text === UNKNOWN ? NOT_KNOWN : text;
    },
    role(row) {
      const value = row[name];
      if (value === null || value === undefined || isNone(value)) return 'faint';
      return field.tone?.(value as never) ?? null;
    },
  };
}

export const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

function widthsOf(field: Field): readonly [number, number] {
  if (field.values === null || field.many) return WIDTHS[field.kind];
  const longest = Math.max(...field.values.map((value) => value.length));
  return [longest, longest];
}

/** What was done to the columns of a list: those that are not shown, widths that somebody chose, and the column that must be shown. */
export interface ColumnChoice {
  readonly hidden: ReadonlySet<string>;
  readonly widths: ReadonlyMap<string, number>;
  readonly column: string | null;
  /** The field that somebody sorted by: its column goes last; null for none. */
  readonly sorted: string | null;
}

/**
 * Places columns into `room`: those of the highest priority number go first where not all fit, of equal ones the last. What
 * is left widens texts and addresses up to the longest value that `longest` tells of: first as far as is good for their kind,
 * then as far as there is room.
 */
export function placeColumns(
  columns: readonly ListColumn[],
  room: number,
  choice: ColumnChoice,
  longest: (field: string) => number,
): readonly PlacedColumn[] {
  const all = columns.filter(({ field }) => !choice.hidden.has(field));
  const least = (column: ListColumn): number =>
    column.isBar ? column.least : (choice.widths.get(column.field) ?? column.least);
  const chosen = all.findIndex(({ field }) => field === choice.column);
  const among = chosen < 0 ? all : scrolledTo(all, chosen, room, least);
  const shown = new Set(among);
  let left = room - among.reduce((sum, column) => sum + least(column) + GAP, -GAP);
  const priorityOf = ({ field, priority }: ListColumn): number => (field === choice.sorted ? ANSWERS : priority);
  const leaving = [...among].sort((a, b) => priorityOf(b) - priorityOf(a) || all.indexOf(b) - all.indexOf(a));
  for (const column of chosen < 0 ? leaving : []) {
    if (left >= 0 || priorityOf(column) === ANSWERS) break;
    shown.delete(column);
    left += least(column) + GAP;
  }
  for (const column of [...shown].reverse()) {
    if (left >= 0 || shown.size === 1) break;
    shown.delete(column);
    left += least(column) + GAP;
  }
  const placed = all
    .filter((column) => shown.has(column))
    .map((column) => ({ column, width: left < 0 ? Math.max(1, room) : least(column) }));
  left = Math.max(0, left);
  const growing = placed
    .filter(({ column }) => column.isBar || !choice.widths.has(column.field))
    .sort((a, b) => a.column.priority - b.column.priority);
  const growTo = (wanted: (column: ListColumn) => number): void => {
    for (const one of growing) {
      // all rows are looked at for what is wanted: 60 ms of a frame with 10,000 of them
      if (left === 0) return;
      const more = Math.max(0, Math.min(left, wanted(one.column) - one.width));
      one.width += more;
      left -= more;
    }
  };
  // others than texts and addresses are always as wide as they can be
  const isFixed = ({ isBar, least: fixed, most }: ListColumn): boolean => isBar || fixed === most;
  growTo((column) => (isFixed(column) ? column.most : Math.min(column.most, longest(column.field))));
  growTo((column) => (isFixed(column) ? column.most : longest(column.field)));
  return placed;
}

/** The first column, and beside it as many others as fit: from the left, or so many before `chosen` that it is the last. */
function scrolledTo(
  all: readonly ListColumn[],
  chosen: number,
  room: number,
  least: (column: ListColumn) => number,
): readonly ListColumn[] {
  const [first, ...others] = all;
  let left = room - least(first!) - GAP;
  if (chosen === 0) left = Math.max(left, 0);
  const fitting = (columns: readonly ListColumn[]): readonly ListColumn[] => {
    let rest = left;
    const end = columns.findIndex((column) => {
      rest -= least(column) + GAP;
      return rest + GAP < 0;
    });
    return end < 0 ? columns : columns.slice(0, end);
  };
  const fromLeft = fitting(others);
  if (chosen <= fromLeft.length) return [first!, ...fromLeft];
  const before = fitting(others.slice(0, chosen).reverse());
  // the chosen one alone where the first leaves no room for it
  return before.length === 0 ? [all[chosen]!] : [first!, ...[...before].reverse()];
}
