import { expect, test } from 'vitest';
import {
  openDevice,
  parseFamilyId,
  readFamilyId,
  readWireguard,
} from '../../../src/platform/linux/genetlink-wireguard.ts';
import type { Netlink } from '../../../src/platform/linux/netlink.ts';
import { attribute, hex, mangle, u8, u16, u32, u64, zeroEnded } from './netlink-bytes.ts';

const NESTED = 0x8000;
const GENL_HEADER = u8(0, 1, 0, 0);
const PRIVATE = Buffer.alloc(32, 0xa5);
const PRESHARED = Buffer.alloc(32, 0xb6);
const publicKey = (first: number): Buffer => Buffer.concat([u8(first), Buffer.alloc(31, 0xc7)]);

const allowed = (family: number, address: string, prefix: number): Buffer =>
  attribute(NESTED, attribute(1, u16(family)), attribute(2, hex(address)), attribute(3, u8(prefix)));

const peer = (key: Buffer, endpoint: Buffer, seconds: bigint, ...blocks: Buffer[]): Buffer =>
  attribute(
    NESTED,
    attribute(1, key),
    attribute(2, PRESHARED),
    attribute(6, u64(seconds), u64(500_000_000n)),
    attribute(5, u16(25)),
    attribute(8, u64(2n ** 32n + 5n)),
    attribute(7, u64(77n)),
    attribute(10, u32(1)),
    attribute(4, endpoint),
    attribute(NESTED | 9, ...blocks),
  );

const ENDPOINT_4 = hex('0200 ca6c cb007109 0000000000000000');
const ENDPOINT_6 = hex('0a00 ca6d 00000000 20010db8000000000000000000000009 00000000');

/** As the kernel dumps a device with two peers, the second of which goes on in another message. */
const first = Buffer.concat([
  GENL_HEADER,
  attribute(6, u16(51820)),
  attribute(7, u32(0)),
  attribute(1, u32(9)),
  attribute(2, zeroEnded('wg0')),
  attribute(3, PRIVATE),
  attribute(4, publicKey(1)),
  attribute(
    NESTED | 8,
    peer(
      publicKey(2),
      ENDPOINT_4,
      1_700_000_000n,
      allowed(2, '0a080000', 24),
      allowed(10, 'fd080000000000000000000000000000', 64),
    ),
    peer(publicKey(3), ENDPOINT_6, 0n, allowed(2, '0a090000', 16)),
  ),
]);
const second = Buffer.concat([
  GENL_HEADER,
  attribute(
    NESTED | 8,
    attribute(NESTED, attribute(1, publicKey(3)), attribute(NESTED | 9, allowed(2, '0a0a0000', 16))),
  ),
]);

const read = (...messages: readonly Buffer[]) => {
  const device = openDevice('wg0');
  for (const message of messages) device.read(message, 0, message.length);
  return device.done();
};

test('a device with its peers, one of which two messages tell of', () => {
  expect(read(Buffer.from(first), Buffer.from(second))).toEqual({
    iface: 'wg0',
    listenPort: 51820,
    peers: [
      {
        key: 'AsfHx8fH...',
        endpoint: { addr: '203.0.113.9', port: 51820 },
        lastHandshake: '2023-11-14T22:13:20.500Z',
        rxBytes: 77,
        txBytes: 2 ** 32 + 5,
        allowedIps: ['10.8.0.0/24', 'fd08::/64'],
      },
      {
        key: 'A8fHx8fH...',
        endpoint: { addr: '2001:db8::9', port: 51821 },
        // half a second after the epoch: the seconds of this peer are zero
        lastHandshake: '1970-01-01T00:00:00.500Z',
        rxBytes: 77,
        txBytes: 2 ** 32 + 5,
        allowedIps: ['10.9.0.0/16', '10.10.0.0/16'],
      },
    ],
  });
});

test('private and preshared keys do not outlive their reading, and no key is told whole', () => {
  const message = Buffer.from(first);
  const told = JSON.stringify(read(message));
  expect(message.includes(PRIVATE.subarray(0, 4))).toBe(false);
  expect(message.includes(PRESHARED.subarray(0, 4))).toBe(false);
  for (const secret of [PRIVATE, PRESHARED, publicKey(2)]) expect(told).not.toContain(secret.toString('base64'));
});

test('a peer that never answered has no handshake; a list has a limit', () => {
  const blocks = Array.from({ length: 300 }, (_, at) => allowed(2, `0a${at.toString(16).padStart(4, '0')}00`, 24));
  const silent = attribute(
    NESTED,
    attribute(1, publicKey(4)),
    attribute(6, u64(0n), u64(0n)),
    attribute(4, hex('0300 0000 00000000')),
    attribute(NESTED | 9, ...blocks),
  );
  const [found] = read(Buffer.concat([GENL_HEADER, attribute(NESTED | 8, silent)])).peers;
  expect(found).toMatchObject({ lastHandshake: null, endpoint: null, rxBytes: null });
  expect(found!.allowedIps).toHaveLength(100);
});

test('lengths that do not fit end the reading, and nothing behind the end is read', () => {
  mangle(first, (data, start, end) => {
    // reading overwrites secrets
    const copy = Buffer.from(data);
    const device = openDevice('wg0');
    device.read(copy, start, end);
    return device.done();
  });
});

const family = (id: number, name: string): Buffer =>
  Buffer.concat([u8(1, 2, 0, 0), attribute(2, zeroEnded(name)), attribute(1, u16(id)), attribute(3, u32(1))]);

/** A kernel that answers a dump of a type with these messages. */
const kernel = (answers: Readonly<Record<number, readonly Buffer[]>>, asked: Buffer[] = []): Netlink => ({
  dump(type, request, visit) {
    asked.push(Buffer.from(request));
    for (const message of answers[type] ?? []) visit(type, Buffer.from(message), 0, message.length);
    return true;
  },
  join() {},
  receive: () => true,
  close() {},
});

test('the family is found by its name, and the device is asked for by its own', () => {
  const asked: Buffer[] = [];
  const netlink = kernel({ 16: [family(24, 'nl80211'), family(31, 'wireguard')], 31: [first, second] }, asked);
  expect(readFamilyId(netlink, 'wireguard')).toBe(31);
  expect(readFamilyId(kernel({ 16: [family(24, 'nl80211')] }), 'wireguard')).toBeNull();
  expect(readWireguard(netlink, 31, 'wg0').peers).toHaveLength(2);
  expect(asked).toEqual([hex('03010000'), hex('00010000 0800 0200 77673000')]);
  mangle(family(31, 'wireguard'), (data, start, end) => parseFamilyId(data, start, end, 'wireguard'));
});
