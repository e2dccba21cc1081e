import type { ChangeRow } from '../record/tables/change.ts';

/** A difference before it has its times; what is left out is null. */
export type Change = Pick<ChangeRow, 'what' | 'change' | 'key'> & Partial<ChangeRow>;

/** A value that is in one of two snapshots, or in both. */
export interface Pair<T> {
  readonly key: string;
  readonly before: T | null;
  readonly after: T | null;
}

/** Values of two snapshots by what they are known by: those of the first in their order, then the new ones. */
export function* pairs<T>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>): Iterable<Pair<T>> {
  for (const [key, value] of before) yield { key, before: value, after: after.get(key) ?? null };
  for (const [key, value] of after) if (!before.has(key)) yield { key, before: null, after: value };
}

/** Values in groups. */
export function grouped<T>(values: Iterable<T>, keyOf: (value: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}

/** Added, removed or changed, by the texts of both; null where they are the same. */
export function changeOf(
  before: string | null,
  after: string | null,
): Pick<Change, 'change' | 'before' | 'after'> | null {
  if (before === after) return null;
  return { change: before === null ? 'added' : after === null ? 'removed' : 'changed', before, after };
}
