import type { ConnRow } from '../record/tables/conn.ts';
import type { CoverageRow } from '../record/tables/meta.ts';

/** What happened between two samples, as far as it is known. */
export interface CoverageInput {
  readonly time: string;
  readonly rows: Iterable<ConnRow>;
  /** Addresses of this machine: what goes from one to another goes over loopback. */
  readonly localAddresses: ReadonlySet<string>;
  /**
   * Bytes that all interfaces but loopback moved, both ways, from before the first sample of sockets to after the second;
   * null when there was one sample.
   */
  readonly interfaceBytes: number | null;
  /** Milliseconds between the samples. */
  readonly intervalMs: number | null;
  readonly droppedByReader: number;
  /** Packets of a capture that is under way; null without one. */
  readonly packets: { readonly captured: number; readonly dropped: number } | null;
}

/**
 * Says what a snapshot knows: sockets = attributed + unattributed_kernel + unattributed_denied + unattributed_unseen, and
 * interface_bytes = attributed_bytes + unattributed_bytes + unaccounted_bytes.
 */
export function measureCoverage(input: CoverageInput): CoverageRow {
  const seconds = input.intervalMs === null ? null : input.intervalMs / 1000;
  const by = { attributed: 0, kernel: 0, denied: 0, unseen: 0 };
  let attributedBytes = 0;
  let unattributedBytes = 0;
  for (const row of input.rows) {
    const kind = KINDS[row.attribution];
    by[kind]++;
    if (seconds === null || row.remote_addr === null || isLocal(row.remote_addr, input.localAddresses)) continue;
    const moved = ((row.rx_rate ?? 0) + (row.tx_rate ?? 0)) * seconds;
    if (kind === 'attributed') attributedBytes += moved;
    else unattributedBytes += moved;
  }
  const known = input.interfaceBytes !== null && seconds !== null;
  const attributed = Math.round(attributedBytes);
  const unattributed = Math.round(unattributedBytes);
  return {
    time: input.time,
    sockets: by.attributed + by.kernel + by.denied + by.unseen,
    attributed: by.attributed,
    unattributed_kernel: by.kernel,
    unattributed_denied: by.denied,
    unattributed_unseen: by.unseen,
    interface_bytes: input.interfaceBytes,
    attributed_bytes: known ? attributed : null,
    unattributed_bytes: known ? unattributed : null,
    unaccounted_bytes:
      input.interfaceBytes === null || !known ? null : input.interfaceBytes - attributed - unattributed,
    interval_ms: input.intervalMs === null ? null : Math.round(input.intervalMs),
    captured: input.packets?.captured ?? null,
    dropped_by_kernel: input.packets?.dropped ?? null,
    dropped_by_reader: input.droppedByReader,
  };
}

const KINDS = {
  'proc_fd exact': 'attributed',
  'proc_fd shared': 'attributed',
  'lsof exact': 'attributed',
  'ebpf exact': 'attributed',
  'ebpf shared': 'attributed',
  'none kernel': 'kernel',
  'none denied': 'denied',
  'none unseen': 'unseen',
  'none capture': 'unseen',
  'comment exact': 'attributed',
} as const;

function isLocal(address: string, own: ReadonlySet<string>): boolean {
  return address.startsWith('127.') || address === '::1' || own.has(address);
}
