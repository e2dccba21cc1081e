import { describe, expect, test } from 'vitest';
import { fitText, px, textPx } from '../../../src/core/html/figure.ts';
import { MergedSpans } from '../../../src/core/html/merged-spans.ts';
import { timesOf } from '../../../src/core/html/table-columns.ts';
import { asTheyCome, largest, TopRows } from '../../../src/core/html/top-rows.ts';

describe('the first rows of any number', () => {
  test('are the largest, of equal ones the earlier, and unknown ones last', () => {
    const top = new TopRows(4, largest('bytes'));
    for (const [id, bytes] of [
      [1, 5],
      [2, null],
      [3, 9],
      [4, 5],
      [5, 9],
      [6, 1],
    ] as const)
      top.add({ id, bytes });
    expect(top.rows().map(({ id }) => id)).toEqual([3, 5, 1, 4]);
    expect(top.count).toBe(6);
  });

  test('are the same among 100,000, whatever their order', () => {
    for (const step of [1, 7919]) {
      const top = new TopRows(3, largest('bytes'));
      for (let n = 0; n < 100_000; n++) top.add({ bytes: (n * step) % 100_000 });
      expect(top.rows().map(({ bytes }) => bytes)).toEqual([99_999, 99_998, 99_997]);
      expect(top.count).toBe(100_000);
    }
  });

  test('as they come, they are the first', () => {
    const top = new TopRows(2, asTheyCome);
    for (let n = 0; n < 5000; n++) top.add({ n });
    expect(top.rows()).toEqual([{ n: 0 }, { n: 1 }]);
  });
});

describe('spans of time', () => {
  const one = { packets: 1, bytes: 100, tcp: 1, udp: 0 };

  test('are merged while there are more than a picture can show, to widths that clocks know', () => {
    const spans = new MergedSpans(10);
    for (let at = 0; at < 60_000; at += 100) spans.add(1_767_225_600_000 + at, 100, one);
    const { width, spans: list } = spans.list();
    expect(width).toBe(10_000);
    expect(list.map(({ packets }) => packets)).toEqual([100, 100, 100, 100, 100, 100]);
    expect(spans.list(3)).toMatchObject({ width: 30_000, spans: [{ packets: 300 }, { packets: 300 }] });
  });

  test('have no hole, lose nothing, and bear a leap of years', () => {
    const spans = new MergedSpans(360);
    spans.add(0, 250, one);
    spans.add(500, 250, one);
    expect(spans.list().spans.map(({ at, packets }) => [at, packets])).toEqual([
      [0, 1],
      [250, 0],
      [500, 1],
    ]);
    spans.add(60 * 365 * 86_400_000, 250, one);
    const { spans: list, width } = spans.list();
    expect(list.length).toBeLessThanOrEqual(360);
    expect(list.reduce((sum, { packets }) => sum + packets, 0)).toBe(3);
    expect(list.every(({ at }, index) => index === 0 || at - list[index - 1]!.at === width)).toBe(true);
  });

  test('of no width and of no time are none', () => {
    const spans = new MergedSpans(10);
    spans.add(Number.NaN, 100, one);
    spans.add(0, 0, one);
    expect(spans.list().spans).toEqual([]);
  });
});

test('text fits, by leaving out its middle', () => {
  for (const text of [
    '2001:db8:85a3::8a2e:370:7334',
    '東京都千代田区丸の内一丁目',
    'x'.repeat(100_000),
    '\x1b'.repeat(40),
  ])
    for (const width of [8, 40, 133, 600]) expect(textPx(fitText(text, width))).toBeLessThanOrEqual(width);
  expect(fitText('2001:db8:85a3::8a2e:370:7334', 90)).toBe('2001:d…:7334');
  expect(fitText('short', 90)).toBe('short');
  // an escape is as wide as it is shown
  expect(fitText('a\u202eb', 1000)).toBe('a\\u202eb');
});

test.each([
  [
    ['2026-01-02T03:04:05.678901234Z', '2026-01-02T03:04:06Z'],
    ['2026-01-02 03:04:05.678', '2026-01-02 03:04:06.000'],
  ],
  [
    ['2026-01-02T03:04:05.000000Z', '2026-01-02T03:04:06.1Z'],
    ['2026-01-02 03:04:05.000', '2026-01-02 03:04:06.100'],
  ],
  [
    ['2026-01-02T03:04:05.000Z', '2026-01-02T03:04:06Z', null],
    ['2026-01-02 03:04:05', '2026-01-02 03:04:06', '–'],
  ],
  [['T and Z'], ['T and Z']],
])('the times %j of a column are %j', (times, shown) => {
  const rows = times.map((time) => ({ time }));
  expect(rows.map(timesOf('time', rows))).toEqual(shown);
});

test('coordinates have a tenth, and no minus zero', () => {
  expect([1.04, 1.05, -0.04, 1e6].map(px)).toEqual(['1', '1.1', '0', '1000000']);
});
