import { expect, test } from 'vitest';
import { becomeUnprivileged, bothOf, openOnly, openOwnedSockets } from '../../../src/core/sample/owned-sockets.ts';
import type { SocketRequest, SocketSource } from '../../../src/core/system/platform.ts';
import type { Sensor } from '../../../src/core/system/sensor.ts';
import { fakePlatform, readingOf } from '../../support/fake-platform.ts';

const OWNERS: SocketRequest = { protocols: null, owners: true, processDetails: false, closed: false };
const EVENTS: SocketRequest = { protocols: new Set(['tcp']), owners: false, processDetails: true, closed: true };
const USER = { uid: 7, gid: 8, name: 'seven' } as never;

function scene() {
  const done: unknown[] = [];
  const source: SocketSource = {
    read: async () => readingOf([]),
    readClosed: () => ({ sockets: [], whole: false }),
    close: () => void done.push('source closed'),
  };
  const opened = (who: string) => (request: SocketRequest) => {
    done.push([who, request]);
    return source;
  };
  const platform = {
    ...fakePlatform([]),
    openSockets: opened('here'),
    openSocketReader: async (user: unknown, readsPeers: boolean) => {
      done.push(['reader', user, readsPeers]);
      return {
        open: async (request: SocketRequest) => opened('there')(request),
        readTunnels: async () => ({ rows: [], limits: [] }),
        close: () => void done.push('reader closed'),
      };
    },
    dropPrivileges: (...how: readonly unknown[]) => void done.push(['drop', ...how]),
  };
  const sensor = { stop: () => void done.push('sensor stopped') } as unknown as Sensor;
  return { done, source, platform, sensor };
}

test('sockets are read here, or there if this process gives its privileges up', async () => {
  const { done, platform, source } = scene();
  const here = await openOwnedSockets(platform, { isLeft: false, user: USER });
  expect([await here.open(), await here.open(EVENTS)]).toEqual([source, source]);
  here.close();
  const there = await openOwnedSockets(platform, { isLeft: true, user: USER });
  await there.open();
  await there.open(EVENTS);
  there.close();
  expect(done).toEqual([
    ['here', OWNERS],
    ['here', EVENTS],
    ['reader', USER, false],
    ['there', OWNERS],
    ['there', EVENTS],
    'reader closed',
  ]);
});

test('the only source closes everything', async () => {
  const { done, platform } = scene();
  const only = await openOnly(openOwnedSockets(platform, { isLeft: true, user: null }));
  expect([(await only.read()).sockets, only.readClosed()]).toEqual([[], { sockets: [], whole: false }]);
  only.close();
  expect(done).toEqual([['reader', null, false], ['there', OWNERS], 'source closed', 'reader closed']);
});

test('of two that start, one ends when the other fails', async () => {
  const { done, source, sensor } = scene();
  const [no, neither] = [new Error('no sensor'), new Error('no sockets')];
  expect(await bothOf(Promise.resolve(sensor), Promise.resolve(source))).toEqual([sensor, source]);
  expect(await bothOf(Promise.resolve(sensor), null)).toEqual([sensor, null]);
  expect(done).toEqual([]);
  await expect(bothOf(Promise.reject(no), Promise.resolve(source))).rejects.toBe(no);
  await expect(bothOf(Promise.reject(no), null)).rejects.toBe(no);
  await expect(bothOf(Promise.resolve(sensor), Promise.reject(neither))).rejects.toBe(neither);
  await expect(bothOf(Promise.reject(no), Promise.reject(neither))).rejects.toBe(no);
  expect(done).toEqual(['source closed', 'sensor stopped']);
});

test('privileges are given up after what is loaded, all or all but one', async () => {
  const { done, platform, sensor } = scene();
  const surrender = { user: USER, prepare: async () => void done.push('prepared') };
  await becomeUnprivileged(platform, surrender, sensor, false);
  await becomeUnprivileged(platform, surrender, sensor, true);
  expect(done).toEqual(['prepared', ['drop', USER], 'prepared', ['drop', USER, ['CAP_NET_RAW'], 'and what it starts']]);
  const cause = new Error('EPERM');
  const refusing = {
    ...platform,
    dropPrivileges: () => {
      throw cause;
    },
  };
  await expect(becomeUnprivileged(refusing, surrender, sensor, false)).rejects.toMatchObject({
    exit: 77,
    message: 'netwatch cannot give up its privileges: EPERM',
    hint: '--sandbox off keeps them',
    cause,
  });
  expect(done.at(-1)).toBe('sensor stopped');
});
