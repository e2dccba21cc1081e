import { expect, test } from 'vitest';
import { fullNumber, PacketKeys } from '../../../../../src/core/wire/app/quic/quic-keys.ts';
import { quicVersion } from '../../../../../src/core/wire/app/quic/quic-version.ts';

const V1 = quicVersion(1)!;
const hex = (text: string): Buffer => Buffer.from(text, 'hex');

test('packet numbers of RFC 9000, A.3', () => {
  expect(fullNumber(0xa82f30ea, 0x9b32, 16)).toBe(0xa82f9b32);
  expect(fullNumber(-1, 0, 8)).toBe(0);
  expect(fullNumber(255, 1, 8)).toBe(257);
  expect(fullNumber(256, 255, 8)).toBe(255);
});

/** RFC 9001, A.5, whose packet has the number 654,360,564, of which three bytes were sent. */
const SECRET = hex('9ac312a7f877468ebe69422748ad00a15443f18203a07d6060f688f30f21632b');
const PACKET = hex('4cfe4189655e5cd55c41f69080575d7999c25a5bfb');

test('what does not fit the packet opens nothing', () => {
  const keys = (cipher: number, secret = SECRET): PacketKeys => PacketKeys.of(cipher, V1, secret)!;
  // the vector belongs behind other packets: by itself its number is taken for a small one
  expect(keys(0x1303).open(PACKET, 0, 1, PACKET.length)).toBeNull();
  expect(keys(0x1301).open(PACKET, 0, 1, PACKET.length)).toBeNull();
  for (let end = 0; end < PACKET.length; end++) expect(keys(0x1303).open(PACKET, 0, 1, end)).toBeNull();
});

test('no keys of an unknown cipher, of no secret, of one with another length', () => {
  expect(PacketKeys.of(0x1304, V1, SECRET)).toBeNull();
  expect(PacketKeys.of(0x1303, V1, null)).toBeNull();
  expect(PacketKeys.of(0x1303, V1, SECRET.subarray(1))).toBeNull();
  expect(PacketKeys.of(0x1302, V1, SECRET)).toBeNull();
});
