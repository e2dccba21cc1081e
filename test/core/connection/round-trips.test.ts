import { expect, test } from 'vitest';
import { RoundTrips } from '../../../src/core/connection/round-trips.ts';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import type { Flow } from '../../../src/core/wire/flow.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { tcpFrame, udpFrame } from '../../support/frames.ts';
import { dissectFrame, hex } from '../../support/wire.ts';

const [FIN, SYN, RST, PSH, ACK] = [1, 2, 4, 8, 16];
type Step = readonly [millis: number, side: 'a' | 'b', flags: number, seq: number, ack: number, bytes?: number];

/** Seconds and nanoseconds of the clock, which is near the end of a second at the start. */
const timeOf = (millis: number) => ({
  seconds: 7 + Math.floor((millis + 990) / 1000),
  nanoseconds: ((millis + 990) % 1000) * 1e6,
});

function measured(steps: readonly Step[]): readonly (readonly [number, number, number] | null)[] {
  const dissector = new Dissector(REGISTRY);
  const packet = new Packet();
  const trips = new RoundTrips();
  let flow: Flow | null = null;
  for (const [millis, side, flags, seq, ack, bytes = 0] of steps) {
    const [srcPort, dstPort] = side === 'a' ? [40_000, 80] : [80, 40_000];
    const [from, to] =
      side === 'a'
        ? [
            [10, 0, 0, 1],
            [10, 0, 0, 2],
          ]
        : [
            [10, 0, 0, 2],
            [10, 0, 0, 1],
          ];
    const frame = tcpFrame({ from, to, srcPort, dstPort, flags, seq, ack }, new Array(bytes).fill(0));
    trips.ingest(dissectFrame(frame, 1, dissector, { packet, ...timeOf(millis) }));
    flow = packet.flow;
  }
  return (['a', 'b'] as const).map((side) => {
    const trip = trips.of(flow!, side);
    return trip === null ? null : [trip.smoothedMs, trip.deviationMs, trip.minMs];
  });
}

const HANDSHAKE: readonly Step[] = [
  [0, 'a', SYN, 0xffff_fff0, 0],
  [10, 'b', SYN | ACK, 500, 0xffff_fff1],
  [12, 'a', ACK, 0xffff_fff1, 501],
];

test('a handshake is the first round trip of either side', () => {
  expect(measured(HANDSHAKE)).toEqual([
    [10, 5, 10],
    [2, 1, 2],
  ]);
});

test('data is timed to the acknowledgement that covers it, past the end of sequence numbers too', () => {
  const [a] = measured([
    ...HANDSHAKE,
    [20, 'a', PSH | ACK, 0xffff_fff1, 501, 100],
    [21, 'a', PSH | ACK, 85, 501, 100],
    [22, 'b', ACK, 501, 0xffff_fff2], // not all of it
    [38, 'b', ACK, 501, 185],
  ]);
  expect(a).toEqual([10 + 8 / 8, 5 + (8 - 5) / 4, 10]);
});

test('what is sent again is not timed', () => {
  const [a] = measured([
    ...HANDSHAKE,
    [20, 'a', PSH | ACK, 0xffff_fff1, 501, 100],
    [50, 'a', PSH | ACK, 0xffff_fff1, 501, 100],
    [51, 'b', ACK, 501, 85],
  ]);
  expect(a).toEqual([10, 5, 10]);
});

test('without an answer, or with a refusal, there is none', () => {
  expect(measured(HANDSHAKE.slice(0, 1))).toEqual([null, null]);
  expect(measured([HANDSHAKE[0]!, [5, 'b', RST | ACK, 0, 0xffff_fff1]])).toEqual([null, null]);
});

test('a clock that was set back measures nothing', () => {
  expect(
    measured([
      [100, 'a', SYN, 1, 0],
      [10, 'b', SYN | ACK, 500, 2],
    ]),
  ).toEqual([null, null]);
});

const SENT: Step = [20, 'a', PSH | ACK, 0xffff_fff1, 501, 100];

test.each<[string, readonly Step[], readonly [number, number, number]]>([
  [
    'FIN is acknowledged too',
    [
      [20, 'a', FIN | ACK, 0xffff_fff1, 501],
      [22, 'b', ACK, 501, 0xffff_fff2],
    ],
    [9, 5.75, 2],
  ],
  [
    'the least is kept',
    [SENT, [22, 'b', ACK, 501, 85], [30, 'a', ACK, 85, 501, 1], [39, 'b', ACK, 501, 86]],
    [9, 4.3125, 2],
  ],
  ['one that is as long as the least', [SENT, [30, 'b', ACK, 501, 85]], [10, 3.75, 10]],
  ['no time at all is a time', [SENT, [20, 'b', ACK, 501, 85]], [8.75, 6.25, 0]],
  ['one byte less is not all of it', [SENT, [22, 'b', ACK, 501, 84]], [10, 5, 10]],
  ['more than it is all of it', [SENT, [22, 'b', ACK, 501, 86]], [9, 5.75, 2]],
  ['the second acknowledgement is of nothing', [SENT, [22, 'b', ACK, 501, 85], [90, 'b', ACK, 501, 85]], [9, 5.75, 2]],
  ['without the flag it acknowledges nothing', [SENT, [22, 'b', PSH, 501, 85]], [10, 5, 10]],
  ['what is sent by the same side acknowledges nothing of it', [SENT, [22, 'a', ACK, 85, 85]], [10, 5, 10]],
  [
    'the first of two is timed, also when the second is sent again',
    [SENT, [21, 'a', ACK, 85, 501, 10], [23, 'a', ACK, 85, 501, 10], [28, 'b', ACK, 501, 95]],
    [9.75, 4.25, 8],
  ],
  [
    'a part sent again is not timed, the next is',
    [SENT, [30, 'a', ACK, 84, 501, 1], [31, 'b', ACK, 501, 85], [40, 'a', ACK, 85, 501, 1], [58, 'b', ACK, 501, 86]],
    [11, 5.75, 10],
  ],
  ['a refusal measures nothing', [SENT, [22, 'b', RST | ACK, 501, 85]], [10, 5, 10]],
])('%s', (_what, steps, expected) => {
  expect(measured([...HANDSHAKE, ...steps])[0]).toEqual(expected);
});

test('packets without a connection measure nothing, and what is forgotten is not known', () => {
  const trips = new RoundTrips();
  trips.ingest(
    dissectFrame(
      hex('ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002'),
    ),
  );
  const datagram = dissectFrame(udpFrame({ srcPort: 1000, dstPort: 2000 }, [1]));
  trips.ingest(datagram);
  expect(trips.of(datagram.flow!, 'a')).toBeNull();
  const dissector = new Dissector(REGISTRY);
  const syn = dissectFrame(tcpFrame({ srcPort: 1, dstPort: 2, flags: SYN }), 1, dissector);
  trips.ingest(syn);
  const back = { from: [10, 0, 0, 2], to: [10, 0, 0, 1], srcPort: 2, dstPort: 1 };
  trips.ingest(dissectFrame(tcpFrame({ ...back, flags: SYN | ACK, ack: 1 }), 1, dissector, { seconds: 1 }));
  expect(trips.of(syn.flow!, 'a')).toMatchObject({ smoothedMs: 1000, deviationMs: 500, minMs: 1000 });
  trips.forget(syn.flow!);
  expect(trips.of(syn.flow!, 'a')).toBeNull();
});
