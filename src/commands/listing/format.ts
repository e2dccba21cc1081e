import { FORMAT_TRAITS, type FormatName, type FormatTraits } from '../../core/output/format.ts';
import type { Renderer } from '../../core/output/renderer.ts';
import type { TableRendererOptions } from '../../core/output/table-renderer.ts';
import type { Numerals } from '../../core/output/units.ts';
import type { RecordTable } from '../../core/record/table.ts';
import type { Context } from '../context/context.ts';
import type { Options } from '../options/option.ts';
import type { ListingValues } from '../options/shared-options.ts';

/** What a renderer is opened for. */
export interface Output<O extends Options = Options> {
  readonly context: Context;
  readonly values: ListingValues<O>;
  /** The record type to which --fields, --sort and --filter apply. */
  readonly table: RecordTable;
  /** The fields of it to print. */
  readonly fields: readonly string[];
  readonly header: boolean;
  readonly numerals: Numerals;
  /** Whether each snapshot replaces the previous one on a terminal. */
  readonly redraws: boolean;
  /** Loads what is needed to draw a table. */
  readonly tableOptions: () => Promise<TableRendererOptions>;
}

/** A format of a command: its purpose, and what prints it. */
export interface Format<O extends Options = Options> extends FormatTraits {
  /** Null for a format that cannot be named. */
  readonly name: FormatName | null;
  /** The record types that it can print; null for all that the command prints. */
  readonly tables: readonly RecordTable[] | null;
  /** Options that do not go with it, each with a suggestion of what to use instead, or null. */
  readonly excludes: Readonly<Record<string, string | null>>;
  readonly open: (output: Output<O>) => Renderer | Promise<Renderer>;
}

/** Declares a format. */
export function format<O extends Options = Options>(
  name: FormatName,
  open: Format<O>['open'],
  more: Partial<Pick<Format, 'tables' | 'excludes'>> = {},
): Format<O> {
  return { name, ...FORMAT_TRAITS[name], tables: null, excludes: {}, ...more, open };
}
