import { section } from '../record/table.ts';
import { type EndpointRow, endpoint } from '../record/tables/endpoint.ts';
import type { Packet } from '../wire/packet.ts';
import { AddressTable } from './address-table.ts';
import type { OpenStatistic } from './statistic.ts';

/** A forged source may be any, so they are bounded; packets of those beyond are counted for nobody. */
const MOST_ADDRESSES = 1_000_000;
const FIRST_ROOM = 1024;
/** Counts of one address: packets and bytes sent, packets and bytes received. */
const COLUMNS = 4;

const TOO_MANY = 'there were more than a million addresses';

/** What the addresses of the innermost IP header of each packet sent and received. */
export function openEndpoints(): OpenStatistic {
  const addresses = new AddressTable(MOST_ADDRESSES);
  let counts = new Float64Array(FIRST_ROOM * COLUMNS);
  let left = 0;

  /** Where the counts of the address are; -1 when there are too many. */
  const placeOf = (version: number, w0: number, w1: number, w2: number, w3: number): number => {
    const number = version === 4 ? addresses.numberOf(4, w0, 0, 0, 0) : addresses.numberOf(6, w0, w1, w2, w3);
    if (number < 0) left++;
    else if (number * COLUMNS >= counts.length) {
      const larger = new Float64Array(counts.length * 2);
      larger.set(counts);
      counts = larger;
    }
    return number * COLUMNS;
  };
  const bytesOf = (number: number): number => counts[number * COLUMNS + 1]! + counts[number * COLUMNS + 3]!;
  const rowOf = (number: number): EndpointRow => {
    const [txPackets, txBytes, rxPackets, rxBytes] = counts.subarray(number * COLUMNS, (number + 1) * COLUMNS);
    return {
      addr: addresses.text(number),
      packets: txPackets! + rxPackets!,
      bytes: txBytes! + rxBytes!,
      tx_packets: txPackets!,
      rx_packets: rxPackets!,
      tx_bytes: txBytes!,
      rx_bytes: rxBytes!,
      host: null,
      geo_country: null,
      geo_city: null,
      asn: null,
      as_org: null,
    };
  };
  function* rows(): Iterable<EndpointRow> {
    const order = Uint32Array.from({ length: addresses.size }, (_, number) => number);
    for (const number of order.sort((a, b) => bytesOf(b) - bytesOf(a) || a - b)) yield rowOf(number);
  }

  return {
    ingest({ ipVersion, src0, src1, src2, src3, dst0, dst1, dst2, dst3, length }: Packet): void {
      if (ipVersion === 0) return;
      const source = placeOf(ipVersion, src0, src1, src2, src3);
      if (source >= 0) {
        counts[source]!++;
        counts[source + 1]! += length;
      }
      const target = placeOf(ipVersion, dst0, dst1, dst2, dst3);
      if (target >= 0) {
        counts[target + 2]!++;
        counts[target + 3]! += length;
      }
    },
    sections: () => [section(endpoint, rows())],
    losses: () =>
      left === 0 ? [] : [{ what: 'packet', count: left, fate: 'of some address not counted', reason: TOO_MANY }],
  };
}
