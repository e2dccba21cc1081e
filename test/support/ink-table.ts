import { createRequire, Module } from 'node:module';
import * as ink from 'ink';
import type { ComponentType } from 'react';

/** What a table shows: rows in `data`, each with the `columns` named here, or all of its own. */
export interface InkTableProps {
  readonly data: readonly Readonly<Record<string, string | number>>[];
  readonly columns?: readonly string[];
  readonly padding?: number;
  readonly cell?: ComponentType<{ readonly column: number; readonly children?: string }>;
}

/**
 * ink-table 3.1 is CommonJS and requires ink, an ES module with top-level await that require refuses. So the ink that
 * is imported already is put where require looks first.
 */
export function loadInkTable(): ComponentType<InkTableProps> {
  const require = createRequire(import.meta.url);
  const file = require.resolve('ink');
  const loaded = new Module(file);
  loaded.exports = ink;
  loaded.loaded = true;
  require.cache[file] = loaded;
  return require('ink-table').default;
}
