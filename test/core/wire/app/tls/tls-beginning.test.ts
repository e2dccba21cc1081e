import { expect, test } from 'vitest';
import { REGISTRY } from '../../../../../src/core/wire/all-protocols.ts';
import { ascii, type Octets, octets } from '../../../../support/headers.ts';
import { runStatistic } from '../../../../support/run-statistic.ts';
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

const CLIENT_HELLO = handshake(1, clientHello({ extensions: [serverName('a.example'), versions(0x0304)] }));
const HELLO = record(22, CLIENT_HELLO);
const ANSWER = record(22, handshake(2, serverHello(0x1301, [chosenVersion(0x0304)])));
const ENCRYPTED = record(23, new Array<number>(40).fill(7));
const ROW = { server_name: 'a.example', version: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256', server_addr: '10.0.0.2' };
/** Every port of TCP that a protocol claims. */
const PORTS = Array.from({ length: 65_536 }, (_, port) => port).filter(
  (port) => REGISTRY.tcpPorts.of(port) !== undefined,
);

const rowsOf = (connection: TcpConversation): readonly unknown[] => runStatistic('tls', connection.frames);

test('TLS from the first byte on every known port', () => {
  expect(PORTS.length).toBeGreaterThan(60);
  for (const port of PORTS) {
    const connection = new TcpConversation(port);
    expect([port, connection.client(HELLO)]).toEqual([port, 'tcp/tls']);
    expect([port, connection.server([...ANSWER, ...ENCRYPTED])]).toEqual([port, 'tcp/tls']);
    expect([port, connection.client(ENCRYPTED)]).toEqual([port, 'tcp/tls']);
    expect(connection.packet.flow?.recognised?.name).toBe('tls');
    expect(rowsOf(connection)).toMatchObject([{ ...ROW, server_port: port }]);
  }
});

test.each([25, 110, 143, 1080, 3306, 5432, 6379])(
  'a hello that is cut anywhere between segments, on port %i',
  (port) => {
    for (let cut = 3; cut < HELLO.length; cut++) {
      const connection = new TcpConversation(port);
      connection.client(HELLO.slice(0, cut));
      connection.client(HELLO.slice(cut));
      connection.server(ANSWER);
      expect([cut, rowsOf(connection)]).toMatchObject([cut, [ROW]]);
    }
  },
);

test('a hello in several records', () => {
  for (let cut = 1; cut < CLIENT_HELLO.length; cut++) {
    const connection = new TcpConversation(5432);
    connection.client([...record(22, CLIENT_HELLO.slice(0, cut)), ...record(22, CLIENT_HELLO.slice(cut))]);
    connection.server(ANSWER);
    expect([cut, rowsOf(connection)]).toMatchObject([cut, [ROW]]);
  }
});

test('the client was not captured', () => {
  const connection = new TcpConversation(25);
  expect(connection.server(ANSWER)).toBe('tcp/tls');
});

test('the server refuses in clear', () => {
  const connection = new TcpConversation(25);
  connection.client(HELLO);
  expect(connection.server('500 5.5.1 what?\r\n')).toBe('tcp/smtp');
});

const NOT_HELLOS: Readonly<Record<string, Octets>> = {
  'another type of record': [23, ...HELLO.slice(1)],
  'another version': [22, 2, ...HELLO.slice(2)],
  'version 3.4, which no record has': [...HELLO.slice(0, 2), 4, ...HELLO.slice(3)],
  'an empty record': [...HELLO.slice(0, 3), 0, 0, ...HELLO.slice(5)],
  'a record that is too long': [...HELLO.slice(0, 3), 0x48, 0, ...HELLO.slice(5)],
  'another message': [...HELLO.slice(0, 5), 3, ...HELLO.slice(6)],
  'a message that is too long': [...HELLO.slice(0, 6), 1, ...HELLO.slice(7)],
  'a hello of another version': [...HELLO.slice(0, 9), 2, ...HELLO.slice(10)],
  'two bytes': HELLO.slice(0, 2),
};
test.each(Object.entries(NOT_HELLOS))('%s is no beginning', (_, bytes) => {
  expect(new TcpConversation(23).client(bytes)).toBe('tcp/telnet');
});

test.each<[string, Octets]>([
  ['the longest record', [...HELLO.slice(0, 3), 0x47, 0xff, ...HELLO.slice(5)]],
  ['three bytes', HELLO.slice(0, 3)],
])('%s is one', (_, bytes) => {
  const connection = new TcpConversation(23);
  connection.client(bytes);
  expect(connection.packet.flow?.recognised?.name).toBe('tls');
});

test('what looks like a hello later belongs to the protocol of the port', () => {
  const connection = new TcpConversation(23);
  expect(connection.client(ascii('x'))).toBe('tcp/telnet');
  expect(connection.client(HELLO)).toBe('tcp/telnet');
  const database = new TcpConversation(5432);
  database.client(octets('00000010 00030000 75736572 00610000'));
  expect(database.client([0x64, 0, 0, ...[(HELLO.length + 4) >> 8, (HELLO.length + 4) & 255], ...HELLO])).toBe(
    'tcp/pgsql',
  );
  expect(rowsOf(database)).toEqual([]);
});
