import type { SortKey } from '../../../core/record/sort.ts';
import type { AnyRow, RecordTable } from '../../../core/record/table.ts';
import type { Grouping } from '../../../core/screen/arrangement.ts';
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
  readonly rows: (model: Model) => readonly AnyRow[];
  readonly identify: (row: AnyRow) => string;
  readonly usualSort: readonly SortKey[];
  /** By the name of the field that it groups by. */
  readonly groupings: Readonly<Record<string, Grouping>>;
  /** The colour of a whole row; null for those of its cells. */
  readonly roleOf: (row: AnyRow, model: Model) => Role | null;
  /** What stands under the list about the selected row. */
  readonly detail: (row: AnyRow, model: Model) => readonly (readonly Piece[])[];
  /** Why there can be no row; null where there can, and a list without this. */
  readonly whyNone?: (model: Model) => string | null;
  /** The words of the command that prints these rows, without `netwatch`. */
  readonly command: (model: Model) => readonly string[];
}

/** Lists that cannot be grouped, and whose rows look all the same. */
export const PLAIN_LIST = { groupings: {}, roleOf: () => null } as const;

/** Where the body of a list is in a tab, counted from the tab's first line and column; `height` lines without the headings. */
export interface ListPlace {
  readonly row: number;
  readonly column: number;
  readonly width: number;
  readonly height: number;
}
