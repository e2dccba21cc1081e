import v8 from 'node:v8';
import vm from 'node:vm';
import { expect, test } from 'vitest';
import { conn } from '../../../src/core/record/tables/conn.ts';
import { probe } from '../../../src/core/record/tables/probe.ts';
import { unknownRow } from '../../../src/core/record/unknown-row.ts';
import { blankSocket, type SocketDraft } from '../../../src/core/socket/blank-socket.ts';
import { openConnections } from '../../../src/core/socket/connections.ts';
import { readingOf } from '../../support/fake-platform.ts';

v8.setFlagsFromString('--allow-natives-syntax');
const haveSameMap = vm.runInThisContext('(a, b) => %HaveSameMap(a, b)') as (a: object, b: object) => boolean;
const isFast = vm.runInThisContext('(a) => %HasFastProperties(a)') as (a: object) => boolean;

/** Sockets of which more and more is known, each with values of other representations. */
const sockets: SocketDraft[] = [
  blankSocket(),
  Object.assign(blankSocket(), { key: 5, inode: 7, uid: 0, rx_bytes: 1, rtt_ms: 0.5 }),
  Object.assign(blankSocket(), { key: -(2 ** 40), rx_bytes: 2 ** 40, rtt_ms: 1, remote_addr: '::1', remote_port: 1 }),
  Object.assign(blankSocket(), { key: 'inode:1', congestion: 'cubic', app: 'http', family: 'ipv6', drops: 2 ** 31 }),
];

test('sockets have one hidden class, whatever is known of them, and it is no hash table', () => {
  expect(sockets.map((socket) => haveSameMap(socket, blankSocket()))).toEqual([true, true, true, true]);
  expect(isFast(blankSocket())).toBe(true);
});

test('rows of conn have one hidden class, with and without an owner', () => {
  const rows = [[], [{ pid: 1 }]].flatMap((processes) => {
    const engine = openConnections(() => null, processes.length > 0);
    const owner = { processes, attribution: 'none unseen' } as unknown as Parameters<typeof readingOf>[1];
    engine.ingest(readingOf(sockets, owner), { time: 't', monotonicMs: 0 });
    return [...engine.rows()];
  });
  expect(rows.map((row) => haveSameMap(row, rows[0]!))).toEqual(new Array(8).fill(true));
  expect(isFast(rows[0]!)).toBe(true);
});

test.each([conn, probe])(
  'a row of $type of which nothing is known has all fields in order, and its copies are alike',
  (of) => {
    const row = unknownRow(of);
    expect(Object.keys(row)).toEqual(Object.keys(of.fields));
    expect([isFast(row), isFast({ ...row }), haveSameMap({ ...row }, { ...row })]).toEqual([true, true, true]);
  },
);
