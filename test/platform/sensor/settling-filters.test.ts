import { expect, test } from 'vitest';
import type { PcapDevice } from '../../../src/platform/sensor/pcap-device.ts';
import { SettlingFilters } from '../../../src/platform/sensor/settling-filters.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

/** A device whose kernel holds packets, of which so many are handed out each time. */
class Holding {
  taken = 0;
  readonly tap = { drain: () => this.drain() };
  private held: number;
  private readonly step: number;

  constructor(held: number, step = held) {
    this.held = held;
    this.step = step;
  }

  left(): number {
    return this.held;
  }

  private drain(): void {
    const out = Math.min(this.step, this.held);
    this.held -= out;
    this.taken += out;
  }
}

const devicesOf = (...devices: Holding[]): PcapDevice[] => devices as unknown as PcapDevice[];

test('a filter is settled when every device has handed out what it held', () => {
  const clock = virtualClock();
  let settled = 0;
  const filters = new SettlingFilters(clock, 1000, () => settled++);
  filters.add(devicesOf(new Holding(3, 1), new Holding(1)));
  clock.advance(20);
  expect(settled).toBe(0);
  clock.advance(10);
  expect([settled, clock.timers()]).toEqual([1, 0]);
});

test('a filter whose packets do not come is settled after the longest time, and those behind it in their order', () => {
  const clock = virtualClock();
  let settled = 0;
  const filters = new SettlingFilters(clock, 100, () => settled++);
  filters.add(devicesOf(new Holding(1, 0)));
  clock.advance(50);
  filters.add(devicesOf(new Holding(0)));
  filters.look();
  expect(settled).toBe(0);
  clock.advance(60);
  expect([settled, clock.timers()]).toEqual([2, 0]);
});
