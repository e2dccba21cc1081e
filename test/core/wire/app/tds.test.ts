import { expect, test } from 'vitest';
import { readClientHello } from '../../../../src/core/wire/app/tls/tls-hello.ts';
import type { Packet } from '../../../../src/core/wire/packet.ts';
import { TcpConversation } from '../../../support/tcp-conversation.ts';
import { damageFile, everyConversationDamaged, hex, print } from '../../../support/wire.ts';

const PRELOGIN = [...hex('1201 001a 0000 0100  00 000b 0006  01 0011 0001  ff  09 0000 0000 00 01')];
const RESPONSE = [...hex('0401 001a 0000 0100  00 000b 0006  01 0011 0001  ff  09 0000 0000 00 01')];
const BATCH = [...hex('0101 000c 0000 0100 53004100')];
const DONE = [...hex('0401 000d 0000 0100 fd00000000')];
const APPLICATION_DATA = [...hex('17 0303 0005 0102030405')];
const FINISHED = [...hex('16 0303 0010 00112233445566778899aabbccddeeff')];
const CHANGE_CIPHER = [...hex('14 0303 0001 01')];

const u16 = (value: number): number[] => [value >> 8, value & 255];
/** A packet of TDS; `last` is the bit that ends a message. */
const tdsPacket = (payload: readonly number[], type = 18, last = 1): number[] => [
  ...[type, last, ...u16(8 + payload.length), 0, 0, 1, 0],
  ...payload,
];
const record = (body: readonly number[]): number[] => [22, 3, 1, ...u16(body.length), ...body];
const handshake = (type: number, body: readonly number[]): number[] => [type, 0, ...u16(body.length), ...body];
const NAME = [...Buffer.from('sql.example')];
const SERVER_NAME = [0, 0, ...u16(NAME.length + 5), ...u16(NAME.length + 3), 0, ...u16(NAME.length), ...NAME];
const CLIENT_HELLO = handshake(1, [
  ...[3, 3, ...new Array<number>(32).fill(7), 0, 0, 2, 0x13, 1, 1, 0],
  ...[...u16(SERVER_NAME.length), ...SERVER_NAME],
]);
const SERVER_HELLO = handshake(2, [3, 3, ...new Array<number>(32).fill(8), 0, 0xc0, 0x2f, 0]);

/** The names that the client's hellos in the packet ask for, and `server` for a server's. */
const hellosOf = ({ messages, messageCount }: Packet): string[] =>
  messages
    .slice(0, messageCount)
    .map(({ bytes, start, end, detail }) =>
      detail === 1 ? (readClientHello(bytes, start, end, false)?.serverName ?? '') : 'server',
    );

test('messages by their type', () => {
  const connection = new TcpConversation(1433);
  const info = (): string | undefined => print(connection.packet).info.at(-1);
  expect(connection.client(PRELOGIN)).toBe('tcp/tds');
  expect(info()).toBe('TDS7 pre-login message');
  expect(print(connection.packet).fields.slice(-4)).toEqual([
    ...['Type: TDS7 pre-login message (18)', 'Status: 0x01', 'Length: 26', 'Packet Number: 1'],
  ]);
  expect(connection.server(RESPONSE)).toBe('tcp/tds');
  expect(info()).toBe('Response');
  expect(connection.client([...BATCH, ...BATCH])).toBe('tcp/tds/tds');
  expect(info()).toBe('SQL batch');
  expect(connection.client(tdsPacket([1], 1, 0))).toBe('tcp/tds');
  expect(info()).toBe('SQL batch (Not last buffer)');
  expect(connection.server(DONE.slice(0, 3))).toBe('tcp');
  expect(connection.server(DONE.slice(3, 10))).toBe('tcp');
  expect(connection.server(DONE.slice(10))).toBe('tcp/tds/tcp.segments');
});

test.each([
  ['a type that there is not', [5, ...BATCH.slice(1)]],
  ['a status too high', [1, 0x20, ...BATCH.slice(2)]],
  ['a length shorter than the header', [1, 1, 0, 7, ...BATCH.slice(4)]],
])('is none: %s', (_, bytes) => {
  expect(new TcpConversation(1433).client(bytes)).toBe('tcp');
});

test.each([
  ['the highest status', [1, 0x1f, ...BATCH.slice(2)]],
  ['the header alone', [6, 1, 0, 8, 0, 0, 1, 0]],
])('is one: %s', (_, bytes) => {
  expect(new TcpConversation(1433).client(bytes)).toBe('tcp/tds');
});

test('on any port a connection is known by its first message', () => {
  const connection = new TcpConversation(50_123);
  expect(connection.client(PRELOGIN)).toBe('tcp/tds');
  expect(connection.server(RESPONSE)).toBe('tcp/tds');
  expect(connection.client(tdsPacket(record(CLIENT_HELLO)))).toBe('tcp/tds/tls');
});

test.each([
  ['no pre-login', 0, 1],
  ['not the last packet', 1, 0],
  ['a process', 5, 1],
  ['a window', 7, 1],
  ['another option first', 8, 1],
  ['an option behind the end', 10, 13],
  ['a version of another length', 12, 5],
])('another port, and no first message: %s', (_, at, byte) => {
  const connection = new TcpConversation(50_123);
  const bytes = PRELOGIN.slice();
  bytes[at] = byte;
  expect(connection.client(bytes)).toBe('tcp');
});

test('on another port, only what comes first is the first message', () => {
  const connection = new TcpConversation(50_123);
  expect(connection.client([0])).toBe('tcp');
  expect(connection.client(PRELOGIN)).toBe('tcp');
});

/** A connection whose pre-login messages were exchanged. */
function encrypting(): TcpConversation {
  const connection = new TcpConversation(1433);
  connection.client(PRELOGIN);
  connection.server(RESPONSE);
  return connection;
}

test('TLS 1.2 within pre-login packets, then without them', () => {
  const connection = encrypting();
  expect(connection.client(tdsPacket(record(CLIENT_HELLO)))).toBe('tcp/tds/tls');
  expect(hellosOf(connection.packet)).toEqual(['sql.example']);
  expect(print(connection.packet).info.at(-1)).toBe('Client Hello (SNI=sql.example)');
  expect(connection.server(tdsPacket(record(SERVER_HELLO)))).toBe('tcp/tds/tls');
  expect(hellosOf(connection.packet)).toEqual(['server']);
  expect(connection.client(tdsPacket([...CHANGE_CIPHER, ...FINISHED]))).toBe('tcp/tds/tls');
  expect(connection.server(tdsPacket([...CHANGE_CIPHER, ...FINISHED]))).toBe('tcp/tds/tls');
  expect(connection.client(APPLICATION_DATA)).toBe('tcp/tls');
  expect(connection.server([...APPLICATION_DATA, ...APPLICATION_DATA])).toBe('tcp/tls');
  expect(print(connection.packet).info.at(-1)).toBe('Application Data, Application Data');
  expect(hellosOf(connection.packet)).toEqual([]);
});

test('TLS for the login alone: what follows is in clear again', () => {
  const connection = encrypting();
  connection.client(tdsPacket(record(CLIENT_HELLO)));
  connection.server(tdsPacket(record(SERVER_HELLO)));
  expect(connection.client(APPLICATION_DATA)).toBe('tcp/tls');
  expect(connection.server(DONE)).toBe('tcp/tds');
  expect(connection.client(BATCH)).toBe('tcp/tds');
});

test('records cut anywhere, by segments, are read when they are whole', () => {
  for (let cut = 1; cut < APPLICATION_DATA.length; cut++) {
    const connection = encrypting();
    connection.client(tdsPacket(record(CLIENT_HELLO)));
    connection.client(APPLICATION_DATA.slice(0, cut));
    connection.client([...APPLICATION_DATA.slice(cut), ...APPLICATION_DATA]);
    const records = print(connection.packet)
      .info.join(', ')
      .match(/Application Data/g);
    expect([cut, records?.length]).toEqual([cut, 2]);
  }
});

test('a hello cut anywhere, by packets and by segments, is read once', () => {
  const whole = record(CLIENT_HELLO);
  for (let cut = 1; cut < whole.length; cut++) {
    const stream = [...tdsPacket(whole.slice(0, cut), 18, 0), ...tdsPacket(whole.slice(cut))];
    for (const segment of [5, cut + 8, stream.length]) {
      const connection = encrypting();
      const found = [stream.slice(0, segment), stream.slice(segment)].flatMap((part) => {
        if (part.length === 0) return [];
        connection.client(part);
        return hellosOf(connection.packet);
      });
      expect([cut, segment, ...found]).toEqual([cut, segment, 'sql.example']);
    }
  }
});

test('a hello of several records', () => {
  const connection = encrypting();
  const [first, rest] = [CLIENT_HELLO.slice(0, 20), CLIENT_HELLO.slice(20)];
  connection.client(tdsPacket([...record(first), ...record(rest)]));
  expect(hellosOf(connection.packet)).toEqual(['sql.example']);
});

test('each side has pieces of its own', () => {
  const connection = encrypting();
  const client = record(CLIENT_HELLO);
  const server = record(SERVER_HELLO);
  connection.client(tdsPacket(client.slice(0, 30)));
  connection.server(tdsPacket(server.slice(0, 9)));
  connection.client(tdsPacket(client.slice(30)));
  expect(hellosOf(connection.packet)).toEqual(['sql.example']);
  connection.server(tdsPacket(server.slice(9)));
  expect(hellosOf(connection.packet)).toEqual(['server']);
});

test('a server that answers in packets of a response', () => {
  const connection = encrypting();
  connection.client(tdsPacket(record(CLIENT_HELLO)));
  const server = record(SERVER_HELLO);
  expect(connection.server(tdsPacket(server.slice(0, 2), 4, 0))).toBe('tcp/tds');
  expect(connection.server(tdsPacket(server.slice(2), 4))).toBe('tcp/tds/tls');
  expect(hellosOf(connection.packet)).toEqual(['server']);
});

test('a response without TLS has none, before and after', () => {
  const connection = encrypting();
  expect(connection.server(tdsPacket([22, 4, 1], 4))).toBe('tcp/tds');
  connection.client(tdsPacket(record(CLIENT_HELLO)));
  expect(connection.server(tdsPacket([0xfd, 0, 0, 0, 0], 4))).toBe('tcp/tds');
});

test('a length of TLS that never comes keeps no more than a record', () => {
  const connection = encrypting();
  connection.client(tdsPacket([22, 3, 1, 0xff, 0xff]));
  connection.client(tdsPacket(new Array<number>(20_000).fill(0)));
  connection.client(tdsPacket(record(CLIENT_HELLO)));
  expect(hellosOf(connection.packet)).toEqual(['sql.example']);
});

test('damaged connections do no harm', async () => {
  const damage: string[] = [];
  const connection = encrypting();
  connection.client(tdsPacket(record(CLIENT_HELLO)));
  connection.server(tdsPacket(record(SERVER_HELLO)));
  connection.client(APPLICATION_DATA);
  damage.push(everyConversationDamaged(connection.frames, 54));
  await expect(damage.join('\n')).toMatchFileSnapshot(damageFile('tds'));
});
