import { section } from '../record/table.ts';
import { type EndpointRow, endpoint } from '../record/tables/endpoint.ts';
import type { Packet } from '../wire/packet.ts';
import { AddressTable } from './address-table.ts';
import type { OpenStatistic } from './statistic.ts';

/** A forged source may be any, so they are bounded; packets of those beyond are not counted. */
const MOST_ADDRESSES = 1_000_000;

/** What the addresses of the innermost IP header of each packet sent and received. */
export function openEndpoints(): OpenStatistic {
  const addresses = new AddressTable(MOST_ADDRESSES);
  const txPackets: number[] = [];
  const rxPackets: number[] = [];
  const txBytes: number[] = [];
  const rxBytes: number[] = [];

  const numberOf = (version: number, w0: number, w1: number, w2: number, w3: number): number => {
    const before = addresses.size;
    const number = version === 4 ? addresses.numberOf(4, w0, 0, 0, 0) : addresses.numberOf(6, w0, w1, w2, w3);
    if (addresses.size > before) for (const counts of [txPackets, rxPackets, txBytes, rxBytes]) counts.push(0);
    return number;
  };
  const rowOf = (number: number): EndpointRow => ({
    addr: addresses.text(number),
    packets: txPackets[number]! + rxPackets[number]!,
    bytes: txBytes[number]! + rxBytes[number]!,
    tx_packets: txPackets[number]!,
    rx_packets: rxPackets[number]!,
    tx_bytes: txBytes[number]!,
    rx_bytes: rxBytes[number]!,
    host: null,
  });

  return {
    ingest({ ipVersion, src0, src1, src2, src3, dst0, dst1, dst2, dst3, length }: Packet): void {
      if (ipVersion === 0) return;
      const source = numberOf(ipVersion, src0, src1, src2, src3);
      if (source >= 0) {
        txPackets[source]!++;
        txBytes[source]! += length;
      }
      const target = numberOf(ipVersion, dst0, dst1, dst2, dst3);
      if (target >= 0) {
        rxPackets[target]!++;
        rxBytes[target]! += length;
      }
    },
    sections() {
      const rows = Array.from({ length: addresses.size }, (_, number) => rowOf(number));
      return [
        section(
          endpoint,
          rows.sort((a, b) => b.bytes - a.bytes),
        ),
      ];
    },
  };
}
