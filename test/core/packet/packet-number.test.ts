import { expect, test } from 'vitest';
import { PACKET_NUMBERS } from '../../../src/core/packet/packet-number.ts';
import { tcpFrame, udpFrame } from '../../support/frames.ts';
import { dissectFrame, hex } from '../../support/wire.ts';

const ARP = hex('ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002');
const packets = [
  dissectFrame(udpFrame({ srcPort: 1000, dstPort: 2000 }, [1, 2, 3]), 1, undefined, { length: 99 }),
  dissectFrame(tcpFrame({ srcPort: 3000, dstPort: 4000, flags: 2 })),
  dissectFrame(ARP),
];

test.each<[string, readonly (readonly number[])[]]>([
  [
    'port',
    [
      [1000, 2000],
      [3000, 4000],
      [-1, -1],
    ],
  ],
  ['src_port', [[1000], [3000], [-1]]],
  ['dst_port', [[2000], [4000], [-1]]],
  ['stream', [[0], [0], [-1]]],
  ['number', [[1], [2], [3]]],
  ['frame.number', [[1], [2], [3]]],
  ['length', [[99], [54], [42]]],
  ['frame.len', [[99], [54], [42]]],
  ['captured', [[45], [54], [42]]],
  ['frame.cap_len', [[45], [54], [42]]],
  ['payload_bytes', [[3], [0], [-1]]],
])('%s', (name, expected) => {
  for (const [index, packet] of packets.entries()) packet.number = index + 1;
  const { read } = PACKET_NUMBERS.get(name)!;
  expect(packets.map((packet) => read.map((of) => of(packet)))).toEqual(expected);
});
