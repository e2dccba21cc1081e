import { expect, test } from 'vitest';
import type { Host } from '../../../src/core/system/host.ts';
import { type DeniedOwners, deniedLimit } from '../../../src/platform/linux/owner-limits.ts';

const FILES: Readonly<Record<string, string>> = {
  '/etc/passwd': 'root:x:0:0::/:/bin/sh\npostgres:x:70:70::/:/bin/sh\nwww:x:33:33::/:/bin/sh\n',
  '/proc/1/stat': `1 (init) S ${Array.from({ length: 49 }, (_, at) => at).join(' ')}\n`,
  '/proc/7/stat': `7 (my agent) S ${Array.from({ length: 49 }, (_, at) => at).join(' ')}\n`,
};
const host = { root: null, readIfAny: (file: string) => FILES[file] ?? null } as unknown as Host;
const limitOf = (denied: Partial<DeniedOwners>) =>
  deniedLimit(host, { sockets: 2, uids: [0], pids: [], uid: 1000, privileged: false, hidepid: null, ...denied });

test.each<[readonly (number | null)[], string]>([
  [[0], 'processes of root'],
  [[70, 0, 70, 0], 'processes of root and postgres'],
  [[70, null, 33, 0], 'processes of root, www and postgres'],
  [[70, 33, 0, 5], 'processes of root, user 5, www and 1 more'],
  [[70, 33, 0, 5, 6], 'processes of root, user 5, user 6 and 2 more'],
  [[null], "other users' processes"],
  [[], "other users' processes"],
])('users %j are named', (uids, whose) => {
  expect(limitOf({ uids })).toEqual({
    what: 'owners of 2 sockets',
    subject: 'owners of sockets',
    why: `this user cannot read the descriptors of ${whose}`,
    remedy: 'sudo netwatch conns',
  });
});

test('whom hidepid hides is not named', () => {
  expect(limitOf({ sockets: 1, hidepid: '2' })).toEqual({
    what: 'owners of 1 socket',
    subject: 'owners of sockets',
    why: "this user cannot read the descriptors of other users' processes: /proc is mounted with hidepid=2",
    remedy: 'sudo netwatch conns',
  });
});

test('root without the capability is not sent to sudo', () => {
  expect(limitOf({ uid: 0, uids: [70] })).toMatchObject({
    why: 'root without CAP_SYS_PTRACE cannot read the descriptors of processes of postgres',
    remedy: null,
  });
  expect(limitOf({ uid: null })).toMatchObject({ remedy: 'sudo netwatch conns' });
});

test.each([
  [[1], 'init (1)'],
  [[1, 7], 'init (1) and my agent (7)'],
  [[1, 7, 9], 'init (1), my agent (7) and a process (9)'],
  [[1, 7, 9, 10], 'init (1), my agent (7), a process (9) and 1 more'],
  [[], 'some processes'],
])('with CAP_SYS_PTRACE processes %j are named, and nobody sees more', (pids, named) => {
  expect(limitOf({ pids, uid: 0, privileged: true, hidepid: '2' })).toEqual({
    what: 'owners of 2 sockets',
    subject: 'owners of sockets',
    why: `the descriptors of ${named} cannot be read even with CAP_SYS_PTRACE`,
    remedy: null,
    isFinal: true,
  });
});
