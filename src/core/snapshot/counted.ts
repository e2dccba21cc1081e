import type { Change } from './change.ts';

/**
 * How a counter differs: by how much it grew, or that it began anew, which it did for certain when it fell, or when
 * what counts is known to have `begun` anew. Null where there is nothing to tell.
 */
export function countedChange(
  before: number | null,
  after: number | null,
  begun: boolean,
): Pick<Change, 'change' | 'before' | 'after' | 'delta'> | null {
  if (before === null || after === null) return null;
  const told = { before: String(before), after: String(after) };
  if (after < before || (begun && before > 0)) return { ...told, change: 'reset', delta: after };
  return after === before ? null : { ...told, change: 'increased', delta: after - before };
}
