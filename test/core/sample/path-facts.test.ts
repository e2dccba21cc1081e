import { expect, test } from 'vitest';
import { openPathFacts } from '../../../src/core/sample/path-facts.ts';
import { fakePlatform, interfaceOf } from '../../support/fake-platform.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const ETH0 = interfaceOf({ name: 'eth0', ipv4: ['10.0.0.1/24'], ipv6: ['fd00::1/64'], rx_bytes: 100, tx_bytes: 200 });
const NOWHERE = { iface: null, rxBytes: null, txBytes: null };

/** Facts of a machine with one interface; how often its interfaces were read. */
function scene(localAddr: string | null, read = async () => ({ rows: [ETH0], limits: [] })) {
  const clock = virtualClock();
  let reads = 0;
  const platform = {
    ...fakePlatform([]),
    readInterfaces: () => {
      reads++;
      return read();
    },
  };
  return { clock, factsOf: openPathFacts(platform, clock, async () => localAddr), reads: () => reads };
}

test('our address, and the interface that has it', async () => {
  for (const localAddr of ['10.0.0.1', 'fd00::1'])
    expect(await scene(localAddr).factsOf('192.0.2.1')).toEqual({
      localAddr,
      iface: 'eth0',
      rxBytes: 100,
      txBytes: 200,
    });
  expect(await scene('10.0.0.9').factsOf('192.0.2.1')).toEqual({ localAddr: '10.0.0.9', ...NOWHERE });
});

test('without a route nothing is read', async () => {
  const { factsOf, reads } = scene(null);
  expect([await factsOf('192.0.2.1'), reads()]).toEqual([{ localAddr: null, ...NOWHERE }, 0]);
});

test('interfaces that cannot be read fail no probe', async () => {
  const { factsOf } = scene('10.0.0.1', () => Promise.reject(new Error('no /sys')));
  expect(await factsOf('192.0.2.1')).toEqual({ localAddr: '10.0.0.1', ...NOWHERE });
});

test('rounds that end together share a look', async () => {
  const { clock, factsOf, reads } = scene('10.0.0.1');
  await Promise.all([factsOf('192.0.2.1'), factsOf('192.0.2.2')]);
  await clock.pass(50);
  await factsOf('192.0.2.1');
  expect(reads()).toBe(1);
  await clock.pass(1);
  await factsOf('192.0.2.1');
  expect(reads()).toBe(2);
});
