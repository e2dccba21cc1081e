import { describe, expect, test } from 'vitest';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { ACK, FIN, PSH, RST, SYN } from '../../../src/core/wire/tcp-flags.ts';
import { ipv4Frame, octets, tcp, u32 } from '../../support/headers.ts';
import { TcpConversation } from '../../support/tcp-conversation.ts';
import { toolIsMissing } from '../../support/tool.ts';
import { type TimedFrame, tsharkFields } from '../../support/tshark.ts';
import { dissectFrame, pathOf, pendingBytesOf } from '../../support/wire.ts';

/** A query of DNS behind its length (RFC 1035, 4.2.2): 21 bytes. */
const query = (id: number): number[] => [0, 19, 0, id, ...octets('0100 0001 0000 0000 0000 0161 00 0001 0001')];
const STREAM = [1, 2, 3].flatMap(query);

/**
 * What the client sends after the handshake, as `start-end` of the stream, with `F` or `R` for those flags, and `~` where
 * it comes so late that it can only have been sent again, `a0` for the server's ACK of nothing; then what each segment is to be, `+` for what was put together.
 */
const CASES: Readonly<Record<string, readonly [pieces: string, expected: string]>> = {
  'a message a segment': ['0-21 21-42', 'dns | dns'],
  'three in one': ['0-63', 'dns dns dns'],
  'one in two': ['0-10 10-21', '| dns+'],
  'its length in two': ['0-1 1-21', '| dns+'],
  'byte by byte': ['0-1 1-2 2-3 3-4 4-5 5-20 20-21', '| | | | | | dns+'],
  'the end of one, and the beginning of another': ['0-30 30-42', 'dns | dns+'],
  'the end of one, a whole one, the beginning of another': ['0-10 10-50 50-63', '| dns dns+ | dns+'],
  'the rest comes first': ['0-10 15-21 10-15', '| | dns+'],
  'the rest comes first, in pieces': ['0-10 18-21 14-18 10-14', '| | | dns+'],
  'sent again': ['0-10 ~0-10 10-21', '| | dns+'],
  'sent again after it was read': ['0-21 ~0-21 21-42', 'dns | | dns'],
  'sent again after duplicate ACKs': ['0-21 a0 a0 a0 0-21 21-42', 'dns | | | | | dns'],
  'sent again with more': ['0-10 ~0-21 21-42', '| dns+ | dns'],
  'the middle of a message lost, the next one behind it': ['0-10 15-42', '|'],
  'a whole message lost': ['0-21 42-63', 'dns |'],
  'the middle of a message lost': ['0-10 15-21 21-42', '| |'],
  'a whole message out of order': ['0-21 42-63 21-42', 'dns | | dns dns+'],
  'a FIN in the middle': ['0-10F', ''],
  'the rest with FIN': ['0-10 10-21F', '| dns+'],
  'a reset with data': ['0-21R', ''],
};
const SCRIPTS = Object.entries(CASES).map(([name, [pieces, expected]]) => {
  return { name, pieces, expected: expected.split('|').map((words) => words.trim()) };
});

/** What tshark does not do by itself. */
const IN_ORDER = ['-o', 'tcp.reassemble_out_of_order:TRUE'];
const HANDSHAKE = 3;
const SERVER = { from: [10, 0, 0, 2], to: [10, 0, 0, 1] };
const FLAGS: Readonly<Record<string, number>> = { F: FIN | ACK, R: RST | ACK };

/** The frames of a conversation from `port`; handshake first. */
function framesOf(pieces: string, port = 40_000, base = 1000, stream = STREAM): TimedFrame[] {
  const handshake = [
    { flags: SYN, seq: base, from: port, to: 53 },
    { flags: SYN | ACK, seq: 7000, ack: base + 1, from: 53, to: port },
    { flags: ACK, seq: base + 1, ack: 7001, from: port, to: 53 },
  ].map((header) => ipv4Frame(6, tcp(header), header.from === 53 ? SERVER : {}));
  let milliseconds = 20;
  const data = pieces.split(' ').map((piece) => {
    if (piece === 'a0') {
      const header = { flags: ACK, seq: 7001, ack: (base + 1) >>> 0, from: 53, to: port };
      return { bytes: ipv4Frame(6, tcp(header), SERVER), milliseconds: ++milliseconds };
    }
    const [, late, start, end, letter = ''] = /^(~?)(\d+)-(\d+)([FR]?)$/.exec(piece)!;
    milliseconds += late === '~' ? 300 : 1;
    const header = { from: port, to: 53, seq: (base + 1 + Number(start)) >>> 0, ack: 7001 };
    const flags = FLAGS[letter] ?? PSH | ACK;
    return { bytes: ipv4Frame(6, tcp({ ...header, flags }, stream.slice(Number(start), Number(end)))), milliseconds };
  });
  return [...handshake.map((bytes, index) => ({ bytes, milliseconds: 10 * index })), ...data];
}

/** `dns+` for `eth/ip/tcp/dns/tcp.segments`. */
function shorten(path: string): string {
  const names = path.split('/').slice(3);
  const layers = names.filter((name) => name !== 'tcp.segments');
  return layers.join(' ') + (layers.length < names.length ? '+' : '');
}

function read(frames: readonly TimedFrame[]): string[] {
  const dissector = new Dissector(REGISTRY);
  return frames
    .map(({ bytes, milliseconds = 0 }) => dissectFrame(bytes, 1, dissector, { nanoseconds: milliseconds * 1e6 }))
    .map((packet) => shorten(pathOf(packet)));
}

describe.each(SCRIPTS)('$name', ({ pieces, expected }) => {
  test('is read', () => expect(read(framesOf(pieces)).slice(HANDSHAKE)).toEqual(expected));
  test('is read where sequence numbers wrap', () => {
    expect(read(framesOf(pieces, 40_000, 0xffffffff - 12)).slice(HANDSHAKE)).toEqual(expected);
  });
});

test.skipIf(toolIsMissing('tshark'))('tshark reads the same', () => {
  const conversations = SCRIPTS.map(({ pieces }, index) => framesOf(pieces, 40_000 + index));
  const lines = [...tsharkFields(conversations.flat(), ['dns.id', 'tcp.segments'], IN_ORDER)];
  const said = conversations.map((frames) =>
    lines
      .splice(0, frames.length)
      .slice(HANDSHAKE)
      .map((line) => {
        const [ids = '', segments] = line.split('\t');
        return ids.replace(/0x\w+/g, 'dns').replaceAll(',', ' ') + (segments === '' ? '' : '+');
      }),
  );
  expect(SCRIPTS.map(({ name }, index) => [name, said[index]])).toEqual(
    SCRIPTS.map(({ name, expected }) => [name, expected]),
  );
});

/** Identifications of the messages that the segments held. */
function identifications(pieces: string): number[] {
  const dissector = new Dissector(REGISTRY);
  const found: number[] = [];
  for (const { bytes } of framesOf(pieces)) {
    const packet = dissectFrame(bytes, 1, dissector);
    for (const { bytes: held, start } of packet.messages.slice(0, packet.messageCount)) found.push(held[start + 1]!);
  }
  expect(dissector.pending.bytes).toBe(0);
  return found;
}

test('wherever a stream is cut, its messages are found once', () => {
  for (let first = 1; first < STREAM.length; first++) {
    for (let second = first + 1; second < STREAM.length; second += 5) {
      const pieces = `0-${first} ${first}-${second} ${second}-${STREAM.length}`;
      expect([pieces, ...identifications(pieces)]).toEqual([pieces, 1, 2, 3]);
    }
  }
});

const RESPONSES = [
  'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789',
  'HTTP/1.1 201 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3\r\nabc\r\n0\r\n\r\n',
  'HTTP/1.1 202 OK\r\nContent-Length: 100\r\n\r\n'.padEnd(140, 'x'),
  'HTTP/1.1 204 OK\r\n\r\n',
];

test('wherever they are cut, messages are found once whose bodies are not kept', () => {
  const stream = RESPONSES.join('');
  for (let first = 1; first < stream.length; first += 3) {
    for (let second = first + 1; second < stream.length; second += 11) {
      const connection = new TcpConversation(80);
      const found = [stream.slice(0, first), stream.slice(first, second), stream.slice(second)].flatMap((part) => {
        connection.server(part);
        return connection.packet.messages.slice(0, connection.packet.messageCount).map(({ length }) => length);
      });
      expect([first, second, ...found]).toEqual([first, second, ...RESPONSES.map(({ length }) => length)]);
      expect(connection.dissector.pending.bytes).toBe(0);
    }
  }
});

/** The bytes held after a message of Kerberos, whose length field (RFC 4120, 7.2.2) says `length`, and `more` bytes of it. */
function heldOf(length: number, more: number): number {
  const dissector = new Dissector(REGISTRY);
  const send = (frame: Uint8Array): void => void dissectFrame(frame, 1, dissector);
  send(ipv4Frame(6, tcp({ to: 88, seq: 0 }, [...u32(length), 0x6a])));
  const part = 50_000;
  const frame = ipv4Frame(6, tcp({ to: 88 }, new Array<number>(part).fill(0)));
  for (let sent = 0; sent < more; sent += part) {
    new DataView(frame.buffer).setUint32(38, 5 + sent); // the sequence number
    send(frame);
  }
  return pendingBytesOf(dissector);
}

test('a message that is said to be long costs no more room than its bytes', () => {
  expect(heldOf(15_000_000, 0)).toBeLessThan(128 * 1024);
  expect(heldOf(15_000_000, 1_000_000)).toBeLessThan(4 * 1024 * 1024);
});

test('messages past 16 MiB are not put together', () => {
  expect(heldOf(0x7fffffff, 1_000_000)).toBe(0);
  expect(heldOf(16 * 1024 * 1024, 18_000_000)).toBeLessThanOrEqual(16 * 1024 * 1024);
});

test('messages of other connections that never end give way, the oldest first', () => {
  const dissector = new Dissector(REGISTRY);
  const send = (from: number, seq: number, bytes: readonly number[]): string =>
    pathOf(dissectFrame(ipv4Frame(6, tcp({ from, to: 88, seq }, bytes)), 1, dissector));
  for (let from = 1; from <= 2200; from++) send(from, 0, [...u32(90_000), 0x7e]);
  expect(dissector.pending.bytes).toBeLessThanOrEqual(128 * 1024 * 1024);
  const rest = new Array<number>(50_000).fill(0);
  const ends = [1, 2200].map((from) => {
    send(from, 5, rest);
    return send(from, 50_005, rest.slice(0, 39_999));
  });
  expect(ends).toEqual(['eth/ip/tcp', 'eth/ip/tcp/kerberos/tcp.segments']);
});

test('beginnings whose rest never comes are not kept for ever', () => {
  const dissector = new Dissector(REGISTRY);
  const stream = Array.from({ length: 1000 }, () => [...query(1), ...new Array<number>(79).fill(0)]).flat();
  const pieces = Array.from({ length: 1000 }, (_, index) => `${index * 100}-${index * 100 + 10}`).join(' ');
  for (const { bytes } of framesOf(pieces, 40_000, 1000, stream)) dissectFrame(bytes, 1, dissector);
  expect(pendingBytesOf(dissector)).toBeLessThan(1024);
});
