import { expect, test } from 'vitest';
import { Overhead } from '../../../src/core/health/overhead.ts';
import { PathLedger } from '../../../src/core/health/path-ledger.ts';
import type { ProbeRow } from '../../../src/core/record/tables/probe.ts';
import { roundOf } from '../../support/probe-rows.ts';

const via = (...times: (number | null | undefined)[]): ProbeRow => roundOf('192.0.2.1', times);
const direct = (...times: (number | null | undefined)[]): ProbeRow => roundOf('192.0.2.2', times);

test('the record through the tunnel waits for the one beside it, whichever ends first', () => {
  const overhead = new Overhead(500);
  const [a, b] = [via(30, null), direct(10, 10)];
  expect(overhead.takeVia(a, 1000)).toEqual([]);
  expect(overhead.takeDirect(b, 1002)).toEqual([b, a]);
  expect(a).toMatchObject({ direct: '192.0.2.2', overhead_ms: 20, overhead_loss_pct: 50 });
  expect(b).toMatchObject({ direct: null, overhead_ms: null });
  const [c, d] = [via(5), direct(10)];
  expect(overhead.takeDirect(d, 2000)).toEqual([d]);
  expect(overhead.takeVia(c, 2000)).toEqual([c]);
  expect(c).toMatchObject({ overhead_ms: -5, overhead_loss_pct: 0 });
  expect(overhead.rest()).toEqual([]);
});

test('what is not known has no difference', () => {
  const overhead = new Overhead(500);
  const a = via(null);
  overhead.takeVia(a, 0);
  overhead.takeDirect(direct(10), 0);
  expect(a).toMatchObject({ direct: '192.0.2.2', overhead_ms: null, overhead_loss_pct: 100 });
  const b = via(undefined);
  overhead.takeVia(b, 1000);
  overhead.takeDirect(direct(10), 1000);
  expect(b).toMatchObject({ overhead_ms: null, overhead_loss_pct: null });
});

test('rounds of other times are not compared, and nothing is held for ever', () => {
  const overhead = new Overhead(500);
  const [a, b, c] = [via(1), via(2), via(3)];
  expect(overhead.takeVia(a, 1000)).toEqual([]);
  expect(overhead.takeVia(b, 2000)).toEqual([a]);
  // a late round of before: the match of b is still to come
  const late = direct(10);
  expect(overhead.takeDirect(late, 1000)).toEqual([late]);
  const next = direct(10);
  expect(overhead.takeDirect(next, 3000)).toEqual([next, b]);
  expect(overhead.takeVia(c, 4000)).toEqual([]);
  expect(overhead.rest()).toEqual([c]);
  for (const row of [a, b, c]) expect(row).toMatchObject({ direct: null, overhead_ms: null });
});

test('a path changes when our address does, or theirs, and not when it is unknown for a while', () => {
  const path = new PathLedger();
  expect(
    (
      [
        ['10.0.0.1', '192.0.2.1'],
        ['10.0.0.1', '192.0.2.1'],
        [null, null],
        ['10.0.0.1', '192.0.2.1'],
        ['10.0.0.2', '192.0.2.1'],
        ['10.0.0.2', '192.0.2.9'],
        [null, '192.0.2.9'],
        ['10.0.0.3', '192.0.2.1'],
      ] as const
    ).map(
      ([localAddr, remote], round) =>
        path.take({ localAddr, iface: 'eth0', rxBytes: 0, txBytes: null }, remote, 1000 * round).changes,
    ),
  ).toEqual([0, 0, 0, 0, 1, 2, 2, 3]);
});

test('rates are those of one interface between two rounds, and unknown when its counters went back', () => {
  const path = new PathLedger();
  const take = (at: number, iface: string | null, rxBytes: number | null) =>
    path.take({ localAddr: null, iface, rxBytes, txBytes: 7 }, null, at);
  expect(take(0, 'a', 1000)).toMatchObject({ rxRate: null, txRate: null });
  expect(take(2000, 'a', 5000)).toMatchObject({ rxRate: 2000, txRate: 0 });
  expect(take(4000, 'b', 9000)).toMatchObject({ rxRate: null, txRate: null });
  expect(take(6000, 'b', 100)).toMatchObject({ rxRate: null, txRate: 0 });
  expect(take(8000, 'b', null)).toMatchObject({ rxRate: null });
  expect(take(8000, 'b', 200)).toMatchObject({ rxRate: null, txRate: null });
});
