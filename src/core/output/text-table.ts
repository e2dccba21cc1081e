import { isNumeric, type Tone } from '../record/field.ts';
import { type AnyRow, fieldNamed, headingOf, type RecordTable } from '../record/table.ts';
import { barOf } from './bar.ts';
import { ANSWERS, fitColumns, GUTTER, type MeasuredColumn, type Shape, shapeOf, wholeColumns } from './column-fit.ts';
import type { Palette } from './palette.ts';
import { pad, truncate, widthOf, wrap } from './text-width.ts';
import { formatterFor, type Numerals, UNKNOWN } from './units.ts';

/** cli-table3 takes 161 µs a row and grows faster than the rows do: 10,000 take 5 s. Above this, rows are padded here. */
const MOST_ROWS_FOR_CLI_TABLE = 500;

interface Column extends MeasuredColumn {
  readonly name: string;
  readonly heading: string;
  /** Where its spaces go: numbers stand to the right. */
  readonly padded: 'left' | 'right';
  readonly format: (value: unknown) => string;
  readonly tone: ((value: never) => Parameters<Palette['tone']>[0]) | null;
  readonly shape: Shape;
  /** See Field. */
  readonly wraps: boolean;
  width: number;
  priority: number;
  /** Whether a row has a value in it. */
  isKnown: boolean;
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
  /** Fields whose columns did not fit. */
  readonly hidden: readonly string[];
}

/** Draws rows as a table for people: aligned, as wide as the terminal, with nothing in it that a terminal would act on. */
export async function drawTable(table: RecordTable, rows: readonly AnyRow[], layout: TableLayout): Promise<DrawnTable> {
  const drawing = new TableDrawing(table, layout);
  for (const row of rows) drawing.add(row);
  const { lines, hidden } = await drawing.finish();
  return { text: [...lines].join(''), hidden };
}

/** What is said of columns that did not fit, in at most `width` columns of the terminal if it can be: with fewer names. */
export function hiddenColumns(fields: readonly string[], width = Number.POSITIVE_INFINITY): string {
  for (let count = fields.length; ; count--) {
    const names =
      count === fields.length ? fields.join(', ') : `${fields.slice(0, count).join(', ')}, +${fields.length - count}`;
    const line = `hidden: ${names}; a wider terminal or --fields shows them`;
    if (line.length <= width || count <= 1) return line;
  }
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
    const bars = layout.fields.filter((name) => table.fields[name]?.bar === true);
    this.columns = [
      ...layout.fields.map((name, at) => columnOf(table, name, layout.numerals, () => this.cellsOf(at))),
      ...bars.map((name) => barColumn(name)),
    ];
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
      column.isKnown ||= cell !== UNKNOWN;
      parts.push(cell);
      tones += TONES.indexOf(tone);
    }
    parts.push(tones);
    const kept = parts.join(SEPARATOR);
    this.rows.push(kept);
    this.characters += kept.length + ROW_CHARACTERS;
  }

  /** Its lines, made as they are read, and the fields whose columns did not fit. */
  async finish(): Promise<{ readonly lines: Iterable<string>; readonly hidden: readonly string[] }> {
    const { columns, layout, rows } = this;
    const { terminalColumns, palette } = layout;
    for (const column of columns) if (!column.isKnown && column.priority > ANSWERS) column.priority += UNKNOWN_PRIORITY;
    const isWide = terminalColumns === null || lineWidth(columns) <= terminalColumns;
    const { shown, hidden } = isWide ? wholeColumns(columns) : fitColumns(columns, terminalColumns);
    const visible = shown.map((one) => ({ ...one, at: columns.indexOf(one.column) }));
    function* painted(): Iterable<string[]> {
      if (layout.header) {
        yield visible.map(({ column: { heading, padded }, width }) =>
          palette.heading(pad(truncate(heading, width), width, padded)),
        );
      }
      for (const kept of rows) {
        const parts = kept.split(SEPARATOR);
        const tones = parts.at(-1)!;
        const cells = visible.map(({ column, width, cut, at }) =>
          column.wraps ? wrap(parts[at]!, width) : [cut(parts[at]!, width)],
        );
        const height = Math.max(1, ...cells.map(({ length }) => length));
        for (let line = 0; line < height; line++) {
          yield visible.map(({ column, width, at }, index) =>
            palette.tone(TONES[Number(tones[at])]!, pad(cells[index]![line] ?? '', width, column.padded)),
          );
        }
      }
    }
    const lines =
      rows.length + (layout.header ? 1 : 0) <= MOST_ROWS_FOR_CLI_TABLE
        ? await layOut([...painted()])
        : joinLines(painted());
    return {
      lines: endLines(lines),
      hidden: hidden.filter(({ shape }) => shape !== 'bar').map(({ name }) => name),
    };
  }

  private cellsOf(at: number): ReadonlySet<string> {
    const cells = new Set<string>();
    for (const kept of this.rows) cells.add(kept.split(SEPARATOR, at + 1)[at]!);
    return cells;
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

const lineWidth = (columns: readonly Column[]): number =>
  columns.reduce((sum, { width }) => sum + width + GUTTER, -GUTTER);

function columnOf(table: RecordTable, name: string, numerals: Numerals, cells: Column['cells']): Column {
  const field = fieldNamed(table, name);
  if (field === undefined) throw new RangeError(`no field ${name} in ${table.type}`);
  return {
    name,
    heading: headingOf(name, field),
    padded: isNumeric(field) ? 'left' : 'right',
    format: formatterFor(field, numerals),
    tone: field.tone,
    shape: shapeOf(field),
    priority: field.priority,
    least: field.least,
    wraps: field.wraps,
    cells,
    width: 0,
    isKnown: false,
  };
}

/** Draws the percentages of a field, at the end of the line. */
function barColumn(name: string): Column {
  return {
    name,
    heading: '',
    padded: 'right',
    format: barOf,
    tone: null,
    shape: 'bar',
    priority: BAR_PRIORITY,
    least: null,
    wraps: false,
    cells: () => new Set(),
    width: 0,
    isKnown: true,
  };
}

/** Every column of numbers is worth more than a bar, and a bar more than a column in which nothing is known. */
const BAR_PRIORITY = 10;
const UNKNOWN_PRIORITY = 100;

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
