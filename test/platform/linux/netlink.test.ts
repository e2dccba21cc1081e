import { describe, expect, test } from 'vitest';
import {
  eachAttribute,
  NETLINK_ROUTE,
  NETLINK_SOCK_DIAG,
  type Netlink,
  openNetlink,
} from '../../../src/platform/linux/netlink.ts';
import { replaceLibc } from './fake-libc.ts';
import { attribute, hex, u8, u16, u32 } from './netlink-bytes.ts';

const [EPERM, EINTR, EAGAIN, ENOBUFS] = [1, 4, 11, 105];

interface Kernel {
  readonly netlink: Netlink;
  /** Calls so far; emptied by the call. */
  calls(): string[];
  /** What comes next: a datagram, or the number of an error; 0 for an empty one. */
  readonly incoming: (Buffer | number)[];
  /** Calls that fail, as `bind`, or `set 270 1`. */
  readonly failing: Set<string>;
}

function open(protocol = NETLINK_ROUTE, failing: readonly string[] = []): Kernel {
  const calls: string[] = [];
  const fails = new Set(failing);
  const incoming: (Buffer | number)[] = [];
  let errno = 0;
  const answer = (call: string, name: string): number => {
    calls.push(call);
    if (!fails.has(name)) return 0;
    errno = EPERM;
    return -1;
  };
  const text = (bytes: Uint8Array, length: number): string => Buffer.from(bytes.subarray(0, length)).toString('hex');
  replaceLibc({
    errno: () => errno,
    socket: (...of) => answer(`socket ${of.join(' ')}`, 'socket') || 9,
    setsockopt: (fd, level, name, value, length) =>
      answer(`set ${fd} ${level} ${name} ${text(value, length)}`, `set ${level} ${name}`),
    bind: (fd, address, length) => answer(`bind ${fd} ${text(address, length)}`, 'bind'),
    send: (fd, data, length, flags) => answer(`send ${fd} ${text(data, length)} ${flags}`, 'send') || length,
    close: (fd) => answer(`close ${fd}`, 'close'),
    recv(fd, data, length, flags) {
      calls.push(`recv ${fd} ${length} ${flags}`);
      const next = incoming.shift();
      if (next === undefined) throw new Error('nothing more comes');
      if (Buffer.isBuffer(next)) return next.copy(data);
      errno = next;
      return next === 0 ? 0 : -1;
    },
  });
  return { netlink: openNetlink(protocol), calls: () => calls.splice(0), incoming, failing: fails };
}

/** struct nlmsghdr and a payload, padded. */
function message(
  type: number,
  sequence: number,
  payload: Buffer = Buffer.alloc(0),
  flags = 2,
  length = 16 + payload.length,
): Buffer {
  const padding = Buffer.alloc(-payload.length & 3);
  return Buffer.concat([u32(length), u16(type), u16(flags), u32(sequence), u32(0), payload, padding]);
}

const [ERROR, DONE] = [2, 3];

/** The dump, and the payloads it visited as `type payload`. */
function dump({ netlink }: Kernel): { whole: boolean; visited: string[] } {
  const visited: string[] = [];
  const whole = netlink.dump(0x1234, hex('aabbcc'), (type, data, start, end) => {
    visited.push(`${type} ${data.toString('hex', start, end)}`);
  });
  return { whole, visited };
}

describe.skipIf(process.platform !== 'linux')('a netlink socket', () => {
  test('is opened with a time to wait, words for errors and strict checks', () => {
    const kernel = open(NETLINK_SOCK_DIAG);
    kernel.netlink.close();
    expect(kernel.calls()).toEqual([
      'socket 16 524291 4',
      'set 9 1 20 05000000000000000000000000000000',
      'set 9 270 11 01000000',
      'set 9 270 12 01000000',
      'close 9',
    ]);
    expect(() => open(NETLINK_ROUTE, ['socket'])).toThrow('netlink socket failed with errno 1');
  });

  test('asks with a number of its own each time', () => {
    const kernel = open();
    kernel.calls();
    kernel.incoming.push(message(DONE, 1), message(DONE, 2));
    dump(kernel);
    dump(kernel);
    expect(kernel.calls()).toEqual([
      'send 9 13000000341201030100000000000000aabbcc 0',
      'recv 9 65536 0',
      'send 9 13000000341201030200000000000000aabbcc 0',
      'recv 9 65536 0',
    ]);
    kernel.failing.add('send');
    expect(() => dump(kernel)).toThrow('netlink send failed with errno 1');
  });

  test('visits every message of the answer, and those of this answer alone', () => {
    const kernel = open();
    kernel.incoming.push(
      Buffer.concat([message(20, 1, u8(1, 2, 3)), message(20, 7, u8(9)), message(21, 1, u8(4))]),
      Buffer.concat([message(DONE, 7), message(ERROR, 0, u32(-1 >>> 0)), message(20, 1)]),
      EINTR,
      Buffer.concat([message(DONE, 1, u32(0)), message(20, 1, u8(5))]),
    );
    expect(dump(kernel)).toEqual({ whole: true, visited: ['20 010203', '21 04', '20 '] });
  });

  test.each([
    ['a message', [message(20, 1, u8(1), 0x12), message(DONE, 1)]],
    ['the end', [message(20, 1, u8(1)), message(DONE, 1, u32(0), 0x10)]],
    ['a message of another answer', [message(20, 1, u8(1)), message(20, 7, u8(2), 0x10), message(DONE, 1)]],
  ])('says when the table changed meanwhile, by %s', (_, messages) => {
    const kernel = open();
    kernel.incoming.push(Buffer.concat(messages));
    expect(dump(kernel)).toEqual({ whole: false, visited: ['20 01'] });
  });

  test('throws the error number that ends a dump', () => {
    const of = (...messages: Buffer[]) => {
      const kernel = open();
      kernel.incoming.push(Buffer.concat(messages));
      return () => dump(kernel);
    };
    expect(of(message(ERROR, 1, u32(-2 >>> 0)))).toThrow('netlink dump failed with errno 2');
    expect(of(message(DONE, 1, u32(-95 >>> 0)))).toThrow('netlink dump failed with errno 95');
    expect(of(message(ERROR, 1, u32(0)))()).toEqual({ whole: true, visited: [] });
    expect(of(message(DONE, 1, u32(5)))()).toEqual({ whole: true, visited: [] });
    // the number needs four bytes
    expect(of(message(DONE, 1, hex('feffff')), u32(-1 >>> 0))()).toEqual({ whole: true, visited: [] });
  });

  test('throws when a message is cut short, and when nothing comes', () => {
    const of = (...incoming: (Buffer | number)[]) => {
      const kernel = open();
      kernel.incoming.push(...incoming);
      return () => dump(kernel);
    };
    const short = 'netlink dump (message cut short) failed with errno 0';
    expect(of(message(20, 1, u8(1), 2, 15))).toThrow(short);
    expect(of(message(20, 1, u32(1), 2, 21))).toThrow(short);
    expect(of(message(20, 1, u32(1), 2, 0))).toThrow(short);
    expect(of(0)).toThrow('netlink recv failed with errno 11');
    expect(of(EINTR, EAGAIN)).toThrow('netlink recv failed with errno 11');
    expect(of(message(20, 1), 9)).toThrow('netlink recv failed with errno 9');
    expect(of(message(DONE, 1).subarray(0, 15), 9)).toThrow('errno 9');
  });

  test('joins groups with a large buffer, if it may', () => {
    const kernel = open();
    kernel.calls();
    kernel.netlink.join([1, 5]);
    const bind = 'bind 9 100000000000000000000000';
    const groups = ['set 9 270 1 01000000', 'set 9 270 1 05000000'];
    expect(kernel.calls()).toEqual([bind, 'set 9 1 33 00004000', ...groups]);
    kernel.failing.add('set 1 33');
    kernel.netlink.join([1, 5]);
    expect(kernel.calls()).toEqual([bind, 'set 9 1 33 00004000', 'set 9 1 8 00004000', ...groups]);
    kernel.failing.add('set 270 1');
    expect(() => kernel.netlink.join([1])).toThrow('netlink join failed with errno 1');
    expect(() => kernel.netlink.join([])).not.toThrow();
    kernel.failing.add('bind');
    expect(() => kernel.netlink.join([])).toThrow('netlink bind failed with errno 1');
  });

  test('hears its groups without waiting', () => {
    const kernel = open();
    const receive = (...incoming: (Buffer | number)[]) => {
      kernel.incoming.splice(0, kernel.incoming.length, ...incoming);
      const visited: string[] = [];
      const whole = kernel.netlink.receive((type, data, start, end) => {
        visited.push(`${type} ${data.toString('hex', start, end)}`);
      });
      return { whole, visited };
    };
    kernel.calls();
    expect(receive(EAGAIN)).toEqual({ whole: true, visited: [] });
    expect(kernel.calls()).toEqual(['recv 9 65536 64']);
    const both = Buffer.concat([message(3, 0, u8(7)), message(4, 0, u8(1, 2)), message(20, 8, u8(3))]);
    expect(receive(both, message(21, 0), EAGAIN)).toEqual({ whole: true, visited: ['4 0102', '20 03', '21 '] });
    expect(receive(ENOBUFS, EINTR, message(21, 0), EAGAIN)).toEqual({ whole: false, visited: ['21 '] });
    expect(receive(0)).toEqual({ whole: true, visited: [] });
    expect(() => receive(9)).toThrow('netlink recv failed with errno 9');
    // what is cut short is left, with what lies behind it
    const cut = [message(20, 0, u8(1), 2, 15), message(20, 0, u32(1), 2, 41)];
    for (const bad of cut) expect(receive(Buffer.concat([bad, message(20, 0)]), EAGAIN).visited).toEqual([]);
    expect(receive(message(20, 0).subarray(0, 15), EAGAIN).visited).toEqual([]);
  });
});

test('attributes are walked to the first that does not fit', () => {
  const walk = (data: Buffer, start = 0, end = data.length): string[] => {
    const found: string[] = [];
    eachAttribute(data, start, end, (type, from, to) => found.push(`${type} ${data.toString('hex', from, to)}`));
    return found;
  };
  const two = Buffer.concat([attribute(1, u8(1, 2, 3)), attribute(0x8002, u8(4)), attribute(0x4003)]);
  expect(walk(two)).toEqual(['1 010203', '2 04', '3 ']);
  expect(walk(two, 8)).toEqual(['2 04', '3 ']);
  expect([walk(two, 0, 6), walk(two, 0, 7), walk(two, 0, 12), walk(two, 0, 13)]).toEqual([
    [],
    ['1 010203'],
    ['1 010203'],
    ['1 010203', '2 04'],
  ]);
  expect(walk(hex('03000100 05000200 01'))).toEqual([]);
  expect(walk(hex('04000100'))).toEqual(['1 ']);
  expect(walk(hex('040001'))).toEqual([]);
});
