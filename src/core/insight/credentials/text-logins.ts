import { find } from '../../wire/app/text-line.ts';
import { isWord } from '../../wire/app/text-lines.ts';
import type { LoginReader } from './clear-text-login.ts';

const SPACE = 0x20;
const LF = 0x0a;
const STAR = 0x2a;
const PLUS = 0x2b;
/** Lines of a segment that are looked at, and bytes of a tag. */
const MOST_LINES = 8;
const LONGEST_TAG = 64;

const isFrom = (port: number, { srcPort }: { readonly srcPort: number }): boolean => srcPort === port;

/** `USER` and `PASS` (RFC 959, 4.1.1); an anonymous user's password is none. */
export const ftpLogin: LoginReader = (bytes, start, end, packet, state) => {
  if (isFrom(21, packet)) return null;
  for (let at = start, lines = 0; at < end && lines < MOST_LINES; lines++) {
    if (isWord(bytes, at, end, 'USER')) state.isAnonymous = isAnonymous(bytes, at + 5, end);
    else if (isWord(bytes, at, end, 'PASS') && !state.isAnonymous && hasText(bytes, at + 4, end)) return 'FTP';
    at = nextLine(bytes, at, end);
  }
  return null;
};

/** `PASS` (RFC 1939, 7), and AUTH PLAIN (RFC 5034). */
export const popLogin: LoginReader = (bytes, start, end, packet, state) => {
  if (isFrom(110, packet)) return null;
  if (takesSecret(bytes, start, end, state)) return 'POP3';
  for (let at = start, lines = 0; at < end && lines < MOST_LINES; lines++) {
    if (isWord(bytes, at, end, 'PASS') && hasText(bytes, at + 4, end)) return 'POP3';
    if (isWord(bytes, at, end, 'AUTH') && readsMechanism(bytes, at + 5, end, state)) return 'POP3';
    at = nextLine(bytes, at, end);
  }
  return null;
};

/** AUTH PLAIN and AUTH LOGIN (RFC 4954), whose answers are Base64. */
export const smtpLogin: LoginReader = (bytes, start, end, packet, state) => {
  const isServer = isFrom(25, packet) || isFrom(587, packet);
  if (isServer) {
    // the secret is asked for by 334
    if (state.secretFollows && bytes[start] !== 0x33) state.secretFollows = false;
    return null;
  }
  if (takesSecret(bytes, start, end, state)) return 'SMTP';
  return isWord(bytes, start, end, 'AUTH') && readsMechanism(bytes, start + 5, end, state) ? 'SMTP' : null;
};

/** LOGIN with user and password, or AUTHENTICATE (RFC 9051, 6.2.2 and 6.2.3). */
export const imapLogin: LoginReader = (bytes, start, end, packet, state) => {
  if (isFrom(143, packet)) {
    if (state.secretFollows && bytes[start] !== PLUS) state.secretFollows = false;
    return null;
  }
  if (takesSecret(bytes, start, end, state)) return 'IMAP';
  for (let at = start, lines = 0; at < end && lines < MOST_LINES; lines++) {
    const word = find(bytes, SPACE, at, Math.min(end, at + LONGEST_TAG)) + 1;
    if (word > 0) {
      if (isWord(bytes, word, end, 'LOGIN') && hasText(bytes, word + 5, end)) return 'IMAP';
      if (isWord(bytes, word, end, 'AUTHENTICATE') && readsMechanism(bytes, word + 13, end, state)) return 'IMAP';
    }
    at = nextLine(bytes, at, end);
  }
  return null;
};

/** PLAIN or LOGIN at `at`: true when the secret stands behind it; else it is remembered that it follows. */
function readsMechanism(bytes: Uint8Array, at: number, end: number, state: { secretFollows: boolean }): boolean {
  const isPlain = isWord(bytes, at, end, 'PLAIN');
  if (!isPlain && !isWord(bytes, at, end, 'LOGIN')) return false;
  if (isPlain && hasText(bytes, at + 5, end)) return true;
  state.secretFollows = true;
  return false;
}

/** What a client says after it was asked for the secret; `*` breaks off. */
function takesSecret(bytes: Uint8Array, start: number, end: number, state: { secretFollows: boolean }): boolean {
  if (!state.secretFollows || start >= end) return false;
  state.secretFollows = false;
  return bytes[start] !== STAR;
}

/** Whether something other than blanks stands in the rest of the line. */
function hasText(bytes: Uint8Array, from: number, end: number): boolean {
  for (let at = from; at < end && bytes[at] !== LF; at++) if (bytes[at]! > SPACE) return true;
  return false;
}

const isAnonymous = (bytes: Uint8Array, at: number, end: number): boolean =>
  isWord(bytes, at, end, 'anonymous') || isWord(bytes, at, end, 'ftp');

function nextLine(bytes: Uint8Array, at: number, end: number): number {
  const stop = find(bytes, LF, at, end);
  return stop < 0 ? end : stop + 1;
}
