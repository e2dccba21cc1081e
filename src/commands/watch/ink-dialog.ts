import { Box, Text } from 'ink';
import { type ComponentType, createElement, type ReactNode } from 'react';
import { fillInkForTable } from './ink-for-table.ts';
import { type DialogTable, type FittedDialog, TABLE_GAP } from './model/table-dialog.ts';

// ink-table requires ink, which cannot be required: the build gives it another module instead
fillInkForTable({ Box, Text });
const { default: loaded } = await import('ink-table');

interface InkTableProps {
  readonly data: readonly Readonly<Record<string, string>>[];
  readonly columns: readonly string[];
}
/** Bundled or not, what is imported of CommonJS is its exports, or an object with these as its default. */
const Table = ('default' in loaded ? loaded.default : loaded) as unknown as ComponentType<InkTableProps>;

/** What a dialog looks like. */
export interface DialogProps extends FittedDialog {
  readonly width: number;
  readonly height: number;
  /** The line about the rows that found no room, and about a dialog without any. */
  readonly rest: string;
  readonly nothing: string;
}

/** A dialog in a frame: a title, and its tables below or beside each other. */
export function InkDialog({ title, tables, isBeside, width, height, rest, nothing }: DialogProps): ReactNode {
  return createElement(
    Box,
    { flexDirection: 'column', borderStyle: 'round', paddingX: 1, width, height },
    createElement(Text, { bold: true }, title),
    tables.length === 0 ? createElement(Text, { dimColor: true }, nothing) : null,
    createElement(
      Box,
      { flexDirection: isBeside ? 'row' : 'column', columnGap: TABLE_GAP },
      ...tables.map((table, index) => createElement(Table, { key: index, ...inkTableOf(table) })),
    ),
    rest === '' ? null : createElement(Text, { dimColor: true }, rest),
  );
}

const inkTableOf = ({ columns, rows }: DialogTable): InkTableProps => ({
  columns,
  data: rows.map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index]!]))),
});
