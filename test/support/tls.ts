import { createHash } from 'node:crypto';

/** Hellos, handshake messages and records of TLS for tests that need certain contents rather than a certain peer's bytes. */

const u16 = (value: number): number[] => [value >> 8, value & 255];
const u24 = (value: number): number[] => [value >> 16, (value >> 8) & 255, value & 255];
const vector8 = (bytes: readonly number[]): number[] => [bytes.length, ...bytes];
const vector16 = (bytes: readonly number[]): number[] => [...u16(bytes.length), ...bytes];
const all16 = (values: readonly number[]): number[] => values.flatMap(u16);
const ascii = (text: string): number[] => [...Buffer.from(text, 'latin1')];

/** One extension: its type, and its data. */
export type Extension = readonly [type: number, data: readonly number[]];

/** RFC 6066, 3. */
export const serverName = (name: string): Extension => [0, vector16([0, ...vector16(ascii(name))])];
/** RFC 7301, 3.1. */
export const alpn = (...names: readonly string[]): Extension => [
  16,
  vector16(names.flatMap((name) => vector8(ascii(name)))),
];
export const groups = (...values: readonly number[]): Extension => [10, vector16(all16(values))];
export const pointFormats = (...values: readonly number[]): Extension => [11, vector8(values)];
export const signatureAlgorithms = (...values: readonly number[]): Extension => [13, vector16(all16(values))];
/** supported_versions of a client (RFC 8446, 4.2.1). */
export const versions = (...values: readonly number[]): Extension => [43, vector8(all16(values))];
export const chosenVersion = (value: number): Extension => [43, u16(value)];

export interface HelloParts {
  readonly version?: number;
  readonly session?: readonly number[];
  /** DTLS (RFC 6347, 4.2.1). */
  readonly cookie?: readonly number[];
  readonly ciphers?: readonly number[];
  /** Null: the message ends before them. */
  readonly extensions?: readonly Extension[] | null;
}

const RANDOM = new Array<number>(32).fill(0x5a);
const block = (extensions: readonly Extension[] | null): number[] =>
  extensions === null ? [] : vector16(extensions.flatMap(([type, data]) => [...u16(type), ...vector16(data)]));

/** The body of a ClientHello (RFC 8446, 4.1.2). */
export function clientHello(parts: HelloParts = {}): number[] {
  const { version = 0x0303, session = [], cookie, ciphers = [0x1301], extensions = [] } = parts;
  return [
    ...u16(version),
    ...RANDOM,
    ...vector8(session),
    ...(cookie === undefined ? [] : vector8(cookie)),
    ...vector16(all16(ciphers)),
    ...vector8([0]),
    ...block(extensions),
  ];
}

/** The body of a ServerHello (RFC 8446, 4.1.3). */
export function serverHello(
  cipher: number,
  extensions: readonly Extension[] | null = null,
  version = 0x0303,
): number[] {
  return [...u16(version), ...RANDOM, ...vector8([]), ...u16(cipher), 0, ...block(extensions)];
}

/** A ServerHello that asks for another ClientHello (RFC 8446, 4.1.4). */
export const helloRetryRequest = (cipher: number, extensions: readonly Extension[] = []): number[] =>
  serverHello(cipher, extensions).toSpliced(2, 32, ...RETRY_RANDOM);
/** SHA-256 of "HelloRetryRequest". */
const RETRY_RANDOM = createHash('sha256').update('HelloRetryRequest').digest();

/** A handshake message: 1 is a ClientHello, 2 a ServerHello. */
export function handshake(type: number, body: readonly number[]): number[] {
  return [type, ...u24(body.length), ...body];
}

/** A record: 20 ChangeCipherSpec, 21 alert, 22 handshake, 23 application data. */
export function record(type: number, data: readonly number[], version = 0x0301): number[] {
  return [type, ...u16(version), ...vector16(data)];
}
