import type { Instant } from '../instant.ts';
import type { ConnRow } from '../record/tables/conn.ts';
import type { CoverageRow } from '../record/tables/meta.ts';
import { type CoverageInput, measureCoverage } from '../socket/coverage.ts';
import type { Platform } from '../system/platform.ts';

/** What all interfaces except loopback had moved just before sockets were sampled. */
interface Start {
  readonly bytes: number;
  readonly at: Instant;
}

/**
 * Measures coverage from sample to sample. The interface counters are read before the first sample of a pair and after
 * its second, so that what the sockets moved is part of what the interfaces moved.
 */
export interface CoverageMeter {
  beforeSample(at: Instant): Promise<void>;
  row(rows: Iterable<ConnRow>, droppedByReader: number, packets: CoverageInput['packets']): Promise<CoverageRow>;
}

export function openCoverageMeter(platform: Platform): CoverageMeter {
  let previous: Start | null = null;
  let current: Start | null = null;
  return {
    async beforeSample(at) {
      previous = current;
      current = { bytes: (await readInterfaces(platform)).bytes, at };
    },
    async row(rows, droppedByReader, packets) {
      const { bytes, addresses } = await readInterfaces(platform);
      return measureCoverage({
        time: current?.at.time ?? '',
        rows,
        localAddresses: addresses,
        interfaceBytes: previous === null ? null : bytes - previous.bytes,
        intervalMs: previous === null || current === null ? null : current.at.monotonicMs - previous.at.monotonicMs,
        droppedByReader,
        packets,
      });
    },
  };
}

async function readInterfaces(platform: Platform): Promise<{ bytes: number; addresses: ReadonlySet<string> }> {
  const { rows } = await platform.readInterfaces();
  const bytes = rows
    .filter((row) => row.kind !== 'loopback')
    .reduce((sum, row) => sum + (row.rx_bytes ?? 0) + (row.tx_bytes ?? 0), 0);
  const addresses = rows.flatMap((row) => [...row.ipv4, ...row.ipv6]).map((prefix) => prefix.split('/', 1)[0] ?? '');
  return { bytes, addresses: new Set(addresses) };
}
