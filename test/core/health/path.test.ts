import { describe, expect, test } from 'vitest';
import { type HopAnswer, Path } from '../../../src/core/health/path.ts';

const expired = (from: string, millis = 1): HopAnswer => ({ millis, from, kind: 'expired', error: null });
const target = (millis = 5): HopAnswer => ({ millis, from: '10.0.9.9', kind: 'target', error: null });
const SILENT: HopAnswer = { millis: null, from: null, kind: 'silent', error: null };

describe('a path', () => {
  test('hops up to the target, with the statistics of each', () => {
    const path = new Path();
    for (const millis of [1, 4]) {
      path.ingest(1, expired('10.0.1.1', millis));
      path.ingest(2, SILENT);
      path.ingest(3, target(9));
      path.ingest(4, target(9)); // what has more hops than it takes arrives as well
    }
    expect(path.distance()).toBe(3);
    const rows = path.rows();
    expect(rows.map(({ hop, addr, sent, received, loss_pct }) => [hop, addr, sent, received, loss_pct])).toEqual([
      [1, '10.0.1.1', 2, 2, 0],
      [2, null, 2, 0, 100],
      [3, '10.0.9.9', 2, 2, 0],
    ]);
    expect(rows[0]).toMatchObject({ rtt_min_ms: 1, rtt_avg_ms: 2.5, rtt_max_ms: 4, rtt_stddev_ms: 2.121, error: null });
    expect([3, 4].map((hop) => path.isBeyond(hop))).toEqual([false, true]);
  });

  test('answers that come in any order', () => {
    const path = new Path();
    path.ingest(5, target());
    path.ingest(3, target());
    path.ingest(4, target());
    path.ingest(1, expired('10.0.1.1'));
    expect(path.distance()).toBe(3);
    expect(path.rows().map(({ hop }) => hop)).toEqual([1, 2, 3]);
  });

  test('silence ends it with one row for all that is not known', () => {
    const path = new Path();
    path.ingest(1, expired('10.0.1.1'));
    for (let hop = 2; hop <= 30; hop++) path.ingest(hop, SILENT);
    expect(path.distance()).toBeNull();
    expect(path.lastHeard()).toBe(1);
    expect(path.rows().map(({ hop, addr }) => [hop, addr])).toEqual([
      [1, '10.0.1.1'],
      [2, null],
    ]);
    expect([30, 31].map((hop) => path.isBeyond(hop))).toEqual([false, true]);
  });

  test('a router that refuses ends it, and says why', () => {
    const path = new Path();
    path.ingest(1, expired('10.0.1.1'));
    for (const hop of [2, 3]) path.ingest(hop, { millis: 2, from: '10.0.2.1', kind: 'refused', error: 'filtered' });
    expect(path.distance()).toBeNull();
    expect(path.rows().map(({ addr, error }) => [addr, error])).toEqual([
      ['10.0.1.1', null],
      ['10.0.2.1', 'filtered'],
    ]);
  });

  test('a path that becomes longer is followed', () => {
    const path = new Path();
    path.ingest(1, expired('10.0.1.1'));
    path.ingest(2, target());
    path.ingest(2, expired('10.0.2.1'));
    expect(path.isBeyond(3)).toBe(false);
    path.ingest(3, target());
    expect(path.distance()).toBe(3);
  });

  test('paths that fork show all who answered, and the most frequent first of all', () => {
    const path = new Path();
    for (const from of ['10.0.1.1', '10.0.1.2', '10.0.1.2']) path.ingest(1, expired(from));
    for (let n = 0; n < 50; n++) path.ingest(2, expired(`10.0.2.${n}`));
    const [first, second] = path.rows();
    expect(first).toMatchObject({ addr: '10.0.1.2', addrs: ['10.0.1.1', '10.0.1.2'] });
    expect(second!.addrs.length).toBe(16);
  });

  test('what expires at the target or behind it makes the path longer, before it changes nothing', () => {
    for (const [limit, distance] of [
      [1, 2],
      [2, null],
      [3, null],
    ] as const) {
      const path = new Path();
      path.ingest(2, target());
      path.ingest(limit, expired('10.0.1.1'));
      expect(path.distance()).toBe(distance);
    }
  });

  test('who answered at a hop, what it said, and nothing of hops that were not asked', () => {
    const path = new Path();
    path.ingest(1, expired('10.0.1.1'));
    path.ingest(2, { millis: 2, from: '10.0.2.1', kind: 'refused', error: 'filtered' });
    path.ingest(4, expired('10.0.4.1'));
    expect([1, 2, 3, 9].map((hop) => path.addressAt(hop))).toEqual(['10.0.1.1', '10.0.2.1', null, null]);
    expect([1, 2, 3, 9].map((hop) => path.errorAt(hop))).toEqual([null, 'filtered', null, null]);
    expect(new Path().lastHeard()).toBe(0);
  });

  test('an answer without an address, and a hop of which nothing was asked', () => {
    const path = new Path();
    path.ingest(2, { millis: 3, from: null, kind: 'expired', error: 'x' });
    path.ingest(2, SILENT);
    path.ingest(3, target());
    expect(
      path.rows().map(({ sent, received, loss_pct, addr, error }) => [sent, received, loss_pct, addr, error]),
    ).toEqual([
      [0, 0, null, null, null],
      [2, 1, 50, null, null],
      [1, 1, 0, '10.0.9.9', null],
    ]);
  });

  test('one that was met before counts on, though others are no longer kept', () => {
    const path = new Path();
    for (let n = 0; n < 17; n++) path.ingest(1, expired(`10.0.1.${n}`));
    for (let n = 0; n < 2; n++) path.ingest(1, expired('10.0.1.15'));
    for (let n = 0; n < 5; n++) path.ingest(1, expired('10.0.1.16'));
    expect(path.addressAt(1)).toBe('10.0.1.15');
  });
});
