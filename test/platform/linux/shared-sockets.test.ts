import { expect, test } from 'vitest';
import type { EchoSocket } from '../../../src/core/system/platform.ts';
import { SharedSockets } from '../../../src/platform/linux/shared-sockets.ts';

function shared(): { readonly sockets: SharedSockets; readonly made: string[]; readonly closed: string[] } {
  const made: string[] = [];
  const closed: string[] = [];
  const sockets = new SharedSockets((family) => {
    made.push(family);
    const close = (): void => void closed.push(family);
    return { method: 'udp', send: () => Promise.reject(new Error('unused')), duplicates: () => 0, close } as EchoSocket;
  });
  return { sockets, made, closed };
}

test('one of each family is opened, when it is first asked for, and all are closed once', () => {
  const { sockets, made, closed } = shared();
  expect(made).toEqual([]);
  const first = sockets.open('ipv4');
  expect(sockets.open('ipv4')).toBe(first);
  expect(sockets.open('ipv6')).not.toBe(first);
  sockets.close();
  sockets.close();
  expect([made, closed]).toEqual([
    ['ipv4', 'ipv6'],
    ['ipv4', 'ipv6'],
  ]);
});

test('who asks after the end gets a socket that is closed', () => {
  const { sockets, closed } = shared();
  sockets.close();
  expect(sockets.open('ipv4')).toBe(sockets.open('ipv4'));
  expect(closed).toEqual(['ipv4']);
});

test('a family that is not permitted is tried once', () => {
  let tries = 0;
  const sockets = new SharedSockets(() => {
    tries++;
    return null;
  });
  expect([sockets.open('ipv4'), sockets.open('ipv4')]).toEqual([null, null]);
  sockets.close();
  expect(tries).toBe(1);
});
