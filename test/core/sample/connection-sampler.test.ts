import { expect, test } from 'vitest';
import { PLAIN_CAPTURE } from '../../../src/core/sample/capture-request.ts';
import {
  type ConnectionRequest,
  openConnectionSampler,
  PLAIN_CONNECTIONS,
} from '../../../src/core/sample/connection-sampler.ts';
import type { Socket } from '../../../src/core/socket/socket.ts';
import type { SocketRequest } from '../../../src/core/system/platform.ts';
import { pcap } from '../../support/captures.ts';
import { interfaceOf, readingOf, socketOf } from '../../support/fake-platform.ts';
import { type SensorSetting, sensorScene } from '../../support/fake-sensor.ts';
import { udpFrame } from '../../support/frames.ts';

const REQUEST: ConnectionRequest = {
  ...PLAIN_CONNECTIONS,
  processDetails: false,
  serviceOf: () => null,
  communityIds: false,
  repeats: true,
};
const LIMIT = { what: 'owners', why: 'denied', remedy: null };

interface Setting extends SensorSetting {
  readonly closed?: readonly { readonly sockets: readonly Socket[]; readonly whole: boolean }[];
}

async function open(request: Partial<ConnectionRequest>, { closed = [], platform, ...setting }: Setting = {}) {
  const asked: SocketRequest[] = [];
  const done: string[] = [];
  const ends = [...closed];
  let moved = 0;
  const scene = sensorScene({
    ...setting,
    platform: {
      openSockets: (wanted) => {
        asked.push(wanted);
        return {
          read: async () => {
            moved += 100;
            return { ...readingOf([socketOf({ rx_bytes: moved, tx_bytes: 0 })]), limits: [LIMIT] };
          },
          readClosed: () => ends.shift() ?? { sockets: [], whole: true },
          close: () => void done.push('closed'),
        };
      },
      readInterfaces: async () => ({ rows: [interfaceOf({ rx_bytes: 10 * moved, tx_bytes: 0 })], limits: [] }),
      ...platform,
    },
  });
  const { clock } = scene;
  const sampler = await openConnectionSampler(scene.place, { ...REQUEST, ...request });
  const look = () => sampler.look({ time: `at ${clock.monotonic()}`, monotonicMs: clock.monotonic() });
  return { ...scene, sampler, look, asked, done };
}

test('sockets are asked for as the run needs them', async () => {
  const protocols = new Set(['udp'] as const);
  expect((await open({})).asked).toEqual([{ protocols: null, owners: true, closed: false, processDetails: false }]);
  expect((await open({ protocols, processDetails: true, events: true })).asked).toEqual([
    { protocols, owners: true, closed: true, processDetails: true },
  ]);
});

test('a look is one sample, with what could not be read', async () => {
  const { look, sampler, done } = await open({});
  const first = await look();
  expect([...first.rows()]).toMatchObject([
    { rx_bytes: 100, rx_rate: null, first_seen: 'at 5000', community_id: null },
  ]);
  expect([first.at, [...first.events], first.limits, await first.measure(3)]).toEqual([
    { time: 'at 5000', monotonicMs: 5000 },
    [],
    [LIMIT],
    null,
  ]);
  expect(sampler.goOn()).toEqual([]);
  await sampler.close(() => void done.push('told'));
  expect(done).toEqual(['closed']);
});

test('with rates the first look takes two, a quarter of a second apart, and the next takes one', async () => {
  const { look, clock } = await open({ rates: true, communityIds: true });
  const looking = look();
  await clock.pass(249);
  expect(await Promise.race([looking, 'it waits'])).toBe('it waits');
  await clock.pass(1);
  const first = await looking;
  expect([...first.rows()]).toMatchObject([{ rx_bytes: 200, rx_rate: 400, first_seen: 'at 5000' }]);
  expect([...first.rows()][0]!.community_id).not.toBeNull();
  expect([first.at, first.limits]).toEqual([{ time: '2026-01-02T03:00:00.250Z', monotonicMs: 5250 }, [LIMIT, LIMIT]]);
  await clock.pass(1000);
  expect([...(await look()).rows()]).toMatchObject([{ rx_bytes: 300, rx_rate: 100 }]);
});

test('a run of one look knows no first sight', async () => {
  const { look } = await open({ repeats: false });
  expect([...(await look()).rows()]).toMatchObject([{ first_seen: null, age_s: null, rx_rate: null }]);
});

test('coverage is measured from look to look', async () => {
  const { look, clock } = await open({ coverage: true });
  expect(await (await look()).measure(1)).toMatchObject({ sockets: 1, interval_ms: null, dropped_by_reader: 1 });
  await clock.pass(1000);
  expect(await (await look()).measure(0)).toMatchObject({
    interface_bytes: 2000,
    attributed_bytes: 100,
    interval_ms: 1000,
    captured: null,
  });
});

test('events are what closed between two looks, and it is said where that is not all', async () => {
  const brief = (key: number) => socketOf({ key, state: 'CLOSE', inode: null, remote_port: key });
  const none = { sockets: [], whole: true };
  const { look, clock } = await open(
    { events: true },
    {
      closed: [
        none,
        { sockets: [brief(5)], whole: true },
        { sockets: [brief(6)], whole: true },
        { sockets: [brief(7)], whole: false },
        { sockets: [], whole: false },
        none,
      ],
    },
  );
  const told = async () => {
    const { events, limits } = await look();
    await clock.pass(1000);
    const rows = [...events].map(({ event, remote_port }) => `${event} ${remote_port}`);
    return [rows, limits.map(({ what }) => what)];
  };
  const untold = 'some connections that opened and closed between two snapshots';
  expect(await told()).toEqual([[], ['owners']]);
  // 5 came while the sockets were read for the first time, 7 while they are read now
  expect(await told()).toEqual([
    ['opened 5', 'closed 5', 'opened 6', 'closed 6'],
    ['owners', untold],
  ]);
  expect(await told()).toEqual([
    ['opened 7', 'closed 7'],
    ['owners', untold],
  ]);
  expect(await told()).toEqual([[], ['owners']]);
});

const DATAGRAM = udpFrame({ from: [192, 0, 2, 10], to: [9, 9, 9, 9], srcPort: 4000, dstPort: 5000 }, [1, 2, 3]);

test('packets make rows of flows that have no socket, and are counted', async () => {
  const { look, sampler, orders, clock, end, done, said } = await open(
    { packets: PLAIN_CAPTURE, coverage: true },
    { bytes: pcap([{ bytes: DATAGRAM, seconds: 1_767_322_799 }]) },
  );
  expect(orders).toMatchObject([{ devices: ['eth0'], gatherMs: 100 }]);
  await clock.pass(0);
  const first = await look();
  expect([...first.rows()].map(({ source, remote_addr, tx_bytes }) => [source, remote_addr, tx_bytes])).toEqual([
    ['sock_diag', '198.51.100.7', 0],
    ['capture', '9.9.9.9', 3],
  ]);
  expect(await first.measure(0)).toMatchObject({ captured: 1, dropped_by_kernel: 1 });
  expect(first.limits).toEqual([LIMIT, { what: 'packets', why: 'the capture has ended', remedy: null }]);
  end();
  await sampler.close(({ count }) => void done.push(`told of ${count}`));
  expect(done).toEqual(['told of 0', 'closed', 'closed']);
  expect(said).toContain('stop');
});

test('a single look gathers packets for a second', async () => {
  const { look, clock } = await open({ packets: PLAIN_CAPTURE, repeats: false, rates: true });
  const looking = look();
  await clock.pass(999);
  expect(await Promise.race([looking, 'it waits'])).toBe('it waits');
  await clock.pass(1);
  expect((await looking).at.monotonicMs).toBe(6000);
});

test('packets are captured where the machine may be reached', async () => {
  const interfaces = [
    interfaceOf(),
    interfaceOf({ name: 'down0', state: 'down' }),
    interfaceOf({ name: 'bare0', ipv4: [], ipv6: [] }),
    interfaceOf({ name: 'six0', ipv4: [], ipv6: ['fd00::1/64'] }),
  ];
  const readInterfaces = async () => ({ rows: interfaces, limits: [] });
  const all = await open({ packets: PLAIN_CAPTURE }, { platform: { readInterfaces } });
  expect(all.orders[0]!.devices).toEqual(['eth0', 'six0']);
  const named = await open({ packets: { ...PLAIN_CAPTURE, devices: ['bare0'] } }, { platform: { readInterfaces } });
  expect(named.orders[0]!.devices).toEqual(['bare0']);
});
