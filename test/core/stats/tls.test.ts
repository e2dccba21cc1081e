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

test('over QUIC', () => {
  const body = handshake(1, clientHello({ extensions: [serverName('q.example'), alpn('h3'), versions(0x0304)] }));
  const datagram = udpFrame({ srcPort: 50_000, dstPort: 443 }, initial(crypto(0, body)));
  expect(rowsOf([datagram])).toMatchObject([
    {
      transport: 'quic',
      server_name: 'q.example',
      server_port: 443,
      offered_alpn: ['h3'],
      ja4: expect.stringMatching(/^q13d/),
    },
  ]);
});
