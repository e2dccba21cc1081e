import path from 'node:path';
import { expect, test } from 'vitest';
import { netwatch, recordsOf } from '../../support/in-process.ts';

const captures = path.join(import.meta.dirname, '../../captures');
const SUITES = path.join(captures, 'tls-suites.pcap');
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
      `${keysOf(STREAMS)} holds 46 secrets, but of no session whose handshake was seen`,
      'no http_request records',
    ],
  });
});

test('nothing is said of a key log that was of use', async () => {
  const { status, out, said } = await requests(SUITES, keysOf(SUITES));
  expect({ status, said }).toEqual({ status: 0, said: [] });
  expect(recordsOf(out)).toHaveLength(21);
});
