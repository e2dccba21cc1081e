import type { Instant } from '../instant.ts';
import type { IfaceRow } from '../record/tables/iface.ts';

/** An interface without what is added later: the time, rates, which need two samples, and what databases say. */
export type InterfaceSample = Omit<
  IfaceRow,
  'time' | 'rx_rate' | 'tx_rate' | 'rx_packet_rate' | 'tx_packet_rate' | 'vendor'
>;

/** Interface counters and times in, `iface` records with rates out. */
export interface InterfaceRates {
  ingest(samples: readonly InterfaceSample[], at: Instant): IfaceRow[];
}

/** Opens the engine. A rate is null on the first sample, and where a counter went backwards (the device was made anew). */
export function openInterfaceRates(): InterfaceRates {
  let before = new Map<number, InterfaceSample>();
  let lastMs: number | null = null;
  return {
    ingest(samples, at) {
      const seconds = lastMs === null ? 0 : (at.monotonicMs - lastMs) / 1000;
      const rows = samples.map((sample) => rowOf(sample, before.get(sample.index), seconds, at.time));
      before = new Map(samples.map((sample) => [sample.index, sample]));
      lastMs = at.monotonicMs;
      return rows;
    },
  };
}

function rowOf(sample: InterfaceSample, last: InterfaceSample | undefined, seconds: number, time: string): IfaceRow {
  const rate = (counter: 'rx_bytes' | 'tx_bytes' | 'rx_packets' | 'tx_packets'): number | null => {
    const value = sample[counter];
    const previous = last?.[counter] ?? null;
    if (value === null || previous === null || seconds <= 0 || value < previous) return null;
    return Math.round(((value - previous) / seconds) * 10) / 10;
  };
  return {
    time,
    name: sample.name,
    index: sample.index,
    kind: sample.kind,
    state: sample.state,
    ipv4: sample.ipv4,
    ipv6: sample.ipv6,
    mac: sample.mac,
    mtu: sample.mtu,
    speed_mbps: sample.speed_mbps,
    duplex: sample.duplex,
    rx_bytes: sample.rx_bytes,
    tx_bytes: sample.tx_bytes,
    rx_packets: sample.rx_packets,
    tx_packets: sample.tx_packets,
    rx_errors: sample.rx_errors,
    tx_errors: sample.tx_errors,
    rx_dropped: sample.rx_dropped,
    tx_dropped: sample.tx_dropped,
    collisions: sample.collisions,
    multicast: sample.multicast,
    rx_rate: rate('rx_bytes'),
    tx_rate: rate('tx_bytes'),
    rx_packet_rate: rate('rx_packets'),
    tx_packet_rate: rate('tx_packets'),
    flags: sample.flags,
    master: sample.master,
    parent: sample.parent,
    alias: sample.alias,
    default_route: sample.default_route,
    vendor: null,
  };
}
