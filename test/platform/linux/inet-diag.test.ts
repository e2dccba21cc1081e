import { expect, test } from 'vitest';
import { blankSocket } from '../../../src/core/socket/blank-socket.ts';
import { parseInetDiag, parseProtocol } from '../../../src/platform/linux/inet-diag.ts';
import { attribute, hex, mangle, u8, u32, zeroEnded } from './netlink-bytes.ts';
import { tcpInfoBytes } from './tcp-info-bytes.ts';

interface Message {
  readonly family: number;
  readonly state: number;
  /** Two ports, big endian. */
  readonly ports: string;
  readonly local: string;
  readonly remote: string;
  readonly attributes?: readonly Buffer[];
  readonly cookie?: string;
  readonly queues?: readonly [number, number];
  readonly uid?: number;
  readonly inode?: number;
}

const address = (digits: string): Buffer => Buffer.concat([hex(digits), Buffer.alloc(16)]).subarray(0, 16);

/** struct inet_diag_msg and its attributes. */
function message(of: Message): Buffer {
  return Buffer.concat([
    u8(of.family, of.state, 0, 0),
    hex(of.ports),
    address(of.local),
    address(of.remote),
    u32(7), // idiag_if
    hex(of.cookie ?? '05000000 01000000'),
    u32(0), // idiag_expires
    u32(of.queues?.[0] ?? 0),
    u32(of.queues?.[1] ?? 0),
    u32(of.uid ?? 1000),
    u32(of.inode ?? 4026),
    ...(of.attributes ?? []),
  ]);
}

const parse = (bytes: Buffer, proto: 'tcp' | 'udp' | 'raw' = 'tcp') => {
  const words = new Uint32Array(new Uint8Array(bytes).buffer);
  return parseInetDiag(words, 0, words.length, proto);
};

const memory = attribute(7, ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map(u32));
const info = attribute(2, tcpInfoBytes({ rtt: 1500, bytes_received: 10, bytes_sent: 20, bytes_retrans: 5 }));
const established: Message = {
  family: 2,
  state: 1,
  ports: '9c42 01bb',
  local: 'c0a80714',
  remote: 'c6336407',
  queues: [11, 12],
  attributes: [attribute(8, u8(0)), memory, info, attribute(4, zeroEnded('cubic'))],
};

test('reads a connection', () => {
  expect(parse(message(established))).toMatchObject({
    key: 2 ** 32 + 5,
    proto: 'tcp',
    family: 'ipv4',
    state: 'ESTABLISHED',
    local_addr: '192.168.7.20',
    local_port: 40002,
    remote_addr: '198.51.100.7',
    remote_port: 443,
    ifindex: 7,
    rx_queue: 11,
    tx_queue: 12,
    uid: 1000,
    inode: 4026,
    rtt_ms: 1.5,
    rx_bytes: 10,
    tx_bytes: 15,
    congestion: 'cubic',
    rmem_bytes: 1,
    rcvbuf_bytes: 2,
    sndbuf_bytes: 4,
    wmem_bytes: 6,
    drops: 9,
  });
});

test('reads IPv6, and folds an IPv4-mapped address', () => {
  const ipv6 = { ...established, family: 10, local: 'fd000007000000000000000000000020', remote: '20010db8' };
  expect(parse(message(ipv6))).toMatchObject({ family: 'ipv6', local_addr: 'fd00:7::20', remote_addr: '2001:db8::' });
  const mapped = {
    ...established,
    family: 10,
    local: '00000000000000000000ffffc0a80714',
    remote: '00000000000000000000ffffcb00710b',
  };
  expect(parse(message(mapped))).toMatchObject({
    family: 'ipv4',
    local_addr: '192.168.7.20',
    remote_addr: '203.0.113.11',
  });
});

test('a listening socket has its backlog as queues, and no counters', () => {
  const listening = { ...established, state: 10, ports: '0016 0000', local: '', remote: '', queues: [2, 128] as const };
  expect(parse(message(listening))).toEqual({
    ...blankSocket(),
    key: 2 ** 32 + 5,
    state: 'LISTEN',
    local_addr: '0.0.0.0',
    local_port: 22,
    ifindex: 7,
    rx_queue: 2,
    tx_queue: 128,
    uid: 1000,
    inode: 4026,
    congestion: 'cubic',
    rmem_bytes: 1,
    rcvbuf_bytes: 2,
    sndbuf_bytes: 4,
    wmem_bytes: 6,
    drops: 9,
  });
});

test('a datagram socket without a peer is UNCONN; a raw one may have a peer without a port', () => {
  const unconnected = { ...established, state: 7, ports: '14e9 0000', remote: '' };
  expect(parse(message(unconnected), 'udp')).toMatchObject({
    state: 'UNCONN',
    local_port: 5353,
    remote_addr: null,
    remote_port: null,
    drops: 9,
  });
  const raw = { ...established, ports: '0001 0000' };
  expect(parse(message(raw), 'raw')).toMatchObject({ remote_addr: '198.51.100.7', remote_port: null });
});

test('what the kernel keeps without a process has no inode, and 0 is not root', () => {
  expect(parse(message({ ...established, state: 6, uid: 0, inode: 0 }))).toMatchObject({
    state: 'TIME_WAIT',
    uid: null,
    inode: null,
  });
  expect(parse(message({ ...established, uid: 0 }))).toMatchObject({ uid: 0 });
  expect(parse(message({ ...established, inode: 0 }))).toMatchObject({ uid: 1000, inode: null });
});

test('cookies that count down from 2^64 stay different', () => {
  const keys = ['ffffffff ffffffff', 'feffffff ffffffff'].map(
    (cookie) => parse(message({ ...established, cookie }))?.key,
  );
  expect(keys).toEqual([-1, -2]);
});

test.each([
  ['cubic', 'cubic'],
  ['cubib', 'cubib'],
  ['dubic', 'dubic'],
  ['bbr', 'bbr'],
  ['reno', 'reno'],
  ['cubic', 'cubic'],
  ['', null],
])('the algorithm %j is told from those met before', (name, congestion) => {
  const bytes = message({ ...established, attributes: [attribute(4, zeroEnded(name))] });
  expect(parse(bytes)).toMatchObject({ congestion });
});

test('the algorithm may end with the attribute, and begin as another does', () => {
  const of = (bytes: Buffer) => parse(message({ ...established, attributes: [attribute(4, bytes)] }))?.congestion;
  expect([of(Buffer.from('westwood')), of(Buffer.from('west')), of(Buffer.from('westwood'))]).toEqual([
    'westwood',
    'west',
    'westwood',
  ]);
});

test('memory is read from nine words, not from eight', () => {
  const of = (words: number) =>
    parse(
      message({
        ...established,
        attributes: [attribute(7, ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].slice(0, words).map(u32))],
      }),
    );
  const none = { rmem_bytes: null, rcvbuf_bytes: null, sndbuf_bytes: null, wmem_bytes: null, drops: null };
  const all = { rmem_bytes: 1, rcvbuf_bytes: 2, sndbuf_bytes: 4, wmem_bytes: 6, drops: 9 };
  expect([of(8), of(9), of(10)]).toMatchObject([none, all, all]);
});

test('an address without a port stays, any of both kinds goes', () => {
  const of = (family: number, remote: string) =>
    parse(message({ ...established, family, ports: '0016 0000', remote }))?.remote_addr;
  const mapped = '00000000000000000000ffff';
  expect([of(2, 'c6336407'), of(2, ''), of(10, '20010db8'), of(10, '')]).toEqual([
    '198.51.100.7',
    null,
    '2001:db8::',
    null,
  ]);
  const ends = parse(
    message({
      ...established,
      family: 10,
      local: `${mapped}7f000001`,
      remote: `${mapped}00000000`,
      ports: '0016 0000',
    }),
  );
  expect(ends).toMatchObject({ family: 'ipv4', local_addr: '127.0.0.1', remote_addr: null });
});

test('ports of two bytes, and a cookie of two words, are read whole', () => {
  expect(parse(message({ ...established, ports: 'ff01 01ff' }))).toMatchObject({
    local_port: 0xff01,
    remote_port: 0x1ff,
  });
  expect(parse(message({ ...established, ports: '0001 0100' }))).toMatchObject({ local_port: 1, remote_port: 256 });
  const keyOf = (cookie: string) => parse(message({ ...established, cookie }))?.key;
  expect([keyOf('ffffffff 00000000'), keyOf('00000000 01000000')]).toEqual([2 ** 32 - 1, 2 ** 32]);
});

test('without a peer TCP has no counters, though a tcp_info comes', () => {
  const listening = { ...established, state: 10, ports: '0016 0000', remote: '' };
  expect(parse(message(listening))).toMatchObject({ rtt_ms: null, rx_bytes: null });
  expect(parse(message({ ...established, ports: '0016 0001', remote: '' }))).toMatchObject({
    rtt_ms: 1.5,
    rx_bytes: 10,
  });
});

test('a message behind another is read from its own place', () => {
  const bytes = Buffer.concat([message({ ...established, attributes: [] }), message(established)]);
  const words = new Uint32Array(new Uint8Array(bytes).buffer);
  expect(parseInetDiag(words, 18, words.length, 'tcp')).toEqual(parse(message(established)));
  expect(parseInetDiag(words, 0, 18, 'tcp')).toMatchObject({ congestion: null, rtt_ms: null });
  expect(parseInetDiag(words, 0, 17, 'tcp')).toBeNull();
});

test('only TCP has a tcp_info', () => {
  expect(parse(message(established), 'udp')).toMatchObject({ rtt_ms: null, rx_bytes: null });
});

test('a family that is not IP, or too few bytes, is no socket', () => {
  expect(parse(message({ ...established, family: 1 }))).toBeNull();
  expect(parse(message(established).subarray(0, 68))).toBeNull();
});

test('finds the protocol', () => {
  const bytes = message({ ...established, attributes: [memory, attribute(10, u8(17))] });
  const words = new Uint32Array(new Uint8Array(bytes).buffer);
  expect(parseProtocol(words, 0, words.length)).toBe(17);
  expect(parseProtocol(words, 0, words.length - 1)).toBeNull();
});

test('finds no protocol in an attribute of another type, one that is empty or cut short', () => {
  const of = (...attributes: Buffer[]) => {
    const words = new Uint32Array(new Uint8Array(message({ ...established, attributes })).buffer);
    return parseProtocol(words, 0, words.length);
  };
  expect([of(), of(attribute(10)), of(attribute(10), attribute(10, u8(6))), of(attribute(9, u8(17)))]).toEqual([
    null,
    null,
    6,
    null,
  ]);
  expect([of(hex('00000a00 06000000'), attribute(10, u8(6))), of(hex('0900 0a00 06000000'))]).toEqual([null, null]);
  expect(of(attribute(10, u32(0x1ff)))).toBe(255);
});

test('survives every cut and every damaged byte', () => {
  const whole = (data: Buffer, start: number, end: number) => {
    const words = new Uint32Array(new Uint8Array(data).buffer.slice(0, data.length & ~3));
    return [parseInetDiag(words, start >>> 2, end >>> 2, 'tcp'), parseProtocol(words, start >>> 2, end >>> 2)];
  };
  mangle(message(established), whole);
});
