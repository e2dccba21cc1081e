import type { IfaceRow } from '../record/tables/iface.ts';
import { type Change, changeOf, pairs } from './change.ts';
import { countedChange } from './counted.ts';

/** Facts whose null means unknown: then there is nothing to compare. */
const KNOWN = ['kind', 'state', 'mtu', 'mac', 'speed_mbps', 'duplex'] as const;
/** Facts whose null means none. */
const SET = ['master', 'parent', 'alias', 'default_route'] as const;
const LISTS = ['ipv4', 'ipv6', 'flags'] as const;
const COUNTERS = ['rx_errors', 'tx_errors', 'rx_dropped', 'tx_dropped', 'collisions'] as const;
/** Counters that grow with all traffic: one that fell says that all began anew. */
const TRAFFIC = ['rx_bytes', 'tx_bytes', 'rx_packets', 'tx_packets'] as const;

/** Interfaces that came and went; of the others, what is set of them, and their errors and drops. */
export function* interfaceChanges(
  before: readonly IfaceRow[],
  after: readonly IfaceRow[],
  restarted: boolean,
): Iterable<Change> {
  const byName = (rows: readonly IfaceRow[]) => new Map(rows.map((row) => [row.name, row]));
  for (const { key, before: earlier, after: later } of pairs(byName(before), byName(after))) {
    if (earlier !== null && later !== null) {
      yield* factChanges(earlier, later);
      yield* countChanges(earlier, later, restarted);
      continue;
    }
    const changed = changeOf(earlier && summaryOf(earlier), later && summaryOf(later));
    if (changed !== null) yield { what: 'iface', key, iface: key, ...changed };
  }
}

const summaryOf = ({ kind, state, ipv4, ipv6 }: IfaceRow): string => [kind, state, ...ipv4, ...ipv6].join(' ');

function* factChanges(before: IfaceRow, after: IfaceRow): Iterable<Change> {
  const { name } = after;
  const told = (field: keyof IfaceRow, earlier: string | null, later: string | null): readonly Change[] =>
    earlier === later
      ? []
      : [{ what: 'iface_fact', change: 'changed', key: name, iface: name, field, before: earlier, after: later }];
  for (const field of KNOWN)
    if (before[field] !== null && after[field] !== null)
      yield* told(field, String(before[field]), String(after[field]));
  for (const field of LISTS) yield* told(field, listOf(before[field]), listOf(after[field]));
  for (const field of SET) yield* told(field, before[field], after[field]);
}

/** The same in any order. */
const listOf = (values: readonly string[]): string => [...values].sort().join(', ');

function* countChanges(before: IfaceRow, after: IfaceRow, restarted: boolean): Iterable<Change> {
  const fell = TRAFFIC.some((field) => (after[field] ?? 0) < (before[field] ?? 0) && after[field] !== null);
  // one with the same name and another index is another one
  const begun = restarted || fell || before.index !== after.index;
  for (const field of COUNTERS) {
    const counted = countedChange(before[field], after[field], begun);
    if (counted !== null) yield { what: 'counter', key: after.name, iface: after.name, field, ...counted };
  }
}
