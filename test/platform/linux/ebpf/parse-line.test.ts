import { describe, expect, test } from 'vitest';
import type { TraceEvent } from '../../../../src/core/trace/trace-event.ts';
import { parseLine, type Turns } from '../../../../src/platform/linux/ebpf/parse-line.ts';
import { MOST_KEYS } from '../../../../src/platform/linux/ebpf/program.ts';

const said = (data: string): string => JSON.stringify({ type: 'printf', data });
const one = (line: string): TraceEvent | undefined => parseLine(line, new Map())[0];

// as bpftrace 0.17 printed them
const LINES: Readonly<Record<string, string>> = {
  sent: said('S 45001097153120 ffff888109a95c80 2803163 31567 0 6 127.0.0.1 47760 127.0.0.1 52688 python3.11/python3'),
  bound: said('S 45001098192115 ffff888108ca8540 2804282 31526 0 17 :: 34813 :: 0 python3.11/python3'),
  connects: said(
    'P 45001097005008 ffff888109a95c80 2803163 31567 0 2 ::ffff:127.0.0.1 0 ::ffff:127.0.0.1 53453 curl/curl',
  ),
  answered: said('E 45001097087391 ffff888109a95c80 2803163 ::1 47760 2001:db8:0::1 53453'),
  closed: said('C 45001097747962 ffff888109a92e40 9 ::ffff:127.0.0.1 53453 ::ffff:127.0.0.1 47760 101 1005 1000 6 3'),
  beat: said('H 45001097747999'),
  bytes: '{"type": "stats", "data": {"@t0": {"16,2804282,31526": {"count": 100, "average": 49, "total": 4950}}}}',
  lost: '{"type": "lost_events", "data": {"events": 512}}',
};

describe('parseLine', () => {
  test('a process that sent', () => {
    expect(one(LINES.sent!)).toEqual({
      kind: 'moved',
      at: 45001097153120,
      sock: 'ffff888109a95c80',
      inode: 2803163,
      proto: 'tcp',
      process: { pid: 31567, uid: 0, name: 'python3.11', comm: 'python3' },
      family: 'ipv4',
      local_addr: '127.0.0.1',
      local_port: 47760,
      remote_addr: '127.0.0.1',
      // struct sock has it in network order
      remote_port: 53453,
    });
  });

  test('a socket without a peer', () => {
    expect(one(LINES.bound!)).toMatchObject({
      proto: 'udp',
      family: 'ipv6',
      local_addr: '::',
      remote_addr: null,
      remote_port: null,
    });
  });

  test('mapped addresses count as IPv4, others are canonical', () => {
    expect(one(LINES.connects!)).toMatchObject({ kind: 'changed', state: 2, family: 'ipv4', remote_addr: '127.0.0.1' });
    expect(one(LINES.answered!)).toMatchObject({ kind: 'answered', family: 'ipv6', remote_addr: '2001:db8::1' });
  });

  test('what a connection ended with; what was sent again counts once', () => {
    expect(one(LINES.closed!)).toMatchObject({
      kind: 'closed',
      inode: 0,
      previous: 9,
      rx_bytes: 101,
      tx_bytes: 5,
      bytes_retrans: 1000,
      rx_packets: 6,
      tx_packets: 3,
    });
  });

  test('bytes, lost events and heartbeats', () => {
    expect(one(LINES.bytes!)).toEqual({ kind: 'bytes', inode: 2804282, direction: 'tx', bytes: 4950, calls: 100 });
    expect(one(LINES.lost!)).toEqual({ kind: 'lost', events: 512 });
    expect(one(LINES.beat!)).toEqual({ kind: 'beat', at: 45001097747999 });
  });

  test('a map that could not be cleared and is printed again is not counted again', () => {
    const turns: Turns = new Map();
    const map = (...keys: string[]): string =>
      JSON.stringify({
        type: 'stats',
        data: { '@r1': Object.fromEntries(keys.map((key) => [key, { count: 1, average: 7, total: 7 }])) },
      });
    expect(parseLine(map('1,5,9', '1,6,9'), turns)).toHaveLength(2);
    expect(parseLine(map('1,5,9', '1,6,9', '3,5,9'), turns)).toEqual([
      { kind: 'bytes', inode: 5, direction: 'rx', bytes: 7, calls: 1 },
    ]);
  });

  test('a full map says that it could not count more', () => {
    const keys = Array.from({ length: MOST_KEYS / 2 }, (_, inode) => [`4,${inode},1`, { count: 1, total: 1 }] as const);
    const events = parseLine(JSON.stringify({ type: 'stats', data: { '@t0': Object.fromEntries(keys) } }), new Map());
    expect(events.at(-1)).toEqual({ kind: 'lost', events: 1 });
  });

  test.each([
    ['a line break and a line of its own', 'x\nC 1 2 9 ::1 1 ::1 2 3 4 5 6 7'],
    ['slashes', 'a/b/c'],
    ['nothing', ''],
    ['escapes', '\u001b]0;x\u0007"\\'],
  ])('a thread may be named with %s', (_what, comm) => {
    const [event, ...more] = parseLine(said(`S 1 ab 7 31567 0 17 ::1 1 :: 0 exe/${comm}`), new Map());
    expect(event).toMatchObject({ kind: 'moved', process: { pid: 31567, name: 'exe', comm } });
    expect(more).toEqual([]);
  });

  test('bytes above 127, as bpftrace writes them, and what only looks like one', () => {
    const nameOf = (comm: string): unknown =>
      one(`{"type": "printf", "data": "S 1 ab 7 31567 0 17 ::1 1 :: 0 exe/${comm}"}`);
    expect(nameOf('caf\\uffffffc3\\uffffffa9 \\uffffffff')).toMatchObject({ process: { comm: 'café \ufffd' } });
    expect(nameOf('a\\\\uffffffc3')).toMatchObject({ process: { comm: 'a\\uffffffc3' } });
  });

  test('the name of the thread stands in for that of the executable', () => {
    expect(one(said('P 1 ab 7 31567 0 4 ::1 1 ::1 2 /kworker'))).toMatchObject({ process: { name: 'kworker' } });
  });

  test.each([
    ['an address that is none', said('E 1 ab 7 1.2.3.256 1 1.2.3.4 2')],
    ['a port that is none', said('E 1 ab 7 1.2.3.4 65536 1.2.3.4 2')],
    ['a number too long', said('E 1 ab 99999999999 1.2.3.4 1 1.2.3.4 2')],
    ['an unknown letter', said('Z 1 2 3')],
    ['a map of another kind', '{"type": "map", "data": {"@turn": 37}}'],
    ['a map of another name', '{"type": "stats", "data": {"@x0": {"1,2,3": {"count": 1, "total": 1}}}}'],
    ['a key of another form', '{"type": "stats", "data": {"@t0": {"1,2": {"count": 1, "total": 1}, "": {}}}}'],
    ['counts that are none', '{"type": "stats", "data": {"@t0": {"1,2,3": {"count": -1, "total": "x"}}}}'],
    ['other JSON', '[1, null, "S"]'],
    ['no JSON', 'Attaching 5 probes...'],
  ])('%s says nothing', (_what, line) => expect(parseLine(line, new Map())).toEqual([]));

  test.each(Object.entries(LINES))('%s, cut anywhere, says nothing', (_what, line) => {
    for (let end = 0; end < line.length; end++) expect(parseLine(line.slice(0, end), new Map())).toEqual([]);
  });

  test('text cut anywhere within whole JSON says nothing that is not there', () => {
    for (const line of Object.values(LINES)) {
      const { data } = JSON.parse(line) as { data: unknown };
      if (typeof data !== 'string') continue;
      for (let end = 0; end < data.length; end++) {
        const [event] = parseLine(said(data.slice(0, end)), new Map());
        // only a last number or name may be shorter
        if (event !== undefined) expect(data.slice(end)).toMatch(/^[\w.]*(\/\w*)?$/);
      }
    }
  });

  test('any byte changed leaves it standing', () => {
    for (const line of Object.values(LINES)) {
      for (let at = 0; at < line.length; at++) {
        for (const other of ['"', '\\', '9', ' ', '\u0000', '{', ':', '\ud800']) {
          parseLine(line.slice(0, at) + other + line.slice(at + 1), new Map());
        }
      }
    }
  });
});
