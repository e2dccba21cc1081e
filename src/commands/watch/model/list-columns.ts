import { widthOf } from '../../../core/output/text-width.ts';
import type { AnyRow } from '../../../core/record/table.ts';
import { columnsOf, GAP, type ListColumn, type PlacedColumn, placeColumns } from '../../../core/screen/columns.ts';
import { listState } from './arranged.ts';
import type { ListSpec } from './list-spec.ts';
import type { Model } from './model.ts';

/** Columns at the left of a list that say which line is selected. */
export const MARGIN = 1;

/** The columns of a list, and the room that they have in `width`. */
export function placedColumns(model: Model, list: ListSpec, width: number): readonly PlacedColumn[] {
  const cells = list.cells?.(model) ?? null;
  const columns = allColumns(model, list);
  const written =
    cells === null
      ? columns
      : columns.map((column) => (column.isBar ? column : { ...column, write: cells[column.field] ?? column.write }));
  const state = listState(model, list);
  const choice = { ...state, sorted: state.sort?.field ?? null };
  return placeColumns(written, width - MARGIN, choice, longestOf(list.rows(model), cells));
}

/** How many columns of a list are not shown: hidden, or without room. */
export function hiddenColumns(model: Model, list: ListSpec, width: number): number {
  const shown = new Set(placedColumns(model, list, width).map(({ column }) => column.field));
  return list.fields(model).filter((field) => !shown.has(field)).length;
}

/** Made once for a list, whether it is of a capture, its fields and a language. */
const made = new WeakMap<object, Map<string, readonly ListColumn[]>>();

function allColumns(model: Model, list: ListSpec): readonly ListColumn[] {
  const { numerals } = model.settings;
  const fields = list.fields(model);
  const key = `${list.name} ${model.replay === null} ${fields.join()}`;
  let known = made.get(numerals);
  if (known === undefined) {
    known = new Map();
    made.set(numerals, known);
  }
  let columns = known.get(key);
  if (columns === undefined) {
    const priorities = list.priorities?.(model) ?? {};
    columns = columnsOf(list.table, fields, numerals).map((column) => ({
      ...column,
      priority: priorities[column.field] ?? column.priority,
    }));
    known.set(key, columns);
  }
  return columns;
}

const WIDEST = 80;
const lengths = new WeakMap<readonly AnyRow[], Map<string, number>>();

/** Widths of values: in all rows of a list a few are met again and again, and to measure them took half of a frame. */
const MOST_WIDTHS = 4096;
const widths = new Map<string, number>();

function knownWidth(text: string): number {
  let at = 0;
  while (at < text.length && isPlain(text.charCodeAt(at))) at++;
  if (at === text.length) return text.length;
  let width = widths.get(text);
  if (width === undefined) {
    width = widthOf(text);
    if (widths.size >= MOST_WIDTHS) widths.clear();
    widths.set(text, width);
  }
  return width;
}

/** Whether a character is of ASCII and has a column. */
const isPlain = (code: number): boolean => code >= 0x20 && code < 0x7f;

/** The longest value of a field in all rows, in columns: so columns keep their widths while a list scrolls. */
const longestOf =
  (rows: readonly AnyRow[], cells: ReturnType<NonNullable<ListSpec['cells']>> | null) =>
  (field: string): number => {
    const write = cells?.[field];
    if (write !== undefined) return rows.reduce((most, row) => Math.max(most, widthOf(write(row).slice(0, WIDEST))), 0);
    let known = lengths.get(rows);
    if (known === undefined) {
      known = new Map();
      lengths.set(rows, known);
    }
    let longest = known.get(field);
    if (longest === undefined) {
      longest = 0;
      for (const row of rows) {
        const value = row[field];
        const text = typeof value === 'string' ? value : Array.isArray(value) ? value.join(', ') : '';
        // no character has more columns than two
        if (text.length * 2 <= longest) continue;
        // no column is wider than that
        const length = knownWidth(text.length > WIDEST ? text.slice(0, WIDEST) : text);
        if (length > longest) longest = length;
      }
      known.set(field, longest);
    }
    return longest;
  };

/** The field of the column at a place of a line; null between two, and outside. */
export function columnAt(model: Model, list: ListSpec, across: number, width: number): string | null {
  let from = MARGIN;
  for (const { column, width: own } of placedColumns(model, list, width)) {
    if (across >= from && across < from + own) return column.field;
    from += own + GAP;
  }
  return null;
}
