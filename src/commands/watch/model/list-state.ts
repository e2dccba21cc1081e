import { compileFilter, type Predicate } from '../../../core/filter/bind.ts';
import type { SortKey } from '../../../core/record/sort.ts';
import type { RecordTable } from '../../../core/record/table.ts';
import { FIRST, type Selection } from '../../../core/screen/selection.ts';

/** What somebody did to a list. */
export interface ListState {
  readonly selection: Selection;
  /** Null for the usual order of the list. */
  readonly sort: SortKey | null;
  readonly filter: ListFilter | null;
  readonly hidden: ReadonlySet<string>;
  readonly widths: ReadonlyMap<string, number>;
  /** The column that somebody chose; then columns scroll, so that it is shown. Null for none. */
  readonly column: string | null;
  /** The name of the grouping, null for none. */
  readonly grouping: string | null;
  /** Whether groups are folded; those in `unlike` are not like that. */
  readonly foldsGroups: boolean;
  readonly unlike: ReadonlySet<string>;
  /** The identities of the lines, in the order that is held; null where it is free. */
  readonly frozen: readonly string[] | null;
}

/** A filter as it was typed, and what it means. Times such as -5m count from `moment`, which is set before rows are tested. */
export interface ListFilter {
  readonly text: string;
  readonly predicate: Predicate;
  /** In milliseconds since 1970. */
  readonly moment: { now: number };
}

/** Compiles a filter. Throws Failure 64 where it means nothing. It remembers no model: filters outlive many of them. */
export function listFilter(text: string, table: RecordTable): ListFilter {
  const moment = { now: 0 };
  return { text, moment, predicate: compileFilter(text, table, () => moment.now) };
}

export const UNTOUCHED: ListState = {
  selection: FIRST,
  sort: null,
  filter: null,
  hidden: new Set(),
  widths: new Map(),
  column: null,
  grouping: null,
  foldsGroups: false,
  unlike: new Set(),
  frozen: null,
};
