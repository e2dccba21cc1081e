import { describe, expect, test } from 'vitest';
import { tcpFrame } from '../../support/frames.ts';
import { runStatistic, type StatisticFrame } from '../../support/run-statistic.ts';
import { toolIsMissing } from '../../support/tool.ts';
import { tsharkFields } from '../../support/tshark.ts';

const CLIENT = [10, 0, 0, 1];
const SERVER = [10, 0, 0, 2];

/** The three segments of a handshake at these times; null for one that was not captured. */
function handshake(port: number, [syn, synAck, ack]: readonly (number | null)[]): StatisticFrame[] {
  const ends = { srcPort: port, dstPort: 443 };
  const back = { from: SERVER, to: CLIENT, srcPort: 443, dstPort: port };
  const frames: [number | null | undefined, Uint8Array][] = [
    [syn, tcpFrame({ ...ends, flags: 2, seq: 100 })],
    [synAck, tcpFrame({ ...back, flags: 0x12, seq: 500, ack: 101 })],
    [ack, tcpFrame({ ...ends, flags: 0x10, seq: 101, ack: 501 })],
  ];
  return frames.flatMap(([milliseconds, bytes]) => (milliseconds == null ? [] : [{ bytes, milliseconds }]));
}

interface Row {
  readonly bucket?: string;
  readonly [field: string]: unknown;
}
const rowsOf = (frames: readonly StatisticFrame[]) => {
  const rows = runStatistic<Row>('handshakes', frames);
  return {
    each: rows.filter(({ bucket }) => bucket === undefined),
    spread: rows.filter(({ bucket }) => bucket !== undefined),
  };
};

test('to the SYN-ACK, from there to the ACK, and both', () => {
  expect(rowsOf(handshake(4000, [1, 21.5, 22])).each).toEqual([
    {
      time: '2025-01-01T00:00:00.001000Z',
      stream: 0,
      client_addr: '10.0.0.1',
      client_port: 4000,
      server_addr: '10.0.0.2',
      server_port: 443,
      syn_synack_ms: 20.5,
      synack_ack_ms: 0.5,
      total_ms: 21,
    },
  ]);
});

describe('what was not captured is not told', () => {
  test.each<[string, readonly (number | null)[], object]>([
    ['no answer', [1, null, null], { syn_synack_ms: null, synack_ack_ms: null, total_ms: null }],
    ['no ACK', [1, 5, null], { syn_synack_ms: 4, synack_ack_ms: null, total_ms: null }],
    ['a clock that goes back', [9, 5, 10], { syn_synack_ms: null, synack_ack_ms: 5 }],
  ])('%s', (_what, times, expected) => {
    expect(rowsOf(handshake(4000, times)).each).toMatchObject([expected]);
  });

  test('a connection that was there before has no handshake', () => {
    expect(rowsOf(handshake(4000, [null, null, 3])).each).toEqual([]);
  });
});

describe('a SYN sent again', () => {
  const [syn, ...rest] = handshake(4000, [0, 1030, 1031]);
  const frames = [syn!, { ...syn!, milliseconds: 1000 }, ...rest];

  test('counts from the last', () => {
    expect(rowsOf(frames).each).toMatchObject([{ total_ms: 31 }]);
  });

  test.skipIf(toolIsMissing('tshark'))('as in tshark', () => {
    expect(tsharkFields(frames, ['tcp.analysis.initial_rtt']).at(-1)).toBe('0.031000000');
  });
});

describe('the seven spans, and all', () => {
  const spans = (totals: readonly number[]) =>
    rowsOf(totals.flatMap((total, index) => handshake(4000 + index, [0, total / 2, total]))).spread;

  test('each holds its lower end, not its upper', () => {
    const counts = spans([0.999, 1, 4.999, 5, 9.999, 10, 49.999, 50, 99.999, 100, 499.999, 500, 9000]).map(
      ({ bucket, from_ms, to_ms, count }) => [bucket, from_ms, to_ms, count],
    );
    expect(counts).toEqual([
      ['<1ms', 0, 1, 1],
      ['1-5ms', 1, 5, 2],
      ['5-10ms', 5, 10, 2],
      ['10-50ms', 10, 50, 2],
      ['50-100ms', 50, 100, 2],
      ['100-500ms', 100, 500, 2],
      ['>500ms', 500, null, 2],
      ['all', null, null, 13],
    ]);
  });

  test('with shares, least, mean, median, 95th percentile and most', () => {
    const totals = Array.from({ length: 20 }, (_, index) => index + 11);
    const rows = spans(totals);
    expect(rows.at(-1)).toMatchObject({
      count: 20,
      pct: 100,
      min_ms: 11,
      avg_ms: 20.5,
      median_ms: 20,
      p95_ms: 29,
      max_ms: 30,
    });
    expect(rows[3]).toMatchObject({ bucket: '10-50ms', count: 20, pct: 100, max_ms: 30 });
    expect(rows[0]).toMatchObject({
      count: 0,
      pct: 0,
      min_ms: null,
      avg_ms: null,
      median_ms: null,
      p95_ms: null,
      max_ms: null,
      bar: '',
    });
    expect(String(rows.at(-1)!.bar)).toHaveLength(30);
  });

  test('shares are of those that were completed', () => {
    const rows = rowsOf([
      ...handshake(4000, [0, 1, 2]),
      ...handshake(4001, [0, null, null]),
      ...handshake(4002, [0, 10, 20]),
    ]);
    expect(rows.spread.map(({ pct }) => pct)).toEqual([0, 50, 0, 50, 0, 0, 0, 100]);
  });

  test('of nothing', () => {
    expect(spans([]).every(({ count, pct, avg_ms }) => count === 0 && pct === 0 && avg_ms === null)).toBe(true);
  });
});
