import type { CounterRow } from '../record/tables/counter.ts';
import type { Change } from './change.ts';
import { countedChange } from './counted.ts';

/** Counters of what went wrong, by their names; the others count traffic and always differ. */
const FAULTS = /Err|Drop|Discard|Fail|Overflow|Prune|NoRoute|NoMem|Csum/i;

/** Errors and drops that the kernel counted meanwhile. */
export function* counterChanges(
  before: readonly CounterRow[],
  after: readonly CounterRow[],
  restarted: boolean,
): Iterable<Change> {
  const earlier = new Map(before.map(({ name, value }) => [name, value]));
  for (const { name, value } of after) {
    if (!FAULTS.test(name)) continue;
    const counted = countedChange(earlier.get(name) ?? null, value, restarted);
    if (counted !== null) yield { what: 'counter', key: name, field: name, ...counted };
  }
}
