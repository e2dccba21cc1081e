import { formatIpv4, formatIpv6 } from '../net/ip-address.ts';
import { section } from '../record/table.ts';
import { type EndpointRow, endpoint } from '../record/tables/endpoint.ts';
import type { Packet } from '../wire/packet.ts';
import type { OpenStatistic } from './statistic.ts';

/** What one address sent and received. */
class Counts {
  txPackets = 0;
  rxPackets = 0;
  txBytes = 0;
  rxBytes = 0;
}

/** Addresses of the innermost IP header of each packet. A forged source may be any, so they are bounded. */
const MOST_ADDRESSES = 1_000_000;

export function openEndpoints(): OpenStatistic {
  const v4 = new Map<number, Counts>();
  /** By the first 32 bits, then by text of the rest: IPv6 needs a key, and most packets repeat one. */
  const v6 = new Map<string, Counts>();
  const scratch = new Uint8Array(16);
  const words = new DataView(scratch.buffer);
  const nowhere = new Counts();

  const countsOf = <K>(map: Map<K, Counts>, key: K): Counts => {
    let counts = map.get(key);
    if (counts === undefined) {
      if (v4.size + v6.size >= MOST_ADDRESSES) return nowhere;
      counts = new Counts();
      map.set(key, counts);
    }
    return counts;
  };
  const ipv6 = (w0: number, w1: number, w2: number, w3: number): string => {
    words.setInt32(0, w0);
    words.setInt32(4, w1);
    words.setInt32(8, w2);
    words.setInt32(12, w3);
    return formatIpv6(scratch);
  };

  return {
    ingest(packet: Packet): void {
      let source: Counts;
      let target: Counts;
      if (packet.ipVersion === 4) {
        source = countsOf(v4, packet.src0);
        target = countsOf(v4, packet.dst0);
      } else if (packet.ipVersion === 6) {
        source = countsOf(v6, ipv6(packet.src0, packet.src1, packet.src2, packet.src3));
        target = countsOf(v6, ipv6(packet.dst0, packet.dst1, packet.dst2, packet.dst3));
      } else return;
      source.txPackets++;
      source.txBytes += packet.length;
      target.rxPackets++;
      target.rxBytes += packet.length;
    },
    sections() {
      const all: EndpointRow[] = [];
      for (const [address, counts] of v4) all.push(rowOf(formatIpv4(address), counts));
      for (const [address, counts] of v6) all.push(rowOf(address, counts));
      return [
        section(
          endpoint,
          all.sort((a, b) => b.bytes - a.bytes),
        ),
      ];
    },
  };
}

function rowOf(addr: string, { txPackets, rxPackets, txBytes, rxBytes }: Counts): EndpointRow {
  return {
    addr,
    packets: txPackets + rxPackets,
    bytes: txBytes + rxBytes,
    tx_packets: txPackets,
    rx_packets: rxPackets,
    tx_bytes: txBytes,
    rx_bytes: rxBytes,
  };
}
