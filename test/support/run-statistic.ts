import type { CaptureReader } from '../../src/core/capture/capture-reader.ts';
import { PktapOwners } from '../../src/core/packet/packet-owners.ts';
import { OPENERS } from '../../src/core/stats/all.ts';
import type { StatisticName } from '../../src/core/stats/names.ts';
import { REGISTRY } from '../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../src/core/wire/dissector.ts';
import { Packet } from '../../src/core/wire/packet.ts';
import { dissectFrame } from './wire.ts';

/** 2025-01-01. */
export const START = 1_735_689_600;

export interface StatisticFrame {
  readonly bytes: Uint8Array;
  /** After the start; a millisecond after the frame before unless told. NaN for none. */
  readonly milliseconds?: number;
  /** On the wire. */
  readonly length?: number;
  readonly linkType?: number;
}

/** The records of one statistic over frames. */
export function runStatistic<T = Record<string, unknown>>(
  name: StatisticName,
  frames: readonly (StatisticFrame | Uint8Array)[],
  bucketMs = 1000,
): readonly T[] {
  const statistic = OPENERS[name]({ bucketMs, owners: new PktapOwners() });
  const dissector = new Dissector(REGISTRY);
  const packet = new Packet();
  let clock = -1;
  for (const [index, given] of frames.entries()) {
    const {
      bytes,
      milliseconds = clock + 1,
      length,
      linkType,
    } = given instanceof Uint8Array ? { bytes: given } : given;
    if (!Number.isNaN(milliseconds)) clock = milliseconds;
    const seconds = START + Math.floor(milliseconds / 1000);
    const nanoseconds = Math.round((milliseconds - 1000 * Math.floor(milliseconds / 1000)) * 1e6);
    dissectFrame(bytes, linkType, dissector, { packet, seconds, nanoseconds, length: length ?? bytes.length });
    packet.number = index + 1;
    statistic.ingest?.(packet);
  }
  dissector.end(packet, () => statistic.ingestHeld?.(packet));
  const reader = { format: 'pcap', interfaces: [], problems: [] } as unknown as CaptureReader;
  return statistic.sections({ dissector, reader, file: 'x.pcap' }).flatMap(({ rows }) => [...rows] as T[]);
}
