import { expect, test } from 'vitest';
import { openMachineFeed } from '../../../src/commands/watch/live/machine-feed.ts';
import { MachineHistory } from '../../../src/commands/watch/live/machine-history.ts';
import type { InterfaceReading } from '../../../src/core/system/platform.ts';
import { fakePlatform, readingOf, socketOf } from '../../support/fake-platform.ts';
import { sensorScene } from '../../support/fake-sensor.ts';
import { openPacketScreen } from '../../support/packet-screen.ts';
import { ifaceNamed, machineOf, STORY_MS, Story } from '../../support/screen-story.ts';

const ETH = ifaceNamed('eth0', 2);
const VETH = ifaceNamed('veth0', 3);
const PEER = ifaceNamed('veth1', 4);

test('interfaces that went down or are gone are named, each once', () => {
  const all = machineOf([], { ifaces: [ETH, VETH, PEER] });
  const story = new Story(all).look(all);
  expect(story.notice).toBeNull();
  const fewer = machineOf([], { ifaces: [{ ...ETH, state: 'down' }] });
  story.look(fewer);
  expect(story.notice).toBe('interface gone: veth0, veth1; interface went down: eth0');
  story.wait(60_000).look(fewer);
  expect(story.notice).toBeNull();
  story.look(machineOf([], { ifaces: [ETH] })).look(machineOf([], { ifaces: [ifaceNamed('eth0', 9)] }));
  expect(story.notice).toBe('interface gone: eth0');
});

test('they are named while the screen is paused too', () => {
  const story = new Story(machineOf([], { ifaces: [ETH, VETH] })).press('p');
  story.look(machineOf([], { ifaces: [ETH, VETH] })).look(machineOf([], { ifaces: [ETH] }));
  expect(story.notice).toBe('interface gone: veth0');
  story.wait(60_000).look(machineOf([], { ifaces: [ETH] }));
  expect(story.notice).toBeNull();
});

test('the bandwidth of the last minute keeps what an interface carried that is gone', () => {
  const history = new MachineHistory();
  const see = (...rows: Parameters<typeof ifaceNamed>[]): void =>
    history.ingest({ type: 'iface', value: rows.map((row) => ifaceNamed(...row)) }, STORY_MS);
  const lo = ['lo', 1, { kind: 'loopback', rx_rate: 1e9, tx_rate: 1e9 }] as const;
  see([...lo], ['eth0', 2, { rx_rate: null, tx_rate: null }]);
  see([...lo], ['eth0', 2, { rx_rate: 5, tx_rate: 1 }], ['veth0', 3, { rx_rate: 100, tx_rate: 200 }]);
  see([...lo], ['eth0', 2, { rx_rate: 7, tx_rate: 2 }]);
  expect(history.current.bandwidth).toEqual({ rx: [null, 105, 7], tx: [null, 201, 2] });
});

test('routes are read again at the look after an interface changed', async () => {
  const sockets = fakePlatform([readingOf([socketOf()])]).openSockets({
    ...{ protocols: null, owners: true, closed: false, processDetails: true },
  });
  let rows: readonly InterfaceReading[] = [ETH, VETH];
  let reads = 0;
  const { place, clock } = sensorScene({
    platform: {
      openSockets: () => sockets,
      readInterfaces: async () => ({ rows, limits: [] }),
      readRoutes: async () => {
        reads++;
        return { rows: [], limits: [] };
      },
    },
  });
  const opened = await openMachineFeed(
    place,
    {
      ...{ refreshMs: 1000, tab: 'interfaces', devices: null, bpf: null, probes: false, packets: false, model: null },
      listen() {},
    },
    () => {},
    () => {},
  );
  await clock.pass(1500);
  const before = reads;
  await clock.pass(1000);
  expect(reads).toBe(before);
  rows = [ETH];
  await clock.pass(2000);
  expect(reads).toBeGreaterThan(before);
  await opened.close(() => {});
});

test('a capture that ended says so in the title, and to b', async () => {
  const screen = await openPacketScreen('test/captures/loopback.pcap');
  const why = 'the capture has ended: interface veth0 is gone';
  screen.take((model) => ({
    ...model,
    machine: machineOf([], { limits: [{ what: 'packets', why, remedy: null }] }),
    packets: { ...model.packets, file: null },
  }));
  expect(screen.lines()[1]).toContain(why);
  expect(screen.lines()[1]).not.toContain('newest');
  screen.press('b');
  expect([screen.model.prompt, screen.model.notice?.text]).toEqual([null, `no packets: ${why}`]);
});
