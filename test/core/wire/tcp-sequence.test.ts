import { describe, expect, test } from 'vitest';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { readHttpMessage } from '../../../src/core/wire/app/http/http-message.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { LOST_SEGMENT, OUT_OF_ORDER } from '../../../src/core/wire/tcp-analysis.ts';
import { MOST_EARLY_BYTES, MOST_EARLY_SEGMENTS, MOST_EARLY_UNHEARD } from '../../../src/core/wire/tcp-early.ts';
import { ACK, FIN, PSH, RST, SYN } from '../../../src/core/wire/tcp-flags.ts';
import { ethernet, ipv4, ipv6, octets, tcp, u16 } from '../../support/headers.ts';
import { dissectFrame, pathOf } from '../../support/wire.ts';

/** A query of DNS behind its length (RFC 1035, 4.2.2): 21 bytes. */
const query = (id: number): number[] => [0, 19, ...u16(id), ...octets('0100 0001 0000 0000 0000 0161 00 0001 0001')];
const SIZE = 21;
const queries = (count: number): number[] => Array.from({ length: count }, (_, index) => query(index + 1)).flat();

interface Sent {
  readonly flags?: number;
  /** Of what the server has sent, in bytes. */
  readonly ack?: number;
  /** Bytes that the capture kept of the frame. */
  readonly cut?: number;
}

/** A connection to a DNS server, segment by segment; `ids` are those of the messages read so far. */
class Connection {
  readonly dissector = new Dissector(REGISTRY);
  readonly packet = new Packet();
  readonly ids: number[] = [];
  private readonly base: number;
  private readonly isIpv6: boolean;
  private readonly port: number;
  private milliseconds = 0;

  constructor({ base = 1000, isIpv6 = false, port = 53, handshake = true } = {}) {
    this.base = base;
    this.isIpv6 = isIpv6;
    this.port = port;
    if (!handshake) return;
    this.send(0, -1, [], { flags: SYN, ack: -1 });
    this.send(1, -1, [], { flags: SYN | ACK, ack: 0 });
    this.send(0, 0, [], { flags: ACK, ack: 0 });
  }

  /** The client's bytes from `start` of its stream on. */
  client(start: number, bytes: readonly number[], given: Sent = {}): string {
    return this.send(0, start, bytes, given);
  }

  server(start: number, bytes: readonly number[], given: Sent = {}): string {
    return this.send(1, start, bytes, given);
  }

  /** The server acknowledges so many bytes. */
  acknowledge(bytes: number): string {
    return this.send(1, 0, [], { flags: ACK, ack: bytes });
  }

  /** The capture is over. */
  end(): number {
    let told = 0;
    this.dissector.end(this.packet, () => {
      told++;
      this.read();
    });
    return told;
  }

  private send(
    side: 0 | 1,
    start: number,
    bytes: readonly number[],
    { flags = PSH | ACK, ack = 0, cut }: Sent,
  ): string {
    const seq = (this.base + 1 + start) >>> 0;
    const acknowledged = (this.base + 1 + ack) >>> 0;
    const [from, to] = side === 0 ? [40_000, this.port] : [this.port, 40_000];
    const segment = tcp({ from, to, seq, ack: flags === SYN ? 0 : acknowledged, flags }, bytes);
    const [one, other] = side === 0 ? [1, 2] : [2, 1];
    const source = [...octets('20010db8000000000000000000000000').slice(0, 15), one];
    const target = [...source.slice(0, 15), other];
    const whole = this.isIpv6
      ? ethernet(0x86dd, [...ipv6(6, []).slice(0, 4), ...u16(segment.length), 6, 64, ...source, ...target, ...segment])
      : ethernet(0x0800, ipv4(6, segment, { from: [10, 0, 0, one], to: [10, 0, 0, other] }));
    const frame = Uint8Array.from(whole.slice(0, cut));
    this.milliseconds += 1;
    const nanoseconds = (this.milliseconds * 1_000_000) % 1_000_000_000;
    dissectFrame(frame, 1, this.dissector, { packet: this.packet, length: whole.length, nanoseconds });
    this.read();
    return pathOf(this.packet).replace(/^eth\/ipv?6?\//, '');
  }

  private read(): void {
    for (const { bytes, start } of this.packet.messages.slice(0, this.packet.messageCount)) {
      this.ids.push(bytes[start]! * 256 + bytes[start + 1]!);
    }
  }
}

/** The stream of `count` queries in segments that go from one place to the next, sent in this order. */
function readInOrder(count: number, places: readonly number[], order: readonly number[], given = {}): number[] {
  const connection = new Connection(given);
  const stream = queries(count);
  for (const index of order) connection.client(places[index]!, stream.slice(places[index]!, places[index + 1]));
  expect(connection.dissector.early.bytes).toBe(0);
  expect([...connection.dissector.early.all]).toEqual([]);
  expect(connection.dissector.pending.bytes).toBe(0);
  return connection.ids;
}

/** Every order of so many. */
function ordersOf(count: number): number[][] {
  if (count === 0) return [[]];
  return ordersOf(count - 1).flatMap((order) =>
    Array.from({ length: count }, (_, at) => [...order.slice(0, at), count - 1, ...order.slice(at)]),
  );
}

describe.each([
  ['over IPv4', {}],
  ['over IPv6', { isIpv6: true }],
  ['where sequence numbers wrap', { base: 0xffffffff - 30 }],
  ['where they turn negative', { base: 0x7fffffff - 30 }],
])('%s', (_, given) => {
  test('five segments are read in sequence in whatever order they come', () => {
    for (const order of ordersOf(5)) {
      expect([order, readInOrder(4, [0, 10, 21, 50, 63], order, given)]).toEqual([order, [1, 2, 3, 4]]);
    }
  });
});

test('the packet that closes the gap has what waited, and its analysis is its own', () => {
  const connection = new Connection();
  const stream = queries(4);
  expect(connection.client(42, stream.slice(42, 63))).toBe('tcp');
  expect(connection.packet.tcpAnalysis).toBe(LOST_SEGMENT);
  expect(connection.client(63, stream.slice(63, 84))).toBe('tcp');
  expect(connection.packet.tcpAnalysis).toBe(0);
  expect(connection.client(0, stream.slice(0, 42))).toBe('tcp/dns/dns/dns/dns/tcp.segments');
  expect(connection.packet.tcpAnalysis).toBe(OUT_OF_ORDER);
  const { packet } = connection;
  expect([packet.tcpSeq, packet.payloadLength, packet.payloadEnd - packet.payloadStart]).toEqual([1001, 42, 42]);
  expect([packet.direction, packet.srcPort, packet.dstPort, packet.tcpFlags]).toEqual([0, 40_000, 53, PSH | ACK]);
  expect(packet.payloadBytes.slice(packet.payloadStart, packet.payloadEnd)).toEqual(
    Uint8Array.from(stream.slice(0, 42)),
  );
  expect(connection.ids).toEqual([1, 2, 3, 4]);
});

test('two gaps, closed one after the other', () => {
  const connection = new Connection();
  const stream = queries(5);
  const send = (first: number, last: number): string =>
    connection.client(first * SIZE, stream.slice(first * SIZE, last * SIZE));
  expect([send(1, 2), send(3, 4), send(0, 1)]).toEqual(['tcp', 'tcp', 'tcp/dns/dns/tcp.segments']);
  expect(connection.ids).toEqual([1, 2]);
  expect([send(2, 3), send(4, 5)]).toEqual(['tcp/dns/dns/tcp.segments', 'tcp/dns']);
  expect(connection.ids).toEqual([1, 2, 3, 4, 5]);
});

/** What overlaps: each as `start-end`; all end up as three messages, each once. */
test.each([
  ['sent again with another length, while it waits', '42-50 42-63 0-42'],
  ['sent again shorter, while it waits', '42-63 42-50 0-42'],
  ['sent again, while it waits', '21-42 21-42 42-63 0-21'],
  ['the gap closed by more than it had', '30-63 0-40'],
  ['the gap closed by all', '30-40 42-63 0-63'],
  ['a part of what was read, and more', '0-21 10-50 40-63'],
  ['all of what was read, and more', '0-21 0-42 0-63'],
  ['what was read, again', '0-42 0-42 0-10 20-42 42-63'],
  ['byte by byte behind a gap', `${Array.from({ length: 21 }, (_, at) => `${62 - at}-${63 - at}`).join(' ')} 0-42`],
])('%s', (_, pieces) => {
  const connection = new Connection();
  const stream = queries(3);
  for (const piece of pieces.split(' ')) {
    const [start, end] = piece.split('-').map(Number) as [number, number];
    connection.client(start, stream.slice(start, end));
  }
  expect(connection.ids).toEqual([1, 2, 3]);
  expect(connection.dissector.early.bytes).toBe(0);
});

test('the first copy of bytes counts', () => {
  const connection = new Connection();
  connection.client(SIZE, query(2));
  connection.client(SIZE, query(9));
  connection.client(0, query(1));
  connection.client(SIZE, query(8));
  expect(connection.ids).toEqual([1, 2]);
});

test('an acknowledgement of what is behind a gap gives it up, with the next segment of either side', () => {
  const stream = queries(4);
  const connection = new Connection();
  connection.client(SIZE, query(2));
  expect(connection.acknowledge(SIZE)).toBe('tcp');
  expect(connection.client(3 * SIZE, query(4))).toBe('tcp');
  expect(connection.ids).toEqual([]);
  expect(connection.acknowledge(2 * SIZE)).toBe('tcp');
  expect(connection.ids).toEqual([]);
  connection.client(2 * SIZE, stream.slice(2 * SIZE, 3 * SIZE));
  expect(connection.ids).toEqual([2, 3, 4]);
  connection.client(0, query(1)); // it comes after all
  expect(connection.ids).toEqual([2, 3, 4]);
});

test('what was asked behind a gap comes before its answer, from the side that sent it', () => {
  const connection = new Connection();
  connection.client(SIZE, query(2));
  expect(connection.server(0, query(7), { ack: 2 * SIZE })).toBe('tcp/dns/dns');
  const { messages, messageCount, direction, srcPort, dstPort } = connection.packet;
  expect(messages.slice(0, messageCount).map((message) => message.direction)).toEqual([0, 1]);
  expect([direction, srcPort, dstPort]).toEqual([1, 53, 40_000]);
  expect(connection.ids).toEqual([2, 7]);
});

test('a segment that acknowledges nothing tells nothing of a gap', () => {
  const connection = new Connection({ base: 0xffff0000 });
  connection.client(SIZE, query(2));
  expect(connection.server(0, query(7), { flags: PSH, ack: 0x10000 })).toBe('tcp/dns');
  expect(connection.ids).toEqual([7]);
});

test('a request that waited has the acknowledgement with which it came', () => {
  const connection = new Connection();
  connection.client(SIZE, query(2), { ack: 5 });
  const acks: number[] = [];
  const dns = REGISTRY.byName.get('dns')!;
  const { segment } = dns;
  Object.assign(dns, {
    segment: (packet: Packet, dissection: Dissector) => {
      acks.push(packet.tcpAck - 1001);
      return segment!(packet, dissection);
    },
  });
  try {
    connection.client(3 * SIZE, query(4), { ack: 6 });
    connection.acknowledge(2 * SIZE);
    connection.client(4 * SIZE, query(5), { ack: 9 });
    connection.client(2 * SIZE, query(3), { ack: 7 });
  } finally {
    Object.assign(dns, { segment });
  }
  expect([acks, connection.packet.tcpAck - 1001]).toEqual([[5, 7], 7]);
});

test('an answer that acknowledges nothing behind the gap leaves it', () => {
  const connection = new Connection();
  connection.client(SIZE, query(2));
  expect(connection.server(0, query(7), { ack: SIZE })).toBe('tcp/dns');
  expect(connection.ids).toEqual([7]);
  connection.client(0, query(1));
  expect(connection.ids).toEqual([7, 1, 2]);
});

test('a gap that was acknowledged before is none', () => {
  const connection = new Connection();
  connection.acknowledge(SIZE);
  expect(connection.client(SIZE, query(2))).toBe('tcp/dns');
  connection.acknowledge(3 * SIZE - 1);
  expect(connection.client(3 * SIZE, query(4))).toBe('tcp');
});

test('a gap within a message: the message is not read, what follows is', () => {
  const connection = new Connection();
  const stream = queries(3);
  connection.client(0, stream.slice(0, 10));
  connection.client(15, stream.slice(15, 42));
  expect(connection.ids).toEqual([]);
  connection.acknowledge(42);
  connection.client(42, stream.slice(42));
  expect(connection.ids).toEqual([2, 3]);
  connection.client(8, stream.slice(8, 17)); // the other side had it; the capture has it now
  expect(connection.ids).toEqual([2, 3, 1]);
});

test.each([
  ['of the sender', 0],
  ['of the other side', 1],
])('a reset %s gives up all gaps', (_, side) => {
  const connection = new Connection();
  connection.client(SIZE, query(2));
  connection.client(3 * SIZE, query(4));
  connection.server(SIZE, query(8));
  const reset = { flags: RST };
  const path = side === 0 ? connection.client(0, [], reset) : connection.server(0, [], reset);
  expect(path).toBe('tcp/dns/dns/dns');
  expect(connection.ids).toEqual([2, 4, 8]);
  expect(connection.dissector.early.bytes).toBe(0);
});

test('at the end of the capture all that waits is read, at the time at which it came', () => {
  const connection = new Connection();
  connection.client(SIZE, query(2));
  connection.client(3 * SIZE, query(4));
  connection.server(SIZE, query(8));
  const { packet } = connection;
  const { number, nanoseconds } = packet;
  const told: unknown[] = [];
  connection.dissector.end(packet, () => {
    const { direction, srcPort, dstPort, src0, dst0, ipVersion, transport, messageCount } = packet;
    told.push([packet.number, packet.nanoseconds, direction, srcPort, dstPort, src0, dst0, ipVersion, transport]);
    told.push(packet.messages.slice(0, messageCount).map((one) => [one.bytes[one.start + 1], one.direction]));
    told.push([packet.flow?.stream, pathOf(packet)]);
  });
  const [client, server] = [0x0a000001, 0x0a000002];
  expect(told).toEqual([
    [5, 5_000_000, 0, 40_000, 53, client, server, 4, 6],
    [
      [2, 0],
      [4, 0],
    ],
    [0, 'dns/dns'],
    [6, 6_000_000, 1, 53, 40_000, server, client, 4, 6],
    [[8, 1]],
    [0, 'dns'],
  ]);
  expect([packet.number, packet.nanoseconds]).toEqual([number, nanoseconds]);
  expect(connection.end()).toBe(0);
  expect(connection.dissector.early.bytes).toBe(0);
});

test('of flows that are over nothing is read at the end', () => {
  const connection = new Connection();
  connection.client(SIZE, query(2));
  connection.packet.flow!.finish();
  expect(connection.end()).toBe(0);
  expect(connection.ids).toEqual([]);
});

test('without applications nothing waits', () => {
  const dissector = new Dissector(REGISTRY, { applications: false });
  for (const seq of [1, 50, 100]) {
    dissectFrame(Uint8Array.from(ethernet(0x0800, ipv4(6, tcp({ to: 53, seq }, query(1))))), 1, dissector);
  }
  expect(dissector.early.bytes).toBe(0);
});

test('a capture that begins in the middle is read from there', () => {
  const connection = new Connection({ handshake: false });
  expect(connection.client(500, query(1))).toBe('tcp/dns');
  expect(connection.client(500 + 2 * SIZE, query(3))).toBe('tcp');
  expect(connection.client(500 + SIZE, query(2))).toBe('tcp/dns/dns/tcp.segments');
  expect(connection.client(400, query(9))).toBe('tcp');
  expect(connection.server(70, query(8))).toBe('tcp/dns');
  expect(connection.ids).toEqual([1, 2, 3, 8]);
});

test('an acknowledgement alone, seen first, tells nothing of where data begin', () => {
  const connection = new Connection({ handshake: false });
  connection.client(-1, [], { flags: ACK });
  expect(connection.client(0, query(1))).toBe('tcp/dns');
});

test('a gap at the very beginning, before anything was read', () => {
  const connection = new Connection();
  expect(connection.client(SIZE, query(2))).toBe('tcp');
  expect(connection.client(0, query(1))).toBe('tcp/dns/dns/tcp.segments');
});

test('data that come with the SYN', () => {
  const connection = new Connection({ handshake: false });
  expect(connection.client(-1, query(1), { flags: SYN })).toBe('tcp/dns');
  connection.server(-1, [], { flags: SYN | ACK, ack: SIZE });
  expect(connection.client(2 * SIZE, query(3))).toBe('tcp');
  expect(connection.client(SIZE, query(2))).toBe('tcp/dns/dns/tcp.segments');
  expect(connection.client(-1, query(1), { flags: SYN })).toBe('tcp');
});

describe('cut packets', () => {
  const headers = 14 + 20 + 20;

  test('are read as far as they go, and what follows in its place', () => {
    const connection = new Connection();
    expect(connection.client(0, query(1), { cut: headers + 8 })).toBe('tcp/dns');
    expect(connection.client(2 * SIZE, query(3))).toBe('tcp');
    expect(connection.client(SIZE, query(2), { cut: headers + 8 })).toBe('tcp/dns/dns');
    expect(connection.client(3 * SIZE, query(4))).toBe('tcp/dns');
    expect(connection.dissector.early.bytes).toBe(0);
  });

  test('wait too, and do not spoil what comes before them', () => {
    const connection = new Connection();
    expect(connection.client(SIZE, query(2), { cut: headers + 8 })).toBe('tcp');
    expect(connection.client(2 * SIZE, query(3))).toBe('tcp');
    expect(connection.client(0, query(1))).toBe('tcp/dns/dns/dns');
    expect(connection.ids.slice(0, 1)).toEqual([1]);
    expect(connection.ids.at(-1)).toBe(3);
  });

  test('without any payload leave their place', () => {
    const connection = new Connection();
    expect(connection.client(0, query(1), { cut: headers })).toBe('tcp');
    expect(connection.client(SIZE, query(2))).toBe('tcp/dns');
    expect(connection.client(SIZE + 5, query(2), { cut: headers + 8 })).toBe('tcp');
  });
});

const RESPONSE = 'HTTP/1.1 200 OK\r\n\r\nall until the end';
const bytesOf = (text: string): number[] => [...Buffer.from(text, 'latin1')];
const lengthsOf = ({ packet }: Connection): number[] =>
  packet.messages
    .slice(0, packet.messageCount)
    .filter(({ bytes, start, end }) => readHttpMessage(bytes, start, end)?.request === false)
    .map(({ length }) => length);

test.each([
  ['with the last bytes', 30, FIN | ACK],
  ['by itself', RESPONSE.length, FIN | ACK],
])('a FIN that comes early, %s, ends the message when all of it is there', (_, at, flags) => {
  const connection = new Connection({ port: 80 });
  connection.client(0, bytesOf('GET / HTTP/1.1\r\n\r\n'));
  connection.server(0, bytesOf(RESPONSE.slice(0, 25)));
  connection.server(at, bytesOf(RESPONSE.slice(at)), { flags });
  expect(lengthsOf(connection)).toEqual([]);
  connection.server(25, bytesOf(RESPONSE.slice(25, at)));
  expect(lengthsOf(connection)).toEqual([RESPONSE.length]);
});

test('a FIN with bytes that were read ends the message', () => {
  const connection = new Connection({ port: 80 });
  connection.client(0, bytesOf('GET / HTTP/1.1\r\n\r\n'));
  connection.server(0, bytesOf(RESPONSE));
  connection.server(10, bytesOf(RESPONSE.slice(10)), { flags: FIN | ACK });
  expect(lengthsOf(connection)).toEqual([RESPONSE.length]);
});

test('a FIN of an older length ends nothing', () => {
  const connection = new Connection({ port: 80 });
  connection.client(0, bytesOf('GET / HTTP/1.1\r\n\r\n'));
  connection.server(0, bytesOf(RESPONSE));
  connection.server(0, bytesOf(RESPONSE.slice(0, 10)), { flags: FIN | ACK });
  expect(lengthsOf(connection)).toEqual([]);
});

test('a FIN behind a gap, where no message waits, is not kept', () => {
  const connection = new Connection();
  connection.client(5, [], { flags: FIN | ACK });
  expect(connection.dissector.early.bytes).toBe(0);
});

describe('limits', () => {
  test('of segments: then the first gap is given up', () => {
    const connection = new Connection();
    const send = (index: number): void => void connection.client(index * SIZE, query(index + 1));
    for (let index = 1; index <= MOST_EARLY_SEGMENTS; index++) send(index);
    expect(connection.ids).toEqual([]);
    send(MOST_EARLY_SEGMENTS + 1);
    expect(connection.ids).toEqual(Array.from({ length: MOST_EARLY_SEGMENTS + 1 }, (_, index) => index + 2));
    expect(connection.dissector.early.bytes).toBe(0);
    send(0);
    expect(connection.ids).toHaveLength(MOST_EARLY_SEGMENTS + 1);
  });

  test('of segments where the other side was not captured', () => {
    const connection = new Connection({ handshake: false });
    const send = (index: number): void => void connection.client(index * SIZE, query(index + 1));
    send(0);
    for (let index = 2; index <= MOST_EARLY_UNHEARD + 1; index++) send(index);
    expect(connection.ids).toEqual([1]);
    send(MOST_EARLY_UNHEARD + 2);
    expect(connection.ids).toHaveLength(MOST_EARLY_UNHEARD + 2);
  });

  test('of bytes', () => {
    const connection = new Connection({ port: 9 });
    const { early } = connection.dissector;
    const step = 32 * 1024;
    const bytes = new Array<number>(step).fill(0);
    const most = MOST_EARLY_BYTES / step;
    for (let index = 1; index <= most; index++) connection.client(index * step, bytes);
    expect([...early.all].map(([side]) => side.bytes)).toEqual([MOST_EARLY_BYTES]);
    connection.client((most + 1) * step, [0]);
    expect(early.bytes).toBe(0);
  });

  test('only one gap is given up when that is enough', () => {
    const connection = new Connection();
    for (let index = 1; index <= MOST_EARLY_SEGMENTS + 1; index++) {
      connection.client(2 * index * SIZE, query(index));
    }
    expect(connection.ids).toEqual([1]);
    expect([...connection.dissector.early.all].map(([{ segments }]) => segments.length)).toEqual([MOST_EARLY_SEGMENTS]);
  });
});

test('what a protocol throws at leaves the packet as it was', () => {
  const connection = new Connection();
  const dns = REGISTRY.byName.get('dns')!;
  connection.client(SIZE, query(2));
  const { segment } = dns;
  Object.assign(dns, {
    segment: () => {
      throw new Error('no');
    },
  });
  try {
    expect(() => connection.server(0, query(7), { ack: 2 * SIZE })).toThrow('no');
  } finally {
    Object.assign(dns, { segment });
  }
  const { direction, srcPort, dstPort, src0, dst0, tcpFlags } = connection.packet;
  expect([direction, srcPort, dstPort, src0, dst0, tcpFlags]).toEqual([
    1,
    53,
    40_000,
    0x0a000002,
    0x0a000001,
    PSH | ACK,
  ]);
});
