import { parseIp } from '../core/net/ip-address.ts';
import type { AnyRow, RecordTable, Snapshot } from '../core/record/table.ts';
import { openReverseDns } from '../platform/reverse-dns.ts';

/** How long the first snapshot waits for names: they must not hold up the output. */
const WAIT_MS = 1000;

/** Fills the fields for names of addresses. */
export interface HostNames {
  /**
   * The first rows wait a moment for their names; those that come later have the names that are known by then, and so have
   * rows of a stream that are made as they are read. `isWhole` says that the snapshot is one instant, not a part of one.
   */
  fill(snapshot: Snapshot, isWhole: boolean): Promise<Snapshot>;
  close(): void;
}

export async function openHostNames(): Promise<HostNames> {
  const names = await openReverseDns();
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
      const snapshot = isFirst && isWhole ? given.map((one) => ({ ...one, rows: [...one.rows] })) : given;
      const here = isFirst ? snapshot.filter(({ rows }) => Array.isArray(rows)) : [];
      isFirst = false;
      for (const { table, rows } of here) {
        for (const address of Object.values(table.hosts)) for (const row of rows) hostOf(row[address]);
      }
      if (here.length > 0) await names.settle(WAIT_MS);
      return snapshot.map((one) =>
        Object.keys(one.table.hosts).length > 0 ? { ...one, rows: filled(one.table, one.rows) } : one,
      );
    },
    close: names.close,
  };
}
