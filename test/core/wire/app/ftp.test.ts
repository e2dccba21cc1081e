import { expect, test } from 'vitest';
import { REGISTRY } from '../../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../../src/core/wire/dissector.ts';
import { ascii, ethernet, ipv4, ipv6, type Octets, tcp } from '../../../support/headers.ts';
import { dissectFrame, pathOf } from '../../../support/wire.ts';

const CLIENT = [10, 0, 0, 1];
const SERVER = [10, 0, 0, 2];
const CONTROL = { from: 40_000, to: 21 };
const REPLIES = { from: 21, to: 40_000 };

interface Sent {
  readonly from: Octets;
  readonly to: Octets;
  readonly ports: { readonly from: number; readonly to: number };
  readonly text: string;
}

/** The path of the last of these segments, over IPv4. */
function last(...sent: readonly Sent[]): string {
  const dissector = new Dissector(REGISTRY);
  return sent
    .map(({ from, to, ports, text }) => ethernet(0x0800, ipv4(6, tcp(ports, ascii(text)), { from, to })))
    .map((bytes) => pathOf(dissectFrame(Uint8Array.from(bytes), 1, dissector)))
    .at(-1)!;
}
const command = (text: string): Sent => ({ from: CLIENT, to: SERVER, ports: CONTROL, text });
const reply = (text: string): Sent => ({ from: SERVER, to: CLIENT, ports: REPLIES, text });
/** From the server, or from the client, who opened the connection from port 50000. */
const download = (from: number, to: number): Sent => ({ from: SERVER, to: CLIENT, ports: { from, to }, text: 'file' });
const upload = (from: number, to: number): Sent => ({ from: CLIENT, to: SERVER, ports: { from, to }, text: 'file' });

const DATA = 'eth/ip/tcp/ftp-data';
const NOBODY = 'eth/ip/tcp';

test('passive: the server tells where it listens (RFC 959, 4.1.2)', () => {
  const passive = reply('227 Entering Passive Mode (10,0,0,2,195,81)\r\n');
  expect(last(passive, download(50_001, 50_000))).toBe(DATA);
  expect(last(passive, upload(50_000, 50_001))).toBe(DATA);
  expect(last(passive, download(50_002, 50_000))).toBe(NOBODY);
  expect(last(passive, upload(50_001, 50_000))).toBe(NOBODY);
});

test('passive, behind address translation: the address seen counts too', () => {
  expect(last(reply('227 =192,168,1,1,195,81\r\n'), download(50_001, 50_000))).toBe(DATA);
});

test('active: the client tells where it listens', () => {
  const active = command('PORT 10,0,0,1,195,81\r\n');
  expect(last(active, download(40_020, 50_001))).toBe(DATA);
  expect(last(active, upload(50_001, 40_020))).toBe(DATA);
  expect(last(active, download(40_020, 50_002))).toBe(NOBODY);
});

test('the extended commands (RFC 2428)', () => {
  expect(last(command('EPRT |1|10.0.0.1|50001|\r\n'), download(40_020, 50_001))).toBe(DATA);
  expect(last(reply('229 Entering Extended Passive Mode (|||50001|)\r\n'), download(50_001, 50_000))).toBe(DATA);
});

test('extended passive over IPv6', () => {
  const dissector = new Dissector(REGISTRY);
  const path = (payload: readonly number[]): string =>
    pathOf(dissectFrame(Uint8Array.from(ethernet(0x86dd, ipv6(6, payload))), 1, dissector));
  path(tcp(REPLIES, ascii('229 ok (|||50001|)\r\n')));
  expect(path(tcp({ from: 50_001, to: 50_000 }, ascii('file')))).toBe('eth/ipv6/tcp/ftp-data');
});

test.each([
  command('PORT 10,0,0,1,195\r\n'),
  command('PORT 10,0,0,1,999,81\r\n'),
  command('EPRT |1|10.0.0.300|50001|\r\n'),
  command('EPRT |1|10.0.0.1|99999|\r\n'),
  reply('229 (|||0|)\r\n'),
  reply('229 (|||99999|)\r\n'),
  reply('227 no\r\n'),
  command('227 (10,0,0,2,195,81)\r\n'),
])('what announces nothing: $text', (announcement) => {
  expect(last(announcement, download(50_001, 34_463))).toBe(NOBODY);
});

test('port 20 is that of data', () => {
  expect(last(download(20, 50_000))).toBe(DATA);
});
