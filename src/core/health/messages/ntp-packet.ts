import { Buffer } from 'node:buffer';

// RFC 5905, 7.3
const LENGTH = 48;
const VERSION_4_CLIENT = 0x23;
const MODE_SERVER = 4;
const STRATUM = 1;
const REFERENCE_ID = 12;
const ORIGIN = 24;
const RECEIVE = 32;
const TRANSMIT = 40;
const UNSYNCHRONISED = 3;
const MOST_STRATUM = 15;
/** Seconds from 1900 to 1970. */
const UNIX_EPOCH = 2_208_988_800n;
const SECOND = 2 ** 32;
/** What a server may take back of its own time between two readings of its clock, in milliseconds. */
const SLACK_MS = 1;

/** What a server says of its clock. */
export interface NtpAnswer {
  /** 0 is a kiss code, 16 unsynchronised. */
  readonly stratum: number;
  /** 0 none, 1 a second will be inserted, 2 deleted, 3 the clock is not synchronised. */
  readonly leap: number;
  /** What a server says instead of the time: `RATE`, `DENY` (RFC 5905, 7.4); null with the time. */
  readonly kiss: string | null;
  /** When the request came and the answer went, by its clock: seconds of the era, and fractions, in 64 bits. */
  readonly receive: bigint;
  readonly transmit: bigint;
}

/**
 * A request as a client sends it. In place of the time of our clock, which is nobody's concern, it carries a number that only
 * who saw it can return (draft-ietf-ntp-data-minimization).
 */
export function ntpRequest(cookie: bigint): Buffer {
  const request = Buffer.alloc(LENGTH);
  request[0] = VERSION_4_CLIENT;
  request.writeBigUInt64BE(cookie, TRANSMIT);
  return request;
}

/** Reads the answer to the request with this cookie; null for anything else. */
export function readNtpAnswer(message: Buffer, cookie: bigint): NtpAnswer | null {
  if (message.length < LENGTH || (message[0]! & 7) !== MODE_SERVER) return null;
  if (message.readBigUInt64BE(ORIGIN) !== cookie) return null;
  const stratum = message[STRATUM]!;
  const code = message.toString('latin1', REFERENCE_ID, REFERENCE_ID + 4).replace(/\0+$/, '');
  return {
    stratum,
    leap: message[0]! >> 6,
    kiss: stratum === 0 ? (/^[\x20-\x7e]{1,4}$/.test(code) ? code : '') : null,
    receive: message.readBigUInt64BE(RECEIVE),
    transmit: message.readBigUInt64BE(TRANSMIT),
  };
}

/** Why the time of an answer is of no use; null when it is. */
export function ntpFault({ stratum, leap, kiss, transmit, receive }: NtpAnswer): string | null {
  if (kiss !== null) return kiss === '' ? 'it says no time' : `kiss code ${kiss}${KISSES[kiss] ?? ''}`;
  if (stratum > MOST_STRATUM || leap === UNSYNCHRONISED) return 'its clock is not synchronised';
  return transmit === 0n || receive === 0n ? 'it says no time' : null;
}

const KISSES: Readonly<Record<string, string>> = {
  RATE: ': it is asked too often',
  DENY: ': it does not serve us',
  RSTR: ': it does not serve us',
  INIT: ': its clock is not yet synchronised',
  STEP: ': its clock was just set',
};

/** Kiss codes after which a client must not ask again, or not soon (RFC 5905, 7.4). */
export const ASK_NO_MORE: ReadonlySet<string> = new Set(['DENY', 'RSTR']);
export const ASK_LATER = 'RATE';

/** How far our clock is behind, and how long the network took, in milliseconds. */
export interface NtpTimes {
  readonly offsetMs: number;
  readonly delayMs: number;
}

/**
 * RFC 5905, 8, from when we asked (`sentMs`, Unix time by our clock) and how long the answer took. Times of the server are of
 * the era that is nearest to ours. Null when the server claims to have worked longer than the answer took, or shorter than
 * not at all.
 */
export function ntpTimes({ receive, transmit }: NtpAnswer, sentMs: number, roundTripMs: number): NtpTimes | null {
  const sent = ntpTimestamp(sentMs);
  const toServer = millisBetween(sent, receive);
  const worked = millisBetween(receive, transmit);
  if (worked < -SLACK_MS || worked > roundTripMs + SLACK_MS) return null;
  const fromServer = toServer + worked - roundTripMs;
  return { offsetMs: (toServer + fromServer) / 2, delayMs: Math.max(0, roundTripMs - Math.max(0, worked)) };
}

/** Unix time in milliseconds as a timestamp of 64 bits, of whatever era. */
export function ntpTimestamp(unixMs: number): bigint {
  const seconds = Math.floor(unixMs / 1000);
  const fraction = Math.round(((unixMs - seconds * 1000) / 1000) * SECOND);
  return BigInt.asUintN(64, ((BigInt(seconds) + UNIX_EPOCH) << 32n) + BigInt(fraction));
}

/** Whichever way round is shorter: eras last 136 years. */
function millisBetween(from: bigint, to: bigint): number {
  return (Number(BigInt.asIntN(64, to - from)) / SECOND) * 1000;
}
