import { startsWith } from '../../bytes.ts';
import { lineEnd } from '../text-line.ts';

// RFC 9112, 3 and 4; methods that are known without the rest of their line, of RFC 9110, 5789, 4918, 3253, of UPnP's GENA, and of MS-RPCH and MS-SSTP.
/** What the first line of an HTTP message is. */
export const NEITHER = 0;
export const REQUEST = 1;
export const RESPONSE = 2;
export const NOTIFICATION = 3;

const METHODS: readonly string[] = [
  ...['GET', 'PUT', 'COPY', 'HEAD', 'LOCK', 'MOVE', 'POLL', 'POST', 'BCOPY', 'BMOVE', 'MKCOL', 'TRACE', 'PATCH'],
  ...['LABEL', 'MERGE', 'DELETE', 'SEARCH', 'UNLOCK', 'REPORT', 'UPDATE', 'BDELETE', 'CONNECT', 'OPTIONS', 'CHECKIN'],
  ...['PROPFIND', 'CHECKOUT', 'CCM_POST', 'PROPPATCH', 'BPROPFIND', 'BPROPPATCH', 'UNCHECKOUT', 'MKACTIVITY'],
  ...['MKWORKSPACE', 'RPC_CONNECT', 'RPC_IN_DATA', 'RPC_OUT_DATA', 'VERSION-CONTROL', 'BASELINE-CONTROL'],
  ...['SSTP_DUPLEX_POST'],
];
const NOTIFICATIONS: readonly string[] = ['NOTIFY', 'SUBSCRIBE', 'UNSUBSCRIBE'];

/** Methods, and after them notifications, by their length. */
const BY_LENGTH: readonly (readonly string[])[] = Array.from({ length: 17 }, (_, length) =>
  [...METHODS, ...NOTIFICATIONS].filter((name) => name.length === length),
);
const NOTIFYING: ReadonlySet<string> = new Set(NOTIFICATIONS);

const SPACE = 0x20;
const LF = 0x0a;
const CR = 0x0d;
const VERSION = 'HTTP/1.';
/** Before it, a request line has at least a method and a target of one letter, and a blank after each. */
const LEAST_BEFORE_VERSION = 4;
/** By byte: whether it may be in a token (RFC 9110, 5.6.2), as a method is one. */
const IN_TOKEN: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[!#$%&'*+.^_`|~0-9A-Za-z-]/.test(String.fromCharCode(byte)) ? 1 : 0,
);

/** Where the token at `offset` ends. */
export function tokenEnd(bytes: Uint8Array, offset: number, end: number): number {
  let at = offset;
  while (at < end && IN_TOKEN[bytes[at]!] === 1) at++;
  return at;
}

/** What the line in [start, stop) begins: a request, a response, a notification, or none of them. */
export function kindOfLine(bytes: Uint8Array, start: number, stop: number): number {
  // RFC 2774: M- says that an extension is mandatory
  const at = bytes[start] === 0x4d && bytes[start + 1] === 0x2d && stop - start >= 2 ? start + 2 : start;
  const first = bytes[at]!;
  if (first === 0x48 && startsWith(bytes, at, stop, 'HTTP/')) return RESPONSE;
  if (first === 0x49 && startsWith(bytes, at, stop, 'ICY')) return RESPONSE;
  let space = at;
  while (space < stop && space - at < BY_LENGTH.length && bytes[space] !== SPACE) space++;
  const names = BY_LENGTH[space - at];
  if (names !== undefined) {
    for (let index = 0; index < names.length; index++) {
      const name = names[index]!;
      if (startsWith(bytes, at, stop, name)) return NOTIFYING.has(name) ? NOTIFICATION : REQUEST;
    }
  }
  return isRequestLine(bytes, start, stop) ? REQUEST : NEITHER;
}

/** A method that is not registered makes a request when all the rest of the line is that of one (RFC 9112, 3). */
function isRequestLine(bytes: Uint8Array, start: number, stop: number): boolean {
  let version = stop;
  while (version > start && bytes[version - 1] === SPACE) version--;
  version -= VERSION.length + 1;
  if (version - start < LEAST_BEFORE_VERSION || !startsWith(bytes, version, stop, VERSION)) return false;
  const minor = bytes[version + VERSION.length]!;
  if (minor < 0x30 || minor > 0x39 || bytes[version - 1] !== SPACE) return false;
  const at = tokenEnd(bytes, start, version);
  return at > start && bytes[at] === SPACE && version - at > 2;
}

/** Where the first message begins in [start, end), which may begin in the middle of one; -1 for none. */
export function findStartLine(bytes: Uint8Array, start: number, end: number): number {
  if (kindOfLine(bytes, start, lineEnd(bytes, start, end, false)) !== NEITHER) return start;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, end);
  let from = start;
  for (let at = text.indexOf(VERSION, from); at >= 0; at = text.indexOf(VERSION, from)) {
    const behind = at + VERSION.length + 1;
    if (bytes[behind] === SPACE && behind < end && statusOf(bytes, at, end) !== 0) return at;
    if (behind === end || bytes[behind] === CR || bytes[behind] === LF) {
      let line = at;
      while (line > from && bytes[line - 1] !== LF) line--;
      if (line > from && isRequestLine(bytes, line, behind)) return line;
    }
    from = at + 1;
  }
  return -1;
}

/** Whether a start line may begin at `start` that is not whole: with capitals, and a blank if there is more. */
export function mayBegin(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end && at - start < BY_LENGTH.length && bytes[at]! >= 0x41 && bytes[at]! <= 0x5a) at++;
  return at > start && (at === end || bytes[at] === SPACE);
}

/** Status code of a response's first line, 0 when it has none. */
export function statusOf(bytes: Uint8Array, start: number, stop: number): number {
  let at = start;
  while (at < stop && bytes[at] !== SPACE) at++;
  while (at < stop && bytes[at] === SPACE) at++;
  if (stop - at < 3) return 0;
  let status = 0;
  for (let index = 0; index < 3; index++) {
    const digit = bytes[at + index]! - 0x30;
    if (digit < 0 || digit > 9) return 0;
    status = status * 10 + digit;
  }
  return status;
}

/** Where the three parts of a first line lie: from its start to `firstEnd`, [second, secondEnd), and from `rest` on. */
export interface LineParts {
  readonly firstEnd: number;
  readonly second: number;
  readonly secondEnd: number;
  readonly rest: number;
}

/** The line in [start, stop) cut as Wireshark cuts it: two words, and what is left. Two blanks after a method are an empty target. */
export function partsOfLine(bytes: Uint8Array, start: number, stop: number): LineParts {
  const firstEnd = blankAt(bytes, start, stop);
  let second = Math.min(firstEnd + 1, stop);
  while (second < stop && bytes[second] === SPACE) second++;
  if (second - firstEnd >= 2) second--; // keeps one blank: the target is empty then
  const secondEnd = blankAt(bytes, second, stop);
  return { firstEnd, second, secondEnd, rest: Math.min(secondEnd + 1, stop) };
}

function blankAt(bytes: Uint8Array, start: number, stop: number): number {
  let at = start;
  while (at < stop && bytes[at] !== SPACE) at++;
  return at;
}
