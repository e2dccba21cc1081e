import type { Numerals } from '../output/units.ts';
import type { AnyRow, RecordTable } from '../record/table.ts';
import type { Markup } from './markup.ts';

/** What a section is drawn with. */
export interface Look {
  readonly numerals: Numerals;
  /** A name for an element that no other one has. */
  readonly newId: () => string;
}

/** Gathers the rows of a section, of which it holds a bounded part. */
export interface Gathering {
  add(row: AnyRow, table: RecordTable): void;
  /** What stands below the heading. */
  view(look: Look): Markup;
}

/** A part of a report with a heading of its own. */
export interface ReportSection {
  readonly title: string;
  /** The record types that it shows. */
  readonly tables: readonly RecordTable[];
  open(): Gathering;
}
