import { isNumeric, type Tone } from '../record/field.ts';
import { type AnyRow, fieldNamed, headingOf, type RecordTable } from '../record/table.ts';
import type { Palette } from './palette.ts';
import { pad, truncate, widthOf } from './text-width.ts';
import { formatterFor, type Numerals } from './units.ts';

const GUTTER = 2;
const NARROWEST_CELL = 8;
/** cli-table3 takes 161 µs a row and grows faster than the rows do: 10,000 take 5 s. Above this, rows are padded here. */
const MOST_ROWS_FOR_CLI_TABLE = 500;

interface Column {
  readonly name: string;
  readonly heading: string;
  /** Where its spaces go: numbers stand to the right. */
  readonly padded: 'left' | 'right';
  readonly format: (value: unknown) => string;
  readonly tone: ((value: never) => Parameters<Palette['tone']>[0]) | null;
  width: number;
}

export interface TableLayout {
  readonly fields: readonly string[];
  /** Columns of the terminal; null when the output is no terminal, and nothing is cut. */
  readonly terminalColumns: number | null;
  readonly header: boolean;
  readonly palette: Palette;
  readonly numerals: Numerals;
}

export interface DrawnTable {
  readonly text: string;
  /** Headings of the columns that did not fit. */
  readonly hidden: readonly string[];
}

/** Draws rows as a table for people: aligned, as wide as the terminal, with nothing in it that a terminal would act on. */
export async function drawTable(table: RecordTable, rows: readonly AnyRow[], layout: TableLayout): Promise<DrawnTable> {
  const drawing = new TableDrawing(table, layout);
  for (const row of rows) drawing.add(row);
  const { lines, hidden } = await drawing.finish();
  return { text: [...lines].join(''), hidden };
}

/** Between the cells of a kept row: a control character, which no cell has. */
const SEPARATOR = '\0';
const TONES: readonly (Tone | null)[] = [null, 'good', 'notice', 'busy', 'bad', 'faint'];

/** A table row by row. Columns are as wide as their widest cell, so rows are kept until all are there, each as one text. */
export class TableDrawing {
  readonly table: RecordTable;
  /** Rows beyond what is kept. */
  left = 0;
  private readonly layout: TableLayout;
  private readonly columns: readonly Column[];
  private readonly rows: string[] = [];
  private characters = 0;
  private readonly mostCharacters: number;

  constructor(table: RecordTable, layout: TableLayout, mostCharacters = Number.POSITIVE_INFINITY) {
    this.table = table;
    this.layout = layout;
    this.mostCharacters = mostCharacters;
    this.columns = layout.fields.map((name) => columnOf(table, name, layout.numerals));
    for (const column of this.columns) column.width = layout.header ? widthOf(column.heading) : 1;
  }

  add(row: AnyRow): void {
    if (this.characters > this.mostCharacters) {
      this.left++;
      return;
    }
    const parts: string[] = [];
    let tones = '';
    for (const column of this.columns) {
      const value = row[column.name];
      const cell = column.format(value);
      const tone = column.tone === null || value === null || value === undefined ? null : column.tone(value as never);
      column.width = Math.max(column.width, widthOf(cell));
      parts.push(cell);
      tones += TONES.indexOf(tone);
    }
    parts.push(tones);
    const kept = parts.join(SEPARATOR);
    this.rows.push(kept);
    this.characters += kept.length + ROW_CHARACTERS;
  }

  /** Its lines, made as they are read, and the headings of the columns that did not fit. */
  async finish(): Promise<{ readonly lines: Iterable<string>; readonly hidden: readonly string[] }> {
    const { columns, layout, rows } = this;
    const hidden = layout.terminalColumns === null ? [] : narrow(columns, layout.terminalColumns);
    const visible = columns.map((column, at) => ({ column, at })).filter(({ column }) => !hidden.includes(column));
    const { palette } = layout;
    function* painted(): Iterable<string[]> {
      if (layout.header) {
        yield visible.map(({ column: { heading, width, padded } }) =>
          palette.heading(pad(truncate(heading, width), width, padded)),
        );
      }
      for (const kept of rows) {
        const parts = kept.split(SEPARATOR);
        const tones = parts.at(-1)!;
        yield visible.map(({ column, at }) => {
          const cell = truncate(parts[at]!, column.width);
          return palette.tone(TONES[Number(tones[at])]!, pad(cell, column.width, column.padded));
        });
      }
    }
    const lines =
      rows.length + (layout.header ? 1 : 0) <= MOST_ROWS_FOR_CLI_TABLE
        ? await layOut([...painted()])
        : joinLines(painted());
    return { lines: endLines(lines), hidden: hidden.map((column) => column.heading) };
  }
}

/** What a kept row takes beside its text, in characters. */
const ROW_CHARACTERS = 32;

function* joinLines(lines: Iterable<readonly string[]>): Iterable<string> {
  for (const line of lines) yield line.join(' '.repeat(GUTTER));
}

function* endLines(lines: Iterable<string>): Iterable<string> {
  for (const line of lines) yield `${line.trimEnd()}\n`;
}

function columnOf(table: RecordTable, name: string, numerals: Numerals): Column {
  const field = fieldNamed(table, name);
  if (field === undefined) throw new RangeError(`no field ${name} in ${table.type}`);
  const format = formatterFor(field, numerals);
  return {
    name,
    heading: headingOf(name, field),
    padded: isNumeric(field) ? 'left' : 'right',
    format,
    tone: field.tone,
    width: 0,
  };
}

/** Narrows the widest text columns until the line fits, then gives up columns from the right; returns those. */
function narrow(columns: readonly Column[], terminalColumns: number): readonly Column[] {
  const shown = [...columns];
  const hidden: Column[] = [];
  for (;;) {
    const over = shown.reduce((sum, column) => sum + column.width + GUTTER, -GUTTER) - terminalColumns;
    if (over <= 0) return hidden;
    const widest = shown
      .filter((column) => column.padded === 'right' && column.width > NARROWEST_CELL)
      .reduce<Column | null>((most, column) => (most === null || column.width > most.width ? column : most), null);
    if (widest !== null) {
      widest.width -= Math.min(over, widest.width - NARROWEST_CELL, Math.max(1, Math.ceil(over / 4)));
      continue;
    }
    if (shown.length === 1) return hidden;
    hidden.unshift(...shown.splice(-1));
  }
}

/** cli-table3 is loaded here: only a run that prints a table pays for it. */
export const loadTableLayout = () => import('cli-table3');

async function layOut(lines: readonly (readonly string[])[]): Promise<string[]> {
  if (lines.length === 0) return [];
  const { default: Table } = await loadTableLayout();
  const drawn = new Table({
    chars: {
      top: '',
      'top-mid': '',
      'top-left': '',
      'top-right': '',
      bottom: '',
      'bottom-mid': '',
      'bottom-left': '',
      'bottom-right': '',
      left: '',
      'left-mid': '',
      mid: '',
      'mid-mid': '',
      right: '',
      'right-mid': '',
      middle: ' '.repeat(GUTTER),
    },
    // colours are ours: cli-table3 would bring its own and does not honour NO_COLOR
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const line of lines) drawn.push([...line]);
  return drawn.toString().split('\n');
}
