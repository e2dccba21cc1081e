import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openConnections } from '../../../src/core/socket/connections.ts';
import type { Ownership, Socket } from '../../../src/core/socket/socket.ts';
import { tupleOf } from '../../../src/core/socket/socket-tuple.ts';
import { SocketTrace } from '../../../src/core/trace/socket-trace.ts';
import type { TracedProcess, TraceEvent } from '../../../src/core/trace/trace-event.ts';
import { EndedSockets, tracedReading } from '../../../src/core/trace/traced-sockets.ts';

import { readingOf, socketOf } from '../../support/fake-platform.ts';

const CURL: TracedProcess = { pid: 10, uid: 1000, name: 'curl', comm: 'curl' };
const SSH: TracedProcess = { pid: 11, uid: 1000, name: 'ssh', comm: 'ssh' };
const UNSEEN: Ownership = { processes: [], attribution: 'none unseen' };
const SYN_SENT = 2;
const LAST_ACK = 9;

const ends = (port: number, remotePort: number | null = 443) => ({
  family: 'ipv4' as const,
  local_addr: '10.0.0.1',
  local_port: port,
  remote_addr: remotePort === null ? null : '10.0.0.2',
  remote_port: remotePort,
});
const of = (sock: string, inode: number, at: number) => ({ sock, inode, at });
const moved = (sock: string, inode: number, at: number, port: number, process = CURL, peer: number | null = 443) =>
  ({
    kind: 'moved',
    ...of(sock, inode, at),
    ...ends(port, peer),
    proto: peer === null ? 'udp' : 'tcp',
    process,
  }) as const;
const connects = (sock: string, inode: number, at: number, process = CURL): TraceEvent => ({
  kind: 'changed',
  ...of(sock, inode, at),
  ...ends(0),
  state: SYN_SENT,
  process,
});
const answered = (sock: string, inode: number, at: number, port: number): TraceEvent => ({
  kind: 'answered',
  ...of(sock, inode, at),
  ...ends(port),
});
const closed = (sock: string, at: number, port: number, bytes = 0, previous = LAST_ACK): TraceEvent => ({
  kind: 'closed',
  ...of(sock, 0, at),
  ...ends(port),
  previous,
  rx_bytes: bytes,
  tx_bytes: 1,
  rx_packets: 2,
  tx_packets: 3,
  bytes_retrans: 0,
});
const bytes = (inode: number, direction: 'rx' | 'tx', amount: number, calls = 1): TraceEvent => ({
  kind: 'bytes',
  inode,
  direction,
  bytes: amount,
  calls,
});

function traceOf(...events: readonly TraceEvent[]): SocketTrace {
  const trace = new SocketTrace(true);
  for (const event of events) trace.ingest(event);
  return trace;
}
const ownerAt = (trace: SocketTrace, port: number, peer: number | null = 443): readonly number[] =>
  trace
    .withEnds(tupleOf({ proto: peer === null ? 'udp' : 'tcp', ...ends(port, peer) }))
    ?.owner?.processes.map(({ pid }) => pid) ?? [];

describe('who used a socket', () => {
  test('who connected, once the port is known', () => {
    const trace = traceOf(connects('a', 7, 1), answered('a', 7, 2, 5000));
    expect(ownerAt(trace, 5000)).toEqual([10]);
    expect(trace.withInode(7)?.owner?.attribution).toBe('ebpf exact');
  });

  test('in any order in which lines come', () => {
    const lines = [connects('a', 7, 1), answered('a', 7, 2, 5000), moved('a', 7, 3, 5000), closed('a', 4, 5000, 99)];
    for (const first of lines) {
      for (const second of lines) {
        if (first === second) continue;
        const rest = lines.filter((line) => line !== first && line !== second);
        const trace = traceOf(first, second, ...rest);
        expect(ownerAt(trace, 5000)).toEqual([10]);
        expect(trace.takeEnded(10)).toMatchObject([{ rx_bytes: 99, local_port: 5000 }]);
      }
    }
  });

  test('an address in the kernel that is used again is another socket', () => {
    const trace = traceOf(
      moved('a', 7, 1, 5000),
      closed('a', 2, 5000),
      connects('a', 8, 3, SSH),
      answered('a', 8, 4, 5001),
    );
    expect([ownerAt(trace, 5000), ownerAt(trace, 5001)]).toEqual([[10], [11]]);
  });

  test('and a late line belongs to the one before', () => {
    const trace = traceOf(
      connects('a', 8, 30, SSH),
      closed('a', 40, 5001),
      // of the socket that had the address before, read late from another processor
      moved('a', 7, 10, 5000),
    );
    expect(ownerAt(trace, 5001)).toEqual([11]);
    expect(trace.takeEnded(99)).toMatchObject([{ local_port: 5001, owner: { processes: [{ pid: 11 }] } }]);
  });

  test('whatever the order in which the lines of two processors are merged', () => {
    const count = 4;
    const all = Array.from({ length: count }, (_, index) => index);
    const who = (index: number): TracedProcess => ({ pid: 100 + index, uid: 0, name: 'x', comm: 'x' });
    // a process connects, the other processor answers; an accepted one is heard of when it receives
    const first = all.flatMap((index) => [
      connects('client', 1 + index, 10 * index, who(index)),
      moved('server', 51 + index, 10 * index + 3, 443, who(50 + index), 5000 + index),
    ]);
    const second = all.flatMap((index) => [
      answered('client', 1 + index, 10 * index + 1, 5000 + index),
      closed('client', 10 * index + 5, 5000 + index, index),
      { ...closed('server', 10 * index + 6, 443, 50 + index), ...ends(443, 5000 + index) },
    ]);
    const takes = fc.array(fc.boolean(), {
      minLength: first.length + second.length,
      maxLength: first.length + second.length,
    });
    fc.assert(
      fc.property(takes, (order) => {
        const trace = new SocketTrace(true);
        const rest: readonly TraceEvent[][] = [[...first], [...second]];
        for (const fromFirst of order) {
          const line = rest[fromFirst ? 0 : 1]!.shift() ?? rest[fromFirst ? 1 : 0]!.shift();
          trace.ingest(line!);
        }
        const found = trace
          .takeEnded(1e9)
          .map(({ rx_bytes: of, owner }) => [of, owner?.processes.map(({ pid }) => pid)]);
        const right = all.flatMap((index) => [
          [index, [100 + index]],
          [50 + index, [150 + index]],
        ]);
        expect(found.sort((a, b) => (a[0] as number) - (b[0] as number))).toEqual(
          right.sort((a, b) => (a[0] as number) - (b[0] as number)),
        );
      }),
      { numRuns: 2000 },
    );
  });

  test('several processes that share it', () => {
    const trace = traceOf(moved('a', 7, 1, 5000), moved('a', 7, 2, 5000, SSH), moved('a', 7, 3, 5000));
    expect(ownerAt(trace, 5000)).toEqual([10, 11]);
    expect(trace.withInode(7)?.owner?.attribution).toBe('ebpf shared');
  });

  test('a process that has executed another program has its name', () => {
    const trace = traceOf(moved('a', 7, 1, 5000), moved('a', 7, 2, 5000, { ...CURL, name: 'wget' }));
    expect(trace.withInode(7)?.owner?.processes).toMatchObject([{ pid: 10, name: 'wget' }]);
  });
});

describe('bytes', () => {
  test('add up, also those that are told before the socket is', () => {
    const trace = traceOf(
      bytes(7, 'tx', 100),
      moved('a', 7, 1, 5000, CURL, null),
      bytes(7, 'tx', 50, 2),
      bytes(7, 'rx', 5),
    );
    expect(trace.withInode(7)).toMatchObject({ tx_bytes: 150, tx_packets: 3, rx_bytes: 5, rx_packets: 1 });
    expect(ownerAt(trace, 5000, null)).toEqual([10]);
  });

  test('never of two sockets that had the same address in the kernel', () => {
    const trace = traceOf(moved('a', 7, 1, 5000, CURL, null), bytes(7, 'tx', 100), moved('a', 8, 2, 5000, SSH, null));
    expect([trace.withInode(7)?.tx_bytes, trace.withInode(8)?.tx_bytes]).toEqual([100, 0]);
  });

  test('what is kept is bounded, and the sockets that are used stay', () => {
    const trace = traceOf(moved('a', 1, 1, 5000, CURL, null), bytes(1, 'tx', 1));
    for (let inode = 2; inode < 150_000; inode++) {
      trace.ingest(bytes(inode, 'rx', 1));
      if (inode % 50_000 === 0) trace.ingest(bytes(1, 'tx', 1));
    }
    expect(trace.withInode(1)?.tx_bytes).toBe(3);
    expect(trace.withInode(2)).toBeUndefined();
    expect(trace.withInode(149_999)).toBeDefined();
  });
});

describe('a reading with what was traced', () => {
  const udp = socketOf({
    proto: 'udp',
    state: 'UNCONN',
    inode: 7,
    rx_bytes: null,
    tx_bytes: null,
    remote_addr: null,
    remote_port: null,
  });

  test('gives UDP its bytes since it was watched, and says from where', () => {
    const reading = tracedReading(readingOf([udp]), traceOf(bytes(7, 'rx', 9), bytes(7, 'tx', 4)), true);
    expect(reading.sockets).toMatchObject([{ rx_bytes: 9, tx_bytes: 4, rx_packets: 1, source: 'ebpf' }]);
  });

  test('a socket that moved nothing has moved 0 bytes', () => {
    expect(tracedReading(readingOf([udp]), traceOf(), true).sockets).toMatchObject([{ rx_bytes: 0, source: 'ebpf' }]);
  });

  test('leaves TCP its own counters, and owners that were found', () => {
    const reading = tracedReading(
      readingOf([socketOf({ inode: 7 })]),
      traceOf(bytes(7, 'rx', 9), moved('a', 7, 1, 50_000, SSH)),
      true,
    );
    expect(reading.sockets).toMatchObject([{ rx_bytes: 1000, source: 'sock_diag' }]);
    expect(reading.ownerOf(reading.sockets[0]!)).toMatchObject({ attribution: 'proc_fd exact' });
  });

  test('names owners that nobody else knows, by inode or by both ends', () => {
    const trace = traceOf(moved('a', 7, 1, 5000, SSH));
    const reading = tracedReading(readingOf([], UNSEEN), trace, true);
    const gone = socketOf({ inode: null, state: 'TIME_WAIT', ...ends(5000) });
    expect(reading.ownerOf(socketOf({ inode: 7 }))).toMatchObject({
      attribution: 'ebpf exact',
      processes: [{ pid: 11 }],
    });
    expect(reading.ownerOf(gone)).toMatchObject({ processes: [{ name: 'ssh' }] });
    expect(reading.ownerOf(socketOf({ inode: 99 }))).toBe(UNSEEN);
  });
});

describe('what ended', () => {
  const told = (changes: Partial<Socket> = {}): Socket =>
    socketOf({ key: 5, inode: null, state: 'CLOSE', ...ends(5000), ...changes });

  test('once, where both told of it, with the owner that was traced', () => {
    const trace = traceOf(moved('a', 7, 1, 5000), closed('a', 2, 5000, 99));
    const ended = new EndedSockets(trace);
    const all = ended.join([told()], 10, 10, 0);
    expect(all).toMatchObject([{ key: 5, rx_bytes: 1000 }]);
    expect(ended.ownerOf(all[0]!)).toMatchObject({ processes: [{ pid: 10 }] });
    expect(ended.join([], 20, 20, 1000)).toEqual([]);
  });

  test('once, where the trace told a tick later', () => {
    const trace = traceOf(moved('a', 7, 1, 5000));
    const ended = new EndedSockets(trace);
    expect(ended.join([told()], 10, 10, 0)).toHaveLength(1);
    trace.ingest(closed('a', 5, 5000, 99));
    expect(ended.join([], 20, 20, 1000)).toEqual([]);
  });

  test('what the system did not tell of, before the mark', () => {
    const trace = traceOf(moved('a', 7, 1, 5000), closed('a', 30, 5000, 99));
    const ended = new EndedSockets(trace);
    expect(ended.join([], 20, 20, 0)).toEqual([]);
    expect(ended.join([], 40, 40, 0)).toMatchObject([{ source: 'ebpf', inode: 7, rx_bytes: 99, tx_bytes: 1 }]);
  });

  test('once, where a process keeps what has ended, and the system tells of it later', () => {
    const trace = traceOf(moved('a', 7, 1, 5000), closed('a', 5, 5000, 99));
    const ended = new EndedSockets(trace);
    expect(ended.join([], 10, 10, 0)).toMatchObject([{ rx_bytes: 99 }]);
    const late = told({ rx_bytes: 99, tx_bytes: 1 });
    expect(ended.join([late], 20, 20, 1000)).toEqual([]);
    // another connection with the same ends
    expect(ended.join([late], 30, 30, 2000)).toHaveLength(1);
  });

  test('twice, where two connections had the same ends', () => {
    const trace = traceOf(moved('a', 7, 1, 5000));
    const ended = new EndedSockets(trace);
    expect(ended.join([told()], 10, 10, 0)).toHaveLength(1);
    for (const event of [closed('a', 5, 5000, 99), moved('b', 8, 12, 5000, SSH), closed('b', 15, 5000, 77)]) {
      trace.ingest(event);
    }
    expect(ended.join([], 20, 20, 1000)).toMatchObject([{ inode: 8, rx_bytes: 77 }]);
  });

  test('a connection that was refused is one, with whom it called', () => {
    const trace = traceOf(connects('a', 7, 1), closed('a', 2, 5000, 0, SYN_SENT));
    const ended = new EndedSockets(trace);
    const nameless = told({ remote_addr: null, remote_port: null });
    expect(ended.join([nameless], 10, 10, 0)).toMatchObject([{ remote_port: 443 }]);
  });

  test('datagram sockets with their bytes, which the next one with that port does not get', () => {
    const trace = traceOf(moved('a', 7, 1, 5000, CURL, null), bytes(7, 'tx', 100));
    const ended = new EndedSockets(trace);
    const socket = told({ proto: 'udp', remote_addr: null, remote_port: null, rx_bytes: null, tx_bytes: null });
    expect(ended.join([socket], 10, 10, 0)).toMatchObject([{ tx_bytes: 100, source: 'ebpf' }]);
    expect(ended.join([{ ...socket, key: 6 }], 20, 20, 1000)).toMatchObject([{ tx_bytes: 0 }]);
  });

  test('a listener that closes is no connection', () => {
    const trace = traceOf(closed('a', 2, 5000, 0, 10));
    expect(trace.takeEnded(10)).toEqual([]);
  });

  test('a connection that was listed closes once, with the bytes it ended with', () => {
    const engine = openConnections(() => null, true);
    const trace = traceOf(moved('a', 7, 1, 5000), closed('a', 2, 5000, 9999));
    const at = (second: number) => ({ time: `${second}`, monotonicMs: second * 1000 });
    engine.ingest(readingOf([socketOf({ inode: 7, ...ends(5000) })]), at(0));
    engine.ingest(readingOf([]), at(1));
    const ended = new EndedSockets(trace);
    expect([...engine.events(ended.join([], 10, 10, 0), () => false, ended.ownerOf)]).toMatchObject([
      { event: 'closed', rx_bytes: 9999 },
    ]);
  });

  test('one that lived between two looks opens and closes, with its owner', () => {
    const engine = openConnections(() => null, true);
    const trace = traceOf(moved('a', 7, 1, 5000), closed('a', 2, 5000, 99));
    engine.ingest(readingOf([]), { time: '0', monotonicMs: 0 });
    engine.ingest(readingOf([]), { time: '1', monotonicMs: 1000 });
    const ended = new EndedSockets(trace);
    const row = { pid: 10, process: 'curl', attribution: 'ebpf exact', rx_bytes: 99, source: 'ebpf' };
    expect([...engine.events(ended.join([], 10, 10, 0), () => false, ended.ownerOf)]).toMatchObject([
      { event: 'opened', ...row },
      { event: 'closed', ...row },
    ]);
  });
});
