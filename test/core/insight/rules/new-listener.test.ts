import { expect, test } from 'vitest';
import { MOST_LISTENERS, newListener } from '../../../../src/core/insight/rules/new-listener.ts';
import type { ConnRow } from '../../../../src/core/record/tables/conn.ts';
import { fakePlatform, readingOf, socketOf } from '../../../support/fake-platform.ts';
import { recordsOf, runInProcess } from '../../../support/in-process.ts';
import { opened } from '../../../support/insights.ts';

const LISTENER = {
  ...{ proto: 'tcp', state: 'LISTEN', local_addr: '0.0.0.0', local_port: 4444, remote_addr: null, netns: null },
  ...{ pid: 7, process: 'nc', exe: '/usr/bin/nc' },
} as ConnRow;

function found(changes: Partial<ConnRow> = {}, before: readonly ConnRow[] = []) {
  const open = opened(newListener);
  open.conn!(before, 60);
  expect([...open.findings(0)]).toEqual([]);
  open.conn!([...before, { ...LISTENER, ...changes }], 62);
  open.conn!([...before, { ...LISTENER, ...changes }], 64);
  return [...open.findings(0)];
}

test('new_listener: one that was not there at the first look, while it is there', () => {
  expect(found()).toEqual([
    {
      subject: 'TCP 0.0.0.0:4444',
      severity: 'note',
      summary: 'nc (7) began to listen at TCP 0.0.0.0:4444',
      confidence: 'high',
      evidence: ['conn proto=tcp local_addr=0.0.0.0 local_port=4444 pid=7 process=nc exe=/usr/bin/nc'],
      since: '1970-01-01T00:01:02.000Z',
    },
  ]);
  const open = opened(newListener);
  for (const rows of [[], [LISTENER], []]) open.conn!(rows, 60);
  expect([...open.findings(0)]).toEqual([]);
});

test('new_listener: not one that was there, nor a connection, nor a client of UDP', () => {
  expect(found({}, [{ ...LISTENER, pid: 6 }])).toEqual([]);
  expect(found({ state: 'ESTABLISHED', remote_addr: '198.51.100.7' })).toEqual([]);
  expect(found({ proto: 'udp', state: 'UNCONN', local_port: 32_768 })).toEqual([]);
  expect(found({ proto: 'udp', state: 'UNCONN', local_port: 32_767 })).toHaveLength(1);
  expect(found({ proto: 'udp', state: 'ESTABLISHED', remote_addr: '198.51.100.7' })).toEqual([]);
});

test.each([
  [{ exe: '/tmp/x' }, 'warn', ', and its executable lies in a folder for temporary files'],
  [{ exe: '/dev/shm/x', local_addr: '::' }, 'warn', ', and its executable lies in a folder for temporary files'],
  [{ exe: '/usr/bin/nc (deleted)' }, 'warn', ', and its executable has been deleted'],
  [{ exe: '/tmp/x', local_addr: '127.0.0.1' }, 'note', ''],
  [{ exe: '/home/tmp/x' }, 'note', ''],
  [{ exe: null }, 'note', ''],
])('new_listener: %o is %s', (changes, severity, end) => {
  const [one] = found(changes);
  expect(one).toMatchObject({ severity, summary: expect.stringMatching(/4444/) });
  expect(one!.summary.split('4444')[1]).toBe(end);
});

test('new_listener: so many are told apart, and no more', () => {
  const many = Array.from({ length: MOST_LISTENERS + 1 }, (_, inode) => ({
    ...LISTENER,
    local_addr: `fd00::${inode}`,
  }));
  const open = opened(newListener);
  open.conn!([], 0);
  open.conn!(many, 1);
  expect([...open.findings(0)]).toHaveLength(MOST_LISTENERS);
  const full = opened(newListener);
  full.conn!(many, 0);
  full.conn!([...many, LISTENER], 1);
  expect([...full.findings(0)]).toEqual([]);
});

test('new_listener: through the command', async () => {
  const listener = socketOf({
    key: 2,
    state: 'LISTEN',
    local_port: 4444,
    remote_addr: null,
    remote_port: null,
    inode: 5,
  });
  const platform = fakePlatform([readingOf([socketOf()]), readingOf([socketOf(), listener])]);
  const { out } = await runInProcess(['insights', '--interval', '1', '-c', '1', '--ai', 'never', '-o', 'ndjson'], {
    platform,
  });
  expect(
    recordsOf<{ rule?: string; subject?: string }>(out).filter(({ rule }) => rule === 'new_listener'),
  ).toMatchObject([{ subject: 'TCP 192.0.2.10:4444', severity: 'note' }]);
});
