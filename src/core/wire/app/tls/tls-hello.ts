import { latin1, u16 } from '../../bytes.ts';
import { KnownTexts } from '../../known-texts.ts';

const names = new KnownTexts();

/** What a ClientHello or a ServerHello says, as far as its bytes go. Values are the numbers of IANA's TLS registries. */
export interface Hello {
  /** The version field of the message itself, which newer versions leave at 1.2. */
  readonly legacyVersion: number;
  /** supported_versions: the client's offers, or the server's one choice. */
  readonly versions: readonly number[];
  /** The client's offers, or the server's one choice. */
  readonly ciphers: readonly number[];
  /** Types of the extensions, in their order. */
  readonly extensions: readonly number[];
  readonly serverName: string | null;
  /** Protocols of ALPN, in their order. */
  readonly alpn: readonly string[];
  readonly groups: readonly number[];
  readonly pointFormats: readonly number[];
  readonly signatureAlgorithms: readonly number[];
}

/** The type of a ClientHello in SSL 2 (RFC 5246, E.2). */
export const SSL2_CLIENT_HELLO = 1;
export const SERVER_NAME = 0;
export const SUPPORTED_GROUPS = 10;
export const POINT_FORMATS = 11;
export const SIGNATURE_ALGORITHMS = 13;
export const ALPN = 16;
export const SUPPORTED_VERSIONS = 43;
export const MOST_VALUES = 512;

/** RFC 8701: values that mean nothing, sent so that servers learn to ignore what they do not know. */
export const isGrease = (value: number): boolean => (value & 0x0f0f) === 0x0a0a && value >> 8 === (value & 0xff);

/**
 * Reads the body of a ClientHello in [start, end) (RFC 8446, 4.1.2; RFC 6347, 4.2.1 for the cookie of DTLS). Null when
 * not even its ciphers are there. One in the format of SSL 2, which begins with its type in place of the version, has
 * neither ciphers nor extensions.
 */
export function readClientHello(bytes: Uint8Array, start: number, end: number, isDtls: boolean): Hello | null {
  if (end - start >= 3 && bytes[start] === SSL2_CLIENT_HELLO) {
    return withExtensions(bytes, end, end, u16(bytes, start + 1), [], true);
  }
  let at = start + 34; // version and random
  if (at >= end) return null;
  at += 1 + bytes[at]!; // session
  if (isDtls) {
    if (at >= end) return null;
    at += 1 + bytes[at]!;
  }
  if (at + 2 > end) return null;
  const cipherBytes = u16(bytes, at);
  const ciphers = read16s(bytes, at + 2, Math.min(end, at + 2 + cipherBytes));
  at += 2 + cipherBytes;
  if (at < end) at += 1 + bytes[at]!; // compression
  return withExtensions(bytes, at, end, u16(bytes, start), ciphers, true);
}

const VERSION = 2;
const RANDOM = 32;
/** RFC 8446, 4.1.3: SHA-256 of "HelloRetryRequest". */
const RETRY = 'cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c';
const RETRY_RANDOM = Buffer.from(RETRY, 'hex');

/** Whether the body of a ServerHello in [start, end) asks for another ClientHello. */
export function isHelloRetryRequest(bytes: Uint8Array, start: number, end: number): boolean {
  const random = start + VERSION;
  return random + RANDOM <= end && RETRY_RANDOM.compare(bytes, random, random + RANDOM) === 0;
}

/** Reads the body of a ServerHello (RFC 8446, 4.1.3); null when its cipher is not there. */
export function readServerHello(bytes: Uint8Array, start: number, end: number): Hello | null {
  let at = start + 34;
  if (at >= end) return null;
  at += 1 + bytes[at]!;
  if (at + 2 > end) return null;
  const cipher = u16(bytes, at);
  return withExtensions(bytes, at + 3, end, u16(bytes, start), [cipher], false);
}

function withExtensions(
  bytes: Uint8Array,
  from: number,
  end: number,
  legacyVersion: number,
  ciphers: readonly number[],
  ofClient: boolean,
): Hello {
  const extensions: number[] = [];
  let serverName: string | null = null;
  let alpn: readonly string[] = [];
  let groups: readonly number[] = [];
  let pointFormats: readonly number[] = [];
  let signatureAlgorithms: readonly number[] = [];
  let versions: readonly number[] = [];
  let at = from + 2;
  const stop = from + 2 <= end ? Math.min(end, at + u16(bytes, from)) : from;
  while (at + 4 <= stop && extensions.length < MOST_VALUES) {
    const type = u16(bytes, at);
    const data = at + 4;
    const dataEnd = data + u16(bytes, at + 2);
    if (dataEnd > end) break;
    extensions.push(type);
    if (type === SERVER_NAME && ofClient) serverName = readServerName(bytes, data, dataEnd);
    else if (type === ALPN) alpn = readAlpn(bytes, data, dataEnd);
    else if (type === SUPPORTED_GROUPS) groups = read16s(bytes, data + 2, dataEnd);
    else if (type === SIGNATURE_ALGORITHMS) signatureAlgorithms = read16s(bytes, data + 2, dataEnd);
    else if (type === POINT_FORMATS && data < dataEnd) pointFormats = [...bytes.subarray(data + 1, dataEnd)];
    else if (type === SUPPORTED_VERSIONS) versions = read16s(bytes, ofClient ? data + 1 : data, dataEnd);
    at = dataEnd;
  }
  return {
    legacyVersion,
    versions,
    ciphers,
    extensions,
    serverName,
    alpn,
    groups,
    pointFormats,
    signatureAlgorithms,
  };
}

function read16s(bytes: Uint8Array, start: number, end: number): number[] {
  const values: number[] = [];
  for (let at = start; at + 2 <= end && values.length < MOST_VALUES; at += 2) values.push(u16(bytes, at));
  return values;
}

/** RFC 6066, 3: the first name of type host_name. */
export function readServerName(bytes: Uint8Array, start: number, end: number): string | null {
  if (start + 5 > end || bytes[start + 2] !== 0) return null;
  const length = u16(bytes, start + 3);
  return start + 5 + length > end ? null : names.read(bytes, start + 5, start + 5 + Math.min(length, 1024), latin1);
}

/** RFC 7301, 3.1. */
function readAlpn(bytes: Uint8Array, start: number, end: number): string[] {
  const names: string[] = [];
  for (let at = start + 2; at < end && names.length < 64; ) {
    const length = bytes[at]!;
    if (at + 1 + length > end) break;
    names.push(latin1(bytes, at + 1, at + 1 + length));
    at += 1 + length;
  }
  return names;
}

/** The type of the message in which a server of TLS 1.3 tells what it chose (RFC 8446, 4.3.1). */
export const ENCRYPTED_EXTENSIONS = 8;

/** The protocol that the body of EncryptedExtensions in [start, end) chose; null when it has none. */
export function readAlpnChoice(bytes: Uint8Array, start: number, end: number): string | null {
  return withExtensions(bytes, start, end, 0, [], false).alpn[0] ?? null;
}
