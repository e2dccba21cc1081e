import type { SortKey } from '../../../core/record/sort.ts';
import type { AnyRow, RecordTable } from '../../../core/record/table.ts';
import type { Piece } from '../../../core/screen/cells.ts';
import type { Role } from '../../../core/screen/theme.ts';
import type { TextName } from '../texts/en.ts';
import type { Model } from './model.ts';

/** A list as data: rows of one record type. */
export interface ListSpec {
  /** Unlike any other list's. */
  readonly name: string;
  readonly title: TextName;
  readonly table: RecordTable;
  /** The fields that are columns, in this order. */
  readonly fields: (model: Model) => readonly string[];
  /** How important columns are where the command thinks otherwise: the lowest number stays the longest. */
  readonly priorities?: (model: Model) => Readonly<Record<string, number>>;
  readonly rows: (model: Model) => readonly AnyRow[];
  /** How many there were, of which `rows` are the last; absent for no more than these. */
  readonly seen?: (model: Model) => number;
  /** How cells of some fields are written, not yet safe; absent for as everywhere. */
  readonly cells?: (model: Model) => Readonly<Record<string, (row: AnyRow) => string>>;
  readonly identify: (row: AnyRow) => string;
  readonly usualSort: readonly SortKey[];
  /** By the name of the field that it groups by. */
  readonly groupings: Readonly<Record<string, ListGrouping>>;
  /** The colour of a whole row; null for those of its cells. */
  readonly roleOf: (row: AnyRow, model: Model) => Role | null;
  /** Whether a row has the mark of what is new before it; absent for never. */
  readonly isNew?: (row: AnyRow, model: Model) => boolean;
  /** What stands under the list about the selected row. */
  readonly detail: (row: AnyRow, model: Model) => readonly (readonly Piece[])[];
  /** Why there can be no row; null where there can, and a list without this. */
  readonly whyNone?: (model: Model) => string | null;
  /** The words of the command that prints these rows, without `netwatch`; `used` are the fields that it shows and reads. */
  readonly command: (model: Model, used: ReadonlySet<string>) => readonly string[];
  /** Whether a row is over, so that no command prints it any more; absent for never. */
  readonly isOver?: (row: AnyRow, model: Model) => boolean;
  /** The filter that leaves of the records of the command those that are rows here; absent for all. */
  readonly onlyRows?: (model: Model) => string | null;
}

/** Rows that belong together, and the row that stands for them. */
export interface ListGrouping {
  readonly of: (row: AnyRow) => string;
  readonly total: (name: string, rows: readonly AnyRow[], model: Model) => AnyRow;
  /** Whether a total counts what the command does not know of: connections that are gone; absent for never. */
  readonly countsMore?: (total: AnyRow, model: Model) => boolean;
  /** The command that prints the totals of all rows; absent where none does. */
  readonly printed?: PrintedTotals;
}

/** Records of totals, as a command prints them. */
export interface PrintedTotals {
  /** What makes the command of the list print totals. */
  readonly words: readonly string[];
  /** What fields of the list are called there, and the number of rows; those that are not named are not there. */
  readonly names: Readonly<Record<string, string>>;
  readonly size: string;
}

/** Lists that cannot be grouped, and whose rows look all the same. */
export const PLAIN_LIST = { groupings: {}, roleOf: () => null } as const;

/** Where the body of a list is in a tab, counted from the tab's first line and column, and how many rows it shows. */
export interface ListPlace {
  readonly row: number;
  readonly column: number;
  readonly width: number;
  readonly height: number;
  /** Lines that each row takes; absent for one. */
  readonly pitch?: number;
  /** Whether the line above it has the names of its columns; absent for yes. */
  readonly hasHeadings?: boolean;
}
