import { expect, test } from 'vitest';
import { readClientHello } from '../../../../../src/core/wire/app/tls/tls-hello.ts';
import { ipv4Frame, type Octets, octets, tcp } from '../../../../support/headers.ts';
import { TcpConversation } from '../../../../support/tcp-conversation.ts';
import {
  chosenVersion,
  clientHello,
  handshake,
  record,
  serverHello,
  serverName,
  versions,
} from '../../../../support/tls.ts';
import { toolIsMissing } from '../../../../support/tool.ts';
import { tsharkFields } from '../../../../support/tshark.ts';
import {
  damageFile,
  dissectFrame,
  everyConversationDamaged,
  everyPrefixAndFlip,
  pendingBytesOf,
  print,
} from '../../../../support/wire.ts';

const bytes = (length: number, value = 7): number[] => new Array<number>(length).fill(value);
const hello = (name: string, padding = 0): number[] =>
  handshake(1, clientHello({ extensions: [serverName(name), versions(0x0304), [21, bytes(padding, 0)]] }));
const HELLO = hello('a.example');
const SERVER_HELLO = handshake(2, serverHello(0x1301, [chosenVersion(0x0304)]));
const CHANGE = record(20, [1]);
const FINISHED = record(22, bytes(40));
/** RFC 8446, 4.1.3: a ServerHello with this in place of random bytes. */
const RETRY = handshake(
  2,
  octets('0303 CF21AD74E59A6111BE1D8C021E65B891C2A211167ABB8C5E079E09E2C8A8339C 00 1301 00 0006 002b 0002 0304'),
);
const CERTIFICATE = handshake(11, bytes(5000, 1));

type Turn = readonly [sender: 'C' | 'S', bytes: Octets, hellos: string];

/** What is sent, and the hellos that it completes: `C` and `S`. */
const CONVERSATIONS: Readonly<Record<string, readonly Turn[]>> = {
  'a handshake of TLS 1.2': [
    ['C', record(22, HELLO), 'C'],
    ['S', [...record(22, SERVER_HELLO), ...record(22, CERTIFICATE), ...record(22, handshake(14, []))], 'S'],
    ['C', [...record(22, handshake(16, bytes(30))), ...CHANGE, ...FINISHED], ''],
    ['S', [...CHANGE, ...FINISHED], ''],
    ['C', record(23, bytes(300)), ''],
  ],
  'messages of one record': [['S', record(22, [...SERVER_HELLO, ...CERTIFICATE, ...handshake(14, [])]), 'S']],
  'a hello in two segments': [
    ['C', record(22, HELLO).slice(0, 40), ''],
    ['C', record(22, HELLO).slice(40), 'C'],
  ],
  'a header in two segments': [
    ['C', record(22, HELLO).slice(0, 3), ''],
    ['C', record(22, HELLO).slice(3), 'C'],
  ],
  'a hello in three records': [
    ['C', [...record(22, HELLO.slice(0, 2)), ...record(22, HELLO.slice(2, 30)), ...record(22, HELLO.slice(30))], 'C'],
  ],
  'another message in several records, which looks like a hello in the middle': [
    ['S', record(22, [...CERTIFICATE.slice(0, 2000)]), ''],
    ['S', record(22, [2, 0, 0, 50, ...CERTIFICATE.slice(2004, 4000)]), ''],
    ['S', record(22, [...CERTIFICATE.slice(4000), ...SERVER_HELLO]), 'S'],
  ],
  'a hello after a HelloRetryRequest (RFC 8446, D.4)': [
    ['C', record(22, HELLO), 'C'],
    ['S', [...record(22, RETRY), ...CHANGE], 'S'],
    ['C', [...CHANGE, ...record(22, hello('a.example', 1000)).slice(0, 500)], ''],
    ['C', record(22, hello('a.example', 1000)).slice(500), 'C'],
    ['S', record(22, SERVER_HELLO), 'S'],
  ],
  'what is encrypted is not looked into': [
    ['C', [...CHANGE, ...record(22, [1, 90, 0, 9, ...bytes(40)])], ''],
    ['C', record(23, HELLO), ''],
  ],
};
const SCRIPTS = Object.entries(CONVERSATIONS);

function play(turns: readonly Turn[], port?: number): { frames: Uint8Array[]; hellos: string[]; paths: string[] } {
  const connection = new TcpConversation(443, port);
  const paths: string[] = [];
  const hellos = turns.map(([sender, payload]) => {
    paths.push(sender === 'C' ? connection.client(payload) : connection.server(payload));
    const { messages, messageCount } = connection.packet;
    return messages
      .slice(0, messageCount)
      .map(({ detail }) => (detail === 1 ? 'C' : 'S'))
      .join('');
  });
  return { frames: connection.frames, hellos, paths };
}

test.each(SCRIPTS)('%s', (_, turns) => {
  const { hellos, paths } = play(turns);
  expect(hellos).toEqual(turns.map(([, , expected]) => expected));
  for (const path of paths) expect(path).toMatch(/^tcp\/tls(\/tcp\.segments)?$/);
});

test.skipIf(toolIsMissing('tshark'))('tshark finds the same hellos', () => {
  const frames = SCRIPTS.flatMap(([, turns], index) => play(turns, 41_000 + index).frames);
  const types = tsharkFields(
    frames.map((frame) => ({ bytes: frame })),
    ['tls.handshake.type'],
  );
  const letters = types.map((text) =>
    text
      .split(',')
      .map((type) => ({ 1: 'C', 2: 'S' })[type] ?? '')
      .join(''),
  );
  expect(letters).toEqual(SCRIPTS.flatMap(([, turns]) => ['', '', ...turns.map(([, , expected]) => expected)]));
});

test('a message is the body of the hello, wherever it was put together', () => {
  const connection = new TcpConversation(443);
  connection.client([...record(22, HELLO.slice(0, 50)), ...record(22, HELLO.slice(50)).slice(0, 5)]);
  connection.client(HELLO.slice(50));
  const { bytes: held, start, end } = connection.packet.messages[0]!;
  expect(end - start).toBe(HELLO.length - 4);
  expect(readClientHello(held, start, end, false)?.serverName).toBe('a.example');
});

const infoOf = (payload: Octets): string | undefined => {
  const connection = new TcpConversation(443);
  connection.client(payload);
  return print(connection.packet).info.at(-1);
};

test.each([
  [record(22, HELLO), 'Client Hello (SNI=a.example)'],
  [record(22, handshake(1, clientHello())), 'Client Hello'],
  [
    [...record(22, SERVER_HELLO), ...CHANGE, ...record(23, bytes(9))],
    'Server Hello, Change Cipher Spec, Application Data',
  ],
  [
    [...record(21, [2, 40]), ...record(21, bytes(26)), ...record(24, bytes(3))],
    'Alert (Level: Fatal, Description: Handshake Failure), Encrypted Alert, Heartbeat',
  ],
  [record(22, bytes(40)), 'Encrypted Handshake Message'],
  [[1, 2, 3, 4, 5, 6], 'Continuation Data'],
])('words %#: %s', (payload, info) => expect(infoOf(payload)).toBe(info));

test('text on a port of TLS is not TLS; TLS on another port is', () => {
  expect(new TcpConversation(443).client('GET / HTTP/1.0\r\n\r\n')).toBe('tcp/http');
  expect(new TcpConversation(443).client('hello')).toBe('tcp');
  expect(new TcpConversation(443).client('abc\x01\x02')).toBe('tcp/tls');
  expect(new TcpConversation(9999).client(record(22, HELLO))).toBe('tcp/tls');
  expect(new TcpConversation(9999).client([22, 3, 1, 0x7f, 0xff, 1])).toBe('tcp');
});

test('a record whose length is impossible is waited for, as in tshark, and not kept', () => {
  const connection = new TcpConversation(443);
  connection.client([23, 3, 3, 0xff, 0xff, ...bytes(50)]);
  expect(pendingBytesOf(connection.dissector)).toBeLessThan(10);
});

test('of application data only its length is kept', () => {
  const connection = new TcpConversation(443);
  connection.client(record(23, bytes(16_000)).slice(0, 1400));
  expect(pendingBytesOf(connection.dissector)).toBeLessThan(100);
});

test('hellos that never end are given up', () => {
  const connection = new TcpConversation(443);
  const part = record(22, bytes(16_000, 1));
  connection.client(record(22, [1, 0, 255, 255]));
  for (let count = 0; count < 20; count++) {
    connection.client(part);
    expect(connection.packet.messageCount).toBeLessThanOrEqual(1);
  }
});

test('damage does no harm', async () => {
  const damage: string[] = [];
  damage.push(everyPrefixAndFlip(ipv4Frame(6, tcp({ to: 443 }, record(22, HELLO)))));
  for (const name of ['a hello in three records', 'a header in two segments']) {
    damage.push(everyConversationDamaged(play(CONVERSATIONS[name]!).frames, 54));
  }
  await expect(damage.join('\n')).toMatchFileSnapshot(damageFile('tls'));
});

test('what the capture cut is not waited for', () => {
  const frame = ipv4Frame(6, tcp({ to: 443 }, record(22, HELLO)));
  const packet = dissectFrame(frame.subarray(0, 100), 1, undefined, { length: frame.length });
  expect([packet.messageCount, packet.truncated, packet.malformed]).toEqual([0, false, false]);
});

const CLIENT_RECORD = record(22, handshake(1, clientHello({})));
const TLS_1_2 = record(22, handshake(2, serverHello(0xc02f)), 0x0303);
const TLS_1_3 = record(22, handshake(2, serverHello(0x1301, [chosenVersion(0x0304)])), 0x0303);
const DATA = record(23, [1, 2, 3], 0x0303);
/** A type of records, then what is no version, and a length of 16. */
const ODD = octets('17 abcd 0010 01020304');

function connection(agreed: readonly number[], port = 443): TcpConversation {
  const made = new TcpConversation(port);
  expect([made.client(CLIENT_RECORD), made.server(agreed)]).toEqual(['tcp/tls', 'tcp/tls']);
  return made;
}

test('before TLS 1.3 the type makes a record, whatever its version', () => {
  const old = connection(TLS_1_2);
  expect(old.server(ODD)).toBe('tcp/tls');
  expect(old.server([0])).toBe('tcp');
  expect(old.server([...bytes(11, 0), ...DATA])).toBe('tcp/tls/tcp.segments/tls');
});

test('in TLS 1.3 what has no known version is the middle of a record', () => {
  const modern = connection(TLS_1_3);
  expect(modern.server(ODD)).toBe('tcp/tls');
  expect(modern.server(DATA)).toBe('tcp/tls');
});

test('a ClientHello in the form of SSL 2.0', () => {
  const body = [1, 3, 1, ...octets('0003 0000 0020 00002f'), ...bytes(32)];
  const hello = [0x80, body.length, ...body];
  const first = new TcpConversation(443);
  expect(first.client(hello)).toBe('tcp/tls');
  expect(print(first.packet).info.at(-1)).toBe('Client Hello');
  const [message] = first.packet.messages;
  expect(readClientHello(message!.bytes, message!.start, message!.end, false)).toMatchObject({
    ...{ legacyVersion: 0x0301, ciphers: [], extensions: [], serverName: null },
  });
  expect(first.server(TLS_1_2)).toBe('tcp/tls');
  const pieces = new TcpConversation(443);
  expect(pieces.client(hello.slice(0, 9))).toBe('tcp/tls');
  expect(pieces.client(hello.slice(9, 19))).toBe('tcp');
  expect(pieces.client(hello.slice(19))).toBe('tcp/tls/tcp.segments');
  expect(new TcpConversation(9).client(hello)).toBe('tcp/tls');
});

test('on other ports only handshakes and data of usual lengths are taken for TLS', () => {
  expect(new TcpConversation(9).client(CLIENT_RECORD)).toBe('tcp/tls');
  expect(new TcpConversation(9).client(record(21, [2, 40]))).toBe('tcp');
  expect(new TcpConversation(9).client([23, 3, 3, 0, 0])).toBe('tcp');
  expect(new TcpConversation(9).client([23, 3, 3, 0xff, 0xff, 1])).toBe('tcp');
});

test('what can only be SSL 2.0, before any record, is taken for it from there on, as in tshark', () => {
  const seen = new TcpConversation(443);
  expect(seen.server([0x80, 4, 4, 1, 2, 3])).toBe('tcp/tls');
  expect(seen.client(DATA)).toBe('tcp/tls'); // three bytes of header, 5891 of data
  expect(seen.client(DATA)).toBe('tcp');
  expect(seen.server([0x80, 2, 9, 9, 0x80])).toBe('tcp/tls');
  expect(seen.server([2, 9, 9])).toBe('tcp/tls/tcp.segments');
});
