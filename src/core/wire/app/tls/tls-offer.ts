import { u16 } from '../../bytes.ts';
import { hex } from '../../hex.ts';
import { ja3, ja4 } from './tls-fingerprint.ts';
import {
  ALPN,
  type Hello,
  isGrease,
  MOST_VALUES,
  POINT_FORMATS,
  readClientHello,
  readServerName,
  SERVER_NAME,
  SIGNATURE_ALGORITHMS,
  SSL2_CLIENT_HELLO,
  SUPPORTED_GROUPS,
  SUPPORTED_VERSIONS,
} from './tls-hello.ts';
import { tlsVersionName } from './tls-names.ts';

// Few programs make most hellos, and those of one program differ in their random, their session, the name of the server and the
// shares of keys alone. The rest, which is some 200 bytes, tells the program: what is derived of it is remembered by it. That
// takes 0.6 µs a hello in place of 3, and a record keeps no texts and lists of its own.

/** What a ClientHello offers, shared by all that offer the same: nothing in it may be changed. */
export interface Offer {
  readonly ja3: string;
  readonly ja4: string;
  readonly versions: readonly string[];
  readonly alpn: readonly string[];
}

export interface HelloWithOffer {
  readonly serverName: string | null;
  readonly offer: Offer;
}

/** What carries the hello, as JA4 has it: TCP, QUIC, DTLS. */
export type HelloTransport = 't' | 'q' | 'd';

/** A place each, by hash: which one gives way does not matter. A power of two. */
const MOST_REMEMBERED = 2048;
/** A hello of which more tells the program is not remembered. */
const LONGEST_REMEMBERED = 1024;
const NO_PLACE = -1;

interface Remembered {
  readonly told: Uint8Array;
  readonly offer: Offer;
}
const remembered: (Remembered | undefined)[] = new Array<undefined>(MOST_REMEMBERED);

/** What `tell` copies: the parts of a hello that tell the program. */
const told = new Uint8Array(LONGEST_REMEMBERED);
let toldLength = 0;
let toldHash = 0;
/** Where the extension with the name of the server lies; NO_PLACE without one. */
let nameStart = NO_PLACE;
let nameEnd = NO_PLACE;

/** Reads the body of a ClientHello in [start, end), as `readClientHello` does. */
export function readOffer(
  bytes: Uint8Array,
  start: number,
  end: number,
  transport: HelloTransport,
): HelloWithOffer | null {
  if (!tellHello(bytes, start, end, transport)) {
    const hello = readClientHello(bytes, start, end, transport === 'd');
    return hello === null ? null : { serverName: hello.serverName, offer: offerOf(hello, transport) };
  }
  const serverName = nameStart === NO_PLACE ? null : readServerName(bytes, nameStart, nameEnd);
  const place = (toldHash ^ (toldHash >>> 16)) & (MOST_REMEMBERED - 1);
  const known = remembered[place];
  if (known !== undefined && isTold(known.told)) return { serverName, offer: known.offer };
  const hello = readClientHello(bytes, start, end, transport === 'd');
  if (hello === null) return null;
  const offer = offerOf(hello, transport);
  remembered[place] = { told: told.slice(0, toldLength), offer };
  return { serverName, offer };
}

function offerOf(hello: Hello, transport: HelloTransport): Offer {
  const { versions, legacyVersion, alpn } = hello;
  const offered = versions.length > 0 ? versions.filter((version) => !isGrease(version)) : [legacyVersion];
  return {
    ja3: ja3(hello),
    ja4: ja4(hello, transport),
    versions: offered.map((version) => tlsVersionName(version) ?? hex(version, 4)),
    alpn,
  };
}

/** Tells version, ciphers and extensions, and finds the name of the server. False for a hello that is to be read by itself. */
function tellHello(bytes: Uint8Array, start: number, end: number, transport: HelloTransport): boolean {
  toldLength = 0;
  toldHash = transport.charCodeAt(0);
  nameStart = nameEnd = NO_PLACE;
  if (end - start >= 3 && bytes[start] === SSL2_CLIENT_HELLO) return false;
  let at = start + 34; // version and random
  if (at >= end) return false;
  at += 1 + bytes[at]!; // session
  if (transport === 'd') {
    if (at >= end) return false;
    at += 1 + bytes[at]!; // cookie
  }
  if (at + 2 > end) return false;
  const ciphers = at + 2 + u16(bytes, at);
  if (!tell(bytes, start, start + 2) || !tell(bytes, at, Math.min(end, ciphers))) return false;
  told[toldLength++] = transport.charCodeAt(0);
  at = ciphers;
  if (at < end) at += 1 + bytes[at]!; // compression
  return tellExtensions(bytes, at, end);
}

function tellExtensions(bytes: Uint8Array, from: number, end: number): boolean {
  if (from + 2 > end) return true;
  let at = from + 2;
  const stop = Math.min(end, at + u16(bytes, from));
  for (let count = 0; at + 4 <= stop && count < MOST_VALUES; count++) {
    const type = u16(bytes, at);
    const next = at + 4 + u16(bytes, at + 2);
    if (next > end) break;
    if (type === SERVER_NAME) {
      nameStart = at + 4;
      nameEnd = next;
    }
    if (!tell(bytes, at, isOffer(type) ? next : at + 2)) return false;
    at = next;
  }
  return true;
}

/** Whether what the extension says is part of the offer, and not its type alone. */
const isOffer = (type: number): boolean =>
  type === SUPPORTED_GROUPS ||
  type === POINT_FORMATS ||
  type === SIGNATURE_ALGORITHMS ||
  type === ALPN ||
  type === SUPPORTED_VERSIONS;

/** False when there is no room; one byte is always left. */
function tell(bytes: Uint8Array, start: number, end: number): boolean {
  if (toldLength + end - start >= LONGEST_REMEMBERED) return false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    told[toldLength++] = byte;
    toldHash = Math.imul(toldHash ^ byte, 0x01000193); // FNV-1a
  }
  return true;
}

function isTold(known: Uint8Array): boolean {
  if (known.length !== toldLength) return false;
  for (let at = 0; at < toldLength; at++) if (known[at] !== told[at]) return false;
  return true;
}
