import { createHmac, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { decryptInitial, initialKeys } from '../../../../../src/core/wire/app/quic/quic-initial.ts';
import { quicVersion } from '../../../../../src/core/wire/app/quic/quic-version.ts';
import { DRAFT_29, initial, V1, V2, type Version } from '../../../../support/quic.ts';

const SIDES = ['client', 'server'] as const;

/** Key, IV and key of the header, as texts. */
function keysOf({ number }: Version, id: Uint8Array, side: (typeof SIDES)[number]): string[] {
  const latin = Buffer.from(id).toString('latin1');
  const { key, iv, roundKeys } = initialKeys(quicVersion(number)!, latin, side === 'client');
  const header = Buffer.alloc(16);
  for (let index = 0; index < 4; index++) header.writeInt32BE(roundKeys[index]!, 4 * index);
  return [key, iv, header].map((bytes) => Buffer.from(bytes).toString('hex'));
}

test('keys of RFC 9001, A.1, and of RFC 9369, A.1', () => {
  const id = Buffer.from('8394c8f03e515708', 'hex');
  expect(keysOf(V1, id, 'client')).toEqual([
    '1f369613dd76d5467730efcbe3b1a22d',
    'fa044b2f42a3fd3b46fb255c',
    '9f50449e04a0e810283a1e9933adedd2',
  ]);
  expect(keysOf(V1, id, 'server')).toEqual([
    'cf3a5331653c364c88f0f379b6067e37',
    '0ac1493ca1905853b0bba03e',
    'c206b8d9b9f0f37644430b490eeaa314',
  ]);
  expect(keysOf(V2, id, 'client')).toEqual([
    '8b1a0bc121284290a29e0971b5cd045d',
    '91f73e2351d8fa91660e909f',
    '45b95e15235d6f45a6b19cbcb0294ba9',
  ]);
  expect(keysOf(V2, id, 'server')).toEqual([
    '82db637861d55e1d011f19ea71d5d2a7',
    'dd13c276499c0249d3310652',
    'edf6d05c83121201b436e16877593c3a',
  ]);
});

/** RFC 9001, 5.1 and 5.2, by OpenSSL. */
function expectedKeys({ salt, prefix }: Version, id: Uint8Array, side: string): string[] {
  const expand = (secret: Uint8Array, label: string, length: number): Buffer => {
    const info = [0, length, 6 + label.length, ...Buffer.from(`tls13 ${label}`), 0, 1];
    return createHmac('sha256', secret).update(Uint8Array.from(info)).digest().subarray(0, length);
  };
  const common = createHmac('sha256', Buffer.from(salt, 'hex')).update(id).digest();
  const secret = expand(common, `${side} in`, 32);
  const parts: [string, number][] = [
    ['key', 16],
    ['iv', 12],
    ['hp', 16],
  ];
  return parts.map(([part, length]) => expand(secret, `${prefix} ${part}`, length).toString('hex'));
}

test('keys are those that OpenSSL makes, whichever connections come in between', () => {
  const ids = Array.from({ length: 300 }, (_, index) => randomBytes(index % 21));
  for (let count = 0; count < 3000; count++) {
    const id = ids[(count * 7919) % ids.length]!;
    const version = [V1, V2, DRAFT_29][count % 3]!;
    const side = SIDES[(count >> 1) % 2]!;
    expect(keysOf(version, id, side)).toEqual(expectedKeys(version, id, side));
  }
});

/** Where the packet number stands in packets without a source id. */
const numberOf = (id: Uint8Array, token: Uint8Array): number => 7 + id.length + 1 + token.length + 2;

test('packets are decrypted, and damaged ones are not', () => {
  for (let count = 0; count < 500; count++) {
    const first = randomBytes(8);
    const token = randomBytes(count % 63);
    const frames = randomBytes(20 + (count % 300));
    const side = SIDES[count % 2]!;
    const number = count * 65_537;
    const bytes = Uint8Array.from(
      initial([...frames], { first: [...first], token: [...token], side, number, numberLength: 1 + (count % 4) }),
    );
    const keys = initialKeys(quicVersion(1)!, first.toString('latin1'), side === 'client');
    const at = numberOf(first, token);
    // less of the packet number was sent than there is: netwatch takes the rest as zeros
    const isShort = number >= 2 ** (8 * (1 + (count % 4)));
    const plain = decryptInitial(keys, bytes, 0, at, bytes.length);
    expect(plain === null ? null : Buffer.from(plain).toString('hex')).toBe(isShort ? null : frames.toString('hex'));
    const place = count % bytes.length;
    bytes[place]! ^= 1 << (count % 8);
    expect(decryptInitial(keys, bytes, 0, at, bytes.length)).toBeNull();
    expect(decryptInitial(keys, bytes, 0, at, at + 19)).toBeNull();
  }
});
