import { createCipheriv, createHmac } from 'node:crypto';
import { type Octets, octets, u16, u32 } from './headers.ts';

/** Initial packets of QUIC, protected as RFC 9001, 5 says, after its reading and not after that of netwatch. */

export interface Version {
  readonly number: number;
  readonly salt: string;
  readonly prefix: string;
  /** The bits of Initial, 0-RTT, Handshake and Retry packets. */
  readonly types: readonly [number, number, number, number];
}
export const V1: Version = {
  number: 1,
  salt: '38762cf7f55934b34d179ae6a4c80cadccbb7f0a',
  prefix: 'quic',
  types: [0, 1, 2, 3],
};
/** RFC 9369, 3. */
export const V2: Version = {
  number: 0x6b3343cf,
  salt: '0dede3def700a6db819381be6e269dcbf9bd2ed9',
  prefix: 'quicv2',
  types: [1, 2, 3, 0],
};

/** The draft before the standard, which servers spoke for long. */
export const DRAFT_29: Version = { ...V1, number: 0xff00001d, salt: 'afbfec289993d24c9e9786f19c6111e04390a899' };

const hmac = (key: Uint8Array, data: Uint8Array): Buffer => createHmac('sha256', key).update(data).digest();

/** HKDF-Expand-Label (RFC 8446, 7.1). */
function expand(secret: Uint8Array, label: string, length: number): Buffer {
  const name = Buffer.from(`tls13 ${label}`);
  return hmac(secret, Buffer.from([...u16(length), name.length, ...name, 0, 1])).subarray(0, length);
}

export interface Initial {
  readonly version?: Version;
  /** The connection id that the client chose first: what keys are made of. */
  readonly first?: Octets;
  readonly destination?: Octets;
  readonly source?: Octets;
  readonly token?: Octets;
  readonly side?: 'client' | 'server';
  readonly number?: number;
  /** Bytes of the packet number. */
  readonly numberLength?: number;
}

/** An Initial packet around these frames. */
export function initial(frames: Octets, given: Initial = {}): number[] {
  const { version = V1, first = octets('8394c8f03e515708'), source = [], token = [], side = 'client' } = given;
  const { destination = first, number = 0, numberLength = 4 } = given;
  const header = [
    0xc0 | (version.types[0] << 4) | (numberLength - 1),
    ...[...u32(version.number), destination.length, ...destination, source.length, ...source],
    ...[token.length, ...token, ...u16(0x4000 | (numberLength + frames.length + 16))],
    ...u32(number).slice(4 - numberLength),
  ];
  const common = hmac(octetsOf(version.salt), Uint8Array.from(first));
  return protect(header, frames, expand(common, `${side} in`, 32), { prefix: version.prefix, number, numberLength });
}

/** A packet with AES-128-GCM: its header as it is without protection, the packet number last. */
function protect(
  header: number[],
  frames: Octets,
  secret: Uint8Array,
  { prefix = 'quic', number, numberLength }: { prefix?: string; number: number; numberLength: number },
): number[] {
  const iv = expand(secret, `${prefix} iv`, 12);
  iv.writeUInt32BE((iv.readUInt32BE(8) ^ number) >>> 0, 8);
  const cipher = createCipheriv('aes-128-gcm', expand(secret, `${prefix} key`, 16), iv);
  cipher.setAAD(Buffer.from(header));
  const payload = [...cipher.update(Uint8Array.from(frames)), ...cipher.final(), ...cipher.getAuthTag()];
  const sample = Uint8Array.from(payload.slice(4 - numberLength, 20 - numberLength));
  const mask = createCipheriv('aes-128-ecb', expand(secret, `${prefix} hp`, 16), null).update(sample);
  header[0]! ^= mask[0]! & (header[0]! >= 0x80 ? 0x0f : 0x1f);
  for (let index = 0; index < numberLength; index++) header[header.length - numberLength + index]! ^= mask[1 + index]!;
  return [...header, ...payload];
}

/** A Handshake packet of version 1 under this secret. */
export function handshakePacket(
  destination: Octets,
  source: Octets,
  number: number,
  frames: Octets,
  secret: Uint8Array,
): number[] {
  const header = [0xe0, 0, 0, 0, 1, destination.length, ...destination, source.length, ...source];
  header.push(...u16(0x4000 | (1 + frames.length + 16)), number);
  return protect(header, frames, secret, { number, numberLength: 1 });
}

/** A 1-RTT packet under this secret. */
export const shortPacket = (destination: Octets, number: number, frames: Octets, secret: Uint8Array): number[] =>
  protect([0x40, ...destination, number], frames, secret, { number, numberLength: 1 });

/** A STREAM frame with its offset and length (RFC 9000, 19.8), of less than 64 bytes at places below 64. */
export const streamFrame = (id: number, offset: number, data: Octets, isFin = false): number[] => [
  ...[isFin ? 0x0f : 0x0e, id, offset, ...u16(0x4000 | data.length)],
  ...data,
];

const octetsOf = (text: string): Uint8Array => Uint8Array.from(octets(text));

/** A CRYPTO frame of less than 16,384 bytes (RFC 9000, 19.6). */
export const crypto = (offset: number, data: Octets): number[] => [
  ...[6, ...u16(0x4000 | offset), ...u16(0x4000 | data.length)],
  ...data,
];

/** A long header packet of another type than Initial, whose payload nobody can read. */
export const longPacket = (type: 1 | 2, destination: Octets, payload: Octets, version = V1): number[] => [
  0xc0 | (version.types[type] << 4),
  ...[...u32(version.number), destination.length, ...destination, 0, ...u16(0x4000 | payload.length), ...payload],
];

/** RFC 9000, 17.2.1. */
export const versionNegotiation = (destination: Octets, source: Octets, ...versions: readonly Version[]): number[] => [
  ...[0x8a, 0, 0, 0, 0, destination.length, ...destination, source.length, ...source],
  ...versions.flatMap(({ number }) => u32(number)),
];

/** RFC 9000, 17.2.5. */
export const retry = (destination: Octets, source: Octets, token: Octets, { number, types } = V1): number[] => [
  ...[0xc0 | (types[3] << 4), ...u32(number), destination.length, ...destination, source.length, ...source, ...token],
  ...new Array<number>(16).fill(0),
];
