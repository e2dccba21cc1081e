import { expect, test } from 'vitest';
import { Tracing } from '../../../src/core/sample/tracing.ts';
import type { Platform, TraceSource } from '../../../src/core/system/platform.ts';
import { readingOf, socketOf } from '../../support/fake-platform.ts';
import { sensorScene } from '../../support/fake-sensor.ts';

const LIMIT = { what: 'events', why: 'lost', remedy: null };

function scene({ canTrace = true, isVerbose = true, fails = null as Error | null } = {}) {
  const done: string[] = [];
  const source: TraceSource = {
    now: () => 77,
    settled: async () => void done.push('settled'),
    limits: () => [LIMIT],
    stop: async () => void done.push('stop'),
    kill: () => void done.push('kill'),
  };
  let arrive = (): void => {};
  const platform: Partial<Platform> = {
    canTrace: () => canTrace,
    openTrace: () => {
      done.push('open');
      return new Promise((resolve, reject) => {
        arrive = () => (fails === null ? resolve(source) : reject(fails));
        if (!done.includes('slow')) arrive();
      });
    },
  };
  const { place, said, abort } = sensorScene({ platform, isVerbose });
  return { place, said, abort, done, arrive: () => arrive() };
}
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test('demanded, it begins at once, and says so to who wants to know', async () => {
  const { place, said, done } = scene();
  const tracing = await Tracing.open(place, 'demanded', false);
  tracing.begin();
  expect([tracing.isOn, tracing.mark(), tracing.limits(), said]).toEqual([
    true,
    77,
    [LIMIT],
    ['! sockets are watched by eBPF'],
  ]);
  await tracing.settled();
  await tracing.stop();
  tracing.kill();
  expect(done).toEqual(['open', 'settled', 'stop', 'kill']);
  const silent = scene({ isVerbose: false });
  await Tracing.open(silent.place, 'demanded', false);
  expect(silent.said).toEqual([]);
});

test('demanded and impossible, it fails, unless the run was interrupted', async () => {
  const error = new Error('no bpftrace');
  const { place, abort } = scene({ fails: error });
  await expect(Tracing.open(place, 'demanded', false)).rejects.toBe(error);
  abort.abort();
  expect((await Tracing.open(place, 'demanded', false)).isOn).toBe(false);
});

test('welcome, it begins when it is told to, once, where it may work', async () => {
  const { place, done } = scene();
  const tracing = await Tracing.open(place, 'welcome', false);
  expect([done, tracing.isOn, tracing.mark(), tracing.limits()]).toEqual([[], false, 0, []]);
  await tracing.settled();
  tracing.begin();
  tracing.begin();
  await turn();
  expect([done, tracing.isOn]).toEqual([['open'], true]);
  const unlikely = scene({ canTrace: false });
  (await Tracing.open(unlikely.place, 'welcome', false)).begin();
  const refused = scene();
  (await Tracing.open(refused.place, 'refused', false)).begin();
  expect([unlikely.done, refused.done]).toEqual([[], []]);
});

test('welcome and impossible, it says why, unless it is over', async () => {
  const { place, said } = scene({ fails: new Error('no bpftrace') });
  const tracing = await Tracing.open(place, 'welcome', false);
  tracing.begin();
  await turn();
  expect([tracing.isOn, said]).toEqual([false, ['! no bpftrace']]);
  const over = scene({ fails: new Error('no bpftrace') });
  const ended = await Tracing.open(over.place, 'welcome', false);
  ended.begin();
  ended.kill();
  await turn();
  expect(over.said).toEqual([]);
});

test('what begins after the end is ended', async () => {
  for (const end of ['kill', 'stop'] as const) {
    const { place, done, said, arrive } = scene();
    done.push('slow');
    const tracing = await Tracing.open(place, 'welcome', false);
    tracing.begin();
    await tracing[end]();
    arrive();
    await turn();
    expect([done, tracing.isOn, said]).toEqual([['slow', 'open', 'kill'], false, []]);
  }
});

test('readings and ends stay as they are until it is on', async () => {
  const { place } = scene();
  const tracing = await Tracing.open(place, 'welcome', true);
  const reading = readingOf([socketOf({ proto: 'udp', rx_bytes: null, inode: 7 })]);
  const closed = [socketOf({ state: 'CLOSE' })];
  expect([tracing.add(reading, true), tracing.ended(closed, 1, 1)]).toEqual([reading, closed]);
  expect(tracing.add(reading, true)).toBe(reading);
  tracing.begin();
  await turn();
  expect(tracing.add(reading, true).sockets).toMatchObject([{ source: 'ebpf', rx_bytes: 0 }]);
  expect(tracing.add(reading, false).sockets).toMatchObject([{ source: 'sock_diag', rx_bytes: null }]);
  expect(tracing.ended(closed, 1, 1)).toEqual(closed);
  expect(tracing.ownerOfEnded(closed[0]!)).toBeNull();
});
