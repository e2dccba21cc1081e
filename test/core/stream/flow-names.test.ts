import { expect, test } from 'vitest';
import { FlowNames } from '../../../src/core/stream/flow-names.ts';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { PREFACE } from '../../../src/core/wire/app/http/http2.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { udpFrame } from '../../support/frames.ts';
import { crypto, initial } from '../../support/quic.ts';
import { TcpConversation } from '../../support/tcp-conversation.ts';
import { clientHello, handshake, record, serverHello, serverName } from '../../support/tls.ts';
import { dissectFrame } from '../../support/wire.ts';

/** The name of the first flow of these frames. */
function nameIn(frames: readonly Uint8Array[]): string | null {
  const dissector = new Dissector(REGISTRY);
  const packet = new Packet();
  const names = new FlowNames();
  for (const frame of frames) names.ingest(dissectFrame(frame, 1, dissector, { packet }));
  return names.nameOf(dissector.flows.flows[0]!);
}

function talk(port: number, ...turns: readonly (string | readonly number[])[]): readonly Uint8Array[] {
  const connection = new TcpConversation(port);
  for (const [index, said] of turns.entries()) connection[index % 2 === 0 ? 'client' : 'server'](said);
  return connection.frames;
}

const hello = (name: string): number[] => handshake(1, clientHello({ extensions: [serverName(name)] }));

test.each<[string, readonly Uint8Array[], string | null]>([
  ['TLS', talk(443, record(22, hello('tls.example'))), 'tls.example'],
  ['TLS without a name', talk(443, record(22, handshake(1, clientHello()))), null],
  ['the answer of TLS', talk(443, [], record(22, handshake(2, serverHello(0x1301)))), null],
  ['QUIC', [udpFrame({ srcPort: 50_000, dstPort: 443 }, initial(crypto(0, hello('quic.example'))))], 'quic.example'],
  ['HTTP', talk(80, 'GET / HTTP/1.1\r\nHost: web.example\r\n\r\n'), 'web.example'],
  ['HTTP without a host', talk(80, 'GET / HTTP/1.0\r\n\r\n'), null],
  ['a response of HTTP', talk(80, '', 'HTTP/1.1 200 OK\r\nHost: not.this\r\nContent-Length: 0\r\n\r\n'), null],
  [
    'the first of two requests',
    talk(80, 'GET / HTTP/1.1\r\nHost: one\r\n\r\nGET / HTTP/1.1\r\nHost: two\r\n\r\n'),
    'one',
  ],
  [
    'the first request that has one',
    talk(80, 'GET / HTTP/1.0\r\n\r\n', '', 'GET / HTTP/1.1\r\nHost: late\r\n\r\n'),
    'late',
  ],
  ['no application', [udpFrame({ srcPort: 4000, dstPort: 9999 }, [1, 2, 3])], null],
])('%s', (_what, frames, expected) => {
  expect(nameIn(frames)).toBe(expected);
});

test('a flow that is forgotten has no name, and a packet without a flow gives none', () => {
  const dissector = new Dissector(REGISTRY);
  const packet = new Packet();
  const names = new FlowNames();
  for (const frame of talk(80, 'GET / HTTP/1.1\r\nHost: web.example\r\n\r\n'))
    names.ingest(dissectFrame(frame, 1, dissector, { packet }));
  const [flow] = dissector.flows.flows;
  expect(names.nameOf(flow!)).toBe('web.example');
  names.forget(flow!);
  expect(names.nameOf(flow!)).toBeNull();
  packet.messages[0]!.flow = null;
  names.ingest(packet);
  expect([packet.messageCount, names.nameOf(flow!)]).toEqual([1, null]);
});

const block = (...fields: readonly (readonly [string, string])[]): number[] =>
  fields.flatMap(([name, value]) => [0, name.length, ...Buffer.from(name), value.length, ...Buffer.from(value)]);
const http2Talk = (...fields: readonly (readonly [string, string])[]) => {
  const header = block([':method', 'GET'], ...fields);
  return talk(80, [...Buffer.from(PREFACE), 0, 0, header.length, 1, 5, 0, 0, 0, 1, ...header]);
};

test.each<[string, readonly Uint8Array[], string | null]>([
  ['the authority', http2Talk(['host', 'b'], [':authority', 'a']), 'a'],
  ['or the host', http2Talk(['host', 'b']), 'b'],
  ['or none', http2Talk(['x', 'y']), null],
])('HTTP/2 has %s', (_what, frames, expected) => {
  expect(nameIn(frames)).toBe(expected);
});

test('DTLS has a cookie in its hello, and a name all the same', () => {
  const body = clientHello({ version: 0xfefd, cookie: [9, 9], extensions: [serverName('dtls.example')] });
  const length = [body.length >> 16, (body.length >> 8) & 255, body.length & 255];
  const message = [1, ...length, 0, 0, 0, 0, 0, ...length, ...body];
  const sent = [22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, message.length >> 8, message.length & 255, ...message];
  expect(nameIn([udpFrame({ srcPort: 50_000, dstPort: 4433 }, sent)])).toBe('dtls.example');
});
