import { expect, test } from 'vitest';
import { openMachineFeed } from '../../../src/commands/watch/live/machine-feed.ts';
import type { Machine } from '../../../src/commands/watch/model/machine.ts';
import { EXIT, Failure } from '../../../src/core/failure.ts';
import type { Sensor } from '../../../src/core/system/sensor.ts';
import { pcap, sourceOf } from '../../support/captures.ts';
import { fakePlatform, readingOf, socketOf } from '../../support/fake-platform.ts';
import { sensorScene } from '../../support/fake-sensor.ts';
import { udpFrame } from '../../support/frames.ts';

const CAPTURE = pcap([{ bytes: udpFrame({ srcPort: 4000, dstPort: 9 }, [1, 2, 3]) }]);
const WANTED = { protocols: null, owners: true, closed: false, processDetails: true };
const REFUSED = new Failure(EXIT.usage, '--bpf "port xyz": unknown port', { hint: 'man 7 pcap-filter' });

/** A machine that is looked at, what was captured in each capture that began, and what went wrong. */
async function feed(refilter: Sensor['refilter'] = null) {
  const sockets = fakePlatform([readingOf([socketOf()])]).openSockets(WANTED);
  const scene = sensorScene({ platform: { openSockets: () => sockets }, refilter });

  const { openSensor } = scene.place.platform;
  const failures: unknown[] = [];
  const looks: Machine[] = [];
  const captures: number[] = [];
  const platform = {
    ...scene.place.platform,
    async openSensor(...asked: Parameters<typeof openSensor>) {
      if (asked[0].bpf === 'port xyz') throw REFUSED;
      return { ...(await openSensor(...asked)), source: sourceOf(CAPTURE) };
    },
  };
  const opened = await openMachineFeed(
    { ...scene.place, platform },
    {
      refreshMs: 1000,
      tab: 'dashboard',
      devices: ['eth0'],
      bpf: null,
      probes: false,
      packets: true,
      model: null,
      listen(from) {
        const index = captures.push(0) - 1;
        from.listen(() => captures[index]!++);
      },
    },
    (machine) => void looks.push(machine),
    (error) => failures.push(error),
  );
  return { ...scene, opened, captures, looks, failures };
}

test('another filter begins another capture, and ends the one before', async () => {
  const { clock, opened, orders, captures, looks, failures, end } = await feed();
  await clock.pass(1500);
  expect([orders.map(({ bpf }) => bpf), captures]).toEqual([[''], [1]]);
  end();
  expect(await opened.recapture('port 9')).toBe(true);
  await clock.pass(1500);
  expect([orders.map(({ bpf }) => bpf), captures, failures]).toEqual([['', 'port 9'], [1, 1], []]);
  expect(looks.length).toBeGreaterThan(1);
  await opened.close(() => {});
});

test('a filter that cannot be had leaves the capture as it was', async () => {
  const { clock, opened, captures, looks, failures, end } = await feed();
  await clock.pass(1500);
  await expect(opened.recapture('port xyz')).rejects.toThrow(REFUSED);
  const before = looks.length;
  await clock.pass(3000);
  expect([captures, looks.length > before, failures]).toEqual([[1], true, []]);
  end();
  await opened.close(() => {});
});

test('where the filter of a running capture can be replaced, no other capture begins', async () => {
  const replaced: string[] = [];
  const { clock, opened, orders, captures, failures, end } = await feed(async (bpf) => {
    replaced.push(bpf);
    if (bpf === 'port xyz') throw REFUSED;
  });
  await clock.pass(1500);
  expect(await opened.recapture('port 9')).toBe(false);
  await expect(opened.recapture('port xyz')).rejects.toThrow(REFUSED);
  expect(await opened.recapture('')).toBe(false);
  await clock.pass(1500);
  expect([orders.length, replaced, captures, failures]).toEqual([1, ['port 9', 'port xyz', ''], [1], []]);
  end();
  await opened.close(() => {});
});
