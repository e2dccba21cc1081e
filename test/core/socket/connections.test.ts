import { describe, expect, test } from 'vitest';
import { conn } from '../../../src/core/record/tables/conn.ts';
import { openConnections } from '../../../src/core/socket/connections.ts';
import type { Socket } from '../../../src/core/socket/socket.ts';
import { CURL, readingOf, socketOf } from '../../support/fake-platform.ts';

const NO_NAMES = () => null;
const at = (second: number) => ({ time: `2026-01-02T03:04:0${second}.000Z`, monotonicMs: second * 1000 });

/** Feeds readings a second apart and returns the engine. */
function engineAfter(...readings: (readonly Socket[])[]) {
  const engine = openConnections(NO_NAMES, true);
  for (const [second, sockets] of readings.entries()) engine.ingest(readingOf(sockets), at(second));
  return engine;
}

describe('rows', () => {
  test('have exactly the fields of the record, in its order', () => {
    const [row] = engineAfter([socketOf()]).rows();
    expect(Object.keys(row!)).toEqual(Object.keys(conn.fields));
  });

  test('join the socket with its owner', () => {
    const [row] = engineAfter([socketOf()]).rows();
    expect(row).toMatchObject({
      pid: 777,
      process: 'curl',
      cmdline: 'curl https://example.org/',
      user: 'alice',
      pids: ['777'],
      iface: 'eth0',
      source: 'sock_diag',
    });
  });

  test('name the service of the lower port that has a name', () => {
    const engine = openConnections((_proto, port) => (port === 443 ? 'https' : port === 50_000 ? 'odd' : null), true);
    engine.ingest(readingOf([socketOf(), socketOf({ key: 2, local_port: 50_000, remote_port: 60_000 })]), at(0));
    expect([...engine.rows()].map((row) => row.service)).toEqual(['https', 'odd']);
  });

  test('a run of one snapshot does not pretend to know when it first saw a socket', () => {
    const engine = openConnections(NO_NAMES, false);
    engine.ingest(readingOf([socketOf()]), at(0));
    expect([...engine.rows()][0]).toMatchObject({ first_seen: null, age_s: null });
  });
});

describe('rates', () => {
  test('are unknown after one reading', () => {
    expect([...engineAfter([socketOf()]).rows()][0]).toMatchObject({ rx_rate: null, tx_rate: null });
  });

  test('are bytes per second between two', () => {
    const [row] = engineAfter([socketOf()], [socketOf({ rx_bytes: 3500, tx_bytes: 500 })]).rows();
    expect(row).toMatchObject({ rx_rate: 2500, tx_rate: 0 });
  });

  test('count everything a new socket moved', () => {
    const [, fresh] = engineAfter([socketOf()], [socketOf(), socketOf({ key: 2, rx_bytes: 70, tx_bytes: 30 })]).rows();
    expect(fresh).toMatchObject({ rx_rate: 70, tx_rate: 30 });
  });

  test('are unknown where the counter is, or went backwards', () => {
    const [backwards] = engineAfter([socketOf()], [socketOf({ rx_bytes: 10 })]).rows();
    expect(backwards!.rx_rate).toBeNull();
    const [unknown] = engineAfter([socketOf({ rx_bytes: null })], [socketOf({ rx_bytes: null })]).rows();
    expect(unknown!.rx_rate).toBeNull();
  });
});

describe('age', () => {
  test('counts from the reading that first had the socket, also through TIME_WAIT with its new key', () => {
    const waiting = socketOf({ key: 99, state: 'TIME_WAIT', inode: null, rx_bytes: null, tx_bytes: null });
    const [row] = engineAfter([socketOf()], [socketOf()], [waiting]).rows();
    expect(row).toMatchObject({ state: 'TIME_WAIT', first_seen: '2026-01-02T03:04:00.000Z', age_s: 2 });
  });
});

describe('events', () => {
  const events = (engine: ReturnType<typeof engineAfter>, closed: readonly Socket[] = []) =>
    [...engine.events(closed)].map(({ event, previous_state, state, rx_bytes, remote_port }) => ({
      event,
      previous_state,
      state,
      rx_bytes,
      remote_port,
    }));

  test('the first reading is no event', () => {
    expect(events(engineAfter([socketOf()]))).toEqual([]);
  });

  test('opened, changed, closed', () => {
    expect(events(engineAfter([], [socketOf()]))).toMatchObject([
      { event: 'opened', previous_state: null, state: 'ESTABLISHED' },
    ]);
    expect(events(engineAfter([socketOf()], [socketOf({ state: 'CLOSE_WAIT' })]))).toMatchObject([
      { event: 'changed', previous_state: 'ESTABLISHED', state: 'CLOSE_WAIT' },
    ]);
    expect(events(engineAfter([socketOf()], []))).toMatchObject([
      { event: 'closed', previous_state: 'ESTABLISHED', state: 'CLOSE' },
    ]);
    const udp = socketOf({ proto: 'udp', state: 'UNCONN' });
    expect(events(engineAfter([udp], []))).toMatchObject([
      { event: 'closed', previous_state: 'UNCONN', state: 'CLOSE' },
    ]);
    expect(events(engineAfter([socketOf()], [socketOf({ rx_bytes: 5000 })]))).toEqual([]);
  });

  test('entering TIME_WAIT is a change, with the counters it ended with', () => {
    const waiting = socketOf({ key: 99, state: 'TIME_WAIT', inode: null, rx_bytes: null, tx_bytes: null });
    const end = socketOf({ state: 'CLOSE', inode: null, rx_bytes: 9999 });
    expect(events(engineAfter([socketOf()], [waiting]), [end])).toEqual([
      { event: 'changed', previous_state: 'ESTABLISHED', state: 'TIME_WAIT', rx_bytes: 9999, remote_port: 443 },
    ]);
  });

  test('addresses in TIME_WAIT that are used again are another connection', () => {
    const waiting = (key: number) => socketOf({ key, state: 'TIME_WAIT', inode: null, rx_bytes: null });
    expect(events(engineAfter([waiting(90)], [waiting(91)])).map((one) => one.event)).toEqual(['opened', 'closed']);
  });

  test('a close has the last counters the system told', () => {
    const end = socketOf({ state: 'CLOSE', inode: null, rx_bytes: 7777 });
    expect(events(engineAfter([socketOf()], []), [end])).toMatchObject([
      { event: 'closed', previous_state: 'ESTABLISHED', state: 'CLOSE', rx_bytes: 7777 },
    ]);
  });

  test('a connection that lived between two readings is opened and closed', () => {
    const brief = socketOf({ key: 5, state: 'CLOSE', inode: null, remote_port: 8080, rx_bytes: 12 });
    expect(events(engineAfter([socketOf()], [socketOf()]), [brief])).toMatchObject([
      { event: 'opened', rx_bytes: 12, remote_port: 8080 },
      { event: 'closed', previous_state: null, state: 'CLOSE', rx_bytes: 12, remote_port: 8080 },
    ]);
  });

  test.each<[string, Partial<Socket>[], Partial<Socket>[], string[]]>([
    ['in the reading', [{ key: 5 }], [], ['opened 500', 'closed 12']],
    ['in the reading, before it was accepted', [{ key: 5, inode: null }], [], ['opened 500', 'closed 12']],
    [
      'in the next as TIME_WAIT, which keeps the key of a socket that was listed',
      [{ key: 5 }],
      [{ key: 5, state: 'TIME_WAIT', inode: null, rx_bytes: null }],
      ['opened 500', 'changed 12'],
    ],
    ['in the next as TIME_WAIT', [], [{ key: 9, state: 'TIME_WAIT', inode: null, rx_bytes: null }], ['opened 12']],
    ['in none of them', [], [], ['opened 12', 'closed 12']],
  ])('what closes while sockets are read is told once: %s', (_what, during, after, expected) => {
    const end = socketOf({ key: 5, state: 'CLOSE', inode: null, rx_bytes: 12 });
    const of = (sockets: Partial<Socket>[]) => readingOf(sockets.map((one) => socketOf({ rx_bytes: 500, ...one })));
    const engine = openConnections(NO_NAMES, true);
    const told: string[] = [];
    const tell = (closed: Socket[]) => {
      for (const { event, rx_bytes } of engine.events(closed, () => true)) told.push(`${event} ${rx_bytes}`);
    };
    engine.ingest(of([]), at(0));
    tell([]);
    engine.ingest(of(during), at(1));
    tell([end]);
    engine.ingest(of(after), at(2));
    for (const { event, rx_bytes } of engine.events([])) told.push(`${event} ${rx_bytes}`);
    expect(told).toEqual(expected);
  });

  test('what closes while sockets are read for the first time is told at the next', () => {
    const engine = openConnections(NO_NAMES, true);
    const end = socketOf({ key: 5, state: 'CLOSE', inode: null, rx_bytes: 12 });
    engine.ingest(readingOf([]), at(0));
    expect([...engine.events([end], () => true)]).toEqual([]);
    engine.ingest(readingOf([socketOf({ key: 9, state: 'TIME_WAIT', inode: null, rx_bytes: null })]), at(1));
    expect([...engine.events([])]).toMatchObject([{ event: 'opened', state: 'TIME_WAIT', rx_bytes: 12 }]);
  });

  test('nobody can tell who held such a connection', () => {
    const brief = socketOf({ key: 5, state: 'CLOSE', inode: null });
    const kernel = { ...readingOf([]), ownerOf: () => ({ processes: [], attribution: 'none kernel' as const }) };
    const engine = openConnections(NO_NAMES, true);
    for (const second of [0, 1]) engine.ingest(kernel, at(second));
    expect([...engine.events([brief])].map((row) => row.attribution)).toEqual(['none unseen', 'none unseen']);
  });

  test('a reused address is another connection', () => {
    expect(events(engineAfter([socketOf()], [socketOf({ key: 2, inode: 4343 })])).map((one) => one.event)).toEqual([
      'opened',
      'closed',
    ]);
  });
});

test('a closed socket that nobody saw has the owner that somebody may know, and its rate is of all its bytes', () => {
  const brief = socketOf({ key: 5, state: 'CLOSE', inode: null, rx_bytes: 3000, tx_bytes: null });
  const engine = openConnections(NO_NAMES, true);
  engine.ingest(readingOf([]), at(0));
  engine.ingest(readingOf([]), at(2));
  const owner = { processes: [CURL], attribution: 'ebpf exact' as const };
  const [opened, ended] = engine.events([brief], undefined, (socket) => (socket === brief ? owner : null));
  expect(opened).toMatchObject({ event: 'opened', state: 'CLOSE', pid: 777, attribution: 'ebpf exact' });
  expect(ended).toMatchObject({ event: 'closed', pid: 777, first_seen: at(2).time, age_s: 0 });
});

test('an owner that is gone stays known, and one that was never known is not', () => {
  const nobody = { processes: [], attribution: 'none kernel' as const };
  const engine = openConnections(NO_NAMES, true);
  engine.ingest(readingOf([socketOf()]), at(0));
  engine.ingest({ ...readingOf([socketOf(), socketOf({ key: 2 })]), ownerOf: () => nobody }, at(1));
  expect([...engine.rows()].map(({ pid, attribution }) => [pid, attribution])).toEqual([
    [777, 'proc_fd exact'],
    [null, 'none kernel'],
  ]);
  engine.ingest({ ...readingOf([socketOf()]), ownerOf: () => nobody }, at(2));
  expect([...engine.rows()].map(({ pid }) => pid)).toEqual([777]);
});

test('before the first reading there is nothing, and between two of one moment no rate', () => {
  const engine = openConnections(NO_NAMES, true);
  expect([[...engine.rows()], [...engine.events([])]]).toEqual([[], []]);
  engine.ingest(readingOf([socketOf()]), at(1));
  engine.ingest(readingOf([socketOf({ rx_bytes: 2000 })]), at(1));
  expect([...engine.rows()]).toMatchObject([{ rx_rate: null, tx_rate: null }]);
  engine.ingest(readingOf([socketOf({ rx_bytes: 2001, tx_bytes: null })]), at(4));
  expect([...engine.rows()]).toMatchObject([{ rx_rate: 0.3, tx_rate: null }]);
});
