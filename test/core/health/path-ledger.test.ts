import { expect, test } from 'vitest';
import { type PathFacts, PathLedger } from '../../../src/core/health/path-ledger.ts';

const facts = (given: Partial<PathFacts> = {}): PathFacts => ({
  localAddr: '192.0.2.1',
  iface: 'eth0',
  rxBytes: 1000,
  txBytes: 100,
  ...given,
});

test('our address or theirs that is another is a change, and what is unknown is none', () => {
  const ledger = new PathLedger();
  const rounds: [string | null, string | null, number][] = [
    [null, null, 0],
    ['a', 'x', 0],
    [null, 'x', 0],
    ['a', null, 0],
    ['b', 'x', 1],
    ['b', 'y', 2],
    [null, null, 2],
    ['c', 'z', 3],
    ['c', 'z', 3],
  ];
  for (const [localAddr, remote, changes] of rounds)
    expect(ledger.take(facts({ localAddr }), remote, 0).changes).toBe(changes);
});

test('rates are those since the round before, to a tenth', () => {
  const ledger = new PathLedger();
  const take = (given: Partial<PathFacts>, at: number) => {
    const { rxRate, txRate } = ledger.take(facts(given), 'x', at);
    return [rxRate, txRate];
  };
  expect(take({}, 5000)).toEqual([null, null]);
  expect(take({ rxBytes: 2000, txBytes: 201 }, 8000)).toEqual([333.3, 33.7]);
  // no time has passed
  expect(take({ rxBytes: 3000, txBytes: 300 }, 8000)).toEqual([null, null]);
  expect(take({ rxBytes: 3000, txBytes: 300 }, 9000)).toEqual([0, 0]);
  // a counter that went back, and one that is unknown
  expect(take({ rxBytes: 2999, txBytes: null }, 10_000)).toEqual([null, null]);
  expect(take({ rxBytes: 3999, txBytes: 300 }, 11_000)).toEqual([1000, null]);
  // another interface
  expect(take({ rxBytes: 4999, txBytes: 400, iface: 'wlan0' }, 12_000)).toEqual([null, null]);
  expect(take({ rxBytes: 5999, txBytes: 410, iface: 'wlan0' }, 13_000)).toEqual([1000, 10]);
});
