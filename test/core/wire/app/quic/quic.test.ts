import { expect, test } from 'vitest';
import { REGISTRY } from '../../../../../src/core/wire/all-protocols.ts';
import { helloTypeOf } from '../../../../../src/core/wire/app/tls/hello-message.ts';
import { readClientHello } from '../../../../../src/core/wire/app/tls/tls-hello.ts';
import { Dissector } from '../../../../../src/core/wire/dissector.ts';
import type { Packet } from '../../../../../src/core/wire/packet.ts';
import { ipv4Frame, type Octets, octets, udp, zeros } from '../../../../support/headers.ts';
import { crypto, type Initial, initial, longPacket, V2 } from '../../../../support/quic.ts';
import { clientHello, handshake, serverHello, serverName } from '../../../../support/tls.ts';
import { toolIsMissing } from '../../../../support/tool.ts';
import { tsharkFields } from '../../../../support/tshark.ts';
import { damageFile, dissectFrame, everyPrefixAndFlip, pathOf, print } from '../../../../support/wire.ts';

const HEX = (bytes: Octets): string => Buffer.from(bytes).toString('hex');

/** RFC 9001, A.2: the frames of the client's Initial packet. */
const RFC_HELLO = octets(`
  060040f1 010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e86804fe3a47f06a2b69484c00000413011302010000c0000000
  10000e00000b6578616d706c652e636f6dff01000100000a00080006001d0017001800100007000504616c706e0005000501000000000033
  00260024001d00209370b2c9caa47fbabaf4559fedba753de171fa71f50f1ce15d43e994ec74d748002b0003020304000d0010000e040305
  0306030203080408050806002d00020101001c00024001003900320408ffffffffffffffff05048000ffff07048000ffff08011001048000
  75300901100f088394c8f03e51570806048000ffff`);
const RFC_CLIENT: Octets = [...RFC_HELLO, ...zeros(1162 - RFC_HELLO.length)];
/** A.3, and RFC 9369, A.3: the server's Initial packet. */
const RFC_SERVER_1 = octets(`
  cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a5816b6394100f37a1c69797554780bb38cc5a99f5ede4cf7
  3c3ec2493a1839b3dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84022f8ef4cdd93795d77d06edbb7aaf2f
  58891850abbdca3d20398c276456cbc42158407dd074ee`);
const RFC_SERVER_2 = octets(`
  dc6b3343cf0008f067a5502a4262b5004075d92faaf16f05d8a4398c47089698baeea26b91eb761d9b89237bbf87263017915358230035f7
  fd3945d88965cf17f9af6e16886c61bfc703106fbaf3cb4cfa52382dd16a393e42757507698075b2c984c707f0a0812d8cd5a6881eaf21ce
  da98f4bd23f6fe1a3e2c43edd9ce7ca84bed8521e2e140`);

class Connection {
  readonly dissector = new Dissector(REGISTRY);
  readonly frames: Uint8Array[] = [];

  client(...payload: readonly Octets[]): Packet {
    return this.send(ipv4Frame(17, udp(50_000, 443, payload.flat())));
  }

  server(...payload: readonly Octets[]): Packet {
    return this.send(ipv4Frame(17, udp(443, 50_000, payload.flat()), { from: [10, 0, 0, 2], to: [10, 0, 0, 1] }));
  }

  private send(bytes: Uint8Array): Packet {
    this.frames.push(bytes);
    return dissectFrame(bytes, 1, this.dissector);
  }
}

/** `name` of a ClientHello, `server` of a ServerHello, that the packet completed; null for none. */
function helloOf({ messages, messageCount }: Packet): string | null {
  if (messageCount === 0) return null;
  const { bytes, start, end } = messages[0]!;
  return helloTypeOf(messages[0]!) === 2 ? 'server' : readClientHello(bytes, start, end, false)!.serverName;
}

test('the client of RFC 9001, A.2, and the server of A.3', () => {
  const packet = initial(RFC_CLIENT, { number: 2 });
  expect(HEX(packet.slice(0, 34))).toBe('c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11d242');
  expect(HEX(packet.slice(-16))).toBe('e221af44860018ab0856972e194cd934');
  const connection = new Connection();
  const first = connection.client(packet);
  expect([pathOf(first), helloOf(first)]).toEqual(['eth/ip/udp/quic', 'example.com']);
  expect(print(first).info.at(-1)).toBe('Initial, DCID=8394c8f03e515708');
  expect(helloOf(connection.server(RFC_SERVER_1))).toBe('server');
});

test('the client of RFC 9369, A.2, and the server of A.3', () => {
  const packet = initial(RFC_CLIENT, { number: 2, version: V2 });
  expect(HEX(packet.slice(0, 34))).toBe('d76b3343cf088394c8f03e5157080000449ea0c95e82ffe67b6abcdb4298b485dd04');
  const connection = new Connection();
  expect(helloOf(connection.client(packet))).toBe('example.com');
  expect(helloOf(connection.server(RFC_SERVER_2))).toBe('server');
  expect(print(connection.client(longPacket(2, [1], zeros(30), V2))).info.at(-1)).toBe('Handshake, DCID=01');
});

const HELLO = handshake(1, clientHello({ extensions: [serverName('a.example')] }));
const padded = (...frames: readonly Octets[]): number[] => [...frames.flat(), ...zeros(200 - frames.flat().length)];
type Pack = (given: Initial, ...frames: readonly Octets[]) => number[];
const [BEGINNING, REST] = [crypto(0, HELLO.slice(0, 9)), crypto(9, HELLO.slice(9))];
/** Datagrams of a client; the last one completes its hello. */
const HELLOS: Readonly<Record<string, (pack: Pack) => readonly Octets[]>> = {
  'in one packet': (pack) => [pack({}, crypto(0, HELLO))],
  'in two frames': (pack) => [pack({}, BEGINNING, [1], REST)],
  'in two frames, the second one first': (pack) => [pack({}, REST, [0, 0], BEGINNING)],
  'in two packets': (pack) => [pack({}, BEGINNING), pack({ number: 1 }, REST)],
  'in two packets, the second one first': (pack) => [pack({ number: 1 }, REST), pack({}, BEGINNING)],
  'in two packets of one datagram': (pack) => [[...pack({}, BEGINNING), ...pack({ number: 1 }, REST)]],
  'in overlapping frames': (pack) => [pack({}, crypto(5, HELLO.slice(5)), crypto(0, HELLO.slice(0, 30)))],
  'behind acknowledgements': (pack) => [pack({}, [2, 5, 0, 1, 0, 1, 1], [3, 5, 0, 0, 0, 1, 2, 3], crypto(0, HELLO))],
  'with a packet number of one byte': (pack) => [pack({ number: 200, numberLength: 1 }, crypto(0, HELLO))],
};
/** The datagrams of a client whose first connection id ends in `id`, since tshark knows connections by that. */
const datagramsOf = (hello: (pack: Pack) => readonly Octets[], id: number): readonly Octets[] =>
  hello((given, ...frames) => initial(padded(...frames), { ...given, first: [8, 7, 6, 5, 4, 3, 2, id] }));

test.each(Object.entries(HELLOS))('a hello %s is found', (_, hello) => {
  const connection = new Connection();
  const found = datagramsOf(hello, 1).map((datagram) => helloOf(connection.client(datagram)));
  expect(found).toEqual([...new Array<null>(found.length - 1).fill(null), 'a.example']);
});

test.skipIf(toolIsMissing('tshark'))('tshark finds the same', () => {
  const frames = Object.values(HELLOS).flatMap((hello, index) =>
    datagramsOf(hello, index).map((datagram) => ({ bytes: ipv4Frame(17, udp(50_000 + index, 443, datagram)) })),
  );
  const said = tsharkFields(frames, ['tls.handshake.extensions_server_name']).filter((name) => name !== '');
  expect(said).toEqual(Object.keys(HELLOS).map(() => 'a.example'));
});

const FIRST: Initial = { first: [1, 2, 3, 4, 5, 6, 7, 8] };
const INITIAL = initial(padded(crypto(0, HELLO)), FIRST);
const VERSION_NEGOTIATION = octets('8a 00000000 00 00 00000001');
const RETRY = [0xf0, ...octets('00000001 00 01 09'), ...zeros(40)];

test.each([
  ['Initial and Handshake', [INITIAL, longPacket(2, FIRST.first!, zeros(30))], 'quic/quic'],
  ['Initial and 0-RTT', [INITIAL, longPacket(1, FIRST.first!, zeros(30))], 'quic/quic'],
  ['Handshake and 1-RTT', [longPacket(2, [9], zeros(30)), [0x40, 9, ...zeros(40)]], 'quic/quic'],
  ['1-RTT alone', [[0x40, ...zeros(40)]], 'quic'],
  ['Version Negotiation', [VERSION_NEGOTIATION], 'quic'],
  ['Retry', [RETRY], 'quic'],
])('packets of a datagram: %s', (_, packets, path) => {
  const connection = new Connection();
  connection.client(INITIAL);
  const packet = connection.server(...packets);
  expect([pathOf(packet), packet.malformed]).toEqual([`eth/ip/udp/${path}`, false]);
});

test.each([
  ['a Handshake of another id', longPacket(2, [1, 2, 3, 4, 5, 6, 7, 9], zeros(30))],
  ['a Handshake of a longer id', longPacket(2, [...FIRST.first!, 9], zeros(30))],
  ['bytes like a short header', [0x40, 1, 2, 3, 4, 5, 6, 7, 9, ...zeros(40)]],
  ['zeros', zeros(40)],
  ['fewer bytes than an id has', [0x40, 1, 2]],
])('what fills a datagram is no packet: %s', (_, filler) => {
  const packet = new Connection().client([...INITIAL, ...filler]);
  expect([pathOf(packet), helloOf(packet), packet.malformed]).toEqual(['eth/ip/udp/quic', 'a.example', false]);
});

test('after a Retry keys are made of the id in it', () => {
  const connection = new Connection();
  expect(helloOf(connection.client(INITIAL))).toBe('a.example');
  connection.server(RETRY);
  const again: Initial = { first: [9], token: [1, 2, 3], number: 1 };
  expect(helloOf(connection.client(initial(padded(crypto(0, HELLO)), again)))).toBe('a.example');
  const answer = crypto(0, handshake(2, serverHello(0x1301)));
  expect(helloOf(connection.server(initial(padded(answer), { ...again, side: 'server' })))).toBe('server');
});

test.each([
  ['a short header', [0x40, ...zeros(40)]],
  ['a version nobody knows', INITIAL.with(1, 0x77)],
  ['a version negotiation', VERSION_NEGOTIATION],
  ['a cleared fixed bit', INITIAL.with(0, INITIAL[0]! & ~0x40)],
  ['a connection id of 21 bytes', INITIAL.with(5, 21)],
])('%s does not begin a connection', (_, payload) => {
  expect(pathOf(new Connection().client(payload))).toBe('eth/ip/udp');
});

test('what keys do not fit is a packet all the same, without a hello', () => {
  const damaged = INITIAL.with(-1, INITIAL.at(-1)! ^ 1);
  const packet = new Connection().client(damaged);
  expect([pathOf(packet), helloOf(packet), packet.malformed]).toEqual(['eth/ip/udp/quic', null, false]);
});

test('a packet longer than its datagram is malformed', () => {
  expect(new Connection().client(INITIAL.slice(0, -1)).malformed).toBe(true);
});

test('handshakes past 64 KiB, and frames that are none, are left alone', () => {
  const far = [6, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 4, 1, 2, 3, 4];
  for (const frames of [far, [6, 0x80, 1, 0, 0, 2, 1, 2], [6], [2, 0xc0], [3, 1, 1, 0x7f, 0xff, 0], [0x30, 1]]) {
    expect(helloOf(new Connection().client(initial(padded(frames))))).toBeNull();
  }
});

test('pieces of a hello that never comes do not cost without end', () => {
  const connection = new Connection();
  for (let number = 0; number < 100; number++) connection.client(initial(padded(crypto(100, HELLO)), { number }));
  expect(helloOf(connection.client(initial(padded(crypto(0, HELLO)), { number: 100 })))).toBeNull();
});

test('damage does no harm', async () => {
  await expect(everyPrefixAndFlip(ipv4Frame(17, udp(50_000, 443, INITIAL)))).toMatchFileSnapshot(damageFile('quic'));
});
