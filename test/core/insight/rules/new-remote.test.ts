import { expect, test } from 'vitest';
import { MOST_PROCESSES, newRemote } from '../../../../src/core/insight/rules/new-remote.ts';
import { Shared } from '../../../../src/core/insight/shared.ts';
import type { ConnRow } from '../../../../src/core/record/tables/conn.ts';
import { opened } from '../../../support/insights.ts';

const to = (remote_addr: string, changes: Partial<ConnRow> = {}): ConnRow =>
  ({
    ...{ proto: 'tcp', state: 'ESTABLISHED', local_addr: '192.0.2.10', local_port: 50_000, remote_addr },
    ...{ remote_port: 443, netns: null, pid: 7, process: 'agent', process_start: '2026-01-02T03:00:00.000Z' },
    ...changes,
  }) as ConnRow;
const HOME = to('198.51.100.7');

function found(learning: number, later: readonly ConnRow[], before: readonly ConnRow[] = [HOME]) {
  const open = opened(newRemote);
  for (let look = 0; look < learning; look++) open.conn!(before, look);
  open.conn!(later, 60);
  open.conn!(later, 61);
  return [...open.findings(0)];
}

test('new_remote: an address that is new after ten looks, and not after nine', () => {
  expect(found(10, [HOME, to('203.0.113.9', { remote_port: 4444 })])).toEqual([
    {
      subject: 'agent (7)',
      summary: 'agent (7) talks to 203.0.113.9:4444, new to it: before it knew 1 address',
      confidence: 'high',
      evidence: ['conn pid=7 process=agent proto=tcp remote_addr=203.0.113.9 remote_port=4444'],
      since: '1970-01-01T00:01:00.000Z',
    },
  ]);
  expect(found(9, [HOME, to('203.0.113.9')])).toEqual([]);
});

test.each<[string, readonly ConnRow[], number]>([
  ['several are one finding', [to('203.0.113.9'), to('203.0.113.10')], 1],
  ['the same address', [to('198.51.100.7', { local_port: 50_001 })], 0],
  ['loopback', [to('127.0.0.2')], 0],
  ['nobody that answers', [to('203.0.113.9', { state: 'SYN_SENT' })], 0],
  ['an unknown process', [to('203.0.113.9', { pid: null })], 0],
  ['a process that is new', [to('203.0.113.9', { pid: 8 })], 0],
  ['an accepted connection', [to('::', { state: 'LISTEN' }), to('203.0.113.9')], 0],
])('new_remote: %s', (_, rows, count) => {
  const later = rows.map((row) => (row.state === 'LISTEN' ? { ...row, remote_addr: null } : row));
  expect(found(10, later)).toHaveLength(count);
});

test('new_remote: a process with 20 addresses, not one with 21', () => {
  const many = (length: number) => Array.from({ length }, (_, index) => to(`198.51.100.${index}`));
  expect(found(10, [to('203.0.113.9')], many(19))).toHaveLength(1);
  expect(found(10, [to('203.0.113.9')], many(20))).toEqual([]);
});

test('new_remote: so many processes are told apart, and no more while all of them are there', () => {
  const open = newRemote.open({ looks: 1, addresses: 20 }, new Shared());
  const all = (addr: string) => Array.from({ length: MOST_PROCESSES + 1 }, (_, pid) => to(addr, { pid }));
  open.conn!(all('198.51.100.7'), 0);
  open.conn!(all('203.0.113.9'), 1);
  expect([...open.findings(0)]).toHaveLength(MOST_PROCESSES);
});

test('new_remote: processes that are gone make room for new ones', () => {
  const open = newRemote.open({ looks: 1, addresses: 20 }, new Shared());
  const old = Array.from({ length: MOST_PROCESSES }, (_, pid) => to('198.51.100.7', { pid }));
  const late = (addr: string) => to(addr, { pid: MOST_PROCESSES });
  open.conn!(old, 0);
  open.conn!([late('198.51.100.7')], 1);
  open.conn!([late('203.0.113.9')], 2);
  // at the look before, the others were still there
  expect([...open.findings(0)]).toEqual([]);
  open.conn!([late('203.0.113.10')], 3);
  expect([...open.findings(0)]).toHaveLength(1);
});

test('new_remote: a finding leaves ten minutes after the connection was last seen', () => {
  const open = newRemote.open({ looks: 1, addresses: 20 }, new Shared(600));
  open.conn!([HOME], 0);
  open.conn!([HOME, to('203.0.113.9')], 10);
  open.conn!([HOME, to('203.0.113.9'), to('203.0.113.10')], 20);
  open.conn!([HOME, to('203.0.113.9')], 30);
  const summaries = (at: number) => [...open.findings(at)].map(({ summary }) => summary);
  expect(summaries(620)).toEqual([
    'agent (7) talks to 203.0.113.10:443 and 1 more, new to it: before it knew 1 address',
  ]);
  expect(summaries(621)).toEqual(['agent (7) talks to 203.0.113.9:443, new to it: before it knew 1 address']);
  expect(summaries(630)).toHaveLength(1);
  expect(summaries(631)).toEqual([]);
});
