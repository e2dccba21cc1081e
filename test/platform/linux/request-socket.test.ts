import { describe, expect, test } from 'vitest';
import type { EchoOptions, EchoReply, EchoSocket } from '../../../src/core/system/platform.ts';
import { internetChecksum, openEchoSocket } from '../../../src/platform/linux/icmp-echo.ts';
import { socketAddress } from '../../../src/platform/linux/socket-address.ts';
import { openUdpRequests } from '../../../src/platform/linux/udp-request.ts';
import { type VirtualClock, virtualClock } from '../../support/virtual-clock.ts';
import {
  controlMessage,
  type DatagramKernel,
  extendedError,
  type Incoming,
  openDatagramKernel,
  stamp,
} from './fake-libc.ts';

/** A signal that never comes; a real one gets slow with 16,384 listeners. */
const NEVER = { aborted: false, addEventListener() {}, removeEventListener() {} } as unknown as AbortSignal;
const SILENCE = { rttMs: null, error: null, from: null, errorMs: null, cause: null, mtu: null, fault: null };
const TOO_BIG = { ...SILENCE, error: 'packet too big', cause: 'too_big' };
const HOST = '192.0.2.9';
const ROUTER = socketAddress('192.0.2.1', 0);

interface Scene {
  readonly kernel: DatagramKernel;
  readonly clock: VirtualClock;
  readonly socket: EchoSocket;
}

function openUdp(family: 'ipv4' | 'ipv6' = 'ipv4'): Scene {
  const [kernel, clock] = [openDatagramKernel(), virtualClock()];
  return { kernel, clock, socket: openUdpRequests(family, clock)! };
}

function openEcho(method: 'icmp_dgram' | 'icmp_raw', family: 'ipv4' | 'ipv6' = 'ipv4'): Scene {
  const [kernel, clock] = [openDatagramKernel(), virtualClock()];
  if (method === 'icmp_raw') kernel.sockets.push(1, 0);
  return { kernel, clock, socket: openEchoSocket(family, clock)! };
}

const ask = ({ socket }: Scene, address = HOST, options?: EchoOptions, timeoutMs = 1000): Promise<EchoReply> =>
  socket.send(address, 0, timeoutMs, NEVER, options);

/** What a host or a router says about a datagram to a port. */
const about = (port: number, error: Buffer, ...others: Buffer[]): Incoming => ({
  from: socketAddress(HOST, port),
  controls: Buffer.concat([...others, controlMessage(0, 11, error)]),
});
const NOBODY = extendedError(111, 2, 3, 3, 0, socketAddress(HOST, 0));
const EXPIRED = extendedError(113, 2, 11, 0, 0, ROUTER);

describe.skipIf(process.platform !== 'linux')('a socket for requests', () => {
  test.each([
    ['ipv4', ['socket 2 526338 0', 'set 33 1 35 01000000', 'set 33 1 8 00001000', 'set 33 0 11 01000000']],
    ['ipv6', ['socket 10 526338 0', 'set 33 1 35 01000000', 'set 33 1 8 00001000', 'set 33 41 25 01000000']],
  ] as const)('of UDP over %s is opened with times and errors', (family, calls) => {
    const { kernel, socket } = openUdp(family);
    expect(kernel.calls()).toEqual(calls);
    expect(socket.method).toBe('udp');
  });

  test('is none where the family is missing', () => {
    const kernel = openDatagramKernel();
    kernel.sockets.push(97);
    expect(openUdpRequests('ipv6', virtualClock())).toBeNull();
    kernel.sockets.push(13, 1);
    expect(openEchoSocket('ipv4', virtualClock())).toBeNull();
    expect(kernel.calls()).toEqual(['socket 10 526338 0', 'socket 2 526338 1', 'socket 2 526339 1']);
  });

  test.each([
    ['ipv4', 'icmp_dgram', ['socket 2 526338 1']],
    ['ipv6', 'icmp_dgram', ['socket 10 526338 58']],
    ['ipv4', 'icmp_raw', ['socket 2 526338 1', 'socket 2 526339 1', 'set 33 255 1 feffffff']],
    [
      'ipv6',
      'icmp_raw',
      ['socket 10 526338 58', 'socket 10 526339 58', `set 33 58 1 ${'ff'.repeat(16)}fdffffff${'ff'.repeat(12)}`],
    ],
  ] as const)('of ICMP over %s by %s hears answers alone', (family, method, expected) => {
    const { kernel, socket } = openEcho(method, family);
    const usual = ['set 33 1 35', 'set 33 1 8 ', family === 'ipv4' ? 'set 33 0 11' : 'set 33 41 25'];
    const calls = kernel.calls().filter((call) => !usual.some((one) => call.startsWith(one)));
    expect(calls).toEqual(expected);
    expect(socket.method).toBe(method);
  });

  test('sets what a path is asked with, when it changes', async () => {
    for (const [family, ttl, discovery] of [
      ['ipv4', '0 2', '0 10'],
      ['ipv6', '41 16', '41 23'],
    ] as const) {
      const scene = openUdp(family);
      const address = family === 'ipv4' ? HOST : '2001:db8::9';
      const callsFor = (options?: EchoOptions): string[] => {
        scene.kernel.calls();
        void ask(scene, address, options);
        return scene.kernel.calls();
      };
      expect(callsFor()).toEqual([]);
      expect(callsFor({ ttl: 3 })).toEqual([`set 33 ${ttl} 03000000`]);
      expect(callsFor({ ttl: 3, bytes: 1500 })).toEqual([`set 33 ${discovery} 03000000`]);
      expect(callsFor({ ttl: 3, bytes: 1400 })).toEqual([]);
      expect(callsFor()).toEqual([`set 33 ${ttl} ffffffff`, `set 33 ${discovery} 01000000`]);
      await scene.clock.pass(1000);
    }
  });
});

describe.skipIf(process.platform !== 'linux')('a request by UDP', () => {
  test.each([
    ['ipv4', HOST, undefined, 32],
    ['ipv4', HOST, 28, 0],
    ['ipv4', HOST, 27, 0],
    ['ipv4', HOST, 29, 1],
    ['ipv4', HOST, 1500, 1472],
    ['ipv6', '2001:db8::9', undefined, 32],
    ['ipv6', '2001:db8::9', 1500, 1452],
  ] as const)('over %s to %s in %s bytes carries %i zeros', (family, address, bytes, length) => {
    const scene = openUdp(family);
    void scene.socket.send(address, 5, 1000, NEVER, bytes === undefined ? {} : { bytes });
    expect(scene.kernel.sent()).toEqual([{ data: Buffer.alloc(length), to: socketAddress(address, 33_434, 5) }]);
  });

  test('goes to the next of 512 ports, host by host', () => {
    const scene = openUdp();
    const portOf = (address: string): number => {
      void ask(scene, address);
      return scene.kernel.sent()[0]!.to.readUInt16BE(2);
    };
    expect([portOf(HOST), portOf('192.0.2.8'), portOf(HOST)]).toEqual([33_434, 33_434, 33_435]);
    for (let n = 2; n < 511; n++) portOf(HOST);
    expect([portOf(HOST), portOf(HOST)]).toEqual([33_945, 33_434]);
  });

  test('remembers the ports of 4096 hosts', () => {
    const scene = openUdp();
    const portOf = (n: number): number => {
      void ask(scene, `10.0.${n >> 8}.${n & 255}`);
      return scene.kernel.sent()[0]!.to.readUInt16BE(2);
    };
    for (let n = 0; n < 4095; n++) portOf(n);
    expect(portOf(0)).toBe(33_435);
    portOf(4095);
    // there is no room: all begin again
    expect([portOf(1), portOf(0)]).toEqual([33_435, 33_434]);
  });

  test('arrived when nobody listens', async () => {
    const scene = openUdp();
    const asked = ask(scene);
    scene.kernel.errors.push(about(33_434, NOBODY));
    await scene.clock.pass(2);
    expect(await asked).toEqual({ ...SILENCE, rttMs: 2, from: HOST });
    expect(scene.clock.timers()).toBe(0);
  });

  test('arrived when somebody answers', async () => {
    const scene = openUdp();
    const asked = ask(scene);
    scene.kernel.answers.push({ bytes: Buffer.from('x'), from: socketAddress(HOST, 33_434) });
    await scene.clock.pass(2);
    expect(await asked).toEqual({ ...SILENCE, rttMs: 2, from: HOST });
  });

  test('hears what a router says', async () => {
    const scene = openUdp();
    const asked = ask(scene);
    scene.kernel.errors.push(about(33_434, EXPIRED));
    await scene.clock.pass(2);
    const error = 'time to live exceeded';
    expect(await asked).toEqual({ ...SILENCE, error, from: '192.0.2.1', cause: 'expired', errorMs: 2 });
  });

  test('hears nothing of other ports, other hosts, notes, and what has no address', async () => {
    const scene = openUdp();
    const asked = ask(scene);
    scene.kernel.errors.push(about(33_435, NOBODY));
    scene.kernel.errors.push({ ...about(33_434, NOBODY), from: socketAddress('192.0.2.8', 33_434) });
    scene.kernel.errors.push({ ...about(33_434, NOBODY), from: Buffer.alloc(0) });
    scene.kernel.errors.push(about(33_434, extendedError(113, 2, 5, 0, 0, ROUTER)));
    scene.kernel.answers.push({ from: socketAddress(HOST, 33_435) });
    scene.kernel.answers.push({ from: Buffer.alloc(4) });
    await scene.clock.pass(999);
    expect([scene.kernel.errors, scene.kernel.answers]).toEqual([[], []]);
    await scene.clock.pass(1);
    expect(await asked).toEqual(SILENCE);
    expect(scene.clock.timers()).toBe(0);
  });
});

describe.skipIf(process.platform !== 'linux')('the time of an answer', () => {
  const MS = 1_000_000n;
  const WALL = 1_793_000_000_500_000_000n;

  /** The time of an answer that the kernel had so many nanoseconds after `WALL`; netwatch reads it 2 ms after it asked. */
  async function timeOf(controls: Buffer, wall = WALL): Promise<number | null> {
    const scene = openUdp();
    const asked = ask(scene);
    scene.kernel.wall = wall;
    scene.kernel.answers.push({ from: socketAddress(HOST, 33_434), controls });
    await scene.clock.pass(2);
    return (await asked).rttMs;
  }

  test.each([
    [0n, 2],
    [500_000n, 1.5],
    [2n * MS - 1n, 0.000001],
    // the wall clock was set
    [2n * MS, 2],
    [-1n, 2],
    [1_000n * MS, 2],
  ])('is shorter by the %s ns that it lay here', async (lain, rttMs) => {
    expect(await timeOf(stamp(WALL - lain))).toBeCloseTo(rttMs, 9);
  });

  test('counts across a second of the wall clock', async () => {
    const second = 1_793_000_001_000_000_000n;
    expect(await timeOf(stamp(second - MS), second + 500_000n)).toBe(0.5);
  });

  test('is as long as it was read without a stamp, or with one that is cut short', async () => {
    const half = Buffer.alloc(15);
    half.writeBigInt64LE(WALL / 1_000_000_000n, 0);
    const stamped = stamp(WALL - 500_000n);
    const ofOther = (level: number, type: number): Buffer => controlMessage(level, type, stamped.subarray(16, 32));
    expect(await timeOf(Buffer.alloc(0))).toBe(2);
    expect(await timeOf(controlMessage(1, 35, half))).toBe(2);
    expect([await timeOf(ofOther(2, 35)), await timeOf(ofOther(1, 36))]).toEqual([2, 2]);
    expect(await timeOf(Buffer.concat([ofOther(2, 35), stamped]))).toBe(1.5);
  });

  test('is read again, twice at most, when this process had to wait between the clocks', async () => {
    const timesOf = async (waits: readonly number[]): Promise<[number | null, number]> => {
      const scene = openUdp();
      let reads = 0;
      scene.kernel.onClock = () => scene.clock.suspend(waits[reads++] ?? 0);
      const asked = ask(scene);
      scene.kernel.answers.push({ from: socketAddress(HOST, 33_434) });
      await scene.clock.pass(2);
      return [(await asked).rttMs, reads];
    };
    expect(await timesOf([0])).toEqual([2, 1]);
    expect(await timesOf([0.0625])).toEqual([2.0625, 2]);
    expect(await timesOf([1, 1])).toEqual([4, 3]);
    expect(await timesOf([1, 1, 1, 1])).toEqual([5, 3]);
    expect(await timesOf([0.03125])).toEqual([2.03125, 1]);
  });
});

describe.skipIf(process.platform !== 'linux')('sending', () => {
  test('that the system refuses is an answer at once', async () => {
    const scene = openUdp();
    scene.kernel.refusals.push(1);
    const error = 'a firewall of this machine refuses to send';
    expect(await ask(scene)).toEqual({ ...SILENCE, error, fault: 'EPERM' });
    scene.kernel.refusals.push(90);
    expect(await ask(scene)).toEqual(TOO_BIG);
    expect(scene.clock.timers()).toBe(0);
    expect(scene.kernel.sent()).toHaveLength(2);
  });

  test('what is too big tells what is not', async () => {
    const scene = openUdp();
    const local = (errno: number, mtu: number): Incoming => about(1, extendedError(errno, 1, 0, 0, mtu));
    scene.kernel.refusals.push(90);
    scene.kernel.errors.push(local(90, 1400));
    expect(await ask(scene)).toEqual({ ...TOO_BIG, mtu: 1400 });
    // another refusal, an error of a router, or one of before is none of this packet
    scene.kernel.refusals.push(1, 0);
    scene.kernel.errors.push(local(90, 1400));
    void ask(scene);
    expect(scene.kernel.sent()).toHaveLength(3);
    scene.kernel.refusals.push(90, 90);
    scene.kernel.errors.push(about(1, extendedError(90, 2, 3, 4, 1300, ROUTER)));
    expect(await ask(scene)).toEqual(TOO_BIG);
    scene.kernel.refusals.push(90, 90);
    scene.kernel.errors.push(local(1, 1200));
    expect(await ask(scene)).toEqual(TOO_BIG);
  });

  test('is tried again when the error was one of an earlier request, eight times at most', async () => {
    const scene = openUdp();
    const first = ask(scene);
    scene.kernel.refusals.push(113, 0);
    scene.kernel.errors.push(about(33_434, EXPIRED));
    void ask(scene);
    expect((await first).cause).toBe('expired');
    expect(scene.kernel.sent()).toHaveLength(3);

    scene.kernel.onRefused = () => scene.kernel.errors.push(about(1, EXPIRED));
    scene.kernel.refusals.push(...Array<number>(8).fill(113), 0);
    const sent = ask(scene);
    expect(scene.kernel.sent()).toHaveLength(9);
    scene.kernel.errors.push(about(33_436, NOBODY));
    await scene.clock.pass(2);
    expect(await sent).toMatchObject({ rttMs: 2 });

    scene.kernel.refusals.push(...Array<number>(9).fill(113), 0);
    expect(await ask(scene)).toEqual({ ...SILENCE, error: 'host unreachable', fault: 'EHOSTUNREACH' });
    expect(scene.kernel.sent()).toHaveLength(9);
  });
});

describe.skipIf(process.platform !== 'linux')('waiting', () => {
  test('ends with the time, after a last look', async () => {
    const scene = openUdp();
    const [late, never] = [ask(scene, HOST, {}, 1), ask(scene, HOST, {}, 1)];
    scene.kernel.answers.push({ from: socketAddress(HOST, 33_434) });
    await scene.clock.pass(1);
    expect(await late).toEqual({ ...SILENCE, rttMs: 1, from: HOST });
    expect(await never).toEqual(SILENCE);
  });

  test('ends with the signal, after a last look', async () => {
    const scene = openUdp();
    const controller = new AbortController();
    const [found, given] = [0, 1].map(() => scene.socket.send(HOST, 0, 1000, controller.signal));
    scene.kernel.answers.push({ from: socketAddress(HOST, 33_434) });
    controller.abort();
    expect(await found).toEqual({ ...SILENCE, rttMs: 0, from: HOST });
    expect(await given).toEqual({ ...SILENCE, error: 'interrupted' });
    await scene.clock.pass(2);
    expect(scene.clock.timers()).toBe(0);
    scene.kernel.sent();
    expect(await scene.socket.send(HOST, 0, 1000, controller.signal)).toEqual({ ...SILENCE, error: 'interrupted' });
    expect([scene.kernel.sent(), scene.clock.timers()]).toEqual([[], 0]);
  });

  test('looks every two milliseconds while anybody waits, and once for all', async () => {
    const scene = openUdp();
    const asked = [ask(scene), ask(scene)];
    expect(scene.clock.timers()).toBe(3);
    for (const port of [33_434, 33_435]) {
      scene.kernel.answers.push({ from: socketAddress(HOST, port) });
      await scene.clock.pass(1);
      expect(scene.kernel.answers).toHaveLength(1);
      await scene.clock.pass(1);
      expect(scene.kernel.answers).toHaveLength(0);
    }
    expect((await Promise.all(asked)).map(({ rttMs }) => rttMs)).toEqual([2, 4]);
    expect(scene.clock.timers()).toBe(0);
  });

  test('ends with the socket, which is closed once', async () => {
    const scene = openUdp();
    const asked = ask(scene);
    scene.kernel.calls();
    scene.socket.close();
    scene.socket.close();
    expect(scene.kernel.calls()).toEqual(['close 33']);
    scene.kernel.answers.push({ from: socketAddress(HOST, 33_434) });
    expect(scene.clock.timers()).toBe(1);
    await scene.clock.pass(1000);
    expect(await asked).toEqual(SILENCE);
    scene.kernel.sent();
    expect(await ask(scene)).toEqual({ ...SILENCE, error: 'interrupted' });
    expect([scene.kernel.sent(), scene.kernel.answers.length]).toEqual([[], 1]);
  });

  test('counts further answers of a host until it is asked for them', async () => {
    const scene = openUdp();
    const answer = { from: socketAddress(HOST, 33_434) };
    const asked = ask(scene);
    scene.kernel.answers.push(answer);
    await scene.clock.pass(2);
    await asked;
    expect(scene.socket.duplicates(HOST)).toBe(0);
    void ask(scene);
    scene.kernel.answers.push(answer, answer, { from: socketAddress('192.0.2.8', 33_434) });
    await scene.clock.pass(2);
    expect([HOST, HOST, '192.0.2.8'].map((address) => scene.socket.duplicates(address))).toEqual([2, 0, 0]);
  });

  test('an answer that comes too late is the first one all the same', async () => {
    const scene = openUdp();
    expect(scene.clock.timers()).toBe(0);
    const late = ask(scene, HOST, {}, 1);
    await scene.clock.pass(1);
    expect(await late).toEqual(SILENCE);
    const answer = { from: socketAddress(HOST, 33_434) };
    for (const count of [0, 1]) {
      void ask(scene);
      scene.kernel.answers.push(answer);
      await scene.clock.pass(2);
      expect(scene.socket.duplicates(HOST)).toBe(count);
    }
  });

  test('4096 answers and errors are read at once', async () => {
    const scene = openUdp();
    void ask(scene);
    const other = { from: socketAddress('192.0.2.8', 1) };
    scene.kernel.answers.push(...Array<Incoming>(4097).fill(other));
    scene.kernel.errors.push(
      ...Array<Incoming>(3 * 4096).fill({ from: other.from, controls: about(1, NOBODY).controls! }),
    );
    await scene.clock.pass(2);
    // errors before the answers and after
    expect([scene.kernel.answers.length, scene.kernel.errors.length]).toEqual([1, 4096]);
  });

  test('16,384 requests are remembered', async () => {
    const scene = openEcho('icmp_dgram');
    const answerTo = (sent: { readonly data: Buffer } | undefined): Incoming => {
      const bytes = Buffer.from(sent!.data);
      bytes[0] = 0;
      return { bytes, from: socketAddress(HOST, 0) };
    };
    const heard: number[] = [];
    for (let n = 0; n <= 16_384; n++) void ask(scene).then(() => heard.push(n));
    scene.kernel.answers.push(...scene.kernel.sent().slice(0, 2).map(answerTo));
    await scene.clock.pass(2);
    expect(heard).toEqual([1]);
    scene.socket.close();
  });
});

describe.skipIf(process.platform !== 'linux')('an echo', () => {
  const HOSTS = { ipv4: HOST, ipv6: '2001:db8::9' } as const;
  const WAYS = [
    ['ipv4', 'icmp_dgram'],
    ['ipv6', 'icmp_dgram'],
    ['ipv4', 'icmp_raw'],
    ['ipv6', 'icmp_raw'],
  ] as const;
  type Way = (typeof WAYS)[number];

  /** The answer of a host to what was sent, as such a socket hears it. */
  function answerTo(
    [family, method]: Way,
    request: Buffer,
    change: (bytes: Buffer) => Buffer = (bytes) => bytes,
  ): Incoming {
    const whole = Buffer.from(request);
    whole[0] = family === 'ipv4' ? 0 : 129;
    const bytes = change(whole);
    const header = Buffer.alloc(24, 0xff);
    header[0] = 0x46;
    const from = socketAddress(HOSTS[family], 0);
    return { bytes: family === 'ipv4' && method === 'icmp_raw' ? Buffer.concat([header, bytes]) : bytes, from };
  }

  test.each(WAYS)('over %s by %s has header, token and pattern', (family, method) => {
    const scene = openEcho(method, family);
    const sentWith = (bytes?: number): Buffer => {
      void scene.socket.send(HOSTS[family], 6, 1000, NEVER, bytes === undefined ? {} : { bytes });
      const [{ data, to }] = scene.kernel.sent() as [{ data: Buffer; to: Buffer }];
      expect(to).toEqual(socketAddress(HOSTS[family], 0, 6));
      return data;
    };
    const [first, second] = [sentWith(), sentWith()];
    expect(first).toHaveLength(64);
    expect([first[0], first[1], first.readUInt16BE(6), second.readUInt16BE(6)]).toEqual([
      family === 'ipv4' ? 8 : 128,
      0,
      0,
      1,
    ]);
    expect(second.subarray(4, 6)).toEqual(first.subarray(4, 6));
    expect(second.subarray(8)).toEqual(first.subarray(8));
    expect([...first.subarray(16)]).toEqual(Array.from({ length: 48 }, (_, index) => index + 16));
    // the kernel sums ICMPv6
    for (const data of [first, second]) {
      if (family === 'ipv4') expect(internetChecksum(data)).toBe(0);
      else expect(data.readUInt16BE(2)).toBe(0);
    }
    const around = family === 'ipv4' ? 20 : 40;
    const sizes = [0, around + 16, around + 17, 65_535].map((bytes) => sentWith(bytes).length);
    expect(sizes).toEqual([16, 16, 17, 65_535 - around]);
    scene.socket.close();
  });

  test('has another token and id than that of the next socket', () => {
    const tokens = [0, 1].map(() => {
      const scene = openEcho('icmp_dgram');
      void ask(scene);
      return scene.kernel.sent()[0]!.data.toString('hex', 8, 16);
    });
    expect(tokens[0]).not.toBe(tokens[1]);
  });

  test('counts to 65,535', () => {
    const scene = openEcho('icmp_dgram');
    const sequenceOf = (): number => {
      void ask(scene);
      return scene.kernel.sent()[0]!.data.readUInt16BE(6);
    };
    (scene.socket as unknown as { sequence: number }).sequence = 65_534;
    expect([sequenceOf(), sequenceOf(), sequenceOf()]).toEqual([65_534, 65_535, 0]);
  });

  test.each(WAYS)('over %s by %s is answered by its own answer', async (...way) => {
    const scene = openEcho(way[1], way[0]);
    const asked = ask(scene, HOSTS[way[0]]);
    const { data } = scene.kernel.sent()[0]!;
    const { answers } = scene.kernel;
    answers.push(answerTo(way, data, (bytes) => bytes.fill(data[0]!, 0, 1))); // a request
    answers.push(answerTo(way, data, (bytes) => bytes.fill(bytes[8]! ^ 1, 8, 9))); // of another socket
    answers.push(answerTo(way, data, (bytes) => bytes.fill(bytes[15]! ^ 1, 15, 16)));
    answers.push(answerTo(way, data, (bytes) => bytes.fill(9, 6, 8))); // of none that is known
    answers.push(answerTo(way, data, (bytes) => bytes.subarray(0, 15)));
    answers.push({ bytes: Buffer.alloc(0), from: Buffer.alloc(0) });
    await scene.clock.pass(2);
    expect(answers).toEqual([]);
    answers.push(answerTo(way, data, (bytes) => bytes.subarray(0, 16)));
    await scene.clock.pass(2);
    expect(await asked).toEqual({ ...SILENCE, rttMs: 4, from: HOSTS[way[0]] });
    answers.push(answerTo(way, data, (bytes) => bytes.fill(data[0]!, 0, 1)));
    answers.push(answerTo(way, data));
    void ask(scene, HOSTS[way[0]]);
    await scene.clock.pass(2);
    expect(scene.socket.duplicates(HOSTS[way[0]])).toBe(1);
  });

  test.each(WAYS)('over %s by %s is known by what an error quotes', async (...way) => {
    const [family, method] = way;
    const scene = openEcho(method, family);
    const origin = family === 'ipv4' ? 2 : 3;
    const level = family === 'ipv4' ? [0, 11] : [41, 25];
    const router = socketAddress(family === 'ipv4' ? '192.0.2.1' : '2001:db8::1', 0);
    const error = (bytes: Buffer, type: number, code: number): Incoming => ({
      bytes,
      controls: controlMessage(level[0]!, level[1]!, extendedError(113, origin, type, code, 0, router)),
    });
    const expired = (bytes: Buffer): Incoming => error(bytes, family === 'ipv4' ? 11 : 3, 0);
    const replies = [0, 1, 2, 3].map(() => ask(scene, HOSTS[family]));
    const sent = scene.kernel.sent().map(({ data }) => data);
    const other = Buffer.from(sent[0]!);
    other[8]!++;
    const otherId = Buffer.from(sent[3]!.subarray(0, 8));
    otherId[4]!++;
    scene.kernel.errors.push(expired(other), expired(sent[0]!.subarray(0, 7)));
    scene.kernel.errors.push(expired(sent[1]!), expired(sent[2]!.subarray(0, 8)), expired(otherId));
    await scene.clock.pass(2);
    const words = family === 'ipv4' ? 'time to live exceeded' : 'hop limit exceeded';
    const from = family === 'ipv4' ? '192.0.2.1' : '2001:db8::1';
    const expected = { ...SILENCE, error: words, cause: 'expired', from, errorMs: 2 };
    expect([await replies[1], await replies[2]]).toEqual([expected, expected]);
    // the kernel gives a datagram socket its own errors alone, and another id
    await scene.clock.pass(998);
    expect(await replies[3]).toEqual(method === 'icmp_raw' ? SILENCE : expected);
    expect(await replies[0]).toEqual(SILENCE);

    const refused = ask(scene, HOSTS[family]);
    scene.kernel.errors.push(error(scene.kernel.sent()[0]!.data, family === 'ipv4' ? 3 : 1, family === 'ipv4' ? 3 : 4));
    await scene.clock.pass(2);
    // whose ports are unreachable has not answered an echo
    expect(await refused).toMatchObject({ rttMs: null, error: 'port unreachable', cause: null });
  });
});

test.each([
  ['0001f203f4f5f6f7', 0x220d],
  ['01', 0xfeff],
  ['', 0xffff],
  ['0001', 0xfffe],
  ['000102', 0xfdfe],
  ['ffff', 0],
  ['ffff0001', 0xfffe],
  ['ffffffff', 0],
])('the checksum of %s', (digits, sum) => expect(internetChecksum(Buffer.from(digits, 'hex'))).toBe(sum));
