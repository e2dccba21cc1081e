import type { AnyRow } from '../record/table.ts';

/** Turns rows into lines, without the line feed. */
export interface LineWriter {
  line(row: AnyRow): string;
  /** Whether every line so far was ASCII, as far as the writer knows. */
  isAscii(): boolean;
}
