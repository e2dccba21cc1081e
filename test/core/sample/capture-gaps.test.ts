import { expect, test } from 'vitest';
import { CaptureGaps } from '../../../src/core/sample/capture-gaps.ts';
import type { InterfaceChange } from '../../../src/core/system/sensor.ts';
import { countsOf } from '../../support/fake-sensor.ts';

const SLOW = (device: string) =>
  `the kernel had no room for them: netwatch, or the program that reads its output, was slower than ${device}`;

test.each<[InterfaceChange, string, boolean]>([
  [{ change: 'down' }, 'interface eth0 went down; the capture continues when it is up again', false],
  [{ change: 'up', downMs: null }, 'interface eth0 was down for a moment', true],
  [{ change: 'up', downMs: 1500 }, 'interface eth0 is up again after 1.5s', true],
  [{ change: 'renamed', name: 'lan0' }, 'interface eth0 is now named lan0; the capture continues', false],
  [{ change: 'gone' }, 'interface eth0 is gone; the capture goes on without it', false],
])('%j is said, and missed only after it was away', (change, line, isMissed) => {
  const said: string[] = [];
  const gaps = new CaptureGaps((text) => said.push(text));
  gaps.change('eth0', change);
  expect(said).toEqual([line]);
  expect(gaps.take([])).toEqual(isMissed ? [{ what: 'packet', iface: 'eth0', dropped: null, reason: line }] : []);
  expect(gaps.take([])).toEqual([]);
});

test('what is missed again is said again, and told once until somebody asks', () => {
  const said: string[] = [];
  const gaps = new CaptureGaps((text) => said.push(text));
  for (const [iface, reason] of [
    ['a', 'x'],
    ['a', 'x'],
    ['b', 'x'],
    ['b', 'y'],
  ] as const)
    gaps.miss(iface, reason);
  expect(said).toEqual(['x', 'x', 'x', 'y']);
  const told = () => gaps.take([]).map(({ iface, reason }) => `${iface} ${reason}`);
  expect(told()).toEqual(['a x', 'b x', 'b y']);
  gaps.miss('b', 'y');
  expect(told()).toEqual(['b y']);
});

test('of more than a thousand that nobody asked for, the rest is only said', () => {
  let said = 0;
  const gaps = new CaptureGaps(() => said++);
  for (let index = 0; index < 1002; index++) gaps.miss('eth0', `reason ${index}`);
  expect([said, gaps.take([]).length]).toEqual([1002, 1000]);
});

test('what the kernel dropped since the last time, for each device', () => {
  const gaps = new CaptureGaps(() => {});
  const dropped = (eth0: number, eth1: number) =>
    gaps.take([countsOf({ droppedByKernel: eth0 }), countsOf({ device: 'eth1', droppedByKernel: eth1 })]);
  expect(dropped(3, 0)).toEqual([{ what: 'packet', iface: 'eth0', dropped: 3, reason: SLOW('eth0') }]);
  expect(dropped(3, 1)).toEqual([{ what: 'packet', iface: 'eth1', dropped: 1, reason: SLOW('eth1') }]);
  expect(dropped(3, 1)).toEqual([]);
  expect(dropped(1, 5).map(({ iface, dropped }) => [iface, dropped])).toEqual([['eth1', 4]]);
  expect(dropped(2, 5).map(({ iface, dropped }) => [iface, dropped])).toEqual([['eth0', 1]]);
});
