import { parseIp } from '../../core/net/ip-address.ts';
import type { AnyRow, RecordTable, Snapshot } from '../../core/record/table.ts';
import type { Clock } from '../../core/system/clock.ts';
import { openReverseDns } from '../../platform/machine/reverse-dns.ts';

/** How long the first snapshot waits for names: they must not delay the output. */
const WAIT_MS = 1000;

/** The number of rows that wait; later rows have the names that are known by then. */
const MOST_WAITING = 10_000;

/** Fills the fields that hold the names of addresses. */
export interface HostNames {
  /**
   * The first rows wait a moment for their names; later rows have the names that are known by then, and so do rows of a
   * stream, which are made as they are read. `isWhole` says that the snapshot is one instant, not a part of one.
   */
  fill(snapshot: Snapshot, isWhole: boolean): Promise<Snapshot>;
  close(): void;
}

export async function openHostNames(clock: Clock): Promise<HostNames> {
  const names = await openReverseDns(clock);
  let isFirst = true;
  const hostOf = (address: unknown): string | null =>
    typeof address === 'string' && parseIp(address) !== null ? names.hostOf(address) : null;
  function* filled({ hosts }: RecordTable, rows: Iterable<AnyRow>): Iterable<AnyRow> {
    for (const row of rows) {
      const named: Record<string, unknown> = { ...row };
      for (const [host, address] of Object.entries(hosts)) named[host] = hostOf(row[address]);
      yield named;
    }
  }
  return {
    async fill(given, isWhole) {
      const waits = isFirst
        ? given.map((one) => (isWhole || Array.isArray(one.rows) ? lookAhead(one.rows) : null))
        : [];
      isFirst = false;
      const snapshot = given.map((one, at) => ({ ...one, rows: waits[at]?.all ?? one.rows }));
      for (const [at, { table }] of given.entries()) {
        for (const address of Object.values(table.hosts))
          for (const row of waits[at]?.first ?? []) hostOf(row[address]);
      }
      if (waits.some((one) => one !== null)) await names.settle(WAIT_MS);
      return snapshot.map((one) =>
        Object.keys(one.table.hosts).length > 0 ? { ...one, rows: filled(one.table, one.rows) } : one,
      );
    },
    close: names.close,
  };
}

/** The first rows, and all of them. */
function lookAhead(rows: Iterable<AnyRow>): { readonly first: readonly AnyRow[]; readonly all: Iterable<AnyRow> } {
  const first: AnyRow[] = [];
  const rest = rows[Symbol.iterator]();
  while (first.length < MOST_WAITING) {
    const next = rest.next();
    if (next.done === true) return { first, all: first };
    first.push(next.value);
  }
  return { first, all: joinRows(first, rest) };
}

function* joinRows(first: readonly AnyRow[], rest: Iterator<AnyRow>): Iterable<AnyRow> {
  yield* first;
  for (let next = rest.next(); next.done !== true; next = rest.next()) yield next.value;
}
