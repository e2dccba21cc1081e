import type { Instant } from '../core/connection/conn-row.ts';
import { measureCoverage } from '../core/connection/coverage.ts';
import type { ConnRow } from '../core/record/tables/conn.ts';
import type { CoverageRow } from '../core/record/tables/meta.ts';
import type { Platform } from '../platform/platform.ts';

/** Bytes that all interfaces but loopback have moved, and when that was read. */
export interface InterfaceBytes {
  readonly bytes: number;
  readonly at: Instant;
}

/** Reads the counters of all interfaces. */
export async function readInterfaceBytes(platform: Platform, at: Instant): Promise<InterfaceBytes> {
  const { rows } = await platform.readInterfaces();
  const bytes = rows
    .filter((row) => row.kind !== 'loopback')
    .reduce((sum, row) => sum + (row.rx_bytes ?? 0) + (row.tx_bytes ?? 0), 0);
  return { bytes, at };
}

/** The coverage record between two readings of the counters; `before` is null when there was one. */
export function coverageRow(
  rows: Iterable<ConnRow>,
  before: InterfaceBytes | null,
  now: InterfaceBytes,
  missed: number,
): CoverageRow {
  return measureCoverage({
    time: now.at.time,
    rows,
    interfaceBytes: before === null ? null : now.bytes - before.bytes,
    intervalMs: before === null ? null : now.at.monotonicMs - before.at.monotonicMs,
    droppedByReader: missed,
  });
}
