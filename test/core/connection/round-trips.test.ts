import { expect, test } from 'vitest';
import { RoundTrips } from '../../../src/core/connection/round-trips.ts';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import type { Flow } from '../../../src/core/wire/flow.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { tcpFrame } from '../../support/frames.ts';
import { dissectFrame } from '../../support/wire.ts';

const [SYN, RST, PSH, ACK] = [2, 4, 8, 16];
type Step = readonly [millis: number, side: 'a' | 'b', flags: number, seq: number, ack: number, bytes?: number];

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
    trips.ingest(dissectFrame(frame, 1, dissector, { packet, nanoseconds: millis * 1e6 }));
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
