import { expect, test } from 'vitest';
import { ja3, ja4 } from '../../../../../src/core/wire/app/tls/tls-fingerprint.ts';
import type { Hello } from '../../../../../src/core/wire/app/tls/tls-hello.ts';

const hello = (parts: Partial<Hello>): Hello => ({
  legacyVersion: 0x0303,
  versions: [],
  ciphers: [],
  extensions: [],
  serverName: null,
  alpn: [],
  groups: [],
  pointFormats: [],
  signatureAlgorithms: [],
  ...parts,
});
const numbers = (text: string, radix: number): number[] => text.split(/[-,]/).map((one) => Number.parseInt(one, radix));

/** The examples of the README of JA3. */
const OLD = hello({
  legacyVersion: 769,
  ciphers: numbers('47-53-5-10-49161-49162-49171-49172-50-56-19-4', 10),
  extensions: [0, 10, 11],
  groups: [23, 24, 25],
  pointFormats: [0],
});

test('JA3: the published examples', () => {
  expect(ja3(OLD)).toBe('ada70206e40642a3e4461f35503241d5');
  const bare = hello({ legacyVersion: 769, ciphers: numbers('4-5-10-9-100-98-3-6-19-18-99', 10) });
  expect(ja3(bare)).toBe('de350869b8c85de67a350c8d186f11e6');
});

test('JA3 leaves GREASE out', () => {
  const greased = {
    ...OLD,
    ciphers: [0x3a3a, ...OLD.ciphers],
    extensions: [0x1a1a, 0, 10, 11, 0xaaaa],
    groups: [0x0a0a, ...OLD.groups],
  };
  expect(ja3(greased)).toBe('ada70206e40642a3e4461f35503241d5');
});

/** The example of the technical details of JA4. */
const CHROME = hello({
  versions: [0x2a2a, 0x0304, 0x0303],
  ciphers: [0x7a7a, ...numbers('1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035', 16)],
  extensions: [
    0x1a1a,
    ...numbers('001b,0000,0033,0010,4469,0017,002d,000d,0005,0023,0012,002b,ff01,000b,000a,0015', 16),
  ],
  alpn: ['h2', 'http/1.1'],
  signatureAlgorithms: numbers('0403,0804,0401,0503,0805,0501,0806,0601', 16),
});

test('JA4: the published example', () => {
  expect(ja4(CHROME, 't')).toBe('t13d1516h2_8daaf6152771_e5627efa2ab1');
  expect(ja4({ ...CHROME, signatureAlgorithms: [] }, 'q')).toBe('q13d1516h2_8daaf6152771_6d807ffa2a79');
});

test('JA4 of a hello with nothing in it, or only a name and a protocol', () => {
  expect(ja4(hello({}), 't')).toBe('t12i000000_000000000000_000000000000');
  expect(ja4(hello({ extensions: [0, 16], alpn: ['h3'] }), 'q')).toBe('q12d0002h3_000000000000_000000000000');
});

test.each([
  ['t', 0x0304, [], '13'],
  ['t', 0x0302, [], '11'],
  ['t', 0x0301, [], '10'],
  ['t', 0x0300, [], 's3'],
  ['t', 0x0002, [], 's2'],
  ['t', 0x1234, [], '00'],
  ['t', 0x0301, [0x0303, 0x0304, 0x0302, 0xfafa], '13'],
  ['d', 0xfeff, [], 'd1'],
  ['d', 0xfefd, [], 'd2'],
  ['d', 0xfefd, [0xfefd, 0xfefc], 'd3'],
] as const)('JA4: version over %s, %i with %j', (transport, legacyVersion, versions, expected) => {
  expect(ja4(hello({ legacyVersion, versions }), transport).slice(0, 3)).toBe(transport + expected);
});

test.each([
  ['', '00'],
  ['a', 'aa'],
  ['http/1.1', 'h1'],
  ['\xab', 'ab'],
  ['\x20', '20'],
  ['\xab\xcd', 'ad'],
  ['\x20\x61', '21'],
  ['\x30\xab', '3b'],
  ['\x61\x20', '60'],
  ['\x30\x31\xab\xcd', '3d'],
  ['\x30\xab\xcd\x31', '01'],
])('JA4: the letters of the protocol %j', (name, letters) => {
  expect(ja4(hello({ alpn: [name] }), 't').slice(8, 10)).toBe(letters);
});

test('JA4: counts stop at 99', () => {
  const many = new Array<number>(200).fill(5);
  expect(ja4(hello({ ciphers: many, extensions: many }), 't').slice(4, 8)).toBe('9999');
});
