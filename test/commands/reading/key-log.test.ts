import path from 'node:path';
import { expect, test } from 'vitest';
import { netwatch, recordsOf } from '../../support/in-process.ts';

const captures = path.join(import.meta.dirname, '../../captures');
const SUITES = path.join(captures, 'tls-suites.pcap');
const ALPN = path.join(captures, 'tls-alpn.pcap');
const STREAMS = path.join(captures, 'tls-streams.pcap');
const keysOf = (capture: string): string => capture.replace(/pcap$/, 'keys');

const requests = (capture: string, keys: string, ...words: string[]) =>
  netwatch('stats', '-r', capture, '--by', 'http', '--json', '--keylog', keys, ...words);

test('a key log of other sessions is said to be one', async () => {
  const { status, out, said } = await requests(SUITES, keysOf(STREAMS));
  expect({ status, out, said }).toEqual({
    status: 0,
    out: '',
    said: [
      `${keysOf(STREAMS)} holds 46 secrets, but of no session of TLS or QUIC whose handshake was seen`,
      'no http_request records',
    ],
  });
});

test('nothing is said of a key log that was of use', async () => {
  const { status, out, said } = await requests(SUITES, keysOf(SUITES));
  expect({ status, said }).toEqual({ status: 0, said: [] });
  expect(recordsOf(out)).toHaveLength(21);
});

test('the protocol that a server of TLS 1.3 chose is told in place of those it was offered', async () => {
  const chosen = async (...words: string[]) => {
    const asked = ['stats', '-r', ALPN, '--by', 'tls', '--json', '--fields', 'alpn,offered_alpn'];
    return recordsOf((await netwatch(...asked, ...words)).out);
  };
  const offered_alpn = ['h2', 'http/1.1'];
  expect(await chosen()).toEqual([{ type: 'tls_session', alpn: 'h2,http/1.1', offered_alpn }]);
  expect(await chosen('--keylog', keysOf(ALPN))).toEqual([{ type: 'tls_session', alpn: 'h2', offered_alpn }]);
});
