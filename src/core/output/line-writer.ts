import type { AnyRow } from '../record/table.ts';

/** Turns a row into a line, without the line feed. */
export type LineWriter = (row: AnyRow) => string;
