import { latin1, u16, u24 } from '../wire/bytes.ts';
import { ALPN_NAMES } from './known-words.ts';
import { put16, stop, type Walk } from './walk.ts';

const CHANGE = 20;
const ALERT = 21;
const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const SERVER_HELLO = 2;
const RANDOM = 32;

const SERVER_NAME = 0;
const ALPN = 16;
const PADDING = 21;
const KEY_SHARE = 51;
/** Extensions of numbers only, none of which tells who speaks. */
const KEPT = new Set([10, 11, 13, 22, 23, 27, 28, 43, 45, 50, 65_281]);
const LONGEST_KEPT = 256;
/** The random of a hello that asks for another one (RFC 8446, 4.1.3). */
const RETRY = Buffer.from('cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c', 'hex');

/** Records of TLS from the beginning of one: hellos stay without names and secrets, of others the header does. */
export function tlsRecord(walk: Walk, start: number, end: number): number {
  const { bytes } = walk;
  let at = start;
  while (end - at >= 5) {
    const type = bytes[at]!;
    const length = u16(bytes, at + 3);
    const isRecord = type >= CHANGE && type <= 23 && bytes[at + 1] === 3 && bytes[at + 2]! <= 4 && length <= 18_432;
    if (!isRecord) return stop(walk, at, end);
    const body = at + 5;
    const next = body + length;
    const isPlain = (type === CHANGE && length === 1) || (type === ALERT && length === 2);
    if (type === HANDSHAKE && end - body >= 4 && bytes[body] === CLIENT_HELLO && u24(bytes, body + 1) <= length - 4) {
      const kept = hello(walk, body, Math.min(end, body + 4 + u24(bytes, body + 1)), true);
      if (walk.isCut || kept !== next) return stop(walk, kept, end);
    } else if (
      type === HANDSHAKE &&
      end - body >= 4 &&
      bytes[body] === SERVER_HELLO &&
      u24(bytes, body + 1) <= length - 4
    ) {
      const kept = hello(walk, body, Math.min(end, body + 4 + u24(bytes, body + 1)), false);
      if (walk.isCut || kept !== next) return stop(walk, kept, end);
    } else if (!isPlain || next > end) return stop(walk, body, end);
    at = next;
  }
  return stop(walk, at, end);
}

function hello(walk: Walk, start: number, end: number, isClient: boolean): number {
  const { bytes } = walk;
  const session = start + 6 + RANDOM;
  if (session + 1 > end || bytes[start + 4] !== 3) return stop(walk, start, end);
  const isRetry = RETRY.equals(bytes.subarray(start + 6, session));
  if (!isRetry) bytes.fill(0, start + 6, session);
  const suites = session + 1 + bytes[session]!;
  if (bytes[session]! > 32 || suites + 2 > end) return stop(walk, session, end);
  bytes.fill(0, session + 1, suites);
  let at = suites + 2;
  if (isClient) {
    at += u16(bytes, suites);
    if (u16(bytes, suites) % 2 !== 0 || at + 1 > end || at + 1 + bytes[at]! > end) return stop(walk, suites, end);
    bytes.fill(0, at + 1, at + 1 + bytes[at]!);
    at += 1 + bytes[at]!;
  } else {
    if (at + 1 > end) return stop(walk, suites, end);
    at += 1;
  }
  if (at + 2 > end) return stop(walk, at, end);
  at += 2;
  while (at + 4 <= end) {
    const next = at + 4 + u16(bytes, at + 2);
    if (next > end) return stop(walk, at, end);
    extension(walk, at, next, isClient, isRetry);
    at = next;
  }
  return stop(walk, at, end);
}

/** The extension in [at, end). One that is not known becomes padding. */
function extension(walk: Walk, at: number, end: number, isClient: boolean, isRetry: boolean): void {
  const { bytes } = walk;
  const type = u16(bytes, at);
  const data = at + 4;
  if (data === end || isGrease(type)) {
    bytes.fill(0, data, end);
    return;
  }
  const isKnown =
    (KEPT.has(type) && end - data <= LONGEST_KEPT) ||
    (type === SERVER_NAME && serverName(walk, data, end)) ||
    (type === ALPN && protocols(bytes, data, end)) ||
    (type === KEY_SHARE && keys(bytes, data, end, isClient, isRetry));
  if (isKnown) return;
  put16(bytes, at, PADDING);
  bytes.fill(0, data, end);
}

const isGrease = (type: number): boolean => (type & 0x0f0f) === 0x0a0a && type >>> 8 === (type & 0xff);

function serverName(walk: Walk, at: number, end: number): boolean {
  const { bytes } = walk;
  const isOne =
    end - at > 5 && u16(bytes, at) === end - at - 2 && bytes[at + 2] === 0 && u16(bytes, at + 3) === end - at - 5;
  if (isOne) walk.redaction.name(bytes, at + 5, end);
  return isOne;
}

/** Names of protocols that nobody knows become as many x. */
function protocols(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < 2 || u16(bytes, start) !== end - start - 2) return false;
  let at = start + 2;
  for (; at < end; at += 1 + bytes[at]!) {
    const next = at + 1 + bytes[at]!;
    if (next > end) return false;
    if (!ALPN_NAMES.has(latin1(bytes, at + 1, next))) bytes.fill(0x78, at + 1, next);
  }
  return at === end;
}

/** Groups stay, keys become zeros. */
function keys(bytes: Uint8Array, start: number, end: number, isClient: boolean, isRetry: boolean): boolean {
  if (isRetry) return end - start === 2;
  let at = isClient ? start + 2 : start;
  if (isClient && (end - start < 2 || u16(bytes, start) !== end - at)) return false;
  while (at < end) {
    const next = at + 4 <= end ? at + 4 + u16(bytes, at + 2) : end + 1;
    if (next > end) return false;
    bytes.fill(0, at + 4, next);
    at = next;
  }
  return true;
}
