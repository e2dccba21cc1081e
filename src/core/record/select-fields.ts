import { usageError } from '../failure.ts';
import { didYouMean } from '../suggest.ts';
import { fieldNamed, fieldNames, type RecordTable } from './table.ts';

/** The fields shown when none are named. */
export function visibleFields(table: RecordTable, repeating: boolean, hosts = false): readonly string[] {
  const visible = Object.entries(table.fields)
    .filter(([, field]) => field.shown === 'always' || (repeating && field.shown === 'repeating'))
    .map(([name]) => name);
  if (!hosts) return visible;
  const named = new Map(Object.entries(table.hosts).map(([host, address]) => [address, host]));
  return visible.flatMap((name) => [name, ...(named.has(name) ? [named.get(name)!] : [])]);
}

/** The fields named, each known; `all` stands for every one that JSON prints. Throws Failure 64 that points at the unknown one. */
export function namedFields(table: RecordTable, names: readonly string[]): readonly string[] {
  const chosen = names.flatMap((name) => (name === 'all' ? Object.keys(table.fields) : [name]));
  for (const name of chosen) requireField(table, name, names.join(','));
  return [...new Set(chosen)];
}

/** Throws Failure 64 that points at `name` within `typed` unless the table has such a field. */
export function requireField(table: RecordTable, name: string, typed: string): void {
  if (fieldNamed(table, name) !== undefined) return;
  const list = `netwatch fields ${table.type} lists them`;
  const hint = didYouMean(name, fieldNames(table), '');
  throw usageError(`unknown field "${name}" of ${table.type}`, {
    hint: `${hint} ${list}`.trimStart(),
    place: { text: typed, column: Math.max(0, `,${typed}`.indexOf(`,${name}`)), length: Math.max(1, name.length) },
  });
}
