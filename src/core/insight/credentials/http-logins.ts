import { beginsWith, find } from '../../wire/app/text-line.ts';

const LF = 0x0a;
const EQUALS = 0x3d;
const AMPERSAND = 0x26;
const MOST_LINES = 100;
/** Bytes of a form that are looked through. */
const LONGEST_FORM = 4096;
const LONGEST_NAME = 32;
const SECRETS: readonly string[] = ['password=', 'passwd=', 'pass=', 'pwd=', 'passphrase=', 'passwort=', 'user_pass='];

/** What the header in [start, end) says of a login: `basic`, or that a form follows. */
export function readHeader(bytes: Uint8Array, start: number, end: number): 'basic' | 'form' | null {
  let found: 'form' | null = null;
  for (let at = start, lines = 0; at < end && lines < MOST_LINES; lines++) {
    const stop = find(bytes, LF, at, end);
    const first = bytes[at]! | 0x20;
    if (first === 0x61 && beginsWith(bytes, at, end, 'authorization: basic ')) return 'basic';
    if (first === 0x70 && beginsWith(bytes, at, end, 'proxy-authorization: basic ')) return 'basic';
    if (first === 0x63 && beginsWith(bytes, at, end, 'content-type: application/x-www-form-urlencoded')) found = 'form';
    if (stop < 0) break;
    at = stop + 1;
  }
  return found;
}

/** Whether a form in [start, end) has a password field that is not empty. */
export function hasPasswordField(bytes: Uint8Array, start: number, end: number): boolean {
  const reach = Math.min(end, start + LONGEST_FORM);
  for (let at = start; at < reach; ) {
    const stop = find(bytes, AMPERSAND, at, reach);
    const next = stop < 0 ? reach : stop;
    for (const name of SECRETS) {
      if (beginsWith(bytes, at, Math.min(next, at + LONGEST_NAME), name) && next > at + name.length) return true;
    }
    // log[password]=…, account.password=…
    const equals = find(bytes, EQUALS, at, Math.min(next, at + 2 * LONGEST_NAME));
    if (equals > at + 9 && beginsWith(bytes, equals - 8, equals, 'password') && next > equals + 1) return true;
    at = next + 1;
  }
  return false;
}
