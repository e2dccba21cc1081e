import { describe, expect, test } from 'vitest';
import { errorIn, sendErrorWords, sendFault } from '../../../src/platform/linux/icmp-error.ts';
import { controlsIn } from '../../../src/platform/linux/received-message.ts';
import { addressIn, socketAddress } from '../../../src/platform/linux/socket-address.ts';
import { controlMessage, extendedError } from './fake-libc.ts';
import { u32 } from './netlink-bytes.ts';

const [LOCAL, ICMP, ICMP6] = [1, 2, 3];
const [EPERM, EACCES, EMSGSIZE, EHOSTUNREACH] = [1, 13, 90, 113];
const ROUTER = socketAddress('192.0.2.1', 0);
const ROUTER6 = socketAddress('2001:db8::1', 0);

type Words = [errno: number, origin: number, type: number, code: number, info: number];
const of = (words: Words, from?: Buffer) => errorIn([{ level: 0, type: 11, data: extendedError(...words, from) }]);
const of6 = (words: Words, from?: Buffer) => errorIn([{ level: 41, type: 25, data: extendedError(...words, from) }]);
const plain = { error: '', from: null, cause: null, mtu: null, fault: null };

describe('an error of the system itself', () => {
  test.each([
    [EMSGSIZE, 1400, { ...plain, error: 'packet too big', cause: 'too_big', mtu: 1400 }],
    [EMSGSIZE, 0, { ...plain, error: 'packet too big', cause: 'too_big' }],
    [EPERM, 1400, { ...plain, error: 'a firewall of this machine refuses to send', fault: 'EPERM' }],
    [EHOSTUNREACH, 0, { ...plain, error: 'host unreachable', fault: 'EHOSTUNREACH' }],
    [5, 0, { ...plain, error: 'the system refuses to send: errno 5' }],
  ])('errno %i with %i', (errno, info, expected) => {
    // the type and the code say nothing here, even those of a note
    expect(of([errno, LOCAL, 5, 3, info], ROUTER)).toEqual(expected);
  });
});

describe('an ICMP error', () => {
  const V4: [number, number, string, string | null][] = [
    [3, 0, 'network unreachable', null],
    [3, 1, 'host unreachable', null],
    [3, 2, 'protocol unreachable', null],
    [3, 3, 'port unreachable', 'port'],
    [3, 4, 'packet too big', 'too_big'],
    [3, 5, 'source route failed', null],
    [3, 6, 'network unknown', null],
    [3, 7, 'host unknown', null],
    [3, 8, 'host isolated', null],
    [3, 9, 'network prohibited', null],
    [3, 10, 'host prohibited', null],
    [3, 11, 'network unreachable for its type of service', null],
    [3, 12, 'host unreachable for its type of service', null],
    [3, 13, 'filtered', null],
    [11, 0, 'time to live exceeded', 'expired'],
    [11, 1, 'fragments did not come in time', null],
  ];
  test.each(V4)('of IPv4, type %i, code %i', (type, code, error, cause) => {
    const mtu = cause === 'too_big' ? 1280 : null;
    expect(of([EHOSTUNREACH, ICMP, type, code, 1280], ROUTER)).toEqual({
      ...plain,
      error,
      from: '192.0.2.1',
      cause,
      mtu,
    });
  });

  const V6: [number, number, string, string | null][] = [
    [1, 0, 'no route', null],
    [1, 1, 'filtered', null],
    [1, 2, 'beyond the scope of the address', null],
    [1, 3, 'host unreachable', null],
    [1, 4, 'port unreachable', 'port'],
    [1, 5, 'source prohibited', null],
    [1, 6, 'route rejected', null],
    [2, 0, 'packet too big', 'too_big'],
    [3, 0, 'hop limit exceeded', 'expired'],
    [3, 1, 'fragments did not come in time', null],
  ];
  test.each(V6)('of IPv6, type %i, code %i', (type, code, error, cause) => {
    const mtu = cause === 'too_big' ? 1280 : null;
    const expected = { ...plain, error, from: '2001:db8::1', cause, mtu };
    expect(of6([EHOSTUNREACH, ICMP6, type, code, 1280], ROUTER6)).toEqual(expected);
  });

  test('that is too big for a size that is not said', () => {
    expect(of([EMSGSIZE, ICMP, 3, 4, 0], ROUTER)).toEqual({
      ...plain,
      error: 'packet too big',
      from: '192.0.2.1',
      cause: 'too_big',
    });
    expect(of([EMSGSIZE, ICMP, 3, 4, 1], ROUTER)).toMatchObject({ mtu: 1 });
  });

  test('of a type or code without words has those of its errno, else its numbers', () => {
    expect(of([EHOSTUNREACH, ICMP, 3, 14, 0])).toEqual({ ...plain, error: 'host unreachable' });
    expect(of([71, ICMP, 12, 2, 0])).toEqual({ ...plain, error: 'ICMP type 12, code 2' });
    expect(of6([71, ICMP6, 4, 1, 0])).toEqual({ ...plain, error: 'ICMP type 4, code 1' });
  });

  test('of another origin has neither words nor a cause of ICMP', () => {
    expect(of([71, 4, 3, 0, 0], ROUTER)).toEqual({ ...plain, error: 'ICMP type 3, code 0', from: '192.0.2.1' });
  });
});

test.each([
  ['source quench', ICMP, 4, true],
  ['redirect', ICMP, 5, true],
  ['redirect of IPv6', ICMP6, 137, true],
  ['type 3', ICMP, 3, false],
  ['type 6', ICMP, 6, false],
  ['type 137 of IPv4', ICMP, 137, false],
  ['type 4 of IPv6', ICMP6, 4, false],
  ['type 5 of IPv6', ICMP6, 5, false],
])('a note is no error: %s', (_, origin, type, isNote) => {
  expect(of([EHOSTUNREACH, origin, type, 0, 0], ROUTER) === null).toBe(isNote);
});

describe('among the messages', () => {
  const data = extendedError(EHOSTUNREACH, ICMP, 3, 1, 0, ROUTER);
  test.each([
    [0, 11, true],
    [41, 25, true],
    [0, 25, false],
    [41, 11, false],
    [1, 11, false],
    [0, 12, false],
    [41, 26, false],
    [42, 25, false],
  ])('level %i, type %i', (level, type, isError) => {
    expect(errorIn([{ level, type, data }]) !== null).toBe(isError);
  });

  test('the error may stand behind others, and needs its sixteen bytes', () => {
    const stamp = { level: 1, type: 35, data: Buffer.alloc(16) };
    expect(errorIn([stamp, { level: 0, type: 11, data }])).toMatchObject({ error: 'host unreachable' });
    expect(errorIn([stamp])).toBeNull();
    expect(errorIn([])).toBeNull();
    expect(errorIn([{ level: 0, type: 11, data: data.subarray(0, 15) }])).toBeNull();
    expect(errorIn([{ level: 0, type: 11, data: data.subarray(0, 16) }])).toMatchObject({ from: null });
  });
});

test.each([
  [EPERM, 'a firewall of this machine refuses to send'],
  [EACCES, 'a route of this machine refuses to send'],
  [22, 'the address needs a zone: fe80::1%eth0'],
  [EMSGSIZE, 'packet too big'],
  [99, 'no address of this machine fits'],
  [101, 'network unreachable: no route'],
  [105, 'the send queue is full'],
  [111, 'connection refused'],
  [EHOSTUNREACH, 'host unreachable'],
  [100, 'the system refuses to send: errno 100'],
])('the words for errno %i', (errno, words) => expect(sendErrorWords(errno)).toBe(words));

test.skipIf(process.platform !== 'linux').each([
  [0, null],
  [EPERM, 'EPERM'],
  [99, 'EADDRNOTAVAIL'],
  [101, 'ENETUNREACH'],
  [EHOSTUNREACH, 'EHOSTUNREACH'],
  [111, null],
  [EMSGSIZE, null],
])('whose fault errno %i is', (errno, fault) => expect(sendFault(errno)).toBe(fault));

describe('control messages', () => {
  const first = controlMessage(1, 35, Buffer.from([1, 2, 3]));
  const second = controlMessage(-1, 7, Buffer.from([4]));
  const found = [
    { level: 1, type: 35, data: Buffer.from([1, 2, 3]) },
    { level: -1, type: 7, data: Buffer.from([4]) },
  ];

  test('follow each other at multiples of eight bytes', () => {
    expect(controlsIn(Buffer.concat([first, second]))).toEqual(found);
    expect(controlsIn(controlMessage(1, 2, Buffer.alloc(0)))).toEqual([{ level: 1, type: 2, data: Buffer.alloc(0) }]);
    expect(controlsIn(Buffer.alloc(0))).toEqual([]);
  });

  test('that do not fit are left out', () => {
    const both = Buffer.concat([first, second]);
    for (let end = 0; end < both.length; end++) {
      const whole = [19, first.length + 17].filter((needed) => end >= needed).length;
      expect(controlsIn(Buffer.from(both.subarray(0, end)))).toEqual(found.slice(0, whole));
    }
    const short = Buffer.concat([u32(15), u32(0), Buffer.alloc(24)]);
    expect(controlsIn(short)).toEqual([]);
  });
});

describe('a struct sockaddr', () => {
  test('is written byte for byte', () => {
    expect(socketAddress('192.0.2.1', 0x1234).toString('hex')).toBe('02001234c00002010000000000000000');
    expect(socketAddress('fe80::2', 0x1234, 7).toString('hex')).toBe(
      '0a00123400000000fe80000000000000000000000000000207000000',
    );
    expect(socketAddress('fe80::2', 1).readUInt32LE(24)).toBe(0);
    expect(() => socketAddress('host', 1)).toThrow('no address: host');
  });

  test('is read, when it is whole', () => {
    const [v4, v6] = [socketAddress('192.0.2.1', 9), socketAddress('2001:db8::2', 9, 3)];
    expect([addressIn(v4), addressIn(v6), addressIn(socketAddress('::ffff:192.0.2.7', 1))]).toEqual([
      '192.0.2.1',
      '2001:db8::2',
      '192.0.2.7',
    ]);
    expect([addressIn(v4.subarray(0, 8)), addressIn(v4.subarray(0, 7))]).toEqual(['192.0.2.1', null]);
    expect([addressIn(v6.subarray(0, 24)), addressIn(v6.subarray(0, 23))]).toEqual(['2001:db8::2', null]);
    v4.writeUInt16LE(1, 0);
    expect([addressIn(v4), addressIn(Buffer.alloc(0))]).toEqual([null, null]);
  });
});
