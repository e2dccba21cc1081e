import { expect, test } from 'vitest';
import { DnsKey } from '../../../src/core/stats/dns-key.ts';
import { DnsRowBlock, sizeOfRow } from '../../../src/core/stats/dns-row-block.ts';
import { DnsParts } from '../../../src/core/wire/app/dns/dns-parts.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { hex } from '../../support/wire.ts';

const QUERY = hex('0007 0100 0001 0000 0000 0000 0161 00 0001 0001');
const ANSWER = hex('0007 8183 0001 0001 0000 0000 0161 00 0001 0001 c00c 0001 0001 0000003c 0004 01020304');

/** The message, read to its end. */
function partsOf(message: Uint8Array): DnsParts {
  const parts = new DnsParts();
  parts.read(message, 0, message.length);
  while (parts.nextAnswer());
  return parts;
}

test('a row of a query grows by what its answer brings, wherever others lie between', () => {
  const packet = Object.assign(new Packet(), { seconds: 1, nanoseconds: 0, ipVersion: 4, number: 9 });
  const query = partsOf(QUERY);
  const key = new DnsKey();
  key.set(packet, true, 0, query, 0xffff);
  // columns, two addresses of IPv4, a name
  expect(sizeOfRow(key, query)).toBe(61 + 8 + 3);
  const block = new DnsRowBlock(null);
  for (const index of [0, 1]) {
    block.begin(packet, true, sizeOfRow(key, query));
    block.set(index, packet, key, query, 0);
  }
  expect(block.answer(0, partsOf(ANSWER), 5e6)).toBe(6 + 4);
  expect(block.rowOf(0)).toMatchObject({ rcode: 'NXDOMAIN', answers: ['1.2.3.4'], latency_ms: 5, packet: 9 });
  expect(block.rowOf(1)).toMatchObject({ rcode: null, name: 'a', qtype: 'A', answers: [], client: '0.0.0.0' });
});
