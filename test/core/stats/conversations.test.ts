import { describe, expect, test } from 'vitest';
import { streamRow } from '../../../src/core/stream/stream-row.ts';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { tcpFrame, udpFrame } from '../../support/frames.ts';
import { ethernet, ipv6, udp } from '../../support/headers.ts';
import { runStatistic, START } from '../../support/run-statistic.ts';
import { dissectFrame } from '../../support/wire.ts';

const FRAMES: Readonly<Record<string, Uint8Array>> = {
  udp: udpFrame({ srcPort: 40_000, dstPort: 9999 }, [1, 2, 3]),
  'udp over IPv6': Uint8Array.from(ethernet(0x86dd, ipv6(17, udp(40_000, 9999, [1, 2, 3])))),
  tcp: tcpFrame({ srcPort: 40_000, dstPort: 9999, flags: 0x10, seq: 1 }),
};

const NOTHING = { bytes: 0, gaps: 0, missing: 0, heldBytes: 0 };

/** First, last and duration of one flow whose packets come at these milliseconds; NaN for no time. */
function timesOf(bytes: Uint8Array, milliseconds: readonly number[]): unknown[] {
  const [row, ...others] = runStatistic(
    'conversations',
    milliseconds.map((at) => ({ bytes, milliseconds: at })),
  );
  expect(others).toEqual([]);
  const dissector = new Dissector(REGISTRY);
  for (const at of milliseconds) {
    const seconds = Math.floor(at / 1000);
    dissectFrame(bytes, 1, dissector, { seconds: START + seconds, nanoseconds: (at - 1000 * seconds) * 1e6 });
  }
  const stream = streamRow(dissector.flows.flows[0]!, [NOTHING, NOTHING], null, null);
  const { first, last, duration_s } = row!;
  expect([stream.first, stream.last, stream.duration_s]).toEqual([first, last, duration_s]);
  return [first, last, duration_s];
}

describe.each(Object.entries(FRAMES))('the least and the greatest time of a flow: %s', (_what, bytes) => {
  test.each([
    [[10_000, 0]],
    [[5000, 10_000, 0]],
    [[0, 10_000, 5000]],
    [[10_000, 5000, 0]],
    [[5000, 0, 10_000]],
    [[Number.NaN, 10_000, 0]],
    [[10_000, Number.NaN, 0]],
    [[Number.NaN, Number.NaN, 0, 10_000, Number.NaN]],
  ])('%j', (milliseconds) => {
    expect(timesOf(bytes, milliseconds)).toEqual(['2025-01-01T00:00:00.000000Z', '2025-01-01T00:00:10.000000Z', 10]);
  });

  test('parts of a second', () => {
    expect(timesOf(bytes, [999.5, 999, 999.25])).toEqual([
      '2025-01-01T00:00:00.999000Z',
      '2025-01-01T00:00:00.999500Z',
      0.0005,
    ]);
  });

  test('none has a time', () => {
    expect(timesOf(bytes, [Number.NaN, Number.NaN])).toEqual([null, null, null]);
  });
});
