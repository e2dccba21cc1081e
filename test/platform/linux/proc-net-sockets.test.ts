import { describe, expect, test } from 'vitest';
import { blankSocket } from '../../../src/core/socket/blank-socket.ts';
import type { Socket } from '../../../src/core/socket/socket.ts';
import { PROC_NET_PROTOCOLS, parseProcNetSockets } from '../../../src/platform/linux/proc-net-sockets.ts';
import { brokenDen, den } from './folder-machine.ts';
import { badPrefix } from './text-prefixes.ts';

const FILES = PROC_NET_PROTOCOLS.flatMap((proto) => [proto, `${proto}6`].map((file) => ({ proto, file })));

const read = (file: (typeof FILES)[number]['file'], host = den): Socket[] =>
  parseProcNetSockets(host.read(`/proc/net/${file}`), FILES.find((known) => known.file === file)!.proto);

const brief = (socket: Socket): unknown[] => [
  socket.state,
  `${socket.local_addr} ${socket.local_port}`,
  socket.remote_addr === null ? null : `${socket.remote_addr} ${socket.remote_port}`,
  socket.uid,
  socket.inode,
];

test('reads TCP over IPv4', () => {
  expect(read('tcp').map(brief)).toEqual([
    ['LISTEN', '0.0.0.0 22', null, 0, 20001],
    ['LISTEN', '127.0.0.1 5432', null, 111, 20010],
    ['ESTABLISHED', '192.168.7.20 22', '203.0.113.9 51514', 0, 20002],
    ['ESTABLISHED', '192.168.7.20 40002', '198.51.100.7 443', 1000, 20020],
    ['TIME_WAIT', '192.168.7.20 40004', '198.51.100.7 80', null, null],
    ['SYN_SENT', '192.168.7.20 40006', '192.0.2.9 6667', 1000, 20021],
    ['SYN_RECV', '192.168.7.20 22', '203.0.113.10 40100', null, null],
    ['CLOSE_WAIT', '127.0.0.1 5432', '127.0.0.1 40008', 111, 20011],
    ['FIN_WAIT1', '10.8.0.6 40010', '10.8.0.1 25', null, null],
    ['ESTABLISHED', '172.18.0.1 8081', '172.18.0.2 40012', 101, 20030],
  ]);
});

test('a connection has queues, window and timeouts, and nothing that is not in the file', () => {
  expect(read('tcp')[3]).toEqual({
    ...blankSocket(),
    key: 'inode:20020',
    source: 'proc_net',
    state: 'ESTABLISHED',
    local_addr: '192.168.7.20',
    local_port: 40002,
    remote_addr: '198.51.100.7',
    remote_port: 443,
    uid: 1000,
    inode: 20020,
    rx_queue: 1448,
    tx_queue: 0,
    cwnd: 7,
    retransmits: 2,
  });
});

test('a listening socket has the connections that wait, and no window', () => {
  expect(read('tcp')[1]).toMatchObject({ rx_queue: 3, tx_queue: null, cwnd: null, retransmits: null });
});

test('reads TCP over IPv6, and folds an IPv4-mapped address', () => {
  expect(read('tcp6').map((socket) => [socket.family, ...brief(socket)])).toEqual([
    ['ipv6', 'LISTEN', ':: 22', null, 0, 20003],
    ['ipv4', 'ESTABLISHED', '192.168.7.20 8080', '203.0.113.11 40200', 1000, 20022],
    ['ipv6', 'ESTABLISHED', 'fd00:7::20 40014', '2001:db8::7 443', 1000, 20023],
    ['ipv6', 'TIME_WAIT', '::1 40016', '::1 631', null, null],
  ]);
});

test('reads datagram and raw sockets with their drops', () => {
  const rows = (['udp', 'udp6', 'raw', 'raw6', 'udplite', 'icmp'] as const).flatMap((file) =>
    read(file).map((socket) => [socket.proto, ...brief(socket), socket.rx_queue, socket.tx_queue, socket.drops]),
  );
  expect(rows).toEqual([
    ['udp', 'UNCONN', '127.0.0.53 53', null, 102, 20040, 768, 0, 7],
    ['udp', 'UNCONN', '0.0.0.0 5353', null, 113, 20041, 0, 0, 0],
    ['udp', 'ESTABLISHED', '10.11.1.5 52344', '10.11.0.1 53', 1000, 20024, 0, 576, 0],
    ['udp', 'UNCONN', 'fe80::5054:ff:fe12:3456 546', null, 0, 20042, 0, 0, 0],
    ['raw', 'UNCONN', '0.0.0.0 1', null, 0, 20050, 256, 0, 4],
    ['raw', 'UNCONN', ':: 58', null, 0, 20051, 0, 0, 0],
    ['udplite', 'UNCONN', '127.0.0.1 7000', null, 1000, 20025, 0, 0, 0],
    ['icmp', 'ESTABLISHED', '192.168.7.20 12', '192.0.2.9 null', 1000, 20026, 0, 0, 0],
  ]);
});

test('the accept queue is known, its length is not, and a queue to send is', () => {
  const queues = read('tcp').map(({ state, rx_queue, tx_queue }) => [state, rx_queue, tx_queue]);
  for (const [state, , tx] of queues) expect(tx === null).toBe(state === 'LISTEN');
});

test('sockets without an inode are told apart by their addresses', () => {
  const keys = FILES.flatMap(({ file }) => read(file)).map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
  // every part of the four counts
  expect(keys.filter((key) => !String(key).startsWith('inode:'))).toEqual([
    'tcp:1407A8C0:9C44:076433C6:0050',
    'tcp:1407A8C0:0016:0A7100CB:9CA4',
    'tcp:0600080A:9C4A:0100080A:0019',
    'tcp:00000000000000000000000001000000:9C50:00000000000000000000000001000000:0277',
  ]);
});

describe('what is cut short', () => {
  test('is skipped, and the rows around it are read', () => {
    expect(read('tcp', brokenDen).map(({ inode }) => inode)).toEqual([20001, null]);
    expect(read('tcp6', brokenDen).map(({ inode }) => inode)).toEqual([20022]);
    expect(read('udp', brokenDen).map(({ inode }) => inode)).toEqual([20041]);
    for (const file of ['udp6', 'raw', 'raw6', 'udplite', 'icmp'] as const) expect(read(file, brokenDen)).toEqual([]);
  });

  test.each(FILES)('every cut of $file', ({ proto, file }) => {
    expect(badPrefix(den.read(`/proc/net/${file}`), (text) => parseProcNetSockets(text, proto))).toBeNull();
  });
});
