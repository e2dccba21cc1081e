import { describe, expect, test } from 'vitest';
import { tcpFrame } from '../../support/frames.ts';
import { runStatistic, type StatisticFrame } from '../../support/run-statistic.ts';
import { tcpScript } from '../../support/tcp-script.ts';
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
      outcome: 'complete',
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

describe('a connection is one only with SYN, SYN-ACK and ACK', () => {
  /** One connection a script, each at a port of its own, with what its row says. */
  const NEITHER = [null, null, null];
  const SCRIPTS: Readonly<
    Record<string, readonly [script: string, times: readonly (number | null)[], outcome: string]>
  > = {
    'all three': ['0 a S\n10 b SA ack=1\n25 a A seq=1 ack=1', [10, 15, 25], 'complete'],
    'B asks': ['0 b S\n10 a SA ack=1\n25 b A seq=1 ack=1', [10, 15, 25], 'complete'],
    'all at one time': ['5 a S\n5 b SA ack=1\n5 a A seq=1 ack=1\n64000 a A seq=1 ack=1', [0, 0, 0], 'complete'],
    'the ACK brings data': ['0 a S\n10 b SA ack=1\n25 a PA seq=1 ack=1 len=5', [10, 15, 25], 'complete'],
    'the ACK brings FIN': ['0 a S\n10 b SA ack=1\n25 a FA seq=1 ack=1', [10, 15, 25], 'complete'],
    'reset afterwards': ['0 a S\n10 b SA ack=1\n25 a A seq=1 ack=1\n30 b RA seq=1 ack=1', [10, 15, 25], 'complete'],
    'SYN-ACK again': ['0 a S\n10 b SA ack=1\n1010 b SA ack=1\n1025 a A seq=1 ack=1', [10, 1015, 1025], 'complete'],
    'SYN and SYN-ACK again': [
      '0 a S\n1 b SA ack=1\n1000 a S\n1001 b SA ack=1\n1050 a A seq=1 ack=1',
      [1, 49, 50],
      'complete',
    ],
    'SYN again, after SYN-ACK': ['0 a S\n1 b SA ack=1\n1000 a S\n1050 a A seq=1 ack=1', [null, 1049, 50], 'complete'],
    'SYN once more at the end': ['0 a S\n10 b SA ack=1\n25 a A seq=1 ack=1\n900 a S', [10, 15, 25], 'complete'],
    'refused, then taken': [
      '0 a S\n1 b RA ack=1\n500 a S\n510 b SA ack=1\n525 a A seq=1 ack=1',
      [10, 15, 25],
      'complete',
    ],
    'a challenge, then taken': [
      '0 a S\n1 b A seq=77 ack=99\n2 a R seq=99\n1000 a S\n1010 b SA ack=1\n1025 a A seq=1 ack=1',
      [10, 15, 25],
      'complete',
    ],
    'with data in SYN, taken': ['0 a S len=7\n10 b SA ack=8\n25 a A seq=8 ack=1', [10, 15, 25], 'complete'],
    'with data in SYN, not taken': ['0 a S len=7\n10 b SA ack=1\n25 a PA seq=1 ack=1 len=7', [10, 15, 25], 'complete'],
    'with data in SYN, answered': [
      '0 a S len=7\n10 b SA ack=8\n11 b PA seq=1 ack=8 len=9\n25 a A seq=8 ack=10',
      [10, 15, 25],
      'complete',
    ],
    'within a tick of whole seconds': [
      '0 a S\n0 b SA ack=1\n0 a A seq=1 ack=1\n1000 a PA seq=1 ack=1 len=3',
      [0, 0, 1000],
      'complete',
    ],
    'at one time, and again after ticks': [
      '0 a S\n0 b SA ack=1\n0 a A seq=1 ack=1\n64000 a A seq=1 ack=1',
      [0, 0, 0],
      'complete',
    ],
    refused: ['0 a S\n0.009 b RA ack=1', [null, null, 0.009], 'refused'],
    'refused without ACK': ['0 a S\n5 b R', NEITHER, 'refused'],
    'refused each time': ['0 a S\n1 b RA ack=1\n500 a S\n501 b RA ack=1', [null, null, 1], 'refused'],
    'no answer': ['0 a S', NEITHER, 'unanswered'],
    'no answer, ever': ['0 a S\n1000 a S\n3000 a S\n7000 a S\n15000 a S\n31000 a S\n63000 a S', NEITHER, 'unanswered'],
    'no answer, given up': ['0 a S\n1000 a S\n64000 a R seq=1', NEITHER, 'unanswered'],
    'no ACK': ['0 a S\n10 b SA ack=1\n1010 b SA ack=1', [10, null, null], 'incomplete'],
    'half open, reset': ['0 a S\n10 b SA ack=1\n10.1 a R seq=1', [10, null, null], 'incomplete'],
    'half open, reset with ACK': ['0 a S\n10 b SA ack=1\n10.1 a RA seq=1 ack=1', [10, null, null], 'incomplete'],
    'half open, given up by B': ['0 a S\n10 b SA ack=1\n64000 b RA seq=1 ack=1', [10, null, null], 'incomplete'],
    'an ACK of B': ['0 a S\n10 b SA ack=1\n64000 b A seq=1 ack=1', [10, null, null], 'incomplete'],
    'the ACK was lost': [
      '0 a S\n10 b SA ack=1\n20 b PA seq=1 ack=1 len=9\n64000 a A seq=1 ack=10',
      [10, null, null],
      'incomplete',
    ],
    'more was lost': ['0 a S\n10 b SA ack=1\n64000 a A seq=101 ack=1', [10, null, null], 'incomplete'],
    'SYN-ACK was not captured': ['0 a S\n25 a A seq=1 ack=1', NEITHER, 'incomplete'],
    'SYN-ACK for another SYN': ['0 a S\n10 b SA ack=77\n11 a R seq=77', NEITHER, 'incomplete'],
    'a challenge': ['0 a S\n1 b A seq=77 ack=99', NEITHER, 'incomplete'],
  };
  const scripts = Object.values(SCRIPTS).map(([script], index) => tcpScript(script, 41_000 + index));

  test.each(Object.entries(SCRIPTS))('%s', (_what, [script, [first, second, total], outcome]) => {
    const [row, ...others] = rowsOf(tcpScript(script)).each;
    expect(others).toEqual([]);
    const times = [row!.syn_synack_ms, row!.synack_ack_ms, row!.total_ms] as (number | null)[];
    const rounded = times.map((time) => (time === null ? null : Math.round(time * 1e6) / 1e6));
    expect([...rounded, row!.outcome]).toEqual([first, second, total, outcome]);
  });

  test('those that are none count in columns of their own, and in no range', () => {
    const { each, spread } = rowsOf(scripts.flat());
    expect(each).toHaveLength(scripts.length);
    const all = spread.at(-1)!;
    expect(all).toMatchObject({ bucket: 'all', count: 17, refused: 3, unanswered: 3, incomplete: 10, max_ms: 1025 });
    expect(spread.slice(0, -1).map(({ count }) => count)).toEqual([2, 0, 0, 11, 2, 0, 2]);
    for (const row of spread.slice(0, -1))
      expect(row).toMatchObject({ refused: null, unanswered: null, incomplete: null });
  });

  test.skipIf(toolIsMissing('tshark'))('tshark measures the same where nothing was sent again', () => {
    const isPlain = ([script, [, , total]]: (typeof SCRIPTS)[string]): boolean =>
      total === 25 && !/R|A seq=77/.test(script);
    const lines = [...tsharkFields(scripts.flat(), ['tcp.analysis.initial_rtt'])];
    const said = scripts.map((segments) => lines.splice(0, segments.length)[2]);
    const plain = said.filter((_, index) => isPlain(Object.values(SCRIPTS)[index]!));
    // where data came between them, its acknowledgement by the server is the first
    expect(plain).toEqual([...new Array(7).fill('0.025000000'), '0.011000000']);
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
    });
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
