import { expect, test } from 'vitest';
import { openInterfaceSampler } from '../../../src/core/sample/interface-sampler.ts';
import { interfaceOf } from '../../support/fake-platform.ts';
import { sensorScene } from '../../support/fake-sensor.ts';

function scene() {
  let bytes = 0;
  const { place, clock } = sensorScene({
    platform: {
      readInterfaces: async () => {
        bytes += 1000;
        const limits = [{ what: `look ${bytes}`, why: 'why', remedy: null }];
        return { rows: [interfaceOf({ rx_bytes: bytes })], limits };
      },
    },
  });
  const at = () => ({ time: 'begun', monotonicMs: clock.monotonic() });
  return { place, clock, at };
}

test('with rates the first look takes two samples, and no other does', async () => {
  const { place, clock, at } = scene();
  const sampler = openInterfaceSampler(place, { rates: true });
  const first = sampler.look(at());
  await clock.pass(249);
  expect(await Promise.race([first, 'it waits'])).toBe('it waits');
  await clock.pass(1);
  const { rows, limits } = await first;
  expect(rows).toMatchObject([{ rx_bytes: 2000, rx_rate: 4000, time: '2026-01-02T03:00:00.250Z' }]);
  expect(limits.map(({ what }) => what)).toEqual(['look 1000', 'look 2000']);
  await clock.pass(1000);
  const second = await sampler.look(at());
  expect(second.rows).toMatchObject([{ rx_bytes: 3000, rx_rate: 1000, time: 'begun' }]);
  expect(second.limits.map(({ what }) => what)).toEqual(['look 3000']);
});

test('without rates each look takes one', async () => {
  const { place, at } = scene();
  const sampler = openInterfaceSampler(place, { rates: false });
  expect((await sampler.look(at())).rows).toMatchObject([{ rx_bytes: 1000, rx_rate: null, time: 'begun' }]);
  expect((await sampler.look(at())).rows).toMatchObject([{ rx_bytes: 2000 }]);
});
