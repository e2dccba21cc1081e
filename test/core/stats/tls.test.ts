import { expect, test } from 'vitest';
import type { TlsSessionRow } from '../../../src/core/record/tables/tls-session.ts';
import { udpFrame } from '../../support/frames.ts';
import { type Octets, octets } from '../../support/headers.ts';
import { crypto, initial } from '../../support/quic.ts';
import { runStatistic } from '../../support/run-statistic.ts';
import { TcpConversation } from '../../support/tcp-conversation.ts';
import {
  alpn,
  chosenVersion,
  clientHello,
  handshake,
  record,
  serverHello,
  serverName,
  versions,
} from '../../support/tls.ts';

const rowsOf = (frames: readonly Uint8Array[]): readonly TlsSessionRow[] => runStatistic('tls', frames);

/** The frames of a connection, the client speaking first, then each in turn. */
function talk(...turns: readonly Octets[]): readonly Uint8Array[] {
  const connection = new TcpConversation(443);
  for (const [index, bytes] of turns.entries()) connection[index % 2 === 0 ? 'client' : 'server'](bytes);
  return connection.frames;
}

const hello = (...extensions: Parameters<typeof serverHello>[1] & object): number[] =>
  record(22, handshake(1, clientHello({ ciphers: [0x0a0a, 0x1301, 0xc02f], extensions })));
const answer = (...parts: Parameters<typeof serverHello>): number[] => record(22, handshake(2, serverHello(...parts)));

test('TLS 1.3: what was offered, and what the server chose', () => {
  const offers = [serverName('a.example'), alpn('h2', 'http/1.1'), versions(0x1a1a, 0x0304, 0x0303)];
  expect(rowsOf(talk(hello(...offers), answer(0x1301, [chosenVersion(0x0304)])))).toEqual([
    {
      time: '2025-01-01T00:00:00.002000Z',
      stream: 0,
      client_addr: '10.0.0.1',
      client_port: 40_000,
      server_addr: '10.0.0.2',
      server_port: 443,
      server_name: 'a.example',
      alpn: 'h2,http/1.1', // the choice is encrypted
      version: 'TLSv1.3',
      cipher: 'TLS_AES_128_GCM_SHA256',
      ja3: expect.stringMatching(/^[0-9a-f]{32}$/),
      ja4: expect.stringMatching(/^t13d02\d\dh2_[0-9a-f]{12}_[0-9a-f]{12}$/),
      transport: 'tcp',
      offered_versions: ['TLSv1.3', 'TLSv1.2'],
      offered_alpn: ['h2', 'http/1.1'],
      packet: 3,
      community_id: '1:UWHKJ/x6OQ1YiVv4rIl0t3yhjg8=',
    },
  ]);
});

test('TLS 1.2: the protocol the server chose', () => {
  const frames = talk(hello(serverName('b'), alpn('h2', 'http/1.1')), answer(0xc02f, [alpn('http/1.1')]));
  expect(rowsOf(frames)).toMatchObject([
    {
      version: 'TLSv1.2',
      alpn: 'http/1.1',
      cipher: 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
      offered_versions: ['TLSv1.2'],
    },
  ]);
  const without = talk(hello(alpn('h2')), answer(0xc02f));
  expect(rowsOf(without)).toMatchObject([{ server_name: null, alpn: null, offered_alpn: ['h2'] }]);
});

test('a server that does not answer chose nothing', () => {
  expect(rowsOf(talk(hello(serverName('c')), record(21, [2, 40])))).toMatchObject([
    { server_name: 'c', version: null, cipher: null, alpn: null },
  ]);
});

test('an answer without its question is no session', () => {
  expect(rowsOf(talk([], answer(0x1301)))).toEqual([]);
});

test('what the registry does not know has its number', () => {
  const frames = talk(hello(versions(0x0399)), answer(0xfafa, [chosenVersion(0x0399)]));
  expect(rowsOf(frames)).toMatchObject([{ offered_versions: ['0x0399'], version: null }]);
  expect(rowsOf(frames)[0]!.cipher).toBe('0xfafa');
});

test('each hello of a connection is a record, and the last one is answered', () => {
  // RFC 8446, 4.1.3: the random of a HelloRetryRequest
  const retry = octets(
    '0303 CF21AD74E59A6111BE1D8C021E65B891C2A211167ABB8C5E079E09E2C8A8339C 00 1301 00 0006 002b 0002 0304',
  );
  const frames = talk(
    hello(serverName('d'), versions(0x0304)),
    record(22, handshake(2, retry)),
    hello(serverName('d'), versions(0x0304)),
    answer(0x1302, [chosenVersion(0x0304)]),
  );
  expect(rowsOf(frames).map(({ server_name, cipher }) => [server_name, cipher])).toEqual([
    ['d', 'TLS_AES_128_GCM_SHA256'],
    ['d', 'TLS_AES_256_GCM_SHA384'],
  ]);
});

/** The frame of a datagram between the client and port 4433 of the server. */
const datagram = (sender: 'C' | 'S', payload: Octets): Uint8Array =>
  sender === 'C'
    ? udpFrame({ srcPort: 50_000, dstPort: 4433 }, payload)
    : udpFrame({ from: [10, 0, 0, 2], to: [10, 0, 0, 1], srcPort: 4433, dstPort: 50_000 }, payload);

/** Hellos of a QUIC connection with ids of its own, that asks for `name` and gets `cipher`. */
function quicHellos(name: string, cipher: number): { readonly ask: Uint8Array; readonly answer: Uint8Array } {
  const ids = { first: octets(`11${Buffer.from(name).toString('hex')}`), source: octets('22') };
  const asked = handshake(1, clientHello({ extensions: [serverName(name), alpn('h3'), versions(0x0304)] }));
  const answered = handshake(2, serverHello(cipher, [chosenVersion(0x0304)]));
  const padding = new Array<number>(200).fill(0);
  return {
    ask: datagram('C', initial([...crypto(0, asked), ...padding], ids)),
    answer: datagram(
      'S',
      initial([...crypto(0, answered), ...padding], {
        first: ids.first,
        source: octets('33'),
        destination: ids.source,
        side: 'server',
      }),
    ),
  };
}

test('connections of QUIC between the same ports have answers of their own, the server captured first or not', () => {
  const [one, other] = [quicHellos('a.example', 0x1301), quicHellos('b.example', 0x1302)];
  const row = (name: string, cipher: string, packet: number) => ({
    time: `2025-01-01T00:00:00.00${packet - 1}000Z`,
    stream: 0,
    client_addr: '10.0.0.1',
    client_port: 50_000,
    server_addr: '10.0.0.2',
    server_port: 4433,
    server_name: name,
    alpn: 'h3',
    version: 'TLSv1.3',
    cipher,
    ja3: expect.stringMatching(/^[0-9a-f]{32}$/),
    ja4: expect.stringMatching(/^q13d0103h3_[0-9a-f]{12}_[0-9a-f]{12}$/),
    transport: 'quic',
    offered_versions: ['TLSv1.3'],
    offered_alpn: ['h3'],
    packet,
    community_id: '1:DDqbkW/pAJ5VR/zNVgFZudekUsM=',
  });
  expect(rowsOf([one.ask, other.ask, one.answer, other.answer])).toEqual([
    row('a.example', 'TLS_AES_128_GCM_SHA256', 1),
    row('b.example', 'TLS_AES_256_GCM_SHA384', 2),
  ]);
  expect(rowsOf([one.answer, one.ask])).toEqual([row('a.example', 'TLS_AES_128_GCM_SHA256', 2)]);
  expect(rowsOf([one.ask, other.answer])).toMatchObject([{ server_name: 'a.example', cipher: null }]);
});

test('DTLS in fragments of both sides, in any order', () => {
  const fragment = (type: number, body: Octets, start: number, end: number): number[] => [
    ...[22, 0xfe, 0xfd, ...new Array<number>(8).fill(0), 0, 12 + end - start],
    ...[type, 0, 0, body.length, 0, 0, 0, 0, start, 0, 0, end - start, ...body.slice(start, end)],
  ];
  const asked = clientHello({ version: 0xfefd, cookie: [], ciphers: [0xc02b], extensions: [serverName('d.example')] });
  const answered = serverHello(0xc02b, [], 0xfefd);
  const frames = [
    datagram('C', fragment(1, asked, 50, asked.length)),
    datagram('C', fragment(1, asked, 0, 60)),
    datagram('S', fragment(2, answered, 20, answered.length)),
    datagram('S', fragment(2, answered, 0, 20)),
  ];
  expect(rowsOf(frames)).toEqual([
    {
      time: '2025-01-01T00:00:00.001000Z',
      stream: 0,
      client_addr: '10.0.0.1',
      client_port: 50_000,
      server_addr: '10.0.0.2',
      server_port: 4433,
      server_name: 'd.example',
      alpn: null,
      version: 'DTLSv1.2',
      cipher: 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
      ja3: expect.stringMatching(/^[0-9a-f]{32}$/),
      ja4: expect.stringMatching(/^dd2d010100_[0-9a-f]{12}_[0-9a-f]{12}$/),
      transport: 'dtls',
      offered_versions: ['DTLSv1.2'],
      offered_alpn: [],
      packet: 2,
      community_id: '1:DDqbkW/pAJ5VR/zNVgFZudekUsM=',
    },
  ]);
});

test('a hello over QUIC is a session with the transport quic and the JA4 of it', () => {
  const body = handshake(1, clientHello({ extensions: [serverName('q.example'), alpn('h3'), versions(0x0304)] }));
  const frame = udpFrame({ srcPort: 50_000, dstPort: 443 }, initial(crypto(0, body)));
  expect(rowsOf([frame])).toMatchObject([
    {
      transport: 'quic',
      server_name: 'q.example',
      server_port: 443,
      offered_alpn: ['h3'],
      ja4: expect.stringMatching(/^q13d/),
    },
  ]);
});
