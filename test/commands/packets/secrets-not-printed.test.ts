import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { netwatch } from '../../support/in-process.ts';
import { keyedCapture, keysPath, secretsBlock } from '../../support/keyed-capture.ts';

/** No secret of a key log, or of a pcapng, is in what netwatch prints. The client's random may be: it is in the hello. */

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-not-printed-'));
const at = (name: string): string => path.join(folder, name);
afterAll(() => fs.rmSync(folder, { recursive: true }));

const KEY_LOG = fs.readFileSync(keysPath('tls-streams'), 'latin1');
/** The last word of each line. */
const SECRETS = KEY_LOG.split('\n').flatMap(
  (line) => /^[A-Z]\S+ [0-9a-f]{64} ([0-9a-f]{64,96})$/.exec(line)?.[1] ?? [],
);

/** Parts of a secret in base64, wherever they begin in what is encoded. */
function base64Of(hex: string): readonly string[] {
  const bytes = Buffer.from(hex, 'hex');
  const texts = [0, 1, 2].map((shift) => bytes.subarray(shift, shift + 21).toString('base64'));
  return [...texts, ...texts.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))];
}

/** Half of a secret is too much. */
const HEX = SECRETS.flatMap((hex) => [hex.slice(0, 32), hex.slice(-32)]);
const BASE64 = SECRETS.flatMap(base64Of);
const BYTES = SECRETS.flatMap((hex) => {
  const bytes = Buffer.from(hex, 'hex');
  return [bytes.toString('latin1'), bytes.toString('utf8'), [...bytes].join(',')];
});

const anyOf = (texts: readonly string[]): RegExp =>
  new RegExp(texts.map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'));
const PATTERNS = [HEX, BASE64].map(anyOf);

/** Spaces and colons part the digits of a dump. */
function expectNoSecret(printed: string): void {
  const plain = printed.replace(/[\s:]/g, '');
  const [hex, base64] = PATTERNS;
  const digits = plain.toLowerCase().match(/[0-9a-f]{32,}/g) ?? [];
  expect(digits.filter((run) => hex!.test(run))).toEqual([]);
  expect((plain.match(/[\w+/-]{28,}/g) ?? []).filter((run) => base64!.test(run))).toEqual([]);
  expect(BYTES.filter((text) => printed.includes(text))).toEqual([]);
}

let keyed = '';
beforeAll(async () => {
  keyed = at('keyed.pcapng');
  fs.writeFileSync(keyed, await keyedCapture('tls-streams', secretsBlock(Buffer.from(KEY_LOG))));
  fs.writeFileSync(at('wrong.keys'), `${KEY_LOG.replaceAll('\n', 'x\n')}\nnonsense ${SECRETS.join(' ')}\n${KEY_LOG}`);
});

test('there are secrets, and they would be found', () => {
  expect(SECRETS.length).toBeGreaterThan(50);
  const [first] = SECRETS;
  expect(() => expectNoSecret(`key ${first!.toUpperCase()}`)).toThrow();
  expect(() =>
    expectNoSecret(Buffer.from(`x${Buffer.from(first!, 'hex').toString('latin1')}`, 'latin1').toString('base64')),
  ).toThrow();
  expect(() => expectNoSecret(first!.replace(/../g, '$& '))).toThrow();
});

const STATISTICS = 'summary,protocols,conversations,endpoints,dns,http,tls,handshakes,expert,packet_lengths,time';
const FORMATS = ['table', 'ndjson', 'json', 'tsv', 'csv', 'vertical'];

const LINES: readonly (readonly string[])[] = [
  ...FORMATS.flatMap((format) => [
    ['capture', '-o', format, ...(format === 'table' ? [] : ['--fields', 'all'])],
    ['stats', '--by', STATISTICS, '-o', format],
    ['conns', '-o', format, '--fields', 'all'],
    ['follow', '--list', '-o', format, '--fields', 'all'],
    ['insights', '-o', format, '--ai', 'never'],
  ]),
  ['capture', '-V'],
  ['capture', '-x', '-V'],
  ['capture', '-f', 'tls', '--fields', 'tls.handshake.type,tls.handshake.extensions_server_name,info', '-o', 'csv'],
  ['follow', '--all'],
  ['follow', '--all', '--tls'],
  ...['0', '1', '2', '7', '12'].flatMap((stream) => [
    ['follow', '--stream', stream, '--tls', '--as', 'hex'],
    ['follow', '--stream', stream, '--as', 'text'],
  ]),
  ['export', 'packets', '-o', 'json'],
  ['insights', '--dry-run', '--no-redact'],
  // errors
  ['capture', '-f', 'tls and ('],
  ['follow', '--stream', '99', '--tls'],
  ['stats', '--by', 'nothing'],
];

const KEY_SOURCES = [
  ['its own', () => []],
  ['a key log', () => ['--keylog', keysPath('tls-streams')]],
  ['a key log with wrong lines', () => ['--keylog', at('wrong.keys')]],
] as const;

/** What else is said with a key log is said of the key log: few lines tell. */
const FEW = LINES.filter((_, index) => index % 7 === 0);

test.each(KEY_SOURCES)('with %s, no command prints one', async (source, words) => {
  for (const [command, ...rest] of source === 'its own' ? LINES : FEW) {
    const first = command === 'export' ? ['export', 'packets', ...rest.slice(1)] : [command!, ...rest];
    const { out, said } = await netwatch(...first, '-r', keyed, ...words(), '-v');
    expect(said.join('\n')).not.toMatch(/not known|is no option/);
    expectNoSecret([out, ...said].join('\n'));
  }
});

test.each(['out.pcap', 'out.ndjson', 'out.csv', 'out.tsv', 'out.json'])('%s has none', async (name) => {
  const { said, status } = await netwatch('export', 'packets', '-r', keyed, '-w', at(name), '-v');
  expect(status).toBe(0);
  expectNoSecret(`${fs.readFileSync(at(name), 'latin1')}\n${said.join('\n')}`);
});

test('a key log in place of a capture, an export or a configuration is not quoted', async () => {
  for (const words of [
    ['capture', '-r', keysPath('tls-streams')],
    ['conns', '-r', keysPath('tls-streams')],
    ['insights', '-r', keysPath('tls-streams')],
    ['ifaces', '--config', keysPath('tls-streams')],
    ['stats', '-r', keyed, '--keylog', keyed],
  ]) {
    const { out, said } = await netwatch(...words, '-v');
    expect(said.length).toBeGreaterThan(0);
    expectNoSecret([out, ...said].join('\n'));
  }
});
