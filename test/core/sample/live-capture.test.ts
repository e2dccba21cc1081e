import { expect, test } from 'vitest';
import { Failure } from '../../../src/core/failure.ts';
import { PLAIN_CAPTURE } from '../../../src/core/sample/capture-request.ts';
import { beginCapture } from '../../../src/core/sample/live-capture.ts';
import { type DeviceCounts, SensorDied } from '../../../src/core/system/sensor.ts';
import { interfaceOf } from '../../support/fake-platform.ts';
import { countsOf, type SensorSetting, sensorScene } from '../../support/fake-sensor.ts';

const BEGINNING = { format: 'pcapng', most: 5, gatherMs: 20, fd: 3, series: null, asksOwners: false } as const;
const REQUEST = { ...PLAIN_CAPTURE, devices: ['eth0'] };
const REPORT = '2 packets captured; eth0: 3 received by the filter, 1 dropped by the kernel, 0 by the interface';

const begin = async (setting: SensorSetting = {}, request = {}, beginning = {}) => {
  const scene = sensorScene(setting);
  const live = await beginCapture(scene.place, { ...REQUEST, ...request }, { ...BEGINNING, ...beginning });
  return { ...scene, live };
};

test('the order to the sensor is what was asked for', async () => {
  const { orders, said, live } = await begin(
    {},
    { bpf: 'tcp', snapLength: 100, packetBuffered: true, promiscuous: false },
  );
  expect(orders).toEqual([
    {
      engine: 'pcap',
      devices: ['eth0'],
      bpf: 'tcp',
      snapLength: 100,
      bufferBytes: 16 * 1024 * 1024,
      promiscuous: false,
      outlives: false,
      mayLack: false,
      later: null,
      refilters: false,
      packetBuffered: true,
      user: null,
      sandbox: 'on',
      absence: null,
      format: 'pcapng',
      most: 5,
      gatherMs: 20,
      fd: 3,
      series: null,
    },
  ]);
  expect([said, live.devices, live.sockets]).toEqual([['capturing on eth0'], ['eth0'], null]);
});

test('what is lost of privileges and of the helper is said, and the default device is found', async () => {
  const { said, live } = await begin(
    { platform: { findSensorNode: () => ({ file: 'node', ignored: 'it is not used', grant: null }) } },
    { devices: null, sandbox: 'off' },
  );
  expect(live.devices).toEqual(['eth0']);
  expect(said).toEqual([
    'it is not used',
    '! --sandbox off: the capturing process keeps its user and privileges',
    'capturing on eth0',
  ]);
});

test('a sensor that does not begin is explained', async () => {
  const fails = { openSensor: () => Promise.reject(new Failure(66, 'as it was')) };
  await expect(begin({ platform: fails }, { devices: ['eth9'] })).rejects.toThrow('no interface "eth9"');
  await expect(begin({ platform: fails })).rejects.toThrow('as it was');
});

test.each<[string, boolean, boolean, string, readonly string[]]>([
  ['a privileged process', true, true, 'on', ['prepared', 'dropped', 'capturing on eth0']],
  ['one that has none', false, true, 'on', ['capturing on eth0']],
  ['one that keeps them', true, false, 'on', ['capturing on eth0']],
])('%s gives up what it has', async (_what, isPrivileged, surrenders, sandbox, expected) => {
  const done: string[] = [];
  const surrender = { user: null, prepare: async () => void done.push('prepared') };
  const { said } = await begin(
    {
      platform: { isPrivileged: () => isPrivileged, dropPrivileges: () => void done.push('dropped') },
      surrender: surrenders ? surrender : null,
    },
    { sandbox },
  );
  expect([...done, ...said]).toEqual(expected);
});

test('with the sandbox off nothing is given up', async () => {
  const done: string[] = [];
  await begin(
    {
      platform: { isPrivileged: () => true, dropPrivileges: () => void done.push('dropped') },
      surrender: { user: null, prepare: async () => void done.push('prepared') },
    },
    { sandbox: 'off' },
  );
  expect(done).toEqual([]);
});

test('sockets are read where processes are asked for', async () => {
  const owned = { open: async () => ({ name: 'given' }) as never, close: () => {} };
  expect((await begin({}, {}, { asksOwners: owned })).live.sockets).toEqual({ name: 'given' });
  expect((await begin({}, {}, { asksOwners: true })).live.sockets).not.toBeNull();
});

test('it stops when it is interrupted, before or after it began, or when its time is over', async () => {
  const interrupted = await begin();
  interrupted.abort.abort();
  expect(interrupted.said).toEqual(['capturing on eth0', 'stop']);
  const early = sensorScene();
  early.abort.abort();
  await beginCapture(early.place, REQUEST, BEGINNING);
  expect(early.said).toEqual(['stop', 'capturing on eth0']);
  const timed = await begin({}, { durationMs: 5000 });
  await timed.clock.pass(4999);
  expect(timed.said).toEqual(['capturing on eth0']);
  await timed.clock.pass(1);
  expect(timed.said).toEqual(['capturing on eth0', 'stop']);
});

test('at the end it says what was counted, and listens no more', async () => {
  const { live, said, end, abort, clock, askStatus, listeners } = await begin(
    { isVerbose: true },
    { durationMs: 60_000 },
  );
  askStatus();
  await clock.pass(2000);
  expect(said).toEqual(['capturing on eth0', `! ${REPORT}`, `! ${REPORT}`, `! ${REPORT}`]);
  live.countBy(() => 1);
  askStatus();
  await clock.pass(0);
  expect(said.at(-1)).toBe(`! ${REPORT.replace('2 packets', '1 packet')}; 1 more captured but not processed`);
  live.countBy(() => 2);
  end();
  await live.conclude();
  expect(said[5]).toBe(REPORT);
  abort.abort();
  await clock.pass(100_000);
  expect([said.length, listeners(), clock.timers()]).toEqual([7, 0, 0]);
});

test('who asks for the status is told what is counted now, or what was last told by a sensor that does not answer', async () => {
  const now = await begin({ recounted: [countsOf({ received: 2000 })] });
  now.askStatus();
  await now.clock.pass(0);
  expect(now.said.at(-1)).toContain('eth0: 2000 received by the filter');
  const silent = await begin({ recounted: null });
  silent.askStatus();
  await silent.clock.pass(499);
  expect(silent.said).toEqual(['capturing on eth0']);
  await silent.clock.pass(1);
  expect(silent.said.at(-1)).toBe(`! ${REPORT}`);
});

test.each<[number, Error, readonly string[]]>([
  [2, new SensorDied(69, 'it died'), [`at least ${REPORT.replace('3', 'at least 3')}`]],
  [0, new SensorDied(69, 'it died'), []],
  [0, new Failure(69, 'eth0 is gone'), [REPORT.replace('2', '0')]],
  [2, new Failure(69, 'eth0 is gone'), [REPORT]],
])('with %i packets and %s', async (captured, error, expected) => {
  const { live, said, end } = await begin({ captured });
  end(error);
  await expect(live.conclude()).rejects.toBe(error);
  expect(said.filter((line) => line.includes('captured'))).toEqual(expected);
});

test.each<[Partial<DeviceCounts>, string]>([
  [{ device: 'lo' }, 'lo: 3 received by the filter, each counted twice, 1 dropped by the kernel, 0 by the interface'],
  [{ device: 'lo', captured: 3 }, 'lo: 3 received by the filter, 1 dropped by the kernel, 0 by the interface'],
  [
    { droppedByInterface: 4, left: 0 },
    'eth0: 3 received by the filter, 1 dropped by the kernel, 4 by the interface, 0 not read by netwatch',
  ],
])('counts of %j', async (changes, expected) => {
  const { live, said, end } = await begin({ counts: [countsOf(changes)] });
  end();
  await live.conclude();
  expect(said.at(-1)).toBe(`2 packets captured; ${expected}`);
});

test('what a process that died had still to read is not said, as nobody knows', async () => {
  const { live, said, end } = await begin({ counts: [countsOf({ left: 89 })] });
  end(new SensorDied(69, 'it died'));
  await live.conclude().catch(() => {});
  expect(said.at(-1)).toMatch(
    /^at least 2 packets captured; eth0: at least 3 received by the filter, .* by the interface$/,
  );
});

test('another engine is said, unless it was asked for; it cannot wait for an interface', async () => {
  const tcpdump = { chooseEngine: () => 'tcpdump' as const };
  const line = 'the pcap module was not built: tcpdump captures instead';
  expect((await begin({ platform: tcpdump })).said).toEqual([line, 'capturing on eth0']);
  const asked = await begin({ platform: tcpdump }, { engine: 'tcpdump' });
  expect([asked.said, asked.orders[0]!.engine]).toEqual([['capturing on eth0'], 'tcpdump']);
  await expect(begin({ platform: tcpdump }, { reconnects: true })).rejects.toMatchObject({
    exit: 64,
    message: '--reconnect needs --engine pcap, not tcpdump',
  });
  expect((await begin({}, { reconnects: true })).orders[0]!.absence).not.toBeNull();
});

test('what the sensor tells is said, and what is missing is kept', async () => {
  const { live, said, events } = await begin();
  events().changed('eth0', { change: 'up', downMs: null });
  events().stopped(7, true);
  events().stopped(7, false);
  expect(said.slice(1)).toEqual([
    'interface eth0 was down for a moment',
    'the capturing process is stopped, so packets will be missed: kill -CONT 7',
    'the capturing process continues',
  ]);
  expect(live.gaps.take([])).toHaveLength(1);
});

test('an interface that is away is waited for', async () => {
  const names = [['lo'], ['lo'], ['lo', 'eth0']];
  const { live, said, orders, clock } = await begin(
    {
      platform: {
        readInterfaces: async () => ({ rows: names.shift()!.map((name) => interfaceOf({ name })), limits: [] }),
      },
    },
    { reconnects: true },
  );
  const { absence } = orders[0]!;
  absence!.gone('eth0');
  let isThere = false;
  void absence!.appears('eth0', new AbortController().signal).then(() => {
    isThere = true;
  });
  await clock.pass(749);
  expect(isThere).toBe(false);
  await clock.pass(1);
  expect([isThere, names]).toEqual([true, []]);
  absence!.back('eth0');
  absence!.back('eth1');
  expect(said.slice(1)).toEqual([
    'interface eth0 is gone; waiting for an interface of that name',
    'interface eth0 is back after 0.75s',
    'interface eth1 is back after 0s',
  ]);
  expect(live.gaps.take([]).map(({ iface }) => iface)).toEqual(['eth0', 'eth1']);
  const abort = new AbortController();
  abort.abort();
  await absence!.appears('eth0', abort.signal); // reads nothing
});
