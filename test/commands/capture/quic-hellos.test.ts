import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { pcap } from '../../support/captures.ts';
import { udpFrame } from '../../support/frames.ts';
import { netwatch } from '../../support/in-process.ts';
import { crypto, initial } from '../../support/quic.ts';
import { alpn, clientHello, handshake, serverName, versions } from '../../support/tls.ts';

// what is inside Initial packets is decrypted only where it is asked for
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-quic-hellos-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const file = path.join(folder, 'quic.pcap');
const hello = (name: string) =>
  initial(crypto(0, handshake(1, clientHello({ extensions: [serverName(name), alpn('h3'), versions(0x0304)] }))));
fs.writeFileSync(
  file,
  pcap(
    ['a.example', 'b.example'].map((name, index) => ({
      bytes: udpFrame({ srcPort: 50_000 + index, dstPort: 443 }, hello(name)),
    })),
  ),
);

const outOf = async (...argv: readonly string[]): Promise<string> => (await netwatch(...argv)).out;
const SNI = 'tls.handshake.extensions_server_name';

test.each([
  [['--fields', `number,${SNI}`], '1\ta.example\n2\tb.example\n'],
  [['--fields', 'number,tls.handshake.type'], '1\t1\n2\t1\n'],
  [['-f', `${SNI} == b.example`, '--fields', 'number'], '2\n'],
  [['-f', 'tls.handshake', '--fields', 'number'], '1\n2\n'],
  [['-f', 'quic', '--sort', `${SNI}:desc`, '--fields', 'number'], '2\n1\n'],
])('capture %j', async (options, expected) => {
  expect(await outOf('capture', '-r', file, '-H', ...options)).toBe(expected);
});

test('export packets picks datagrams by the server name of their hello', async () => {
  const copy = path.join(folder, 'copy.pcap');
  await netwatch('export', 'packets', '-r', file, '-f', `${SNI} == a.example`, '-w', copy);
  expect(await outOf('capture', '-r', copy, '-H', '--fields', `src_port,${SNI}`)).toBe('50000\ta.example\n');
});

test.each([
  ['tls', 'a.example\nb.example\n'],
  ['tls,protocols', 'a.example\nb.example\n'],
])('stats --by %s', async (by, expected) => {
  const { out } = await netwatch('stats', '-r', file, '--by', by, '--json');
  const names = out.split('\n').flatMap((line) => /"server_name":"([^"]+)"/.exec(line)?.[1] ?? []);
  expect(names.map((name) => `${name}\n`).join('')).toBe(expected);
});

test.each([['conns'], ['follow']])('%s names the servers', async (command) => {
  const options = command === 'follow' ? ['--list'] : [];
  const out = await outOf(command, '-r', file, '-H', '--fields', 'server_name', '--sort', 'server_name', ...options);
  expect(out).toBe('a.example\nb.example\n');
});
