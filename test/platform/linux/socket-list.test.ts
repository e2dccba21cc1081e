import { expect, test } from 'vitest';
import type { Host } from '../../../src/core/system/host.ts';
import { openSocketList } from '../../../src/platform/linux/socket-list.ts';
import { openHost } from '../../../src/platform/machine/host.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { brokenDen, den, folderMachine } from './folder-machine.ts';

const counts = (host: Host, wanted: Parameters<typeof openSocketList>[2] = null): Record<string, number> => {
  const byProto: Record<string, number> = {};
  for (const { proto } of openSocketList(host, null, wanted).read().sockets) byProto[proto] = (byProto[proto] ?? 0) + 1;
  return byProto;
};

test('a machine as files has the sockets of every file', () => {
  expect(counts(den)).toEqual({ tcp: 14, udp: 4, udplite: 1, raw: 2, icmp: 1 });
  expect(counts(brokenDen)).toEqual({ tcp: 3, udp: 1 });
  expect(openSocketList(den, null, null).read()).toMatchObject({ limits: [] });
});

test('only what is asked for is read', () => {
  const read: string[] = [];
  const noting: Host = {
    ...den,
    readIfAny(file) {
      read.push(file);
      return den.readIfAny(file);
    },
  };
  expect(counts(noting, new Set(['udp', 'sctp']))).toEqual({ udp: 4 });
  expect(read).toEqual(['/proc/net/udp', '/proc/net/udp6']);
});

test('a machine without the files has no answer, which is an error', () => {
  expect(() => openSocketList(folderMachine({}), null, null).read()).toThrow('/proc/net cannot be read');
});

test.skipIf(process.platform !== 'linux')('this machine answers from the kernel', () => {
  const list = openSocketList(openHost(null, realClock), null, null);
  expect(list.read()).toMatchObject({ limits: [] });
  list.close();
});
