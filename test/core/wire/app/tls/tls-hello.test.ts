import { expect, test } from 'vitest';
import { isGrease, readClientHello, readServerHello } from '../../../../../src/core/wire/app/tls/tls-hello.ts';
import {
  alpn,
  chosenVersion,
  clientHello,
  groups,
  pointFormats,
  serverHello,
  serverName,
  signatureAlgorithms,
  versions,
} from '../../../../support/tls.ts';
import { hex } from '../../../../support/wire.ts';

/** The ClientHello of RFC 9001, A.2: its body, behind type and length. */
const RFC_9001 = hex(`
  0303 ebf8fa56f12939b9584a3896472ec40bb863cfd3e86804fe3a47f06a2b69484c 00 0004 13011302 01 00 00c0
  0000 0010 000e 00 000b 6578616d706c652e636f6d  ff01 0001 00  000a 0008 0006 001d 0017 0018
  0010 0007 0005 04 616c706e  0005 0005 0100000000
  0033 0026 0024 001d 0020 9370b2c9caa47fbabaf4559fedba753de171fa71f50f1ce15d43e994ec74d748
  002b 0003 02 0304  000d 0010 000e 0403 0503 0603 0203 0804 0805 0806  002d 0002 0101  001c 0002 4001
  0039 0032 0408ffffffffffffffff05048000ffff07048000ffff0801100104800075300901100f088394c8f03e51570806048000ffff`);

const client = (bytes: readonly number[] | Uint8Array, isDtls = false) =>
  readClientHello(Uint8Array.from(bytes), 0, bytes.length, isDtls);

test('the ClientHello of RFC 9001', () => {
  expect(client(RFC_9001)).toEqual({
    legacyVersion: 0x0303,
    versions: [0x0304],
    ciphers: [0x1301, 0x1302],
    extensions: [0, 0xff01, 10, 16, 5, 51, 43, 13, 45, 28, 57],
    serverName: 'example.com',
    alpn: ['alpn'],
    groups: [29, 23, 24],
    pointFormats: [],
    signatureAlgorithms: [0x0403, 0x0503, 0x0603, 0x0203, 0x0804, 0x0805, 0x0806],
  });
});

test('a session, a cookie of DTLS, several protocols and point formats', () => {
  const extensions = [alpn('h2', 'http/1.1'), pointFormats(0, 1), groups(29)];
  const dtls = clientHello({ version: 0xfefd, session: [1, 2], cookie: [9, 9, 9], ciphers: [5], extensions });
  expect(client(dtls, true)).toMatchObject({
    legacyVersion: 0xfefd,
    ciphers: [5],
    alpn: ['h2', 'http/1.1'],
    pointFormats: [0, 1],
    groups: [29],
  });
});

test('an extension that goes past the message is none', () => {
  const hello = clientHello({ extensions: [groups(29), alpn('h2')] });
  expect(client(hello)).toMatchObject({ extensions: [10, 16], alpn: ['h2'] });
  expect(client(hello.slice(0, -1))).toMatchObject({ extensions: [10], alpn: [] });
});

test('without extensions', () => {
  expect(client(clientHello({ extensions: null }))).toMatchObject({ ciphers: [0x1301], extensions: [], versions: [] });
});

test('a ServerHello has one cipher and one version', () => {
  const hello = Uint8Array.from(serverHello(0x1302, [chosenVersion(0x0304), [51, [0, 29, 0, 0]]]));
  expect(readServerHello(hello, 0, hello.length)).toMatchObject({
    legacyVersion: 0x0303,
    versions: [0x0304],
    ciphers: [0x1302],
    extensions: [43, 51],
  });
  expect(readServerHello(hello, 0, 34)).toBeNull();
});

test('the first host name counts; a name of another type, or cut, is none', () => {
  const named = (data: readonly number[]): string | null | undefined =>
    client(clientHello({ extensions: [[0, data]] }))?.serverName;
  expect(named(serverName('a.example')[1])).toBe('a.example');
  expect(named([0, 4, 1, 0, 1, 0x61])).toBeNull();
  expect(named([0, 4, 0, 0, 9, 0x61])).toBeNull();
  expect(named([])).toBeNull();
});

test('every prefix tells as much as it holds, and no more', () => {
  const bytes = clientHello({
    ciphers: [1, 2, 3],
    extensions: [serverName('a.b'), alpn('h2'), versions(0x304), signatureAlgorithms(0x403)],
  });
  for (let length = 0; length <= bytes.length; length++) {
    const hello = client(bytes.slice(0, length));
    if (length < 37) expect(hello).toBeNull();
    else expect(hello!.ciphers).toEqual([1, 2, 3].slice(0, Math.max(0, Math.floor((length - 37) / 2))));
    if (hello?.serverName != null) expect(hello.serverName).toBe('a.b');
    for (const name of hello?.alpn ?? []) expect(name).toBe('h2');
  }
});

test('lists are bounded, whatever their lengths say', () => {
  const ciphers = new Array<number>(30_000).fill(5);
  const extensions = new Array<[number, number[]]>(2000).fill([7, []]);
  const hello = client(clientHello({ ciphers, extensions }))!;
  expect(hello.ciphers.length).toBeLessThanOrEqual(512);
  expect(hello.extensions.length).toBeLessThanOrEqual(512);
});

test('GREASE (RFC 8701, 2)', () => {
  const grease = [0x0a0a, 0x1a1a, 0x2a2a, 0x9a9a, 0xfafa];
  expect(grease.map(isGrease)).not.toContain(false);
  expect([0x0a1a, 0x1301, 0x0a0b, 0xaaab, 0].map(isGrease)).not.toContain(true);
});
