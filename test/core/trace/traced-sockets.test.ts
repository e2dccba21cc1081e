import { expect, test } from 'vitest';
import { blankSocket } from '../../../src/core/socket/blank-socket.ts';
import type { Ownership, Socket } from '../../../src/core/socket/socket.ts';
import { SocketTrace } from '../../../src/core/trace/socket-trace.ts';
import type { TraceEvent } from '../../../src/core/trace/trace-event.ts';
import { EndedSockets, tracedOwner, tracedReading } from '../../../src/core/trace/traced-sockets.ts';
import { CURL, readingOf, socketOf } from '../../support/fake-platform.ts';

const DIG = { pid: 99, uid: 0, name: 'dig', comm: 'dig' };
const ENDS = {
  family: 'ipv4',
  local_addr: '10.0.0.1',
  local_port: 4000,
  remote_addr: '10.0.0.2',
  remote_port: 53,
} as const;
const moved = (changes: object = {}): TraceEvent =>
  ({ kind: 'moved', at: 1, sock: 's', inode: 7, proto: 'udp', process: DIG, ...ENDS, ...changes }) as TraceEvent;
const bytes = (direction: 'rx' | 'tx', count: number): TraceEvent => ({
  kind: 'bytes',
  inode: 7,
  direction,
  bytes: count,
  calls: 2,
});
const closed = (changes: object = {}): TraceEvent =>
  ({
    kind: 'closed',
    at: 10,
    sock: 't',
    inode: 8,
    previous: 1,
    rx_bytes: 5,
    tx_bytes: 6,
    rx_packets: 7,
    tx_packets: 8,
    bytes_retrans: 9,
    ...ENDS,
    ...changes,
  }) as TraceEvent;
const udp = (changes: Partial<Socket> = {}): Socket => ({
  ...blankSocket(),
  ...ENDS,
  key: 1,
  proto: 'udp',
  inode: 7,
  ...changes,
});
const tcp = (changes: Partial<Socket> = {}): Socket =>
  udp({ proto: 'tcp', inode: null, state: 'CLOSE', rx_bytes: 1, tx_bytes: 2, ...changes });

function traceOf(...events: readonly TraceEvent[]): SocketTrace {
  const trace = new SocketTrace(true);
  for (const event of events) trace.ingest(event);
  return trace;
}

test.each<[string, Partial<Socket>, readonly (number | string | null)[]]>([
  ['one that keeps none', {}, [100, 30, 2, 2, 'ebpf']],
  ['one that nothing is known of', { inode: 70 }, [0, 0, 0, 0, 'ebpf']],
  ['TCP', { proto: 'tcp' }, [null, null, null, null, 'sock_diag']],
  ['one that has its own', { rx_bytes: 1 }, [1, null, null, null, 'sock_diag']],
  ['one without an inode', { inode: null }, [null, null, null, null, 'sock_diag']],
])('counters of %s', (_what, changes, expected) => {
  const trace = traceOf(moved(), bytes('rx', 100), bytes('tx', 30));
  const { sockets } = tracedReading(readingOf([udp(changes)]), trace, true);
  const { rx_bytes, tx_bytes, rx_packets, tx_packets, source } = sockets[0]!;
  expect([rx_bytes, tx_bytes, rx_packets, tx_packets, source]).toEqual(expected);
  const plain = tracedReading(readingOf([udp(changes)]), trace, false);
  expect(plain.sockets).toEqual([udp(changes)]);
});

test('an owner that the reading could not name', () => {
  const trace = traceOf(moved());
  const nobody: Ownership = { processes: [], attribution: 'none kernel' };
  const known: Ownership = { processes: [CURL], attribution: 'proc_fd exact' };
  const ownerIn = (owner: Ownership, socket: Socket) =>
    tracedReading(readingOf([socket], owner), trace, true).ownerOf(socket);
  expect(ownerIn(known, udp())).toBe(known);
  expect(ownerIn(nobody, udp())).toMatchObject({ processes: [{ pid: 99, name: 'dig' }], attribution: 'ebpf exact' });
  expect(ownerIn(nobody, udp({ inode: 70 }))).toBe(nobody);
  // without an inode it is known by its ends
  expect(tracedOwner(udp({ inode: null }), trace)?.processes).toMatchObject([{ pid: 99 }]);
  expect(tracedOwner(udp({ inode: null, local_port: 1 }), trace)).toBeNull();
});

const join = (
  trace: SocketTrace,
  sockets: readonly Socket[],
  { mark = 100, until = 50, ms = 0, ends = new EndedSockets(trace) } = {},
) => {
  const joined = ends.join(sockets, mark, until, ms);
  return joined.map((socket) => [socket.source, socket.rx_bytes, ends.ownerOf(socket)?.processes[0]?.pid ?? null]);
};

test('a connection that only the trace knew, as the system would have told it', () => {
  const ends = new EndedSockets(traceOf(closed()));
  expect(ends.join([], 100, 50, 0)).toEqual([
    {
      ...blankSocket(),
      ...ENDS,
      key: 'traced 8 4000 53',
      source: 'ebpf',
      state: 'CLOSE',
      inode: 8,
      rx_bytes: 5,
      tx_bytes: 6,
      rx_packets: 7,
      tx_packets: 8,
      bytes_retrans: 9,
    },
  ]);
  expect(new EndedSockets(traceOf(closed({ inode: 0 }))).join([], 100, 50, 0)[0]!.inode).toBeNull();
});

test('each is told once: by the system, or by the trace', () => {
  expect(join(traceOf(closed()), [tcp()])).toEqual([['sock_diag', 1, null]]);
  // it ended after the system had told of the one before with these ends
  expect(join(traceOf(closed({ at: 50 })), [tcp()])).toEqual([['sock_diag', 1, null]]);
  expect(join(traceOf(closed({ at: 51 })), [tcp()])).toEqual([
    ['sock_diag', 1, null],
    ['ebpf', 5, null],
  ]);
  expect(join(traceOf(closed({ at: 100 })), [])).toEqual([]);
  expect(join(traceOf(closed({ at: 99 })), [])).toEqual([['ebpf', 5, null]]);
});

test('what the system tells later is the same if it moved the same', () => {
  const again = (changes: Partial<Socket>, ms: number) => {
    const trace = traceOf(closed());
    const ends = new EndedSockets(trace);
    ends.join([], 100, 50, 0);
    return join(trace, [tcp({ rx_bytes: 5, tx_bytes: 6, ...changes })], { ends, ms }).length;
  };
  expect([again({}, 0), again({ rx_bytes: 4 }, 0), again({ tx_bytes: 4 }, 0)]).toEqual([0, 1, 1]);
  expect([again({}, 10_000), again({}, 10_001)]).toEqual([0, 1]);
});

test('whom a socket called that was refused, only the trace knows', () => {
  const refused = closed({ previous: 2 });
  const unnamed = { remote_addr: null, remote_port: null };
  expect(join(traceOf(refused), [tcp(unnamed)])).toEqual([['ebpf', 5, null]]);
  expect(join(traceOf(closed()), [tcp(unnamed)])).toHaveLength(2);
  expect(join(traceOf(refused), [tcp({ ...unnamed, local_port: 9 })])).toHaveLength(2);
  expect(join(traceOf(refused), [tcp({ ...unnamed, proto: 'udp' })])).toHaveLength(2);
});

test('datagrams have the bytes that were traced, once, and their owner', () => {
  const trace = traceOf(moved(), bytes('rx', 100));
  const ends = new EndedSockets(trace);
  expect(join(trace, [udp()], { ends })).toEqual([['ebpf', 100, 99]]);
  // what has these ends next is another socket
  expect(join(trace, [udp()], { ends })).toEqual([['ebpf', 0, null]]);
  expect(join(traceOf(moved()), [udp({ rx_bytes: 3 })])).toEqual([['sock_diag', 3, 99]]);
  expect(join(traceOf(), [socketOf()])).toEqual([['sock_diag', 1000, null]]);
});
